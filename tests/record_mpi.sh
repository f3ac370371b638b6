#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scripts/record-mpi: what it writes is what the programs of tests/mpi say that they sent, it can be
# replayed, and what cannot be recorded is refused. With each MPI that is installed.
# usage: tests/record_mpi.sh PROGRAM
set -eu
ordito=$(realpath "$1")
tree=$(realpath "$(dirname "$0")/..")
record=$tree/scripts/record-mpi
for tool in mpicc mpirun python3 zstd nm pgrep; do
    command -v "$tool" >/dev/null || {
        echo "no $tool here; scripts/install-deps mpi installs an MPI"
        exit 77
    }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# What Open MPI wants of root, and of few processors.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1

fail() {
    echo "FAILED: $mpi: $1"
    [[ -f said ]] && sed 's/^/    /' said | tail -n 12
    exit 1
}

# expect NAME STATUS PATTERN ARGUMENT...: the status of a recording, and what it says.
expect() {
    local name=$1 status=$2 pattern=$3 got=0
    shift 3
    timeout 120 "$record" --program "$ordito" --mpicc "mpicc$mpi" "$@" >output 2>said </dev/null || got=$?
    [[ $got -eq $status ]] || fail "$name: exit status $got, not $status"
    grep -qE -- "$pattern" said || fail "$name: \"$pattern\" is not said"
    compgen -G "*.part*" >/dev/null && fail "$name: something is left: $(echo *.part*)"
    return 0
}

# run_of RANKS PROGRAM ARGUMENT...: sets the command.
run_of() {
    local ranks=$1
    shift
    command=("mpirun$mpi" -n "$ranks" "$@")
}

# replay FILE KEY: a figure of the program, replayed.
replay() {
    "$ordito" run --set workload.kind=trace --set "workload.path=$1" --set fabric.topology.nodes=8 \
        --quiet --json run.json >/dev/null
    grep -q '"outcome": "completed"' run.json || fail "the replay of $1 does not complete"
    python3 -c 'import json, sys; print(json.load(open("run.json"))["application"][sys.argv[1]])' "$2"
}

# Messages of a trace: with MESSAGES=pairs one line "pair FROM TO NUMBER BYTES" a pair, otherwise
# "messages NUMBER BYTES" for all. Those of collectives have an odd number above the bits of tags.
sent() {
    awk -v pairs="$1" '
        $1 == "rank" { rank = $2 }
        $1 == "send" || $1 == "isend" {
            for (i = 2; i <= NF; i++) { split($i, field, "="); value[field[1]] = field[2] }
            of_collective = value["tag"] >= 2 ^ 30 && int(value["tag"] / 2 ^ 20) % 2
            if (of_collective != (pairs == 0)) next
            pair = pairs ? "pair " rank " " value["to"] : "messages"
            messages[pair]++
            bytes[pair] += value["bytes"]
        }
        END { for (pair in messages) print pair, messages[pair], bytes[pair] }' "$2" | sort
}

# computed FILE: milliseconds of computing of all ranks.
computed() {
    awk '$1 == "compute" { split($2, field, "="); ns += field[2] } END { print int(ns / 1000000) }' "$1"
}

# --- what the library stands in for -------------------------------------------------------------

# Every call of the MPI is recorded, refused, or one that sends nothing.
check_calls() {
    local library harmless unknown
    "mpicc$mpi" -std=c17 -D_GNU_SOURCE -O1 -Wall -Wextra -Wpedantic -Wconversion -Wshadow \
        -Wstrict-prototypes -Wmissing-prototypes -Werror -fPIC -shared \
        -Wl,--version-script="$tree/scripts/record_mpi/exports.map" \
        -o shim.so "$tree"/scripts/record_mpi/*.c
    nm -D --defined-only shim.so | awk '$2 == "T" { print $3 }' | sort >stands_in
    library=$(ldd shim.so | awk '$1 ~ /^libmpi(ch)?\.so/ { print $3 }')
    harmless='_(T|Type|Group|Info|Op|File|Session|Error|Errhandler|Status|Attr|Keyval|Grequest|Get'
    harmless+='|Pack|Unpack|Add|Aint|Buffer)_|_(Message|Request)_[cf]2[cf]$'
    harmless+='|_Comm_([cf]2[cf]|call_err.*|compare|create_err.*|create_key.*|delete.*|disconnect'
    harmless+='|free.*|get_.*|group|rank|remote.*|set_.*|size|test_inter)$'
    harmless+='|_(Graph|Cart|Dist_graph)_(coords|get|map|rank|shift|neighbors.*)$'
    harmless+='|_(Abort|Address|(Alloc|Free)_mem|Cartdim_get|Dims_create|Finalized|Graphdims_get'
    harmless+='|Initialized|Is_thread_main|(Un)?[Pp]ack|Pcontrol|Query_thread|Reduce_local(_c)?'
    harmless+='|Register_datarep(_c)?|Test_cancelled|Topo_test|Wtick|Wtime|Alloc_mem'
    harmless+='|(Close|Open)_port|(Lookup|Publish|Unpublish)_name)$'
    # What wants a window, or a request of a partitioned message, neither of which can be made.
    harmless+='|_(Win_.*|R?(put|Put|get|Get|accumulate|Accumulate|get_accumulate)(_c)?'
    harmless+='|Get_accumulate(_c)?|Compare_and_swap|Fetch_and_op|Parrived|Pready.*)$'
    nm -D --defined-only "$library" | awk '$2 ~ /[TW]/ && $3 ~ /^MPI_[A-Z][a-z]/ { print $3 }' | sort -u >all
    (($(wc -l <all) > 300)) || fail "calls of $library"
    unknown=$(comm -23 all stands_in | grep -vE "^MPI($harmless)" || true)
    [[ -z $unknown ]] || fail "neither recorded nor refused: $unknown"
    grep -qx MPI_File_open stands_in || fail "files"
    for call in create allocate allocate_shared create_dynamic; do
        grep -qx "MPI_Win_$call" stands_in || fail "windows"
    done
}

# --- what is recorded -----------------------------------------------------------------------------

check_messages() {
    run_of 4 ./messages
    expect "messages" 0 ' operations of 4 ranks are in m.native$' -o m.native -- "${command[@]}"
    grep '^pair' output | sort >program
    (($(wc -l <program) > 10)) || fail "what the program says"
    cmp program <(sent 1 m.native) || fail "messages of the pairs"
    [[ $(replay m.native messages) -eq $(awk '{ n += $4 } END { print n }' program) ]] ||
        fail "messages of the replay"
    [[ $(replay m.native bytes) -eq $(awk '{ n += $5 } END { print n }' program) ]] ||
        fail "bytes of the replay"
    grep -q '^# 12 synchronous sends' m.native || fail "notes in the trace"
    grep -q '^waitall$' m.native || fail "waits for all"
    grep -qE '(from|tag)=any' m.native && fail "what was received from anyone is not told"
    # 5 ms of each rank, and 1 and 2 of the three who work; less what rounding may take.
    (($(computed m.native) >= 28 && $(computed m.native) < 240)) || fail "time of processors"
    expect "by the clock on the wall" 0 '' -o w.native.zst --clock wall -- "${command[@]}"
    zstd -dcq w.native.zst >w.native
    (($(computed w.native) >= 268)) || fail "time on the wall"
    cmp program <(sent 1 w.native) || fail "messages of the pairs, another time"
}

check_collectives() {
    run_of 5 ./collectives
    expect "collectives" 0 ' operations of 5 ranks are in c.native' -o c.native -- "${command[@]}"
    awk '/^messages/ { n += $2; bytes += $3 } END { print "messages", n, bytes }' output >program
    cmp program <(sent 0 c.native) || fail "messages of collectives of groups"
    # All 17, of which two each are an alltoallv and a reduce-scatter; a rank has all of them.
    awk '$1 == "rank" { rank = $2 } rank == 1 && !/=.* tag=|^(rank|compute|waitall|end)/' c.native >world
    cat >expected <<-END
		barrier
		bcast bytes=20 root=4
		reduce bytes=20 root=4
		allreduce bytes=4
		scan bytes=8
		exscan bytes=8
		gather bytes=12 root=4
		scatter bytes=12 root=4
		allgather bytes=12
		alltoall bytes=12
		gatherv recv=0,0,0,0,0 bytes=4 root=4
		scatterv send=0,0,0,0,0 bytes=4 root=4
		allgatherv recv=0,4,8,12,16 bytes=4
		alltoallv send=4,4,4,4,4 recv=0,4,8,12,16
		alltoallv send=4,4,4,4,4 recv=0,4,8,12,16
		reduce-scatter recv=0,4,8,12,16
		reduce-scatter recv=8,8,8,8,8
	END
    cmp expected world || fail "collectives of all ranks"
    replay c.native messages >/dev/null
}

check_uses() {
    run_of 4 ./stencil 64 50
    expect "a stencil" 0 ' operations of 4 ranks are in s.native.xz$' -o s.native.xz -- "${command[@]}"
    # Two neighbours of each rank, in every step; a row or column of 32 doubles.
    [[ $(replay s.native.xz messages) -eq 400 && $(replay s.native.xz bytes) -eq 102400 ]] ||
        fail "messages of a stencil"
    run_of 2 ./file here
    expect "a file" 0 '2 times that a rank opened a file' -o f.native -- "${command[@]}"
    [[ $(stat -c %s here) -eq 8 ]] || fail "what the program wrote"
}

# --- what cannot be -------------------------------------------------------------------------------

# refused NAME PATTERN
refused() {
    run_of 2 ./refused "$1"
    expect "$1" 1 "^record-mpi: $2" -o x.native -- "${command[@]}"
    [[ ! -e x.native ]] || fail "$1: there is a trace"
}

# What ends a program in a way that may differ by MPI.
check_ends() {
    refused window 'rank [01]: MPI_Win_create: cannot be recorded'
    refused error 'rank [01]: MPI_Send: .*[Ii]nvalid rank'
    refused crash "mpirun$mpi ended with status "
    refused unfinished '(rank [01] has not called MPI_Finalize|mpirun.* ended with status)'
}

check_refused() {
    refused cancel 'rank [01]: MPI_Cancel: cannot be recorded'
    refused neighbours 'rank [01]: MPI_Neighbor_allgather: cannot be recorded'
    refused free-of-any 'rank [01]: MPI_Request_free: of a receive of any source or tag'
    refused tag 'rank [01]: MPI_Irecv: a tag of 2\^20 or more on another communicator'
    refused thread 'rank [01]: MPI_Isend: from another thread than MPI_Init'
    refused unmatched 'what was recorded cannot be replayed: .*receives 0 messages, but 1'
    refused communicators 'rank [01]: MPI_Comm_dup: more communicators at a time than can be'
    expect "no MPI program" 1 'no rank has called MPI_Init' -o x.native -- /bin/true
    expect "no such program" 1 'nowhere: no such program' -o x.native -- nowhere
    expect "no such folder" 1 'x.native: No such file' -o nowhere/x.native -- /bin/true
    expect "no command" 2 'no COMMAND behind --' -o x.native
    expect "no MPI" 1 'mpicc is not installed; scripts/install-deps mpi' --mpicc nompicc -- /bin/true
}

check_interrupted() {
    run_of 2 "$folder/refused" wait-for-ever # a name that only this test can have
    env --default-signal=INT "$record" --program "$ordito" --mpicc "mpicc$mpi" -o i.native \
        -- "${command[@]}" >output 2>said </dev/null &
    local recorder=$! status=0
    for _ in {1..200}; do
        compgen -G 'i.native.*.parts/1' >/dev/null && break
        sleep 0.1
    done
    kill -INT "$recorder"
    wait "$recorder" || status=$?
    [[ $status -eq 130 ]] || fail "interrupted: status $status"
    grep -q '^record-mpi: SIGINT: nothing is written$' said || fail "what is said of a signal"
    compgen -G 'i.native*' >/dev/null && fail "interrupted: $(echo i.native*) is left"
    pgrep -f "^$folder/refused" >/dev/null && fail "ranks are left running"
    return 0
}

mpis=()
for mpi in .mpich .openmpi; do
    command -v "mpicc$mpi" >/dev/null && command -v "mpirun$mpi" >/dev/null && mpis+=("$mpi")
done
((${#mpis[@]})) || mpis=("")
for mpi in "${mpis[@]}"; do
    rm -f ./*.native* said
    for program in messages collectives stencil refused file; do
        "mpicc$mpi" -O2 -w -o "$program" "$tree/tests/mpi/$program.c" -lm -lpthread
    done
    check_calls
    check_messages
    check_collectives
    check_uses
    check_ends
    check_interrupted
done
check_refused
