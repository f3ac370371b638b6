#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A sample of the proofs of the RTL holds, and finds its planted faults; a proof that fails ends with
# status 1, names what does not hold and leaves a waveform. Every source-level mutant can be planted.
# usage: tests/formal.sh PROGRAM
set -u
cd "$(dirname "$0")/.." || exit 1
here=$PWD
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
# shellcheck source=tests/checks.bash
. "$here/tests/checks.bash"

check "the sample" 0 '^6 done, 0 failed' "$here/scripts/formal" --quick
cp out sample
check "its fault is found" 0 'fault credits-doubled +found in cycle' cat sample
check "a proof fails" 1 '^1 done, 1 failed' \
    "$here/scripts/formal" --quick --filter 'c*' --plant credits-flag-ignores-zero
waveform=$(sed -nE 's/.*FAILED: rtl\/formal\/credits_proof\.sv:[0-9]+: [A-Za-z]+; waveform (.*\.vcd) .*/\1/p' out | head -n 1)
check "it leaves a waveform" 0 '' test -s "$here/$waveform"
check "no proof of that name" 2 'no proof is called' "$here/scripts/formal" --filter nonsense
check "help" 0 'usage: formal' "$here/scripts/formal" --help
check "every mutant can be planted" 0 '^[1-9][0-9]+ mutants' \
    /usr/bin/python3 -B "$here/scripts/source_mutants.py"
all_hold
