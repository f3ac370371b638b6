# SPDX-License-Identifier: Apache-2.0
"""How a sweep file asks for a search: `mode`."""
import yaml

from sweeping.axes import MAX_POINTS, read_log, read_values, steps
from sweeping.document import nearest
from sweeping.searches import LATENCY, LOAD, Mode
from sweeping.values import number

KINDS = {
    "saturation": {"axis": LOAD, "from": "0.01", "to": "1", "tolerance": "0.01",
                   "latency_factor": "3", "metric": LATENCY},
    "crossover": {"axis": None, "from": None, "to": None, "step": "1", "log": "false",
                  "between": None, "metric": LATENCY},
}


def read_between(document, node, axes):
    """The key that tells the two series apart, and its values."""
    items = list(document.mapping(node, "between: ").items())
    if len(items) != 1:
        raise document.fault(node, "between: one key with two values")
    key, (name, value) = items[0]
    values = read_values(document, value, f"between: {key}")
    if len(values) != 2:
        raise document.fault(value, f"between: {key}: two values are compared, not {len(values)}")
    if key in axes:
        raise document.fault(name, f"between: {key}: it is an axis, too")
    return key, tuple(values)


def read_mode(document, node, axes):
    """A mode: `points` (None), the name of a search, or {name: its parameters}."""
    if isinstance(node, yaml.ScalarNode):
        kind, body, items = node.value, node, {}
        if kind == "points":
            return None
    else:
        outer = list(document.mapping(node, "mode: ").items())
        if len(outer) != 1:
            raise document.fault(node, "mode: one search, as {saturation: {...}}")
        kind, (_, body) = outer[0]
        items = document.mapping(body, f"mode: {kind}: ", KINDS.get(kind))
    if kind not in KINDS:
        raise document.fault(node, f"mode: {kind}: no mode{nearest(kind, ['points', *KINDS])}")
    for key, default in KINDS[kind].items():
        if key not in items and default is None:
            raise document.fault(body, f"mode: {kind}: needs {key}")
    return make_mode(document, kind, body, {key: value for key, (_, value) in items.items()}, axes)


def make_mode(document, kind, body, nodes, axes):
    """A mode of the nodes of its parameters, once they have been checked."""
    def word(key):
        return document.word(nodes[key], key) if key in nodes else KINDS[kind][key]

    def decimal(key):
        value = number(word(key))
        if value is None:
            raise document.fault(nodes[key], f"mode: {kind}: {key}: \"{word(key)}\" is no number")
        return value

    first, last = decimal("from"), decimal("to")
    step = decimal("tolerance" if kind == "saturation" else "step")
    factor = decimal("latency_factor") if kind == "saturation" else 0
    log = "log" in nodes and read_log(document, nodes["log"], f"mode: {kind}")
    if word("axis") in axes:
        raise document.fault(body, f"mode: {kind}: {word('axis')} is searched along; it cannot "
                                   "also be among the axes")
    if first >= last or step <= log or (log and first <= 0):
        raise document.fault(body, f"mode: {kind}: from {first} to {last} in steps of {step} is no "
                                   "range")
    if kind == "saturation" and factor <= 1:
        raise document.fault(body, "mode: saturation: latency_factor: above 1")
    values = steps(first, last, step, log)
    if not 2 <= len(values) <= MAX_POINTS:
        raise document.fault(body, f"mode: {kind}: from {first} to {last} there are "
                                   f"{'too many' if len(values) > 1 else 'no'} steps of {step}")
    series_key, series = "", ()
    if "between" in nodes:
        series_key, series = read_between(document, nodes["between"], axes)
    return Mode(kind=kind, axis=word("axis"), start=str(first), step=str(step), log=log,
                last=len(values) - 1, metric=word("metric"), latency_factor=float(factor),
                series_key=series_key, series=series, node=body)
