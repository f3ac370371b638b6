# SPDX-License-Identifier: Apache-2.0
"""A sweep as its file describes it. scripts/SWEEPS.md tells what may stand there."""
import fnmatch
import re

import yaml

from sweeping import axes as axes_of
from sweeping.document import Document, flow, nearest
from sweeping.modes import read_mode

KEYS = ("name", "title", "base", "set", "axes", "zip", "exclude", "replicas", "metrics", "mode",
        "threads")
# Metrics of a sweep that names none, where some result has them.
METRICS = (
    "cycles", "topology.nodes", "topology.routers", "topology.channels", "topology.degree_max",
    "topology.diameter_hops", "topology.average_hops", "topology.bisection_channels",
    "fabric.packets_ejected", "fabric.flits_ejected", "fabric.latency_cycles.mean",
    "fabric.latency_cycles.ci95", "fabric.latency_cycles.min", "fabric.latency_cycles.p50",
    "fabric.latency_cycles.p99", "fabric.latency_cycles.max", "fabric.network_latency_cycles.mean",
    "fabric.network_latency_cycles.ci95", "fabric.hops.mean", "fabric.offered_flits_per_node_cycle",
    "fabric.accepted_flits_per_node_cycle", "fabric.channel_utilisation.mean",
    "fabric.channel_utilisation.max", "fabric.classes.*.latency_cycles.mean",
    "fabric.circuit.setup_cycles.mean", "application.makespan_cycles", "application.messages",
    "application.bytes", "application.collective_messages", "application.collective_bytes",
    "application.compute_cycles_max", "application.rpc.calls", "application.rpc.mean_cycles.*",
    "nodes.core.stalled", "nodes.l1d.miss_rate", "nodes.bus.utilisation.mean",
    "nodes.nic.channels.utilisation", "nodes.life.*",
)
# Keys that change how fast results come, not which; the sweep itself has a say there.
NEUTRAL = {"run.threads": "`threads` gives the threads of a point",
           "fabric.skip_idle": "it changes no result"}


class SweepFile:
    """Everything in a sweep's file, checked as far as that goes without the program."""

    def __init__(self, path):
        self.document = document = Document(path)
        self.path = path
        self.folder = path.resolve().parent
        self.items = document.mapping(document.root, "", KEYS)
        self.name = self._name()
        self.title = self._of("title", document.word, self.name)
        self.base_path, self.base_text = self._base()
        self.settings = self._of("set", self._settings, {})
        self.axes = self._of("axes", axes_of.read_axes, {}, plain=True)
        for key, axis in self.axes.items():
            if key in NEUTRAL:
                raise document.fault(axis.node, f"axes: {key}: {NEUTRAL[key]}")
        self.zips = self._of("zip", axes_of.read_zips, [], self.axes, plain=True)
        self.rules = self._of("exclude", axes_of.read_excludes, [], self.axes, plain=True)
        self.replicas = self._of("replicas", document.whole, 1, 1, 10000)
        self.threads = self._of("threads", document.whole, 1, 1, 256)
        self.metrics = self._of("metrics", self._metrics, None)
        self.mode = self._of("mode", read_mode, None, self.axes, plain=True)
        self._check()

    def _of(self, key, read, default, *more, plain=False):
        """What `read` makes of a key's value, or the default."""
        if key not in self.items:
            return default
        node = self.items[key][1]
        return read(self.document, node, *more) if plain else read(node, key, *more)

    def _name(self):
        name = self._of("name", self.document.word, self.path.stem)
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
            raise self.document.fault(self.items["name"][1] if "name" in self.items
                                      else self.document.root,
                                      f"name: \"{name}\" is no name of a folder")
        return name

    def _base(self):
        """Where the base configuration is: a path, or a text."""
        if "base" not in self.items:
            return None, "{}\n"
        node = self.items["base"][1]
        if isinstance(node, yaml.MappingNode):
            return None, self.document.padded(node)
        path = self.document.word(node, "base")
        if not (self.folder / path).is_file():
            raise self.document.fault(node, f"base: {path}: no such file")
        return path, ""

    def _settings(self, node, key):
        """{dotted key: (YAML, node)}"""
        return {name: (flow(value), key_node) for name, (key_node, value)
                in self.document.mapping(node, f"{key}: ").items()}

    def _metrics(self, node, key):
        """[(path, node)]"""
        found = [(self.document.word(item, key), item) for item in self.document.items(node, key)]
        paths = [path for path, _ in found]
        for i, (path, item) in enumerate(found):
            if path in paths[:i]:
                raise self.document.fault(item, f"{key}: {path}: there twice")
        return found

    def _check(self):
        document = self.document
        if self.replicas > 1 and "run.seed" in self.axes:
            raise document.fault(self.axes["run.seed"].node,
                                 "axes: run.seed: with replicas, which have seeds of their own")
        num = 1
        for axis in self.axes.values():
            num *= len(axis.values)
        zipped = {key: group for group in self.zips for key in group[1:]}
        for key in zipped:
            num //= len(self.axes[key].values)
        if num * self.replicas > axes_of.MAX_POINTS:
            raise document.fault(self.items["axes"][0], f"axes: {num * self.replicas} points; at "
                                                        f"most {axes_of.MAX_POINTS}")

    def points(self):
        """All combinations of values: {key: value}."""
        return list(axes_of.combinations(self.axes, self.zips, self.rules))

    def choose_metrics(self, known):
        """Which figures of results become columns: {path: whether even if no result has it}.
        `known` are the paths of all figures; those that no result can have are refused."""
        if self.mode:
            self._check_metric(self.mode.metric, self.mode.node, known)
        chosen = {}
        for path, node in self.metrics or [(path, None) for path in METRICS]:
            found = fnmatch.filter(known, path)
            if not found:
                self._check_metric(path, node, known)
            always = self.metrics is not None and "*" not in path
            for one in found or [path]:
                chosen[one] = always or chosen.get(one, False)
        # These have columns of their own.
        return {path: always for path, always in chosen.items()
                if path != "outcome" and path not in self.axes and not path.startswith("host.")}

    def _check_metric(self, path, node, known):
        if path not in known and not path.startswith("application.collectives."):
            raise self.document.fault(node, f"metrics: {path}: no figure of a result"
                                            f"{nearest(path, known)}")
