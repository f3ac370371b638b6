# SPDX-License-Identifier: Apache-2.0
"""What messages of full nodes wait for, stacked, a bar a run: of the file of `ordito run
--messages`, or of the figures nodes.life.* (or of cards alone, nodes.nic.life.*) in results."""
import json
import os

from sweeping.searches import figure

from . import names, style
from .style import Fault
from .table import Table, number, read_csv, series_label

SECTIONS = ("nodes.life", "nodes.nic.life")
SUFFIX = "_cycles"
MOST_PARTS = 12      # the others are one
LEAST_SHARE = 0.01   # of the longest bar, of a part that is told apart
MOST_BARS = 24
BESIDE = {"begin_cycle", "end_cycle"}
OTHER = "all else"
SAID_OTHERWISE = {
    "software_turn": "the thread's turn", "trap": "trap into the kernel", "pin": "pinning of pages",
    "copy_send": "copy, sending", "copy_receive": "copy, receiving",
    "doorbell": "descriptors before it, doorbell", "turn": "room for its completion",
    "send": "handler send", "protocol": "handler protocol", "checksum": "handler checksum",
    "deliver": "handler deliver", "handlers": "handlers, receiving", "grant": "grant of the receiver",
    "out_ram": "on-board RAM, sending", "in_ram": "on-board RAM, receiving",
    "channel_out": "DMA channel, sending", "channel_in": "DMA channel, receiving",
    "startup_out": "DMA start-up, sending", "startup_in": "DMA start-up, receiving",
    "bus_out": "bus, sending", "bus_in": "bus, receiving",
    "data_out": "reading of data", "data_in": "writing of data",
    "order_out": "order, sending", "order_in": "order, receiving", "list": "receive list",
    "look": "load of the completion", "notice": "software to look",
    "match": "which receive", "receive": "a receive", "wake": "waking of the rank",
}


class Bar:
    """A run: its name, messages, and cycles of all of them by part."""

    def __init__(self, label, messages, cycles):
        self.label, self.messages, self.cycles = label, messages, cycles

    def mean(self, part):
        return self.cycles.get(part, 0) / self.messages

    def total(self):
        return sum(self.cycles.values()) / self.messages


def part_of(column):
    """"grant" for "nodes.life.grant_cycles"; None for what is no part."""
    last = column.rsplit(".", maxsplit=1)[-1]
    return last[:-len(SUFFIX)] if last.endswith(SUFFIX) and last not in BESIDE else None


def of_messages(path, header, rows):
    parts = [column for column in header if part_of(column)]
    cycles = {part_of(column): sum(number(row, column) or 0 for row in rows) for column in parts}
    return [Bar(stem(path), len(rows), cycles)]


def stem(path):
    return os.path.splitext(os.path.basename(path))[0]


def of_json(path):
    """A run's JSON, or a line a run of several."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except OSError as error:
        raise Fault(f"{path}: {error.strerror}") from error
    try:
        runs = [json.loads(text)]
    except ValueError:
        try:
            runs = [json.loads(line) for line in text.splitlines() if line]
        except ValueError as error:
            raise Fault(f"{path}: no JSON: {error}") from error
    bars = []
    for i, run in enumerate(runs):
        life = figure(run, "nodes.life") or figure(run, "nodes.nic.life")
        if not figure(life, "messages"):
            raise Fault(f"{path}: no nodes.life: set nodes.life=true, of full nodes")
        cycles = {part_of(key): value or 0 for key, value in life.items() if part_of(key)}
        bars.append(Bar(f"{stem(path)} {i + 1}" if len(runs) > 1 else stem(path),
                        life["messages"], cycles))
    return bars


def of_results(path, options):
    table = Table([path])
    table.keep(options.where)
    columns = []
    for section in SECTIONS:
        count = f"{section}.messages"
        if not columns and count in table.columns and any(row[count] for row in table.rows):
            columns = [column for column in table.columns
                       if column.startswith(section + ".") and part_of(column)]
            messages = count
    if not columns:
        raise Fault(f"{path}: no nodes.life: set nodes.life=true, of full nodes")
    axes = table.varying()
    bars = []
    for values, rows in table.split(axes).items():
        num = sum(number(row, messages) or 0 for row in rows)
        if num:
            cycles = {part_of(column): sum(number(row, column) or 0 for row in rows)
                      for column in columns}
            bars.append(Bar(series_label(axes, values) if axes else stem(path), num, cycles))
    return bars, names.words(axes[0]) if len(axes) == 1 else None, table.title


def read(options):
    bars, axis, title = [], None, None
    for path in options.inputs:
        if path.endswith(".json"):
            bars += of_json(path)
            continue
        header, rows = (None, None) if os.path.isdir(path) else read_csv(path)
        if header and "begin_cycle" in header:
            bars += of_messages(path, header, rows)
            continue
        more, axis, title = of_results(path, options)
        bars += more
    if len(bars) > MOST_BARS:
        raise Fault(f"{len(bars)} runs: at most {MOST_BARS} are drawn: give --where COLUMN=VALUE")
    return bars, axis if len(options.inputs) == 1 else None, title


def parts_to_draw(bars):
    """Parts in the order in which they follow each other, the small ones left to one at the end."""
    longest = max(bar.total() for bar in bars) or 1
    parts = list(dict.fromkeys(part for bar in bars for part in bar.cycles))
    size = {part: max(bar.mean(part) for bar in bars) for part in parts}
    large = sorted(parts, key=lambda part: -size[part])[:MOST_PARTS]
    return [part for part in parts if part in large and size[part] >= LEAST_SHARE * longest]


def lives(options):
    bars, axis, title = read(options)
    parts = parts_to_draw(bars)
    figure, (panel,) = style.new_figure(width=9, height=1.8 + max(1.6, 0.42 * len(bars)))
    ends = [0] * len(bars)
    places = range(len(bars))
    for i, part in enumerate([*parts, OTHER]):
        widths = [bar.mean(part) if part != OTHER else
                  bar.total() - sum(bar.mean(part) for part in parts) for bar in bars]
        if part == OTHER and max(widths) < 0.5:
            continue
        look = style.fill_style(i) if part != OTHER else \
            {"facecolor": "#bbbbbb", "edgecolor": "white", "linewidth": 0.5}
        panel.barh(places, widths, 0.72, left=ends,
                   label=SAID_OTHERWISE.get(part, part.replace("_", " ")), **look)
        ends = [end + width for end, width in zip(ends, widths)]
    for place, end in zip(places, ends):
        panel.annotate(f"{end:,.0f}", (end, place), (4, 0), textcoords="offset points",
                       va="center", fontsize="small")
    panel.set_yticks(list(places), [bar.label for bar in bars])
    panel.invert_yaxis()
    panel.set_xlim(0, 1.12 * max(ends) or 1)
    panel.grid(visible=False, axis="y")
    panel.set_xlabel("mean time of a message (cycles)")
    style.plain_numbers(panel.xaxis)
    if axis:
        panel.set_ylabel(axis)
    style.legend_beside(panel, "waits for")
    style.set_title(figure, options.title or title or "What messages wait for")
    return figure
