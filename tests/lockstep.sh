#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# RTL and reference agree over at least two million router-cycles of random machines and traffic.
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
