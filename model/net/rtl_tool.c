// SPDX-License-Identifier: Apache-2.0
#include "model/net/rtl_tool.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

void rtl_tool_arg(struct rtl_tool *self, const char *format, ...)
{
    self->args = realloc(self->args, (self->num_args + 2) * sizeof *self->args);
    assert(self->args);
    va_list args;
    va_start(args, format);
    int length = vasprintf(&self->args[self->num_args], format, args);
    va_end(args);
    assert(length >= 0);
    self->args[++self->num_args] = NULL;
}

void rtl_tool_free(struct rtl_tool *self)
{
    for (size_t i = 0; i < self->num_args; i++)
        free(self->args[i]);
    free(self->args);
    *self = (struct rtl_tool){0};
}

static bool not_installed(const char *program, struct err *err)
{
    return err_set(err, ERR_RUN,
                   "%s is not installed, and RTL needs it: install the packages verilator, g++ "
                   "and zlib1g-dev (ordito run --backend ref works without)",
                   program);
}

bool rtl_tool_identity(const char *program, char *text, size_t size, struct err *err)
{
    const char *folders = getenv("PATH");
    for (const char *folder = folders ? folders : ""; *folder;) {
        int length = (int)strcspn(folder, ":");
        char path[PATH_MAX];
        struct stat file;
        snprintf(path, sizeof path, "%.*s/%s", length, folder, program);
        if (access(path, X_OK) == 0 && stat(path, &file) == 0 && S_ISREG(file.st_mode)) {
            snprintf(text, size, "%s %lld %lld.%09ld", path, (long long)file.st_size,
                     (long long)file.st_mtim.tv_sec, file.st_mtim.tv_nsec);
            return true;
        }
        folder += length + (folder[length] == ':');
    }
    return not_installed(program, err);
}

bool rtl_tool_start(struct rtl_tool *self, int to, struct err *err)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, to, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, to, STDERR_FILENO);
    int failure = posix_spawnp(&self->pid, self->args[0], &actions, NULL, self->args, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure == 0)
        return true;
    self->pid = 0;
    if (failure == ENOENT)
        return not_installed(self->args[0], err);
    return err_set(err, ERR_RUN, "cannot run %s: %s", self->args[0], strerror(failure));
}

bool rtl_tool_ended_well(struct rtl_tool *self)
{
    int status = 0;
    pid_t got;
    do
        got = waitpid(self->pid, &status, 0);
    while (got < 0 && errno == EINTR);
    self->pid = 0;
    return got > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void rtl_tool_find_error(FILE *log, char *line, size_t size)
{
    snprintf(line, size, "no output");
    char *text = NULL;
    size_t room = 0;
    while (getline(&text, &room, log) > 0) {
        text[strcspn(text, "\n")] = 0;
        if (*text)
            snprintf(line, size, "%s", text);
        if (strstr(text, "%Error") || strstr(text, "error:") || strstr(text, "undefined reference"))
            break;
    }
    free(text);
}

const char *rtl_tool_verilator_error(const char *line)
{
    const char *text = strncmp(line, "%Error", 6) == 0 ? strstr(line, ": ") : NULL;
    return text ? text + 2 : NULL;
}

bool rtl_tool_wait(struct rtl_tool *self, const char *log, struct err *err)
{
    if (rtl_tool_ended_well(self))
        return true;
    char line[512] = "no output";
    FILE *file = fopen(log, "re");
    if (file) {
        rtl_tool_find_error(file, line, sizeof line);
        fclose(file);
    }
    return err_set(err, ERR_RUN, "%s failed while building an RTL router: %s\n(log: %s)",
                   self->args[0], line, log);
}

bool rtl_tool_first_line(struct rtl_tool *self, char *line, size_t size, struct err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_set(err, ERR_RUN, "cannot make a pipe: %s", strerror(errno));
    bool started = rtl_tool_start(self, ends[1], err);
    close(ends[1]);
    FILE *from = fdopen(ends[0], "re");
    *line = 0;
    if (started && from) {
        if (!fgets(line, (int)size, from))
            *line = 0;
        while (fgetc(from) != EOF)
            continue;
    }
    if (from)
        fclose(from);
    else
        close(ends[0]);
    line[strcspn(line, "\n")] = 0;
    if (!started)
        return false;
    if (!rtl_tool_ended_well(self) || !*line)
        return err_set(err, ERR_RUN, "%s %s failed: %s", self->args[0], self->args[1],
                       *line ? line : "no output");
    return true;
}
