#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The page of `ordito run --report`: it changes nothing of a run, is whole, and can be used; the
# committed template is what its sources give. Skips, in words, what needs npm or Chromium where
# these are not there.
# usage: tests/report.sh PROGRAM
set -u
# shellcheck source=tests/checks.bash
. "$(dirname "$0")/checks.bash"
ordito=$(realpath "${1:-build/ordito}")
tree=$(realpath "$(dirname "$0")/..")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

# same_but_host A B: two results agree in all but what is of the host.
same_but_host() {
    python3 -c 'import json, sys
a, b = (json.load(open(name)) for name in sys.argv[1:])
for each in a, b: del each["host"]
sys.exit(a != b)' "$1" "$2"
}

# page NAME STATUS ARGUMENT...: a run with and one without a page have the same results.
page() {
    local name=$1 status=$2
    shift 2
    check "$name without a page" "$status" '' "$ordito" run --quiet "$@" --json "$name.plain.json"
    check "$name with a page" "$status" '' "$ordito" run --quiet "$@" --json "$name.json" \
        --report "$name.html"
    check "$name: the page changes nothing" 0 '' same_but_host "$name.plain.json" "$name.json"
}

mesh=(--set 'fabric.topology={kind: mesh, dims: [4, 4]}' --set run.measure_cycles=1500)
page mesh 0 "${mesh[@]}" --set workload.packet_flits=6
check "packets of the mesh" 0 '' "$ordito" run --quiet "${mesh[@]}" --set workload.packet_flits=6 \
    --packets mesh.csv
page circuit 0 "${mesh[@]}" --set fabric.router.switching=circuit --set workload.packet_flits=12 \
    --set workload.rate_flits_per_node_cycle=0.05
page nodes 0 "$tree/sim/examples/software-path.yaml"
page limit 5 "${mesh[@]}" --set run.max_cycles=10
check "it ended before what was to be shown" 0 '' grep -q '"no_recording":"[^"]*nothing moves' limit.html
page ideal 0 "${mesh[@]}" --set fabric.model=ideal
page loggops 0 "$tree/sim/examples/goal-loggops.yaml"
# A name that would end the page's data.
mkdir '<!--<script><'
printf '0 0 3 4\n5 1 2 8\n' >'<!--<script></script>.txt'
page odd 0 "${mesh[@]}" --set workload.kind=packets --set 'workload.path="<!--<script></script>.txt"'
check "a sweep" 0 '' "$ordito" run --quiet "${mesh[@]}" --set workload.packet_flits=6 \
    --vary 'fabric.router.switching=[store-and-forward, wormhole, circuit]' --report sweep.html
check "a sweep whose runs fail" 2 '' "$ordito" run --quiet "${mesh[@]}" \
    --vary 'fabric.router.vcs=[4, 77]' --report failing.html
check "pages are small" 0 '' test "$(cat mesh.html sweep.html | wc -c)" -lt 5000000
for kind in store-and-forward wormhole; do
    check "the same page twice, but for the host ($kind)" 0 '' bash -c "for i in 1 2; do
        '$ordito' run --quiet ${mesh[*]@Q} --set fabric.router.switching=$kind --report - |
            sed 's/\"host\":{[^}]*}//' >again.\$i || exit 1; done; cmp again.1 again.2"
done

# --- what is refused ---
run() { "$ordito" run --quiet "${mesh[@]}" "$@"; }
check "one file for two" 2 'name the same file' run --report a.html --json a.html
check "a window without a page" 2 'need --report' run --report-from 5
check "no cycles" 2 'report-cycles' run --report a.html --report-cycles 0
check "a folder that is not there" 1 'nowhere/a.html' run --report nowhere/a.html
check "nothing is left of these" 1 '' test -e a.html

# --- the template ---
check "no addresses in the lock file" 1 '' grep -qE '"resolved"' "$tree/sim/report/package-lock.json"
if command -v node >/dev/null && command -v npm >/dev/null; then
    "$tree/scripts/build-report" --output "$folder/made.html" >out 2>&1
    status=$?
    if [ "$status" -eq 3 ]; then
        echo "report: npm reaches no registry: the template is not made anew"
    else
        check "the template is made" 0 '' test "$status" -eq 0
        check "its sources give the committed bytes" 0 '' cmp made.html "$tree/sim/report/report.html"
    fi
else
    echo "report: no node and npm here: the template is not made anew"
fi

# --- in a browser ---
if [ -x /usr/bin/chromium ] && [ -x /usr/bin/chromedriver ] &&
    /usr/bin/python3 -c 'import selenium' 2>/dev/null; then
    check "in Chromium" 0 '' /usr/bin/python3 "$tree/tests/report_page.py" "$folder"
else
    echo "report: no chromium, chromium-driver and python3-selenium here: no page is looked at"
fi

all_hold
