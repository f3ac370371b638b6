#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ordito run --wave: the list of signals beside a waveform names what is in it (wave_check.py).
# usage: tests/wave.sh PROGRAM
set -u
ordito=$(realpath "${1:-build/ordito}")
check=$(realpath "$(dirname "$0")/wave_check.py")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failed=0

command -v verilator >/dev/null || { echo "there is no Verilator, which makes waveforms"; exit 77; }
command -v fst2vcd >/dev/null || { echo "there is no fst2vcd (Debian's gtkwave)"; exit 77; }

# wave WORDS EXPECTED ARGUMENT...: groups and signals of a run's list, as wave_check.py counts them.
wave() {
    local words=$1 expected=$2
    shift 2
    if ! "$ordito" run --quiet --set 'fabric.topology={kind: mesh, dims: [3, 2]}' --wave w.fst \
        --set run.warmup_cycles=10 --set run.measure_cycles=30 "$@" \
        --set workload.rate_flits_per_node_cycle=0.05 >out 2>&1 ||
        ! fst2vcd w.fst 2>>out | "$check" w.gtkw >>out 2>&1 || [ "$(cat out)" != "$expected" ]; then
        failed=$((failed + 1))
        printf 'FAILED: %s\n' "$words"
        head -n 12 out
    fi
}

# A group a router; a router has 9 signals, and 2 more for each of its 3 or 4 ports.
wave "routers with buffers" "6 88" --backend rtl
if ! grep -q '^-router 1 (1,0)$' w.gtkw || ! grep -q '{+x out credits of vc 3\[3:0\]}' w.gtkw; then
    failed=$((failed + 1))
    echo "FAILED: names of the topology"
fi
wave "routers for circuits" "6 88" --backend rtl --set fabric.router.switching=circuit
wave "narrow flits in lockstep, of another design" "6 88" --backend lockstep \
    --set fabric.router.pipeline=4 --set fabric.router.flit_bits=40 --set fabric.router.vcs=3 \
    --set fabric.router.buffer_flits=5
refuse() {
    local status=$1 pattern=$2
    shift 2
    "$ordito" run --quiet --backend rtl --wave other.fst "$@" >out 2>&1
    if [ $? -ne "$status" ] || ! grep -q "$pattern" out || [ -e other.fst ]; then
        failed=$((failed + 1))
        printf 'FAILED: %s\n' "$pattern" && head -n 12 out
    fi
}
refuse 2 "names the list of --wave's signals: other.gtkw" --json other.gtkw
mkdir other.gtkw
refuse 1 'other.gtkw: cannot be written'
[ "$failed" -eq 0 ] && echo "all lists are good"
exit "$((failed > 0))"
