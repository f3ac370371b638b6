#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Replays of the samples of Netrace traces, which are what its example simulator logged, as
# scripts/compare-netrace tells; and that it tells a difference if there is one.
# usage: tests/netrace.sh PROGRAM
set -eu
ordito=$(realpath "$1")
compare=$(realpath "$(dirname "$0")/../scripts/compare-netrace")
samples=$(realpath "$(dirname "$0")/../traces/samples")
command -v python3 >/dev/null || {
    echo "no python3 here"
    exit 77
}
for log in "$samples"/*.refsim*.log.xz; do
    trace=$samples/$(basename "${log%%.refsim*}").tra.bz2
    "$compare" --program "$ordito" "$trace" "$log"
done
if "$compare" --program "$ordito" "$samples/example.tra.bz2" "$samples/example.refsim-d.log.xz" \
    normal >/dev/null; then
    echo "a difference is not found"
    exit 1
fi
