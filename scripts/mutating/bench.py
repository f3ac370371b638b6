# SPDX-License-Identifier: Apache-2.0
"""Mutants on the workbench: maps of the router with all mutants in it, and what finds a mutant."""
import json
import shutil
import subprocess
import sys

import yaml

import source_mutants
from . import lockstep
from .lockstep import MISMATCH
from .lockstep_runs import DEPTH, FLIT_BITS, MODES, VCS
from .netlist import DIMS, FOLDER, PARAMETERS, RADIX, ROOT, sources

PORTS = ["local", "east", "west", "north", "south"]
PORT_BITS = (RADIX - 1).bit_length()
MODE_STRAPS = {"store-and-forward": 0, "virtual-cut-through": 1, "wormhole": 2}


def slots_of(pin, slots, values):
    """Ties of a vector of dimension slots of 32 bits."""
    of_slot = dict(zip(slots, values))
    return {f"{pin}[{32 * slot + 31}:{32 * slot}]": of_slot.get(slot, 0) for slot in range(DIMS)}


def grid(sides, slots, lsbs, length_bits, ring):
    """A map of a router in a grid of two dimensions: in which slots they are, where their coordinates
    stand in a head, above a length of so many bits."""
    bits = [(side - 1).bit_length() for side in sides]
    masks = [((1 << width) - 1) << lsb for width, lsb in zip(bits, lsbs)]
    names = ["{x}", "{y}"]
    plus, minus = [1, 3], [2, 4]
    limits = [side // 2 << lsb if ring else f"({side - 1} - {name}) << {lsb}"
              for side, lsb, name in zip(sides, lsbs, names)]
    sizes = [(side << lsb) & mask for side, lsb, mask in zip(sides, lsbs, masks)]

    def ports(numbers):
        return " | ".join(f"{number} << {PORT_BITS * slot}" for number, slot in zip(numbers, slots))

    def flags(texts):
        return " | ".join(f"({text}) << {slot}" for text, slot in zip(texts, slots))

    ends = [f"{name} == {side - 1}" for name, side in zip(names, sides)]
    fields = {name: f"{lsb + width - 1}:{lsb}" for name, lsb, width in zip("xy", lsbs, bits)}
    top = max(lsb + width for lsb, width in zip(lsbs, bits))
    wires = {"valid": "fwd_{0}[{{p}}*6 + 5]",
             "flit": ["fwd_{0}[{{p}}*6 +: 5]", f"payload_{{0}}[{{{{p}}}}*{FLIT_BITS} +: {FLIT_BITS}]"],
             "credit": f"credit_{{1}}[{{{{p}}}}*{VCS} +: {VCS}]"}

    def side(own, other):
        return {key: [text.format(own, other) for text in value] if isinstance(value, list)
                else value.format(own, other) for key, value in wires.items()}

    return {
        "device": "router", "claims": ["exact"],
        "clock": "clk_i",
        "reset": {"pin": "rst_ni", "active": "low", "kind": "synchronous", "cycles": 1},
        "ties": {
            "mode_i": "{mode}", "depth_i": DEPTH,
            "len_mask_i": (1 << length_bits) - 1, "addr_mask_i": masks[0] | masks[1],
            "addr_lsb_i": min(lsbs), "by_flow_i": 0, "via_bits_i": 0, "max_flits_i": 0,
            "vcs_low_i": 1 if ring else 3, "vcs_high_i": 2 if ring else 3, "vcs_class_i": 3,
            "own_addr_i": f"{{x}} << {lsbs[0]} | {{y}} << {lsbs[1]}",
            **slots_of("dim_mask_i", slots, masks), **slots_of("dim_size_i", slots, sizes),
            **slots_of("dim_limit_i", slots, limits),
            "dim_plus_i": ports(plus), "dim_minus_i": ports(minus),
            "dim_ring_i": sum(1 << slot for slot in slots) if ring else 0,
            "dim_at_first_i": flags([f"{name} == 0" for name in names]),
            "dim_at_last_i": flags(ends), "flit_cycles_i": 0, "table_write_i": 0,
            "table_index_i": 0, "table_port_i": 0, "table_vcs_i": 0, "ack_i": 0, "nack_i": 0},
        "ports": PORTS, "in": side("i", "o"), "out": side("o", "i"),
        "flit": {"bits": FLIT_BITS + 5, "head": {"at": FLIT_BITS + 4}, "tail": {"at": FLIT_BITS + 3},
                 "vc": {"at": f"{FLIT_BITS + 2}:{FLIT_BITS}", "code": "binary"},
                 "length": {"at": f"{length_bits - 1}:0"}, "destination": fields,
                 "constant": {"at": f"{top + 1}:{top}", "value": 0}},
        "vcs": VCS, "vc": "dateline" if ring else "any",
        "flow": {"in": {"buffer_flits": DEPTH}}, "packet": {"min_flits": 1, "max_flits": 12},
        "routing": {"kind": "dimension-order", "dims": sides, "order": ["x", "y"], "ring": ring,
                    "ports": {"local": "local", "x+": "east", "x-": "west", "y+": "north",
                              "y-": "south"}, "positions": "all"},
        "modes": {name: MODE_STRAPS[name] for name in MODES},
        "reference": {"router": {"vcs": VCS, "buffer_flits": DEPTH, "pipeline": 1}},
    }


SHAPES = {"mesh": grid([4, 4], [0, 1], [4, 6], 4, False),
          "sparse": grid([3, 5], [1, 3], [14, 9], 9, False),
          "torus": grid([3, 5], [0, 2], [5, 8], 5, True)}


# Designs of the router: parameters, and what the reference's configuration calls them.
DESIGNS = {
    "single": ({}, {"pipeline": 1}),
    "staged": ({"PIPELINE": 4}, {"pipeline": 4}),
    "matrix": ({"PIPELINE": 3, "VC_KIND": 1, "SWITCH_KIND": 1},
               {"pipeline": 3, "vc_allocator": "matrix", "switch_allocator": "matrix"}),
    "islip": ({"PIPELINE": 3, "VC_KIND": 2, "SWITCH_KIND": 2, "ITERATIONS": 2},
              {"pipeline": 3, "vc_allocator": "islip", "switch_allocator": "islip",
               "allocator_iterations": 2}),
    "wavefront": ({"PIPELINE": 3, "VC_KIND": 3, "SWITCH_KIND": 3, "SPECULATIVE": 1},
                  {"pipeline": 3, "vc_allocator": "wavefront", "switch_allocator": "wavefront",
                   "speculative": True}),
}
STAGED = ["allocator.sv", "arbiter.sv", "class_allocator.sv", "stages.sv", "switch_stage.sv",
          "vc_stage.sv"]  # files that only the others have than the first

# What no map of one router reaches: flows that keep a VC, narrow channels, circuits, traffic classes.
LOADED = {"workload.rate_flits_per_node_cycle": 0.5,
          "run": "{seed: 1, warmup_cycles: 0, slice: true, max_cycles: 3000}"}
MACHINES = {
    "flows": {
        "fabric.topology": "{kind: torus, dims: [4, 4]}",
        "fabric.router": "{vcs: 4, vc_choice: by-flow, buffer_flits: 4}", **LOADED},
    "narrow channels": {
        "fabric.topology":
            "{kind: cluster, racks: [{kind: mesh, nodes: 4, count: 2}], join: {flit_cycles: 3}}",
        **LOADED},
    "circuits": {
        "fabric.topology": "{kind: mesh, dims: [4, 4]}", "fabric.router": "{switching: circuit}",
        **LOADED},
    "classes": {
        "fabric.topology": "{kind: mesh, dims: [4, 4]}",
        "fabric.router": "{vcs: 4, buffer_flits: 4, classes: 2, pipeline: 3, speculative: true}",
        "workload.packet_flits":
            "[{flits: 4, weight: 1, class: 0}, {flits: 2, weight: 1, class: 1}]", **LOADED},
}


def write_maps(name, more, shapes=tuple(SHAPES)):
    """Writes a map a shape, with more keys, and returns their paths: a mesh; one whose dimensions are
    in other slots and elsewhere in a head; and a torus."""
    paths = []
    for shape, keys in SHAPES.items():
        if shape not in shapes:
            continue
        paths.append(FOLDER / f"{name}-{shape}.yaml")
        paths[-1].write_text(yaml.safe_dump({**keys, **more, "ties": {**keys["ties"], **more.get("ties", {})}}, sort_keys=False))
    return paths


def make_rtl():
    """The folder of the netlist as RTL, and its maps."""
    folder = FOLDER / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(FOLDER / "router_mutant.v", folder)
    return write_maps("netlist", {"rtl": "bench", "top": "router_mutant",
                                  "sources": ["router_mutant.v"], "ties": {"mutsel": 0}})


def validate(program, arguments, what):
    """The rule that a device breaks, or None. Any other end ends the program."""
    command = [program, "validate", "--quiet", "--shrink", "0", "--no-icarus", "--json", "-"]
    done = subprocess.run(command + arguments, capture_output=True, text=True, check=False)
    if done.returncode not in (0, MISMATCH):
        sys.exit(f"scripts/mutation: {what}: exit status {done.returncode}:\n{done.stderr}")
    failures = json.loads(done.stdout)["validate"]["failures"]
    return failures[0]["rule"] if done.returncode == MISMATCH else None


def find(program, maps, mutant, level, runs):
    """What finds a mutant at that level: (map, rule), or None."""
    for path in maps:
        rule = validate(program, ["--map", str(path), "--set", f"mutsel={mutant}", "--level", level,
                                  "--runs", str(runs)], f"mutant {mutant}, {path.name}")
        if rule:
            return path.stem, rule
    return None


def source_maps(name, designs):
    """Maps of the router from its source, without the RTL's own assertions."""
    paths = []
    for design in designs:
        parameters, router = DESIGNS[design]
        more = {"top": "router", "parameters": {**PARAMETERS, **parameters},
                "sources": [path.name for path in sources()],
                "reference": {"router": {"vcs": VCS, "buffer_flits": DEPTH, **router}}}
        paths += write_maps(f"source-{name}-{design}", more,
                            ("mesh", "torus") if design == "single" else ("mesh",))
    return paths


def find_source(program, name):
    """Builds the router with a fault of the source and tells by what it is found: (level, where and
    which rule), or ("", None)."""
    folder = FOLDER / "source" / name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "rtl", folder, ignore=shutil.ignore_patterns("examples", "formal"))
    source_mutants.apply(name, folder)
    file = source_mutants.table()[name]["file"]
    designs = [design for design in DESIGNS if design != "single" or file not in STAGED]
    paths = source_maps(name, designs) if not file.startswith("circuit_") else []
    for level in ("function", "exact"):
        for path in paths:
            rule = validate(program, ["--map", str(path), "--rtl", str(folder), "--level", level],
                            f"{name}, {path.name}")
            if rule:
                return level, f"{path.stem.removeprefix(f'source-{name}-')}: {rule}"
    for machine, settings in MACHINES.items():
        if lockstep.run(program, settings, folder) == MISMATCH:
            return "lockstep", f"machine with {machine}"
    return "", None
