# SPDX-License-Identifier: Apache-2.0
"""What all pictures share: colours that the colour-blind tell apart (Okabe and Ito, "Color universal
design", 2008; viridis for scales), markers and dashes beside them, and files that hold the same
bytes whenever they are drawn."""
import os
import sys
import textwrap

try:
    import matplotlib
    matplotlib.use("agg")
    import matplotlib.pyplot as plt
    import matplotlib.ticker
    import matplotlib.lines
    import matplotlib.patches
except ImportError as missing:
    sys.exit(f"{missing.name} is missing; on Debian: apt-get install python3-matplotlib")

COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X", "*"]
DASHES = ["-", "--", "-.", ":"]
HATCHES = ["", "///", "...", "xxx", "\\\\\\"]
SCALE = "viridis"
WIDTH_INCHES, HEIGHT_INCHES = 7.2, 4.6
TITLE_LETTERS = 78  # of a line over a figure of that width
LABEL_LETTERS = 40  # of a line in a legend
MANY_TICKS = 1e5  # least ratio of a logarithmic scale's ends with ticks at powers of ten alone

# What makes files differ that show the same.
METADATA = {".png": {"Software": None}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}

matplotlib.rcParams.update({
    "svg.hashsalt": "ordito",
    "svg.fonttype": "none",  # text stays text
    "text.parse_math": False,  # $ is $
    "font.size": 10,
    "axes.titlesize": "medium",
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "legend.fontsize": "small",
    "hatch.linewidth": 0.6,
})


class Fault(Exception):
    """What is wrong with what the user gave, in words."""


def line_style(i, hue=None):
    """Colour, marker and dashes of the i-th series, of another's colour if `hue` names it. Later
    ones are thinner, so that those below still show where they agree."""
    colour = i if hue is None else hue
    dashes = i // len(COLOURS) if hue is None else i
    return {"color": COLOURS[colour % len(COLOURS)], "marker": MARKERS[i % len(MARKERS)],
            "linestyle": DASHES[dashes % len(DASHES)],
            "linewidth": max(1.2, 2.4 - 0.2 * i), "markersize": max(5.5, 7.5 - 0.5 * i), "markeredgecolor": "white",
            "markeredgewidth": 0.6}


def fill_style(i):
    """Colour and hatching of the i-th part."""
    return {"facecolor": COLOURS[i % len(COLOURS)], "edgecolor": "white", "linewidth": 0.5,
            "hatch": HATCHES[i // len(COLOURS) % len(HATCHES)]}


def new_figure(columns=1, rows=1, width=WIDTH_INCHES, height=HEIGHT_INCHES, **options):
    """A figure and its panels, row by row."""
    figure, panels = plt.subplots(rows, columns, figsize=(width, height), layout="constrained",
                                  squeeze=False, **options)
    return figure, list(panels.flat)


def last_of_first_row(panels):
    return panels[panels[0].get_subplotspec().get_gridspec().ncols - 1]


def label_outer(figure, panels, x, y):
    """Labels of panels that share their axes, once for all; panels without data go."""
    if len(panels) == 1:
        panels[0].set_xlabel(x)
        panels[0].set_ylabel(y)
        return
    figure.supxlabel(x, fontsize="medium")
    figure.supylabel(y, fontsize="medium")
    for panel in panels:
        panel.set_visible(panel.has_data())


def set_title(figure, text):
    letters = int(TITLE_LETTERS * figure.get_figwidth() / WIDTH_INCHES)
    lines = [wrapped for line in text.split("\n") for wrapped in textwrap.wrap(line, letters)]
    figure.suptitle("\n".join(lines), fontsize="large")


def wrap_label(text):
    """A legend's text in lines."""
    return "\n".join(textwrap.wrap(text, LABEL_LETTERS)) if len(text) > LABEL_LETTERS else text


def legend_beside(panel, title=None, **options):
    """A legend on the right, where no data are."""
    if panel.get_legend_handles_labels()[0] or "handles" in options:
        panel.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0, title=title,
                     title_fontsize="small", alignment="left", **options)


def plain_number(value, digits=6):
    """1,750,000 rather than 1.75e+06."""
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.{digits}g}"


def plain_numbers(axis):
    """No 1.75 with, in a corner, 1e6."""
    axis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda value, _: plain_number(value)))


class PlainTicks(matplotlib.ticker.LogLocator):
    """20, 50, 100 on a logarithmic scale rather than powers of ten, unless there are many."""

    def tick_values(self, vmin, vmax):
        low, high = sorted((vmin, vmax))
        self.set_params(subs=(1, 2, 5) if low > 0 and high / low < MANY_TICKS else (1,))
        return super().tick_values(vmin, vmax)


def plain_ticks(axis):
    """Numbers on a logarithmic scale as they are."""
    axis.set_major_locator(PlainTicks())
    plain_numbers(axis)
    axis.set_minor_formatter(matplotlib.ticker.NullFormatter())


def check_path(path):
    """The suffix of a file that can be drawn."""
    suffix = os.path.splitext(path)[1]
    if suffix not in METADATA:
        raise Fault(f"{path}: ends with none of .png, .svg, .pdf")
    return suffix


def save(figure, path):
    """Writes the file whole or not at all."""
    suffix = check_path(path)
    part = f"{path}.{os.getpid()}.part"
    try:
        figure.savefig(part, format=suffix[1:], dpi=150, metadata=METADATA[suffix])
        os.replace(part, path)
    except OSError as error:
        raise Fault(f"{path}: {error.strerror}") from error
    finally:
        if os.path.exists(part):
            os.remove(part)
    plt.close(figure)
