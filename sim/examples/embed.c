// SPDX-License-Identifier: Apache-2.0
// A simulator with libordito inside: two clients ask a server over a torus, 1 flit a question,
// think 30 cycles about each answer, of 8 flits, and ask again. Prints each packet as it arrives:
// cycle of creation, source, destination, flits, cycle of arrival.
//     cc embed.c -o embed $(pkg-config --cflags --libs ordito) && ./embed [KEY=VALUE...]
#include <inttypes.h>
#include <ordito.h>
#include <stdio.h>

enum { NUM_CLIENTS = 2, SERVER = 10, SERVE_CYCLES = 20, THINK_CYCLES = 30, LAST_CYCLE = 1000 };

struct client {
    uint32_t node;
    uint64_t ask, answer; // cycles in which client and server will send
};

int main(int argc, char **argv)
{
    struct client clients[NUM_CLIENTS] = {{0, 0, ORDITO_NEVER}, {3, 5, ORDITO_NEVER}};
    struct ordito_options options = {.size = sizeof options,
                                     .settings = (const char *const *)argv + 1,
                                     .num_settings = (size_t)argc - 1};
    struct ordito_error error = {0}; // the first call that fails fills it
    struct ordito_delivery packet;
    struct ordito *net = ordito_new("fabric: {topology: {kind: torus}}", &options, &error);
    while (net && error.status == ORDITO_OK) {
        uint64_t next = ORDITO_NEVER;
        for (uint32_t i = 0; i < NUM_CLIENTS; i++) { // the tag is the client's number
            struct client *c = &clients[i];
            if (c->ask == ordito_cycle(net)) {
                ordito_send(net, c->node, SERVER, 1, 0, i, &error);
                c->ask = ORDITO_NEVER;
            }
            if (c->answer == ordito_cycle(net)) {
                ordito_send(net, SERVER, c->node, 8, 0, i, &error);
                c->answer = ORDITO_NEVER;
            }
            uint64_t first = c->ask < c->answer ? c->ask : c->answer;
            next = first < next ? first : next;
        }
        if (next == ORDITO_NEVER && ordito_idle(net))
            break;
        ordito_step_until(net, next, &error);
        while (ordito_poll(net, &packet, sizeof packet)) {
            struct client *c = &clients[packet.tag];
            printf("%" PRIu64 " %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu64 "\n",
                   packet.created_cycle, packet.source, packet.destination, packet.flits,
                   packet.ejected_cycle);
            if (packet.destination == SERVER)
                c->answer = packet.ejected_cycle + SERVE_CYCLES;
            else if (packet.ejected_cycle < LAST_CYCLE)
                c->ask = packet.ejected_cycle + THINK_CYCLES;
        }
    }
    if (error.status != ORDITO_OK)
        fprintf(stderr, "embed: %s\n", error.text);
    ordito_free(net);
    return error.status;
}
