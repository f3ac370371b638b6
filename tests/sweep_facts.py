# SPDX-License-Identifier: Apache-2.0
"""Facts about the results of sweeps, for tests/sweep.sh. usage: sweep_facts.py FACT FOLDER..."""
import csv
import json
import pathlib
import re
import sqlite3
import subprocess
import sys

import yaml

LOAD = "workload.rate_flits_per_node_cycle"
LATENCY = "fabric.latency_cycles.mean"


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows(folder):
    return read(pathlib.Path(folder) / "results.csv")


def same_value(text, value):
    if value is None:
        return text == ""
    try:
        return float(text) == float(value)
    except ValueError:
        return text == value


def check_rows(folder, num):
    """As many rows, in the order of the axes, with all that a row has to carry."""
    found = rows(folder)
    assert len(found) == int(num), len(found)
    sweep = json.loads((pathlib.Path(folder) / "sweep.json").read_text(encoding="utf-8"))
    names = list(found[0])
    axes = [axis["key"] for axis in sweep["axes"]]
    metrics = [metric["path"] for metric in sweep["metrics"]]
    hosts = [name for name in names if name.startswith("host.")]
    assert names == [*axes, "replica", "seed", "outcome", *metrics, *hosts, "version", "point",
                     "error", "config"], names
    places = [tuple(axis["values"].index(row[axis["key"]]) for axis in sweep["axes"])
              + (int(row["replica"]),) for row in found]
    assert places == sorted(places) and len(set(places)) == len(places)
    for row in found:
        point = json.loads((pathlib.Path(folder) / "points" / f"{row['point']}.json")
                           .read_text(encoding="utf-8"))
        assert json.loads(row["config"]) == point["config"]
        assert int(row["seed"]) == point["seed"] == point["config"]["run"]["seed"]
        assert row["version"] == point["version"] and float(row["host.wall_s"]) > 0
        assert float(row[LATENCY]) == point["fabric"]["latency_cycles"]["mean"]


def check_same(folder):
    """Every table of the database is the CSV of its name."""
    database = sqlite3.connect(pathlib.Path(folder) / "results.sqlite")
    tables = [name for name, in database.execute("SELECT name FROM sqlite_master "
                                                 "WHERE type = 'table'")]
    assert "results" in tables
    for table in tables:
        lines = read(pathlib.Path(folder) / f"{table}.csv")
        cursor = database.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in cursor.description]
        stored = cursor.fetchall()
        assert lines and names == list(lines[0]) and len(stored) == len(lines)
        for line, values in zip(lines, stored):
            assert all(map(same_value, line.values(), values)), (line, values)


def check_seeds(folder):
    """A point's replicas have seeds that follow each other."""
    for row in rows(folder):
        assert row["seed"] == row["replica"] or not row["seed"], row


def check_vary(folder, program, path):
    """The first replicas' figures are those of the program's own product."""
    sweep = yaml.safe_load(pathlib.Path(path).read_text(encoding="utf-8"))
    described = json.loads((pathlib.Path(folder) / "sweep.json").read_text(encoding="utf-8"))
    command = [program, "run", "-", "--quiet", "--csv", "-"]
    for key, value in sweep.get("set", {}).items():
        command += ["--set", f"{key}={value}"]
    for axis in described["axes"]:
        command += ["--vary", f"{axis['key']}=[{', '.join(axis['values'])}]"]
    output = subprocess.run(command, input=json.dumps(sweep["base"]), stdout=subprocess.PIPE,
                            check=True, text=True).stdout
    expected = list(csv.DictReader(output.splitlines()))
    found = [row for row in rows(folder) if row["replica"] == "1"]
    assert len(expected) == len(found)
    for row, other in zip(found, expected):
        shared = [name for name in row if name in other]
        assert len(shared) > 20
        for name in shared:
            assert same_value(row[name], other[name] or None), (name, row[name], other[name])


def check_queries(folder, page):
    """The queries of the page run, and find something."""
    text = pathlib.Path(page).read_text(encoding="utf-8")
    queries = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    assert len(queries) >= 2
    database = sqlite3.connect(pathlib.Path(folder) / "results.sqlite")
    for query in queries:
        assert database.execute(query).fetchall(), query


def check_saturation(folder, searches):
    """For each search: the last load of the grid before the first that is saturated."""
    for search in read(searches):
        loads = [row for row in rows(folder)
                 if row["fabric.router.vcs"] == search["fabric.router.vcs"]]
        zero_load = float(loads[0][LATENCY])
        good = [row["outcome"] != "saturated" and float(row[LATENCY]) <= 3 * zero_load
                for row in loads]
        first_bad = good.index(False)
        assert 0 < first_bad and float(search["zero_load"]) == zero_load
        assert float(search["found"]) == float(loads[first_bad - 1][LOAD]), (search, first_bad)
        assert float(search["high"]) == float(loads[first_bad][LOAD])


def check_crossover(folder, searches):
    """The first series is below the second at `low`, and above it at `high`."""
    search, = read(searches)
    found = {(row["fabric.router.switching"], float(row["workload.packet_flits"])):
             float(row[LATENCY]) for row in rows(folder)}
    low, high = float(search["low"]), float(search["high"])
    assert high == low + 4 and low <= float(search["found"]) <= high
    below = found["wormhole", low] - found["circuit", low]
    above = found["wormhole", high] - found["circuit", high]
    assert below < 0 <= above
    at = low + 4 * -below / (above - below)
    assert abs(float(search["found"]) - at) < 1e-6, (search, at)


if __name__ == "__main__":
    globals()[f"check_{sys.argv[1]}"](*sys.argv[2:])
