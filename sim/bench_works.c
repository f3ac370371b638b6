// SPDX-License-Identifier: Apache-2.0
// The works, and what is asked of them. The peer is BookSim 2; sim/PEERS.md tells where its figures
// come from.
#include "sim/bench.h"

const struct bench_unit bench_units[BENCH_NUM_FIGURES] = {
    [BENCH_CYCLES_PER_S] = {"cycles_per_s", "k cycles/s", 1e-3, false},
    [BENCH_ROUTER_CYCLES_PER_S] = {"router_cycles_per_s", "M router-cycles/s", 1e-6, false},
    [BENCH_NS_PER_FLIT_HOP] = {"ns_per_flit_hop", "ns/flit-hop", 1, true},
    [BENCH_REFERENCES_PER_S] = {"references_per_s", "M references/s", 1e-6, false},
    [BENCH_CPU_S] = {"cpu_s", "s", 1, true},
    [BENCH_RATIO_TO_RTL] = {"ratio_to_rtl", "x time of rtl", 1, true},
    [BENCH_SPEED_UP] = {"speed_up", "x speed of one", 1, false},
    [BENCH_BUILD_S] = {"build_s", "s to build", 1, true},
    [BENCH_SETUP_S] = {"setup_s", "ms to start", 1e3, true},
    [BENCH_PEAK_BYTES] = {"peak_rss_bytes", "GB", 1e-9, true},
    [BENCH_BYTES_PER_ROUTER] = {"bytes_per_router", "bytes/router", 1, true},
    [BENCH_INSTRUCTIONS_PER_FLIT_HOP] = {"instructions_per_flit_hop", "instr./flit-hop", 1, true},
};

#define GRID(kind, dims)   "fabric.topology={kind: " kind ", dims: " dims "}"
#define CUBE(n)            "fabric.topology={kind: hypercube, n: " n "}"
#define LOAD(load)         "workload.rate_flits_per_node_cycle=" load
#define FLITS(flits)       "workload.packet_flits=" flits
#define CYCLES(cycles)     "run.measure_cycles=" cycles
#define RTL                "fabric.backend=rtl"
#define LEAN               "fabric.router={vcs: 2, buffer_flits: 4, flit_bits: 64}"
#define ROUTER(vcs, depth) "fabric.router={vcs: " vcs ", buffer_flits: " depth "}"
#define NO_WARMUP          "run.warmup_cycles=0"
#define FULL_NODES         "nodes.model=full"

// Cost of a flit-hop on a mesh, by load.
#define MESH_HOPS(side, load, cycles)                                                              \
    {                                                                                              \
        .name = "hop-" side "x" side "-" load,                                                     \
        .title = "C reference, " side "x" side " mesh, 4-flit packets, " load,                     \
        .settings = {GRID("mesh", "[" side ", " side "]"), LOAD(load), CYCLES(cycles)},            \
        .repeats = 3, .targets = {                                                                 \
            {BENCH_NS_PER_FLIT_HOP, 35, 15, "900-1,800"},                                          \
            {BENCH_CYCLES_PER_S},                                                                  \
            {BENCH_INSTRUCTIONS_PER_FLIT_HOP}                                                      \
        }                                                                                          \
    }

// References of a program to memory, read from compressed text.
#define REFERENCES(program)                                                                        \
    {                                                                                              \
        .name = "nodes-" program,                                                                  \
        .title = "500,000 references of " program " through core, L1 and L2",                      \
        .settings = {GRID("mesh", "[1, 1]"), "workload.kind=trace", FULL_NODES},                   \
        .sample = program ".lackey.xz", .repeats = 5, .targets = {                                 \
            {BENCH_REFERENCES_PER_S, 20e6, 0, NULL}                                                \
        }                                                                                          \
    }

// Two threads beside one.
#define THREADS(name_, words, reach, aim, ...)                                                     \
    {                                                                                              \
        .name = name_, .title = words ", 2 threads", .settings = {__VA_ARGS__}, .repeats = 3,      \
        .vary = "run.threads=[1, 2]", .targets = {                                                 \
            {BENCH_SPEED_UP, reach, aim, NULL}                                                     \
        }                                                                                          \
    }

// Memory of a machine of `routers` routers under load.
#define MEMORY(label, words, topology, vcs, depth, backend)                                        \
    {                                                                                              \
        .name = "mem-" label "-" vcs "x" depth, .title = words ", " vcs " VCs x " depth,           \
        .settings = {topology,      ROUTER(vcs, depth),   NO_WARMUP,                               \
                     CYCLES("100"), "run.drain_cycles=0", backend},                                \
        .repeats = 1, .targets = {                                                                 \
            {BENCH_BYTES_PER_ROUTER}                                                               \
        }                                                                                          \
    }

// Building a variant. Another one is built before, and with it what all variants share.
#define RTL_BUILD(radix, words, topology, reach_s)                                                 \
    {                                                                                              \
        .name = "rtl-radix-" radix, .title = "RTL of radix " radix ", " words ", 2 VCs x 8",       \
        .settings = {topology, CYCLES("1000"), RTL}, .vary = "fabric.router.vcs=[1, 2]",           \
        .repeats = 1, .builds = 3, .targets = {                                                    \
            {BENCH_BUILD_S, reach_s, 0, NULL},                                                     \
            {BENCH_CYCLES_PER_S}                                                                   \
        }                                                                                          \
    }

const struct bench_work bench_works[] = {
    {
        .name = "ref-8x8",
        .title = "C reference, 8x8 mesh, 4 VCs x 8, single flits, 0.1",
        .settings = {GRID("mesh", "[8, 8]"), FLITS("1"), CYCLES("100000")},
        .repeats = 5,
        .targets = {{BENCH_CYCLES_PER_S, 600e3, 1e6, "13-16"},
                    {BENCH_INSTRUCTIONS_PER_FLIT_HOP, 450, 250, "14,100"},
                    {BENCH_NS_PER_FLIT_HOP, 35, 15, "900-1,800"}},
    },
    {
        .name = "ref-8x8-long",
        .title = "C reference, 8x8 mesh, 8-flit packets, 0.3",
        .settings = {GRID("mesh", "[8, 8]"), FLITS("8"), LOAD("0.3"), CYCLES("40000")},
        .repeats = 5,
        .targets = {{BENCH_CYCLES_PER_S, 300e3, 500e3, "8-9"},
                    {BENCH_INSTRUCTIONS_PER_FLIT_HOP},
                    {BENCH_NS_PER_FLIT_HOP, 35, 15, "900-1,800"}},
    },
    MESH_HOPS("8", "0.02", "400000"),
    MESH_HOPS("8", "0.2", "50000"),
    MESH_HOPS("8", "0.4", "20000"),
    MESH_HOPS("16", "0.02", "50000"),
    MESH_HOPS("16", "0.2", "8000"),
    MESH_HOPS("32", "0.02", "8000"),
    MESH_HOPS("32", "0.1", "2000"),
    {
        .name = "rtl-8x8",
        .title = "RTL, 8x8 mesh, 2 VCs x 8, 4-flit packets, 0.1",
        .settings = {GRID("mesh", "[8, 8]"), "fabric.router.vcs=2", CYCLES("40000"), RTL},
        .repeats = 3,
        .targets = {{BENCH_CYCLES_PER_S, 180e3, 300e3, "28 (C++)"}, {BENCH_NS_PER_FLIT_HOP}},
    },
    {
        .name = "rtl-64x64",
        .title = "RTL, 64x64 mesh, 2 VCs x 8, 4-flit packets, 0.02",
        .settings = {GRID("mesh", "[64, 64]"), "fabric.router.vcs=2", LOAD("0.02"), CYCLES("2000"),
                     RTL},
        .repeats = 3,
        .targets = {{BENCH_CYCLES_PER_S, 2e3, 4e3, "0.062 (C++)"}, {BENCH_SETUP_S, 0.05, 0, NULL}},
    },
    RTL_BUILD("5", "8x8 mesh", GRID("mesh", "[8, 8]"), 3),
    RTL_BUILD("9", "hypercube of 256", CUBE("8"), 3),
    {
        .name = "lockstep-8x8",
        .title = "lockstep, 8x8 mesh, 2 VCs x 8, 4-flit packets, 0.1",
        .settings = {GRID("mesh", "[8, 8]"), "fabric.router.vcs=2", CYCLES("40000")},
        .repeats = 3,
        .vary = "fabric.backend=[rtl, lockstep]",
        .targets = {{BENCH_RATIO_TO_RTL, 1.5, 0, "none exists"}, {BENCH_CYCLES_PER_S}},
    },
    THREADS("threads-32", "C reference, 32x32 mesh, 4-flit packets, 0.08", 0, 1.5,
            GRID("mesh", "[32, 32]"), LOAD("0.08"), CYCLES("10000")),
    THREADS("threads-64", "C reference, 64x64 mesh, 4-flit packets, 0.04", 1.5, 0,
            GRID("mesh", "[64, 64]"), LOAD("0.04"), CYCLES("4000")),
    THREADS("threads-rtl-32", "RTL, 32x32 mesh, 2 VCs x 8, 0.08", 1.5, 0, GRID("mesh", "[32, 32]"),
            "fabric.router.vcs=2", LOAD("0.08"), CYCLES("1000"), RTL),
    {
        .name = "idle",
        .title = "C reference, 8x8 mesh, 10^9 cycles at load 10^-6",
        .settings = {GRID("mesh", "[8, 8]"), LOAD("0.000001"), NO_WARMUP, CYCLES("1000000000")},
        .repeats = 3,
        .targets = {{BENCH_CPU_S}, {BENCH_NS_PER_FLIT_HOP}},
    },
    {
        .name = "trace-mg",
        .title = "64-rank MPI trace, NAS MG class S, 8x8 torus, wormhole",
        .settings = {GRID("torus", "[8, 8]"), "workload.kind=trace"},
        .sample = "mg.S.64.ti.tar.zst",
        .repeats = 3,
        .targets = {{BENCH_CPU_S}, {BENCH_NS_PER_FLIT_HOP}},
    },
    {
        .name = "trace-is",
        .title = "64-rank MPI trace, NAS IS class S, 8x8 torus, wormhole",
        .settings = {GRID("torus", "[8, 8]"), "workload.kind=trace"},
        .sample = "is.S.64.ti.tar.zst",
        .repeats = 3,
        .targets = {{BENCH_CPU_S}, {BENCH_NS_PER_FLIT_HOP}},
    },
    {
        .name = "nodes-is",
        .title = "64-rank MPI trace, NAS IS class S, 8x8 torus, full nodes",
        .settings = {GRID("torus", "[8, 8]"), "workload.kind=trace", FULL_NODES},
        .sample = "is.S.64.ti.tar.zst",
        .repeats = 3,
        .targets = {{BENCH_CPU_S}},
    },
    REFERENCES("sort"),
    REFERENCES("gzip"),
    MEMORY("mesh", "C reference, 128x128 mesh, radix 5", GRID("mesh", "[128, 128]"), "2", "4",
           NULL),
    MEMORY("mesh", "C reference, 128x128 mesh, radix 5", GRID("mesh", "[128, 128]"), "4", "8",
           NULL),
    MEMORY("mesh", "C reference, 128x128 mesh, radix 5", GRID("mesh", "[128, 128]"), "8", "16",
           NULL),
    MEMORY("cube", "C reference, 14-cube, radix 15", CUBE("14"), "2", "4", NULL),
    MEMORY("cube", "C reference, 14-cube, radix 15", CUBE("14"), "4", "8", NULL),
    MEMORY("rtl", "RTL, 128x128 mesh, radix 5", GRID("mesh", "[128, 128]"), "2", "4", RTL),
    MEMORY("rtl", "RTL, 128x128 mesh, radix 5", GRID("mesh", "[128, 128]"), "4", "8", RTL),
    {
        .name = "rtl-radix-65",
        .title = "RTL of radix 65, star of 65, 2 VCs x 4",
        .settings = {"fabric.topology={kind: star, n: 65}", LEAN, CYCLES("1000"), RTL},
        .repeats = 1,
        .large = true,
        .targets = {{BENCH_BUILD_S, 60, 0, NULL}, {BENCH_CYCLES_PER_S}},
    },
    {
        .name = "rtl-65536-mesh",
        .title = "RTL, 256x256 mesh, 2 VCs x 4, 0.001",
        .settings = {GRID("mesh", "[256, 256]"), LEAN, LOAD("0.001"), NO_WARMUP, CYCLES("500"),
                     RTL},
        .repeats = 1,
        .large = true,
        .targets = {{BENCH_PEAK_BYTES, 2e9, 0, "impossible"}, {BENCH_ROUTER_CYCLES_PER_S}},
    },
    {
        .name = "rtl-65536-cube",
        .title = "RTL, 16-cube, 2 VCs x 4, 0.001",
        .settings = {CUBE("16"), LEAN, LOAD("0.001"), NO_WARMUP, CYCLES("500"), RTL},
        .repeats = 1,
        .large = true,
        .targets = {{BENCH_PEAK_BYTES, 2e9, 0, "impossible"}, {BENCH_ROUTER_CYCLES_PER_S}},
    },
    {
        .name = "ref-1m-torus",
        .title = "C reference, 1024x1024 torus, 2 VCs x 4, 0.001",
        .settings = {GRID("torus", "[1024, 1024]"), LEAN, LOAD("0.001"), NO_WARMUP, CYCLES("500"),
                     "run.drain_cycles=1500"},
        .repeats = 1,
        .large = true,
        .targets = {{BENCH_PEAK_BYTES, 16e9, 0, "impossible"},
                    {BENCH_ROUTER_CYCLES_PER_S, 0, 10e6, NULL},
                    {BENCH_SETUP_S}},
    },
    {
        .name = "ref-1m-cube",
        .title = "C reference, 20-cube, 2 VCs x 4, 0.001",
        .settings = {CUBE("20"), LEAN, LOAD("0.001"), NO_WARMUP, CYCLES("500")},
        .repeats = 1,
        .large = true,
        .targets = {{BENCH_PEAK_BYTES, 16e9, 0, "impossible"},
                    {BENCH_ROUTER_CYCLES_PER_S, 0, 10e6, NULL},
                    {BENCH_SETUP_S}},
    },
};

const size_t bench_num_works = sizeof bench_works / sizeof *bench_works;
