"""What does a history look like over time, thread by thread?"""

from dataclasses import dataclass

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.figures import INK, LOOK, MUTED, TEXT
from reports.palette import SUBJECTS, SURFACES
from reports.records import Record

ROW_H = 0.42  # inches
BAR_H = 0.5  # of a row
EVENT_W = 0.75  # inches from one event to the next, where there is room
WIDEST = 9.5  # inches
STUCK = SUBJECTS["vermillion"][0]
DONE = SUBJECTS["blue"][0]
OTHER = SURFACES["muted"][0]


@dataclass(frozen=True)
class Bar:
    """One operation; events are one apart, however far they were in time."""

    number: int
    thread: int
    begin: float
    end: float
    pending: bool
    colour: str
    text: str


def bars(history: Record) -> list[Bar]:
    """Returns where each operation begins and ends among all events."""
    operations = history["operations"]
    events = sorted(
        [(one["invoked"], 0, number) for number, one in enumerate(operations)]
        + [(one["returned"], 1, number) for number, one in enumerate(operations)
           if one["returned"] is not None])
    places = {(kind, number): place for place, (_, kind, number) in enumerate(events)}
    last = len(events)
    stuck = {entry["operation"] for entry in history["candidates"]}
    colours = [STUCK if number in stuck else DONE if number in history["order"] else OTHER
               for number in range(len(operations))]
    return [Bar(number, one["thread"], places[0, number], places.get((1, number), last),
                one["returned"] is None, colours[number], one["text"])
            for number, one in enumerate(operations)]


def timeline(history: Record) -> Figure:
    """Draws one row a thread: what can be explained in one colour, what cannot come next in another."""
    drawn = bars(history)
    threads = sorted({bar.thread for bar in drawn})
    events = max(bar.end for bar in drawn) + 1
    width = min(WIDEST, 1.1 + EVENT_W * max(events, 4))
    height = 0.5 + ROW_H * len(threads)
    with matplotlib.rc_context(LOOK):
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes((0.85 / width, 0.42 / height, 1 - 0.95 / width,
                                1 - 0.46 / height))
        figure.patch.set_visible(False)
        axes.patch.set_visible(False)
        axes.set_xlim(-0.3, events - 0.4)
        axes.set_ylim(len(threads) - 0.5, -0.5)
        axes.set_yticks(range(len(threads)), [f"thread {thread}" for thread in threads])
        axes.set_xticks([])
        axes.set_xlabel("time, one step for each call and return", color=MUTED)
        for bar in drawn:
            _draw(axes, threads.index(bar.thread), bar)
        return figure


def _draw(axes: Axes, row: int, bar: Bar) -> None:
    end = bar.end - (0 if bar.pending else 0.04)
    style = (0, (3, 2)) if bar.pending else "-"
    (line,) = axes.plot([bar.begin, end], [row, row], color=bar.colour, linewidth=3,
                        linestyle=style, solid_capstyle="butt", zorder=2)
    ends = [bar.begin] if bar.pending else [bar.begin, end]
    (marks,) = axes.plot(ends, [row] * len(ends), linestyle="none", marker="|", markersize=11,
                         markeredgewidth=1.6, color=bar.colour, zorder=3)
    text = axes.annotate(f"#{bar.number}", (bar.begin, row), xytext=(4, 4),
                         textcoords="offset points", fontsize=TEXT, color=INK, va="bottom")
    for part, artist in enumerate((line, marks, text)):
        artist.set_gid(f"series.{bar.number}.{part}")


def in_words(history: Record) -> str:
    """Returns what the picture shows, for those who do not see it."""
    listed = "; ".join(f"thread {bar.thread}: {bar.text}" for bar in bars(history))
    return f"A history that no order explains. {listed}."
