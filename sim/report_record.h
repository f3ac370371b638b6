// SPDX-License-Identifier: Apache-2.0
// A record of flits as the page of a report reads it: packets as columns, events as bytes, which
// sim/report/README.md describes.
#ifndef ORDITO_SIM_REPORT_RECORD_H
#define ORDITO_SIM_REPORT_RECORD_H

#include "sim/flit_record.h"
#include "sim/machine.h"

#include <jansson.h>

// The object "recording" of a record that has ended, of a run that ended before `end_cycle`. NULL
// if out of memory.
json_t *report_record_json(const struct flit_record *record, const struct machine *machine,
                           const struct config *config, uint64_t end_cycle);

// What a packet takes on an idle network by the way that it took: its head, and what its length
// adds to that. False if it is not known (an ideal network).
bool report_record_quiet(const struct machine *machine, const struct packet *packet,
                         uint64_t *hops_cycles, uint64_t *serialisation_cycles);

#endif
