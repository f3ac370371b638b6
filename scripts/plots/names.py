# SPDX-License-Identifier: Apache-2.0
"""What columns are called on axes, with their units: from a few names that are said otherwise, and
from the rules of all others (sim/METRICS.md): the unit is at the end of the name."""
import re

UNITS = [  # by the end of a name, the longest first
    ("_flits_per_node_cycle", "flits/node/cycle"), ("_flits_per_cycle", "flits/cycle"),
    ("_cycles", "cycles"), ("_cycle", "cycle"), ("_flits", "flits"), ("_bytes", "bytes"),
    ("_bits", "bits"), ("_hops", "hops"), ("_hz", "Hz"), ("_ps", "ps"), ("_ns", "ns"),
    ("_per_s", "1/s"), ("_s", "s"), ("_channels", "channels"),
]
STATISTICS = {
    "mean": "mean", "max": "greatest", "min": "least", "p50": "median", "p90": "90th percentile of",
    "p99": "99th percentile of", "p999": "99.9th percentile of",
}
SAID_OTHERWISE = {  # without unit and statistic
    "workload.rate": "offered load",
    "workload.packet": "packet length",
    "fabric.offered": "offered load",
    "fabric.accepted": "accepted load",
    "fabric.latency": "packet latency",
    "fabric.network_latency": "network latency",
    "fabric.channel_utilisation": "channel utilisation",
    "fabric.router.buffer": "buffer depth",
    "fabric.router.vcs": "virtual channels",
    "topology.average": "average distance",
    "topology.bisection": "bisection",
    "nodes.nic.channels": "DMA channels of a card",
    "fabric.topology.kind": "topology",
    "topology.kind": "topology",
    "fabric.router.switching": "switching",
    "fabric.router.routing": "routing",
    "workload.path": "trace",
    "nodes.software.path": "path of software",
    "nodes.software.send_copies": "copies on the side that sends",
    "nodes.software.arrival": "how arrivals are noticed",
}
COUNTS = {"nodes", "routers", "channels", "vcs", "packets", "messages", "ranks_per_node"}
MOST_LETTERS = 40  # of a value in a legend
SHARES = re.compile(r"(utilisation|share|_rate|probability)$")


def parts(column):
    """The statistic of a figure ("mean" or None), its words, and its unit (None: it has none)."""
    path = column.split(".")
    statistic = path.pop() if path[-1] in STATISTICS and len(path) > 1 else None
    name = ".".join(path)
    unit = None
    for suffix, text in UNITS:
        if name.endswith(suffix):
            name, unit = name[:-len(suffix)], text
            break
    words = SAID_OTHERWISE.get(name, name.rsplit(".", maxsplit=1)[-1].replace("_", " "))
    if unit is None and (path[-1] in COUNTS or path[-1].startswith("num_")):
        unit = "number"
    elif unit is None and SHARES.search(path[-1]):
        unit = "share"
    elif unit is None and path[-1] == "hops":
        words, unit = "distance travelled", "hops"
    return statistic, words, unit


def words(column):
    """"mean packet latency"."""
    statistic, text, _ = parts(column)
    return f"{STATISTICS[statistic]} {text}" if statistic else text


def label(column):
    """"mean packet latency (cycles)", "number of nodes"."""
    unit = parts(column)[2]
    if unit == "number":
        return f"number of {words(column)}"
    return f"{words(column)} ({unit})" if unit else words(column)


def value(text):
    """A value of an axis as a legend says it: {kind: mesh, dims: [8, 8]} as "mesh 8x8"."""
    text = text.strip().strip("{}")
    text = re.sub(r"\b(kind|dims): ", "", text)
    text = re.sub(r",? ?\[([\d, ]+)\]", lambda m: " " + m[1].replace(", ", "x"), text)
    text = text.rsplit("/", maxsplit=1)[-1] if re.fullmatch(r"[\w./-]+", text) else text
    half = MOST_LETTERS // 2
    return text if len(text) <= MOST_LETTERS else f"{text[:half]} ... {text[-half:]}"
