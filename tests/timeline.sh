#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ordito run --timeline: files that are well-formed (timeline_check.py), that have an arrow for each
# message that came, and that change nothing; and what is refused.
# usage: tests/timeline.sh PROGRAM
set -u
ordito=$(realpath "${1:-build/ordito}")
check=$(realpath "$(dirname "$0")/timeline_check.py")
examples=$(realpath "$(dirname "$0")/../sim/examples")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failed=0

fail() {
    failed=$((failed + 1))
    printf 'FAILED: %s\n' "$1"
    [ -f "${2:-}" ] && head -n 12 "$2" | cut -c 1-300
}

# holds WORDS EXPRESSION: true of what is in the timeline (t) and of the run's results (r).
cat >holds.py <<'PY'
import json, sys
t, r = json.load(open("about.json")), json.load(open("with.json"))
kinds, names, us = t["kinds"], t["names"], t["us"]
def takes(kind, cycles, under_way_cycles=0):
    missing_us = cycles / 2400 - us[kind]
    return abs(missing_us - under_way_cycles / 4800) <= under_way_cycles / 4800 + 1e-6 * kinds[kind]
nodes = r.get("nodes") or {}
packets, app = r["fabric"]["packets_ejected"], r.get("application") or {}
messages = (app.get("messages") or 0) + (app.get("collective_messages") or 0)
if not eval("(" + sys.argv[1] + ")"):
    sys.exit(f"{t}\npackets {packets}, messages {messages}")
PY

# timeline WORDS EXPRESSION ARGUMENT...: of a run, whose results are the same without it.
timeline() {
    local words=$1 expression=$2
    shift 2
    "$ordito" run --quiet "$@" --json without.json >/dev/null 2>&1
    if ! "$ordito" run --quiet "$@" --json with.json --timeline t.json >out 2>&1 ||
        ! "$check" t.json >about.json 2>out; then
        fail "$words" out
        return
    fi
    python3 holds.py "$expression" >out 2>&1 || fail "$words" out
    python3 -c 'import json
a, b = (json.load(open(f)) for f in ("with.json", "without.json"))
a.pop("host"), b.pop("host")
assert a == b' || fail "$words: results are others"
}

small=(--set 'fabric.topology={kind: mesh, dims: [4, 3]}' --set run.measure_cycles=300
    --set run.warmup_cycles=50)
timeline "packets have arrows, and channels lanes" \
    't["flows"] == packets > 50 and kinds["sends"] >= packets == kinds["receives"] and
     kinds["router N"] > packets' "${small[@]}"
timeline "circuits are set up, refused and freed" \
    't["flows"] == packets > 20 and kinds["router N"] > 2 * packets and
     kinds["node N circuit"] > 0' "${small[@]}" --set fabric.router.switching=circuit --set fabric.circuit.hold=cached \
    --set workload.rate_flits_per_node_cycle=0.03
timeline "packets that are lost have no arrow" \
    '0 < t["flows"] == packets - r["fabric"]["faults"]["dropped"] < packets' "${small[@]}" \
    --set fabric.channel.faults.drop_rate=0.05
timeline "an ideal network has packets alone" \
    't["flows"] == packets and set(kinds) == {"sends", "receives"}' "${small[@]}" \
    --set fabric.model=ideal
for rank in 0 1 2 3; do
    printf 'rank %d\nrepeat 5\n  compute ns=200\n  isend to=%d bytes=300\n  recv from=%d bytes=300\n' \
        $rank $(((rank + 1) % 4)) $(((rank + 3) % 4))
    printf '  waitall\n  allreduce bytes=64\nend\n'
done >pairs.body
{ printf 'ordito-trace 1\nranks 4\n' && cat pairs.body && echo end; } >pairs.trace
program=(--set fabric.topology.nodes=4 --set workload.kind=trace --set workload.path=pairs.trace)
timeline "ranks on ideal nodes compute, and wait" \
    't["flows"] == messages > 20 and names["compute"] == 20 and names["recv"] > 0 and
     names["allreduce"] == 20 and "core N" not in kinds' "${program[@]}"
timeline "messages by rendezvous have arrows, too" \
    't["flows"] == messages > 20 and names["recv"] == 20' "${program[@]}" \
    --set workload.eager_bytes=100
timeline "ranks on full nodes do the same" \
    't["flows"] == messages > 20 and names["allreduce"] == 20 and kinds["core N"] > 0' \
    "${program[@]}" --set nodes.model=full --set nodes.nic.grants=true
timeline "full nodes have cores, buses, DMA channels and cards" \
    't["flows"] == messages == 40 and names["copy_send"] > 0 and names["copy_receive"] > 0 and
     names["driver"] > 0 and names["trap"] > 0 and names["load"] > 0 and
     all(k in kinds for k in ("core N", "core N waits for", "bus address", "bus data", "rank N",
         "DMA channel N", "NIC send", "NIC deliver", "rank N sends", "rank N receives"))' \
    "$examples/software-path.yaml"
timeline "lanes take the time that the figures say, but for what is under way at the end" \
    'takes("bus data", nodes["bus"]["data_busy_cycles"]) and
     takes("bus address", nodes["bus"]["address_busy_cycles"], 4) and
     takes("DMA channel N", nodes["nic"]["channels"]["busy_cycles"]) and
     takes("core N", sum(nodes["software"]["cycles"].values())) and
     takes("core N waits for", sum(nodes["core"]["wait_cycles"].values()), 1000) and
     takes("rank N", 2 * 2.4 * r["application"]["makespan_cycles"], 1000)' \
    "$examples/software-path.yaml" --set nodes.software.path=user
timeline "handlers of interrupts are apart" \
    't["flows"] == messages == 20 and kinds["core N interrupt handler"] > 0 and
     kinds["NIC processor"] > 0 and "NIC send" not in kinds' "$examples/nodes-arrival.yaml" \
    --set nodes.software.arrival=interrupt --set nodes.nic.processor=true
timeline "schedules over a network by LogGOPS have processors" \
    't["flows"] == messages > 50 and kinds["rank N cpu N"] >= 2 * messages' \
    "$examples/goal-loggops.yaml"
timeline "references to memory have no messages" \
    't["flows"] == 0 and names["fetch"] > 0 and kinds["core N waits for"] > 0' \
    "$examples/nodes-cache.yaml"
# --- the same from all back ends, however it is simulated ---
same() {
    local words=$1
    shift
    "$ordito" run --quiet "${small[@]}" "$@" --timeline other.json >out 2>&1 || fail "$words" out
    cmp -s one.json other.json || fail "$words: another timeline"
}
for switching in wormhole circuit; do
    small+=(--set "fabric.router.switching=$switching" --set workload.rate_flits_per_node_cycle=0.03)
    "$ordito" run --quiet "${small[@]}" --timeline one.json >out 2>&1 || fail "$switching" out
    same "idle routers are not left out" --set fabric.skip_idle=false
    same "threads" --threads 3
    if command -v verilator >/dev/null; then
        same "rtl under $switching" --backend rtl
        same "lockstep under $switching" --backend lockstep
    fi
done

# --- bounds, and where it goes ---
"$ordito" run --quiet "${program[@]}" --timeline all.json.gz
"$check" all.json.gz >all || fail "a compressed file" all
"$ordito" run --quiet "${program[@]}" --timeline - --timeline-from 400 --timeline-to 500 >part.json
"$check" part.json >part || fail "a window" part
python3 -c 'import json
all, part = (json.load(open(f)) for f in ("all", "part"))
assert 0 < part["flows"] < all["flows"] and part["events"] < all["events"] / 2' || fail "no window"
"$ordito" run --quiet --set fabric.topology.kind=torus --set fabric.router.vcs=1 \
    --set fabric.router.buffer_flits=2 --set fabric.allow_deadlock=true --set workload.packet_flits=8 \
    --set workload.rate_flits_per_node_cycle=0.8 --timeline stuck.json >out 2>&1
if [ $? -ne 3 ] || ! "$check" stuck.json >out || ! grep -q 'part of packet' stuck.json; then
    fail "a deadlock" out
fi

# --- what is refused ---
refuse() {
    local pattern=$1
    shift
    "$ordito" run --quiet "${small[@]}" "$@" >out 2>&1
    { [ $? -eq 2 ] && grep -q -- "$pattern" out && ! [ -e no.json ]; } || fail "not refused: $*" out
}
refuse 'timeline is for one run' --vary 'run.seed=[1, 2]' --timeline no.json
refuse 'name the same file' --timeline no.json --json no.json
refuse 'need --timeline' --timeline-from 3
refuse 'is after' --timeline no.json --timeline-from 3 --timeline-to 2
refuse 'can be "-"' --timeline - --json -
"$ordito" run --quiet "${small[@]}" --timeline there/no.json >out 2>&1
{ [ $? -eq 1 ] && grep -q 'there/no.json: cannot be written' out; } || fail "a folder that is not there" out

[ "$failed" -eq 0 ] && echo "all timelines are good"
exit "$((failed > 0))"
