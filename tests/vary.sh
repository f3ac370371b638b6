#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sweeps by the program: the same bytes for any number of runs at once, an RTL variant that several
# runs need is built once, and Ctrl-C keeps what is done and says so.
# usage: tests/vary.sh PROGRAM
set -eu
ordito=$(realpath "$1")
cd "$(dirname "$0")/.."
sources=$PWD/rtl
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >host.py <<'PY'
import json, sys
for line in sys.stdin:
    result = json.loads(line)
    del result["host"]
    print(json.dumps(result))
PY

# sweep NAME JOBS ARGUMENT...: a table, CSV and JSON without host figures, as NAME.*
sweep() {
    local name=$1 jobs=$2 status=0
    shift 2
    "$ordito" run --set run.threads="$jobs" --set fabric.topology.nodes=16 \
        --set run.measure_cycles=600 --csv "$name.csv" --json "$name.jsonl" "$@" \
        >"$name.txt" 2>"$name.err" || status=$?
    python3 host.py <"$name.jsonl" >"$name.json"
    return $status
}

axes=(--vary 'fabric.topology.kind=[mesh, torus, ring]' --vary 'run.seed=[1, 2, 3]')
sweep one 1 "${axes[@]}"
for jobs in 2 5 9; do
    sweep several "$jobs" "${axes[@]}"
    for kind in csv json txt; do
        cmp "one.$kind" "several.$kind"
    done
done

# One variant for all runs, none of which has it yet.
export ORDITO_RTL=$sources XDG_CACHE_HOME=$folder/cache
sweep rtl 3 --backend rtl --set fabric.router.vcs=2 --vary 'run.seed=[1, 2, 3]'
if [ "$(grep -c '^building RTL router' rtl.err)" -ne 1 ]; then
    echo "the variant that three runs need was not built once:"
    cat rtl.err
    exit 1
fi
sweep ref 3 --set fabric.router.vcs=2 --vary 'run.seed=[1, 2, 3]'
sed 's/"backend": "rtl"/"backend": "ref"/' rtl.json | cmp - ref.json

# Ctrl-C, which a terminal sends to the whole group, when two runs of four are done.
cat >interrupt.py <<'PY'
import os, signal, subprocess, sys
program = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True, start_new_session=True)
table = []
for line in program.stdout:
    table.append(line)
    if line.startswith("1000 "):
        os.killpg(program.pid, signal.SIGINT)
program.wait()
assert program.returncode == 130, program.returncode
assert sum("completed" in line for line in table) == 2, table
PY
for jobs in 1 2; do
    python3 interrupt.py "$ordito" run --set run.threads=$jobs --csv cut.csv --json cut.jsonl \
        --vary 'run.measure_cycles=[500, 1000, 1000000000000, 2000000000000]' 2>cut.err
    grep -qE '^ordito: interrupted; [2-4] of 4 runs have figures$' cut.err || { cat cut.err; exit 1; }
    [ "$(grep -c ',completed,' cut.csv)" -eq 2 ] && [ "$(wc -l <cut.csv)" -eq 5 ]
    [ "$(grep -c '"outcome":"completed"' cut.jsonl)" -eq 2 ]
done
