# SPDX-License-Identifier: Apache-2.0
"""What scripts/formal proves with: yosys reads a harness and the RTL under it, yosys-smtbmc with z3
proves by induction, ABC searches from reset, and yosys replays what ABC finds as a waveform."""
import os
import pathlib
import re
import signal
import subprocess
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Warnings that mean that a harness is not what it seems
STRICT = "implicitly|no driver|Widening|out of bounds|onflict"
running, running_lock, stopping = set(), threading.Lock(), threading.Event()


class Fault(Exception):
    """A tool failed, in words."""


def stop():
    """Ends all tools that run, and lets none begin."""
    stopping.set()
    with running_lock:
        for process in running:
            try:
                os.killpg(process.pid, signal.SIGTERM)
            except ProcessLookupError:
                pass


class Design:
    """A harness and the RTL in a folder, whose log is the file beside the folder."""

    def __init__(self, folder, top, assertions):
        self.folder, self.top = folder, top
        self.defines = "-DORDITO_ASSERT" if assertions else ""
        self.log = folder.with_suffix(".log")
        self.log.write_text("", encoding="utf-8")
        self.failed = ""

    def tool(self, *command):
        """Runs a tool in the folder; returns (status, what it says)."""
        with running_lock:
            if stopping.is_set():
                raise Fault("interrupted")
            process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, text=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                       start_new_session=True)
            running.add(process)
        said, _ = process.communicate()
        with running_lock:
            running.discard(process)
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(command)}\n{said}\n")
        if stopping.is_set():
            raise Fault("interrupted")
        return process.returncode, said

    def yosys(self, name, script):
        (self.folder / f"{name}.ys").write_text(script, encoding="utf-8")
        status, said = self.tool("yosys", "-q", "-e", STRICT, f"{name}.ys")
        if status:
            raise Fault(f"yosys, see {self.log.relative_to(ROOT)}")
        return said

    def read(self, parameters):
        """Commands that read the design with these parameters, "NAME=VALUE ...". """
        sources = " ".join(sorted(f"rtl/{path.name}" for path in (self.folder / "rtl").glob("*.sv")
                                  if not path.name.endswith("_sim.sv")))
        chosen = "".join(" -set " + " ".join(p.split("=")) for p in parameters.split())
        return f"""
read_verilog -sv -formal {self.defines} -defer -Irtl {sources}
read_verilog -sv -formal {self.defines} -Irtl -Irtl/formal rtl/formal/{self.top}.sv
{f"chparam{chosen} {self.top}" if chosen else ""}
hierarchy -check -top {self.top}
rename -top {self.top}
prep -flatten -top {self.top} -nordff
memory_map
opt -full
dffunmap
opt_clean
"""

    def smtbmc(self, *options):
        # Without --unroll, z3 4.8.12 may take a thousand times as long.
        return self.tool("yosys-smtbmc", "-s", "z3", "--unroll", "--noprogress", *options, "smt2")

    def induction(self, parameters, steps):
        """Proves all assertions; returns the k that it took, 0 if that fails."""
        self.yosys("smt2", self.read(parameters) + "write_smt2 -wires smt2\n")
        status, said = self.smtbmc("-i", "-t", str(steps), "--dump-vcd", "induction.vcd")
        if status:
            return self.fails(said, "induction.vcd")
        k = max(1, steps - int(re.findall(r"Trying induction in step (\d+)", said)[-1]))
        status, said = self.smtbmc("-t", str(k + 1), "--dump-vcd", "base.vcd")
        return self.fails(said, "base.vcd") if status else k

    def search(self, parameters, cycles, kind="assert"):
        """Searches so many cycles from the first one; returns the cycle in which an assertion fails,
        counted from 1, or 0."""
        status, said = self.abc(parameters, kind, f"bmc3 -F {cycles}; write_cex -a found.aiw")
        found = re.search(r"was asserted in frame (\d+)", said)
        if not found:
            if not re.search(rf"No output asserted in {cycles} frames", said):
                raise Fault(f"ABC ends with status {status}, see {self.log.relative_to(ROOT)}")
            return 0
        # All registers begin as zero; ABC leaves those out that nothing reads, yosys wants them all.
        num_registers = int((self.folder / "found.aig").read_bytes().split(b" ", 4)[3])
        witness = (self.folder / "found.aiw").read_text(encoding="utf-8").splitlines(keepends=True)
        witness[0] = "0" * num_registers + "\n"
        (self.folder / "found.aiw").write_text("".join(witness), encoding="utf-8")
        replay = self.yosys("replay", f"read_rtlil found.il\nhierarchy -top {self.top}\n"
                            "sim -clock clk_i -r found.aiw -map found.aim -vcd found.vcd\n")
        self.fails(replay, "found.vcd")
        return int(found[1]) + 1

    def abc(self, parameters, kind, commands):
        """Has ABC read the design with its assertions, or its covers, as outputs."""
        chosen = "chformal -cover -remove" if kind == "assert" else \
            "chformal -assert -remove\nchtype -set $assert t:$cover"
        self.yosys("aiger", self.read(parameters) + f"""{chosen}
write_rtlil found.il
delete -output
opt_clean
setundef -undriven -anyseq
techmap
opt -fast -nodffe -nosdff
dffunmap
abc -g AND -fast
opt_clean
write_aiger -zinit -map found.aim found.aig
""")
        return self.tool("berkeley-abc", "-c", f"read_aiger found.aig; fold; strash; {commands}")

    def cover(self, parameters, cycles):
        """Reaches the cover statements; returns how many, and which are not reached, in words."""
        _, said = self.abc(parameters, "cover", "print_stats")
        outputs = int(re.findall(r"i/o = +\d+/ +(\d+)", said)[0])
        # One after the other: for several at once (-a), this ABC may crash.
        each = "; ".join(f"read_aiger found.aig; fold; strash; cone -s -O {number}; bmc3 -F {cycles}"
                         for number in range(outputs))
        _, said = self.tool("berkeley-abc", "-c", each)
        found = re.findall(r"(was asserted in frame|No output asserted in)", said)
        if len(found) != outputs:
            raise Fault(f"ABC, see {self.log.relative_to(ROOT)}")
        missed = [number for number, words in enumerate(found) if words[0] == "N"]
        return outputs, f"covers {missed} of {outputs}, see {self.log.relative_to(ROOT)}" if missed \
            else ""

    def fails(self, said, waveform):
        """Notes which assertion failed."""
        found = re.search(r"\$assert\$([^$ ]+):(\d+)\$", said)
        at = "no assertion"
        if found:
            span = re.search(rf"{re.escape(found[1])}:{found[2]}\.\d+-(\d+)\.", said)
            number = int(span[1] if span else found[2])
            text = (self.folder / found[1]).read_text(encoding="utf-8").splitlines()[number - 1]
            word = text.rpartition("//")[2].strip() if "//" in text else text.strip()
            at = f"{found[1]}:{number}: {word}"
        self.failed = f"{at}; waveform {(self.folder / waveform).relative_to(ROOT)}"
        return 0

    def failure(self):
        return self.failed
