"""What does throughput look like, over threads and from subject to subject?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

from reports.axes import LABEL_GAP, label_places, limits, log_steps, spans_decades, x_of
from reports.formats import si, tick
from reports.naming import shortened
from reports.palette import SURFACES, Style

INK, MUTED, FAINT, SHADE = (SURFACES[name][0] for name in ("ink", "muted", "faint", "shade"))
TEXT = 10.0
LOOK = {
    "font.size": TEXT, "font.family": "sans-serif",
    "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": MUTED,
    "xtick.color": MUTED, "ytick.color": MUTED, "xtick.labelcolor": INK, "ytick.labelcolor": INK,
    "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.8,
    "grid.color": FAINT, "grid.linewidth": 0.7, "axes.axisbelow": True,
    "figure.facecolor": "none", "axes.facecolor": "none", "savefig.facecolor": "none",
    "lines.solid_capstyle": "round", "path.simplify": False,
}


@dataclass(frozen=True)
class Point:
    """A subject's throughput at a number of threads; low = high where there is no interval."""

    threads: int
    median: float
    low: float
    high: float
    replicates: tuple[float, ...] = ()


@dataclass(frozen=True)
class Series:
    """One subject's throughput over threads."""

    subject: str
    style: Style
    points: tuple[Point, ...]


@dataclass(frozen=True)
class End:
    """Where a subject's line ends, in the axes' own values."""

    subject: str
    style: Style
    x: float
    y: float


def throughput(series: Sequence[Series], cores: int | None) -> Figure:
    """Draws operations per second over threads, with intervals and the machine's cores."""
    with matplotlib.rc_context(LOOK):
        figure, axes = _canvas(5.4, 3.5, right=_label_room(series))
        threads = sorted({point.threads for one in series for point in one.points})
        _value_axis(axes.yaxis, series)
        axes.set_ylim(*limits(_all_points(series)))
        _thread_axis(axes, threads, cores)
        for number, one in enumerate(series):
            _draw_line(axes, number, one, _dodge(number, len(series)))
        _label_lines(axes, series)
        axes.set_title("operations per second", loc="left", fontsize=TEXT, color=MUTED, pad=9)
        return figure


def ranking(series: Sequence[Series]) -> Figure:
    """Draws one row per subject, fastest first: every process, the median and its interval."""
    with matplotlib.rc_context(LOOK):
        ranked = sorted(series, key=lambda one: -one.points[0].median)
        room = 0.03 + 0.0162 * max(len(shortened(one.subject)) for one in ranked)
        figure, axes = _canvas(5.4, 0.75 + 0.27 * len(ranked), left=max(0.12, room), right=0.87)
        _value_axis(axes.xaxis, series)
        axes.set_xlim(*limits(_all_points(series)))
        axes.set_ylim(len(ranked) - 0.4, -0.6)
        axes.yaxis.set_major_locator(FixedLocator(list(range(len(ranked)))))
        axes.set_yticklabels([shortened(one.subject) for one in ranked], parse_math=False)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        for row, one in enumerate(ranked):
            _draw_row(axes, row, one)
        axes.set_xlabel("operations per second", color=MUTED)
        return figure


def _canvas(width: float, height: float, left: float = 0.105,
            right: float = 0.8) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height))
    bottom, top = 0.44 / height, 1 - (0.30 if height > 3 else 0.08) / height
    axes = figure.add_axes((left, bottom, right - left, top - bottom))
    figure.patch.set_visible(False)
    axes.patch.set_visible(False)
    return figure, axes


def _label_room(series: Sequence[Series]) -> float:
    longest = max((len(shortened(one.subject)) for one in series), default=0)
    return min(0.9, max(0.6, 0.945 - 0.0142 * longest))


def _all_points(series: Sequence[Series]) -> list[float]:
    return [value for one in series for point in one.points for value in (point.low, point.high)]


def _value_axis(axis: Any, series: Sequence[Series]) -> None:
    """Makes a logarithmic axis where the values span decades, else one that starts at zero."""
    if spans_decades(_all_points(series)):
        getattr(axis.axes, f"set_{axis.axis_name}scale")("log")
        axis.set_major_locator(LogLocator(10, subs=log_steps(_all_points(series)), numticks=14))
        axis.set_minor_locator(NullLocator())
    else:
        axis.set_major_locator(MaxNLocator(5))
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
    axis.grid(True)


def _thread_axis(axes: Axes, threads: list[int], cores: int | None) -> None:
    places = [x_of(count) for count in threads]
    margin = 0.35
    axes.set_xlim(min(places) - margin, max(places) + margin)
    axes.xaxis.set_major_locator(FixedLocator(places))
    axes.set_xticklabels([str(count) for count in threads])
    axes.set_xlabel("threads", color=MUTED)
    if cores is not None:
        _mark_cores(axes, threads, cores)


def _mark_cores(axes: Axes, threads: list[int], cores: int) -> None:
    """Shades where threads have to share cores, or draws a line where the cores end."""
    beyond = [count for count in threads if count > cores]
    low, high = axes.get_xlim()
    if not beyond:
        if x_of(cores) <= high:
            axes.axvline(x_of(cores), color=MUTED, linewidth=0.9, linestyle=(0, (2, 2)))
        return
    edge = (x_of(max(cores, 1)) + x_of(beyond[0])) / 2
    edge = max(edge, low)
    axes.axvspan(edge, high, facecolor=SHADE, edgecolor="none", zorder=0)
    axes.axvline(edge, color=MUTED, linewidth=0.9, linestyle=(0, (2, 2)), zorder=1)
    said = f"more threads than cores ({cores})"
    axes.annotate(said, (edge, 1), xycoords=("data", "axes fraction"), xytext=(4, 3),
                  textcoords="offset points", fontsize=TEXT - 1.5, color=MUTED, va="bottom")


def _dodge(number: int, count: int) -> float:
    """Returns a small shift to the side, so that intervals of equal values stay apart."""
    return 0.0 if count < 2 else 0.26 * (number / (count - 1) - 0.5)


def _draw_line(axes: Axes, number: int, one: Series, shift: float) -> None:
    style, points = one.style, sorted(one.points, key=lambda point: point.threads)
    places = [x_of(point.threads) + shift for point in points]
    bars = axes.vlines(places, [p.low for p in points], [p.high for p in points],
                       color=style.colour, linewidth=3.4, alpha=0.38, zorder=2)
    bars.set_gid(f"series.{number}.bars")
    (line,) = axes.plot(places, [p.median for p in points], color=style.colour, marker=style.marker,
                        linestyle=style.dash, linewidth=style.width, markersize=5.2,
                        markeredgewidth=1.2 if style.marker in "|+x" else 0, zorder=3)
    line.set_gid(f"series.{number}.line")


def _label_lines(axes: Axes, series: Sequence[Series]) -> None:
    """Writes every subject's name beside its last point, moved apart where they would overlap."""
    last = [max(one.points, key=lambda point: point.threads) for one in series]
    label_ends(axes, [
        End(one.subject, one.style, x_of(end.threads) + _dodge(number, len(series)), end.median)
        for number, (one, end) in enumerate(zip(series, last))])


def label_ends(axes: Axes, ends: Sequence[End]) -> None:
    """Writes every subject's name right of the axes, as near to its line's end as it can be."""
    heights = [float(axes.transData.transform((end.x, end.y))[1]) for end in ends]
    box = axes.get_window_extent()
    gap = (TEXT + LABEL_GAP) * axes.figure.dpi / 72
    places = label_places(heights, gap, box.y0, box.y1)
    for number, (end, place) in enumerate(zip(ends, places)):
        at = (place - box.y0) / box.height
        weight = "bold" if end.style.width > 2 else "normal"
        text = axes.annotate(
            shortened(end.subject), xy=(end.x, end.y), xycoords="data",
            xytext=(1.035, at), textcoords="axes fraction", color=end.style.colour, va="center",
            fontsize=TEXT, fontweight=weight, annotation_clip=False, parse_math=False,
            arrowprops={"arrowstyle": "-", "color": end.style.colour, "linewidth": 0.6,
                        "alpha": 0.55, "shrinkA": 1, "shrinkB": 4, "relpos": (0, 0.5)},
        )
        text.set_gid(f"series.{number}.label")
        text.arrow_patch.set_gid(f"series.{number}.leader")


def _draw_row(axes: Axes, row: int, one: Series) -> None:
    style, point = one.style, one.points[0]
    parts = [
        axes.plot(point.replicates, [row] * len(point.replicates), linestyle="none", marker="o",
                  markersize=4.5, markeredgewidth=0, color=style.colour, alpha=0.35)[0],
        axes.hlines(row, point.low, point.high, color=style.colour, linewidth=1.4),
        axes.plot([point.low, point.high], [row, row], linestyle="none", marker="|", markersize=7,
                  color=style.colour, markeredgewidth=1.4)[0],
        axes.plot([point.median], [row], marker=style.marker, markersize=5, color=style.colour,
                  markeredgewidth=1.6 if style.marker in "|+x" else 0)[0],
        axes.annotate(si(point.median, 3), (1.015, row), xycoords=("axes fraction", "data"),
                      va="center", fontsize=TEXT, color=INK),
    ]
    for index, part in enumerate(parts):
        part.set_gid(f"series.{row}.{index}")
