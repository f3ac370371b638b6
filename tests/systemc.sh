#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The SystemC module: the same packets in the same cycles as the program, by every back end; the same
# transactions loosely timed; the base protocol's rules, kept by the module and checked; errors,
# back-pressure, and a clean end.
# usage: tests/systemc.sh PROGRAM
set -eu
ordito=$(realpath "$1")
build=$(dirname "$ordito")
traffic=$build/systemc-traffic
platform=$build/platform
[[ -x $traffic ]] || {
    echo "no $traffic here: SystemC is not installed, or this is a build with sanitizers"
    exit 77
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1

fail() {
    echo "$*"
    exit 1
}

# Runs the traffic, with files NAME.*; says what is wrong if that ends badly, or breaks a rule.
run() {
    local name=$1
    shift
    timeout 300 "$traffic" "log=$name.log" "packets=$name.csv" "trace=$name.trace" \
        "times=$name.times" "$@" \
        >"$name.out" 2>&1 || fail "traffic $*: $(cat "$name.out")"
    grep -q 'debug and DMI: good' "$name.out" || fail "traffic $*: $(cat "$name.out")"
}

# Words that are settings, as options of the program.
settings() {
    local word
    for word in "$@"; do
        [[ ${word%%=*} == *.* ]] && printf -- '--set\0%s\0' "$word"
    done
}

# The same cycles as the program, and the same transactions loosely timed. "$1" are back ends.
same() {
    local backends=$1 backend options
    shift
    for backend in $backends; do
        run "$backend" "$@" "fabric.backend=$backend"
        cmp ref.csv "$backend.csv" || fail "$backend has other cycles: $*"
        cmp ref.times "$backend.times" || fail "$backend has other times: $*"
    done
    mapfile -d '' options < <(settings "$@")
    "$ordito" run --quiet "${options[@]}" --set workload.kind=packets --set workload.path=ref.trace \
        --packets native.csv >native.out || fail "ordito run ${options[*]}"
    [[ $(wc -l <native.csv) -gt 100 ]] || fail "few packets: $*"
    cmp native.csv ref.csv || fail "other cycles than the program's: $*"
    run loose lt=1 "$@"
    cmp ref.log loose.log || fail "other transactions loosely timed: $*"
}

# --- the same cycles as the program ---------------------------------------------------------------
modes='store-and-forward virtual-cut-through wormhole'
for mode in $modes; do
    same 'ref rtl lockstep rtl-whole' "fabric.router.switching=$mode" \
        'fabric.topology={kind: mesh, dims: [3, 2]}'
    same 'ref rtl-whole' "fabric.router.switching=$mode" 'fabric.topology={kind: hypercube, n: 2}' \
        'fabric.router={classes: 2, vcs: 2, flit_bits: 36, pipeline: 3}' \
        fabric.terminal.stall_probability=0.2
done
same 'ref rtl-whole' 'fabric.topology={kind: torus, dims: [3, 2]}' posted=1 outstanding=2 \
    'fabric.router={classes: 2, vcs: 4, flit_bits: 100}' fabric.channel.terminal_latency_cycles=2 \
    fabric.clock_hz=3e9 # 333 ps, no multiple of 4
grep -q 'period 333$' ref.out || fail "3 GHz: $(cat ref.out)"
for mode in $modes circuit; do
    same ref "fabric.router.switching=$mode" 'fabric.topology={kind: fat-tree, nodes: 16}'
done
same ref 'fabric.topology={kind: ring, n: 5}' fabric.channel.latency_cycles=3 fabric.clock_hz=3e8
same ref 'fabric.topology={kind: mesh, nodes: 16}' fabric.router.routing=minimal-adaptive \
    outstanding=16 gap=1 bytes=20 targets=16 initiators=1 num=300
same ref 'fabric.topology={kind: cluster, racks: [{kind: star, n: 4, count: 3}], join: {kind: ring}}'

# --- loosely timed: no error without others, and ahead of time -------------------------------------
for more in fabric.topology.kind=torus fabric.router.pipeline=4 fabric.router.switching=circuit; do
    run timed plain=1 initiators=1 bytes=900 "$more"
    run loose plain=1 initiators=1 bytes=900 lt=1 "$more"
    cmp timed.times loose.times || fail "another time of a lone initiator: $more"
done
run near lt=1 quantum=1
run far lt=1 quantum=100000
cmp near.times far.times || fail "a quantum changes times"
cmp near.log far.log || fail "a quantum changes transactions"
deltas() {
    sed -nE 's/.*deltas ([0-9]+).*/\1/p' "$1.out"
}
(($(deltas far) * 10 < $(deltas near))) || fail "initiators do not run ahead"

# --- errors ---------------------------------------------------------------------------------------
top=18446744073708961792 # 9 windows below the end of addresses
run errors 'fabric.topology={kind: mesh, dims: [3, 3]}' "base=$top"
grep -q 'TLM_ADDRESS_ERROR_RESPONSE' errors.log || fail "no address was wrong"
grep -q 'TLM_BURST_ERROR_RESPONSE' errors.log || fail "no target refused"
run faults fabric.channel.faults.corrupt_rate=0.01
grep -q 'TLM_GENERIC_ERROR_RESPONSE' faults.log || fail "a packet that is changed is no error"

refused() {
    local text=$1
    shift
    if "$traffic" "$@" >out 2>&1; then
        fail "not refused: $*"
    fi
    grep -q -e "$text" out || fail "refused otherwise: $* $(cat out)"
}
refused 'fabric.router.classes: with 1 class' waiting=2
refused 'fabric.router.vcs: .*out of range' fabric.router.vcs=99
refused 'finer' fabric.clock_hz=1e12
refused 'do not fit' 'fabric.topology={kind: mesh, dims: [3, 3]}' "base=${top%2}3"
run one 'fabric.topology={kind: mesh, dims: [1]}' targets=1
refused 'ideal network' fabric.model=ideal fabric.router.classes=2 waiting=1 num=0
refused 'BEGIN_REQ before END_REQ' plant=early-request check=0

# --- back-pressure ----------------------------------------------------------------------------------
# Most requests of a node without their responses, of messages of a packet each.
under_way() {
    awk -F, 'NR > 1 { print ($10 == 0 ? $6 " 1 " $2 : $8 " 0 " $3) }' "$1.csv" | sort -n -k1,1 -k2,2 |
        awk '{ num[$3] += $2 ? 1 : -1; if (num[$3] > most) most = num[$3] } END { print most }'
}
# Most cycles that a request was under way.
longest() {
    awk -F, 'NR > 1 && $10 == 0 && $9 > most { most = $9 } END { print most }' "$1.csv"
}
slow=(fabric.router.classes=2 'fabric.topology={kind: mesh, dims: [3, 3]}' slow=30 targets=9 gap=2
    bytes=40)
for outstanding in 1 3; do
    run "most$outstanding" "${slow[@]}" "outstanding=$outstanding"
    [[ $(under_way "most$outstanding") == "$outstanding" ]] ||
        fail "$(under_way "most$outstanding") under way, not $outstanding"
done
run room "${slow[@]}"
run waits "${slow[@]}" waiting=1
cmp room.log waits.log || fail "other transactions if requests wait in the fabric"
(($(longest room) < 100 && $(longest waits) > 300)) ||
    fail "requests take $(longest room) cycles, and $(longest waits) if they wait in the fabric"

# --- the checker sees what is wrong -----------------------------------------------------------------
for plant in early-request:'BEGIN_REQ before END_REQ' early-response:'BEGIN_RESP before END_RESP'; do
    refused "check_.*: ${plant#*:}" "plant=${plant%%:*}" 'fabric.topology={kind: mesh, dims: [3, 3]}'
done

# --- the example, and the end -----------------------------------------------------------------------
"$platform" --help | grep -q 'usage: platform' || fail "no help"
"$platform" --set=fabric.topology.kind=torus | grep -q '^1500 transactions, 0 wrong' || fail "platform"
"$platform" --lt | grep -q '^1500 transactions, 0 wrong' || fail "platform --lt"
if command -v valgrind >/dev/null; then
    # Stacks of threads of SystemC are no frames
    for more in posted=1 'stop=200 fabric.backend=rtl-whole'; do
        # shellcheck disable=SC2086 # several words
        valgrind -q --max-stackframe=40000 --undef-value-errors=no --leak-check=full \
            --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect \
            --error-exitcode=9 "$traffic" num=10 'fabric.topology={kind: mesh, dims: [3, 2]}' $more \
            >out 2>&1 || fail "valgrind: $(cat out)"
    done
fi
