#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is kept of a failure: a replay that fails again, waves whose list names what is in them, and
# a testbench that shows the same in Verilator and in Icarus, until the fault is mended.
# usage: tests/reproducer.sh PROGRAM
set -u
for tool in verilator iverilog fst2vcd; do
    command -v "$tool" >/dev/null || { echo "$tool is not installed"; exit 77; }
done
ordito=$(realpath "${1:-build/ordito}")
root=$(realpath "$(dirname "$0")/..")
# shellcheck source=tests/checks.bash
. "$root/tests/checks.bash"
folder=$(realpath "$(mktemp -d)")
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

# testbench WORDS STATUS PATTERN FAILURE TARGET: make ends with 2 if the testbench fails
testbench() { check "$1" "$2" "$3" make -s -C "failures/$4/testbench" "$5"; }

# mend FAILURE: puts the device right
mend() { sed -i 's/\.FAULT([0-9]*)/.FAULT(0)/' "failures/$1/testbench/wrapper.sv"; }

# keeps FAILURE: what is in the folder
keeps() {
    local file
    for file in replay.txt story.txt wave.fst wave.gtkw testbench/tb.sv testbench/pins.hex; do
        check "$1 has $file" 0 '' test -s "failures/$1/$file"
    done
    check "$1's list of signals" 0 '' bash -c "fst2vcd failures/$1/wave.fst |
        $root/tests/wave_check.py failures/$1/wave.gtkw"
    check "$1's folder is whole" 1 '' bash -c 'ls failures | grep part'
}

check "packets are interleaved" 4 'interleave' "$ordito" validate --failures failures \
    --map "$root/rtl/examples/onoff_vc/map.yaml" --set FAULT=3
keeps interleave
check "the story" 0 'The pins, cycle by cycle' cat failures/interleave/story.txt
check "the replay" 4 'interleave' "$ordito" validate --replay failures/interleave/replay.txt
testbench "Icarus shows it" 2 '^FAIL: interleave: ' interleave icarus
testbench "Verilator shows it" 2 '^FAIL: interleave: ' interleave verilator
mend interleave
testbench "Icarus shows that it is mended" 0 '^CHANGED: ' interleave icarus

check "an output is X" 4 'known' "$ordito" validate --failures failures --runs 1 \
    --map "$root/rtl/examples/xy_ready_valid/map.yaml" --set FAULT=5
keeps known
check "the replay of X" 4 'BROKEN: known' "$ordito" validate --replay failures/known/replay.txt
testbench "Icarus shows X" 2 '^FAIL: known: ' known icarus
mend known
testbench "Icarus shows no X" 0 '^CHANGED: ' known icarus
all_hold
