# SPDX-License-Identifier: Apache-2.0
"""Proofs that mutants are equivalent, and the netlist in which they are made."""
import re
import sys

from .lockstep_runs import DEPTH, MODES, VCS
from .netlist import DIMS, FOLDER, IN_WINDOW, RADIX, mutations, yosys

PORT_BITS = (RADIX - 1).bit_length()
INFO_BITS = PORT_BITS + VCS + 8  # input_buffer.sv
WORMHOLE = 2  # of switching.sv
SAT = "-set-assumes -timeout 300"
READ_PROOF = """
read_rtlil proof.il
read_verilog -sv registers.v
hierarchy -top router_mutant
proc
flatten pointer_vc pointer_in
setattr -mod -unset top router_mutant"""
EVERTED = """
flatten {0}
opt_clean
dffunmap
opt_clean
expose -evert-dff -dff -shared {0}"""  # registers become outputs NAME.d and inputs NAME.q


def make_proof_netlist(folder):
    """Writes proof.il: netlist.il with registers of which two routers may hold different values and
    yet behave alike. Such a register writes one value for all that are alike, and reads any of them.
    That is sound also for mutants of its inputs, as these come before it.

    The credits that a stored flit needs: in wormhole mode no one asks for them, and a flit without a
    route, which is no head, has a credit (as the RTL asserts), so that it may need none or one.
    A round-robin pointer is a mask of which only the positions count that ever ask: of an output port,
    the inputs whose packets may go there, by order of dimensions (as the RTL asserts; straps stay as
    they are once there is traffic). A mask that is no more than the lowest of these prefers them in
    the order that none does. Any other mask is an order of its own."""
    (folder / "registers.v").write_text(f"""
module stored_info (
    input CLK, EN, input [1:0] mode_i, input [{INFO_BITS - 1}:0] D,
    output reg [{INFO_BITS - 1}:0] kept, output [{INFO_BITS - 1}:0] Q
);
    wire [6:0] anything;
    wire [6:0] of_all = mode_i == {WORMHOLE} ? 0 : 126;  // what counts
    wire [6:0] come = of_all | (mode_i != {WORMHOLE} && D[8+:{VCS}] != 0);
    wire [6:0] here = of_all | (mode_i != {WORMHOLE} && kept[8+:{VCS}] != 0);
    always @(posedge CLK) if (EN) kept <= {{D[{INFO_BITS - 1}:8], D[7:1] & come, D[0]}};
    assign Q = {{kept[{INFO_BITS - 1}:8], kept[7:1] & here | anything & ~here, kept[0]}};
endmodule

module pointer #(parameter SIZE = 1) (
    input CLK, EN, SRST, input [SIZE-1:0] asks, D, output reg [SIZE-1:0] kept, output [SIZE-1:0] Q
);
    wire [SIZE-1:0] anything, low = anything & ~(anything + 1'b1);
    wire [SIZE-1:0] come = D & asks, left_out = asks & ~D, first = left_out & (~left_out + 1'b1);
    wire [SIZE-1:0] here = kept & asks;
    always @(posedge CLK)
        if (!SRST) kept <= 0;
        else if (EN) kept <= (come & ~(first | (first - 1'b1))) == 0 ? 0 : come;
    assign Q = (here != 0 ? here : low & asks) | anything & ~asks;
endmodule

module pointer_vc (
    input CLK, EN, SRST, input [{VCS - 1}:0] D, output [{VCS - 1}:0] kept, Q
);
    pointer #({VCS}) u_pointer (.asks({VCS}'d{(1 << VCS) - 1}), .*);
endmodule

module pointer_in (
    input CLK, EN, SRST, input [{PORT_BITS - 1}:0] out, input [{32 * DIMS - 1}:0] dim_mask_i,
    input [{PORT_BITS * DIMS - 1}:0] dim_plus_i, dim_minus_i,
    input [{RADIX - 1}:0] D, output [{RADIX - 1}:0] kept, Q
);
    reg [{RADIX - 1}:0] asks;
    reg reached;
    integer i, d;
    always @*
        for (i = 0; i < {RADIX}; i = i + 1) begin
            reached = i == 0;
            asks[i] = out == 0;
            for (d = 0; d < {DIMS}; d = d + 1)
                if ((dim_mask_i[32*d+:32] & {IN_WINDOW}) != 0) begin
                    if (dim_plus_i[{PORT_BITS}*d+:{PORT_BITS}] == i ||
                        dim_minus_i[{PORT_BITS}*d+:{PORT_BITS}] == i) reached = 1;
                    if (reached && out != i && (dim_plus_i[{PORT_BITS}*d+:{PORT_BITS}] == out ||
                        dim_minus_i[{PORT_BITS}*d+:{PORT_BITS}] == out)) asks[i] = 1;
                end
        end
    pointer #({RADIX}) u_pointer (.*);
endmodule
""")
    netlist = (folder / "netlist.il").read_text()
    pointer = r"u_{}_allocator\.rr_{}_q\[\d+:{}\]"
    straps = ["dim_mask_i", "dim_plus_i", "dim_minus_i"]
    netlist = replace_registers(netlist, r"u_buffer\.infos\[\d+\]", "stored_info", INFO_BITS,
                                {"mode_i": "\\mode_i"}, RADIX * VCS * DEPTH)
    for name in (pointer.format("input", "vc", r"\d+"), pointer.format("output", "out_vc", r"\d+")):
        netlist = replace_registers(netlist, name, "pointer_vc", VCS, {}, RADIX)
    for o in range(RADIX):
        netlist = replace_registers(netlist, pointer.format("output", "in", o * RADIX), "pointer_in", RADIX,
                                    {"out": f"{PORT_BITS}'{o:0{PORT_BITS}b}"} |
                                    {strap: "\\" + strap for strap in straps}, 1)
    (folder / "proof.il").write_text(netlist)


def replace_registers(netlist, name, module, width, more, count):
    """The netlist with registers of that name, a pattern, replaced by instances of a module, with
    more connections. A cell's own name has to stay, for mutations; its state gets a wire with a name,
    for comparison."""
    straps = "".join(f"    connect \\{port} {signal}\n" for port, signal in more.items())
    cell = re.compile(r"  cell \$s?dffe (\S+)\n(?:    parameter .*\n)*"
                      rf"((?:    connect .*\n)*    connect \\Q (\\\S+\.{name})\n"
                      r"(?:    connect .*\n)*)  end\n")
    netlist, num = cell.subn(lambda found: f"""  wire width {width} {found[3]}.kept
  cell \\{module} {found[1]}
    connect \\kept {found[3]}.kept
{found[2]}{straps}  end
""", netlist)
    if num != count:
        sys.exit(f"scripts/mutation: {num} registers {name}, not {count}")
    return netlist


def next_state():
    """The outputs of the original with its registers everted; of them, by output port, the bits that
    tell that a flit is sent, and the fields that mean something only then. Nothing in the router
    reads these fields. Fails if the assertions leave no state in which all ports are busy: what is
    proved under them would say nothing."""
    yosys(f"""{READ_PROOF}
{EVERTED.format("router_mutant")}
tee -o outputs.txt select -list router_mutant/o:*
""", "outputs")
    outputs = [line.split("/", 1)[1] for line in (FOLDER / "outputs.txt").read_text().splitlines()]
    crossbar = "u_router.u_crossbar."
    valids = [f"{crossbar}g_assert[{o}].valid.d" for o in range(RADIX)]
    fields = [[f"{crossbar}g_out[{o}].payload_q.d", f"{crossbar}g_assert[{o}].head.d"]
              for o in range(RADIX)]
    for name in outputs:
        bit = re.fullmatch(re.escape(crossbar) + r"fwd_o\[(?:\d+:)?(\d+)\]\.d", name)
        if bit:
            fields[int(bit[1]) // 6].append(name)
    wide = {name for name in outputs if name.endswith("payload_o.d")}  # the same registers
    strange = set(valids + sum(fields, [])) - set(outputs)
    if strange or any(len(names) != 5 for names in fields) or not wide:
        sys.exit(f"scripts/mutation: registers of the crossbar have other names: {strange or fields}")
    busy = "".join(f" -set {valid} 1" for valid in valids)
    busy += "".join(f" -set fwd_i[{6 * i + 5}] 1" for i in range(RADIX))
    for mode in range(len(MODES)):
        yosys(f"""{READ_PROOF}
{EVERTED.format("router_mutant")}
opt_clean
tee -o busy.txt sat {SAT} -set rst_ni 1 -set mode_i {mode} {busy} router_mutant
""", "busy")
        if "model found" not in (FOLDER / "busy.txt").read_text():
            sys.exit(f"scripts/mutation: in mode {mode}, the assertions leave no state with traffic")
    always = [name for name in outputs if name not in wide and name not in sum(fields, [])]
    return always, list(zip(valids, fields))


def equivalent(mutant, state):
    """True if yosys shows that the mutant's outputs and next state are those of the original, in
    every state and with every input for which the RTL's assertions hold, and in reset."""
    line = mutations()[mutant - 1]
    mutation = re.sub(r" -ctrl \S+ \d+ \d+", "", line).replace("router_mutant", "gate")
    always, sent = state
    compared = [("", always)] + [(f"-set gold_{valid} 1", fields) for valid, fields in sent]
    sats = "".join(f"tee -a proof-{mutant}.txt sat {SAT} {given} " +
                   " ".join(f"-prove cmp_{name} 1" for name in names) + " same\n"
                   for given, names in compared)
    (FOLDER / f"proof-{mutant}.txt").write_text("")
    yosys(f"""{READ_PROOF}
rename router_mutant gold
copy gold gate
select -module gate
{mutation}
select -clear
{EVERTED.format("gold gate")}
chformal -remove gate
miter -equiv -flatten -make_outputs -make_outcmp gold gate same
delete gold gate
opt_merge
opt_clean
{sats}""", f"proof-{mutant}")
    return (FOLDER / f"proof-{mutant}.txt").read_text().count("SUCCESS!") == len(compared)
