# SPDX-License-Identifier: Apache-2.0
"""Curves and bars of results: latency against load, latency against nodes, and any figure."""
import itertools

import numpy

from . import names, style
from .style import Fault
from .table import Table, series_label

LATENCY = "fabric.latency_cycles.mean"
LOAD = "workload.rate_flits_per_node_cycle"
OFFERED = "fabric.offered_flits_per_node_cycle"
LOG_RATIO = 12       # of greatest to least figures, from which on a scale is logarithmic
MOST_SERIES = 14     # that a legend can tell apart
CLEAR_SERIES = 8     # beyond, those of several columns go into panels
MOST_PANELS, PANELS_IN_A_ROW = 12, 3
PANEL_INCHES = (3.4, 3.0)
FEW_TICKS = 5        # values of x, which have a tick each
MOST_LABELLED = 16   # bars
MOST_LETTERS = 50    # over all bars, side by side
LETTERS_AN_INCH = 13  # of labels below bars, with what keeps them apart
BESIDE_BARS_INCHES = 2.6
NODES, KIND = "topology.nodes", "topology.kind"
GUIDE_STYLE = {"linewidth": 0.8, "linestyle": (0, (2, 2))}
CROSS_STYLE = {"marker": "x", "markersize": 7, "markeredgewidth": 1.8}


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
    """The points of each series, by its values of the columns."""
    series = {values: table.points(rows, x, y) for values, rows in table.split(columns).items()}
    if len(series) > MOST_SERIES:
        raise Fault(f"{table.where}: {len(series)} series; at most {MOST_SERIES} can be told apart:"
                    " give --where COLUMN=VALUE, or --panels COLUMN")
    return series


def choose_panels(table, columns, given):
    """The column of which each value has a panel of its own; None if all are in one."""
    if given:
        return table.find(given)
    many = len(columns) > 1 and len(table.split(columns)) > CLEAR_SERIES
    return columns[0] if many and len(table.values(columns[0])) <= MOST_PANELS else None


def legend_title(columns):
    return names.words(columns[0]) if len(columns) == 1 else None


def set_title(figure, table, x, y, options):
    style.set_title(figure, options.title or table.title or
                    f"{table.words(y)} by {table.words(x)}".capitalize())


# --- drawing ------------------------------------------------------------------------------------


def looks(table, columns):
    """How each series is drawn: of two columns, one gives the colour and the other the dashes."""
    groups = list(table.split(columns))
    if len(columns) != 2:
        return {values: style.line_style(i) for i, values in enumerate(groups)}
    hues, kinds = (table.values(column) for column in columns)
    return {(hue, kind): style.line_style(kinds.index(kind), hues.index(hue))
            for hue, kind in groups}


def draw_series(panel, look, points):
    """A curve with its confidence band."""
    good = [point for point in points if point.mean is not None]
    panel.plot([point.x for point in good], [point.mean for point in good], **look)
    banded = [point for point in good if point.half is not None]
    if not banded:
        return
    x = [point.x for point in banded]
    low = [point.mean - point.half for point in banded]
    high = [point.mean + point.half for point in banded]
    panel.fill_between(x, low, high, color=look["color"], alpha=0.25, linewidth=0)
    panel.errorbar(x, [point.mean for point in banded], [point.half for point in banded],
                   fmt="none", ecolor=look["color"], elinewidth=0.8, capsize=2)


def scale_y(panel, figures, option):
    """Logarithmic if asked for, or if figures differ much."""
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
    it is saturated; crosses at the same load stand below each other. Whether there are any."""
    low, high = panel.get_ylim()
    transform = panel.get_yaxis().get_transform()
    bottom, top = transform.transform([low, high])
    level = {}
    for values, points in series.items():
        first = saturated_from(points)
        if not first:
            continue
        x = first[0]
        good = [point for point in unsaturated(points) if point.x < x]
        share = 1 - 0.045 * level.get(x, 0)
        level[x] = level.get(x, 0) + 1
        y = float(transform.inverted().transform(numpy.array([bottom + share * (top - bottom)]))[0])
        colour = look[values]["color"]
        if good:
            panel.plot([good[-1].x, x], [good[-1].mean, y], color=colour, clip_on=False,
                       **GUIDE_STYLE)
        panel.plot([x], [y], color=colour, linestyle="none", clip_on=False, zorder=5, **CROSS_STYLE)
    panel.set_ylim(low, high)
    return bool(level)


def saturated_from(points):
    """[the least load at which a series is saturated], or nothing."""
    return [point.x for point in points if point.saturated][:1]


def unsaturated(points):
    return [point for point in points if point.mean is not None and not point.saturated]


def add_legend(panel, columns, look, crosses):
    line = style.matplotlib.lines.Line2D
    handles = [line([], [], label=style.wrap_label(series_label(columns, values)), **drawn)
               for values, drawn in look.items() if columns]
    if crosses:
        handles.append(line([], [], label="saturated from here on", color="#444444",
                            **(GUIDE_STYLE | CROSS_STYLE)))
    if handles:
        style.legend_beside(panel, legend_title(columns), handles=handles)


def log_x(panel, xs):
    """Ticks at the figures themselves, if there are few."""
    if xs and min(xs) <= 0:
        raise Fault("--x-scale log: there are figures of 0 or below")
    panel.set_xscale("log", base=2)
    if len(xs) <= 10:
        panel.set_xticks(sorted(xs), [f"{x:g}" for x in sorted(xs)])
        panel.xaxis.set_minor_locator(style.matplotlib.ticker.NullLocator())
    else:
        style.plain_ticks(panel.xaxis)


def new_panels(num):
    if num == 1:
        return style.new_figure()
    across = min(num, PANELS_IN_A_ROW if num != 4 else 2)
    down = -(-num // across)
    return style.new_figure(across, down, width=PANEL_INCHES[0] * across + 2,
                            height=PANEL_INCHES[1] * down + 0.6, sharex=True, sharey=True)


def draw_curves(table, x, y, options, saturation):
    table.check_figure(y)
    if not table.is_numeric(x):
        raise Fault(f"{table.where}: {x} is no number: give --x COLUMN, or draw bars")
    columns = choose_series(table, x, options.series)
    by = choose_panels(table, columns, options.panels)
    columns = [column for column in columns if column != by]
    look = looks(table, columns)
    parts = table.parts(by)
    series = [all_series(part, x, y, columns) for _, part in parts]
    figure, panels = new_panels(len(parts))
    shown = []  # points of all panels
    crossed = {x for of_panel in series for points in of_panel.values()
               for x in saturated_from(points)} if saturation else set()
    for panel, of_panel in zip(panels, series):
        for values, points in of_panel.items():
            points = unsaturated(points) if saturation else points
            draw_series(panel, look[values], points)
            shown += [point for point in points if point.mean is not None]
    for panel, (text, _) in zip(panels, parts):
        style.plain_numbers(panel.yaxis)
        scale_y(panel, [point.mean for point in shown], options.scale)
        xs = {point.x for point in shown} | crossed
        if options.x_scale == "log":
            log_x(panel, xs)
        elif len(xs) <= FEW_TICKS:
            panel.set_xticks(sorted(xs))
        if by:
            panel.set_title(series_label([by], [text], named=True), fontsize="medium", pad=10)
    crosses = [saturation and mark_saturation(panel, of_panel, look)
               for panel, of_panel in zip(panels, series)]
    style.label_outer(figure, panels, table.label(x), table.label(y))
    add_legend(style.last_of_first_row(panels), columns, look, any(crosses))
    set_title(figure, table, x, y, options)
    return figure


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


def nodes_column(table):
    """How many nodes there are, or were to be."""
    for column in [NODES, *table.axes]:
        if column in table.columns and column.endswith("nodes"):
            return column
    raise Fault(f"{table.where}: no column {NODES}, and no number of nodes was varied: give --x "
                "COLUMN")


def latency_nodes(options):
    table = read(options)
    x = table.find(options.x) if options.x else nodes_column(table)
    columns = choose_series(table, x, options.series)
    if not options.series and len(table.split(columns)) == len(table.split([x, *columns])):
        columns = [table.find(KIND)]  # each size is a topology of its own
    figures = [table.find(options.y or LATENCY), table.find("topology.diameter_hops"),
               table.find("topology.average_hops")]
    look = looks(table, columns)
    figure, panels = style.new_figure(len(figures), width=11.4, height=4.2)
    for panel, y in zip(panels, figures):
        table.check_figure(y)
        series = {values: unsaturated(points)
                  for values, points in all_series(table, x, y, columns).items()}
        for values, points in series.items():
            draw_series(panel, look[values], points)
        panel.set_yscale("log")
        style.plain_ticks(panel.yaxis)
        log_x(panel, {point.x for points in series.values() for point in points})
        panel.tick_params(axis="x", labelrotation=45)
        panel.set_xlabel(table.label(x))
        panel.set_ylabel(table.label(y))
    add_legend(panels[-1], columns, look, crosses=False)
    style.set_title(figure, options.title or table.title or
                    "Latency, diameter and average distance by number of nodes")
    return figure


def label_bars(panel, drawn, num):
    """Figures over bars, upright where there is no room for them beside each other."""
    texts = [style.plain_number(point.mean, 4) for _, point in drawn]
    upright = max(map(len, texts), default=0) * num > MOST_LETTERS
    for (place, point), text in zip(drawn, texts):
        panel.annotate(text, (place, point.mean + (point.half or 0)), (0, 3),
                       textcoords="offset points", ha="center", va="bottom", fontsize="small",
                       rotation=90 if upright else 0)


def draw_bars(panel, points, shift, width, **look):
    """The bars of a series, of a point at each place or None."""
    there = [(place + shift, point) for place, point in enumerate(points)
             if point and point.mean is not None]
    panel.bar([place for place, _ in there], [point.mean for _, point in there], width, **look)
    banded = [(place, point) for place, point in there if point.half is not None]
    panel.errorbar([place for place, _ in banded], [point.mean for _, point in banded],
                   [point.half for _, point in banded], fmt="none", ecolor="#222222", elinewidth=1,
                   capsize=3)
    return there


def bars(options):
    need_y(options)
    table = read(options)
    x = table.find(options.x) if options.x else first_axis(table, numeric=False)
    y = table.find(options.y)
    table.check_figure(y)
    columns = choose_series(table, x, options.series)
    series = all_series(table, x, y, columns)
    kinds = table.kinds(x)
    num = len(kinds) * len(series)
    width = 0.8 / len(series)
    figure, (panel,) = style.new_figure(width=min(13, max(style.WIDTH_INCHES, 2 + 0.22 * num)))
    handles = []
    for i, (values, points) in enumerate(series.items()):
        of_kind = {point.x: point for point in points}
        drawn = draw_bars(panel, [of_kind.get(kind) for kind, _ in kinds],
                          (i - (len(series) - 1) / 2) * width, width, **style.fill_style(i))
        label = style.wrap_label(series_label(columns, values))
        handles.append(style.matplotlib.patches.Patch(label=label, **style.fill_style(i)))
        if num <= MOST_LABELLED:
            label_bars(panel, drawn, num)
    texts = [names.value(text) for _, text in kinds]
    letters = LETTERS_AN_INCH * (figure.get_figwidth() - BESIDE_BARS_INCHES) / len(kinds)
    slanted = any(len(a) + len(b) > 2 * letters for a, b in itertools.pairwise([*texts, ""]))
    panel.set_xticks(range(len(kinds)), texts, rotation=30 if slanted else 0,
                     ha="right" if slanted else "center")
    panel.grid(visible=False, axis="x")
    panel.margins(y=0.18)
    style.plain_numbers(panel.yaxis)
    if options.scale == "log":
        scale_y(panel, [p.mean for points in series.values() for p in points
                        if p.mean is not None], "log")
    panel.set_xlabel(table.label(x))
    panel.set_ylabel(table.label(y))
    if columns:
        style.legend_beside(panel, legend_title(columns), handles=handles)
    set_title(figure, table, x, y, options)
    return figure
