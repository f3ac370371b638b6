# SPDX-License-Identifier: Apache-2.0
"""A communication matrix: bytes from each rank (line) to each (column), on a logarithmic scale of
colours; pairs that send nothing are left white. Of what `ordito trace info --matrix` writes."""
import sys

import numpy
from matplotlib.colors import LogNorm
from matplotlib.ticker import FuncFormatter, MaxNLocator

from . import style
from .style import Fault

MOST_CELLS = 512  # so that each is a pixel at least
MOST_TICKS = 8


def bytes_text(value, _position=None):
    """1536 as '1.5 KiB'."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if value < 1024:
            break
        value /= 1024
    return f"{value:.3g} {unit}"


def read(path):
    try:
        cells = numpy.loadtxt(sys.stdin if path == "-" else path, delimiter=",", ndmin=2)
    except OSError as error:
        raise Fault(f"{path}: {error.strerror or error}") from error
    except ValueError as error:
        raise Fault(f"{path}: no matrix: {error}") from error
    if not (numpy.isfinite(cells) & (cells >= 0)).all():
        raise Fault(f"{path}: no matrix: bytes are numbers of 0 or more")
    if cells.shape[0] != cells.shape[1] or not cells.size:
        raise Fault(f"{path}: {cells.shape[0]} lines of {cells.shape[1]} numbers are no matrix")
    return cells


def several_to_a_cell(cells):
    """The sums of so many lines and columns that there are no more than MOST_CELLS."""
    starts = numpy.arange(0, len(cells), -(-len(cells) // MOST_CELLS))
    return numpy.add.reduceat(numpy.add.reduceat(cells, starts, axis=0), starts, axis=1)


def draw_cells(figure, panel, cells, ranks):
    sent = numpy.ma.masked_equal(cells, 0)
    if not sent.count():
        panel.set_xlim(-0.5, ranks - 0.5)
        panel.set_ylim(ranks - 0.5, -0.5)
        panel.set_aspect("equal")
        return
    low, high = sent.min(), sent.max()
    norm = LogNorm(low, high if high > low else low * 2)
    image = panel.imshow(sent, norm=norm, cmap=style.SCALE + "_r", interpolation="nearest",
                         extent=(-0.5, ranks - 0.5, ranks - 0.5, -0.5))
    first, last = int(numpy.ceil(numpy.log2(low))), int(numpy.floor(numpy.log2(norm.vmax)))
    step = max(0, last - first) // MOST_TICKS + 1
    ticks = [2.0 ** i for i in range(first, last + 1, step)] or [low, high]
    several = -(-ranks // len(cells))
    label = f"bytes, {several} x {several} ranks each" if several > 1 else "bytes"
    bar = figure.colorbar(image, ax=panel, label=label, ticks=ticks)
    bar.ax.yaxis.set_major_formatter(FuncFormatter(bytes_text))
    bar.minorticks_off()


def matrix(options):
    if len(options.inputs) > 1:
        raise Fault(f"{len(options.inputs)} matrices: one is drawn")
    given = read(options.inputs[0])
    if options.ranks is not None and options.ranks < len(given):
        raise Fault(f"--ranks {options.ranks}: there are {len(given)} lines")
    cells, ranks = several_to_a_cell(given), options.ranks or len(given)
    figure, (panel,) = style.new_figure(width=6.4, height=5.4)
    panel.grid(visible=False)
    draw_cells(figure, panel, cells, ranks)
    panel.set_xlabel("to rank")
    panel.set_ylabel("from rank")
    for axis in (panel.xaxis, panel.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=9, steps=[1, 2, 4, 8, 10], integer=True,
                                           min_n_ticks=1))
    text = f"{ranks} rank{'s' if ranks > 1 else ''}, {bytes_text(float(cells.sum()))}"
    style.set_title(figure, f"{options.title}: {text}" if options.title else text)
    return figure
