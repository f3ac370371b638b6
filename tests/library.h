// SPDX-License-Identifier: Apache-2.0
// Instances of libordito on a test bench.
#ifndef ORDITO_TESTS_LIBRARY_H
#define ORDITO_TESTS_LIBRARY_H

#include "sim/ordito.h"

// What is sent, and when.
struct library_packet {
    uint64_t cycle;
    uint32_t source, destination, flits, traffic_class;
};

enum { LIBRARY_PACKETS = 300, LIBRARY_MAX_FLITS = 6 };

// Fills packets: bursts of all nodes, single packets, and gaps long enough for the fabric to be
// idle.
void library_draw(struct library_packet packets[LIBRARY_PACKETS], uint32_t num_nodes,
                  uint32_t num_classes, uint64_t seed);

// Makes an instance, which the configuration must allow.
struct ordito *library_new(const char *yaml);

// Sends what is due in its cycle, by index as tag, and simulates until all has arrived and the
// fabric is idle. Deliveries go to `deliveries` [LIBRARY_PACKETS]; returns their number. Fails the
// test if something goes wrong.
uint32_t library_replay(struct ordito *self, const struct library_packet *packets,
                        struct ordito_delivery *deliveries);

#endif
