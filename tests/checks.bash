# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What test scripts check with.

# fail WORDS: ends the test; what the last command said is in the file "said", if there is one.
fail() {
    echo "FAILED: $1"
    [[ -f said ]] && sed 's/^/    /' said | tail -n 12
    exit 1
}

# Others count what holds and what does not, and go on. They end with `all_hold`.
passed=0
failed=0

# check NAME STATUS PATTERN COMMAND...: exit status, and a pattern in what it prints, which is left
# in the file "out".
check() {
    local name=$1 status=$2 pattern=$3 got
    shift 3
    "$@" >out 2>&1 </dev/null
    got=$?
    if [ "$got" -eq "$status" ] && { [ -z "$pattern" ] || grep -qE -- "$pattern" out; }; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED: %s: exit status %s, expected %s with "%s"\n' "$name" "$got" "$status" "$pattern"
        sed 's/^/    /' out | head -n 20
    fi
}

# Says how many checks held. False if one did not.
all_hold() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
}
