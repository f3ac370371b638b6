# SPDX-License-Identifier: Apache-2.0
"""Mutants of the router's RTL as a designer would make them: pairs of texts in source_mutants.yaml.

usage: /usr/bin/python3 scripts/source_mutants.py [--elaborate]     plants each, to see that it can be
"""
import functools
import pathlib
import shutil
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "scripts" / "source_mutants.yaml"
ROUTERS = [["-GRADIX=3", "-GPACED=1"], ["-GRADIX=3", "-GPIPELINE=4", "-GSPECULATIVE=1", "-GVCS=4",
            "-GCLASS_VCS=2", "-GVC_KIND=3", "-GSWITCH_KIND=2"]]
KEYS = {"name", "file", "does", "old", "new"}


class Fault(Exception):
    """What is wrong with a mutant, in words."""


@functools.lru_cache(maxsize=None)
def table():
    """All mutants by name, as mappings of KEYS."""
    mutants = {}
    for entry in yaml.safe_load(TABLE.read_text(encoding="utf-8")):
        if set(entry) != KEYS or entry["name"] in mutants:
            raise Fault(f"{TABLE.name}: {entry.get('name', entry)}: keys are not {sorted(KEYS)}, or "
                        "the name is there twice")
        mutants[entry["name"]] = entry
    return mutants


def names():
    """Names of all mutants, in the order of the table."""
    return list(table())


def does(name):
    """What a mutant does to a user, in a line."""
    return table()[name]["does"]


def apply(name, folder):
    """Plants a mutant in the RTL in a folder, a copy of rtl/; Fault if its text is not there once."""
    mutant = table()[name]
    path = pathlib.Path(folder) / mutant["file"]
    text = path.read_text(encoding="utf-8")
    if text.count(mutant["old"]) != 1:
        raise Fault(f"{TABLE.name}: {name}: its text is {text.count(mutant['old'])} times in {path}")
    path.write_text(text.replace(mutant["old"], mutant["new"]), encoding="utf-8")


def check(elaborates):
    """Plants each in a copy of the RTL, and has Verilator read it if that is asked for, as the router
    that has most of its parts; returns how many."""
    for name in names():
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(ROOT / "rtl", folder, dirs_exist_ok=True)
            apply(name, folder)
            for parameters in ROUTERS if elaborates else []:
                done = subprocess.run(["verilator", "--lint-only", "-Wno-fatal", "-Wno-lint", *parameters,
                                       "--top-module", "router_sim", "router_sim.sv"], cwd=folder,
                                      capture_output=True, text=True, check=False)
                if done.returncode:
                    raise Fault(f"{name} does not elaborate:\n{done.stderr}")
    return len(names())


if __name__ == "__main__":
    try:
        print(f"{check('--elaborate' in sys.argv[1:])} mutants can be planted")
    except Fault as wrong:
        sys.exit(f"source_mutants: {wrong}")
