// SPDX-License-Identifier: Apache-2.0
// One line on standard error that tells how far a long run is, if that is a terminal.
//
// Timing: nothing is shown in the first two seconds after the first call, then at most five lines a
// second; so it may be called often. The caller does not call it where nothing shall be shown.
#ifndef ORDITO_SIM_PROGRESS_H
#define ORDITO_SIM_PROGRESS_H

// Shows the line instead of the one before.
void progress_show(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Erases the line; the next call of progress_show starts anew.
void progress_clear(void);

// Erases the line to make room for other output, without starting anew.
void progress_hide(void);

#endif
