#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The examples of rtl/examples: what is right passes at all levels that its map claims, and of what
# has a fault planted, the rule that it breaks is named.
# usage: tests/router_examples.sh PROGRAM
# ORDITO_EXAMPLES=all: every fault of every example, and our fabric; else a fault of each
set -u
command -v verilator >/dev/null || {
    echo "Verilator is not installed"
    exit 77
}
ordito=$(realpath "$1")
root=$(realpath "$(dirname "$0")/..")
. "$root/tests/checks.bash"
folder=$(realpath "$(mktemp -d)")
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

validate() { nice "$ordito" validate --map "$root/rtl/examples/$1.yaml" "${@:2}"; }

# right MAP
right() { check "$1 is right" 0 'nothing found against the device' validate "$1" --runs 60; }

# planted sample|all MAP FAULT RULES: one of the rules, given as a pattern, is broken.
planted() {
    [[ $1 == sample || ${ORDITO_EXAMPLES:-} == all ]] || return 0
    check "fault $3 of $2" 4 "^(BROKEN: | +)($4)[: ]" validate "$2" --set "FAULT=$3"
}

right xy_ready_valid/map
planted sample xy_ready_valid/map 2 'held|interleave'
planted all xy_ready_valid/map 1 backward
planted all xy_ready_valid/map 3 route
planted all xy_ready_valid/map 4 starvation
planted all xy_ready_valid/map 5 known

right xy_ready_valid/mesh
planted all xy_ready_valid/mesh 1 'held|once|intact|order|delivered|interleave|route'
planted all xy_ready_valid/mesh 3 'delivered|deadlock'
planted all xy_ready_valid/mesh 4 starvation
planted all xy_ready_valid/mesh 6 'delivered|deadlock|route'

right onoff_vc/map
planted sample onoff_vc/map 3 interleave
planted all onoff_vc/map 1 'backward|delivered|flow-order|once|order'
planted all onoff_vc/map 2 deadlock
planted all onoff_vc/map 4 starvation
planted all onoff_vc/map 5 'deadlock|delivered'
planted all onoff_vc/map 6 known
planted all onoff_vc/map 7 starvation

right source_routed/map
planted all source_routed/map 1 performance
planted sample source_routed/map 2 forward
planted all source_routed/map 3 deadlock
planted all source_routed/map 4 credits

right ordito_router/map
[[ ${ORDITO_EXAMPLES:-} != all ]] || right ordito_fabric/map
all_hold
