#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# RTL and reference agree over at least two million router-cycles of random machines and traffic,
# and a run gives the same results on every back end.
# usage: tests/lockstep.sh PROGRAM
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" validate --runs 520 --json "$folder/validate.json"
python3 - "$folder/validate.json" <<'PY'
import json
import sys

validate = json.load(open(sys.argv[1], encoding="utf-8"))["validate"]
assert validate["mismatches"] == 0 and validate["router_cycles"] >= 2_000_000, validate
PY

# The same configuration on three back ends: the same bytes but for host figures and the name.
for backend in ref rtl lockstep; do
    "$1" run --quiet --backend "$backend" --json "$folder/$backend.json" --csv "$folder/$backend.csv" \
        --packets "$folder/$backend.packets.csv" --set fabric.topology.kind=torus \
        --set fabric.router.vcs=2 --set run.measure_cycles=2000
done
python3 - "$folder" <<'PY'
import json
import sys

results = []
for backend in ("ref", "rtl", "lockstep"):
    result = json.load(open(f"{sys.argv[1]}/{backend}.json", encoding="utf-8"))
    assert result["fabric"].pop("backend") == backend
    result.pop("host")
    results.append(result)
assert results[0] == results[1] == results[2], "results differ between back ends"
PY
cmp "$folder/ref.packets.csv" "$folder/rtl.packets.csv"
cmp "$folder/ref.packets.csv" "$folder/lockstep.packets.csv"
