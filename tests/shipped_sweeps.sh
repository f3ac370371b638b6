#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The shipped sweeps (sim/sweeps): each has the points that its page tells, all of them possible; the
# one of zero load is made, and is what the closed forms say.
# usage: tests/shipped_sweeps.sh PROGRAM
set -eu
ordito=$(realpath "$1")
cd "$(dirname "$0")/.."
/usr/bin/python3 -c 'import snakemake, yaml' 2>/dev/null || {
    echo "no Snakemake here; scripts/install-deps sweep installs it"
    exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
    echo "FAILED: $1"
    tail -n 12 "$folder/said"
    exit 1
}

for file in sim/sweeps/*.yaml; do
    scripts/sweep --dry-run --program "$ordito" --output "$folder/none" "$file" >"$folder/said" 2>&1 ||
        fail "$file has points that cannot be"
    name=$(basename "$file" .yaml)
    grep -qF "| [$name]($name.yaml) | $(wc -l <"$folder/said") |" sim/sweeps/README.md ||
        fail "sim/sweeps/README.md tells another number of points of $name than $(wc -l <"$folder/said")"
done

scripts/sweep -q -j 1 --program "$ordito" --output "$folder/zero-load" sim/sweeps/zero-load.yaml \
    >"$folder/said" 2>&1 || fail "the sweep of zero load"
scripts/closed-forms --program "$ordito" "$folder/zero-load" >"$folder/said" 2>&1 ||
    fail "a latency is not that of the closed form"
grep -q '^39 rows, 0 differ$' "$folder/said" || fail "not all rows were compared"
sed -i '2s/,17,17,/,17,18,/' "$folder/zero-load/results.csv"
if scripts/closed-forms --program "$ordito" "$folder/zero-load" >"$folder/said" 2>&1; then
    fail "a planted latency is not found out"
fi
grep -q '^39 rows, 1 differ$' "$folder/said" || fail "the planted latency is not counted"
