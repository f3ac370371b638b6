# SPDX-License-Identifier: Apache-2.0
"""Results in CSV: of `ordito run --csv`, or of scripts/sweep (the file, or the folder that it is
in). Columns before `outcome`, or `search` in what a sweep's search found, are what was varied, but
for `replica` and `seed`."""
import copy
import csv
import difflib
import json
import math
import os
import sys

from . import names
from .style import Fault

RESULTS = "results.csv"
SWEEP = "sweep.json"
NO_AXES = {"replica", "seed", "run.seed"}
GOOD = {"completed", "slice", "saturated"}
FOUND = {"found", "low", "high"}  # by a search, of the column that `axis` names
SHOWN_FAULTS = 5
FILE = "file"  # the column that tells several inputs apart

# Of Student's t, two-sided 95 %, by degrees of freedom from 1 on.
T95 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
       2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
       2.052, 2.048, 2.045, 2.042]


def warn(text):
    print(f"plot: {text}", file=sys.stderr)


def nearest(name, known):
    """"; nearest: ...", by the whole name or by its last part."""
    found = difflib.get_close_matches(name, known, 1, 0.5)
    if not found:
        last = {column.rsplit(".", maxsplit=1)[-1]: column for column in known}
        found = [last[match] for match in
                 difflib.get_close_matches(name.rsplit(".", maxsplit=1)[-1], last, 1, 0.5)]
    return f"; nearest: {found[0]}" if found else ""


def read_csv(path):
    """Header and rows, each row a dictionary with its line as None's value."""
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            header = next(reader, None)
            if header is None:
                raise Fault(f"{path}: the file is empty")
            rows = []
            for row in reader:
                if len(row) != len(header):
                    raise Fault(f"{path}:{reader.line_num}: {len(row)} fields, and the header has "
                                f"{len(header)}")
                rows.append(dict(zip(header, row)) | {None: (path, reader.line_num)})
    except OSError as error:
        raise Fault(f"{path}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise Fault(f"{path}: no CSV: {error}") from error
    if not rows:
        raise Fault(f"{path}: a header, and no rows")
    return header, rows


def number(row, column):
    """A figure of a row; None if it is undefined."""
    text = row[column]
    if text == "":
        return None
    try:
        figure = float(text)
    except ValueError:
        figure = math.nan
    if not math.isfinite(figure):
        path, line = row[None]
        raise Fault(f"{path}:{line}: {column}: \"{text}\" is no number")
    return figure


def known(row, column):
    """A figure of a row that each must have."""
    figure = number(row, column)
    if figure is None:
        path, line = row[None]
        raise Fault(f"{path}:{line}: {column}: there is no figure")
    return figure


def find(name, axes, columns, where):
    """The column that is called so, in whole or by the end of its name: axes first, and names of
    fewer parts."""
    if name in columns:
        return name
    found = [axis for axis in axes if axis.endswith("." + name)]
    found = found or [column for column in columns if column.endswith("." + name)]
    fewest = min((column.count(".") for column in found), default=0)
    found = [column for column in found if column.count(".") == fewest]
    if len(found) == 1:
        return found[0]
    if found:
        raise Fault(f"{where}: several columns end with {name}: {', '.join(found[:4])}")
    raise Fault(f"{where}: no column {name}{nearest(name, columns)}")


class Point:
    """What one x of a series has: mean over replicas, half of its confidence interval or None."""

    def __init__(self, x, mean, half, saturated):
        self.x, self.mean, self.half, self.saturated = x, mean, half, saturated


class Table:
    """Rows of one or several files, without the points that failed."""

    def __init__(self, inputs):
        self.where = inputs[0] if len(inputs) == 1 else "the inputs"
        self.title, self.axes, self.columns, self.rows = None, [], [], []
        self.search = None  # what was searched for, on which axis
        for path in inputs:
            self._add(path, several=len(inputs) > 1)
        self.title = self.title if len(inputs) == 1 else None
        self._drop_failed()

    def _add(self, path, several):
        if os.path.isdir(path):
            path = os.path.join(path, RESULTS)
        header, rows = read_csv(path)
        end = next((column for column in ("outcome", "search") if column in header), None)
        if not end:
            raise Fault(f"{path}: no column outcome: this is no CSV of ordito run --csv or of "
                        "scripts/sweep")
        axes = [axis for axis in header[:header.index(end)] if axis not in NO_AXES]
        if end == "search":
            self.search = rows[0]["search"], rows[0]["axis"]
            for row in rows:
                row["outcome"] = "failed" if row["found"] == "" else "completed"
        if several:
            axes.insert(0, FILE)
            for row in rows:
                row[FILE] = self._name(path)
        self.axes += [axis for axis in axes if axis not in self.axes]
        self.columns += [column for column in [*axes, *header] if column not in self.columns]
        self.rows += rows
        for row in self.rows:  # what one file has and another has not is empty there
            for column in self.columns:
                row.setdefault(column, "")
        self.title = self.title or self._title(path)

    @staticmethod
    def _name(path):
        """What an input is called: a sweep's results as their folder."""
        folder, name = os.path.split(os.path.realpath(path))
        return os.path.basename(folder) if name == RESULTS else os.path.splitext(name)[0]

    @staticmethod
    def _title(path):
        """What a sweep is called."""
        try:
            with open(os.path.join(os.path.dirname(path), SWEEP), encoding="utf-8") as file:
                sweep = json.load(file)
        except (OSError, ValueError):
            return None
        title = sweep.get("title") if isinstance(sweep, dict) else None
        return title if isinstance(title, str) else None

    def _drop_failed(self):
        failed = [row for row in self.rows if row["outcome"] not in GOOD]
        self.rows = [row for row in self.rows if row["outcome"] in GOOD]
        if failed:
            num = len(failed) + len(self.rows)
            warn(f"{len(failed)} of {num} points left out:")
        for row in failed[:SHOWN_FAULTS]:
            point = ", ".join(row[axis] for axis in self.axes) or "the run"
            reason = row.get("error") or row.get("note") or ""
            first = reason.strip().split("\n", maxsplit=1)[0]
            warn(f"  {point}: {row['outcome']}{': ' if first else ''}{first}")
        if len(failed) > SHOWN_FAULTS:
            warn(f"  and {len(failed) - SHOWN_FAULTS} more")
        if not self.rows:
            raise Fault(f"{self.where}: no point has figures")

    def find(self, name):
        return find(name, self.axes, self.columns, self.where)

    def words(self, column):
        if self.search and column in FOUND:
            return f"{self.search[0]}: {names.words(self.search[1])}"
        return names.words(column)

    def label(self, column):
        if self.search and column in FOUND:
            return f"{self.search[0]}: {names.label(self.search[1])}"
        return names.label(column)

    def parts(self, column):
        """(value, table of its rows) of each value of a column; (None, this) if that is None."""
        if column is None:
            return [(None, self)]
        parts = []
        for (value,), rows in self.split([column]).items():
            part = copy.copy(self)
            part.rows = rows
            parts.append((value, part))
        return parts

    def keep(self, conditions):
        """Keeps the rows of which all of "column=value" hold."""
        for condition in conditions:
            name, equals, value = condition.partition("=")
            if not equals:
                raise Fault(f"--where {condition}: that is COLUMN=VALUE")
            column = self.find(name)
            values = self.values(column)
            if value not in values:
                raise Fault(f"--where {condition}: {column} is one of {', '.join(values[:12])}")
            self.rows = [row for row in self.rows if row[column] == value]

    def values(self, column):
        """Different values of a column in the order in which they come."""
        return list(dict.fromkeys(row[column] for row in self.rows))

    def varying(self):
        """Axes of several values."""
        return [axis for axis in self.axes if len(self.values(axis)) > 1]

    def is_numeric(self, column):
        try:
            return all(number(row, column) is not None for row in self.rows)
        except Fault:
            return False

    def check_figure(self, column):
        """Refuses a figure that no row has."""
        if all(row[column] == "" for row in self.rows):
            raise Fault(f"{self.where}: {column}: no point has this figure")

    def kinds(self, column):
        """(x of points, text) of each value, in the order of numbers if that is what they are."""
        if not self.is_numeric(column):
            return [(text, text) for text in self.values(column)]
        return sorted((float(text), text) for text in self.values(column))

    def split(self, columns):
        """(values of the columns, rows) of each group of rows, in order."""
        groups = {}
        for row in self.rows:
            groups.setdefault(tuple(row[column] for column in columns), []).append(row)
        return groups

    def points(self, rows, x, y):
        """The points of a series by x: figures where that is an axis of numbers, otherwise text."""
        numeric = self.is_numeric(x)
        groups = {}
        for row in rows:
            groups.setdefault(number(row, x) if numeric else row[x], []).append(row)
        points = [self._point(key, group, y) for key, group in groups.items()]
        return sorted(points, key=lambda point: point.x) if numeric else points

    def _point(self, x, rows, y):
        figures = [figure for figure in (number(row, y) for row in rows) if figure is not None]
        saturated = any(row["outcome"] == "saturated" for row in rows)
        if not figures:
            return Point(x, None, None, saturated)
        mean = sum(figures) / len(figures)
        half = None
        ci95 = y[:-len("mean")] + "ci95" if y.endswith(".mean") else None
        if len(figures) > 1:
            variance = sum((figure - mean) ** 2 for figure in figures) / (len(figures) - 1)
            degrees = len(figures) - 1
            t95 = T95[degrees - 1] if degrees <= len(T95) else 1.96 + 2.4 / degrees
            half = t95 * math.sqrt(variance / len(figures))
        elif ci95 in self.columns:
            half = number(rows[0], ci95)
        return Point(x, mean, half, saturated)


def series_label(columns, values, named=False):
    """What a legend calls a series: numbers with their names, where those are not said above."""
    texts = []
    for column, text in zip(columns, values):
        if text == "":
            continue
        plain = text.replace(".", "", 1).isdigit() and (named or len(columns) > 1)
        texts.append(f"{names.words(column)} {text}" if plain else names.value(text))
    return ", ".join(texts)
