// SPDX-License-Identifier: Apache-2.0
// See router_door.h. Compiled together with the C++ that Verilator makes of one RTL variant, with
// hidden visibility, so that many variants live in one process. Pin access only.
#include "router_door.h"
#ifdef DOOR_SYSTEMC
#include "systemc_edge.h"
#else
#include "router_edge.h"
#endif
#include "router_pins.h"

#if VM_TRACE
#include "verilated_fst_c.h"
#endif

#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

namespace
{

using Payload = std::remove_reference_t<decltype(std::declval<Root &>().payload_i[0])>;

constexpr uint32_t NUM_PORTS = std::extent<decltype(Root::payload_i)>::value;
constexpr uint32_t NUM_WORDS = (sizeof(Payload) + 7) / 8;
constexpr uint32_t FWD_BITS = 6;
#ifdef DOOR_CIRCUIT
constexpr uint32_t CREDIT_BITS = 0;
#else
constexpr uint32_t CREDIT_BITS = DOOR_VCS;
#endif

struct Context : VerilatedContext {
    char fault[256] = "";
};

struct Instance {
    std::unique_ptr<Model> model;
    Root *root;
    bool clocked = true; // since pins were set, or since wave_low
};

struct Bank {
    Context context; // goes last
    std::vector<Instance> instances;
#if VM_TRACE
    std::unique_ptr<VerilatedFstC> wave;
    uint32_t wave_first = 0;
    uint32_t wave_end = 0;
#endif
};

Bank *bank_of(void *handle)
{
    return static_cast<Bank *>(handle);
}

// Verilator's runtime asks for the thread's context in what is done now and then.
Bank *enter(void *handle)
{
    Bank *bank = bank_of(handle);
    Verilated::threadContextp(&bank->context);
    return bank;
}

// A payload wider than 64 bits is an array of 32-bit words; the last 64-bit word may be half.
template <class Pins> void put_payload(Pins &pins, const uint64_t *words)
{
    if constexpr (std::is_integral_v<Pins>)
        pins = static_cast<Pins>(words[0]);
    else
        std::memcpy(&pins, words, sizeof pins);
}

template <class Pins> void get_payload(const Pins &pins, uint64_t *words)
{
    if constexpr (std::is_integral_v<Pins>) {
        words[0] = pins;
    } else {
        words[NUM_WORDS - 1] = 0;
        std::memcpy(words, &pins, sizeof pins);
    }
}

void quiet(Root *root)
{
    clear(root->fwd_i);
#ifndef DOOR_CIRCUIT
    clear(root->credit_i);
#endif
    clear(root->ack_i);
    clear(root->nack_i);
}

// Pins stay as they were set until the cycle after, so that a wave shows them.
void before_pins(Instance &self)
{
    if (self.clocked)
        quiet(self.root);
    self.clocked = false;
}

void edge(Instance &self)
{
    before_pins(self);
    rise(self.root, self.model.get(), Alone());
    self.clocked = true;
}

void read_flits(const Root *root, struct router_door_out *out)
{
    // Bits of valid wires; they are in the same places again after three words
    static constexpr uint32_t VALID[] = {0x20820820, 0x08208208, 0x82082082};
    struct router_door_flit *flits = out->flits;
    uint64_t *words = out->words;
    Taken<decltype(root->fwd_o)> fwd = root->fwd_o;
    for (uint32_t w = 0; w < words_of(fwd); w++)
        for (uint32_t bits = word_of(fwd, w) & VALID[w % 3]; bits; bits &= bits - 1) {
            uint32_t port = (32 * w + static_cast<uint32_t>(__builtin_ctz(bits))) / FWD_BITS;
            *flits++ = {port, field(fwd, port * FWD_BITS, FWD_BITS)};
            get_payload(root->payload_o[port], words);
            words += NUM_WORDS;
        }
    out->num_flits = static_cast<uint32_t>(flits - out->flits);
}

// Credits alone, the rule where there are no circuits.
#ifndef DOOR_CIRCUIT
struct router_door_back *read_credits(const Root *root, struct router_door_back *backs)
{
    uint32_t next = 0; // first bit of the ports that are not done
    Taken<decltype(root->credit_o)> credits = root->credit_o;
    for (uint32_t w = 0; w < words_of(credits); w++)
        for (uint32_t bits = word_of(credits, w); bits; bits &= bits - 1) {
            uint32_t lsb = 32 * w + static_cast<uint32_t>(__builtin_ctz(bits));
            if (lsb < next)
                continue;
            uint32_t port = lsb / CREDIT_BITS;
            next = (port + 1) * CREDIT_BITS;
            *backs++ = {port, field(credits, port * CREDIT_BITS, CREDIT_BITS), 0, 0};
        }
    return backs;
}
#endif

struct router_door_back *read_answers(const Root *root, struct router_door_back *backs)
{
    for (uint32_t port = 0; port < NUM_PORTS; port++) {
        uint8_t credits = 0;
#ifndef DOOR_CIRCUIT
        credits = field(root->credit_o, port * CREDIT_BITS, CREDIT_BITS);
#endif
        uint8_t ack = field(root->ack_o, port, 1);
        uint8_t nack = field(root->nack_o, port, 1);
        if (credits | ack | nack)
            *backs++ = {port, credits, ack, nack};
    }
    return backs;
}

void read_outputs(const Root *root, struct router_door_out *out)
{
    read_flits(root, out);
    struct router_door_back *end = out->backs;
    if (any(root->ack_o) || any(root->nack_o))
        end = read_answers(root, end);
#ifndef DOOR_CIRCUIT
    else
        end = read_credits(root, end);
#endif
    out->num_backs = static_cast<uint32_t>(end - out->backs);
    out->busy = root->busy_o;
}

// Gives all input pins a value: those of a new instance may be anything.
void strap(Root *root, const struct router_door_straps *straps)
{
    root->rst_ni = 0;
    quiet(root);
#ifndef DOOR_WHOLE
    root->cfg_valid_i = 0;
#endif
    root->mode_i = straps->mode;
    root->depth_i = straps->depth_flits;
    root->by_flow_i = straps->by_flow;
    root->vcs_low_i = straps->vcs_low;
    root->vcs_high_i = straps->vcs_high;
    root->vcs_class_i = straps->vcs_class;
#ifdef DOOR_CIRCUIT
    root->waits_i = straps->waits;
#endif
#ifdef DOOR_WHOLE
    root->len_mask_i = straps->len_mask;
#endif
}

void add_instance(Bank *bank, uint32_t idx, const struct router_door_straps *straps)
{
    char name[32] = "fabric";
#ifndef DOOR_WHOLE
    std::snprintf(name, sizeof name, "router_%u", idx);
#else
    (void)idx;
#endif
    Instance self;
    self.model = std::make_unique<Model>(&bank->context, name);
    self.root = self.model->rootp;
    strap(self.root, straps);
    low(self.root, self.model.get());
    edge(self);
    edge(self);
    self.root->rst_ni = 1;
    bank->instances.push_back(std::move(self));
}

void *bank_new(uint32_t num_instances, const struct router_door_straps *straps)
try {
    auto bank = std::make_unique<Bank>();
    bank->context.traceEverOn(straps->waves);
#ifdef DOOR_CHECKED
    bank->context.randReset(2); // what reset forgets is not 0 by luck
    bank->context.randSeed(1);
#endif
    bank->instances.reserve(num_instances);
    for (uint32_t i = 0; i < num_instances; i++)
        add_instance(bank.get(), i, straps);
    return bank.release();
} catch (...) {
    return nullptr;
}

void bank_free(void *handle)
{
    delete enter(handle);
}

void configure(void *handle, uint32_t instance, uint32_t addr, uint32_t data)
{
#ifdef DOOR_WHOLE
    (void)handle, (void)instance, (void)addr, (void)data;
#else
    Instance &self = enter(handle)->instances[instance];
    self.root->cfg_valid_i = 1;
    self.root->cfg_addr_i = addr;
    self.root->cfg_data_i = data;
    edge(self);
    self.root->cfg_valid_i = 0;
#endif
}

void flit(void *handle, uint32_t instance, uint32_t port, uint8_t wires, const uint64_t *words)
{
    Instance &self = bank_of(handle)->instances[instance];
    before_pins(self);
    set_field(self.root->fwd_i, port * FWD_BITS, wires);
    put_payload(self.root->payload_i[port], words);
}

void credit(void *handle, uint32_t instance, uint32_t port, uint8_t vcs)
{
#ifdef DOOR_CIRCUIT
    (void)handle, (void)instance, (void)port, (void)vcs;
#else
    Instance &self = bank_of(handle)->instances[instance];
    before_pins(self);
    set_field(self.root->credit_i, port * CREDIT_BITS, vcs);
#endif
}

void answer(void *handle, uint32_t instance, uint32_t port, bool ack, bool nack)
{
    Instance &self = bank_of(handle)->instances[instance];
    before_pins(self);
    set_field(self.root->ack_i, port, ack);
    set_field(self.root->nack_i, port, nack);
}

void clock(void *handle, uint32_t instance, struct router_door_out *out)
{
#ifdef DOOR_CHECKED
    Bank *bank = enter(handle); // where vl_stop finds it
#else
    Bank *bank = bank_of(handle);
#endif
    Instance &self = bank->instances[instance];
    edge(self);
    read_outputs(self.root, out);
}

#ifndef DOOR_WHOLE
const uint64_t *stalls(void *handle, uint32_t instance)
{
    static_assert(std::extent_v<decltype(Root::stalls_o)> == ROUTER_DOOR_STALLS);
    return bank_of(handle)->instances[instance].root->stalls_o;
}
#endif

const char *fault(void *handle)
{
    const char *text = bank_of(handle)->context.fault;
    return *text ? text : nullptr;
}

#if VM_TRACE
bool wave_open(void *handle, const char *path, uint32_t first, uint32_t num)
try {
    Bank *bank = enter(handle);
    bank->wave = std::make_unique<VerilatedFstC>();
    bank->wave_first = first;
    bank->wave_end = first + num;
    for (uint32_t i = first; i < bank->wave_end; i++)
        bank->instances[i].model->trace(bank->wave.get(), 99);
    bank->wave->open(path);
    return bank->wave->isOpen();
} catch (...) {
    return false;
}

void wave_low(void *handle, uint64_t time)
{
    Bank *bank = enter(handle);
    for (uint32_t i = bank->wave_first; i < bank->wave_end; i++) {
        Instance &self = bank->instances[i];
        before_pins(self);
        low(self.root, self.model.get());
    }
    bank->wave->dump(time);
}

void wave_high(void *handle, uint64_t time)
{
    Bank *bank = enter(handle);
    for (uint32_t i = bank->wave_first; i < bank->wave_end; i++)
        if (!bank->instances[i].clocked)
            edge(bank->instances[i]);
    bank->wave->dump(time);
}

void wave_close(void *handle)
{
    enter(handle)->wave.reset();
}
#endif

constexpr struct router_door DOOR = {
    NUM_PORTS, NUM_WORDS, bank_new,  bank_free,  configure, flit, credit, answer, clock,
#ifdef DOOR_WHOLE
    nullptr,
#else
    stalls,
#endif
    fault,
#if VM_TRACE
    wave_open, wave_low,  wave_high, wave_close,
#else
    nullptr,   nullptr,   nullptr,  nullptr,
#endif
};

} // namespace

// Called when an assertion fails, instead of ending the program. One is enough.
void vl_stop(const char *file, int line, const char *)
{
    auto *context = static_cast<Context *>(Verilated::threadContextp());
    std::snprintf(context->fault, sizeof context->fault, "%s:%d", file, line);
    context->assertOn(false);
}

extern "C" __attribute__((visibility("default"))) const struct router_door *router_door(void)
{
    return &DOOR;
}
