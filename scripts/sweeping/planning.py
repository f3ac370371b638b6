# SPDX-License-Identifier: Apache-2.0
"""From a sweep's file to its points, each as the program resolves it."""
import concurrent.futures
import copy
import re
import typing

from sweeping.document import Fault
from sweeping.searches import figure
from sweeping.simulator import CONFIGURATION, Base, Failed, point_key

MAX_FLITS = "fabric.packet.max_flits"


class Point(typing.NamedTuple):
    """A point of the sweep, or, in a search, where one begins."""
    labels: dict  # of the axes, by key
    replica: int  # 1..
    settings: list  # [(key, YAML)] on top of the base
    resolved: dict  # what the program makes of it, with its key; None if that failed:
    failure: Failed

    @property
    def key(self):
        """The point's key, or None."""
        return self.resolved and self.resolved["key"]


def base_of(sweep, program):
    """What the points of a sweep have in common."""
    nodes = {key: node for key, (_, node) in sweep.settings.items()}
    nodes.update({key: axis.node for key, axis in sweep.axes.items()})
    if sweep.mode:
        nodes.update({key: sweep.mode.node for key in (sweep.mode.axis, sweep.mode.series_key)})
    return Base(str(program), str(sweep.folder), sweep.base_path, sweep.base_text,
                {key: text for key, (text, _) in sweep.settings.items()}, str(sweep.path),
                {key: f"{sweep.path}:{node.start_mark.line + 1}" for key, node in nodes.items()})


def resolve(base, settings):
    """(resolved, failure) of settings, one of them None. A key that does not exist is a fault of
    the whole file."""
    try:
        return base.resolve(settings), None
    except Failed as failure:
        if re.match(r".+?:\d+: [a-z0-9_.]+: unknown key", failure.reason):
            raise Fault(failure.reason) from failure
        return None, failure


def level_cuts(resolved):
    """The length that the messages of programs are cut to in all points, where switching modes
    ask for different ones; None if they do not."""
    traces = [one for one in resolved if one and figure(one["config"], "workload.kind") == "trace"]
    modes = {figure(one["config"], "fabric.router.switching") for one in traces}
    return min(one["packet_flits_max"] for one in traces) if len(modes) > 1 else None


def replica_of(resolved, settings, replica):
    """A point under the seed of another replica: as many more than its own as replicas precede."""
    if replica == 1:
        return resolved, settings
    other = copy.deepcopy(resolved)
    other["seed"] += replica - 1
    other["config"]["run"]["seed"] = other["seed"]
    other["key"] = point_key(other, other)
    return other, [*settings, ("run.seed", str(other["seed"]))]


def plan_points(sweep, base, jobs, look):
    """All points in order: the product of the axes, each with its replicas. `look` is called now and
    then with how many of how many settings have been resolved."""
    series = range(len(sweep.mode.series)) if sweep.mode and sweep.mode.series else [0]
    combinations = sweep.points()
    starts = [[(key, value.yaml) for key, value in values.items()] for values in combinations]

    def all_of(settings):
        """Settings to resolve: in a search, its first point under each series."""
        return [[*settings, *((key, value.yaml) for key, value in sweep.mode.settings((0, one)))]
                if sweep.mode else settings for one in series]

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        def resolve_all(lists):
            results = []
            for result in pool.map(lambda one: resolve(base, one), lists):
                results.append(result)
                look(len(results), len(lists))
            return results
        try:
            found = resolve_all([one for settings in starts for one in all_of(settings)])
            cut = level_cuts(resolved for resolved, _ in found)
            if cut is not None:
                changed = {i for i in range(len(starts)) for resolved, _ in
                           found[i * len(series):(i + 1) * len(series)]
                           if resolved and figure(resolved["config"], MAX_FLITS) > cut}
                for i in changed:
                    starts[i].append((MAX_FLITS, str(cut)))
                found = resolve_all([one for settings in starts for one in all_of(settings)])
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    points = []
    for i, values in enumerate(combinations):
        of_point = found[i * len(series):(i + 1) * len(series)]
        failure = next((failure for _, failure in of_point if failure), None)
        labels = {key: value.label for key, value in values.items()}
        for replica in range(1, sweep.replicas + 1):
            resolved, settings = None, starts[i]
            if not failure:
                resolved, settings = replica_of(of_point[0][0], settings, replica)
            points.append(Point(labels, replica, settings, resolved, failure))
    check_all(sweep, points)
    return points


def check_all(sweep, points):
    """What all points fail by is a fault of the file."""
    if not points:
        raise sweep.document.fault(sweep.items["exclude"][0], "exclude: no point is left")
    reasons = {point.failure.reason if point.failure else None for point in points}
    if len(reasons) == 1 and None not in reasons and points[0].failure.status == CONFIGURATION:
        reason = reasons.pop()
        raise Fault(reason if re.match(r".+?:\d+: ", reason) else f"{sweep.path}: {reason}")
