// SPDX-License-Identifier: Apache-2.0
// Pins of a Verilated model as router_door.cpp reads and sets them: vectors, which Verilator makes
// integers up to 64 bits, and arrays of 32-bit words above that.
#ifndef ORDITO_RTL_ROUTER_PINS_H
#define ORDITO_RTL_ROUTER_PINS_H

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace
{

// Pins to be read again and again while other things are written: a copy of integers.
template <class Pins>
using Taken = std::conditional_t<std::is_integral_v<Pins>, const Pins, const Pins &>;

// The pins as 32-bit words, the lowest bits first.
template <class Pins> constexpr uint32_t words_of(const Pins &)
{
    return sizeof(Pins) > 4 ? sizeof(Pins) / 4 : 1;
}

template <class Pins> uint32_t word_of(const Pins &pins, uint32_t idx)
{
    if constexpr (std::is_integral_v<Pins>)
        return static_cast<uint32_t>(static_cast<uint64_t>(pins) >> (32 * idx));
    else
        return pins[idx];
}

// A field of up to 8 bits.
template <class Pins> uint8_t field(const Pins &pins, uint32_t lsb, uint32_t bits)
{
    uint64_t value;
    if constexpr (std::is_integral_v<Pins>) {
        value = static_cast<uint64_t>(pins) >> lsb;
    } else {
        value = pins[lsb / 32] >> (lsb % 32);
        if (lsb % 32 + bits > 32)
            value |= static_cast<uint64_t>(pins[lsb / 32 + 1]) << (32 - lsb % 32);
    }
    return static_cast<uint8_t>(value & ((1U << bits) - 1));
}

// Sets bits of a field of up to 8.
template <class Pins> void set_field(Pins &pins, uint32_t lsb, uint8_t value)
{
    if constexpr (std::is_integral_v<Pins>) {
        pins = static_cast<Pins>(pins | static_cast<uint64_t>(value) << lsb);
    } else {
        uint64_t shifted = static_cast<uint64_t>(value) << (lsb % 32);
        pins[lsb / 32] |= static_cast<uint32_t>(shifted);
        if (shifted >> 32)
            pins[lsb / 32 + 1] |= static_cast<uint32_t>(shifted >> 32);
    }
}

template <class Pins> bool any(const Pins &pins)
{
    uint32_t bits = 0;
    for (uint32_t w = 0; w < words_of(pins); w++)
        bits |= word_of(pins, w);
    return bits != 0;
}

template <class Pins> void clear(Pins &pins)
{
    std::memset(&pins, 0, sizeof pins);
}

} // namespace

#endif
