// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/wave_pins.h"

#include "sim/wave_list.h"
#include "sim/workbench/device_rtl.h"
#include "sim/workbench/device_wrapper.h"

static const char scope[] = "workbench_top";

// A port's part of a vector, which begins with valid if it is forward.
static void put_port(FILE *to, const struct workbench *bench, uint32_t port, const char *what,
                     const char *vector_name, enum device_vector vector, bool forward)
{
    const struct device_spec *spec = bench->spec;
    uint32_t width = device_wrapper_wires(bench->map)->bits[vector];
    uint32_t bits = width / spec->num_ports;
    uint32_t lsb = port * bits;
    char name[96];
    snprintf(name, sizeof name, "%s %s", spec->port_names[port], what);
    if (!forward) {
        wave_list_part(to, WAVE_LIST_BITS, name, scope, vector_name, width, lsb, bits);
        return;
    }
    char valid[112];
    snprintf(valid, sizeof valid, "%s valid", name);
    wave_list_part(to, WAVE_LIST_BITS, valid, scope, vector_name, width, lsb, 1);
    snprintf(valid, sizeof valid, "%s flit", name);
    wave_list_part(to, WAVE_LIST_HEX, valid, scope, vector_name, width, lsb + 1, bits - 1);
}

void wave_pins_write(const struct workbench *bench, uint64_t from_cycle, uint64_t marked_cycle,
                     FILE *to)
{
    const struct device_spec *spec = bench->spec;
    char in_back[32];
    char out_back[32];
    snprintf(in_back, sizeof in_back, "in, %s back",
             device_wrapper_backward_name(bench->map, false));
    snprintf(out_back, sizeof out_back, "out, %s back",
             device_wrapper_backward_name(bench->map, true));
    wave_list_head(to, "wave.fst", "wave.gtkw", device_rtl_wave_time(&bench->rtl, from_cycle),
                   device_rtl_wave_time(&bench->rtl, marked_cycle));
    fprintf(to, WAVE_LIST_BITS "%s.clk_i\n%s.reset_i\n", scope, scope);
    for (uint32_t p = 0; p < spec->num_ports; p++) {
        fprintf(to, WAVE_LIST_OPEN "-%s\n", spec->port_names[p]);
        put_port(to, bench, p, "in", "forward_i", DEVICE_FORWARD_IN, true);
        put_port(to, bench, p, in_back, "backward_o", DEVICE_BACKWARD_IN, false);
        put_port(to, bench, p, "out", "forward_o", DEVICE_FORWARD_OUT, true);
        put_port(to, bench, p, out_back, "backward_i", DEVICE_BACKWARD_OUT, false);
        fprintf(to, WAVE_LIST_END "-%s\n", spec->port_names[p]);
    }
}
