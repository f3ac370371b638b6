#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sweeps as a user meets them: files that are right and wrong, results, searches, and sweeps that are
# stopped, killed and changed.
# usage: tests/sweep.sh PROGRAM
set -u
# shellcheck source=tests/checks.bash
. "$(dirname "$0")/checks.bash"
here=$(realpath "$(dirname "$0")")
root=$(dirname "$here")
ORDITO=$(realpath "${1:-build/ordito}")
real=$ORDITO
export ORDITO real
/usr/bin/python3 -c 'import snakemake, yaml' 2>/dev/null || {
    echo "no Snakemake here; scripts/install-deps sweep installs it"
    exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/it's {a}: #1"
cd "$folder/it's {a}: #1" || exit 1

sweep() { "$root/scripts/sweep" --output results -j 2 "$@"; }
facts() { /usr/bin/python3 "$here/sweep_facts.py" "$@"; }
lines() { wc -l <"$1"; }

# A program that notes which points it begins, in the file "begun".
cat >noting <<'END'
#!/bin/sh
for word; do case $word in *.part) echo "${word##*/}" >>"$BEGUN" ;; esac; done
exec "$real" "$@"
END
export BEGUN=$PWD/begun

# Programs that are killed in a point, alone or with what started them.
cat >dying <<'END'
#!/bin/sh
case "$*" in *--dry-run*) ;; *run.seed=7*) kill -KILL $$ ;; esac
exec "$real" "$@"
END
# shellcheck disable=SC2016 # of the program
sed 's/-KILL/& "$PPID"/' dying >killing
chmod +x noting dying killing

check "help" 0 'points-per-job' "$root/scripts/sweep" --help

# --- a sweep, and the same again ---
cat >first.yaml <<'END'
title: a first sweep
base:
  fabric:
    topology: {kind: mesh, dims: [3, 3]}
  run: {measure_cycles: 500}
axes:
  fabric.router.switching: [wormhole, store-and-forward]
  fabric.router.buffer_flits: [4, 8]
  workload.rate_flits_per_node_cycle: {from: 0.1, to: 0.3, step: 0.1}
replicas: 2
END
check "all points, with replicas" 0 '^24 points, 24 of them new, 0 failed' sweep first.yaml
check "a row a point, in order, each with its config, seed, version and host" 0 '' \
    facts rows results 24
check "CSV and SQLite hold the same" 0 '' facts same results
check "figures are those of ordito run --vary" 0 '' facts vary results "$ORDITO" first.yaml
cp results/results.csv before.csv
check "nothing changed, nothing runs" 0 '^24 points, 0 of them new, 0 failed' sweep first.yaml
check "the same bytes again" 0 '' cmp before.csv results/results.csv
damaged=$(find results/points -name '*.json' | sort | head -n 1)
echo '{"outcome": "completed"' >"$damaged"
check "a damaged result is told of, and made again" 0 '^sweep: .*/results/points/.*json: damaged' sweep first.yaml
check "as it was" 0 '' facts vary results "$ORDITO" first.yaml
check "a dry run tells what there is" 0 '^fabric.router.switching=wormhole .*=0.3 replica=2: [0-9a-f]+ done' \
    sweep --dry-run first.yaml
sed 's/buffer_flits: \[4, 8\]/buffer_flits: [2, 8]/' first.yaml >changed.yaml
check "changed points alone run; impossible ones are listed with the program's reason" 2 \
    '^sweep: failed: .*=store-and-forward .*=2 .*=0.1 and 5 more: workload.packet_flits: packets of 4 flits do not fit' \
    sweep changed.yaml
check "and the rest stands" 2 '^24 points, 0 of them new, 6 failed' sweep changed.yaml
check "failed points have a file" 0 '' test "$(lines results/failed.csv)" -eq 7
check "points under way have the seeds of replicas" 0 '' facts seeds results
# shellcheck disable=SC2016 # fences of code
sed -n '/^```yaml/,/^```$/p; /^## The file/q' "$root/scripts/SWEEPS.md" | sed '/^```/d; s/20000/200/' >page.yaml
check "the sweep of the documentation" 0 '^72 points, 72 of them new, 0 failed' sweep page.yaml
check "its queries" 0 '' facts queries results "$root/scripts/SWEEPS.md"

printf 'metrics: ["fabric.stalls.*", fabric.circuit.circuits]\naxes: {run.seed: [1]}\n' >metrics.yaml
check "figures by a pattern" 0 '' sweep metrics.yaml --quiet
check "become columns, those that are asked for by name in any case" 0 \
    '^run.seed,replica,seed,outcome,fabric.stalls.no_credit,.*,fabric.stalls.pipeline,fabric.circuit.circuits,host' \
    head -n 1 results/results.csv

cat >deadlock.yaml <<'END'
base:
  fabric: {topology: {kind: ring, n: 8}, router: {vcs: 1, buffer_flits: 2}}
  workload: {rate_flits_per_node_cycle: 0.9}
  run: {measure_cycles: 20000, watchdog_cycles: 500}
axes: {fabric.allow_deadlock: [false, true]}
END
check "deadlocks, which may happen and which do" 3 \
    '^sweep: failed: fabric.allow_deadlock=true: deadlock after [0-9]+ cycles: who waits' sweep deadlock.yaml
check "a run that ended in a deadlock is not run again" 3 '^2 points, 0 of them new, 2 failed' sweep deadlock.yaml

printf 'base: {run: {measure_cycles: 500}}\naxes: {run.seed: [1, 1e300, 9223372036854775808]}\n' >large.yaml
check "values that are too large for the program, and for SQLite" 2 '^3 points, [01] of them new, 2 failed' sweep large.yaml

# --- what decides a point: the program, files that are named ---
cat >other <<'END'
#!/bin/sh
for word; do case $word in *.part) part=$word ;; esac; done
"$real" "$@" | sed 's/"version": "[^"]*"/"version": "9"/'
if [ -n "${part:-}" ]; then sed -i 's/"version": "[^"]*"/"version": "9"/' "$part"; fi
END
chmod +x other
check "another version of the program makes its own points" 0 '^24 points, 24 of them new' \
    sweep first.yaml --program other
mkdir there
printf '0 1\n1 2\n2 0\n' >there/graph.txt
printf 'fabric: {topology: {kind: graph, file: graph.txt}}\nrun: {measure_cycles: 500}\n' >there/graph.yaml
printf 'base: there/graph.yaml\nset: {run.measure_cycles: 400}\naxes: {run.seed: [1, 2]}\n' >graph.yaml
check "a configuration in a file, with settings" 0 '^2 points, 2 of them new' sweep graph.yaml
printf '2 3\n' >>there/graph.txt
check "a file that it names has changed" 0 '^2 points, 2 of them new' sweep graph.yaml
cat >trace.yaml <<END
set: {workload.kind: trace, workload.path: $root/traces/samples/mg.S.64.ti.tar.zst}
base: {fabric: {router: {buffer_flits: 4}}}
axes: {fabric.router.switching: [wormhole, virtual-cut-through]}
END
check "messages are cut alike where switching varies" 0 '^2 points, 2 of them new' sweep trace.yaml
check "as under --vary" 0 '' facts vary results "$ORDITO" trace.yaml

# --- axes ---
cat >axes.yaml <<'END'
base: {run: {measure_cycles: 500}}
axes:
  fabric.topology.kind: [mesh, torus, ring]
  fabric.topology.nodes: {from: 16, to: 4096, num: 5, log: true}
  fabric.router.vcs: [2, 4, 8]
  workload.packet_flits: {from: 1, to: 4, step: 2, log: true}
zip: [[fabric.topology.kind, fabric.router.vcs]]
exclude:
  - {fabric.topology.kind: ring, fabric.topology.nodes: {from: 256}}
  - {workload.packet_flits: [1, 4], fabric.topology.nodes: 4096}
END
check "zips, ranges and exclusions" 0 '^fabric.topology.kind=torus .*nodes=1024 .*vcs=4 .*flits=4: .* to do' \
    sweep --dry-run axes.yaml
cp out points
check "nothing else" 0 '^32$' grep -c 'to do$' points
check "what is left out" 1 '' \
    grep -E 'ring .*nodes=(256|1024)|nodes=4096 .*flits=[14]|mesh .*vcs=[48]' points

# --- files that are wrong ---
# wrong NAME PATTERN: the file on standard input is refused by a line with this pattern.
wrong() {
    cat >wrong.yaml
    check "$1" 2 "^sweep: wrong.yaml:$2" sweep wrong.yaml
    check "$1: one line, no trace of Python" 0 '' test "$(lines out)" -eq 1
}
wrong "a key of sweeps" '2: axis: unknown key; nearest: axes$' <<<$'name: a\naxis: {run.seed: [1]}'
wrong "a key of the configuration" '3: fabric.router.vsc: unknown key; nearest: fabric.router.vcs$' \
    <<<$'name: a\nbase:\n  fabric: {router: {vsc: 4}}'
wrong "a key of an axis" '3: fabric.router.vsc: unknown key; nearest: fabric.router.vcs$' \
    <<<$'axes:\n  run.seed: [1, 2]\n  fabric.router.vsc: [1, 2]'
wrong "a key of a setting" '1: run.sed: unknown key; nearest: run.seed$' <<<'set: {run.sed: 4}'
wrong "a value that no point can have" '2: fabric.router.vcs: "9" is out of range' \
    <<<$'base:\n  fabric: {router: {vcs: 9}}\naxes: {run.seed: [1, 2]}'
wrong "YAML" '3: ' <<<$'axes:\n  run.seed: [1, 2'
wrong "a range without an end" '1: run.seed: a range needs to' <<<'axes: {run.seed: {from: 1, step: 2}}'
wrong "a range that goes down" '1: run.seed.to: less than from' <<<'axes: {run.seed: {from: 3, to: 2, step: 1}}'
wrong "a range with a word" '1: run.seed.step: "x" is no number' <<<'axes: {run.seed: {from: 3, to: 4, step: x}}'
wrong "a range's key" '1: run.seed.stop: unknown key; nearest: step' <<<'axes: {run.seed: {from: 3, stop: 4}}'
wrong "a number that none can hold" '1: run.seed.to: "1e99999" is no number' \
    <<<'axes: {run.seed: {from: 1, to: 1e99999, num: 3, log: true}}'
wrong "an axis of one value" '1: run.seed: a list, or a range' <<<'axes: {run.seed: 3}'
wrong "an empty axis" '1: run.seed: an empty list' <<<'axes: {run.seed: []}'
wrong "a value twice" '1: run.seed: 1 is there twice' <<<'axes: {run.seed: [1, 1]}'
wrong "an axis twice" '1: axes: run.seed: given twice' <<<'axes: {run.seed: [1], run.seed: [2]}'
wrong "an axis that changes nothing" '1: axes: run.threads: ' <<<'axes: {run.threads: [1, 2]}'
wrong "a zip of no axis" '2: zip: run.sed: no axis; nearest: run.seed' <<<$'axes: {run.seed: [1]}\nzip: [[run.sed]]'
wrong "a zip of different lengths" '2: zip: fabric.router.vcs has 1 values, run.seed 2' \
    <<<$'axes: {run.seed: [1, 2], fabric.router.vcs: [1]}\nzip: [[run.seed, fabric.router.vcs]]'
wrong "an exclusion of no value" '2: exclude: run.seed: 3 is no value of this axis' \
    <<<$'axes: {run.seed: [1, 2]}\nexclude: [{run.seed: 3}]'
wrong "an exclusion of everything" '2: exclude: no point is left' \
    <<<$'axes: {run.seed: [1, 2]}\nexclude: [{run.seed: [1, 2]}]'
wrong "replicas beside seeds" '1: axes: run.seed: with replicas' <<<$'axes: {run.seed: [1, 2]}\nreplicas: 2'
wrong "too many points" '1: axes: 100002 points' \
    <<<$'axes: {workload.packet_flits: {from: 1, to: 50001, step: 1}, fabric.router.vcs: [1, 2]}'
wrong "a metric" '1: metrics: fabric.latency_cycles.men: no figure of a result; nearest: fabric.latency_cycles.mean' \
    <<<'metrics: [fabric.latency_cycles.men]'
wrong "a mode" '1: mode: saturate: no mode; nearest: saturation' <<<'mode: saturate'
wrong "a search along an axis" '2: mode: saturation: workload.rate_flits_per_node_cycle is searched along' \
    <<<$'axes: {workload.rate_flits_per_node_cycle: [1]}\nmode: saturation'
wrong "a search without an axis" '1: mode: crossover: needs axis' <<<'mode: {crossover: {from: 1}}'
wrong "a base that is not there" '1: base: none.yaml: no such file' <<<'base: none.yaml'
wrong "a name with a folder" '1: name: "../a" is no name of a folder' <<<'name: ../a'
wrong "no mapping" '1: a sweep is a mapping' <<<'- a'
check "a file that is not there" 2 '^sweep: none.yaml: cannot be read: No such file' sweep none.yaml
check "a profile that is not there" 2 '^sweep: --profile none: no folder .* shipped: slurm$' \
    sweep first.yaml --profile none
check "a program that is not there" 2 'no program to run' sweep first.yaml --program ./none

# --- searches, against every point of the same grid ---
cat >search.yaml <<'END'
base: {fabric: {topology: {kind: mesh, dims: [3, 3]}}, run: {measure_cycles: 3000}}
axes: {fabric.router.vcs: [1, 4]}
mode: {saturation: {from: 0.02, to: 1, tolerance: 0.02}}
END
check "saturation" 0 '^fabric.router.vcs=4: saturation at workload.rate_flits_per_node_cycle = 0\.' sweep search.yaml
cp results/searches.csv saturation.csv
check "the tables of a search hold the same" 0 '' facts same results
check "a search again" 0 ' 0 of them new' sweep search.yaml
sed '/^mode/d; /^axes/a\  workload.rate_flits_per_node_cycle: {from: 0.02, to: 1, step: 0.02}' search.yaml |
    sed 's/^axes: {\(.*\)}/axes:\n  \1/' >grid.yaml
check "the points of a search are those of a grid" 0 '^100 points, 8[0-9] of them new' sweep grid.yaml
check "a search finds what the grid shows" 0 '' facts saturation results saturation.csv
cat >crossing.yaml <<END
base: $root/sim/examples/hypercube-circuit.yaml
mode:
  crossover: {axis: workload.packet_flits, from: 25, to: 57, step: 4,
              between: {fabric.router.switching: [wormhole, circuit]}}
END
check "crossover" 0 'crossover at workload.packet_flits = 3' sweep crossing.yaml
cp results/searches.csv crossover.csv
sed '/^mode/,$d' crossing.yaml >grid.yaml
cat >>grid.yaml <<'END'
axes:
  fabric.router.switching: [wormhole, circuit]
  workload.packet_flits: {from: 25, to: 57, step: 4}
END
check "all points of a crossover" 0 '^18 points' sweep grid.yaml
check "a crossover is where the grid crosses" 0 '' facts crossover results crossover.csv
sed 's/from: 25, to: 57, step: 4/from: 16, to: 64, step: 2, log: true/' crossing.yaml >factors.yaml
check "a crossover by factors" 0 'crossover at .* = [345][0-9.]+ \(32 to 64\)' sweep factors.yaml
sed 's/wormhole, circuit/wormhole, store-and-forward/' crossing.yaml >impossible.yaml
check "a search that meets an impossible point" 2 '^sweep: failed: .*=store-and-forward .*=25: .* do not fit' \
    sweep impossible.yaml
sed -i 's/from: 25, to: 57/from: 41, to: 57/' crossing.yaml
check "series that do not cross" 0 'of wormhole is above that of circuit at both ends' sweep crossing.yaml

# --- sweeps that are stopped and killed ---
cat >long.yaml <<'END'
base: {fabric: {topology: {kind: mesh, dims: [4, 4]}}, run: {measure_cycles: 40000}}
axes: {run.seed: {from: 1, to: 40, step: 1}}
END
long=("$root/scripts/sweep" --output killed -j 2 --program noting --points-per-job 7 long.yaml)

# kept NAME: which points there are, so that they can be compared with those begun afterwards.
kept() {
    mkdir -p killed/points
    find killed/points -name '*.json' -printf '%f\n' | sed 's/json$/part/' | sort >kept
    : >begun
}
for signal in KILL KILL INT; do
    kept
    set -m # a process group of its own
    "${long[@]}" >log 2>&1 </dev/null &
    process=$!
    set +m
    while kill -0 "$process" 2>/dev/null && [ "$(lines begun)" -lt 8 ]; do sleep 0.02; done
    sleep "0.0$((RANDOM % 10))"
    if [ "$signal" = INT ]; then
        kill -INT "$process" # it tells its jobs
    else
        kill -KILL -- "-$process"
    fi
    wait "$process" 2>/dev/null
    status=$?
    check "killed ($signal) before it was done" 0 '' test "$status" -ne 0
    check "killed ($signal): nothing that is done is done again" 1 '' grep -qxFf kept begun
done
check "interrupted" 0 'sweep: interrupted; [0-9]+ points are missing' cat log
check "an interrupted sweep ends with status 130" 0 '' test "$status" -eq 130
check "its results so far are there" 0 '' \
    test "$(lines killed/results.csv)" -eq "$(($(find killed/points -name '*.json' | wc -l) + 1))"
kept
check "none is lost" 0 "^40 points, $((40 - $(lines kept))) of them new, 0 failed" "${long[@]}"
check "none is done again" 1 '' grep -qxFf kept begun
check "the rest is done once" 0 '' test "$(sort -u begun | wc -l)-$(lines begun)" = \
    "$((40 - $(lines kept)))-$((40 - $(lines kept)))"
check "no half file is left" 1 '' grep -r --include='*.part' -l '' killed
rm -rf killed
kept
"${long[@]}" >log 2>&1 </dev/null &
process=$!
while kill -0 "$process" 2>/dev/null && [ "$(lines begun)" -lt 4 ]; do sleep 0.02; done
kill -KILL "$process"
wait "$process" 2>/dev/null
check "killed alone, and begun again beside what it had started" 0 '^40 points' "${long[@]}"
check "each point was made once" 0 '' test "$(sort -u begun | wc -l)-$(lines begun)" = 40-40
printf 'base: {run: {measure_cycles: 500}}\naxes: {run.seed: {from: 1, to: 14, step: 1}}\n' >short.yaml
check "one run of a job that ends by a signal is a point that failed" 1 \
    '^sweep: failed: run.seed=7: the run was ended by signal 9' sweep --program dying short.yaml
check "the others of that job stand" 0 '' test "$(lines results/failed.csv)-$(lines results/results.csv)" = 2-15
sed -i 's/500/600/' short.yaml
check "a job that is killed" 1 '^sweep: failed: run.seed=7 and 3 more: its job came to an end before' \
    sweep --program killing --points-per-job 7 short.yaml
check "its points are made when it is run again" 0 '^14 points, 4 of them new' sweep short.yaml
check "a folder is used by one sweep at a time" 2 'another sweep runs there' \
    flock killed/sweep.lock "$root/scripts/sweep" --output killed long.yaml

all_hold
