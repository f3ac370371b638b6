# SPDX-License-Identifier: Apache-2.0
"""Curves and bars of results: latency against load, latency against nodes, and any figure."""

import numpy

from . import names, style
from .style import Fault
from .table import Table, series_label

LATENCY = "fabric.latency_cycles.mean"
LOAD = "workload.rate_flits_per_node_cycle"
OFFERED = "fabric.offered_flits_per_node_cycle"
LOG_RATIO = 12       # of greatest to least figures, from which on a scale is logarithmic
MOST_SERIES = 14     # that a legend can tell apart
MOST_LABELLED = 16   # bars
MOST_LETTERS = 50    # over all bars, side by side
NODES = "topology.nodes"


# --- what a picture is of -----------------------------------------------------------------------


def read(options):
    table = Table(options.inputs)
    table.keep(options.where)
    return table


def choose_series(table, x, given):
    """The columns that tell series apart: those given, or all that vary beside x."""
    columns = [table.find(name) for name in given]
    varying = [axis for axis in table.varying() if axis != x and axis not in columns]
    if not given:
        return _independent(table, varying, x)
    rest = [axis for axis in _independent(table, columns + varying, x) if axis not in columns]
    if rest:
        raise Fault(f"{table.where}: {', '.join(rest)} var{'y' if len(rest) > 1 else 'ies'}, too: "
                    f"give --series {rest[0]}, or --where {rest[0]}=VALUE")
    return columns


def _independent(table, axes, x):
    """Axes without those that follow from the ones before them and x."""
    kept = []
    for axis in axes:
        if len(table.split([x, *kept])) < len(table.split([x, *kept, axis])):
            kept.append(axis)
    return kept


def all_series(table, x, y, columns):
    """(label, points) of each series."""
    series = [(series_label(columns, values) if columns else None, table.points(rows, x, y))
              for values, rows in table.split(columns).items()]
    if len(series) > MOST_SERIES:
        raise Fault(f"{table.where}: {len(series)} series; at most {MOST_SERIES} can be told apart:"
                    " give --where COLUMN=VALUE")
    return series


def legend_title(columns):
    return names.words(columns[0]) if len(columns) == 1 else None


def default_title(y, x, options, table):
    return options.title or table.title or f"{names.words(y)} by {names.words(x)}".capitalize()


# --- drawing ------------------------------------------------------------------------------------


def looks(table, columns):
    """How each series is drawn: of two columns, one gives the colour and the other the dashes."""
    groups = list(table.split(columns))
    if len(columns) != 2:
        return [style.line_style(i) for i in range(len(groups))]
    hues, kinds = (table.values(column) for column in columns)
    return [style.line_style(kinds.index(kind), hues.index(hue)) for hue, kind in groups]


def draw_series(panel, look, label, points):
    """A curve with its confidence band."""
    good = [point for point in points if point.mean is not None]
    panel.plot([point.x for point in good], [point.mean for point in good], label=label, **look)
    banded = [point for point in good if point.half is not None]
    if not banded:
        return
    x = [point.x for point in banded]
    low = [point.mean - point.half for point in banded]
    high = [point.mean + point.half for point in banded]
    panel.fill_between(x, low, high, color=look["color"], alpha=0.25, linewidth=0)
    panel.errorbar(x, [point.mean for point in banded], [point.half for point in banded],
                   fmt="none", ecolor=look["color"], elinewidth=0.8, capsize=2)


def scale_y(panel, series, option):
    """Logarithmic if asked for, or if figures differ much."""
    figures = [point.mean for _, points in series for point in points if point.mean is not None]
    positive = figures and min(figures) > 0
    if option == "log" and not positive:
        raise Fault("--scale log: there are figures of 0 or below, or none")
    if option == "log" or (option == "auto" and positive and
                           max(figures) > LOG_RATIO * min(figures)):
        panel.set_yscale("log")
        style.plain_ticks(panel.yaxis)
    elif not figures or positive:
        panel.set_ylim(bottom=0)


def mark_saturation(panel, series, look):
    """A dashed line from the last latency of each series up to a cross, at the least load at which
    it is saturated; crosses at the same load stand below each other."""
    low, high = panel.get_ylim()
    level = {}
    transform = panel.get_yaxis().get_transform()
    ends = transform.transform([low, high])
    inverse = transform.inverted()
    num = 0
    for i, (_, points) in enumerate(series):
        beyond = [point.x for point in points if point.saturated]
        good = [point for point in points if point.mean is not None and not point.saturated
                and (not beyond or point.x < min(beyond))]
        if not beyond:
            continue
        x = min(beyond)
        share = 1 - 0.045 * level.get(x, 0)
        level[x] = level.get(x, 0) + 1
        y = float(inverse.transform(numpy.array([ends[0] + share * (ends[1] - ends[0])]))[0])
        colour = look[i]["color"]
        if good:
            panel.plot([good[-1].x, x], [good[-1].mean, y], color=colour, linewidth=0.8,
                       linestyle=(0, (2, 2)), clip_on=False)
        panel.plot([x], [y], marker="x", color=colour, markersize=7, markeredgewidth=1.8,
                   linestyle="none", clip_on=False, zorder=5)
        num += 1
    panel.set_ylim(low, high)
    return num


def _legend(panel, columns, saturated):
    handles, labels = panel.get_legend_handles_labels()
    if saturated:
        handles.append(style.matplotlib.lines.Line2D([], [], color="#444444", marker="x",
                                                     linestyle=(0, (2, 2)), linewidth=0.8,
                                                     markersize=7, markeredgewidth=1.8))
        labels.append("saturated from here on")
    if handles:
        style.legend_beside(panel, legend_title(columns), handles=handles, labels=labels)


def draw_curves(table, x, y, options, saturation):
    table.check_figure(y)
    if not table.is_numeric(x):
        raise Fault(f"{table.where}: {x} is no number: give --x COLUMN, or draw bars")
    columns = choose_series(table, x, options.series)
    series = all_series(table, x, y, columns)
    saturated = [(label, points) for label, points in series]
    if saturation:  # what is measured beyond is no latency
        series = [(label, [point for point in points if not point.saturated])
                  for label, points in series]
    figure, (panel,) = style.new_figure()
    look = looks(table, columns)
    for i, (label, points) in enumerate(series):
        draw_series(panel, look[i], label, points)
    style.plain_numbers(panel.yaxis)
    scale_y(panel, series, options.scale)
    if options.x_scale == "log":
        panel.set_xscale("log", base=2)
        log_x(panel, series)
    num = mark_saturation(panel, saturated, look) if saturation else 0
    panel.set_xlabel(names.label(x))
    panel.set_ylabel(names.label(y))
    _legend(panel, columns, num > 0)
    style.set_title(figure, default_title(y, x, options, table))
    return figure


def log_x(panel, series):
    """Ticks at the figures themselves, if there are few."""
    xs = sorted({point.x for _, points in series for point in points})
    if xs and xs[0] <= 0:
        raise Fault("--x-scale log: there are figures of 0 or below")
    if len(xs) <= 10:
        panel.set_xticks(xs, [f"{x:g}" for x in xs])
        panel.xaxis.set_minor_locator(style.matplotlib.ticker.NullLocator())
    else:
        style.plain_ticks(panel.xaxis)


# --- kinds --------------------------------------------------------------------------------------


def load_column(table):
    """The axis that is a load."""
    for axis in table.axes:
        if axis == LOAD or "rate_flits" in axis:
            return axis
    if OFFERED in table.columns:
        return OFFERED
    raise Fault(f"{table.where}: no load was varied ({LOAD}): give --x COLUMN")


def latency_load(options):
    table = read(options)
    x = table.find(options.x) if options.x else load_column(table)
    y = table.find(options.y or LATENCY)
    if not options.y and all(row[y] == "" for row in table.rows):
        raise Fault(f"{table.where}: every point is saturated, or has no {LATENCY}: there is no "
                    "latency to draw")
    return draw_curves(table, x, y, options, saturation=True)


def first_axis(table, numeric):
    """The first axis of several values, of numbers if those are needed."""
    for axis in table.varying() or table.axes:
        if not numeric or table.is_numeric(axis):
            return axis
    raise Fault(f"{table.where}: nothing was varied {'in numbers' if numeric else ''}: give "
                "--x COLUMN")


def need_y(options):
    if not options.y:
        raise Fault("give --y COLUMN, the figure to draw")


def lines(options):
    need_y(options)
    table = read(options)
    x = table.find(options.x) if options.x else first_axis(table, numeric=True)
    return draw_curves(table, x, table.find(options.y), options, saturation=False)


def latency_nodes(options):
    table = read(options)
    x = table.find(options.x or NODES)
    columns = choose_series(table, x, options.series) if options.series else \
        [a for a in choose_series(table, x, []) if not a.endswith("nodes")]
    panels = [table.find(options.y or LATENCY), "topology.diameter_hops", "topology.average_hops"]
    look = looks(table, columns)
    figure, drawn = style.new_figure(len(panels), width=10.8, height=4.2)
    for panel, y in zip(drawn, panels):
        table.check_figure(table.find(y))
        series = all_series(table, x, y, columns)
        for i, (label, points) in enumerate(series):
            draw_series(panel, look[i], label,
                        [point for point in points if not point.saturated])
        panel.set_xscale("log", base=2)
        panel.set_yscale("log")
        style.plain_ticks(panel.yaxis)
        log_x(panel, series)
        for tick in panel.get_xticklabels():
            tick.set_rotation(45)
        panel.set_xlabel(names.label(x))
        panel.set_ylabel(names.label(y))
    style.legend_beside(drawn[-1], legend_title(columns))
    style.set_title(figure, options.title or table.title or
                    "Latency, diameter and average distance by number of nodes")
    return figure


def label_bars(panel, places, means, num):
    """Figures over bars, upright where there is no room for them beside each other."""
    texts = [f"{mean:,.0f}" if mean >= 1000 else f"{mean:.4g}" for mean in means]
    upright = max(map(len, texts), default=0) * num > MOST_LETTERS
    for place, mean, text in zip(places, means, texts):
        panel.annotate(text, (place, mean), (0, 3), textcoords="offset points", ha="center",
                       va="bottom", fontsize="small", rotation=90 if upright else 0)


def bars(options):
    need_y(options)
    table = read(options)
    x = table.find(options.x) if options.x else first_axis(table, numeric=False)
    y = table.find(options.y)
    table.check_figure(y)
    columns = choose_series(table, x, options.series)
    series = all_series(table, x, y, columns)
    kinds = table.values(x)
    if table.is_numeric(x):
        kinds = sorted(kinds, key=float)
    figure, (panel,) = style.new_figure()
    width = 0.8 / len(series)
    for i, (label, points) in enumerate(series):
        of_kind = {point.x: point for point in points}
        there = [(k, of_kind[float(kind) if table.is_numeric(x) else kind])
                 for k, kind in enumerate(kinds)
                 if (float(kind) if table.is_numeric(x) else kind) in of_kind]
        there = [(k, point) for k, point in there if point.mean is not None]
        places = [k + (i - (len(series) - 1) / 2) * width for k, _ in there]
        means = [point.mean for _, point in there]
        panel.bar(places, means, width, label=label, **style.fill_style(i))
        halves = [(place, point) for place, (_, point) in zip(places, there)
                  if point.half is not None]
        panel.errorbar([place for place, _ in halves], [point.mean for _, point in halves],
                       [point.half for _, point in halves], fmt="none", ecolor="#222222",
                       elinewidth=1, capsize=3)
        if len(kinds) * len(series) <= MOST_LABELLED:
            label_bars(panel, places, means, len(kinds) * len(series))
    texts = [names.value(kind) for kind in kinds]
    slanted = sum(map(len, texts)) > 60
    panel.set_xticks(range(len(kinds)), texts, rotation=30 if slanted else 0,
                     ha="right" if slanted else "center")
    panel.grid(visible=False, axis="x")
    panel.margins(y=0.18)
    style.plain_numbers(panel.yaxis)
    if options.scale == "log":
        scale_y(panel, series, "log")
    panel.set_xlabel(names.label(x))
    panel.set_ylabel(names.label(y))
    style.legend_beside(panel, legend_title(columns))
    style.set_title(figure, default_title(y, x, options, table))
    return figure


