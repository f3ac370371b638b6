# SPDX-License-Identifier: Apache-2.0
"""Searches along an axis, by bisection of a range in steps.

A search is a generator: it asks for points, is sent their results, and returns what it found. So
the same code makes the points, and later reads them.
"""
import decimal
import math
import typing

from sweeping.values import Value, numeral

LOAD = "workload.rate_flits_per_node_cycle"
LATENCY = "fabric.latency_cycles.mean"
FOUND = ("axis", "found", "low", "high", "zero_load", "points", "error")  # columns of what is found


class SearchError(Exception):
    """Why nothing was found."""


class Mode(typing.NamedTuple):
    """What is searched for, and where. Numbers are decimals as text."""
    kind: str
    axis: str
    start: str
    step: str
    last: int  # steps to the end of the range
    metric: str
    log: bool = False  # `step` is a factor
    latency_factor: float = 0
    series_key: str = ""
    series: tuple = ()  # two values
    node: object = None  # of YAML, where it was asked for

    def value(self, step):
        """The value of the axis so many steps from the start."""
        start, by = decimal.Decimal(self.start), decimal.Decimal(self.step)
        return numeral(start * by ** step if self.log else start + step * by)

    def max_points(self):
        """How many points a search makes at most."""
        halvings = math.ceil(math.log2(max(self.last, 1)))
        return (2 + halvings) * max(len(self.series), 1)

    def settings(self, request):
        """What a request changes: [(key, Value)]."""
        step, series = request
        changes = [(self.series_key, self.series[series])] if self.series else []
        return changes + [(self.axis, Value(self.value(step), self.value(step)))]


def figure(result, path):
    """A figure of a result by its path, None if it has none."""
    for part in path.split("."):
        result = result.get(part) if isinstance(result, dict) else None
    return result


def bisect(low, high, is_high):
    """Halves low..high, of which the first does not meet a condition and the second does, until
    they are neighbours. `is_high` is a generator, as searches are."""
    while high - low > 1:
        middle = (low + high) // 2
        if (yield from is_high(middle)):
            high = middle
        else:
            low = middle
    return low, high


def saturation(mode):
    """The highest load that is not saturated: one under which a run ends, with a latency of at
    most `latency_factor` times that at the lowest load."""
    zero_load = None

    def is_saturated(step):
        result = yield (step, 0)
        latency = figure(result, mode.metric)
        if result["outcome"] != "saturated" and latency is None:
            raise SearchError(f"{mode.metric} is undefined at {mode.axis} = {mode.value(step)} "
                              f"({result['outcome']})")
        return result["outcome"] == "saturated" or (
            zero_load is not None and latency > mode.latency_factor * zero_load)

    first = yield (0, 0)
    zero_load = figure(first, mode.metric)
    if (yield from is_saturated(0)):
        raise SearchError(f"saturated at the lowest load, {mode.value(0)}")
    if not (yield from is_saturated(mode.last)):
        raise SearchError(f"not saturated at the highest load, {mode.value(mode.last)}")
    low, high = yield from bisect(0, mode.last, is_saturated)
    return {"found": float(mode.value(low)), "low": float(mode.value(low)),
            "high": float(mode.value(high)), "zero_load": zero_load}


def crossover(mode):
    """Where the metric of the first series stops being below, or above, that of the second; between
    steps as straight lines cross."""
    differences = {}

    def difference(step):
        values = []
        for series in (0, 1):
            result = yield (step, series)
            values.append(figure(result, mode.metric))
            if values[-1] is None:
                raise SearchError(
                    f"{mode.metric} is undefined at {mode.axis} = {mode.value(step)}, "
                    f"{mode.series_key} = {mode.series[series].label} ({result['outcome']})")
        differences[step] = values[0] - values[1]
        return differences[step]

    first = yield from difference(0)

    def has_crossed(step):
        here = yield from difference(step)
        return here <= 0 if first > 0 else here >= 0

    low = high = 0
    if first != 0:
        if not (yield from has_crossed(mode.last)):
            a, b = (value.label for value in mode.series)
            raise SearchError(f"{mode.metric} of {a} is {'above' if first > 0 else 'below'} that "
                              f"of {b} at both ends")
        low, high = yield from bisect(0, mode.last, has_crossed)
    down, up = abs(differences[low]), abs(differences[high])
    at = low + (decimal.Decimal(down / (down + up)) if down + up > 0 else 0)
    return {"found": float(mode.value(at)), "low": float(mode.value(low)),
            "high": float(mode.value(high))}


SEARCHES = {"saturation": saturation, "crossover": crossover}


def search(mode, evaluate):
    """Makes a search: `evaluate` gives the result of a request (step, series). Returns what was
    found."""
    steps = SEARCHES[mode.kind](mode)
    results = {}
    found = dict.fromkeys(FOUND)
    try:
        request = next(steps)
        while True:
            if request not in results:
                results[request] = evaluate(request)
            request = steps.send(results[request])
    except StopIteration as end:
        found.update(end.value)
    except SearchError as error:
        found["error"] = str(error)
    return {**found, "axis": mode.axis, "points": len(results)}
