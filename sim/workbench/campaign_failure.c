// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/campaign_failure.h"

#include "sim/progress.h"
#include "sim/workbench/reproducer.h"
#include "sim/workbench/shrink.h"

#include <stdlib.h>
#include <string.h>

// A device that differs from the reference breaks another rule as well, more often than not, which
// tells more: the same again without the reference.
static bool look_behind(struct campaign *self, const struct stimulus *stimulus,
                        struct campaign_failure *found, struct err *err)
{
    const struct workbench_try how = {.function_only = true};
    struct play_result again = {0};
    if (found->failure.rule != RULE_EXACT)
        return true;
    if (!workbench_try(&self->bench, stimulus, &how, &again, err))
        return false;
    if (again.failure.found) {
        found->failure = again.failure;
        found->inexact = true;
    }
    return true;
}

static bool is_known(const struct campaign *self, enum failure_rule rule)
{
    for (size_t i = 0; i < self->num_failures; i++)
        if (self->failures[i].failure.rule == rule)
            return true;
    return false;
}

// The story of the small stimulus, as text.
static bool tell_story(struct campaign *self, const struct stimulus *stimulus,
                       struct campaign_failure *found, struct err *err)
{
    size_t size = 0;
    FILE *to = open_memstream(&found->story, &size);
    if (!to)
        return err_set(err, ERR_RUN, "out of memory");
    const struct workbench_try how = {.story = to};
    struct play_result result = {0};
    bool good = workbench_try(&self->bench, stimulus, &how, &result, err);
    return (fclose(to) == 0 || err_set(err, ERR_RUN, "out of memory")) && good;
}

static bool write_down(struct campaign *self, const struct campaign_options *options,
                       const struct stimulus *stimulus, struct campaign_failure *found,
                       struct err *err)
{
    if (!options->failures)
        return true;
    char *folder;
    if (asprintf(&folder, "%s/%s", options->failures, failure_rule_names[found->failure.rule]) < 0)
        return err_set(err, ERR_RUN, "out of memory");
    struct err why = {0};
    if (!reproducer_write(&self->bench, stimulus, &found->failure, folder, &found->folder, &why))
        found->not_kept = strdup(why.text); // the failure is one all the same
    free(folder);
    return true;
}

// Makes it small and writes it down. Of what Icarus finds, the scoreboard has no story.
static bool make_small(struct campaign *self, const struct campaign_options *options,
                       struct stimulus *stimulus, struct campaign_failure *found, struct err *err)
{
    struct shrink_result small = {.failure = found->failure};
    // What is replayed is small already, but for who writes it down once more.
    bool wanted = options->shrink_tries && (!options->replay || options->failures);
    if (wanted &&
        !shrink(&self->bench, stimulus, &found->failure, options->shrink_tries, &small, err))
        return false;
    found->failure = small.failure;
    found->packets = stimulus->num_packets;
    found->tries = small.tries;
    found->shrink_s = small.wall_s;
    return (found->failure.rule == RULE_KNOWN || tell_story(self, stimulus, found, err)) &&
           write_down(self, options, stimulus, found, err);
}

bool campaign_failure_add(struct campaign *self, const struct campaign_options *options,
                          const char *kind, const struct stimulus *stimulus,
                          const struct play_result *played, struct err *err)
{
    struct campaign_failure found = {.failure = played->failure,
                                     .kind = kind,
                                     .mode = stimulus->mode,
                                     .seed = stimulus->seed,
                                     .first_cycle = played->failure.cycle,
                                     .first_packets = stimulus->num_packets};
    if (!look_behind(self, stimulus, &found, err))
        return false;
    if (is_known(self, found.failure.rule)) {
        self->again++;
        return true;
    }
    struct campaign_failure *more =
        realloc(self->failures, (self->num_failures + 1) * sizeof *more);
    if (!more)
        return err_set(err, ERR_RUN, "out of memory");
    self->failures = more;
    device_map_position(self->bench.map, stimulus->position, found.position, sizeof found.position);
    uint32_t claims = self->bench.claims;
    if (found.failure.rule != RULE_EXACT)
        self->bench.claims &= ~(uint32_t)DEVICE_CLAIM_EXACT;
    struct stimulus small = {0};
    progress_hide();
    bool good =
        stimulus_copy(&small, stimulus, err) && make_small(self, options, &small, &found, err);
    self->bench.claims = claims;
    stimulus_free(&small);
    self->failures[self->num_failures++] = found;
    return good;
}
