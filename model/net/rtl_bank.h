// SPDX-License-Identifier: Apache-2.0
// A bank of Verilated instances behind the operations of router.h: what the back ends that run RTL
// share. It makes a payload's words at the input pins and reads the outputs after a clock edge; it
// writes waves.
//
// Timing: an input is on the pins when rtl_bank_flit, rtl_bank_credit or rtl_bank_answer returns;
// rtl_bank_clock is the clock edge. A wave shows each cycle as its low half, inputs applied, and
// the high half after the edge.
//
// Threads: the instances of each partition are a bank of the door, with a Verilated context of its
// own; a wave is of one partition.
#ifndef ORDITO_MODEL_NET_RTL_BANK_H
#define ORDITO_MODEL_NET_RTL_BANK_H

#include "model/net/router.h"
#include "model/net/rtl_build.h"

// The instances of a partition.
struct rtl_part {
    void *instances; // the door's bank
    uint32_t first;  // router that instance 0 is
    uint32_t num;
    struct router_door_out out; // of the last clock edge
    struct err fault;           // first fault found
    bool differs;               // a fault was found,
    uint32_t fault_router;      //   at this router
};

struct rtl_bank {
    struct rtl_library library;
    const struct router_door *door; // of the library
    struct partitioning partitioning;
    struct rtl_part *parts; // [num_parts]
    uint32_t num_parts;
    uint32_t num_instances;
    uint32_t num_words;      // of a payload
    uint64_t last_word_mask; // wires of a payload's last word
    bool *busy;              // [num_instances]
    const uint64_t *now;     // NULL: the cycle is not known
    struct router_rtl *rtl;  // NULL: nothing was asked
    bool wave_open;
    bool wave_low;       // the low half of wave_cycle is in the file, the high half is not
    uint64_t wave_cycle; // last cycle in the file
};

// Opens the variant and makes its instances. `flit_bits` are the wires of the variant's payload.
// `variant` gets assertions and waves as `params` ask for. NULL on failure, with `err` filled.
struct rtl_bank *rtl_bank_new(const struct router_params *params, struct rtl_variant *variant,
                              uint32_t flit_bits, struct err *err);

// Sets the parameters of a top that say how its routers allocate.
void rtl_bank_set_design(struct rtl_variant *variant, const struct router_design *design);

// A bank of routers (router_sim.sv, circuit_sim.sv), with their straps and tables, whose payload
// has `flit_bits` wires.
struct rtl_bank *rtl_bank_new_routers(const struct router_params *params, uint32_t flit_bits,
                                      struct err *err);

// These are operations of struct router_ops.
void rtl_bank_free(void *bank);
void rtl_bank_flit(void *bank, uint32_t instance, uint32_t port, struct flit flit);
void rtl_bank_credit(void *bank, uint32_t instance, uint32_t port, uint8_t vcs);
void rtl_bank_answer(void *bank, uint32_t instance, uint32_t port, bool ack, bool nack);
void rtl_bank_update(void *bank, uint32_t instance, struct router_out *out);
bool rtl_bank_busy(const void *bank, uint32_t instance);
void rtl_bank_stalls(const void *bank, uint32_t instance, struct router_stalls *sum);
bool rtl_bank_check(void *bank, struct err *err);

static inline struct rtl_part *rtl_bank_part(const struct rtl_bank *self, uint32_t instance)
{
    return &self->parts[partition_of(&self->partitioning, instance)];
}

// The clock edge alone; gives the outputs.
const struct router_door_out *rtl_bank_clock(struct rtl_bank *self, uint32_t instance);

// Notes that a fault was found at this router in this cycle; rtl_bank_check tells who asked (struct
// router_rtl).
void rtl_bank_note_fault(struct rtl_bank *self, uint32_t instance);

// A flit's forward wires but for the payload, ROUTER_DOOR_*.
static inline uint8_t rtl_bank_wires(struct flit flit)
{
    return (uint8_t)(ROUTER_DOOR_VALID | flit.vc | (flit.head ? ROUTER_DOOR_HEAD : 0) |
                     (flit.tail ? ROUTER_DOOR_TAIL : 0));
}

// Flit `idx` of outputs.
static inline struct flit rtl_bank_out_flit(const struct rtl_bank *self,
                                            const struct router_door_out *out, uint32_t idx)
{
    uint8_t wires = out->flits[idx].wires;
    return (struct flit){
        .payload = out->words[(size_t)idx * self->num_words],
        .vc = wires & ROUTER_DOOR_VC,
        .head = (wires & ROUTER_DOOR_HEAD) != 0,
        .tail = (wires & ROUTER_DOOR_TAIL) != 0,
    };
}

// Sets the word at an address of an instance's configuration port.
void rtl_bank_configure(struct rtl_bank *self, uint32_t instance, uint32_t addr, uint32_t data);

// Depths of buffers and sizes of tables are rounded up to powers of two, so that few variants serve
// many of them.
static inline uint32_t rtl_bank_power_of_two(uint32_t least)
{
    uint32_t power = 1;
    while (power < least)
        power *= 2;
    return power;
}

// The current cycle.
static inline uint64_t rtl_bank_cycle(const struct rtl_bank *self)
{
    return self->now ? *self->now : 0;
}

#endif
