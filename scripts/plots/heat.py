# SPDX-License-Identifier: Apache-2.0
"""The load of channels and routers on the topology itself, drawn where `ordito run --detail` says
(sim/drawing.h). Each direction of a channel has its own line, on the right as seen by what travels;
busier ones are darker and wider."""
import json
import math
import os

import numpy
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import Normalize

from . import style
from .style import Fault, plt

CHANNELS, ROUTERS = style.SCALE + "_r", "Greys"
MOST_INCHES = (9.0, 7.6)     # of a drawing
LARGER, LARGE_ROUTERS = 1.3, 200  # of one of so many routers
BARS_INCHES = 2.3            # of the scales beside it
MOST_UNIT_INCHES = 0.95      # of the space between neighbours
MOST_PANELS = 3
ARC_POINTS = 13
APART, LEAST_APART_POINTS = 0.07, 0.9  # of both directions, from the middle: units, points
WIDTH, FEW = 0.11, 5         # of the busiest channels: units, if a router has few
IDLE = "#cccccc"
ROUTER, LEAST_ROUTER_POINTS = 0.34, 2.6
NODE = 0.09
STUB = 0.45                  # from a router's middle to the end of a channel that wraps
ARROWS, SHORT = 300, 0.75    # channels, at most, that have arrows; units of those too short
LABEL_INCHES = 0.45          # of a unit, from which on routers have their numbers
MARGIN = 0.6                 # units


class Detail:
    """The parts of a fabric, from the JSON of a run."""

    def __init__(self, path):
        self.stem = os.path.splitext(os.path.basename(path))[0]
        try:
            with open(path, encoding="utf-8") as file:
                self.run = json.load(file)
        except OSError as error:
            raise Fault(f"{path}: {error.strerror}") from error
        except ValueError as error:
            raise Fault(f"{path}: no JSON: {error}") from error
        fabric = self.run.get("fabric") if isinstance(self.run, dict) else None
        if not isinstance(fabric, dict) or "channels" not in fabric:
            raise Fault(f"{path}: no fabric.channels: ordito run --json FILE --detail writes them")
        self.channels, self.routers = fabric["channels"], fabric["routers"]
        self.nodes = fabric["nodes"]
        if any(channel["utilisation"] is None for channel in self.channels):
            raise Fault(f"{path}: nothing is known of this run's channels: an ideal fabric, "
                        "rtl-whole, or nothing was measured")
        self.at = {("router", i): (r["x"], r["y"]) for i, r in enumerate(self.routers)}
        self.at |= {("node", i): (n["x"], n["y"]) for i, n in enumerate(self.nodes)}
        self.channels = [c for c in self.channels if self.ends(c)[0] != self.ends(c)[1]]

    def ends(self, channel):
        """Where a channel begins and ends."""
        return [self.at[("router", channel[f"{side}_router"])]
                if channel[f"{side}_router"] is not None else
                self.at[("node", channel[f"{side}_node"])] for side in ("from", "to")]

    def box(self):
        points = list(self.at.values())
        for channel in self.channels:
            (ax, ay), (bx, by) = self.ends(channel)
            bend = channel["bend"] / math.hypot(bx - ax, by - ay)
            points.append(((ax + bx) / 2 + bend * (by - ay), (ay + by) / 2 - bend * (bx - ax)))
        return [(min(axis) - MARGIN, max(axis) + MARGIN) for axis in zip(*points)]

    def name(self):
        """"torus 8x8"."""
        topology = self.run["config"]["fabric"]["topology"]
        dims = topology.get("dims")
        shape = "x".join(map(str, dims)) if dims and len(dims) > 1 else \
            f"of {len(self.nodes)} node{'s' if len(self.nodes) > 1 else ''}"
        failed = ", parts failed" if topology.get("failed") else ""
        return f"{topology['kind']} {shape}{failed}"


def read(path):
    """A run's parts."""
    try:
        detail = Detail(path)
        detail.box(), detail.name()
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise Fault(f"{path}: no JSON of ordito run --detail: {error!r}") from error
    return detail


def lines_of(detail, channel, apart):
    """The polylines of a channel."""
    a, b = map(numpy.array, detail.ends(channel))
    along = (b - a) / numpy.hypot(*(b - a))
    right = numpy.array([along[1], -along[0]])
    if channel["wraps"]:
        out = -STUB * along
        return [[a + apart * right, a + apart * right + out],
                [b + apart * right - out, b + apart * right]]
    if channel["bend"] == 0:
        return [[a + apart * right, b + apart * right]]
    middle = (a + b) / 2 + 2 * channel["bend"] * right
    t = numpy.linspace(0, 1, ARC_POINTS)[:, None]
    arc = (1 - t) ** 2 * a + 2 * t * (1 - t) * middle + t ** 2 * b
    return [list(arc + apart * right)]


def arrow_of(line, size):
    """A small triangle on the way, past the middle."""
    i = len(line) // 2
    a, b = numpy.array(line[i - 1]), numpy.array(line[i])
    along = (b - a) / max(numpy.hypot(*(b - a)), 1e-9)
    tip = a + 0.62 * (b - a) + size * along
    right = numpy.array([along[1], -along[0]])
    return [tip, tip - 2 * size * along + size * right, tip - 2 * size * along - size * right]


def draw_channels(panel, detail, unit, norm):
    points = unit * 72
    apart = max(APART, LEAST_APART_POINTS / points)
    between = [c for c in detail.channels if c["from_node"] is None and c["to_node"] is None]
    degree = max(1, len(between) / len(detail.routers))
    widest = max(WIDTH * min(1, FEW / degree) ** 2 * points, 1.2 * LEAST_APART_POINTS)
    idle, lines, loads, arrows, arrow_loads = [], [], [], [], []
    for channel in sorted(detail.channels, key=lambda channel: channel["utilisation"]):
        pieces = lines_of(detail, channel, apart)
        load = channel["utilisation"]
        if load == 0:
            idle += pieces
            continue
        lines += pieces
        loads += [load] * len(pieces)
        long = math.dist(*detail.ends(channel)) > SHORT and not channel["wraps"]
        if len(detail.channels) <= ARROWS and long:
            arrows.append(arrow_of(pieces[0], 0.05 + 0.05 * norm(load)))
            arrow_loads.append(load)
    shares = norm(numpy.array(loads))
    panel.add_collection(LineCollection(idle, colors=IDLE, linewidths=0.3 * widest, zorder=1))
    panel.add_collection(LineCollection(lines, array=loads, cmap=CHANNELS, norm=norm,
                                        linewidths=widest * (0.3 + 0.7 * shares),
                                        capstyle="butt", zorder=1))
    panel.add_collection(PolyCollection(arrows, array=arrow_loads, cmap=CHANNELS, norm=norm,
                                        zorder=1))


def square(x, y, half):
    return [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]


def draw_routers(panel, detail, unit, norm):
    half = max(ROUTER, LEAST_ROUTER_POINTS / (unit * 72)) / 2
    alive = [router for router in detail.routers if not router["failed"]]
    gone = [router for router in detail.routers if router["failed"]]
    outline = min(0.8, unit * 2)
    panel.add_collection(PolyCollection([square(r["x"], r["y"], half) for r in alive],
                                        array=[r["flits_per_cycle"] for r in alive], cmap=ROUTERS,
                                        norm=norm, edgecolors="#333333", linewidths=outline,
                                        zorder=3))
    panel.add_collection(PolyCollection([square(r["x"], r["y"], half) for r in gone],
                                        facecolors="none", edgecolors="#D55E00", linewidths=1,
                                        linestyles="dashed", zorder=3))
    if unit < LABEL_INCHES:
        return
    for i, router in enumerate(detail.routers):
        dark = not router["failed"] and norm(router["flits_per_cycle"]) > 0.5
        panel.text(router["x"], router["y"], str(i), ha="center", va="center_baseline",
                   fontsize=min(8, unit * 10), color="white" if dark else "#111111", zorder=4)


def draw_nodes(panel, detail, unit):
    """Nodes that are beside their routers."""
    beside = [(n["x"], n["y"]) for n in detail.nodes
              if (n["x"], n["y"]) != detail.at[("router", n["router"])]]
    radius = max(NODE, 0.8 / (unit * 72))
    circle = [(math.cos(i * math.pi / 6) * radius, math.sin(i * math.pi / 6) * radius)
              for i in range(12)]
    panel.add_collection(PolyCollection([[(x + dx, y + dy) for dx, dy in circle]
                                         for x, y in beside], facecolors="white",
                                        edgecolors="#333333", linewidths=min(0.8, unit * 2),
                                        zorder=3))


def draw_panel(panel, detail, unit, norms):
    draw_channels(panel, detail, unit, norms[0])
    draw_routers(panel, detail, unit, norms[1])
    draw_nodes(panel, detail, unit)
    (left, right), (low, high) = detail.box()
    panel.set_xlim(left, right)
    panel.set_ylim(low, high)
    panel.set_aspect("equal")
    panel.axis("off")


def summary(detail):
    hops = detail.run["fabric"].get("channel_utilisation", {})
    load = detail.run["fabric"].get("offered_flits_per_node_cycle")
    text = detail.name()
    if load is not None:
        text += f", offered load {load:.3g} flits/node/cycle"
    if hops.get("mean") is not None:
        text += f"\nutilisation {hops['mean']:.3g} on average, {hops['max']:.3g} at most"
    return text


def heat(options):
    details = [read(path) for path in options.inputs]
    if len(details) > MOST_PANELS:
        raise Fault(f"{len(details)} runs: at most {MOST_PANELS} are drawn beside each other")
    boxes = [detail.box() for detail in details]
    width = sum(right - left for (left, right), _ in boxes)
    height = max(high - low for _, (low, high) in boxes)
    larger = LARGER if any(len(d.routers) >= LARGE_ROUTERS for d in details) else 1
    inches = (MOST_INCHES[0] * (larger + 0.4 * (len(details) - 1)), MOST_INCHES[1] * larger)
    unit = min(inches[0] / width, inches[1] / height, MOST_UNIT_INCHES)
    busiest = max((c["utilisation"] for d in details for c in d.channels), default=0)
    most = max(r["flits_per_cycle"] for d in details for r in d.routers)
    norms = Normalize(0, busiest or 1), Normalize(0, most or 1)
    figure, panels = style.new_figure(
        len(details), width=max(width * unit + BARS_INCHES, 6.4),
        height=max(height * unit + 0.7, 3.6),
        gridspec_kw={"width_ratios": [right - left for (left, right), _ in boxes]})
    for panel, detail in zip(panels, details):
        draw_panel(panel, detail, unit, norms)
        if len(details) > 1:
            panel.set_title(f"{detail.stem}: {summary(detail)}", fontsize="small")
    for norm, scale, label in ((norms[1], ROUTERS, "flits that leave a router (flits/cycle)"),
                               (norms[0], CHANNELS, "channel utilisation (share of cycles)")):
        figure.colorbar(plt.cm.ScalarMappable(norm, scale), ax=panels, label=label, shrink=0.8,
                        aspect=30, pad=0.02)
    style.set_title(figure, options.title or ("Load of channels and routers" if len(details) > 1
                                              else summary(details[0])))
    return figure
