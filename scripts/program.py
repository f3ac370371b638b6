# SPDX-License-Identifier: Apache-2.0
"""What scripts that run the program and write pages about it share."""
import json
import pathlib
import subprocess
import sys


def run(program, settings, tool=()):
    """The results of a run, by a tool if one is named, and what was said on standard error."""
    command = [*tool, program, "run", "--quiet", "--json", "-"]
    for setting in settings:
        command += ["--set", setting]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 5):  # 5: saturated
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return json.loads(done.stdout), done.stderr


def explore(program, settings):
    """What `ordito topology` tells of a machine."""
    command = [program, "topology", "--json", "-"]
    for setting in settings:
        command += ["--set", setting]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def table(heads, rows):
    """A table of a page."""
    lines = [heads, ["---"] * len(heads)] + rows
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def processor():
    """The processor of this machine."""
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"
