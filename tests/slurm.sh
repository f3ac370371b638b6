#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sweeps on a Slurm cluster (scripts/profiles/slurm), which tests/slurm_cluster makes of this
# machine: the same results as without, a Ctrl-C that cancels all jobs, and nothing that is left of
# the cluster, also when it is killed.
# usage: tests/slurm.sh PROGRAM
set -u
# shellcheck source=tests/checks.bash
. "$(dirname "$0")/checks.bash"
here=$(realpath "$(dirname "$0")")
root=$(dirname "$here")
status=$root/scripts/profiles/slurm/slurm-status
ORDITO=$(realpath "${1:-build/ordito}")
export ORDITO
export CI=true # Snakemake then looks after its jobs once a second, not once in ten

# until_so SECONDS COMMAND...: waits until a command succeeds.
until_so() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.1
    done
}

sweep() { "$root/scripts/sweep" "$@" >said 2>&1 </dev/null; }

# --- beside a cluster, which starts this script again ------------------------------------------

same_results() {
    cat >small.yaml <<'END'
base: {fabric: {topology: {kind: mesh, dims: [3, 3]}}, run: {measure_cycles: 500}}
axes:
  fabric.router.switching: [wormhole, store-and-forward]
  fabric.router.buffer_flits: [2, 8]
  workload.rate_flits_per_node_cycle: [0.1, 0.2]
END
    local got=0
    sweep small.yaml --profile slurm --points-per-job 4 --output there || got=$?
    ((got == 2)) || fail "a sweep with points that cannot be: status $got, not 2"
    [[ $(scontrol --oneliner show job | grep -c JobState=COMPLETED) -eq 2 ]] ||
        fail "two jobs of four points were not two jobs"
    sweep small.yaml --output local
    /usr/bin/python3 - there local <<'END' || fail "results on the cluster differ from those here"
import csv, sys
def rows(folder):
    return [{name: value for name, value in row.items() if not name.startswith("host.")}
            for row in csv.DictReader(open(f"{folder}/results.csv"))]
assert rows(sys.argv[1]) == rows(sys.argv[2]) and len(rows("local")) == 8
END
    cmp there/failed.csv local/failed.csv || fail "other points failed on the cluster"
}

num_jobs() { [[ $(squeue --noheader --states="$1" | wc -l) -ge $2 ]]; }
no_jobs() { [[ -z $(squeue --noheader) ]]; }
none_runs() { ! pgrep -f "^$ORDITO run .*$PWD/long/points" >/dev/null; }

# stopped SIGNAL: a sweep that gets a signal; INT as a terminal gives it, to all its processes.
stopped() {
    cat >long.yaml <<'END'
base: {fabric: {topology: {nodes: 64}}, run: {measure_cycles: 1000000000}}
axes: {run.seed: {from: 1, to: 20, step: 1}}
END
    # A group of processes of its own, as a terminal's shell makes it.
    setsid /usr/bin/python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
os.execv(sys.argv[1], sys.argv[1:])' "$root/scripts/sweep" long.yaml --profile slurm \
        --points-per-job 1 --output long >said 2>&1 </dev/null &
    local sweep=$! got=0 running pending process=$!
    [[ $1 == INT ]] && process=-$sweep
    until_so 30 num_jobs RUNNING 1 || fail "of 20 jobs none runs"
    until_so 10 num_jobs PENDING 1 || fail "of 20 jobs none waits"
    running=$(squeue --noheader --states=RUNNING --format=%A | head -n 1)
    pending=$(squeue --noheader --states=PENDING --format=%A | head -n 1)
    [[ $("$status" "$running") == running && $("$status" "$pending") == running ]] ||
        fail "jobs that run or wait are not running"
    kill "-$1" -- "$process"
    wait "$sweep" || got=$?
    ((got == 130)) || fail "status $got after SIG$1, not 130"
    until_so 10 no_jobs || fail "jobs are left after SIG$1: $(squeue --noheader)"
    until_so 10 none_runs || fail "a program runs on after SIG$1"
    [[ $("$status" "$running") == failed && $("$status" "$pending") == failed ]] ||
        fail "jobs that were cancelled have not failed"
}

forgotten() {
    [[ $("$status" 1) == success ]] || fail "the first job has not succeeded"
    [[ $("$status" 4711) == success ]] || fail "of a job that is forgotten, its files tell"
}

if [[ -n ${ORDITO_SLURM_TEST:-} ]]; then
    same_results
    stopped INT
    stopped TERM
    forgotten
    exit 0
fi

# --- the cluster itself -------------------------------------------------------------------------

/usr/bin/python3 -c 'import snakemake, yaml' 2>/dev/null || {
    echo "no Snakemake here; scripts/install-deps sweep installs it"
    exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
mkdir scratch
touch begin
export TMPDIR=$folder/scratch

# All that is of a cluster here: its daemons, or jobs and commands, which sleep so long.
nap=$((1000000 + $$))
processes() { pgrep -fa "$TMPDIR/ordito-slurm|^sleep $nap\$"; }
nothing_left() { [[ -z $(processes) ]] && [[ -z $(ls "$TMPDIR") ]]; }

# killed NAME PATTERN: a cluster of which the process with this pattern is killed.
killed() {
    rm -f job
    "$here/slurm_cluster" sh -c "sbatch --output=/dev/null --wrap 'touch job; setsid sleep $nap'
        sleep $nap" >said 2>&1 </dev/null &
    local watcher=$! keeper
    until_so 20 test -f job || fail "$1: a job does not begin"
    keeper=$(pgrep -P "$watcher")
    case $1 in watcher) kill -KILL "$watcher" ;; keeper) kill -KILL "$keeper" ;; esac
    wait "$watcher" 2>/dev/null
    until_so 10 nothing_left || fail "$1 killed, and this is left: $(processes; ls "$TMPDIR")"
}

got=0
ORDITO_SLURM_TEST=1 "$here/slurm_cluster" "$here/slurm.sh" "$ORDITO" >result 2>&1 || got=$?
cat result
((got == 0)) || exit "$got"
nothing_left || fail "left of the cluster: $(processes; ls "$TMPDIR")"
killed watcher
killed keeper
changed=$(find /etc /run /var -newer begin \( -path '*slurm*' -o -path '*munge*' \) 2>/dev/null)
[[ -z $changed ]] || fail "files of the system were changed: $changed"
