// SPDX-License-Identifier: Apache-2.0
// Packets with dependencies become packets at fixed times: without what they wait for, which a list
// of packets has no words for, as workload.netrace.mode no-dependencies replays them.
#include "sim/trace_convert.h"
#include "traces/netrace.h"

#include <inttypes.h>

// The fabric's defaults (fabric.router.flit_bits, fabric.packet.header_flits).
enum { FLIT_BYTES = 8, HEADER_FLITS = 1, PROGRESS_PACKETS = 4096 };

static void write_packet(struct trace_conversion *self, const struct netrace_packet *packet,
                         uint64_t start_cycle)
{
    uint32_t bytes = netrace_types[packet->type].bytes;
    fprintf(self->stream, "%" PRIu64 " %u %u %u\n", packet->cycle - start_cycle, packet->source,
            packet->destination, HEADER_FLITS + (bytes + FLIT_BYTES - 1) / FLIT_BYTES);
    self->num_written++;
}

bool trace_convert_netrace(struct trace_conversion *self, struct err *err)
{
    struct netrace *trace = netrace_open(self->path, NETRACE_ALL, err);
    if (!trace)
        return false;
    const struct netrace_header *header = netrace_header(trace);
    fprintf(self->stream,
            "# %s, %" PRIu32 " nodes: packets of Netrace without what they wait for\n"
            "# cycle source destination flits; flits of %d bytes, and %d of header\n",
            header->name, header->num_nodes, FLIT_BYTES, HEADER_FLITS);
    struct netrace_packet packet;
    enum netrace_next next;
    bool good = true;
    while (good && (next = netrace_next(trace, &packet, err)) == NETRACE_PACKET) {
        write_packet(self, &packet, netrace_start_cycle(trace));
        good = self->num_written % PROGRESS_PACKETS || trace_convert_progress(self, err);
    }
    good = good && next == NETRACE_END;
    netrace_close(trace);
    return good;
}
