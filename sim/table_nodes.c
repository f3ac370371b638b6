// SPDX-License-Identifier: Apache-2.0
// What the summary of a run says of full nodes.
#include "sim/table.h"

#include <inttypes.h>

static double percent(uint64_t part, uint64_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

static void misses(FILE *to, const char *name, uint64_t missed, uint64_t looked)
{
    if (looked == 0)
        return;
    table_label(to, name);
    fprintf(to, "%.2f %% of %" PRIu64 "\n", percent(missed, looked), looked);
}

static void print_cores(FILE *to, const struct computers_stats *nodes)
{
    const struct core_stats *core = &nodes->core;
    uint64_t all = core->compute_cycles + core->busy_cycles;
    for (int i = 0; i < CORE_NUM_WAITS; i++)
        all += core->wait_cycles[i];
    table_label(to, "cores, time of");
    fprintf(to, "computing %.1f %%, accesses %.1f %%", percent(core->compute_cycles, all),
            percent(core->busy_cycles, all));
    for (int i = 0; i < CORE_NUM_WAITS; i++)
        if (core->wait_cycles[i] > 0)
            fprintf(to, ", wait %s %.1f %%", core_wait_names[i],
                    percent(core->wait_cycles[i], all));
    fputc('\n', to);
}

static void print_bus(FILE *to, const struct computers_stats *nodes)
{
    static const char *const names[MASTER_NUM] = {
        [MASTER_L1D] = "L1D", [MASTER_L1I] = "L1I", [MASTER_NIC] = "card", [MASTER_DMA] = "DMA"};
    uint64_t all = nodes->cycles;
    table_label(to, "bus, data of");
    for (int i = 0; i < MASTER_NUM; i++)
        fprintf(to, "%s %.2f %%, ", names[i], percent(nodes->masters[i].data_cycles, all));
    fprintf(to, "addresses %.2f %%\n", percent(nodes->bus.address_busy_cycles, all));
}

// Accounts of a hundredth of the work or more.
static void print_software(FILE *to, const struct computers_stats *nodes)
{
    static const char *const names[SOFTWARE_NUM_ACCOUNTS] = {
#define ACCOUNT_NAME(symbol, name) [symbol] = name,
        SOFTWARE_ACCOUNTS(ACCOUNT_NAME)
#undef ACCOUNT_NAME
    };
    const struct software_stats *software = &nodes->software;
    uint64_t all = 0;
    for (int i = 0; i < SOFTWARE_NUM_ACCOUNTS; i++)
        all += software->cycles[i];
    if (all == 0)
        return;
    table_label(to, "software, work of");
    const char *before = "";
    for (int i = 0; i < SOFTWARE_NUM_ACCOUNTS; i++)
        if (percent(software->cycles[i], all) >= 1) {
            fprintf(to, "%s%s %.1f %%", before, names[i], percent(software->cycles[i], all));
            before = ", ";
        }
    fprintf(to, "\n");
    table_label(to, "copied [bytes]");
    fprintf(to,
            "%" PRIu64 " by senders, %" PRIu64 " by receivers, of which %" PRIu64
            " came before their receive\n",
            software->send_copied_bytes, software->receive_copied_bytes, software->kept_bytes);
}

static void print_reliable(FILE *to, const struct nic_stats *nic)
{
    if (nic->retransmissions + nic->acknowledgements == 0)
        return;
    table_label(to, "reliable delivery");
    fprintf(to,
            "%" PRIu64 " packets sent again, %" PRIu64 " of which had come; %" PRIu64
            " acknowledgements\n",
            nic->retransmissions, nic->duplicates, nic->acknowledgements);
}

// Parts of a hundredth or more.
static void print_life(FILE *to, const struct life_stats *life)
{
    uint64_t all = 0;
    for (int i = 0; i < LIFE_NUM_PARTS; i++)
        all += life->cycles[i];
    if (life->messages == 0)
        return;
    table_label(to, "time of a message");
    fprintf(to, "%.0f cycles of the fabric", (double)all / (double)life->messages);
    for (int i = 0; i < LIFE_NUM_PARTS; i++)
        if (percent(life->cycles[i], all) >= 1)
            fprintf(to, ", %s %.1f %%", life_names[i], percent(life->cycles[i], all));
    fputc('\n', to);
}

void table_nodes(FILE *to, const struct computers_stats *nodes)
{
    const struct mem_stats *mem = &nodes->mem;
    uint64_t rows = mem->row_hits + mem->row_closed + mem->row_conflicts;
    table_label(to, "computers");
    fprintf(to, "%" PRIu64 " for %" PRIu64 " cycles of their clocks, each\n", nodes->computers,
            nodes->computers ? nodes->cycles / nodes->computers : 0);
    print_cores(to, nodes);
    misses(to, "L1I misses", nodes->l1i.read_misses, nodes->l1i.reads);
    misses(to, "L1D misses", nodes->l1d.read_misses + nodes->l1d.write_misses,
           nodes->l1d.reads + nodes->l1d.writes);
    misses(to, "L2 misses", nodes->l2.read_misses + nodes->l2.dma_read_misses,
           nodes->l2.reads + nodes->l2.dma_reads);
    print_software(to, nodes);
    print_bus(to, nodes);
    if (rows > 0) {
        table_label(to, "memory rows");
        fprintf(to, "hit %.1f %%, closed %.1f %%, conflict %.1f %%\n", percent(mem->row_hits, rows),
                percent(mem->row_closed, rows), percent(mem->row_conflicts, rows));
    }
    if (nodes->driver_errors > 0) {
        table_label(to, "faults of software");
        fprintf(to, "%" PRIu64 " completions tell of one; nodes.nic.errors of --json has them\n",
                nodes->driver_errors);
    }
    if (nodes->nic.packets_sent + nodes->nic.packets_received == 0)
        return;
    table_label(to, "cards");
    fprintf(to,
            "%" PRIu64 " messages, %" PRIu64 " packets sent; DMA channels %.2f %% busy; %" PRIu64
            " cycles a packet waited for room, %" PRIu64 " for a receive buffer\n",
            nodes->nic.messages_sent, nodes->nic.packets_sent,
            percent(nodes->channels.busy_cycles, nodes->channel_cycles),
            nodes->nic.out_full_cycles + nodes->nic.in_full_cycles, nodes->nic.receive_wait_cycles);
    print_reliable(to, &nodes->nic);
    print_life(to, &nodes->life);
}
