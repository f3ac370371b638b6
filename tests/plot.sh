#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scripts/plot: pictures of every kind have title, units and names of series, the same bytes each
# time, and what cannot be drawn is refused in words.
# usage: tests/plot.sh PROGRAM
set -eu
# shellcheck source=tests/checks.bash
. "$(dirname "$0")/checks.bash"
ordito=$(realpath "$1")
plot=$(realpath "$(dirname "$0")/../scripts/plot")
/usr/bin/python3 -c 'import matplotlib, numpy' 2>/dev/null || {
    echo "no python3-matplotlib here"
    exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# draws NAME TEXT... -- ARGUMENT...: a PNG and an SVG are made, and the texts are in the SVG.
draws() {
    local name=$1 texts=() text
    shift
    while [[ $1 != -- ]]; do
        texts+=("$1")
        shift
    done
    shift
    "$plot" "$@" -o "$name.svg" 2>said || fail "$name: status $?"
    "$plot" "$@" -o "$name.png" 2>said || fail "$name: status $?, as PNG"
    [[ $(head -c 4 "$name.png") == $'\x89PNG' ]] || fail "$name: no PNG"
    for text in "${texts[@]}"; do
        grep -qF -- "$text" "$name.svg" || fail "$name: \"$text\" is not in the picture"
    done
}

# refuses PATTERN ARGUMENT...: exit status 2 and what is said; nothing is left.
refuses() {
    local pattern=$1 got=0
    shift
    "$plot" "$@" -o refused.png 2>said || got=$?
    [[ $got -eq 2 ]] || fail "$*: exit status $got, not 2"
    grep -qE -- "^plot: $pattern" said || fail "$*: \"$pattern\" is not said"
    compgen -G 'refused.png*' >/dev/null && fail "$*: a file is there"
    return 0
}

# --- curves and bars ---
run() {
    "$ordito" run --set fabric.topology.nodes=16 --set run.measure_cycles=1000 -q "$@"
}
run --vary 'fabric.topology.kind=[mesh, torus]' \
    --vary 'workload.rate_flits_per_node_cycle=[0.1, 0.3, 1]' --csv load.csv
draws load 'Mean packet latency by offered load' 'mean packet latency (cycles)' \
    'offered load (flits/node/cycle)' '>mesh<' '>torus<' 'saturated from here on' -- \
    latency-load load.csv
# shellcheck disable=SC2016 # no expressions
draws title 'A $title$ of_it' -- latency-load load.csv \
    --title 'A $title$ of_it' --where kind=torus --scale log
"$plot" latency-load load.csv -o again.svg
cmp load.svg again.svg || fail "the same picture differs"
draws accepted 'accepted load (flits/node/cycle)' -- \
    lines load.csv --y accepted_flits_per_node_cycle
run --vary 'fabric.router.vcs=[2]' --csv other.csv # another axis, which the other file has not
draws several '>load, mesh, offered load 0.1<' '>other<' -- \
    lines load.csv other.csv --y hops.mean --x topology.nodes
draws panels '>mesh<' '>torus<' -- latency-load load.csv --panels kind
draws bars 'Mean distance travelled by topology' '>mesh<' -- \
    bars load.csv --y hops.mean --x kind

run --vary 'fabric.topology.kind=[mesh, hypercube]' --vary 'fabric.topology.nodes=[4, 16, 64]' \
    --csv nodes.csv
draws nodes 'number of nodes' 'diameter (hops)' 'average distance (hops)' '>hypercube<' -- \
    latency-nodes nodes.csv

# Replicas make a mean and a band: 10, 20, 30 are 20 +- 4.303 * 10 / sqrt(3).
mkdir sweep
cat >sweep/results.csv <<'END'
fabric.router.vcs,replica,seed,outcome,fabric.hops.mean,error
1,1,1,completed,10,
1,2,2,completed,20,
1,3,3,completed,30,
2,1,4,completed,40,
2,2,5,failed,,no more memory
END
echo '{"title": "Hops of a sweep"}' >sweep/sweep.json
draws sweep 'Hops of a sweep' 'virtual channels' -- lines sweep --y fabric.hops.mean
grep -q '^plot: 1 of 5 points left out' said || fail "a failed point is not told of"
grep -q 'no more memory' said || fail "nor why it failed"
cat >searches.csv <<'END'
fabric.router.vcs,replica,seed,search,axis,found,low,high,error
1,1,1,saturation,workload.rate_flits_per_node_cycle,0.3,0.3,0.31,
2,1,1,saturation,workload.rate_flits_per_node_cycle,0.5,0.5,0.51,
4,1,1,saturation,workload.rate_flits_per_node_cycle,,,,no load is low enough
END
draws searches 'saturation: offered load (flits/node/cycle)' -- lines searches.csv --y found
grep -q 'no load is low enough' said || fail "a search that found nothing"
/usr/bin/python3 - "$plot" 2>said <<'END' || fail "mean and confidence interval"
import os, sys
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(sys.argv[1]))
from plots.table import Table
table = Table(["sweep"])
point = table.points(table.rows, "fabric.router.vcs", "fabric.hops.mean")[0]
sys.exit(not (point.mean == 20 and abs(point.half - 4.303 * 10 / 3 ** 0.5) < 1e-9))
END

# --- the topology itself ---
run --set fabric.topology.kind=torus --json torus.json --detail
run --set fabric.topology.kind=fat-tree --json tree.json --detail
draws heat 'torus 4x4, offered load' 'channel utilisation (share of cycles)' \
    'flits that leave a router (flits/cycle)' '>15<' -- heat torus.json
draws heats 'torus 4x4' 'fat-tree of 16 nodes' -- heat torus.json tree.json

# --- lives of messages, distributions, matrices ---
examples=$(dirname "$plot")/../sim/examples
"$ordito" run "$examples/software-path.yaml" --messages lives.csv --json lives.json -q
draws lives 'mean time of a message (cycles)' '>lives<' '>waits for<' '>trap into the kernel<' -- \
    lives lives.csv lives.json
mapfile -t totals < <(grep -oE '>[0-9,]+</text>' lives.svg | sort | uniq -c | sort -rn)
[[ ${totals[0]} =~ ^\ *2\  ]] || fail "file and figures of a run have other totals: ${totals[*]}"
"$ordito" run "$examples/software-path.yaml" --set nodes.life=true \
    --vary 'nodes.software.path=[user, kernel]' --csv life.csv -q
draws lives-varied 'path of software' '>user<' '>kernel<' -- lives life.csv
run --packets packets.csv
num=$(($(wc -l <packets.csv) - 1))
draws histogram 'Latency of packets' 'latency (cycles)' 'packets that take longer (share)' \
    '>packets<' "$(printf '%d,%03d packets' $((num / 1000)) $((num % 1000)))" -- histogram packets.csv
head -n 2 packets.csv >packet.csv
draws packet '>1 packet<' -- histogram packet.csv
draws messages 'Latency of messages' -- histogram lives.csv
printf '0,5\n7,0\n' >matrix.csv
draws matrix 'to rank' 'from rank' '2 ranks, 12 B' -- matrix matrix.csv

# --- what is hard to draw ---
header=fabric.topology.file,workload.rate_flits_per_node_cycle,outcome,fabric.latency_cycles.mean
{
    printf '\xef\xbb\xbf%s\r\n' "$header"
    printf '%s\r\n' "a-$(printf '%060d' 0)z,0.1,completed,1" b,0.1,completed,1e12 b,0.25,saturated,
} >hard.csv
draws hard '>file<' '>a-00000' '00000z<' '>1e+09<' '>0.25<' -- latency-load hard.csv

# --- what is refused ---
: >empty.csv
head -n 1 load.csv >head.csv
sed '2s/completed/failed/' sweep/results.csv | head -n 2 >failed.csv
sed '2s/,10,/,ten,/' sweep/results.csv >text.csv
refuses 'none.csv: No such file' latency-load none.csv
refuses 'empty.csv: the file is empty' latency-load empty.csv
refuses 'head.csv: a header, and no rows' latency-load head.csv
refuses 'failed.csv: no point has figures' lines failed.csv --y hops.mean
refuses 'text.csv:2: fabric.hops.mean: "ten" is no number' lines text.csv --y hops.mean
refuses 'load.csv: no column fabric.hop.mean; nearest: fabric.hops.mean' \
    lines load.csv --y fabric.hop.mean
refuses 'load.csv: application.makespan_cycles: no point has this figure' \
    lines load.csv --y makespan_cycles
refuses 'load.csv: workload.rate_flits_per_node_cycle varies, too' \
    lines load.csv --y hops.mean --x topology.nodes --series fabric.topology.kind
refuses 'load.csv: fabric.topology.kind is no number' lines load.csv --y hops.mean --x kind
refuses '--where kind=ring: fabric.topology.kind is one of mesh, torus' \
    latency-load load.csv --where kind=ring
refuses 'give --y COLUMN' bars load.csv
run --json plain.json
run --set fabric.model=ideal --json ideal.json --detail
refuses 'plain.json: no fabric.channels: ordito run --json FILE --detail' heat plain.json
refuses 'ideal.json: nothing is known' heat ideal.json
refuses 'load.csv: no JSON' heat load.csv
echo '{"fabric": {"channels": []}}' >damaged.json
refuses 'damaged.json: no JSON of ordito run --detail' heat damaged.json
echo '{"nodes": 3}' >damaged.json
refuses 'damaged.json: no nodes.life' lives damaged.json
printf 'packet,latency_cycles\n1,\n' >damaged.csv
refuses 'damaged.csv:2: latency_cycles: there is no figure' histogram damaged.csv
printf '0,-1\n2,3\n' >damaged.csv
refuses 'damaged.csv: no matrix: bytes are' matrix damaged.csv
refuses 'load.csv: no nodes.life: set nodes.life=true' lives load.csv
refuses 'plain.json: no nodes.life' lives plain.json
refuses 'load.csv: neither latency_cycles nor begin_cycle' histogram load.csv
refuses 'load.csv: no matrix' matrix load.csv
"$plot" latency-load load.csv -o load.gif 2>said && fail "a suffix that is none"
grep -q 'ends with none of' said || fail "the suffix"
