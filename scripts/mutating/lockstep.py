# SPDX-License-Identifier: Apache-2.0
"""Mutants in lockstep with the C reference, in fabrics of all topologies."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

from .netlist import FOLDER, ROOT

LIVE_OUTPUTS = ["fwd_o", "payload_o", "credit_o", "ack_o", "nack_o"]
MISMATCH = 4


def make_rtl():
    """A copy of the RTL whose simulation shell puts the mutants' outputs on its pins."""
    rtl = FOLDER / "rtl"
    shutil.rmtree(rtl, ignore_errors=True)
    shutil.copytree(ROOT / "rtl", rtl)
    shutil.copy(FOLDER / "router_mutant.v", rtl / "router_mutant.sv")
    shell = (rtl / "router_sim.sv").read_text()
    found = re.search(r"    router #\(.*?\) u_router \((.*?)\n    \);\n", shell, re.S)
    sound = found.group(0)
    ports = found.group(1)
    mutant = f"    router_mutant u_mutant ({ports},\n        .mutsel(16'(ordito_mutant()))\n    );\n"
    for port in LIVE_OUTPUTS:
        sound = re.sub(rf"(\.{port} *)\([^)]*\)", r"\1()", sound)
    shell = shell.replace(found.group(0), sound + mutant)
    shell = shell.replace("    router #(", "    import \"DPI-C\" pure function int ordito_mutant();\n"
                          "    /* verilator lint_off PINMISSING */\n    router #(", 1)
    (rtl / "router_sim.sv").write_text(shell)
    with open(rtl / "router_door.cpp", "a", encoding="utf-8") as door:
        door.write('\n#include <cstdlib>\n'
                   'extern "C" int ordito_mutant() { return std::atoi(std::getenv("ORDITO_MUTANT")); }\n')


def run(program, settings, rtl, **environment):
    """Exit status of a lockstep run with that RTL."""
    command = [program, "run", "--quiet", "--backend", "lockstep"]
    for key, value in settings.items():
        command += ["--set", f"{key}={value}"]
    environment = dict(os.environ, ORDITO_RTL=str(rtl), XDG_CACHE_HOME=str(FOLDER / "cache"),
                       **environment)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True,
                              check=False)
    if done.returncode not in (0, MISMATCH):
        sys.exit(f"scripts/mutation: {rtl}: exit status {done.returncode}:\n{done.stderr}")
    return done.returncode


def lockstep(program, mutant, settings):
    """Exit status of a lockstep run of a mutant of the netlist."""
    return run(program, settings, FOLDER / "rtl", ORDITO_MUTANT=str(mutant))


def find(program, mutant, runs):
    """Number of runs it took to find a mutant, or 0."""
    for tried, settings in enumerate(runs, 1):
        if lockstep(program, mutant, settings) == MISMATCH:
            return tried
    return 0
