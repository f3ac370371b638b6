// SPDX-License-Identifier: Apache-2.0
#include "model/net/router_design.h"

static bool check_side(enum allocator_kind kind, uint32_t side, const char *what, struct err *err)
{
    if (kind == ALLOCATOR_SEPARABLE || side <= ALLOCATOR_MAX_SIDE)
        return true;
    return err_set(err, ERR_CONFIG,
                   "%s allocators have at most %d rows, and this router has %u %s; "
                   "use separable",
                   allocator_names[kind], ALLOCATOR_MAX_SIDE, side, what);
}

bool router_design_check(const struct router_design *self, uint32_t radix, uint32_t num_vcs,
                         const char **key, struct err *err)
{
    bool vc_stage = self->pipeline >= ROUTER_VC_STAGE_PIPELINE;
    *key = "fabric.router.speculative";
    if (self->speculative && !vc_stage)
        return err_set(err, ERR_CONFIG,
                       "with a pipeline of %u there is no VC allocation to speculate "
                       "on; use fabric.router.pipeline = 3 or 4",
                       self->pipeline);
    *key = "fabric.router.vc_allocator";
    if (self->vc_allocator != ALLOCATOR_SEPARABLE && !vc_stage)
        return err_set(err, ERR_CONFIG,
                       "with a pipeline of %u a head takes its VC as it gets the "
                       "switch; use fabric.router.pipeline = 3 or 4",
                       self->pipeline);
    if (!check_side(self->vc_allocator, radix * num_vcs, "input VCs", err))
        return false;
    *key = "fabric.router.switch_allocator";
    if (!check_side(self->switch_allocator, radix, "ports", err))
        return false;
    *key = "fabric.router.allocator_iterations";
    bool islip = self->vc_allocator == ALLOCATOR_ISLIP || self->switch_allocator == ALLOCATOR_ISLIP;
    return islip || self->allocator_iterations == 1 ||
           err_set(err, ERR_CONFIG, "%u iterations, but only islip allocators iterate",
                   self->allocator_iterations);
}

bool router_design_check_circuit(const struct router_design *self, const char **key,
                                 struct err *err)
{
    const struct {
        const char *key;
        bool good;
        const char *only;
    } parts[] = {
        {"fabric.router.pipeline", self->pipeline == 1, "1"},
        {"fabric.router.speculative", !self->speculative, "false"},
        {"fabric.router.vc_allocator", self->vc_allocator == ALLOCATOR_SEPARABLE,
         allocator_names[ALLOCATOR_SEPARABLE]},
        {"fabric.router.switch_allocator", self->switch_allocator == ALLOCATOR_SEPARABLE,
         allocator_names[ALLOCATOR_SEPARABLE]},
        {"fabric.router.allocator_iterations", self->allocator_iterations == 1, "1"},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        *key = parts[i].key;
        if (!parts[i].good)
            return err_set(err, ERR_CONFIG,
                           "routers of circuit switching know only %s, for they have no stages and "
                           "no VCs; use that, or another fabric.router.switching",
                           parts[i].only);
    }
    return true;
}
