// SPDX-License-Identifier: Apache-2.0
#include "sim/progress.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { QUIET_MS = 2000, PERIOD_MS = 200 };

// The terminal's line is one for the whole process, and so is its state.
static struct {
    bool started;
    bool visible;
    bool terminal;
    int64_t next_ms; // no line before
} line;

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_show(const char *format, ...)
{
    int64_t now = now_ms();
    if (!line.started) {
        line.started = true;
        line.terminal = isatty(STDERR_FILENO);
        line.next_ms = now + QUIET_MS;
    }
    if (!line.terminal || now < line.next_ms)
        return;
    va_list args;
    va_start(args, format);
    fputs("\r\033[K", stderr);
    vfprintf(stderr, format, args);
    va_end(args);
    fflush(stderr);
    line.visible = true;
    line.next_ms = now + PERIOD_MS;
}

void progress_hide(void)
{
    if (line.visible) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    line.visible = false;
}

void progress_clear(void)
{
    progress_hide();
    line.started = false;
}
