#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The lessons: their commands print what the pages show, their pictures can be drawn, what their
# answers claim holds; and a page of which one of these is not so is found out.
# usage: tests/lessons.sh PROGRAM
set -eu
ordito=$(realpath "$1")
cd "$(dirname "$0")/.."
/usr/bin/python3 -c 'import matplotlib' 2>/dev/null || {
    echo "no matplotlib here; scripts/install-deps plot installs it"
    exit 77
}
scripts/lessons --check --program "$ordito"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# planted NAME EXPRESSION PATTERN: a page that sed has changed is refused with these words.
planted() {
    sed -E "$2" sim/lessons/switching.md >"$folder/switching.md"
    if scripts/lessons --check --program "$ordito" "$folder/switching.md" >"$folder/said" 2>&1; then
        echo "FAILED: $1: is not found out"
        exit 1
    fi
    grep -qE -- "$3" "$folder/said" || {
        echo "FAILED: $1: \"$3\" is not said"
        cat "$folder/said"
        exit 1
    }
}
planted "another figure" 's/584\.00/585.00/' 'prints something else'
planted "a wrong claim" 's/== length \+ 16/== length + 17/' 'this does not hold'
planted "no claim" '/<!-- holds/,/-->/d' 'claims nothing'
planted "a command that fails" 's/packet_flits=\[1/packet_flits=[x/' 'status 2 of its command'
