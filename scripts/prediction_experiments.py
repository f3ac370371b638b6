# SPDX-License-Identifier: Apache-2.0
"""Why programs end when they do: experiments that change one thing, for sim/PROGRAMS.md."""
from program import table
from smpi_replay import ALGORITHMS, EAGER, SAME, seconds

# Of a trace: what is changed, SimGrid's options before and after, how its platform is changed, and
# settings here that are changed with it.
WIDE = {"fabric.router.flit_bits": 512}
POST_ALL = {"workload.collectives.alltoallv": "post-all"}
SIMGRID_ALLTOALL = {"workload.collectives.alltoall":
                    "[{up_to_bytes: 199, algorithm: bruck}, "
                    "{up_to_bytes: 2999, algorithm: post-all}, {algorithm: pairwise}]"}
EXPERIMENTS = (
    ("osu_allreduce.4", "SimGrid: recursive doubling", (), ("smpi/allreduce:rdb",), {}, {}),
    ("osu_allreduce.4", "and data that start at once", ("smpi/allreduce:rdb",),
     ("smpi/allreduce:rdb", *EAGER), {}, {}),
    ("is.S.64", "SimGrid: alltoallv in a ring", (), ("smpi/alltoallv:ring",), {}, {}),
    ("is.S.64", "here: alltoallv post-all", (), (), {}, POST_ALL),
    ("osu_alltoall.64", "SimGrid: alltoall in a ring", (), ("smpi/alltoall:ring",), {}, {}),
    ("osu_alltoall.64", "here: SimGrid's rules of alltoall", (), (), {}, SIMGRID_ALLTOALL),
    ("osu_alltoall.64", "here: preset auto", (), (), {}, {"workload.collectives.preset": "auto"}),
    ("osu_alltoall.16", "SimGrid: alltoall in a ring", (), ("smpi/alltoall:ring",), {}, {}),
    ("ft.S.8", "SimGrid: alltoall in a ring", (), ("smpi/alltoall:ring",), {}, {}),
    ("ft.S.8", "here: packets of 65 flits", ALGORITHMS, ALGORITHMS, {},
     {"fabric.packet.max_flits": 65}),
    ("ft.S.4", "here: announcements wait behind data", ALGORITHMS, ALGORITHMS, {},
     {"fabric.router.classes": 1, "workload.priority_bytes": 0}),
    ("lu.S.8", "SimGrid: data that start at once", (), EAGER, {}, {}),
    ("dt.S.BH.5", "SimGrid: data that start at once", (), EAGER, {}, {}),
    ("osu_bcast.16", "both: links of 16 GB/s", SAME, SAME, {"bandwidth": "16GBps"}, WIDE),
    ("mt_compare_bcast.16", "both: links of 16 GB/s", SAME, SAME, {"bandwidth": "16GBps"}, WIDE),
    ("mt_compare_bcast.16", "SimGrid: hosts bounded to 2 GB/s", SAME, SAME,
     {"more": ' limiter_link="2GBps"'}, {}),
    ("mg.S.8", "both: links of 16 GB/s", SAME, SAME, {"bandwidth": "16GBps"}, WIDE),
    ("comd_lj.8", "both: links of 16 GB/s", SAME, SAME, {"bandwidth": "16GBps"}, WIDE),
)

FREE = {f"nodes.software.{what}_cycles": 0 for what in
        ("trap", "trap_return", "driver", "demultiplex", "match", "match_entry", "pin")}
NO_COPIES = {"nodes.software.receive_copies": 0}
NO_GRANTS = {"nodes.nic.grants": "false", "fabric.router.vc_choice": "by-flow"}
FULL_CHANGES = {"as it is": {}, "no copies": NO_COPIES, "free software": FREE,
                "no grants": NO_GRANTS, "none of them": {**NO_COPIES, **FREE, **NO_GRANTS},
                "kernel path": {"nodes.software.path": "kernel"},
                "interrupts": {"nodes.software.arrival": "interrupt"}}
FULL_TRACES = ("osu_bcast.16", "osu_alltoall.16", "is.S.64", "mg.S.64", "ft.S.8", "dt.S.BH.5")


def experiments_table(smpirun, folder, replay, ideal):
    """Each experiment: here to SimGrid, before and after. `replay` gives a run of a trace on a
    machine with settings, `ideal` are those of ideal nodes."""
    times = {}

    def there(path, options, platform):
        key = (path, options, str(platform))
        if key not in times:
            times[key] = seconds(smpirun, path, options, **platform)
        return times[key]

    def here(path, settings):
        key = (path, str(settings))
        if key not in times:
            run = replay(path, "ideal", {**ideal, **settings})
            times[key] = run["s"] if run else None
        return times[key]

    lines = []
    for name, words, before, after, platform, settings in EXPERIMENTS:
        path = folder / f"{name}.ti.tar.zst"
        cells = []
        for options, changed, mine in ((before, {}, {}), (after, platform, settings)):
            theirs, ours = there(path, options, changed), here(path, mine)
            cells += [f"{1000 * theirs:.4f}", f"{1000 * ours:.4f}", f"{ours / theirs:.3f}"]
        lines.append([name, *cells[:3], words, *cells[3:]])
    return table(["trace", "SimGrid, ms", "here, ms", "to SimGrid", "changed", "SimGrid, ms",
                  "here, ms", "to SimGrid"], lines)


def full_table(folder, replay, ideal, full):
    """Full nodes to ideal ones, with one of their parts free or another."""
    lines = []
    for name in FULL_TRACES:
        path = folder / f"{name}.ti.tar.zst"
        base = replay(path, "ideal", ideal)
        runs = [replay(path, f"full, {words}", {**full, **more})
                for words, more in FULL_CHANGES.items()]
        lines.append([name, *(f"{run['s'] / base['s']:.2f}" if run and base else "-"
                              for run in runs)])
    return table(["trace", *FULL_CHANGES], lines)
