"""What does the run look like from its first process to its last?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from reports.figures import INK, LOOK, MUTED, TEXT
from reports.palette import SUBJECTS

ALL_DRAWN = 1500  # with more processes than this, a block is drawn as its middle half only
STEPS = (0.1, 0.25, 0.5, 0.8, 1.0, 1.25, 2.0, 4.0, 10.0)
WIDTH, HEIGHT = 8.6, 2.7
MOST_LABELS = 16  # along the axis
DOTS, LINE = MUTED, SUBJECTS["blue"][0]


@dataclass(frozen=True)
class Step:
    """One block: every process's speed / its case's median, in the order in which they ran."""

    block: int
    processes: tuple[float, ...]
    relative: float  # the midmean over cases


def run_course(steps: Sequence[Step]) -> Figure:
    """Draws every process in run order, and the middle of each block over it."""
    with matplotlib.rc_context(LOOK):
        figure = Figure(figsize=(WIDTH, HEIGHT))
        axes = figure.add_axes((0.07, 0.185, 0.915, 0.635))
        starts = [sum(len(one.processes) for one in steps[:number]) for number in range(len(steps))]
        _value_axis(axes, [value for one in steps for value in one.processes])
        _block_axis(axes, steps, starts)
        draw = _dots if draws_all(steps) else _middle_half
        for number, (one, start) in enumerate(zip(steps, starts)):
            draw(axes, one, start)
            _block_line(axes, number, one, start, labelled=number % _every(steps) == 0)
        axes.set_title("speed of each process / median of its case", loc="left", fontsize=TEXT,
                       color=MUTED, pad=20)
        return figure


def draws_all(steps: Sequence[Step]) -> bool:
    """Tells whether every process gets a dot of its own."""
    return sum(len(one.processes) for one in steps) <= ALL_DRAWN


def _value_axis(axes: Axes, values: Sequence[float]) -> None:
    """Sets an axis of ratios around 1, wide enough for nine tenths and never narrower than ±10 %."""
    ordered = sorted(abs(math.log(value)) for value in values)
    reach = max(math.log(1.1), 1.15 * ordered[int(0.99 * (len(ordered) - 1))])
    low, high = math.exp(-reach), math.exp(reach)
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    steps = STEPS if reach > math.log(1.4) else (0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.25)
    axes.yaxis.set_major_locator(FixedLocator([one for one in steps if low <= one <= high]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}×"))
    axes.grid(True, axis="y")


def _block_axis(axes: Axes, steps: Sequence[Step], starts: Sequence[int]) -> None:
    end = starts[-1] + len(steps[-1].processes)
    axes.set_xlim(-0.5, end - 0.5)
    every = _every(steps)
    middles = [start + len(one.processes) / 2 - 0.5 for one, start in zip(steps, starts)]
    axes.xaxis.set_major_locator(FixedLocator(middles[::every]))
    axes.set_xticklabels([str(one.block) for one in steps][::every])
    axes.tick_params(axis="x", length=0)
    axes.set_xlabel("block, in run order", color=MUTED)
    for start in starts[1:]:
        axes.axvline(start - 0.5, color=MUTED, linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)


def _dots(axes: Axes, one: Step, start: int) -> None:
    low, high = axes.get_ylim()
    places = [start + number for number in range(len(one.processes))]
    clipped = [min(max(value, low), high) for value in one.processes]
    axes.plot(places, clipped, linestyle="none", marker="o", markersize=2.6, markeredgewidth=0,
              color=DOTS, alpha=0.4, zorder=2, clip_on=False)


def _middle_half(axes: Axes, one: Step, start: int) -> None:
    ordered = sorted(one.processes)
    low, high = ordered[len(ordered) // 4], ordered[(3 * len(ordered)) // 4]
    axes.fill_between([start, start + len(ordered) - 1], [low, low], [high, high], color=DOTS,
                      alpha=0.3, linewidth=0, zorder=2)


def _every(steps: Sequence[Step]) -> int:
    """Returns which blocks are labelled: every one, every second, ..."""
    return max(1, math.ceil(len(steps) / MOST_LABELS))


def _block_line(axes: Axes, number: int, one: Step, start: int, labelled: bool) -> None:
    end = start + len(one.processes) - 1
    (line,) = axes.plot([start, max(end, start + 0.5)], [one.relative] * 2, color=LINE,
                        linewidth=2.6, zorder=3)
    line.set_gid(f"series.{number}.line")
    if not labelled:
        return
    text = axes.annotate(f"{one.relative:.2f}×", ((start + end) / 2, 1), xytext=(0, 4),
                         xycoords=("data", "axes fraction"), textcoords="offset points",
                         ha="center", color=INK, fontsize=TEXT - 0.5)
    text.set_gid(f"series.{number}.label")
