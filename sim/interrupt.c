// SPDX-License-Identifier: Apache-2.0
#include "sim/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <time.h>

enum { TOGETHER_MS = 500 }; // signals this close are one wish: a group and its leader get both

// A signal handler can reach nothing but globals.
static volatile sig_atomic_t pending;
static volatile sig_atomic_t first_ms; // of the clock, modulo 2^24

static int now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int)((now.tv_sec * 1000 + now.tv_nsec / 1000000) & 0xffffff);
}

static void catch_signal(int number)
{
    int now = now_ms();
    if (!pending) {
        pending = 1;
        first_ms = now;
    } else if (((now - first_ms) & 0xffffff) > TOGETHER_MS) {
        signal(number, SIG_DFL);
        raise(number); // takes effect when this handler returns
    }
}

static void install(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

void interrupt_install(void)
{
    install(SIGINT, catch_signal);
    install(SIGTERM, catch_signal);
}

void interrupt_install_child(void)
{
    install(SIGINT, SIG_IGN);
    install(SIGTERM, catch_signal);
}

bool interrupt_pending(void)
{
    return pending != 0;
}
