// SPDX-License-Identifier: Apache-2.0
// Pins of the SystemC module that Verilator makes of fabric.sv (--sc), as router_door.cpp sets and
// reads them: those of a whole fabric without SystemC (fabric_sim.sv), and how they get from and to
// signals. Part of router_door.cpp.
#ifndef ORDITO_RTL_SYSTEMC_PINS_H
#define ORDITO_RTL_SYSTEMC_PINS_H

#include "router_pins.h"

#include "Vdoor.h"

#include <array>

namespace
{

// What a port carries; how many bits; and the same as integers: itself up to 64 bits, and words of
// 32 above, as Verilator has it without SystemC.
template <class Port> struct Carried;
template <class Value> struct Carried<sc_core::sc_in<Value> &> {
    using type = Value;
};
template <class Value> struct Carried<sc_core::sc_out<Value> &> {
    using type = Value;
};
template <class Value> struct Shape {
    using type = Value;
    static constexpr int bits = 8 * sizeof(Value);
};
template <int BITS> struct Shape<sc_dt::sc_bv<BITS>> {
    using type = std::array<uint32_t, (BITS + 31) / 32>;
    static constexpr int bits = BITS;
};
#define PIN(name) typename Shape<Carried<decltype(Vdoor::name)>::type>::type name{};

template <class Value, class Pin> void drive(sc_core::sc_signal<Value> &signal, const Pin &pin)
{
    if constexpr (std::is_integral_v<Value>) {
        signal.write(pin);
    } else {
        Value value;
        for (uint32_t w = 0; w < pin.size(); w++)
            value.set_word(static_cast<int>(w), pin[w]);
        signal.write(value);
    }
}

template <class Value, class Pin> void sample(const sc_core::sc_signal<Value> &signal, Pin &pin)
{
    if constexpr (std::is_integral_v<Value>) {
        pin = signal.read();
    } else {
        const Value &value = signal.read();
        for (uint32_t w = 0; w < pin.size(); w++)
            pin[w] = static_cast<uint32_t>(value.get_word(static_cast<int>(w)));
    }
}

// Pins but for the clock and payloads.
#define INPUTS(X)                                                                                  \
    X(rst_ni)                                                                                      \
    X(mode_i)                                                                                      \
    X(depth_i)                                                                                     \
    X(by_flow_i)                                                                                   \
    X(vcs_low_i) X(vcs_high_i) X(vcs_class_i) X(len_mask_i) X(fwd_i) X(credit_i) X(ack_i) X(nack_i)
#define OUTPUTS(X) X(fwd_o) X(credit_o) X(ack_o) X(nack_o)

struct Root {
    static constexpr int nodes =
        Shape<Carried<decltype(Vdoor::payload_i)>::type>::bits / DOOR_FLIT_BITS;
    using Payload = std::array<uint32_t, (DOOR_FLIT_BITS + 31) / 32>;

    INPUTS(PIN)
    OUTPUTS(PIN)
    Payload payload_i[nodes]{};
    Payload payload_o[nodes]{};
    bool busy_o = false; // as that of fabric_sim.sv, or true for some cycles more
};

// Moves the bits of a node's payload between all payloads and that, up to 8 at a time.
template <class Flat> void put_node(Flat &flat, uint32_t node, const Root::Payload &payload)
{
    for (uint32_t b = 0; b < DOOR_FLIT_BITS; b += 8)
        set_field(flat, node * DOOR_FLIT_BITS + b, field(payload, b, 8));
}

template <class Flat> void get_node(const Flat &flat, uint32_t node, Root::Payload &payload)
{
    clear(payload);
    for (uint32_t b = 0; b < DOOR_FLIT_BITS; b += 8) {
        uint32_t num = DOOR_FLIT_BITS - b < 8 ? DOOR_FLIT_BITS - b : 8;
        set_field(payload, b, field(flat, node * DOOR_FLIT_BITS + b, num));
    }
}

} // namespace

#endif
