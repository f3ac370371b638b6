#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The command line as a user meets it: exit statuses, messages, files. Needs no Verilator.
# usage: tests/cli.sh PROGRAM
set -u
# shellcheck source=tests/checks.bash
. "$(dirname "$0")/checks.bash"
ordito=$(realpath "${1:-build/ordito}")
sources=$(realpath "$(dirname "$0")/../rtl")
examples=$(realpath "$(dirname "$0")/../sim/examples")
samples=$(realpath "$(dirname "$0")/../traces/samples")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

# check_untouched NAME STATUS PATTERN COMMAND...: the same, and no file came, went or changed.
check_untouched() {
    local before
    before=$(list)
    check "$@"
    check "$1: no file is touched" 0 '' diff <(echo "$before") <(list)
}

# All files but what check keeps of a command, with what is in them.
list() { find . -type f ! -name out -exec cksum {} + | sort; }

run() { "$ordito" run "$@"; }
quick=(--set run.measure_cycles=500 --set 'fabric.topology={kind: mesh, dims: [3, 3]}')

# --- what a newcomer tries ---
check "help" 0 'ordito run' "$ordito" --help
check "help of run" 0 'fabric.router.vcs' "$ordito" run --help
check "version, with a hash of the sources" 0 '^ordito [0-9.]+\+[0-9a-f]{12}$' "$ordito" --version
check "run without anything explains itself" 0 'mesh-uniform' run
check "unknown command" 2 'run' "$ordito" rnu
check "a whole command" 0 'completed' run "${quick[@]}"
check "topology" 0 'diameter' "$ordito" topology --set fabric.topology.kind=torus
check "measured topology" 0 'measure' "$ordito" topology --measure --set fabric.topology.kind=hypercube
check "nothing to measure in a whole fabric" 2 'fabric.backend.*--measure needs ref' \
    "$ordito" topology --measure --set fabric.backend=rtl-whole
check "memory by router" 0 '^routers  +[1-9][0-9]* +[1-9][0-9]*$' "$ordito" topology
check "memory as JSON" 0 '"bytes_per_router": [1-9]' "$ordito" topology --json -
printf 'fabric:\n  router: {vcs: 8, buffer_flits: 64}\n  topology: {kind: hypercube, n: 20}\n' >big.yaml
check "a machine that is too large" 2 \
    '^ordito: .*big.yaml:3: fabric.topology: 1048576 routers need about [0-9.]+ GiB, [0-9]+ bytes each, and .* has [0-9.]+ GiB$' \
    run big.yaml --set fabric.router.flit_bits=512 --backend lockstep
check "a family" 0 '^torus .* torus 8x8$' "$ordito" topology --family
check "a family tells the nearest number of nodes" 0 '^hypercube .* nearest is 64$' \
    "$ordito" topology --family --set fabric.topology.nodes=60
check "a family as CSV" 0 '^torus,torus 8x8,,64,64,256,4,8,4.06.*,16,4,4,16384,1600$' \
    "$ordito" topology --family --csv -
check "a family as JSON" 0 '"edge_connectivity": 4' "$ordito" topology --family --json -
check "a family has no graph" 2 '--dot is for one topology' "$ordito" topology --family --dot -
check "one topology has no CSV" 2 '--csv is for a --family' "$ordito" topology --csv -
check "a graph for Graphviz" 0 '^  r0 -- r1;$' "$ordito" topology --dot -
printf 'rome milan latency_cycles=9\nrouter rome nodes=2\n' >far.txt
check "a graph with names, nodes and latencies" 0 'r0 -- r1 \[label="9 cycles"\];' \
    "$ordito" topology --set 'fabric.topology={kind: graph, file: far.txt}' --dot -
mkdir -p there
printf 'fabric: {topology: {kind: graph, file: graph.txt}}\n' >there/graph.yaml
printf '0 1\n1 2\n2 0\n' >there/graph.txt
check "a graph, relative to the configuration" 0 'graph there/graph.txt: 3 nodes' \
    run there/graph.yaml --set run.measure_cycles=500
check "failed parts" 0 '8 nodes, 9 routers, 16 channels' \
    run "${quick[@]}" --set 'fabric.topology.failed=[router 4]'

check "a cluster" 0 '^cluster of 2 mesh 3x3 and 1 ring, n 4, join.kind star, .*: 22 nodes, 23 routers' \
    run "${quick[@]}" --set 'fabric.topology={kind: cluster,
        racks: [{kind: mesh, dims: [3, 3], count: 2}, {kind: ring, n: 4}]}'
check "racks in boxes, with narrow uplinks between them" 0 \
    'subgraph cluster_1 \{.*label="rack 1".*r1 -- r2 \[label="5 cycles, 3 a flit"\]' \
    bash -c "'$ordito' topology --set 'fabric.topology={kind: cluster, racks: [{kind: mesh, nodes: 1,
        count: 2}], join: {latency_cycles: 5, flit_cycles: 3}}' --dot - | tr '\n' ' '"
for example in "$examples"/*.yaml; do
    check "example ${example##*/}" 0 'completed' run "$example"
done
check "an example whose centre has failed" 2 '1536 pairs of nodes cut off' \
    run "$examples/cluster-central.yaml" --set 'fabric.topology.failed=[router join.0]'

# --- configurations that are wrong ---
printf '0 1\n1 1\n' >there/graph.txt
check "a graph that is wrong, with its line" 2 'there/graph.txt:2: a channel from router "1" to itself' \
    run there/graph.yaml
check "a graph without a file" 2 'needs a file' run --set fabric.topology.kind=graph
printf 'fabric:\n  topology:\n    failed: [router 64]\n' >failed.yaml
check "failed parts that are not there" 2 'failed.yaml:3: fabric.topology.failed: .*there are 0..63' \
    run failed.yaml
check "failures that cut nodes off" 2 '63 pairs of nodes cut off from each other: 0 and 1, ' \
    run --set 'fabric.topology.failed=[channel 0-1, channel 0-8]'
check "too few VCs for layers" 2 'fabric.router.vcs: shortest-layered routing needs [2-8] VCs' \
    run --set fabric.topology.kind=torus --set fabric.router.vcs=1 \
    --set fabric.router.routing=shortest-layered
check "classes that cannot share the VCs out" 2 'fabric.router.classes: 4 VCs .* use fabric.router.vcs = 6' \
    run --set fabric.router.classes=3
check "classes of circuits" 2 'fabric.router.classes: a circuit has whole channels' \
    run --set fabric.router.classes=2 --set fabric.router.switching=circuit
check "classes with too few VCs for datelines" 3 'this configuration can deadlock' \
    run --set fabric.router.classes=4 --set fabric.topology.kind=torus
printf 'fabric:\n  router:\n    vsc: 4\n' >key.yaml
check "unknown key with file, line and nearest" 2 'key.yaml:3: .*vsc.*vcs' run key.yaml
printf 'fabric:\n  router: {vcs: 9}\n' >range.yaml
check "out of range" 2 'range.yaml:2: .*vcs.*8' run range.yaml
printf 'fabric:\n  router: {vcs: two}\n' >type.yaml
check "wrong type" 2 'type.yaml:2: ' run type.yaml
printf 'fabric: {router: [}\n' >syntax.yaml
check "not YAML" 2 'syntax.yaml:1' run syntax.yaml
check "missing config" 2 'nothing.yaml' run nothing.yaml
check "torus side of 1" 2 'at least 2' run --set 'fabric.topology={kind: torus, dims: [4, 1]}'
check "side that is no integer" 2 'dims' run --set 'fabric.topology={kind: mesh, dims: [4.5, 2]}'
check "2^40 nodes" 2 'nodes' run --set 'fabric.topology={kind: mesh, dims: [1048576, 1048576]}'
check "2^40 nodes by number" 2 'nodes' run --set fabric.topology.nodes=1099511627776
check "unknown topology" 2 'torus' run --set fabric.topology.kind=tours
check "unknown pattern" 2 'uniform' run --set workload.pattern=unifrom
check "pattern undefined here" 2 'bit-reverse' run --set workload.pattern=bit-reverse "${quick[@]}"
check "packet larger than the buffer under store-and-forward" 2 'do not fit the buffers' \
    run --set fabric.router.switching=store-and-forward --set workload.packet_flits=9
check "destination that does not fit the head flit" 2 'at least 1[78]' \
    run --set fabric.router.flit_bits=16 --set 'fabric.topology={kind: mesh, dims: [64, 64]}'
check "torus without datelines, with the cycle named" 3 '\+x, vc 0' \
    run --set fabric.topology.kind=torus --set fabric.router.vcs=1
check "machine too large for the memory" 2 'GiB' \
    run --set fabric.topology.nodes=16777216 --set fabric.router.vcs=8 --set fabric.router.buffer_flits=64

# --- runs that do not end well ---
check "saturated" 5 'saturated' run --set workload.rate_flits_per_node_cycle=0.9 \
    --set run.measure_cycles=2000
check "cycle limit" 5 'cycle' run --set run.max_cycles=100
check "slice" 0 'slice' run --set run.max_cycles=100 --set run.slice=true
check "deadlock at run time says who waits" 3 'waits for' run --set fabric.topology.kind=torus \
    --set fabric.router.vcs=1 --set fabric.router.buffer_flits=2 --set fabric.allow_deadlock=true \
    --set workload.rate_flits_per_node_cycle=0.8 --set workload.packet_flits=8
check "deadlock tells what its packets are in" 3 'in the fabric and source queues' \
    run --set fabric.topology.kind=torus --set fabric.router.vcs=1 --set fabric.allow_deadlock=true \
    --set fabric.router.buffer_flits=2 --set workload.rate_flits_per_node_cycle=0.8 \
    --set workload.packet_flits=8
check "a channel longer than the watchdog's patience is no deadlock" 0 'completed' \
    run --set fabric.topology.nodes=4 --set fabric.channel.latency_cycles=100 \
    --set run.watchdog_cycles=50 --set workload.rate_flits_per_node_cycle=0.002 \
    --set run.measure_cycles=20000

# --- traces that are wrong ---
trace=(--set workload.kind=trace)
check "missing trace" 6 'nowhere' run "${trace[@]}" --set workload.path=nowhere/index.txt
mkdir two
printf 'a.txt\nb.txt\n' >two/index.txt
printf '0 init\n0 send 1 7 100 6\n0 finalize\n' >two/a.txt
check "missing rank" 6 'b.txt' run "${trace[@]}" --set workload.path=two
printf '1 init\n1 recv 0 8 100 6\n1 finalize\n' >two/b.txt
check "receive that nothing matches" 6 'b.txt:2' run "${trace[@]}" --set workload.path=two
printf '1 init\n1 recv 0 7 100 6\n1 fin' >two/b.txt
check "truncated line" 6 'b.txt:3' run "${trace[@]}" --set workload.path=two
printf '1 init\n1 recv 0 7 100 6\n1 finalize\n' >two/b.txt
check "the same, right" 0 'completed' run "${trace[@]}" --set workload.path=two
head -c 30000 "$samples/mg.S.64.ti.tar.zst" >cut.ti.tar.zst
check "truncated archive" 6 'cut.ti.tar.zst' run "${trace[@]}" --set workload.path=cut.ti.tar.zst
check "more ranks than nodes" 2 'ranks' run "${trace[@]}" \
    --set "workload.path=$samples/mg.S.64.ti.tar.zst" --set fabric.topology.nodes=16
packets=(--set workload.kind=packets)
printf '0 0 1 4\n5 2 3 1\n3 1 0 1\n' >order.txt
check "packet trace out of order" 6 'order.txt:3' run "${packets[@]}" --set workload.path=order.txt
printf '0 0 1 4\n5 2 99 1\n' >node.txt
check "packet to no node" 6 'node.txt:2' run "${packets[@]}" --set workload.path=node.txt
printf '# two packets\n0 0 1 4\n5 2 3 1\n' >good.txt
check "packet trace" 0 'completed' run "${packets[@]}" --set workload.path=good.txt
check "packet trace on standard input" 0 'completed' \
    bash -c "'$ordito' run --set workload.kind=packets --set workload.path=- <good.txt"
check "standard input is for one run" 2 'workload.path: standard input' \
    run "${packets[@]}" --set workload.path=- --vary 'run.seed=[1, 2]'
check "standard input among paths" 2 'workload.path: standard input' \
    run "${packets[@]}" --vary 'workload.path=[good.txt, "-"]'

# --- files ---
goal=(--set workload.kind=trace --set "workload.path=$samples/lgs2-tests-schedule.goal.zst")
loggops=("${goal[@]}" --set fabric.model=ideal --set fabric.ideal.rules=loggops)
check "a schedule over routers" 0 'makespan \[cycles\] +11011$' run "${goal[@]}"
check "a schedule over an ideal fabric" 0 'makespan \[cycles\] +20000$' run "${loggops[@]}"
check "when each rank ended" 0 '^ +16000$' run "${loggops[@]}" --quiet --json - --detail
check "a run that has no ranks has no such detail" 0 '' \
    run "${quick[@]}" --quiet --json d.json --detail
check "which the JSON does not mention" 1 '' grep end_cycles d.json
check "a configuration with all defaults" 0 '"buffer_flits": 8,' run "${quick[@]}" --dry-run
check_untouched "a dry run makes nothing of a wrong configuration" 2 'vcs: "9" is out of range' \
    run --set fabric.router.vcs=9 --dry-run --json dry.json
printf '0 1\n' >there/pair.txt
printf 'fabric: {topology: {kind: graph, file: pair.txt}}\n' >there/pair.yaml
check "a configuration's files, as they are found" 0 '"there/pair.txt"' \
    run there/pair.yaml --dry-run
check "a dry run is one" 2 '--dry-run is for one run' run --dry-run --vary 'run.seed=[1, 2]'
check "a dry run has no results" 2 '--dry-run makes no results' run "${quick[@]}" --dry-run --csv -
check "detail of what" 2 '--detail is for the --json of one run' run "${loggops[@]}" --detail
check "detail of a sweep" 2 '--detail is for the --json of one run' \
    run "${loggops[@]}" --detail --json d.json --vary 'run.seed=[1, 2]'
check "both models in a sweep" 0 '^ideal +completed .* 20000 ' \
    run "${goal[@]}" --set fabric.ideal.rules=loggops --vary 'fabric.model=[detailed, ideal]'
check "packets of an ideal fabric" 2 '--packets: an ideal fabric .fabric.model. has no packets' \
    run "${loggops[@]}" --packets p.csv
check "a schedule is told of" 0 'on finish +32$' "$ordito" trace info "${goal[3]#*=}"
printf 'num_ranks 1\nrank 0 {\nl: put 8b to 0\n}\n' >put.goal
check "a schedule that cannot be replayed" 6 'put.goal:3: rank 0: put is of the dialect' \
    "$ordito" trace check --format goal put.goal
check "json and csv" 0 '' run "${quick[@]}" --json a.json --csv a.csv --packets a.packets.csv
check "json is whole" 0 'ordito.run/1' python3 -c 'import json; print(json.load(open("a.json"))["schema"])'
check "two results in one file" 2 '--json and --csv name the same file: x' run "${quick[@]}" --json x --csv x
check "results and waveform in one file" 2 '--csv and --wave name the same file: x' \
    run "${quick[@]}" --backend rtl --csv x --wave x
check "waveform on standard output" 2 '--wave' run "${quick[@]}" --backend rtl --wave -
check "two figures in one file" 2 'same file: x' "$ordito" topology --json x --dot x
check "unwritable folder" 1 'nowhere/a.json' run "${quick[@]}" --json nowhere/a.json
check "full disk" 1 'space' run "${quick[@]}" --json /dev/full
files=(--json b.json --csv b.csv --packets b.packets.csv)
check_untouched "a configuration that is refused" 2 'vcs' run "${files[@]}" --set fabric.router.vcs=99
printf '1 init\n1 recv 0 7 100 6\n1 fin' >two/b.txt
check_untouched "a trace that ends early" 6 'b.txt:3' \
    run "${files[@]}" "${trace[@]}" --set workload.path=two
touch b.json b.csv b.packets.csv
check_untouched "the same, where there are files" 6 'b.txt:3' \
    run "${files[@]}" "${trace[@]}" --set workload.path=two
check "a run that is killed outright" 137 '' \
    timeout -s KILL 1 "$ordito" run --set run.measure_cycles=1000000000 "${files[@]}"
check "leaves the files that it would have replaced" 1 '' test -s b.json -o -s b.csv -o -s b.packets.csv
check "json on standard output" 0 '^\{' run "${quick[@]}" --json - --quiet

# --- determinism ---
run "${quick[@]}" --json c.json --packets c.packets.csv >/dev/null 2>&1
cat >same.py <<'PY'
import json, sys
a, b = (json.load(open(name)) for name in sys.argv[1:3])
for result in a, b:
    result.pop("host")
print("same" if a == b else "different")
PY
check "the same results twice" 0 '^same' python3 same.py a.json c.json
check "the same packets twice" 0 '' cmp a.packets.csv c.packets.csv
run "${quick[@]}" --json d.json --set fabric.skip_idle=false >/dev/null 2>&1
check "the same without idle skipping" 0 '^same' python3 same.py a.json d.json
run "${quick[@]}" --packets e.packets.csv --seed 2 >/dev/null 2>&1
check "another seed, other packets" 1 'differ: (byte|char)' cmp a.packets.csv e.packets.csv

# --- without Verilator ---
mkdir nothing
bare=(env "PATH=$PWD/nothing" "ORDITO_RTL=$sources" "XDG_CACHE_HOME=$PWD/cache" "$ordito" run)
check "the reference needs no Verilator" 0 'completed' "${bare[@]}" "${quick[@]}"
check "rtl says that it does" 1 'verilator is not installed.*--backend ref' \
    "${bare[@]}" "${quick[@]}" --backend rtl

# --- many runs ---
check "vary" 0 'hypercube' run --set run.measure_cycles=500 \
    --vary 'fabric.topology.kind=[mesh, torus, hypercube]' --vary 'fabric.topology.nodes=[16, 64]' --csv v.csv
check "a row a run" 0 '^7 ' wc -l v.csv
check "one bad row does not spoil the rest" 2 'completed' run --set run.measure_cycles=500 \
    --vary 'fabric.topology.nodes=[16, 48]' --set fabric.topology.kind=hypercube
check "a run that is interrupted" 130 '' \
    timeout --preserve-status -s INT 1 "$ordito" run --set run.measure_cycles=1000000000 --json k.json --packets k.csv
check "interrupted results are written" 0 'interrupted' \
    python3 -c 'import json; print(json.load(open("k.json"))["outcome"])'
check "an interrupt is heeded in a large machine" 130 'in cycle ([0-9]{1,3}|[1-3][0-9]{3})$' \
    timeout --preserve-status -s INT 1 "$ordito" run --quiet --set run.measure_cycles=1000000000 \
    --set 'fabric.topology={kind: torus, dims: [64, 64]}'
mkdir tools
# shellcheck disable=SC2016 # the tool expands $PPID
printf '#!/bin/sh\nkill -INT $PPID\nexit 1\n' >tools/verilator
chmod +x tools/verilator
tools=(env "PATH=$folder/tools:$PATH" "XDG_CACHE_HOME=$folder/cache" "$ordito")
check "an interrupt while RTL is built" 130 'interrupted before' "${tools[@]}" run "${quick[@]}" --backend rtl
check "an interrupt while RTL is built, in validation" 130 'interrupted after 0 runs' \
    "${tools[@]}" validate --runs 3
check "so are packets, each whole" 0 '^1$' bash -c "awk -F, '{ print NF == 11 }' k.csv | sort -u"

# --- traces ---
trace() { "$ordito" trace "$@"; }
from() { trace "${@:2}" <"$1"; }
check "help of trace" 0 '^  lackey +memory references' trace --help
check "help of a verb" 0 '--write-backs' trace cache --help
check "no verb" 2 'no verb "inof"; nearest: info' trace inof
check "no trace" 2 'info: no trace named' trace info
check "two traces" 2 '"b": one trace is read, and that is a' trace info a b
check "no such option of trace" 2 'nearest: --format' trace info a --fromat x
check "no such format" 2 'called "lakcey"; nearest: lackey' trace info a --format lakcey
check "no such file" 6 'nonexistent: No such file' trace info nonexistent
check "not a trace" 6 'router.sv: not a trace of a known format' trace info "$sources/router.sv"
check "what a memory trace touches" 0 '^    lines +1027$' trace info "$samples/sort.lackey.xz"
check "from standard input" 0 '^  modify +672$' from "$samples/sort.lackey.xz" info -
check "what a program does" 0 '^  irecv +26016$' trace info "$samples/mg.S.64.ti.tar.zst"
check "not from standard input" 2 'simgrid has to be a file' \
    from "$samples/mg.S.64.ti.tar.zst" info - --format simgrid
check "a trace as JSON" 0 '^      "modify": 512,$' trace info "$samples/gzip.lackey.xz" --json -
check "its schema" 0 '"schema": "ordito.trace/1"' trace cache "$samples/gzip.lackey.xz" --json -
check "good traces" 0 'is.S.64.ti.tar.zst: good .simgrid' \
    trace check "$samples/gzip.lackey.xz" "$samples/is.S.64.ti.tar.zst"
check "packets and what they wait for" 0 '^  packets that wait +12564$' \
    trace info "$samples/multiregion.tra.bz2"
check "good packets" 0 'shrtex.tra.bz2: good .netrace' trace check "$samples/shrtex.tra.bz2"
check "packets from standard input" 0 '^benchmark +short example trace$' \
    from "$samples/shrtex.tra.bz2" info - --format netrace
check "their replay" 0 '^  makespan .cycles. +259$' run --set workload.kind=trace \
    --set "workload.path=$samples/shrtex.tra.bz2" --set fabric.model=ideal
head -c 1000 "$samples/example.tra.bz2" >cut.tra.bz2
check "packets that are cut off" 6 'cut.tra.bz2: truncated bzip2' trace check cut.tra.bz2
printf 'I  04001000,3\n L 1fff000608,8\nI 4001003,2\n' >bad.lackey
check "a bad line" 6 '^ordito: bad.lackey:3: "I 4001003,2": neither' trace check bad.lackey
check "good ones before it are told" 6 'gzip.lackey.xz: good' \
    trace check "$samples/gzip.lackey.xz" bad.lackey
check_untouched "no figures of a bad trace" 6 'bad.lackey:3' trace info bad.lackey --json bad.json
head -c 50000 "$samples/sort.lackey.xz" >cut.lackey.xz
check "a trace that is cut off" 6 'cut.lackey.xz: ' trace check cut.lackey.xz
printf '0 init\n0 send 1 7 8\n0 finalize\n1 init\n1 finalize\n' >sent.ti
check "a message that nobody receives" 6 'rank 1: unmatched: receives 0 messages, but 1 are' \
    trace check sent.ti
printf '0 init\n0 barrier\n0 finalize\n1 init\n1 finalize\n' >alone.ti
printf 'ordito-trace 1\nranks 2\nrank 0\ncall to=1 procedure=p\nrank 1\nend\n' >called.trace
check "a call that nobody serves" 6 'rank 1: unmatched: serves 0 calls, but is called 1 times' \
    trace check called.trace
printf 'interface i {\n  procedure p(in byte *data);\n}\n' >raw.rpc
check "what cannot be marshalled" 6 '^ordito: raw.rpc:2: a pointer without a size cannot be' \
    trace check raw.rpc
check "an interface and its traces" 0 'rpc-bank.rpc: good .rpc.' \
    trace check "$examples/rpc-bank.rpc" "$examples"/rpc-*.trace
check "layouts of an interface" 0 'out entry\[<=64\] count n, at byte 8, up to 2564 bytes' \
    trace info "$examples/rpc-bank.rpc"
check "calls over a network of messages" 2 'workload.rpc.interface: under fabric.ideal.rules loggops' \
    run "$examples/rpc-bank.yaml" --set fabric.model=ideal --set fabric.ideal.rules=loggops
check "a run without its interface" 6 'blocking.trace:7: rank 0: call: there is no interface' \
    run "$examples/rpc-bank.yaml" --set workload.rpc.interface=null
check "a collective of one" 6 'rank 1: unmatched: takes part in 0 collective' trace check alone.ti
check "its replay" 6 '' run --set workload.kind=trace --set workload.path=alone.ti
check "it is told by pair" 6 '^    from 0, to 1, messages 1$' trace info sent.ti
check "the figures are told all the same" 6 '"outcome": "unmatched"' trace info sent.ti --json -

# --- in another format ---
replayed() { # TRACE: a replay, of which nothing tells where the trace was
    "$ordito" run -q --set workload.kind=trace --set "workload.path=$1" --json - |
        python3 -c 'import json, sys
result = json.load(sys.stdin)
del result["host"], result["config"]["workload"]["path"]
print(json.dumps(result))'
}
check "a program as native text" 0 '' trace convert "$samples/mg.S.64.ti.tar.zst" mg.native.zst
check "and as SimGrid's" 0 '' trace convert mg.native.zst mg.ti.gz
for program in mg is; do
    trace convert "$samples/$program.S.64.ti.tar.zst" "$program.native"
    check "its replay is the same: $program" 0 '' \
        cmp <(replayed "$samples/$program.S.64.ti.tar.zst") <(replayed "$program.native")
    check "and is one" 0 '"makespan_cycles": [1-9]' replayed "$program.native"
done
check "it is what its name says" 0 'good .simgrid.' trace check mg.ti.gz
check "a program as a schedule" 0 '' trace convert mg.ti.gz mg.goal.zst --collectives auto
check "whose messages all find receivers" 0 'good .goal.' trace check mg.goal.zst
check "a schedule as text" 0 '^l1: send 1b to 2$' \
    trace convert "$samples/binary_tree_32.goal.zst" - --to goal
check_untouched "a schedule as a program" 6 'native has no words for dependencies' \
    trace convert "$samples/binary_tree_32.goal.zst" refused.native
check "algorithms of nothing" 2 'neither first nor auto' trace convert mg.ti.gz x --collectives ring
check "references for Dinero" 0 '' trace convert "$samples/sort.lackey.xz" s.din.bz2 --split-modifies
check "from standard input to standard output" 0 '^r 1fff000608 8$' \
    from <(printf ' L 1fff000608,8\n') convert - - --to dinero
check_untouched "modifies for Dinero" 6 'reference 39477: .* --split-modifies makes it' \
    trace convert "$samples/sort.lackey.xz" refused.din
check_untouched "a bad trace is not converted" 6 'bad.lackey:3' trace convert bad.lackey refused.din
check "no such format to convert to" 2 'nearest: native; there are native, simgrid, goal' \
    trace convert sent.ti x --to nativ
check "nowhere to convert to" 2 'convert: a trace and a file to write' trace convert sent.ti
check "packets without what they wait for" 0 '' trace convert "$samples/example.tra.bz2" ex.packets
# Columns of packets by which a replay of either is the same, but for their order in a cycle.
sent() {
    run "$@" --quiet --packets - | cut -d, -f2,3,4,6 | sort
}
same_packets() {
    sent --set workload.kind=packets --set workload.path=ex.packets >one
    sent --set workload.kind=trace --set "workload.path=$samples/example.tra.bz2" \
        --set workload.netrace.mode=no-dependencies >other
    cmp one other && grep -c '^[0-9]' one
}
check "their times and lengths" 0 '^175$' same_packets
check "formats to convert to" 0 '^  dinero +.din ' trace convert --help

# --- algorithms of collectives ---
mg=(--set workload.kind=trace --set "workload.path=$samples/mg.S.64.ti.tar.zst")
rules='workload.collectives.allreduce=[ring, [{up_to_bytes: 7, algorithm: ring}, {algorithm: rabenseifner}]]'
check "rules in a sweep" 0 'algorithm: rabenseifner\}\] +completed' run "${mg[@]}" --vary "$rules" \
    --json rules.jsonl
check "which were used" 0 '"allreduce":\{"rabenseifner":88\}' tail -n 1 rules.jsonl
check "a rule that cannot be" 2 'collectives.bcast: rule 1: .*did you mean .binomial' \
    run "${mg[@]}" --set 'workload.collectives.bcast=[{algorithm: binomail}]'

# --- who talks to whom ---
check "busiest pairs" 0 '^    from 16, to 32, messages 69, bytes 23240$' \
    trace info "$samples/mg.S.64.ti.tar.zst"
check "with collectives" 0 '"messages": 62616' \
    trace info "$samples/mg.S.64.ti.tar.zst" --collectives first --matrix mg.csv --json -
check "the matrix" 0 '^65$' bash -c 'wc -l <mg.csv'
check "as traffic" 0 'completed' run --set run.measure_cycles=500 --set workload.pattern=matrix \
    --set workload.matrix=mg.csv
check "references have none" 2 'have no communication matrix' \
    trace info "$samples/sort.lackey.xz" --matrix s.csv
check "no such algorithms" 2 '"best" is neither first nor auto' trace info sent.ti --collectives best
check "no such picture" 2 'ends with none of .png, .svg, .pdf' trace info sent.ti --picture x.gif
mkdir none
echo 'raise ImportError(name="matplotlib")' >none/matplotlib.py
check "what draws is missing" 1 'picture: matplotlib is missing; on Debian: apt-get install' \
    env PYTHONPATH=none "$ordito" trace info mg.ti.gz --picture mg.png
if /usr/bin/python3 -c 'import matplotlib' 2>/dev/null; then
    for kind in png:PNG svg:svg pdf:PDF; do
        check "a picture: $kind" 0 'degree max' trace info mg.ti.gz --picture "mg.${kind%:*}"
        check "it is one: $kind" 0 '' grep -aqm 1 "${kind#*:}" "mg.${kind%:*}"
    done
fi

printf 'r 1000 4\nw 103e 4\ni 2000 4\nm 1000 8\n' >four.din
check "caches" 0 '^  write +1$' trace cache four.din
check "caches in one set" 0 '"ll": "64,1,64"' trace cache four.din --ll 64,1,64 --json -
check "a cache that cannot be" 2 '--d1.ways: 0 is not in' trace cache four.din --d1 1024,0,64
check "no geometry" 2 '--ll: "1024,2" is not BYTES,WAYS,LINE' trace cache four.din --ll 1024,2
check "a program has no references" 2 'no format of memory traces is called "simgrid"' \
    trace cache sent.ti --format simgrid
check "nor by content" 6 'sent.ti: not a memory trace' trace cache sent.ti

# --- the speed of the program ---
large_parent='import json, subprocess, sys
ballast = bytearray(200_000_000)
print(json.loads(subprocess.run(sys.argv[1:], stdout=subprocess.PIPE).stdout)["host"]["peak_rss_bytes"])'
check "memory is not that of who started it" 0 '^[0-9]{1,8}$' \
    python3 -c "$large_parent" "$ordito" run --quiet --json - "${quick[@]}"
figures() {
    python3 -c 'import json, sys
for work in json.load(open(sys.argv[1]))["bench"]:
    for figure in work["figures"]:
        print(work["name"], figure["figure"], figure["ours"])' "$1"
}
check "works of the bench" 0 ' instr./flit-hop +450 +250 ' "$ordito" bench --list
check "one of them" 0 '^idle .* s  ' "$ordito" bench --filter 'idl?' --json bench.json
check "its figures" 0 '^idle ns_per_flit_hop [1-9][0-9]*[.][0-9]+$' figures bench.json
check "nothing but it" 0 '^2$' bash -c "grep -c '\"ours\": [0-9]' bench.json"
check "no such work" 2 'no work is called "idel"; --list' "$ordito" bench --filter idel
check "a large work" 2 'only large works .*--large' "$ordito" bench --filter ref-1m-cube
check "a bench of a configuration" 2 'bench has its own' "$ordito" bench idle.yaml
check "a bench that is interrupted" 130 '' \
    timeout --preserve-status -s INT 1 "$ordito" bench --filter 'hop-*' --json bench.json
check "its results are written" 0 '"outcome": "interrupted"' cat bench.json
check "a trace that is replayed by it" 0 '"error": null' \
    "$ordito" bench --quiet --filter trace-is --json -
check "a work that cannot be run does not keep others from it" 1 'hop-8x8-0.2 .*' \
    env "PATH=$PWD/nothing" "$ordito" bench --filter '[hr]*-8x8*' --json bench.json
check "why it could not" 0 '"error": "verilator is not installed' cat bench.json

all_hold
