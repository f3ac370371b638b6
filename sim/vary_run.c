// SPDX-License-Identifier: Apache-2.0
// The processes of a sweep. A child makes one run and writes what came out of it, as plain bytes,
// into a pipe; the parent, which never waits for one of them alone, collects and reports in order.
// Each child leads a process group, so that an interrupt, which the parent passes on, ends the
// tools that build its RTL, too.
#include "sim/host.h"
#include "sim/interrupt.h"
#include "sim/progress.h"
#include "sim/vary.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_JOBS = 256, POLL_MS = 200, GRACE_S = 10 };

// What a child sends. Strings of a result may lie in memory that only the child has.
struct message {
    bool measured;
    struct run_result result;
    struct err err;
    char routing[64];
    char backend[64];
};

enum run_state { RUN_WAITING, RUN_RUNNING, RUN_OVER };

// One run of the sweep.
struct entry {
    enum run_state state;
    struct config config;
    struct err err; // why there is no message
    struct message *message;
    size_t received; // bytes of the message
    pid_t child;
    int pipe; // reading end
};

struct sweep {
    const struct vary_options *options;
    struct entry *entries;
    size_t num;
    size_t next;     // first that has not been started
    size_t reported; // all before have been
    size_t over;
    size_t running[MAX_JOBS]; // entries
    size_t num_running;
    size_t jobs;
    bool told;           // children have been told to end
    time_t patience_end; // when they are killed
};

static time_t now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

// Where the runs differ in switching, all are given the least cut that any asks for.
static void level_cuts(struct sweep *self)
{
    const struct config *first = NULL;
    bool differ = false;
    uint32_t least = UINT32_MAX;
    for (size_t i = 0; i < self->num; i++) {
        const struct config *config = &self->entries[i].config;
        if (self->entries[i].err.status != ERR_NONE)
            continue;
        first = first ? first : config;
        differ = differ || config->switching != first->switching;
        if (config_cut_flits(config) < least)
            least = config_cut_flits(config);
    }
    for (size_t i = 0; differ && i < self->num; i++)
        self->entries[i].config.cut_flits = least;
}

static bool write_all(int file, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        ssize_t done = write(file, at, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        at += done;
        size -= (size_t)done;
    }
    return true;
}

static _Noreturn void child_main(const struct sweep *self, const struct entry *entry, pid_t parent,
                                 int to)
{
    setpgid(0, 0);
    signal(SIGTTOU, SIG_IGN); // else what it says on a terminal could stop it
    interrupt_install_child();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(ERR_RUN); // it died before that was asked for
    struct run_outputs outputs = {.quiet = !self->options->progress};
    struct message *message = calloc(1, sizeof *message);
    if (!message)
        _exit(ERR_RUN);
    const struct vary_options *options = self->options;
    message->measured =
        options->simulate_run
            ? options->simulate_run(options->context, (size_t)(entry - self->entries),
                                    &entry->config, &outputs, &message->result, &message->err)
            : options->simulate(&entry->config, &outputs, &message->result, &message->err);
    const char *routing = message->result.routing;
    const char *backend = message->result.backend;
    snprintf(message->routing, sizeof message->routing, "%s", routing ? routing : "");
    snprintf(message->backend, sizeof message->backend, "%s", backend ? backend : "");
    _exit(write_all(to, message, sizeof *message) ? ERR_NONE : ERR_RUN);
}

static void finish(struct sweep *self, struct entry *entry)
{
    entry->state = RUN_OVER;
    self->over++;
}

static void start(struct sweep *self, size_t index)
{
    struct entry *entry = &self->entries[index];
    int ends[2] = {-1, -1};
    pid_t parent = getpid();
    if (entry->err.status != ERR_NONE) {
        finish(self, entry);
        return;
    }
    entry->message = calloc(1, sizeof *entry->message);
    if (entry->message && pipe2(ends, O_CLOEXEC) == 0)
        entry->child = fork();
    else
        entry->child = -1;
    if (entry->child == 0)
        child_main(self, entry, parent, ends[1]);
    if (entry->child < 0) {
        err_set(&entry->err, ERR_RUN, "no process for the run: %s", strerror(errno));
        if (ends[0] >= 0)
            close(ends[0]);
        finish(self, entry);
    } else {
        setpgid(entry->child, entry->child); // whoever of the two comes first
        entry->pipe = ends[0];
        entry->state = RUN_RUNNING;
        self->running[self->num_running++] = index;
    }
    if (ends[1] >= 0)
        close(ends[1]);
}

// The child has closed its pipe: takes its message or says what became of it.
static void collect(struct sweep *self, struct entry *entry)
{
    int status = 0;
    close(entry->pipe);
    while (waitpid(entry->child, &status, 0) < 0 && errno == EINTR)
        continue;
    struct message *message = entry->message;
    if (WIFSIGNALED(status))
        err_set(&entry->err, ERR_RUN, "the run was ended by signal %d (%s)", WTERMSIG(status),
                strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0 || entry->received < sizeof *message)
        err_set(&entry->err, ERR_RUN, "the run ended without a result (exit status %d)",
                WEXITSTATUS(status));
    if (entry->err.status == ERR_NONE) {
        message->result.routing = message->routing;
        message->result.backend = message->backend;
    }
    finish(self, entry);
}

// Reads what is there. False at the end.
static bool receive(struct entry *entry)
{
    char *to = (char *)entry->message + entry->received;
    size_t room = sizeof *entry->message - entry->received;
    char rest;
    ssize_t got = read(entry->pipe, room ? to : &rest, room ? room : 1);
    if (got > 0 && room > 0)
        entry->received += (size_t)got;
    return got > 0 || (got < 0 && errno == EINTR);
}

static void wait_for_children(struct sweep *self)
{
    struct pollfd polled[MAX_JOBS];
    size_t num = self->num_running;
    for (size_t i = 0; i < num; i++)
        polled[i] = (struct pollfd){.fd = self->entries[self->running[i]].pipe, .events = POLLIN};
    if (poll(polled, num, POLL_MS) <= 0)
        return;
    size_t kept = 0;
    for (size_t i = 0; i < num; i++) {
        struct entry *entry = &self->entries[self->running[i]];
        if (polled[i].revents == 0 || receive(entry))
            self->running[kept++] = self->running[i];
        else
            collect(self, entry);
    }
    self->num_running = kept;
}

static void signal_children(const struct sweep *self, int number)
{
    for (size_t i = 0; i < self->num_running; i++)
        kill(-self->entries[self->running[i]].child, number);
}

// After an interrupt nothing is started any more; what runs ends, by force if it takes too long.
static void heed_interrupt(struct sweep *self)
{
    if (!interrupt_pending())
        return;
    if (!self->told) {
        self->told = true;
        self->patience_end = now_s() + GRACE_S;
        signal_children(self, SIGTERM);
        for (; self->next < self->num; self->next++) {
            struct entry *entry = &self->entries[self->next];
            err_set(&entry->err, ERR_INTERRUPTED, "interrupted before it was started");
            finish(self, entry);
        }
    } else if (now_s() >= self->patience_end) {
        signal_children(self, SIGKILL);
    }
}

static void release(struct entry *entry)
{
    config_free(&entry->config);
    free(entry->message);
    entry->message = NULL;
}

static enum err_status entry_status(const struct entry *entry)
{
    return entry->err.status != ERR_NONE ? entry->err.status : entry->message->err.status;
}

static unsigned rank(enum err_status status)
{
    static const enum err_status order[] = {ERR_NONE,  ERR_CONFIG,   ERR_RUN,
                                            ERR_TRACE, ERR_DEADLOCK, ERR_MISMATCH};
    for (unsigned i = 0; i < sizeof order / sizeof *order; i++)
        if (order[i] == status)
            return i;
    return 0;
}

// Reports the runs that are over and have nothing unreported before them.
static void report(struct sweep *self, enum err_status *status)
{
    const struct vary_options *options = self->options;
    while (self->reported < self->num && self->entries[self->reported].state == RUN_OVER) {
        struct entry *entry = &self->entries[self->reported];
        bool sent = entry->err.status == ERR_NONE;
        const struct err *err = sent ? &entry->message->err : &entry->err;
        const struct run_result *result =
            sent && entry->message->measured ? &entry->message->result : NULL;
        progress_hide();
        options->report(options->context, self->reported, &entry->config, result, err);
        if (rank(entry_status(entry)) > rank(*status))
            *status = entry_status(entry);
        release(entry);
        self->reported++;
    }
    if (options->progress)
        progress_show("%zu of %zu runs done", self->over, self->num);
}

static bool varies(const struct vary *self, const char *key)
{
    for (size_t a = 0; a < self->num_axes; a++)
        if (strcmp(self->axes[a].key, key) == 0)
            return true;
    return false;
}

bool vary_run(const struct vary *self, const struct config *base,
              const struct vary_options *options, enum err_status *status, struct err *err)
{
    struct sweep sweep = {.options = options, .num = vary_num_runs(self)};
    bool varies_threads = varies(self, "run.threads");
    sweep.jobs = options->jobs ? options->jobs : host_processors();
    if (varies_threads)
        sweep.jobs = 1;
    if (sweep.jobs > MAX_JOBS)
        sweep.jobs = MAX_JOBS;
    sweep.entries = calloc(sweep.num, sizeof *sweep.entries);
    if (!sweep.entries)
        return err_set(err, ERR_RUN, "out of memory");
    for (size_t i = 0; i < sweep.num; i++) {
        struct entry *entry = &sweep.entries[i];
        vary_configure(self, i, base, &entry->config, &entry->err);
        if (!varies_threads)
            entry->config.threads = 1;
    }
    level_cuts(&sweep);
    *status = ERR_NONE;
    fflush(NULL); // a child must not write again what is buffered
    while (sweep.reported < sweep.num) {
        while (sweep.next < sweep.num && sweep.num_running < sweep.jobs && !interrupt_pending())
            start(&sweep, sweep.next++);
        heed_interrupt(&sweep);
        report(&sweep, status);
        if (sweep.num_running > 0)
            wait_for_children(&sweep);
    }
    progress_clear();
    if (interrupt_pending())
        *status = ERR_INTERRUPTED;
    free(sweep.entries);
    return true;
}
