# SPDX-License-Identifier: Apache-2.0
"""Distributions of latencies, of the files of `ordito run --packets` and `--messages`: how many
packets take how long, and, on logarithmic scales, how many take longer than that."""
import os

import numpy

from . import style
from .style import Fault
from .table import known, read_csv

BINS = 50
SHOWN_SHARE = 0.995  # of packets, on the left: the rest is the tail on the right
MOST_FILES = 7


def latencies(path):
    """Latencies in order, and what they are of."""
    header, rows = read_csv(path)
    if "latency_cycles" in header:
        return sorted(known(row, "latency_cycles") for row in rows), "packets"
    if "begin_cycle" in header and "end_cycle" in header:
        return sorted(known(row, "end_cycle") - known(row, "begin_cycle")
                      for row in rows), "messages"
    raise Fault(f"{path}: neither latency_cycles nor begin_cycle: this is no CSV of ordito run "
                "--packets or --messages")


def edges_up_to(greatest):
    """Edges of bins of whole cycles, about BINS up to there."""
    width = max(1, round(greatest / BINS))
    return numpy.arange(-0.5, greatest + width, width)


def quantile(cycles, share):
    return cycles[min(len(cycles) - 1, int(numpy.ceil(share * len(cycles))) - 1)]


def histogram(options):
    if len(options.inputs) > MOST_FILES:
        raise Fault(f"{len(options.inputs)} files: at most {MOST_FILES} are drawn over each other")
    read = [(os.path.splitext(os.path.basename(path))[0], *latencies(path))
            for path in options.inputs]
    kinds = {kind for _, _, kind in read}
    kind = kinds.pop() if len(kinds) == 1 else "packets and messages"
    figure, (bins, tail) = style.new_figure(2, width=10.8, height=4.4)
    edges = edges_up_to(max(quantile(cycles, SHOWN_SHARE) for _, cycles, _ in read))
    for i, (label, cycles, _) in enumerate(read):
        look = style.line_style(i)
        shares, _ = numpy.histogram(cycles, edges)
        bins.stairs(shares / len(cycles), edges, color=look["color"], linewidth=1.6,
                    linestyle=style.DASHES[i % len(style.DASHES)], fill=False)
        bins.stairs(shares / len(cycles), edges, color=look["color"], alpha=0.12, fill=True)
        values, counts = numpy.unique(cycles, return_counts=True)
        longer = 1 - numpy.cumsum(counts) / len(cycles)
        shown = longer > 0.5 / len(cycles)
        text = (f"{label}\n{len(cycles):,} {kind if len(cycles) > 1 else kind[:-1]}\nmedian {quantile(cycles, 0.5):,.0f}, "
                f"99 % {quantile(cycles, 0.99):,.0f} cycles")
        tail.plot(values[shown], longer[shown], color=look["color"], drawstyle="steps-post",
                  linewidth=1.6, linestyle=style.DASHES[i % len(style.DASHES)],
                  marker=look["marker"], markersize=5, markevery=max(1, int(shown.sum() // 8)),
                  markeredgecolor="white", markeredgewidth=0.6, label=text)
    bins.set_xlabel("latency (cycles)")
    bins.set_ylabel(f"{kind} in a bin of {edges[1] - edges[0]:,.0f} "
                    f"cycle{'s' if edges[1] - edges[0] > 1 else ''} (share)")
    bins.set_xlim(left=0)
    bins.set_ylim(bottom=0)
    tail.set_xscale("log")
    tail.set_yscale("log")
    tail.set_xlim(0.8 * max(1, min(cycles[0] for _, cycles, _ in read)),
                  1.25 * max(1, max(cycles[-1] for _, cycles, _ in read)))
    tail.set_ylim(0.5 / max(len(cycles) for _, cycles, _ in read), 1.5)
    tail.set_xlabel("latency (cycles)")
    tail.set_ylabel(f"{kind} that take longer (share)")
    style.plain_numbers(bins.xaxis)
    style.plain_ticks(tail.xaxis)
    style.plain_numbers(tail.yaxis)
    tail.yaxis.set_minor_formatter(style.matplotlib.ticker.NullFormatter())
    style.legend_beside(tail, labelspacing=1)
    style.set_title(figure, options.title or f"Latency of {kind}")
    return figure
