// SPDX-License-Identifier: Apache-2.0
#include "tests/exchange.h"

#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <string.h>

const char exchange_map[] = EXCHANGE_MAP("active: low, kind: asynchronous", "");

static void read_map(struct exchange *self, const char *text, const char *rtl)
{
    static int number;
    char name[32];
    snprintf(name, sizeof name, "map%d.yaml", number++);
    self->map = device_map_read(scratch_file(name, text), rtl, NULL, NULL, 0, &self->err);
    cr_assert(self->map, "%s", self->err.text);
}

// Opens the device of RTL in a folder.
void exchange_open_of(struct exchange *self, const char *text, const char *rtl,
                      struct device_rtl_options options)
{
    options.quiet = true;
    *self = (struct exchange){.stimulus = {.seed = 1}};
    read_map(self, text, rtl);
    cr_assert(device_rtl_open(&self->device, self->map, &options, &self->err), "%s",
              self->err.text);
}

void exchange_open(struct exchange *self, struct device_rtl_options options)
{
    exchange_open_of(self, exchange_map, "tests/rtl", options);
}

void exchange_close(struct exchange *self)
{
    device_free(&self->device);
    device_map_free(self->map);
}

void exchange_settle(struct exchange *self, enum device_phase phase)
{
    self->device.ops->settle(self->device.self, phase, self->step++, &self->in, &self->out);
}

void exchange_clock(struct exchange *self)
{
    self->device.ops->clock(self->device.self);
    memset(&self->in.forward, 0, sizeof self->in.forward);
}

void exchange_cycle(struct exchange *self)
{
    exchange_settle(self, DEVICE_RUN);
    exchange_clock(self);
}

void exchange_begin(struct exchange *self)
{
    memset(&self->in, 0, sizeof self->in);
    self->step = 0;
    cr_assert(self->device.ops->begin(self->device.self, &self->stimulus, &self->err), "%s",
              self->err.text);
    for (uint32_t c = 0; c < EXCHANGE_RESET_CYCLES; c++) {
        exchange_settle(self, DEVICE_RESET);
        exchange_clock(self);
    }
}

// Puts a flit on the pins of an input.
void exchange_send(struct exchange *self, uint32_t port, uint64_t data, uint8_t trap)
{
    self->in.forward[port] = (struct device_forward){
        .valid = true,
        .head = true,
        .tail = true,
        .bits = {data << 8 | trap, UINT64_C(3) << 34 | (uint64_t)(1 - port) << 33 | 0x1abcdef01}};
}

const char *exchange_fault(const struct exchange *self)
{
    return self->device.ops->fault(self->device.self);
}
