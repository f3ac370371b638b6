#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks a timeline strictly, and prints what is in it as one line of JSON.

Every slice is on a lane with a name, of a process with a name; slices of a lane do not overlap
unless one lies within the other, and comes after it in the file; arrows begin and end on slices
that are there, once each, and never before they begin; times are whole cycles of the fabric where
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


def check_lane(name, slices):
    """No overlap but of slices that lie in one another."""
    open_ends = []
    for _, begin, end, event in sorted(slices, key=lambda s: (s[1], s[0])):
        while open_ends and open_ends[-1] <= begin:
            open_ends.pop()
        check(not open_ends or end <= open_ends[-1], "overlap on", name, event)
        open_ends.append(end)


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
    for number, event in enumerate(events):
        check(event["ph"] in "XMsf", "phase", event)
        if event["ph"] == "M":
            continue
        lane = (event["pid"], event["tid"])
        check(lane in threads and event["pid"] in processes, "no lane:", event)
        if event["ph"] == "X":
            begin, end = event["ts"], event["ts"] + event["dur"]
            check(event["dur"] > 0 and event["name"], "slice", event)
            lanes[lane].append((number, begin, end, event))
            cycle = event.get("args", {}).get("begin_cycle")
            if cycle is not None and processes[event["pid"]] == "fabric":
                check(abs(begin - cycle * US / clock_hz) <= Decimal("0.0000005"), "cycle", event)
        else:
            check(event["id"] not in ends[event["ph"]], "id twice", event)
            check(event["ph"] == "s" or event["bp"] == "e", "bp", event)
            ends[event["ph"]][event["id"]] = event
    for lane, slices in lanes.items():
        check_lane(threads[lane], slices)
    check(ends["s"].keys() == ends["f"].keys(), "an arrow with one end")
    for flow, begin in ends["s"].items():
        end = ends["f"][flow]
        check(begin["ts"] <= end["ts"], "backwards:", begin, end)
        for event in (begin, end):
            check(any(b <= event["ts"] < e for _, b, e, _ in lanes[event["pid"], event["tid"]]),
                  "no slice at", event)
    num_slices = sum(len(slices) for slices in lanes.values())
    check(num_slices == about["slices"] and len(ends["s"]) == about["flows"], "counts", about)
    check(lanes.keys() == threads.keys(), "lanes without slices")
    kinds, times = collections.Counter(), collections.Counter()
    for lane, slices in lanes.items():
        kind = re.sub(r"\d+", "N", threads[lane]).split(" (")[0]
        kinds[kind] += len(slices)
        times[kind] += sum(end - begin for _, begin, end, _ in slices)
    print(json.dumps({"events": len(events), "flows": len(ends["s"]), "cut": about["cut"],
                      "from": float(min((s[1] for l in lanes.values() for s in l), default=0)),
                      "kinds": kinds, "us": {kind: float(us) for kind, us in times.items()},
                      "names": collections.Counter(
                          event["name"] for event in events if event["ph"] == "X"
                          and re.fullmatch("[a-z _]+", event["name"]))}))


if __name__ == "__main__":
    main()
