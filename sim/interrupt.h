// SPDX-License-Identifier: Apache-2.0
// SIGINT and SIGTERM as a flag that long loops poll, so that what was measured so far is written.
// Another signal, half a second after the first or later, ends the process at once.
#ifndef ORDITO_SIM_INTERRUPT_H
#define ORDITO_SIM_INTERRUPT_H

#include <stdbool.h>

// Starts to catch both signals.
void interrupt_install(void);

// For a process forked to do a part: ignores SIGINT, which is the parent's, and catches SIGTERM.
// One that has come already stays seen.
void interrupt_install_child(void);

// True once a signal has come.
bool interrupt_pending(void);

#endif
