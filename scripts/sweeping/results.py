# SPDX-License-Identifier: Apache-2.0
"""The results of a sweep as rows, and as files: CSV, SQLite, and sweep.json, which describes them."""
import contextlib
import csv
import errno
import io
import json
import sqlite3
import typing

from plots.names import parts
from sweeping.searches import FOUND, figure, search
from sweeping.simulator import Failed
from sweeping.store import whole, write_whole
from sweeping.values import number

FAULTS = {"deadlock": 3, "mismatch": 4}  # outcomes that are failures, though they have results


class Missing(Exception):
    """A point that a search needs is not there."""


class Row(typing.NamedTuple):
    """A point with its result, or with what it failed by."""
    labels: dict  # of the axes, by key
    replica: int
    resolved: dict  # what the program makes of it; empty if it refuses it
    result: dict  # empty if the point failed
    failure: tuple  # (status, reason), or None


class Gathered(typing.NamedTuple):
    """All that a sweep has so far."""
    rows: list
    found: list  # [(point, what a search found)]
    num_missing: int  # points, or searches, that are not finished


def row_of(store, labels, replica, resolved):
    """The row of a point, or None if it has not been made."""
    key = resolved["key"]
    result = store.result(key)
    failure = None if result else store.failure(key)
    if result and result["outcome"] in FAULTS:
        failure = (FAULTS[result["outcome"]], f"{result['outcome']} after {result['cycles']} "
                                              f"cycles: {result.get('note') or ''}".strip())
    if not result and not failure:
        return None
    return Row(labels, replica, resolved, result or {}, failure and tuple(failure))


def refused(labels, replica, failure):
    """The row of a point that the program refuses."""
    return Row(labels, replica, {}, {}, (failure.status, failure.reason))


def gather_points(store, points):
    """The rows of points."""
    rows = [refused(point.labels, point.replica, point.failure) if point.failure
            else row_of(store, point.labels, point.replica, point.resolved) for point in points]
    there = [row for row in rows if row]
    return Gathered(there, [], len(rows) - len(there))


def gather_searches(store, points, mode, base):
    """The rows of searches, and what they found."""
    rows, found, num_missing = [], [], 0
    for point in points:
        steps = {}

        def labels_of(request):
            return {**point.labels,
                    **{key: value.label for key, value in mode.settings(request)}}

        def evaluate(request):
            settings = [*point.settings,
                        *((key, value.yaml) for key, value in mode.settings(request))]
            try:
                if point.failure:
                    raise point.failure
                resolved = base.resolve(settings)
            except Failed as failure:
                steps[request] = refused(labels_of(request), point.replica, failure)
                raise
            row = row_of(store, labels_of(request), point.replica, resolved)
            if not row:
                raise Missing
            steps[request] = row
            if row.failure:
                raise Failed(*row.failure)
            return row.result

        try:
            found.append((point, search(mode, evaluate)))
        except Missing:
            num_missing += 1
        except Failed as failure:
            found.append((point, {**dict.fromkeys(FOUND), "axis": mode.axis, "points": len(steps),
                                  "error": failure.reason}))
        rows += [steps[request] for request in sorted(steps, key=lambda r: (r[1], r[0]))]
    return Gathered(rows, found, num_missing)


def axis_keys(sweep):
    """The keys that tell rows apart, in the order of the columns."""
    keys = list(sweep.axes)
    if sweep.mode:
        keys += [key for key in (sweep.mode.series_key, sweep.mode.axis) if key]
    return keys


def columns_of(chosen, rows):
    """The paths of the metrics' columns."""
    return [path for path, always in chosen.items()
            if always or any(figure(row.result, path) is not None for row in rows)]


def cell(value):
    """A figure as CSV and SQLite hold it."""
    if isinstance(value, (dict, list)):
        return json.dumps(value, separators=(",", ":"))
    return json.dumps(value) if isinstance(value, bool) else value


def table_of(sweep, version, gathered, metrics, host):
    """(names of columns, rows) of the results."""
    keys = axis_keys(sweep)
    names = [*keys, "replica", "seed", "outcome", *metrics, *host, "version", "point", "error",
             "config"]
    lines = []
    for row in gathered.rows:
        lines.append([
            *(row.labels[key] for key in keys), row.replica, row.resolved.get("seed"),
            row.result.get("outcome", "failed"),
            *(cell(figure(row.result, path)) for path in [*metrics, *host]), version,
            row.resolved.get("key"), row.failure[1] if row.failure else None,
            cell(row.resolved.get("config"))])
    return names, lines


def found_of(sweep, gathered):
    """(names of columns, rows) of what searches found."""
    names = [*sweep.axes, "replica", "seed", "search", *FOUND]
    return names, [[*(point.labels[key] for key in sweep.axes), point.replica,
                    point.resolved and point.resolved["seed"], sweep.mode.kind,
                    *(found[name] for name in FOUND)] for point, found in gathered.found]


def failed_of(sweep, gathered):
    """(names of columns, rows) of the points that failed."""
    keys = axis_keys(sweep)
    return [*keys, "replica", "seed", "status", "error", "point"], [
        [*(row.labels[key] for key in keys), row.replica, row.resolved.get("seed"), *row.failure,
         row.resolved.get("key")]
        for row in gathered.rows if row.failure]


def write_csv(path, names, lines):
    """A table as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(lines)
    write_whole(path, text.getvalue())


def typed(value):
    """The value of an axis for SQLite: a number if it is one."""
    decimal = number(value)
    if decimal is None:
        return value
    whole = decimal == decimal.to_integral_value() and abs(decimal) < 1 << 63
    return int(decimal) if whole else float(decimal)


def add_table(database, name, names, num_axes, lines):
    """A table of the database; values of axes that are numbers become such."""
    def quoted(column):
        return '"' + column.replace('"', '""') + '"'
    database.execute(f"CREATE TABLE {name} ({', '.join(map(quoted, names))})")
    database.executemany(
        f"INSERT INTO {name} VALUES ({', '.join('?' * len(names))})",
        [[*map(typed, line[:num_axes]), *line[num_axes:]] for line in lines])


def add_means(database, keys, metrics):
    """A view of the means over replicas."""
    columns = [f'"{key}"' for key in keys]
    counts = ["count(*) AS replicas", "sum(outcome = 'saturated') AS saturated"]
    figures = [f'avg("{path}") AS "{path}"' for path in metrics]
    groups = f" GROUP BY {', '.join(columns)}" if columns else ""
    database.execute(f"CREATE VIEW means AS SELECT "
                     f"{', '.join([*columns, *counts, *figures])} "
                     f"FROM results WHERE error IS NULL{groups}")


def write_sqlite(path, sweep, tables, metrics):
    """All tables as a database, which appears whole."""
    keys = axis_keys(sweep)
    with whole(path) as part, contextlib.closing(sqlite3.connect(part)) as database:
        try:
            for name, (names, lines) in tables.items():
                num_axes = len(sweep.axes if name == "searches" else keys)
                add_table(database, name, names, num_axes, lines)
            add_means(database, keys, metrics)
            database.commit()
        except sqlite3.OperationalError as error:
            raise OSError(errno.EIO, str(error)) from error


def unit(path):
    """The unit of a key or figure; "" if it is a plain word or number."""
    return parts(path)[2] or ""


def describe(sweep, version, gathered, metrics):
    """What sweep.json holds."""
    axes = [{"key": key, "unit": unit(key), "values": [value.label for value in axis.values]}
            for key, axis in sweep.axes.items()]
    mode = {"kind": "points"}
    if sweep.mode:
        mode = {"kind": sweep.mode.kind, "axis": sweep.mode.axis, "metric": sweep.mode.metric}
        searched = {sweep.mode.series_key: [value.label for value in sweep.mode.series],
                    sweep.mode.axis: sorted({row.labels[sweep.mode.axis] for row in gathered.rows},
                                            key=float)}
        axes += [{"key": key, "unit": unit(key), "values": values}
                 for key, values in searched.items() if key]
    return {"schema": "ordito.sweep/1", "name": sweep.name, "title": sweep.title,
            "file": str(sweep.path), "version": version, "axes": axes,
            "replicas": sweep.replicas, "mode": mode,
            "metrics": [{"path": path, "unit": unit(path)} for path in metrics],
            "rows": len(gathered.rows), "failed": sum(1 for row in gathered.rows if row.failure),
            "missing": gathered.num_missing}


def write_results(store, sweep, version, gathered, chosen, host):
    """All files of results, each of which appears whole."""
    metrics = columns_of(chosen, gathered.rows)
    tables = {"results": table_of(sweep, version, gathered, metrics, host)}
    if sweep.mode:
        tables["searches"] = found_of(sweep, gathered)
        write_csv(store.folder / "searches.csv", *tables["searches"])
    write_csv(store.folder / "results.csv", *tables["results"])
    write_csv(store.folder / "failed.csv", *failed_of(sweep, gathered))
    write_sqlite(store.folder / "results.sqlite", sweep, tables, metrics)
    write_whole(store.folder / "sweep.json",
                json.dumps(describe(sweep, version, gathered, metrics), indent=2) + "\n")
