#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks a timeline strictly, and prints what is in it as one line of JSON.

Every slice is on a lane with a name, of a process with a name, begins and ends, and does not overlap
others of the lane unless one lies within the other; arrows begin and end on slices that are there,
once each, and never before they begin; times are whole cycles of the fabric where
the slice says which cycles; and the counts in `otherData` are those of what is there.
usage: tests/timeline_check.py FILE
"""
import collections
import gzip
import json
import re
import sys
from decimal import Decimal

US = Decimal(1000000)


def load(path):
    with open(path, "rb") as file:
        data = file.read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    return json.loads(data, parse_float=Decimal)


def check(condition, *words):
    if not condition:
        sys.exit("timeline_check: " + " ".join(str(word) for word in words))


def names_of(events, what):
    """The names of processes or threads, each given once, with a place in the order."""
    key = (lambda e: e["pid"]) if what == "process" else (lambda e: (e["pid"], e["tid"]))
    names, order = {}, {}
    for event in events:
        if event["ph"] != "M":
            continue
        if event["name"] == f"{what}_name":
            check(key(event) not in names, "named twice:", event)
            names[key(event)] = event["args"]["name"]
        elif event["name"] == f"{what}_sort_index":
            order[key(event)] = event["args"]["sort_index"]
    check(names.keys() == order.keys() and all(names.values()), what, "without name or place")
    return names


def slices_of(events):
    """Slices (begin, end, event) of a lane. By time, and at one time as in the file, every end is
    that of the slice that began last: what readers go by that sort and keep a stack."""
    under_way, slices = [], []
    for event in sorted(events, key=lambda e: e["ts"]):
        if event["ph"] == "B":
            check(event["name"], "no name", event)
            under_way.append(event)
        elif event["ph"] == "E":
            check(under_way, "an end too much", event)
            begin = under_way.pop()
            check(begin["ts"] < event["ts"], "it takes no time", begin)
            check(begin["depth"] == len(under_way), "order in the file", begin)
            slices.append((begin["ts"], event["ts"], begin))
        else:
            check(under_way, "an arrow at no slice", event)
    check(not under_way, "no end", under_way)
    return slices


def main():
    trace = load(sys.argv[1])
    events, about = trace["traceEvents"], trace["otherData"]
    check(trace["displayTimeUnit"] == "ns", "displayTimeUnit")
    processes, threads = names_of(events, "process"), names_of(events, "thread")
    check(len({tid for _, tid in threads}) == len(threads), "a thread of two processes")
    check(not {tid for _, tid in threads} & processes.keys(), "a thread called as a process")
    clock_hz = Decimal(about["clock_hz"])
    lanes = collections.defaultdict(list)
    ends = {"s": {}, "f": {}}
    depth = collections.Counter()  # in the order of the file
    for event in events:
        check(event["ph"] in "BEMsf", "phase", event)
        if event["ph"] == "M":
            continue
        lane = (event["pid"], event["tid"])
        check(lane in threads and event["pid"] in processes, "no lane:", event)
        lanes[lane].append(event)
        if event["ph"] == "B":
            event["depth"] = depth[lane]
            cycle = event.get("args", {}).get("begin_cycle")
            if cycle is not None:
                check(abs(event["ts"] - cycle * US / clock_hz) <= Decimal("0.0000005") or
                      "from_rank" in event["args"], "cycle", event)
        if event["ph"] in "BE":
            depth[lane] += 1 if event["ph"] == "B" else -1
        else:
            check(event["id"] not in ends[event["ph"]], "id twice", event)
            check(event["ph"] == "s" or event["bp"] == "e", "bp", event)
            ends[event["ph"]][event["id"]] = event
    lanes = {lane: slices_of(of_lane) for lane, of_lane in lanes.items()}
    check(ends["s"].keys() == ends["f"].keys(), "an arrow with one end")
    for flow, begin in ends["s"].items():
        check(begin["ts"] <= ends["f"][flow]["ts"], "backwards:", begin)
    num_slices = sum(len(slices) for slices in lanes.values())
    check(num_slices == about["slices"] and len(ends["s"]) == about["flows"], "counts", about)
    check(lanes.keys() == threads.keys(), "lanes without slices")
    kinds, times = collections.Counter(), collections.Counter()
    for lane, slices in lanes.items():
        kind = re.sub(r"\d+", "N", threads[lane]).split(" (")[0]
        kinds[kind] += len(slices)
        times[kind] += sum(end - begin for begin, end, _ in slices)
    print(json.dumps({"events": len(events), "flows": len(ends["s"]), "cut": about["cut"],
                      "from": float(min((s[0] for l in lanes.values() for s in l), default=0)),
                      "kinds": kinds, "us": {kind: float(us) for kind, us in times.items()},
                      "names": collections.Counter(
                          event["name"] for event in events if event["ph"] == "B"
                          and re.fullmatch("[a-z _]+", event["name"]))}))


if __name__ == "__main__":
    main()
