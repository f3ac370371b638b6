# SPDX-License-Identifier: Apache-2.0
"""The router as a netlist with all mutants in it, which an input chooses (0: the original)."""
import pathlib
import re
import shutil
import subprocess
import sys

from .lockstep_runs import DEPTH, FLIT_BITS, VCS

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "build" / "mutation"
RADIX, DIMS = 5, 4
IN_WINDOW = "32'h3ffffffe"  # bits where an address may stand
PARAMETERS = {"RADIX": RADIX, "VCS": VCS, "DEPTH": DEPTH, "FLIT_BITS": FLIT_BITS,
              "TABLE_SIZE": 0, "DIMS": DIMS}


def sources():
    """SystemVerilog of the router core, without the simulation shells and the structural top."""
    return sorted(path for path in (ROOT / "rtl").glob("*.sv")
                  if not path.name.endswith("_sim.sv") and not path.name.startswith("circuit_")
                  and path.name not in ("fabric.sv", "router_cfg.sv"))


def yosys(script, name):
    """Runs a yosys script; a fault ends the program."""
    (FOLDER / name).with_suffix(".ys").write_text(script)
    with open((FOLDER / name).with_suffix(".log"), "w", encoding="utf-8") as log:
        done = subprocess.run(["yosys", "-q", f"{name}.ys"], cwd=FOLDER, stdout=log,
                              stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        sys.exit(f"scripts/mutation: yosys failed, see {FOLDER}/{name}.log")


def write_wrapper():
    """The router as the simulator uses it, so that faults which nothing could show do not count: no
    address in the lowest bit of the window, where the length stands, or in the highest two, where the
    class does; lengths of up to 2^24; quiet pins during reset, as router_sim.sv asserts. All else that
    holds of straps and pins, the router asserts itself."""
    header = (ROOT / "rtl" / "router.sv").read_text().split("\n);\n")[0]
    header = header[header.index("module router"):].replace("module router", "module router_mutant")
    masked = "".join(f".{port}({port} & {{DIMS{{{IN_WINDOW}}}}}), "
                     for port in ("dim_mask_i", "dim_size_i", "dim_limit_i"))
    masked += "".join(f".{port}({port} & {IN_WINDOW}), " for port in ("addr_mask_i", "own_addr_i"))
    masked += ".len_mask_i(len_mask_i & 32'h01ffffff), "
    parameters = ", ".join(f".{name}({name})" for name in PARAMETERS)
    (FOLDER / "wrapper.sv").write_text(
        f"{header}\n);\n    router #({parameters}) u_router ({masked}.*);\n"
        "    always @* if (!rst_ni) assume (fwd_i == '0 && credit_i == '0);\nendmodule\n")


def make_netlist(num, seed):
    """Writes netlist.il (the original, with the RTL's assertions as assumptions of each cycle) and
    router_mutant.v (with all mutants)."""
    write_wrapper()
    plain = FOLDER / "plain"
    shutil.rmtree(plain, ignore_errors=True)
    plain.mkdir()
    for path in (ROOT / "rtl").glob("*.*v*"):
        (plain / path.name).write_text(path.read_text().replace("always @(posedge clk_i)", "always @*"))
    read = " ".join(f"plain/{path.name}" for path in sources()) + " wrapper.sv"
    chparam = " ".join(f"-set {name} {value}" for name, value in PARAMETERS.items())
    # Shifts and products become gates: of their operands, many bits have no effect. Nets are split
    # since Verilator 5.006 may evaluate a netlist that seems to have loops in a wrong order.
    yosys(f"""
read_verilog -sv -DORDITO_ASSERT -Iplain {read}
chparam {chparam} router_mutant
hierarchy -check -top router_mutant
proc
flatten
chformal -assert2assume
opt -fast
memory_map
opt -full
techmap t:$shiftx t:$shift t:$shl t:$shr t:$mul %%
techmap t:$macc t:$fa t:$alu %%
techmap t:$lcu
opt -full
rename -top router_mutant
splitnets -driver
opt_clean
write_rtlil netlist.il
chformal -remove
opt_clean
mutate -list {2 * num + 8} -seed {seed} -o candidates.ys
""", "netlist")
    choose_mutations(num)
    # Registers start at random: a reset that is lost shows.
    yosys("""
read_rtlil netlist.il
chformal -remove
opt_clean
script mutations.ys
splitnets -driver
opt_clean
setundef -init -random 1
write_verilog -noattr router_mutant.v
""", "mutants")


def choose_mutations(num):
    """Of the candidates, those that are no inversions by another bit: many of these close loops
    through gates, which no simulator that evaluates in order can settle. Nor at outputs of registers:
    these are faults of the register's input a cycle later, and the proof needs them whole. Nor at
    clocks: a gate in a clock makes its register late in a simulation without delays, sound or not."""
    lines = [line for line in (FOLDER / "candidates.ys").read_text().splitlines()
             if not re.search("-mode cnot|-port (Q|CLK) ", line)][:num]
    if len(lines) < num:
        sys.exit(f"scripts/mutation: only {len(lines)} mutations to choose from")
    (FOLDER / "mutations.ys").write_text("".join(
        line.replace("mutate ", f"mutate -ctrl mutsel 16 {i} ", 1) + "\n"
        for i, line in enumerate(lines, 1)))


def mutations():
    """What yosys was told, a line a mutant."""
    return (FOLDER / "mutations.ys").read_text().splitlines()
