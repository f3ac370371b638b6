// SPDX-License-Identifier: Apache-2.0
// The state of a scoreboard, for its files alone (scoreboard*.c).
//
//   scoreboard.c           a run from begin to end; flits that come in, resets
//   scoreboard_flow.c      flow control on both sides
//   scoreboard_flit.c      flits that leave: of which packet they are
//   scoreboard_blame.c     flits that nothing explains: what they are most likely to be
//   scoreboard_cause.c     what may be behind it
//   scoreboard_wait.c      who is overtaken
//   scoreboard_watch.c     no movement
//   scoreboard_excuse.c    who may stand still
//   scoreboard_waits.c     who waits for whom
//   scoreboard_network.c   likewise within a network, as far as can be inferred
//   scoreboard_story.c     the life of a packet in words
//
// A run is cut into epochs by resets. What is kept of a flit are its bits, without those that the
// device may change, and the cycles in which it came and left; all else follows from these.
#ifndef ORDITO_SIM_WORKBENCH_SCOREBOARD_STATE_H
#define ORDITO_SIM_WORKBENCH_SCOREBOARD_STATE_H

#include "sim/workbench/scoreboard.h"

#include <stddef.h>

#define SCORE_NEVER UINT64_MAX

enum {
    SCORE_NONE = UINT32_MAX,
    SCORE_NUM_TURNS = 4096, // changes of a receiver's mind that are remembered; a power of two
    SCORE_LINGER_CYCLES = 64,
    SCORE_PIPELINE_FLITS = 4 // that a VC may well have behind its buffer
};

struct score_packet {
    uint64_t ports;   // output ports that are right, a bit each
    size_t first;     // index of its head in the arrays of flits
    uint64_t waits;   // since when it is at the front of its queue; SCORE_NEVER: not yet
    uint32_t flits;   // 1..
    uint32_t in;      // flits that came in
    uint32_t out;     // flits that left
    uint32_t next;    // of those with the same hash of the head
    uint32_t behind;  // which came in next by its port and VC
    uint32_t passed;  // packets that overtook it
    uint32_t held_up; // packets of other VCs that went before it; in the middle of it, flits
    uint16_t vcs;     // VCs that it may leave by, a bit each
    uint16_t channel; // by which it came: port * num_vcs + vc
    uint16_t by;      // by which it leaves, where out > 0
    bool gone;        // came in before a reset
};

// A VC of an input port.
struct score_input {
    uint32_t first; // packet of this epoch; SCORE_NONE: none; the same for the following
    uint32_t last;
    uint32_t front; // the first that has not begun to leave
    uint32_t owed;  // flits that came in, less credits that went back
    bool reset;     // flits were in it when the last reset came
};

// A VC of an output port.
struct score_output {
    uint32_t packet;  // that is leaving; SCORE_NONE: none
    uint32_t credits; // that the device has got and not used
    uint64_t off;     // on-off: since when it is off; SCORE_NEVER: it is on
};

// Packets with the same hash of the head.
struct score_chain {
    uint32_t first;
    uint32_t last;
};

// From this cycle on, flits of this channel may leave, or may not.
struct score_turn {
    uint64_t cycle;
    uint16_t by;
    bool blocked;
};

// A flit is missing: lost, or late. Which, is told by what leaves from now on.
struct score_doubt {
    bool active;
    uint32_t packet; // whose flit is missing
    uint32_t flit;
    uint64_t until;      // the cycle in which it counts as lost
    struct failure late; // what is wrong if it comes
    struct failure lost; // what is wrong otherwise
};

struct scoreboard {
    const struct device_map *map;
    const struct device_spec *spec;
    const struct stimulus *stimulus;
    uint32_t num_words;                                 // of a flit
    uint32_t num_inputs;                                // ports * VCs
    uint8_t port_of[DEVICE_MAX_PORTS * DEVICE_MAX_VCS]; // of a channel; no division in a cycle
    uint8_t vc_of[DEVICE_MAX_PORTS * DEVICE_MAX_VCS];
    const uint64_t *kept[2]; // bits that count, of flits that are no head and that are
    uint64_t cycle;          // the present one
    uint64_t moved;          // the last in which something changed that can be seen
    uint64_t patience;

    struct score_packet *packets; // as in the stimulus
    uint64_t *bits;               // num_words a flit
    uint64_t *came;               // cycle, or SCORE_NEVER; the same for the following
    uint64_t *left;
    uint64_t *aside; // cycles, in searches; as many as a packet has flits
    uint32_t *queue; // of packets, in searches
    uint32_t *from;  // of packets, in searches
    uint32_t *seen;  // number of the last search that saw it
    uint32_t search;
    struct score_chain *live; // packets of this epoch that have not left whole, by hash
    struct score_chain *done; // that have
    uint32_t chain_mask;

    struct score_input *inputs;          // [port * VCs + vc]
    struct score_output *outputs;        // likewise
    uint16_t backward[DEVICE_MAX_PORTS]; // receivers', of the cycle before
    uint64_t offered; // ports with a flit that was not taken in the cycle before, a bit each
    struct device_forward held[DEVICE_MAX_PORTS]; // these
    uint64_t refused; // input ports with a flit that the device did not take, a bit each
    uint8_t refused_vcs[DEVICE_MAX_PORTS]; // of these
    bool near;       // what left was nearly what had to, or just before had left
    bool either;     // the pins do not tell whether a packet is stuck or lost
    bool standstill; // a failure was found because nothing moved
    bool *excused;   // [port * VCs + vc]: score_find_excuses

    enum device_phase phase;
    uint64_t reset_step;  // cycles of this reset so far
    uint32_t num_inside;  // packets that have not left whole
    uint64_t num_owed;    // credits
    uint64_t num_came;    // packets of this epoch
    uint64_t reset_cycle; // of the last reset in the run; SCORE_NEVER: none
    struct score_doubt doubt;
    struct score_turn turns[SCORE_NUM_TURNS];
    uint64_t num_turns; // in all
    struct scoreboard_measures measures;
};

static inline uint32_t score_channel(const struct scoreboard *self, uint32_t port, uint32_t vc)
{
    return port * self->spec->num_vcs + vc;
}

static inline uint32_t score_port(const struct scoreboard *self, uint32_t channel)
{
    return self->port_of[channel];
}

static inline uint32_t score_vc(const struct scoreboard *self, uint32_t channel)
{
    return self->vc_of[channel];
}

// True if a packet may leave there.
static inline bool score_leads(const struct scoreboard *self, const struct score_packet *packet,
                               uint32_t by)
{
    return packet->ports >> score_port(self, by) & 1 && packet->vcs >> score_vc(self, by) & 1;
}

static inline const uint64_t *score_bits(const struct scoreboard *self, uint32_t packet,
                                         uint32_t flit)
{
    return &self->bits[(self->packets[packet].first + flit) * self->num_words];
}

static inline bool score_same_bits(const struct scoreboard *self, uint32_t packet, uint32_t flit,
                                   const uint64_t bits[DEVICE_FLIT_WORDS])
{
    const uint64_t *own = score_bits(self, packet, flit);
    const uint64_t *kept = self->kept[flit == 0];
    uint64_t differ = 0;
    for (uint32_t w = 0; w < self->num_words; ++w)
        differ |= (bits[w] & kept[w]) ^ own[w];
    return differ == 0;
}

static inline bool score_inside(const struct score_packet *packet)
{
    return packet->in > 0 && packet->out < packet->flits && !packet->gone;
}

// scoreboard_flow.c. Each returns false if something is wrong.
bool score_flow_in(struct scoreboard *self, const struct play_cycle *cycle,
                   struct failure *failure);
bool score_flow_out(struct scoreboard *self, const struct play_cycle *cycle, uint32_t port,
                    struct failure *failure);
bool score_flow_quiet(struct scoreboard *self, const struct play_cycle *cycle,
                      struct failure *failure);
// True if the receiver does not let a packet's next flits (1, or more where a mode asks for room)
// leave by this channel.
bool score_flow_blocks(const struct scoreboard *self, uint32_t by, uint32_t flits);

// scoreboard_flit.c
struct score_chain *score_chain_of(const struct scoreboard *self, struct score_chain *chains,
                                   const uint64_t bits[DEVICE_FLIT_WORDS]);
void score_chain_add(struct scoreboard *self, struct score_chain *chain, uint32_t packet);
void score_flit_leaves(struct scoreboard *self, uint32_t port, const struct device_forward *flit,
                       struct failure *failure);
// True if no other packet of its epoch has the same head.
bool score_flit_alone(struct scoreboard *self, uint32_t packet);

// scoreboard_blame.c
void score_blame(struct scoreboard *self, uint32_t port, const struct device_forward *flit,
                 struct failure *failure);
// A packet has left before another of its flow, which is late or lost.
void score_doubt_order(struct scoreboard *self, uint32_t packet, uint32_t before);
bool score_doubt_flit(struct scoreboard *self, uint32_t port, const struct device_forward *flit,
                      struct failure *failure);
void score_doubt_end(struct scoreboard *self, struct failure *failure);

// scoreboard_cause.c: names the cause of a failure that may come from another one.
void score_find_cause(struct scoreboard *self, struct failure *failure);

// scoreboard_excuse.c
// The packet that is next to leave of those of an input channel; SCORE_NONE: none.
uint32_t score_next_of(const struct scoreboard *self, uint32_t channel);
// Its sender was made to pause, not long ago.
bool score_was_paused(const struct scoreboard *self, uint32_t channel);
// A packet that was sent by another VC of its port, and takes the room that it needs.
uint32_t score_before_at_port(const struct scoreboard *self, uint32_t channel);
// Tells of every input channel whether its next packet is excused for not moving. Returns whether
// any is.
bool score_find_excuses(struct scoreboard *self);

// scoreboard_wait.c
// A packet begins to leave; a flit leaves by a channel.
void score_overtake(struct scoreboard *self, uint32_t packet, struct failure *failure);
void score_hold_up(struct scoreboard *self, uint32_t by, struct failure *failure);

// scoreboard_watch.c
void score_watch(struct scoreboard *self, const struct play_cycle *cycle, struct failure *failure);

// scoreboard_waits.c
// Whom a packet at the front of its queue, or leaving, waits for, in words. Returns the packet that
// holds what it waits for, or SCORE_NONE.
uint32_t score_waits_for(const struct scoreboard *self, uint32_t packet, char *text, size_t size);
void score_print_waiting(const struct scoreboard *self, FILE *to);

// scoreboard_network.c
void score_print_network(const struct scoreboard *self, FILE *to);

// scoreboard_words.c
// "north VC 1", "north" where there is one VC.
struct score_words {
    char text[48];
};
struct score_words score_words_channel(const struct scoreboard *self, uint32_t channel);
// The channels by which a packet may leave: "by north VC 0, or north VC 1".
void score_words_ways(const struct scoreboard *self, const struct score_packet *packet, char *text,
                      size_t size);
struct failure score_at(const struct scoreboard *self, enum failure_rule rule, bool output,
                        uint32_t channel, uint32_t packet, uint32_t flit);

// Flits of an input channel that came in and have not left.
uint32_t score_flits_inside(const struct scoreboard *self, uint32_t channel);

#endif
