#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scripts/synth says how it is used, and refuses what is no radix before it begins.
set -u
cd "$(dirname "$0")/.." || exit 1
failed=0

# expect STATUS ARGUMENT...: exit status, and the usage on standard output, or on standard error.
expect() {
    local status=$1 out err got
    shift
    out=$(scripts/synth "$@" 2>/dev/null)
    got=$?
    err=$(scripts/synth "$@" 2>&1 >/dev/null)
    [ "$status" -eq 0 ] || { [[ -z $out ]] && out=$err; }
    if [ "$got" -ne "$status" ] || [[ $out != *"usage: scripts/synth "* ]]; then
        echo "scripts/synth $*: status $got, and says: $out"
        failed=1
    fi
}

expect 0 --help
expect 0 -h
for wrong in 0 1 66 100 -3 05 5.0 five --radix ''; do
    expect 2 "$wrong"
    expect 2 3 "$wrong"
done
exit "$failed"
