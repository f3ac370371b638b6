// SPDX-License-Identifier: Apache-2.0
// Results as JSON, CSV and tables.
#include "sim/output.h"
#include "sim/table.h"
#include "tests/config_text.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

// A result in which every figure is something else, so that mixed up ones are seen.
static struct run_result result_made(void)
{
    return (struct run_result){
        .outcome = RUN_COMPLETED,
        .cycles = 1000,
        .topology = {64, 65, 224, 4, 14, 5.25, 8},
        .routing = "dimension-order",
        .backend = "ref",
        .router_cycles = 64000,
        .counters = {.packets_injected = 11,
                     .packets_ejected = 12,
                     .flits_injected = 13,
                     .flits_ejected = 14,
                     .flit_hops = 500,
                     .stalls = {21, 22, 23, 24, 25, 26, 27}},
        .internals_known = true,
        .latency = {12, 30.5, 0.5, 31, 32, 33, 34, 35, 36},
        .network_latency = {12, 40.5, -1, 41, 42, 43, 44, 45, 46},
        .hops_mean = 5.5,
        .hops_max = 13,
        .offered_flits_per_node_cycle = 0.25,
        .accepted_flits_per_node_cycle = 0.125,
        .channel_utilisation_mean = 0.0625,
        .channel_utilisation_max = 0.5,
        .packet_flits_max = 7,
        .proof = {896, 6208, false},
        .wall_s = 0.5,
        .cpu_s = 0.375,
        .build_s = 0,
        .setup_s = 0.25,
        .peak_rss_bytes = 4096,
        .num_threads = 2,
    };
}

// The value at a dotted path as JSON text, to be freed.
static char *at_path(json_t *root, const char *path)
{
    char copy[128];
    snprintf(copy, sizeof copy, "%s", path);
    for (char *part = strtok(copy, "."); part; part = strtok(NULL, "."))
        root = json_object_get(root, part);
    return root ? json_dumps(root, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15)) : strdup("absent");
}

static void expect(json_t *root, const char *path, const char *expected)
{
    char *text = at_path(root, path);
    cr_assert_str_eq(text, expected, "%s is %s, not %s", path, text, expected);
    free(text);
}

Test(output, json_has_the_documented_keys_with_their_figures)
{
    struct config config = made();
    struct run_result result = result_made();
    struct figure_source source = {&config, &result, 0.125};
    json_t *root = output_json(&source);
    static const char *const expected[][2] = {
        {"schema", "\"ordito.run/1\""},
        {"seed", "1"},
        {"config.fabric.router.vcs", "4"},
        {"outcome", "\"completed\""},
        {"cycles", "1000"},
        {"topology.kind", "\"mesh\""},
        {"topology.nodes", "64"},
        {"topology.routers", "65"},
        {"topology.channels", "224"},
        {"topology.degree_max", "4"},
        {"topology.diameter_hops", "14"},
        {"topology.average_hops", "5.25"},
        {"topology.bisection_channels", "8"},
        {"fabric.backend", "\"ref\""},
        {"fabric.switching", "\"wormhole\""},
        {"fabric.router_cycles", "64000"},
        {"fabric.routing", "\"dimension-order\""},
        {"fabric.packets_injected", "11"},
        {"fabric.packets_ejected", "12"},
        {"fabric.flits_injected", "13"},
        {"fabric.flits_ejected", "14"},
        {"fabric.flit_hops", "500"},
        {"fabric.latency_cycles.mean", "30.5"},
        {"fabric.latency_cycles.ci95", "0.5"},
        {"fabric.latency_cycles.min", "31"},
        {"fabric.latency_cycles.p50", "32"},
        {"fabric.latency_cycles.p90", "33"},
        {"fabric.latency_cycles.p99", "34"},
        {"fabric.latency_cycles.p999", "35"},
        {"fabric.latency_cycles.max", "36"},
        {"fabric.network_latency_cycles.mean", "40.5"},
        {"fabric.network_latency_cycles.ci95", "null"},
        {"fabric.network_latency_cycles.max", "46"},
        {"fabric.hops.mean", "5.5"},
        {"fabric.hops.max", "13"},
        {"fabric.offered_flits_per_node_cycle", "0.25"},
        {"fabric.accepted_flits_per_node_cycle", "0.125"},
        {"fabric.channel_utilisation.mean", "0.0625"},
        {"fabric.channel_utilisation.max", "0.5"},
        {"fabric.stalls.no_credit", "21"},
        {"fabric.stalls.no_vc", "22"},
        {"fabric.stalls.not_whole", "23"},
        {"fabric.stalls.vc_lost", "24"},
        {"fabric.stalls.switch_lost", "25"},
        {"fabric.stalls.channel_busy", "26"},
        {"fabric.stalls.pipeline", "27"},
        {"application", "absent"},
        {"host.wall_s", "0.5"},
        {"host.cpu_s", "0.375"},
        {"host.cycles_per_s", "2000.0"},
        {"host.router_cycles_per_s", "128000.0"},
        {"host.flit_hops_per_s", "1000.0"},
        {"host.ns_per_flit_hop", "1000000.0"},
        {"host.build_s", "0.0"},
        {"host.setup_s", "0.25"},
        {"host.output_s", "0.125"},
        {"host.peak_rss_bytes", "4096"},
        {"host.threads", "2"},
    };
    cr_assert(root != NULL);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        expect(root, expected[i][0], expected[i][1]);
    json_decref(root);
    config_free(&config);
}

Test(output, undefined_figures_are_null)
{
    struct config config = made();
    struct run_result result = result_made();
    struct figure_source source = {&config, &result, -1};
    result.latency.num = 0;
    result.internals_known = false;
    result.topology.bisection_channels = UINT64_MAX;
    result.offered_flits_per_node_cycle = -1;
    result.wall_s = 0;
    json_t *root = output_json(&source);
    static const char *const paths[] = {
        "fabric.latency_cycles.mean",
        "fabric.latency_cycles.p50",
        "fabric.stalls.no_vc",
        "fabric.flit_hops",
        "host.ns_per_flit_hop",
        "fabric.channel_utilisation.max",
        "topology.bisection_channels",
        "fabric.offered_flits_per_node_cycle",
        "host.cycles_per_s",
        "host.output_s",
        "note",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        expect(root, paths[i], "null");
    expect(root, "fabric.network_latency_cycles.mean", "40.5");
    json_decref(root);
    config_free(&config);
}

Test(output, a_trace_has_an_application_section)
{
    struct config config = made();
    struct run_result result = result_made();
    struct figure_source source = {&config, &result, -1};
    result.has_application = true;
    result.makespan_cycles = 51;
    result.messages = 52;
    result.bytes = 53;
    result.collective_messages = 54;
    result.collective_bytes = 55;
    json_t *root = output_json(&source);
    expect(root, "application.makespan_cycles", "51");
    expect(root, "application.messages", "52");
    expect(root, "application.bytes", "53");
    expect(root, "application.collective_messages", "54");
    expect(root, "application.collective_bytes", "55");
    expect(root, "application.rpc", "absent");
    json_decref(root);
    config_free(&config);
}

Test(output, remote_calls_have_sums_and_means_of_their_steps)
{
    struct config config = made();
    struct run_result result = result_made();
    struct figure_source source = {&config, &result, -1};
    result.has_application = true;
    result.has_rpc = true;
    json_t *root = output_json(&source);
    expect(root, "application.rpc.cycles.reply", "0");
    expect(root, "application.rpc.mean_cycles.reply", "null");
    json_decref(root);
    result.rpc.calls = 4;
    result.rpc.cycles = 50;
    result.rpc.step_cycles[RPC_REPLY] = 10;
    root = output_json(&source);
    expect(root, "application.rpc.calls", "4");
    expect(root, "application.rpc.cycles.reply", "10");
    expect(root, "application.rpc.mean_cycles.reply", "2.5");
    expect(root, "application.rpc.mean_cycles.call", "12.5");
    expect(root, "application.rpc.mean_cycles.request", "0.0");
    json_decref(root);
    config_free(&config);
}

// Puts `any` in place of `one` behind a prefix, if that is how a name begins.
static void name_any(char *name, const char *prefix, const char *one, const char *any)
{
    size_t length = strlen(prefix);
    if (strncmp(name, prefix, length) != 0 || strncmp(name + length, one, strlen(one)) != 0)
        return;
    char *rest = name + length + strlen(one);
    memmove(name + length + strlen(any), rest, strlen(rest) + 1);
    memcpy(name + length, any, strlen(any));
}

Test(output, every_figure_is_defined_in_the_page_of_metrics)
{
    static char page[65536];
    FILE *from = fopen("sim/METRICS.md", "r");
    cr_assert(from != NULL, "run from the root of the source tree");
    page[fread(page, 1, sizeof page - 1, from)] = '\0';
    fclose(from);
    for (size_t i = 0; i < figure_num; i++) {
        char name[160];
        snprintf(name, sizeof name, "`%s`", figure_path(i));
        const char *dot = strrchr(figure_path(i), '.');
        bool part = strstr(figure_path(i), "latency_cycles.") != NULL;
        if (part) // all distributions have the same figures
            snprintf(name, sizeof name, "`.%s`", dot + 1);
        static const char classes[] = "`fabric.classes.";
        if (strncmp(name, classes, strlen(classes)) == 0)
            name[strlen(classes)] = 'N';
        static const char *const masters[] = {"l1d.", "l1i.", "nic.", "dma."};
        for (size_t m = 0; m < sizeof masters / sizeof *masters; m++)
            name_any(name, "`nodes.bus.", masters[m], "M.");
        for (size_t h = 0; h < NIC_NUM_HANDLERS; h++)
            name_any(name, "`nodes.nic.handlers.", nic_handler_names[h], "H");
        cr_assert(strstr(page, name) != NULL, "%s is not in sim/METRICS.md", name);
    }
}

// Splits the first line of CSV text in memory into its fields, after RFC 4180. Returns how many.
static size_t csv_fields(const char *text, char fields[][256], size_t max)
{
    size_t num = 0;
    while (num < max) {
        char *to = fields[num++];
        bool quoted = *text == '"';
        text += quoted;
        while (*text && (quoted || (*text != ',' && *text != '\n'))) {
            if (quoted && *text == '"' && text[1] != '"')
                break;
            text += quoted && *text == '"';
            *to++ = *text++;
        }
        *to = '\0';
        text += quoted;
        if (*text != ',')
            break;
        text++;
    }
    return num;
}

static char csv_header[512][256];
static char csv_row[512][256];

static const char *csv_field(size_t num, const char *name)
{
    for (size_t i = 0; i < num; i++)
        if (strcmp(csv_header[i], name) == 0)
            return csv_row[i];
    return NULL;
}

Test(output, csv_has_a_column_a_figure_and_quotes_what_needs_it)
{
    struct config config = made();
    struct run_result result = result_made();
    static const char *const keys[] = {"fabric.topology.dims", "workload.path"};
    static const char *const values[] = {"[8, 8]", "a \"b\"\nc"};
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    output_csv_header(to, keys, 2);
    output_csv_row(to, values, 2, &config, &result, NULL);
    fclose(to);
    size_t num = csv_fields(text, csv_header, 512);
    cr_assert_eq(csv_fields(strchr(text, '\n') + 1, csv_row, 512), num);
    cr_assert_str_eq(csv_field(num, "fabric.topology.dims"), "[8, 8]");
    cr_assert_str_eq(csv_field(num, "workload.path"), "a \"b\"\nc");
    cr_assert_str_eq(csv_field(num, "outcome"), "completed");
    cr_assert_str_eq(csv_field(num, "fabric.latency_cycles.p99"), "34");
    cr_assert_str_eq(csv_field(num, "fabric.network_latency_cycles.ci95"), "");
    cr_assert_str_eq(csv_field(num, "fabric.accepted_flits_per_node_cycle"), "0.125");
    cr_assert_str_eq(csv_field(num, "error"), "");
    cr_assert_null(csv_field(num, "host.wall_s"), "two equal runs have equal CSV");
    free(text);
    config_free(&config);
}

Test(output, a_failed_run_is_a_csv_row_with_its_error)
{
    struct config config = made();
    static const char *const keys[] = {"run.seed"};
    static const char *const values[] = {"3"};
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    output_csv_header(to, keys, 1);
    output_csv_row(to, values, 1, &config, NULL, "no, not \"this\"");
    fclose(to);
    size_t num = csv_fields(text, csv_header, 512);
    cr_assert_eq(csv_fields(strchr(text, '\n') + 1, csv_row, 512), num);
    cr_assert_str_eq(csv_field(num, "outcome"), "failed");
    cr_assert_str_eq(csv_field(num, "cycles"), "");
    cr_assert_str_eq(csv_field(num, "error"), "no, not \"this\"");
    free(text);
    config_free(&config);
}

Test(output, a_saturated_row_shows_no_latency)
{
    struct config config = made();
    struct run_result result = result_made();
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    struct table table = {.to = to, .has_load = true};
    result.outcome = RUN_SATURATED;
    table_row(&table, NULL, &config, &result, NULL);
    cr_assert(strstr(text, "saturated") && !strstr(text, "30.50") && strstr(text, "0.1250"), "%s",
              text);
    fclose(to);
    free(text);
    config_free(&config);
}
