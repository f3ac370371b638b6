#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scripts/record-memory: what it writes is what ran, whole or not at all, and nothing stays behind.
# usage: tests/record_memory.sh PROGRAM
set -eu
# shellcheck source=tests/checks.bash
. "$(dirname "$0")/checks.bash"
ordito=$(realpath "$1")
record=$(realpath "$(dirname "$0")/../scripts/record-memory")
for tool in valgrind python3 xz gzip pgrep; do
    command -v "$tool" >/dev/null || {
        echo "no $tool here"
        exit 77
    }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# expect NAME STATUS PATTERN ARGUMENT...: the status of a recording, and what it says.
expect() {
    local name=$1 status=$2 pattern=$3 got=0
    shift 3
    timeout 120 "$record" "$@" >output 2>said </dev/null || got=$?
    [[ $got -eq $status ]] || fail "$name: exit status $got, not $status"
    grep -qE -- "$pattern" said || fail "$name: \"$pattern\" is not said"
}

# absent NAME PATTERN: no such file, and no part of one.
absent() {
    compgen -G "$2*" >/dev/null && fail "$1: $2 is there"
    return 0
}

# --- what is recorded ---
# Three of four lengths of the environment make the loader of programs look at random bytes behind
# it (scripts/compare-cachegrind tells more); the fourth makes recordings equal.
for LENGTH in '' x xx xxx; do
    export LENGTH
    expect "one recording" 0 '' -o whole.lackey -- /bin/true
    expect "another" 0 '' -o again.lackey -- /bin/true
    cmp -s whole.lackey again.lackey && break
done
cmp whole.lackey again.lackey || fail "recordings of a program differ"
expect "a whole program" 0 '^record-memory: /bin/true ended with status 0 after ([0-9]+) references; \1 are in whole.lackey$' \
    -o whole.lackey -- /bin/true
all=$(wc -l <whole.lackey)
((all > 10000)) || fail "only $all references of a program"
grep -vqE '^(I  | [LSM] )[0-9a-f]{8,16},[0-9]+$' whole.lackey && fail "other lines in a trace"
"$ordito" trace info whole.lackey --json info.json >/dev/null
grep -q "\"lines\": $all" info.json || fail "lines of the trace"

for suffix in xz gz; do
    expect "compressed by $suffix" 0 "$all are in whole.$suffix" -o "whole.$suffix" -- /bin/true
    cmp whole.lackey <("${suffix/gz/gzip}" -dc "whole.$suffix") || fail "what $suffix holds"
    "$ordito" trace check "whole.$suffix" >/dev/null
done

# window AFTER AT_MOST: a part of a recording is a part of the whole.
window() {
    expect "from $1, $2" 0 " $2 are in part.xz" -o part.xz --after "$1" --at-most "$2" -- /bin/true
    cmp <(tail -n +$(($1 + 1)) whole.lackey | head -n "$2") <(xz -dc part.xz) ||
        fail "the window from $1 of $2"
}
window 0 1
window 1234 5678
window 65536 20000
expect "a window past the end" 0 " $((all - 1000)) are in part.xz" \
    -o part.xz --after 1000 --at-most "$((2 * all))" -- /bin/true
rm part.xz
expect "nothing left" 1 'none is left after 1000000000' -o part.xz --after 1000000000 -- /bin/true
absent "nothing left" part.xz

# --- how a program ends ---
expect "the status is told" 0 'sh ended with status 3 after' -o a.xz -- sh -c 'exit 3'
expect "a signal is told" 0 'sh was ended by SIGUSR1 after' -o a.xz -- sh -c 'kill -USR1 $$'
expect "a program without end is stopped" 0 'sh was stopped after .*; 400000 are in a.xz' \
    -o a.xz --at-most 400000 -- sh -c 'while :; do :; done'
# In the argument, marks of processes that only this test can have started.
mark=5$(printf '%07d' "$$")
expect "what is left running is ended" 0 'sh ended with status 0' -o a.xz -- sh -c "sleep $mark & exit"
pgrep -f "sleep $mark" >/dev/null && fail "a process is left running"
rm a.xz

# --- what interrupts it ---
for signal in INT TERM HUP; do # what is started in the background, or by nohup, ignores some
    env --default-signal=INT,TERM,HUP "$record" -o b.xz -- sh -c "sleep $mark & while :; do :; done" >output 2>said </dev/null &
    recorder=$!
    for _ in {1..100}; do
        pgrep -f "^sleep $mark" >/dev/null && break
        sleep 0.1
    done
    kill "-$signal" "$recorder"
    status=0
    wait "$recorder" || status=$?
    [[ $status -eq 130 ]] || fail "interrupted by $signal: status $status"
    grep -q "^record-memory: SIG$signal: nothing is written$" said || fail "what is said of $signal"
    absent "interrupted by $signal" b.xz
    pgrep -f "sleep $mark" >/dev/null && fail "a process is left running after $signal"
done

# --- what cannot be ---
expect "no such program" 1 'nonexistent-program: no such program' -o c.xz -- nonexistent-program
expect "no such folder" 1 'nowhere/c.xz: No such file or directory' -o nowhere/c.xz -- /bin/true
expect "no command" 2 'no COMMAND behind --' -o c.xz
expect "no number" 2 "'0' is no number of 1 or more" --at-most 0 -- /bin/true
expect "no such option" 2 'unrecognized arguments: --before' --before 3 -- /bin/true
mkdir bin
ln -s "$(python3 -c "import sys; print(sys.executable)")" bin/python3
status=0
PATH=$folder/bin python3 "$record" -o c.xz -- /bin/true 2>said || status=$?
[[ $status -eq 1 ]] || fail "without valgrind: status $status"
grep -q 'valgrind is not installed; scripts/install-deps trace' said || fail "without valgrind"
printf '#!/bin/sh\nhead -c 100 >/dev/null\nexit 9\n' >bin/xz
chmod +x bin/xz
PATH=$folder/bin:$PATH expect "a compressor that fails" 1 'c.xz: (xz failed|Broken pipe)' \
    -o c.xz -- /bin/true
absent "what could not be" c.xz
absent "any part" '*.part'
