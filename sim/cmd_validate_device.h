// SPDX-License-Identifier: Apache-2.0
// ordito validate with --map or --replay: RTL that is not ours, on the workbench.
#ifndef ORDITO_SIM_CMD_VALIDATE_DEVICE_H
#define ORDITO_SIM_CMD_VALIDATE_DEVICE_H

#include "sim/cmd.h"
#include "sim/err.h"
#include "sim/workbench/campaign.h"

#include <stdbool.h>
#include <stdint.h>

// What is asked of the command; strings are its own. Zero, but for `options.shrink_tries`, `runs`
// and `seed`, at first.
struct validate_device {
    struct campaign_options options;
    char *rtl;
    char *top;
    char *map;
    char *replay;
    char *kind;
    char *failures;
    char *coverage;
    char *junit;
    char *write_map;
    struct cmd_sets sets;
    bool list; // the kinds of stimuli
};

// Notes what levels are checked, of a list of names.
bool validate_device_levels(struct validate_device *self, const char *list, struct err *err);

// Runs it; `json` is a file or NULL. Fills `err` with what goes wrong, ERR_MISMATCH if the device
// is not what it is claimed to be.
void validate_device_run(struct validate_device *self, const char *json, struct err *err);
void validate_device_free(struct validate_device *self);

#endif
