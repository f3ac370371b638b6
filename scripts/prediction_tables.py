# SPDX-License-Identifier: Apache-2.0
"""The tables of scripts/compare-predictions."""
import pathlib
import re

from program import table


def figure(value, form):
    """A figure, or a dash where there is none."""
    return "-" if value is None else format(value, form)


def ratio(value, other):
    return None if not value or not other else value / other


def time_of(row, machine):
    return row[machine]["s"] if row.get(machine) else None


def within(ratios):
    """A line on how many ratios are near 1."""
    known = [value for value in ratios if value]
    if not known:
        return "no predictions"
    near = [sum(abs(value - 1) <= share for value in known) for share in (0.05, 0.2, 0.5)]
    return (f"{near[0]} of {len(known)} within 5 %, {near[1]} within 20 %, {near[2]} within 50 %, "
            f"from {min(known):.3f} to {max(known):.3f}")


def programs_table(rows):
    """MPI programs: times in ms, and how they compare with SimGrid's."""
    heads = ["trace", "ranks", "SimGrid, ms", "ideal, ms", "to SimGrid"]
    same = any(row.get("simgrid_same_s") for row in rows)
    heads += ["SimGrid as ideal, ms", "to that"] if same else []
    heads += ["LogGOPS, ms", "full, ms", "full to ideal", "computing, %"]
    lines, to_clean, to_same = [], [], []
    for row in rows:
        ideal, full = time_of(row, "ideal"), time_of(row, "full")
        loggops = time_of(row, "loggops")
        peer, alike = row["simgrid_s"], row.get("simgrid_same_s")
        to_clean.append(ratio(ideal, peer))
        to_same.append(ratio(ideal, alike))
        computing = ratio(row["ideal"]["compute_s"], ideal) if row.get("ideal") else None
        line = [row["name"], row["ranks"], ms(peer), ms(ideal), figure(to_clean[-1], ".3f")]
        line += [ms(alike), figure(to_same[-1], ".3f")] if same else []
        lines.append(line + [ms(loggops), ms(full), figure(ratio(full, ideal), ".2f"),
                             figure(computing and 100 * computing, ".1f")])
    told = f"Ideal nodes to SimGrid: {within(to_clean)}."
    if same:
        told += f"\n\nTo SimGrid as ideal: {within(to_same)}."
    return table(heads, lines) + "\n\n" + told


def ms(seconds):
    return figure(seconds and 1000 * seconds, ".4f")


def schedules_table(rows):
    """GOAL schedules: times in ns, LogGOPSim's and ours."""
    heads = ["schedule", "ranks", "LogGOPSim, ns", "here", "LogGOPSim, fast, ns", "here",
             "bound, ns", "ideal, ns", "full, ns", "full to ideal"]
    lines = []
    for row in rows:
        times = {machine: time_of(row, machine)
                 for machine in ("default", "fast", "bound", "ideal", "full")}
        ns = {machine: figure(time and 1e9 * time, ".0f") for machine, time in times.items()}
        lines.append([row["name"], row["ranks"], figure(row["default_ns"], ".0f"), ns["default"],
                      figure(row["fast_ns"], ".0f"), ns["fast"], ns["bound"], ns["ideal"],
                      ns["full"], figure(ratio(times["full"], times["ideal"]), ".2f")])
    return table(heads, lines)


def page_with(path, tables):
    """Puts tables in the place of those of a page, between comments that name them."""
    page = pathlib.Path(path)
    text = page.read_text(encoding="utf-8")
    for name, made in tables.items():
        marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        text = marks.sub(lambda found, made=made: found[1] + made + "\n" + found[2], text)
    page.write_text(text, encoding="utf-8")
