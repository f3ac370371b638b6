// SPDX-License-Identifier: Apache-2.0
// What a campaign makes of a failure: it looks for the rule behind it, makes the stimulus small,
// and has it written down with its story.
#ifndef ORDITO_SIM_WORKBENCH_CAMPAIGN_FAILURE_H
#define ORDITO_SIM_WORKBENCH_CAMPAIGN_FAILURE_H

#include "sim/workbench/campaign.h"

// Adds what was found by playing a stimulus. A rule that failed before is only counted. False only
// with `err`.
bool campaign_failure_add(struct campaign *self, const struct campaign_options *options,
                          const char *kind, const struct stimulus *stimulus,
                          const struct play_result *played, struct err *err);

#endif
