// SPDX-License-Identifier: Apache-2.0
// The rows of figure.c for the software of full nodes: counters of struct software_stats.
#ifndef ORDITO_SIM_FIGURE_SOFTWARE_H
#define ORDITO_SIM_FIGURE_SOFTWARE_H

#include "model/node/life.h"
#include "model/node/software.h"

// clang-format off
#define SOFTWARE_COUNT(name) IF(NODES, "nodes.software." #name, U64, nodes.software.name)
#define SOFTWARE_TIME(symbol, name) IF(NODES, "nodes.software.cycles." name, U64, nodes.software.cycles[symbol]),

#define LIFE_TIME(symbol, name) IF(LIVES, "nodes.life." #name "_cycles", U64, nodes.life.cycles[symbol]),
#define LIFE_CARD_TIME(symbol, name) IF(LIVES, "nodes.life." #name "_cycles", U64, nodes.life.cycles[LIFE_CARDS + (int)symbol]),

#define SOFTWARE_FIGURES \
    IF(LIVES, "nodes.life.messages", U64, nodes.life.messages), \
    LIFE_SENDER_PARTS(LIFE_TIME) \
    NIC_LIFE_PARTS(LIFE_CARD_TIME) \
    LIFE_RECEIVER_PARTS(LIFE_TIME) \
    SOFTWARE_ACCOUNTS(SOFTWARE_TIME) \
    SOFTWARE_COUNT(send_copied_bytes), \
    SOFTWARE_COUNT(receive_copied_bytes), \
    SOFTWARE_COUNT(kept_bytes), \
    SOFTWARE_COUNT(traps), \
    SOFTWARE_COUNT(interrupts), \
    SOFTWARE_COUNT(threads), \
    SOFTWARE_COUNT(wakes), \
    SOFTWARE_COUNT(switches), \
    SOFTWARE_COUNT(pinned_pages), \
    SOFTWARE_COUNT(protected_pages), \
    SOFTWARE_COUNT(faults), \
    SOFTWARE_COUNT(refused), \
    SOFTWARE_COUNT(buffer_waits)
// clang-format on

#endif
