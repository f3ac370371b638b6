// SPDX-License-Identifier: Apache-2.0
// See device_door.h. Compiled together with the C++ that Verilator makes of a wrapper and the RTL
// in it, with hidden visibility, so that many devices live in one process. Pin access only.
#include "device_door.h"
#include "device_print.h"
#include "router_pins.h"

#include "Vdoor.h"
#include "Vdoor___024root.h"
#include "Vdoor__Syms.h"

#if VM_COVERAGE
#include "device_cover.h"
#endif
#if VM_TRACE
#include "verilated_fst_c.h"
#endif

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>

namespace
{

constexpr char FAILED[] = "Assertion failed in ";

// What cannot go on; thrown through Verilator's code.
struct Halt {
};

struct Context : VerilatedContext {
    bool watched = false;
    bool halted = true;     // until the next begin
    char fault[512] = "";   // the first one
    char printed[512] = ""; // the last lines of this evaluation
};

struct Device {
    Context context; // goes last
    std::unique_ptr<Vdoor> model;
#if VM_COVERAGE
    Cover cover;
#endif
#if VM_TRACE
    std::unique_ptr<VerilatedFstC> wave;
#endif
};

Device *enter(void *handle)
{
    auto *device = static_cast<Device *>(handle);
    Verilated::threadContextp(&device->context);
    return device;
}

Context *context_here()
{
    return static_cast<Context *>(Verilated::threadContextp());
}

// Notes the first fault: where, what, and what the RTL printed just before. Verilator itself prints
// "[time] %Error: file:line: Assertion failed in SCOPE: text".
void note_fault(const char *file, int line, const char *what)
{
    Context *context = context_here();
    if (*context->fault)
        return;
    const char *printed = context->printed;
    if (const char *failed = std::strstr(printed, FAILED)) {
        printed = failed + std::strlen(FAILED);
        what = "";
    }
    std::snprintf(context->fault, sizeof context->fault, "%s:%d: %s%s%.*s", file, line, what,
                  *what && *printed ? ": " : "", static_cast<int>(std::strcspn(printed, "\n")),
                  printed);
}

template <class Pins> void put(Pins &pins, const uint32_t *words)
{
    if constexpr (sizeof(Pins) < sizeof *words)
        pins = static_cast<Pins>(*words);
    else
        std::memcpy(&pins, words, sizeof pins);
}

template <class Pins> void get(const Pins &pins, uint32_t *words)
{
    for (uint32_t w = 0; w < words_of(pins); w++)
        words[w] = word_of(pins, w);
}

void evaluate(Device *self)
try {
    self->context.printed[0] = 0;
    self->model->eval();
} catch (...) { // Halt, or what a library threw
    self->context.halted = true;
}

void put_inputs(Device *self, const struct device_door_in *in)
{
    Vdoor___024root *root = self->model->rootp;
    root->clk_i = 0;
    root->reset_i = in->reset;
    put(root->strap_i, in->strap);
    put(root->setup_i, in->setup);
    put(root->forward_i, in->forward);
    put(root->backward_i, in->backward);
}

void *device_new(void)
try {
    auto device = std::make_unique<Device>();
    device->context.traceEverOn(VM_TRACE);
    device->context.randReset(2);
    return device.release();
} catch (...) {
    return nullptr;
}

#if VM_TRACE
void wave_close(void *handle)
{
    enter(handle)->wave.reset();
}
#endif

void device_free(void *handle)
{
    delete enter(handle);
}

bool begin(void *handle, uint32_t seed, const struct device_door_in *in)
try {
    Device *self = enter(handle);
    Context *context = &self->context;
#if VM_TRACE
    self->wave.reset();
#endif
#if VM_COVERAGE
    self->cover.take(self->model.get());
#endif
    self->model.reset();
    context->randSeed(static_cast<int>(seed ? seed : 1)); // 0: of the time
    context->time(0);
    context->fault[0] = 0;
    context->halted = false;
    self->model = std::make_unique<Vdoor>(context, "");
    context->assertOn(false);
    context->watched = true; // in initial blocks
    put_inputs(self, in);
    evaluate(self);
    context->watched = false;
    return true;
} catch (...) {
    return false;
}

void watch(void *handle)
{
    Device *self = enter(handle);
#if VM_COVERAGE
    self->cover.leave_reset(self->model.get());
#endif
    self->context.watched = true;
    self->context.assertOn(true);
}

void settle(void *handle, const struct device_door_in *in, const struct device_door_out *out)
{
    Device *self = enter(handle);
    if (!self->model)
        return;
    if (!self->context.halted) {
        put_inputs(self, in);
        evaluate(self);
    }
    const Vdoor___024root *root = self->model->rootp;
    get(root->backward_o, out->backward);
    get(root->forward_o, out->forward);
}

void clock(void *handle)
{
    Device *self = enter(handle);
    if (!self->model || self->context.halted)
        return;
    self->model->rootp->clk_i = 1;
    self->context.timeInc(10);
    evaluate(self);
}

const char *fault(const void *handle)
{
    const char *text = static_cast<const Device *>(handle)->context.fault;
    return *text ? text : nullptr;
}

#if VM_TRACE
bool wave_open(void *handle, const char *path)
try {
    Device *self = enter(handle);
    self->wave = std::make_unique<VerilatedFstC>();
    self->model->trace(self->wave.get(), 99);
    self->wave->open(path);
    return self->wave->isOpen();
} catch (...) {
    return false;
}

void wave_dump(void *handle, uint64_t time)
{
    enter(handle)->wave->dump(time);
}
#endif

#if VM_COVERAGE
bool coverage_write(void *handle, const char *path)
try {
    Device *self = enter(handle);
    self->cover.take(self->model.get());
    self->model.reset();
    Context context;
    self->cover.write(context, path);
    return true;
} catch (...) {
    return false;
}
#endif

constexpr struct device_door DOOR = {
    device_new,     device_free, begin,      watch, settle, clock, fault,
#if VM_TRACE
    wave_open,      wave_dump,   wave_close,
#else
    nullptr,    nullptr,     nullptr,
#endif
#if VM_COVERAGE
    coverage_write,
#else
    nullptr,
#endif
};

} // namespace

// Keeps what the RTL prints, for it may be why it stops.
int device_door_print(const char *format, ...)
{
    Context *context = context_here();
    va_list args;
    va_start(args, format);
    int length = std::vsnprintf(context->printed, sizeof context->printed, format, args);
    va_end(args);
    return length;
}

// Called when an assertion fails, and by $error, $fatal and $stop.
void vl_stop(const char *file, int line, const char *)
{
    Context *context = context_here();
    if (context->watched)
        note_fault(file, line, "$stop");
}

void vl_finish(const char *file, int line, const char *)
{
    note_fault(file, line, "$finish");
}

// Verilator's complaints while it runs: of files that $readmemh does not find, or that are short.
void vl_warn(const char *file, int line, const char *, const char *text)
{
    note_fault(file, line, text);
}

// What Verilator itself cannot go on with. It would go on, for ever, if this returned.
void vl_fatal(const char *file, int line, const char *, const char *text)
{
    bool loops = std::strstr(text, "did not converge") != nullptr;
    note_fault(file, line, loops ? DEVICE_DOOR_UNSETTLED : text);
    throw Halt();
}

extern "C" __attribute__((visibility("default"))) const struct device_door *device_door(void)
{
    return &DOOR;
}
