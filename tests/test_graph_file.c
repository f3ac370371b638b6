// SPDX-License-Identifier: Apache-2.0
#include "model/net/graph_file.h"
#include "model/net/router.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct graph_file read_graph(const char *text)
{
    struct graph_file graph;
    struct err err = {0};
    cr_assert(graph_file_read(&graph, scratch_file("graph", text), &err), "%s", err.text);
    return graph;
}

// The file is refused, and the error tells file, line (0: of no line) and `says`.
static void refused(const char *text, unsigned line, const char *says)
{
    struct graph_file graph;
    struct err err = {0};
    char place[32] = "/bad: ";
    if (line > 0)
        snprintf(place, sizeof place, "/bad:%u: ", line);
    cr_assert_not(graph_file_read(&graph, scratch_file("bad", text), &err), "accepted: %s", text);
    cr_expect_eq(err.status, ERR_CONFIG);
    cr_expect(strstr(err.text, place) && strstr(err.text, says), "%s: %s", text, err.text);
}

#define GRAPHML(body) "<?xml version=\"1.0\"?>\n<graphml>\n" body "</graphml>\n"
#define GRAPH(body)   GRAPHML("<graph edgedefault=\"undirected\">\n" body "</graph>\n")

Test(graph_file, a_list_of_channels_gives_routers_nodes_and_channels)
{
    struct graph_file graph = read_graph("# a line of two cities, and a switch\n"
                                         "\n"
                                         "rome  milan latency_cycles=12 # far\r\n"
                                         "router hub nodes=0\n"
                                         "milan hub\n"
                                         "hub milan flit_cycles=4 latency_cycles=2\n"
                                         "router rome nodes=3");
    cr_assert_eq(graph.num_routers, 3);
    cr_expect_str_eq(graph.routers[0].name, "rome");
    cr_expect_str_eq(graph.routers[1].name, "milan");
    cr_expect_str_eq(graph.routers[2].name, "hub");
    cr_expect_eq(graph.routers[0].nodes, 3);
    cr_expect_eq(graph.routers[1].nodes, 1);
    cr_expect_eq(graph.routers[2].nodes, 0);
    cr_expect_eq(graph.num_nodes, 4);
    cr_expect_eq(graph.radix, 4); // 3 nodes and a channel, or a node and three channels
    cr_assert_eq(graph.num_channels, 3);
    cr_expect_eq(graph.channels[0].latency_cycles, 12);
    cr_expect_eq(graph.channels[0].flit_cycles, 1);
    cr_expect_eq(graph.channels[1].latency_cycles, 0);
    cr_expect_eq(graph.channels[2].a, 2);
    cr_expect_eq(graph.channels[2].b, 1);
    cr_expect_eq(graph.channels[2].latency_cycles, 2);
    cr_expect_eq(graph.channels[2].flit_cycles, 4);
    graph_file_free(&graph);
}

Test(graph_file, names_that_are_the_numbers_from_0_on_are_the_routers_numbers)
{
    struct graph_file graph = read_graph("2 0\n0 1\nrouter 1 nodes=2\n");
    for (uint32_t r = 0; r < 3; r++)
        cr_expect_eq(atoi(graph.routers[r].name), (int)r);
    cr_expect_eq(graph.routers[1].nodes, 2);
    cr_expect_eq(graph.channels[0].a, 2);
    cr_expect_eq(graph.channels[1].b, 1);
    graph_file_free(&graph);
    graph = read_graph("3 1\n1 2\n"); // no 0
    cr_expect_str_eq(graph.routers[0].name, "3");
    graph_file_free(&graph);
    graph = read_graph("1 00\n"); // no way to write 0
    cr_expect_str_eq(graph.routers[0].name, "1");
    graph_file_free(&graph);
}

Test(graph_file, graphml_gives_the_same_as_a_list_of_channels)
{
    struct graph_file graph = read_graph(
        GRAPHML("<key id=\"d0\" for=\"node\" attr.name=\"nodes\"><default>2</default></key>\n"
                "<key id=\"d1\" for=\"edge\" attr.name=\"latency_cycles\" attr.type=\"int\"/>\n"
                "<key id=\"d2\" for=\"all\" attr.name=\"flit_cycles\"/>\n"
                "<key id=\"d3\" for=\"node\" attr.name=\"colour\"><default>red</default></key>\n"
                "<graph id=\"G\" edgedefault=\"undirected\">\n"
                "<edge source=\"b\" target=\"a\"><data key=\"d1\"> 7 </data>\n"
                "  <data key=\"d2\">3</data></edge>\n"
                "<node id=\"a\"><data key=\"d3\">blue &amp; green</data></node>\n"
                "<node id=\"b\"><data key=\"d0\">5</data></node>\n"
                "<edge source=\"a\" target=\"b\"/></graph>\n"));
    cr_assert_eq(graph.num_routers, 2);
    cr_expect_str_eq(graph.routers[0].name, "b");
    cr_expect_eq(graph.routers[0].nodes, 5);
    cr_expect_eq(graph.routers[1].nodes, 2);
    cr_assert_eq(graph.num_channels, 2);
    cr_expect_eq(graph.channels[0].latency_cycles, 7);
    cr_expect_eq(graph.channels[0].flit_cycles, 3);
    cr_expect_eq(graph.channels[1].latency_cycles, 0);
    cr_expect_eq(graph.channels[1].flit_cycles, 1);
    graph_file_free(&graph);
}

Test(graph_file, faults_of_a_list_are_told_with_file_and_line)
{
    refused("", 0, "no router");
    refused("# nothing\n\n", 0, "no router");
    refused("0 1\n1 1\n", 2, "to itself");
    refused("0 1\n2\n", 2, "from \"2\" to where");
    refused("0 1 3.5\n", 1, "\"3.5\": a channel takes latency_cycles=L");
    refused("0 1 latency=3\n", 1, "latency_cycles=L");
    refused("0 1 latency_cycles=0\n", 1, "out of range (takes: 1..1000)");
    refused("0 1 flit_cycles=-1\n", 1, "no number");
    refused("0 1 latency_cycles=99999999999999999999\n", 1, "out of range");
    refused("0 1\nrouter\n", 2, "which router");
    refused("0 1\nrouter 0 nodes=66\n", 2, "0..65");
    refused("router 0 node=1\n", 1, "nodes=K");
    refused("router 0\nrouter 0\n", 2, "already in line 1");
    refused("router router\n", 1, "no router can be called");
    refused("nodes=3 1\n", 1, "where the name of a router belongs");
    refused("router 0 nodes=0\n0 1\nrouter 1 nodes=0\n", 0, "has a node");
    refused("0 1\nrouter 1 nodes=65\n", 0, "66 ports");
}

Test(graph_file, faults_of_graphml_are_told_with_file_and_line)
{
    refused("<graphml>\n<graph>\n", 3, "no element found");
    refused(GRAPH("<node id=\"a\"/>\n<node id=\"b\"/>\n<edge source=\"a\" target=\"c\"/>\n"), 6,
            "\"c\"");
    refused(GRAPH("<node id=\"a\"/>\n<node id=\"a\"/>\n"), 5, "already in line 4");
    refused(GRAPH("<node id=\"a\"/>\n<edge source=\"a\" target=\"a\"/>\n"), 5, "to itself");
    refused(GRAPH("<node/>\n"), 4, "<node> without id");
    refused(GRAPH("<node id=\"a\"/><edge source=\"a\"/>\n"), 4, "<edge> without target");
    refused(GRAPH("<node id=\"a\"><graph/></node>\n"), 4, "one is read");
    refused(GRAPH("<node id=\"a\"><port name=\"p\"/></node>\n"), 4, "<port>");
    refused(GRAPH("<hyperedge/>\n"), 4, "<hyperedge>");
    refused(GRAPH(""), 0, "no router");
    refused(GRAPHML(""), 0, "no <graph>");
    refused("<html/>", 1, "no GraphML");
    refused("<graphml>\n<graph edgedefault=\"directed\">\n<edge source=\"a\" target=\"b\"/>\n", 3,
            "directed edge");
    refused(GRAPHML("<key id=\"k\" for=\"node\" attr.name=\"nodes\"/>\n"
                    "<graph><node id=\"a\"><data key=\"k\">many</data></node></graph>"),
            4, "nodes: \"many\" is no number");
    refused(GRAPHML("<key id=\"k\" for=\"edge\" attr.name=\"flit_cycles\"><default/></key>\n"), 3,
            "no number");
}

Test(graph_file, a_router_has_no_more_ports_than_routers_can_have)
{
    char text[2048] = "";
    for (uint32_t r = 1; r <= ROUTER_MAX_RADIX; r++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "0 %u\n", r);
    refused(text, 0, "66 ports");
    snprintf(text + strlen(text), sizeof text - strlen(text), "router 0 nodes=0\n");
    struct graph_file graph = read_graph(text);
    cr_expect_eq(graph.radix, ROUTER_MAX_RADIX);
    graph_file_free(&graph);
    snprintf(text + strlen(text), sizeof text - strlen(text), "0 99\n");
    refused(text, ROUTER_MAX_RADIX + 2, "more than 65 ports");
}

Test(graph_file, files_that_cannot_be_read_or_are_no_text_are_refused)
{
    struct graph_file graph;
    struct err err = {0};
    cr_expect_not(graph_file_read(&graph, "/nowhere/at/all", &err));
    cr_expect_eq(err.status, ERR_CONFIG);
    cr_expect(strstr(err.text, "/nowhere/at/all: No such file"), "%s", err.text);
    err = (struct err){0};
    cr_expect_not(graph_file_read(&graph, scratch_folder(), &err));
    cr_expect(strstr(err.text, "directory"), "%s", err.text);
    char path[128];
    snprintf(path, sizeof path, "%s/null", scratch_folder());
    FILE *to = fopen(path, "w");
    fwrite("0 1\n\0\n", 1, 6, to);
    fclose(to);
    err = (struct err){0};
    cr_expect_not(graph_file_read(&graph, path, &err));
    cr_expect(strstr(err.text, "null character at byte 4"), "%s", err.text);
}

Test(graph_file, no_cut_of_a_good_file_crashes_the_reader)
{
    static const char *const whole[] = {
        "router a nodes=2\na b latency_cycles=3 flit_cycles=2\nb c\n",
        GRAPH("<node id=\"a\"/><node id=\"b\"/><edge source=\"a\" target=\"b\"/>"),
    };
    char text[512];
    for (size_t i = 0; i < 2; i++)
        for (size_t length = 0; length < strlen(whole[i]); length++) {
            struct graph_file graph;
            struct err err = {0};
            snprintf(text, sizeof text, "%.*s", (int)length, whole[i]);
            char path[128];
            snprintf(path, sizeof path, "%s/cut", scratch_folder());
            FILE *to = fopen(path, "w");
            fputs(text, to);
            fclose(to);
            if (graph_file_read(&graph, path, &err))
                graph_file_free(&graph);
            else
                cr_assert_eq(err.status, ERR_CONFIG);
        }
}
