#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# With sanitizers, each fault planted for them fails the run, and nothing else does:
# `make test SAN=1` and `make test SAN=thread`.
# usage: tests/planted.sh PROGRAM      the folder of the program has the planted tests
set -eu
[[ -n ${SAN:-} ]] || exit 77

unset FILTER XML LIST
folder=$(realpath "$(dirname "$1")")/planted
cd "$(dirname "$0")/.."
faults=(leak overflow out_of_bounds)
[[ $SAN == thread ]] && faults=(race)
for fault in "${faults[@]}"; do
    if log=$(scripts/run-tests "$folder/$fault" 2>&1); then
        echo "$fault passes"
        exit 1
    fi
    if ! grep -qx '0 passed, 1 failed' <<<"$log"; then
        echo "$fault: expected one failed test:"
        echo "$log"
        exit 1
    fi
done
scripts/run-tests "$folder/none"
