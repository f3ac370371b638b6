// SPDX-License-Identifier: Apache-2.0
#include "sim/workbench/performance.h"

#include "sim/interrupt.h"
#include "sim/workbench/performance_measuring.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { LONG_FLITS = 8, WIDTH = 64 };

static const char cycles[] = "cycles";
static const char throughput[] = "flits/cycle";

static bool add(const struct measuring *self, const double figures[PERFORMANCE_SIDES],
                const char *unit, double tolerance, const char *format, va_list args)
{
    struct performance *to = self->to;
    double device = figures[PERFORMANCE_DEVICE], reference = figures[PERFORMANCE_REFERENCE];
    if (!(to->num_rows & (to->num_rows - 1))) { // there is room for the next power of two
        size_t room = to->num_rows ? 2 * to->num_rows : 1;
        void *rows = realloc(to->rows, room * sizeof *to->rows);
        if (!rows)
            return err_set(self->err, ERR_RUN, "out of memory");
        to->rows = rows;
    }
    double worse_by = unit == cycles ? device - reference : reference - device;
    struct performance_row *row = &to->rows[to->num_rows++];
    *row = (struct performance_row){.mode = self->setup.mode,
                                    .unit = unit,
                                    .device = device,
                                    .reference = reference,
                                    .tolerance = tolerance,
                                    // Less is rounding: figures are of counts up to thousands.
                                    .worse = isnan(device) || worse_by > tolerance + 1e-9};
    vsnprintf(row->name, sizeof row->name, format, args);
    return true;
}

bool performance_add_latency(const struct measuring *self, double figures[PERFORMANCE_SIDES],
                             const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bool ok = add(self, figures, cycles, device_map_tolerance(self->bench->map).latency_cycles,
                  format, args);
    va_end(args);
    return ok;
}

bool performance_add_throughput(const struct measuring *self, double figures[PERFORMANCE_SIDES],
                                double packet, const char *format, ...)
{
    double share = device_map_tolerance(self->bench->map).throughput;
    double reference = figures[PERFORMANCE_REFERENCE];
    va_list args;
    va_start(args, format);
    bool ok = add(self, figures, throughput, packet + (isnan(reference) ? 0 : share * reference),
                  format, args);
    va_end(args);
    return ok;
}

bool performance_way(const struct measuring *self, uint32_t in, uint32_t vc, uint32_t out,
                     uint32_t *to)
{
    uint32_t num;
    const struct device_way *ways = device_ways_of(&self->ways, in, vc, &num);
    for (uint32_t i = 0; i < num; i++) {
        *to = ways[i].to;
        if (ways[i].route.ports == UINT64_C(1) << out)
            return true;
    }
    return false;
}

bool performance_play(const struct measuring *self, uint32_t side, const struct stimulus *stimulus,
                      const struct play_checker *checker)
{
    struct play_result result;
    struct device *device = self->sides[side];
    return play(self->bench->map, device, stimulus, checker, 1, &result, self->err) &&
           (!result.failure.found ||
            err_set(self->err, ERR_MISMATCH, "%s: %s", device->ops->name, result.failure.text));
}

// The place in the network that is nearest to its middle, where routers use most of their ports.
static uint32_t middle(const struct device_map *map)
{
    const struct device_spec *spec = device_map_spec(map);
    uint32_t last[DEVICE_MAX_DIMS], at[DEVICE_MAX_DIMS], best = 0;
    uint64_t least = UINT64_MAX;
    uint32_t num = device_map_coordinates(map, spec->num_destinations - 1, last);
    for (uint32_t position = 0; position < spec->num_positions; position++) {
        uint64_t off = 0;
        device_map_coordinates(map, device_map_own_address(map, position), at);
        for (uint32_t d = 0; d < num; d++)
            off += 2 * at[d] > last[d] ? 2 * at[d] - last[d] : last[d] - 2 * at[d];
        best = off < least ? position : best;
        least = off < least ? off : least;
    }
    return best;
}

// The shortest packets, the longest that both sides take and that are short enough to be many, and
// some between.
static void choose_lengths(struct measuring *self)
{
    const struct device_spec *spec = self->bench->spec;
    uint32_t longest = device_spec_max_flits(spec, self->setup.mode);
    for (uint32_t side = 0; side < self->num_sides; side++) {
        const struct device_spec *own = self->sides[side]->spec;
        uint32_t most = own ? device_spec_max_flits(own, self->setup.mode) : longest;
        longest = most < longest ? most : longest;
    }
    if (longest > LONG_FLITS)
        longest = LONG_FLITS;
    if (longest < spec->min_flits)
        longest = spec->min_flits;
    self->lengths[0] = spec->min_flits;
    self->lengths[1] = (spec->min_flits + longest) / 2;
    self->lengths[2] = longest;
}

static bool measure_mode(struct measuring *self)
{
    choose_lengths(self);
    bool ok = device_ways_find(&self->ways, self->bench->map, &self->setup, self->err) &&
              performance_latency(self) && performance_throughput(self);
    device_ways_free(&self->ways);
    return ok;
}

bool performance_measure(struct performance *self, struct workbench *bench, struct err *err)
{
    for (uint32_t m = 0; m < bench->spec->num_modes; m++) {
        struct measuring measuring = {
            .to = self,
            .bench = bench,
            .sides = {&bench->rtl, &bench->reference},
            .num_sides = bench->reference.ops ? 2 : 1,
            .setup = {.mode = bench->spec->modes[m], .position = middle(bench->map)},
            .err = err,
        };
        if (!measure_mode(&measuring))
            return false;
        if (interrupt_pending()) { // what is there is of half a run
            self->num_rows = 0;
            return true;
        }
    }
    return true;
}

void performance_free(struct performance *self)
{
    free(self->rows);
    *self = (struct performance){0};
}

static void print_figure(FILE *to, double figure)
{
    if (isnan(figure))
        fprintf(to, " %9s", "-");
    else
        fprintf(to, " %9.4g", figure);
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

// Of a row that is like the one before it in all but of what it is.
static bool is_more(const struct performance_row *row)
{
    const struct performance_row *before = row - 1;
    size_t what = (size_t)(strrchr(row->name, ',') - row->name);
    return row->mode == before->mode && strncmp(row->name, before->name, what + 1) == 0 &&
           row->worse == before->worse && row->tolerance == before->tolerance &&
           same(row->device, before->device) && same(row->reference, before->reference);
}

void performance_print(const struct performance *self, FILE *to)
{
    for (size_t i = 0, more = 0; i < self->num_rows; i += more + 1) {
        const struct performance_row *row = &self->rows[i];
        char name[sizeof row->name + 32];
        for (more = 0; i + more + 1 < self->num_rows && is_more(row + more + 1);)
            more++;
        if (i == 0 || row->mode != row[-1].mode)
            fprintf(to, "%s%-*s %-11s %9s %9s %9s\n", i ? "\n" : "", WIDTH,
                    switching_names[row->mode], "unit", "device", "reference", "allowed");
        int length = snprintf(name, sizeof name, "%s", row->name);
        if (more)
            snprintf(name + length, sizeof name - (size_t)length, " and %zu more", more);
        fprintf(to, "%-*s %-11s", WIDTH, name, row->unit);
        print_figure(to, row->device);
        print_figure(to, row->reference);
        print_figure(to, row->unit == cycles ? row->reference + row->tolerance
                                             : row->reference - row->tolerance);
        fprintf(to, "%s\n", row->worse ? "  worse" : "");
    }
}

// A number, or null for one that is not there.
static json_t *figure_json(double figure)
{
    return isnan(figure) ? json_null() : json_real(figure);
}

json_t *performance_json(const struct performance *self)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < self->num_rows; i++) {
        const struct performance_row *row = &self->rows[i];
        json_array_append_new(rows, json_pack("{s:s, s:s, s:s, s:o, s:o, s:f, s:b}", "mode",
                                              switching_names[row->mode], "figure", row->name,
                                              "unit", row->unit, "device", figure_json(row->device),
                                              "reference", figure_json(row->reference), "tolerance",
                                              row->tolerance, "worse", row->worse));
    }
    return rows;
}
