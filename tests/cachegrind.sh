#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Misses of caches as Valgrind's cachegrind counts them, to the last one: several programs, each with
# the geometries that scripts/compare-cachegrind has; and that it tells a difference if there is one.
# usage: tests/cachegrind.sh PROGRAM
set -eu
ordito=$(realpath "$1")
compare=$(realpath "$(dirname "$0")/../scripts/compare-cachegrind")
for tool in valgrind python3 gcc; do
    command -v "$tool" >/dev/null || {
        echo "no $tool here"
        exit 77
    }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# Modifies, references across lines, strides, instructions that save all registers, and loads whose
# values are not used.
cat >small.c <<'C'
#include <stdint.h>
#include <stdio.h>
#include <string.h>
static char bytes[1 << 18];
static char state[512] __attribute__((aligned(16)));
int main(void)
{
    uint64_t sum = 0;
    for (uint64_t step = 1; step < sizeof bytes; step = step * 3 + 1)
        for (uint64_t at = 0; at + 8 <= sizeof bytes; at += step) {
            uint64_t word;
            memcpy(&word, bytes + at, sizeof word);
            sum += word;
            word += at;
            memcpy(bytes + at, &word, sizeof word);
            if (step > 60)
                ++*(volatile char *)(bytes + at);
        }
#if defined __x86_64__
    for (int i = 0; i < 100; i++)
        __asm__ volatile("fxsave64 (%0)\n\tfxrstor64 (%0)\n\t"
                         "mov %%rbp, %%r11\n\tmov (%0), %%rbp\n\tmov 64(%0), %%rbp\n\t"
                         "mov %%r11, %%rbp"
                         :
                         : "r"(state)
                         : "r11", "memory");
#endif
    printf("%llu %d\n", (unsigned long long)sum, state[0]);
}
C
gcc -O1 -o small small.c
seq 1 400 | awk '{print ($1 * 7919) % 1009, "line"}' >numbers.txt

for command in './small' '/bin/ls -l /bin/ls /usr' 'sort -n numbers.txt'; do
    # shellcheck disable=SC2086 # a command and its arguments
    "$compare" --program "$ordito" -- $command || {
        echo "not counted alike: $command"
        exit 1
    }
done

# A program that counts for caches that are not those asked for is found out.
cat >wrong <<SH
#!/bin/sh
exec "$ordito" \$(printf '%s\n' "\$@" | sed s/6144/12288/)
SH
chmod +x wrong
if "$compare" --program ./wrong --caches 16384,4,128 6144,3,64 131072,64,128 -- ./small >told; then
    echo "other caches counted alike:"
    cat told
    exit 1
fi
[ "$(grep -c '^0 of 1 geometries counted alike$' told)" -eq 4 ]
