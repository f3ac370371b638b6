# SPDX-License-Identifier: Apache-2.0
"""The lockstep runs in which scripts/mutation looks for mutants, as lists of settings."""
import json
import random

VCS, DEPTH, FLIT_BITS = 2, 4, 32
MODES = ["wormhole", "virtual-cut-through", "store-and-forward"]
MAX_LEN_BITS, ADDRESS_END = 25, 30  # of a head flit: lengths of up to 2^24, then the address


def sliding_configurations():
    """Settings that move the address through all bits of the window, by a length field that grows:
    for what the first ones do not find, and no proof shows equivalent. Of a ring of 2^n + 1, the
    highest bit alone tells from the last coordinate that the first is the next one."""
    shapes = {"{kind: torus, dims: [7, 5]}": 6, "{kind: mesh, dims: [5, 6]}": 6,
              "{kind: torus, dims: [2, 7, 2]}": 5, "{kind: torus, dims: [2, 2, 5]}": 5,
              "{kind: hypercube, n: 4}": 4, "{kind: torus, dims: [2, 5, 2]}": 5,
              "{kind: torus, dims: [5, 2, 2]}": 5}  # and bits of an address
    result = []
    for i in range(len(shapes) * MAX_LEN_BITS):
        length, shape = i // len(shapes), list(shapes)[i % len(shapes)]
        if length + 1 + shapes[shape] > ADDRESS_END:
            continue
        result.append({
            "fabric.topology": shape,
            "fabric.router": "{switching: %s, vcs: %d, vc_choice: %s, buffer_flits: %d, "
                             "flit_bits: %d}" % (MODES[(i + length) % 3], VCS, ["any", "by-flow"][i % 2],
                                                 DEPTH, FLIT_BITS),
            "fabric.packet": "{max_flits: %d, header_flits: 0}" % (1 << length),
            "fabric.skip_idle": "false",
            "workload.packet_flits": "[{flits: 1, weight: 3}, {flits: %d, weight: 1}]" %
                                     min(4, 1 << length),
            "workload.include_self": "true",
            "workload.rate_flits_per_node_cycle": 0.5,
            "run": "{seed: %d, warmup_cycles: 0, slice: true, max_cycles: 500}" % (i + 100),
        })
    return result


def long_configurations(folder):
    """Settings with packets so long that all bits of their length are set, below the address: for
    masks that take some of these bits for a part of the address. Every node sends one, to a node that
    changes from run to run, by a trace in that folder."""
    num_nodes = {"{kind: torus, dims: [7, 5]}": 35, "{kind: mesh, dims: [5, 6]}": 30,
                 "{kind: torus, dims: [2, 7, 2]}": 28, "{kind: torus, dims: [2, 2, 5]}": 20,
                 "{kind: torus, dims: [2, 5, 2]}": 20, "{kind: torus, dims: [5, 2, 2]}": 20,
                 "{kind: hypercube, n: 4}": 16}
    result = []
    for i in range(12 * len(num_nodes)):
        shape, draw = list(num_nodes)[i % len(num_nodes)], random.Random(i)
        num = num_nodes[shape]
        trace = folder / f"long-{i}.txt"
        trace.write_text("".join(f"{node} {node} {draw.randrange(num)} "
                                 f"{(1 << MAX_LEN_BITS - 1) - 1}\n" for node in range(num)))
        result.append({
            "fabric.topology": shape,
            "fabric.router": "{switching: wormhole, vcs: %d, vc_choice: %s, buffer_flits: %d, "
                             "flit_bits: %d}" % (VCS, ["any", "by-flow"][i % 2], DEPTH, FLIT_BITS),
            "fabric.skip_idle": "false",
            "workload": "{kind: packets, path: %s}" % json.dumps(str(trace)),
            "run": "{slice: true, max_cycles: 100}",
        })
    return result


def configurations():
    """Settings of lockstep runs that between them reach all of the router. In the last ones packets go
    two hops and more along the last ring before they come to its dateline."""
    shapes = ["{kind: mesh, dims: [4, 4]}", "{kind: torus, dims: [4, 4]}",
              "{kind: hypercube, n: 4}", "{kind: torus, dims: [3, 5]}", "{kind: mesh, dims: [3, 6]}",
              "{kind: torus, dims: [2, 3, 2]}"]
    result = []
    for i in range(21):
        buffer_flits = [4, 3, 4, 4][i // 6]
        result.append({
            "fabric.topology": shapes[i % 6] if i < 18 else "{kind: torus, dims: [3, 7]}",
            "fabric.router": "{switching: %s, vcs: %d, vc_choice: %s, buffer_flits: %d, "
                             "flit_bits: %d}" % (MODES[i % 3], VCS, ["any", "any", "by-flow", "any"][i // 6],
                                                 buffer_flits, FLIT_BITS),
            # The wider the length field, the higher the address stands in the head flit.
            "fabric.packet": "{max_flits: %d}" % [4, 4000, 65535][(i + i // 6) % 3],
            "fabric.skip_idle": "false",
            "fabric.terminal.stall_probability": [0, 0.4, 0.1][(i + i // 3) % 3],
            "workload.packet_flits": "[{flits: 1, weight: 1}, {flits: %d, weight: 1}]" %
                                     (buffer_flits if i % 3 else 4),
            "workload.include_self": "true",
            "workload.rate_flits_per_node_cycle": [0.4, 0.1, 0.8][(i // 2) % 3],
            "run": "{seed: %d, warmup_cycles: 0, slice: true, max_cycles: 700}" % (i + 1),
        })
    return result
