# SPDX-License-Identifier: Apache-2.0
"""How a sweep file asks for a search: `mode`."""
import decimal

import yaml

from sweeping.axes import MAX_POINTS, read_log, read_numbers, read_values, steps
from sweeping.document import nearest
from sweeping.searches import LATENCY, LOAD, Mode

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
    texts = {}
    for key, default in KINDS[kind].items():
        if key not in items and default is None:
            raise document.fault(body, f"mode: {kind}: needs {key}")
        if key != "between":
            texts[key] = document.word(items[key][1], key) if key in items else default
    numbers, _ = read_numbers(document, yaml.MappingNode("", [
        pair for key, pair in items.items() if key not in ("axis", "metric", "between", "log")],
        body.start_mark, body.end_mark), f"mode: {kind}", KINDS[kind])
    for key in ("from", "to", "step", "tolerance", "latency_factor"):
        if key in texts:
            numbers.setdefault(key, decimal.Decimal(texts[key]))
    return make_mode(document, kind, body, items, axes, texts, numbers)


def make_mode(document, kind, body, items, axes, texts, numbers):
    """A mode of what was read, once it has been checked."""
    step = numbers["tolerance" if kind == "saturation" else "step"]
    if texts["axis"] in axes:
        raise document.fault(body, f"mode: {kind}: {texts['axis']} is searched along; it cannot "
                                   "also be among the axes")
    log = "log" in items and read_log(document, items["log"][1], f"mode: {kind}")
    if numbers["from"] >= numbers["to"] or step <= log or (log and numbers["from"] <= 0):
        raise document.fault(body, f"mode: {kind}: from {texts['from']} to {texts['to']} in steps "
                                   f"of {step} is no range")
    if kind == "saturation" and numbers["latency_factor"] <= 1:
        raise document.fault(body, "mode: saturation: latency_factor: above 1")
    series_key, series = "", ()
    if "between" in items:
        series_key, series = read_between(document, items["between"][1], axes)
    values = steps(numbers["from"], numbers["to"], step, log)
    if len(values) > MAX_POINTS:
        raise document.fault(body, f"mode: {kind}: more than {MAX_POINTS} steps")
    return Mode(kind=kind, axis=texts["axis"], start=str(numbers["from"]), step=str(step), log=log,
                last=len(values) - 1, metric=texts["metric"],
                latency_factor=float(numbers.get("latency_factor", 0)), series_key=series_key,
                series=series, node=body)
