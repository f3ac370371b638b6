# SPDX-License-Identifier: Apache-2.0
"""A sweep as its file describes it. scripts/SWEEPS.md tells what may stand there."""
import re

import yaml

from sweeping import axes as axes_of
from sweeping.document import Document, flow, nearest
from sweeping.modes import read_mode

KEYS = ("name", "title", "base", "set", "axes", "zip", "exclude", "replicas", "metrics", "mode",
        "threads")
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

    def check_metrics(self, known):
        """Refuses metrics that no result has. `known` are the paths of figures."""
        wanted = list(self.metrics or [])
        if self.mode:
            wanted.append((self.mode.metric, self.mode.node))
        for path, node in wanted:
            if path not in known and not path.startswith("application.collectives."):
                raise self.document.fault(node, f"metrics: {path}: no figure of a result"
                                                f"{nearest(path, known)}")
