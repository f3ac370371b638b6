# SPDX-License-Identifier: Apache-2.0
"""Axes of a sweep: lists and ranges of values, axes that go together, points that are left out."""
import collections
import decimal
import itertools
import typing

import yaml

from sweeping.document import flow, label, nearest
from sweeping.values import Value, number, numeral, same

MAX_POINTS = 100000
RANGE_KEYS = ("from", "to", "step", "num", "log")


class Axis(typing.NamedTuple):
    """A key of the configuration with its values."""
    key: str
    values: list
    node: yaml.Node


def spread(first, last, num, log):
    """`num` values from `first` to `last`; between integers a logarithmic spread has integers."""
    if num == 1:
        return [first]
    if not log:
        return [first + (last - first) * i / (num - 1) for i in range(num)]
    values = [first * (last / first) ** (decimal.Decimal(i) / (num - 1)) for i in range(num)]
    if first == first.to_integral_value() and last == last.to_integral_value():
        values = list(dict.fromkeys(value.to_integral_value() for value in values))
    return values


def steps(first, last, step, log):
    """Values from `first` up to `last`, each by `step` more than the one before, or times it."""
    values = []
    value = first
    while value <= last and len(values) <= MAX_POINTS:
        values.append(value)
        value = value * step if log else value + step
    return values


def read_numbers(document, node, key, known):
    """The numbers of a mapping such as a range, by name, with the nodes of the values."""
    items = document.mapping(node, f"{key}.", known)
    found = {}
    for name, (_, value) in items.items():
        found[name] = number(document.word(value, f"{key}.{name}"))
        if name != "log" and found[name] is None:
            raise document.fault(value, f"{key}.{name}: \"{value.value}\" is no number")
    return found, items


def read_log(document, node, key):
    """Whether steps are factors."""
    word = document.word(node, f"{key}.log")
    if word not in ("true", "false"):
        raise document.fault(node, f"{key}.log: true or false")
    return word == "true"


def read_range(document, node, key):
    """The values of a range."""
    found, items = read_numbers(document, node, key, RANGE_KEYS)
    for name in ("from", "to"):
        if name not in found:
            raise document.fault(node, f"{key}: a range needs {name}; it is {{from, to, step}} or "
                                       "{from, to, num}, with log: true by factors")
    log = "log" in items and read_log(document, items["log"][1], key)
    if ("step" in found) == ("num" in found):
        raise document.fault(node, f"{key}: a range has either step or num")
    if found["to"] < found["from"]:
        raise document.fault(items["to"][1], f"{key}.to: less than from")
    if log and found["from"] <= 0:
        raise document.fault(items["from"][1], f"{key}.from: a logarithmic range begins above 0")
    if "num" in found:
        num = document.whole(items["num"][1], f"{key}.num", 1, MAX_POINTS)
        values = spread(found["from"], found["to"], num, log)
    else:
        if found["step"] <= (1 if log else 0):
            raise document.fault(items["step"][1],
                                 f"{key}.step: {'a factor above 1' if log else 'above 0'}")
        values = steps(found["from"], found["to"], found["step"], log)
    return [Value(numeral(value), numeral(value)) for value in values]


def read_values(document, node, key):
    """The values of an axis, a list or a range."""
    if isinstance(node, yaml.MappingNode):
        values = read_range(document, node, key)
    elif isinstance(node, yaml.SequenceNode):
        values = [Value(flow(item), label(item)) for item in document.items(node, key)]
    else:
        raise document.fault(node, f"{key}: a list, or a range {{from, to, step}}")
    times = collections.Counter(value.label for value in values)
    if len(times) < len(values):
        raise document.fault(node, f"{key}: {times.most_common(1)[0][0]} is there twice")
    return values


def read_axes(document, node):
    """The axes by key, in their order."""
    return {key: Axis(key, read_values(document, value, key), name)
            for key, (name, value) in document.mapping(node, "axes: ").items()}


def read_zips(document, node, axes):
    """Groups of axes that go together: tuples of keys."""
    groups = []
    taken = set()
    for group in document.items(node, "zip"):
        keys = []
        for item in document.items(group, "zip"):
            key = document.word(item, "zip")
            if key not in axes:
                raise document.fault(item, f"zip: {key}: no axis{nearest(key, axes)}")
            if key in taken:
                raise document.fault(item, f"zip: {key}: there twice")
            if len(axes[key].values) != len(axes[(keys or [key])[0]].values):
                raise document.fault(item, f"zip: {key} has {len(axes[key].values)} values, "
                                           f"{keys[0]} {len(axes[keys[0]].values)}")
            taken.add(key)
            keys.append(key)
        groups.append(tuple(keys))
    return groups


def read_condition(document, node, axis):
    """What a rule says of an axis: a function of a label."""
    key = f"exclude: {axis.key}"
    if isinstance(node, yaml.MappingNode) and set(k.value for k, _ in node.value) <= {"from", "to"}:
        bounds, _ = read_numbers(document, node, key, ("from", "to"))

        def within(text):
            value = number(text)
            return (value is not None and bounds.get("from", value) <= value
                    and value <= bounds.get("to", value))
        return within
    nodes = document.items(node, key) if isinstance(node, yaml.SequenceNode) else [node]
    # A value that is a list is itself one of the axis.
    if any(same(value.label, label(node)) for value in axis.values):
        nodes = [node]
    for item in nodes:
        if not any(same(value.label, label(item)) for value in axis.values):
            raise document.fault(item, f"{key}: {label(item)} is no value of this axis"
                                       f"{nearest(label(item), [v.label for v in axis.values])}")
    texts = [label(item) for item in nodes]
    return lambda text: any(same(text, other) for other in texts)


def read_excludes(document, node, axes):
    """Rules: each a list of (key, condition), which leaves out the points that meet all of them."""
    rules = []
    for rule in document.items(node, "exclude"):
        conditions = []
        for key, (name, value) in document.mapping(rule, "exclude: ").items():
            if key not in axes:
                raise document.fault(name, f"exclude: {key}: no axis{nearest(key, axes)}")
            conditions.append((key, read_condition(document, value, axes[key])))
        rules.append(conditions)
    return rules


def combinations(axes, zips, rules):
    """All points as {key: value}, the last axis varying fastest, without those left out."""
    zipped = {key: group for group in zips for key in group}
    groups = list(dict.fromkeys(zipped.get(key, (key,)) for key in axes))
    choices = [list(zip(*(axes[key].values for key in group))) for group in groups]
    for chosen in itertools.product(*choices):
        by_key = {key: value for group, values in zip(groups, chosen)
                  for key, value in zip(group, values)}
        if not any(all(meets(by_key[key].label) for key, meets in rule) for rule in rules):
            yield {key: by_key[key] for key in axes}
