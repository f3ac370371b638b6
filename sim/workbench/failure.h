// SPDX-License-Identifier: Apache-2.0
// A rule that a device broke: which, where, when.
#ifndef ORDITO_SIM_WORKBENCH_FAILURE_H
#define ORDITO_SIM_WORKBENCH_FAILURE_H

#include <stdbool.h>
#include <stdint.h>

// One row a rule: symbol, name in reports, what it demands.
#define FAILURE_RULES(X)                                                                           \
    X(RULE_DELIVERED, "delivered", "every flit that is sent into the device leaves it")            \
    X(RULE_ONCE, "once", "no flit leaves that was not sent, and none leaves twice")                \
    X(RULE_INTACT, "intact", "flits leave with the bits with which they came")                     \
    X(RULE_ROUTE, "route", "packets leave by a port that leads to their destination")              \
    X(RULE_VC, "vc", "packets leave by a virtual channel that they may use")                       \
    X(RULE_ORDER, "order", "flits of a packet leave in order")                                     \
    X(RULE_FLOW_ORDER, "flow-order", "packets of a flow leave in order")                           \
    X(RULE_INTERLEAVE, "interleave", "packets are not interleaved in a virtual channel")           \
    X(RULE_FORWARD, "forward", "flow control is obeyed: no flit without leave to send it")         \
    X(RULE_HELD, "held", "a valid flit that is not taken stays as it is")                          \
    X(RULE_BACKWARD, "backward", "no more credits, and no later off, than there is room")          \
    X(RULE_CREDITS, "credits", "every credit comes back")                                          \
    X(RULE_TIMELY, "timely", "no flit leaves sooner than its switching mode allows")               \
    X(RULE_QUIET, "quiet", "nothing leaves during and after reset but what came after it")         \
    X(RULE_ENCODING, "encoding", "types and virtual channels of flits are encoded as agreed")      \
    X(RULE_DEADLOCK, "deadlock", "what can move does move")                                        \
    X(RULE_STARVATION, "starvation", "a waiting head is overtaken by a bounded number of packets") \
    X(RULE_KNOWN, "known", "no output is X after reset")                                           \
    X(RULE_ASSERTION, "assertion", "the device's own assertions hold")                             \
    X(RULE_EXACT, "exact", "outputs are those of the C reference in every cycle")                  \
    X(RULE_PERFORMANCE, "performance", "latency and throughput are those of the reference")

enum failure_rule {
#define FAILURE_SYMBOL(symbol, name, text) symbol,
    FAILURE_RULES(FAILURE_SYMBOL)
#undef FAILURE_SYMBOL
        FAILURE_NUM_RULES
};

extern const char *const failure_rule_names[FAILURE_NUM_RULES];
extern const char *const failure_rule_texts[FAILURE_NUM_RULES];

enum { FAILURE_NONE = UINT32_MAX };

struct failure {
    bool found;
    enum failure_rule rule;
    uint64_t cycle; // of the run, as stimuli count
    bool output;    // the port is an output port
    uint32_t port;  // FAILURE_NONE: none in particular; the same for the following
    uint32_t vc;
    uint32_t packet;   // index in the stimulus
    uint32_t flit;     // of that packet
    char field[48];    // of the pins: "valid", "destination.x", "credit", ""
    char expected[96]; // in words
    char actual[96];
    char text[512]; // one sentence that says it all; more lines where several are involved
};

// Notes a failure, unless one is there. Fields that do not apply are FAILURE_NONE or "".
// `format` is the sentence.
void failure_set(struct failure *self, const struct failure *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
