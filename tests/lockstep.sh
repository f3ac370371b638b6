#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Lockstep finds a fault in the RTL; RTL and reference agree over at least two million router-cycles
# of random machines and traffic; a run gives the same results on every back end.
# usage: tests/lockstep.sh PROGRAM
set -eu
ordito=$(realpath "$1")
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
root=$PWD
cp -r rtl "$folder/rtl"
cd "$folder"

# RTL that takes wormhole for store-and-forward and the other way round.
sed -i "s/2'd0;/2'd9;/; s/2'd2;/2'd0;/; s/2'd9;/2'd2;/" rtl/switching.sv
status=0
ORDITO_RTL=$folder/rtl XDG_CACHE_HOME=$folder/cache "$ordito" run --quiet --backend lockstep \
    --set 'fabric.topology={kind: mesh, dims: [3]}' --set fabric.router.vcs=2 \
    --timeline fault.json 2>fault || status=$?
[ "$status" -eq 4 ] || { echo "a planted fault: exit status $status, expected 4"; cat fault; exit 1; }
if ! grep -qE '^ordito: cycle [0-9]+, router [0-2], port [0-2], [a-z]+: RTL has 0x[0-9a-f]+, the reference 0x' fault ||
    ! grep -q 'waveform of the router around that cycle: ordito-mismatch.fst' fault ||
    ! [ -s ordito-mismatch.fst ] || ! grep -q '"part of packet ' fault.json ||
    ! python3 -m json.tool fault.json >pretty.json; then
    echo "a planted fault: it is not named, or has no waveform or no timeline:"
    cat fault
    exit 1
fi

# The library finds it, too, and says so without a word of its own.
if [ -z "${SAN:-}" ]; then
    # shellcheck disable=SC2046 # words
    gcc -idirafter "$root/sim" "$root/sim/examples/embed.c" -o embed "$(dirname "$ordito")/libordito.a" \
        $(pkg-config --libs yaml-0.1 jansson libarchive expat zlib) -lm
    status=0
    ORDITO_RTL=$folder/rtl XDG_CACHE_HOME=$folder/cache ./embed 'fabric.topology={kind: mesh, dims: [12]}' \
        fabric.router.vcs=2 fabric.backend=lockstep >arrived 2>fault || status=$?
    if [ "$status" -ne 4 ] ||
        ! head -n 1 fault | grep -qE '^embed: cycle [0-9]+, router [0-9]+, port [0-2], [a-z]+: RTL has '; then
        echo "a planted fault, by the library: exit status $status, expected 4"
        cat fault
        exit 1
    fi
fi

"$ordito" validate --runs 520 --json validate.json
python3 - <<'PY'
import json

validate = json.load(open("validate.json", encoding="utf-8"))["validate"]
assert validate["mismatches"] == 0 and validate["router_cycles"] >= 2_000_000, validate
PY

# The same configuration on three back ends: the same bytes but for host figures and the name.
# simulate NAME BACKEND
simulate() {
    "$ordito" run --quiet --backend "$2" --json "$1.json" --csv "$1.csv" --packets "$1.packets.csv" \
        --set fabric.topology.kind=torus --set fabric.router.vcs=2 --set run.measure_cycles=2000
}
for backend in ref rtl lockstep; do
    simulate "$backend" "$backend"
    cmp ref.packets.csv "$backend.packets.csv"
done
python3 - <<'PY'
import csv
import json

results = []
for backend in ("ref", "rtl", "lockstep"):
    result = json.load(open(f"{backend}.json", encoding="utf-8"))
    assert result["fabric"].pop("backend") == backend
    result.pop("host")
    (row,) = csv.DictReader(open(f"{backend}.csv", encoding="utf-8", newline=""))
    assert row.pop("fabric.backend") == backend
    results.append((result, row))
assert results[0] == results[1] == results[2], "results differ between back ends"
PY

# Twice on one: the same bytes.
simulate again lockstep
cmp lockstep.csv again.csv
cmp lockstep.packets.csv again.packets.csv
