#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sample programs end on ideal and on full nodes and over LogGOPS networks, and send the same
# everywhere, as scripts/compare-predictions tells; and it tells a wrong prediction, a program that
# ends before it can have, and one that does not end.
# usage: tests/programs.sh PROGRAM
set -eu
ordito=$(realpath "$1")
compare=$(realpath "$(dirname "$0")/../scripts/compare-predictions")
samples=$(realpath "$(dirname "$0")/../traces/samples")
for tool in python3 zstd; do
    command -v "$tool" >/dev/null || {
        echo "no $tool here"
        exit 77
    }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$compare" --program "$ordito" "$samples"

# refused WORDS: the folder has a fault, which is told so.
refused() {
    if "$compare" --program "$ordito" "$folder" >"$folder/out" 2>&1 || ! grep -q "$1" "$folder/out"
    then
        echo "not told: $1"
        cat "$folder/out"
        exit 1
    fi
}

goal=dissemination-16
cp "$samples/$goal.goal.zst" "$folder"
printf 'schedule,LogGOPS_default_ns(L),LogGOPS_fast_ns(L)\n%s,23512,3052\n' "$goal" \
    >"$folder/predictions.csv"
"$compare" --program "$ordito" "$folder" >/dev/null
sed -i 's/3052/3053/' "$folder/predictions.csv"
refused "$goal: 3052 ns, LogGOPSim says 3053 ns"
rm "$folder/$goal.goal.zst"

cp "$samples/is.S.64.ti.tar.zst" "$folder"
printf 'trace,max_rank_compute_s,replay torus88 clean\nis.S.64,0.1,0.000917\n' \
    >"$folder/predictions.csv"
refused 'is.S.64 on full: sooner than it computes'
rm "$folder"/*

printf 'num_ranks 2\nrank 0 {\nsend 8b to 1\n}\nrank 1 {\nrecv 8b from 0 tag 1\n}\n' |
    zstd -q -o "$folder/unmatched.goal.zst"
refused 'unmatched.goal.zst on ideal: .*wait for ever'
