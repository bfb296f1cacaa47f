"""What do the percentiles of service times look like, out to the rare long ones?"""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from reports.axes import log_steps
from reports.figures import LOOK, MUTED, TEXT, End, label_ends
from reports.formats import duration
from reports.palette import Style

LEVELS = ((2, "50"), (10, "90"), (100, "99"), (1_000, "99.9"), (10_000, "99.99"),
          (100_000, "99.999"), (1_000_000, "99.9999"))


@dataclass(frozen=True)
class Curve:
    """One subject's service times in ns over 1 / (1 - percentile)."""

    subject: str
    style: Style
    points: tuple[tuple[float, float], ...]


def percentiles(curves: Sequence[Curve]) -> Figure:
    """Draws one line a subject; both axes are logarithmic."""
    with matplotlib.rc_context(LOOK):
        figure = Figure(figsize=(5.4, 3.5))
        longest = max(len(curve.subject) for curve in curves)
        right = min(0.9, max(0.6, 0.945 - 0.0142 * longest))
        axes = figure.add_axes((0.135, 0.126, right - 0.135, 0.788))
        figure.patch.set_visible(False)
        axes.patch.set_visible(False)
        _level_axis(axes, curves)
        _length_axis(axes, [ns for curve in curves for _, ns in curve.points])
        for number, curve in enumerate(curves):
            _draw(axes, number, curve)
        label_ends(axes, [End(c.subject, c.style, *c.points[-1]) for c in curves])
        axes.set_title("service time", loc="left", fontsize=TEXT, color=MUTED, pad=9)
        return figure


def _level_axis(axes: Axes, curves: Sequence[Curve]) -> None:
    last = max(x for curve in curves for x, _ in curve.points)
    shown = [(x, text) for x, text in LEVELS if x <= last * 1.01]
    axes.set_xscale("log")
    axes.set_xlim(1, last * 1.15)
    axes.xaxis.set_major_locator(FixedLocator([x for x, _ in shown]))
    axes.set_xticklabels([text for _, text in shown])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.grid(True)
    axes.set_xlabel("percentile (% that took no longer)", color=MUTED)


def _length_axis(axes: Axes, lengths: Sequence[float]) -> None:
    axes.set_yscale("log")
    axes.set_ylim(min(lengths) / 1.35, max(lengths) * 1.35)
    axes.yaxis.set_major_locator(LogLocator(10, subs=log_steps(lengths), numticks=14))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: duration(value)))
    axes.yaxis.grid(True)


def _draw(axes: Axes, number: int, curve: Curve) -> None:
    style = curve.style
    (line,) = axes.plot(
        [x for x, _ in curve.points], [ns for _, ns in curve.points], color=style.colour,
        linestyle=style.dash, linewidth=style.width, marker=style.marker, markersize=4.6,
        markevery=(number % 8, 8), markeredgewidth=1.2 if style.marker in "|+x" else 0, zorder=3)
    line.set_gid(f"series.{number}.line")
