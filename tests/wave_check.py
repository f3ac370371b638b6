#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that all signals of a list for GTKWave are in its waveform, as vectors of the same width,
that parts of vectors lie within them, and that groups are closed; prints how many groups and
different signals there are.
usage: fst2vcd FILE.fst | tests/wave_check.py FILE.gtkw
"""
import re
import sys


def signals_of(vcd):
    """Names with their widths, as GTKWave writes them: scope.name, or scope.name[width - 1:0]."""
    scope, names = [], set()
    for line in vcd:
        words = line.split()
        if words[:1] == ["$scope"]:
            scope.append(words[2])
        elif words[:1] == ["$upscope"]:
            scope.pop()
        elif words[:1] == ["$var"]:
            names.add(".".join(scope + ["".join(words[4:-1])]))
        elif words[:1] == ["$enddefinitions"]:
            break
    return names


def main():
    names = signals_of(sys.stdin)
    groups, used, open_group, format_of = 0, set(), None, None
    for line in open(sys.argv[1], encoding="utf-8"):
        line = line.rstrip("\n")
        if line.startswith("@"):
            format_of = int(line[1:], 16)
        elif line.startswith("-"):
            begins = bool(format_of & 0x800000)
            assert begins == (open_group is None) and (begins or line == open_group), line
            open_group = line if begins else None
            groups += begins
        elif open_group:
            parts = re.sub(r"^#\{[^{}]*\} |^\+\{[^{}]*\} ", "", line).split(" ")
            for part in parts:
                offset, name = re.fullmatch(r"(?:\((\d+)\))?(\S+)", part).groups()
                assert name in names, f"{name} is not in the waveform"
                assert offset is None or int(offset) <= int(re.search(r"\[(\d+):0\]$", name)[1])
                used.add(name)
    assert open_group is None and used
    print(groups, len(used))


if __name__ == "__main__":
    main()
