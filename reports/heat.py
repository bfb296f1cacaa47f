"""What does the matrix of primitives and jobs look like, as one picture?"""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from reports.figures import INK, LOOK, MUTED, TEXT
from reports.palette import HEAT_STEPS, SUBJECTS, heat

CELL_W, CELL_H = 0.8, 0.43  # inches
LETTER = 0.088  # inches that a letter takes at most
LEGEND_W = 1.15  # inches, for what the legend is about
BAD = SUBJECTS["vermillion"][0]


@dataclass(frozen=True)
class Cell:
    """One subject at one job; `text` says why where there is no ratio."""

    ratio: float | None
    text: str
    small: str = ""
    strong: bool = False
    bad: bool = False


@dataclass(frozen=True)
class Job:
    """One row of the picture: what is done, and under which conditions."""

    name: str
    conditions: str


def heat_map(jobs: Sequence[Job], subjects: Sequence[str],
             cells: Sequence[Sequence[Cell]]) -> Figure:
    """Draws one row per job and one column per subject; a cell's colour is its ratio to the best."""
    left = 0.1 + LETTER * max(max(len(job.name), len(job.conditions) * 0.9) for job in jobs)
    longest = LETTER * max(len(name) for name in subjects)
    top = 0.16 + longest * 0.6
    width = left + CELL_W * len(subjects) + max(0.1, longest * 0.86 - CELL_W / 2)
    height = top + CELL_H * len(jobs) + 0.5
    with matplotlib.rc_context(LOOK):
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes((left / width, 0.5 / height, CELL_W * len(subjects) / width,
                                CELL_H * len(jobs) / height))
        axes.set_xlim(0, len(subjects))
        axes.set_ylim(len(jobs), 0)
        axes.set_axis_off()
        for row, (job, line) in enumerate(zip(jobs, cells)):
            _job(axes, row, job)
            for column, cell in enumerate(line):
                for part, artist in enumerate(_cell(axes, row, column, cell)):
                    artist.set_gid(f"series.{row * len(subjects) + column}.{part}")
        for column, name in enumerate(subjects):
            axes.annotate(name, (column + 0.5, 0), xytext=(0, 5), textcoords="offset points",
                          rotation=35, rotation_mode="anchor", color=INK, parse_math=False,
                          annotation_clip=False)
        _legend(figure)
        return figure


def _job(axes: Axes, row: int, job: Job) -> None:
    for text, high, colour, size in ((job.name, 0.34, INK, TEXT),
                                     (job.conditions, 0.7, MUTED, TEXT - 1.5)):
        axes.annotate(text, (0, row + high), xytext=(-7, 0), textcoords="offset points", ha="right",
                      va="center", color=colour, fontsize=size, annotation_clip=False,
                      parse_math=False)


def _cell(axes: Axes, row: int, column: int, cell: Cell) -> list[Artist]:
    face, ink = heat(cell.ratio) if cell.ratio is not None else ("none", BAD if cell.bad else MUTED)
    frame = {"edgecolor": BAD, "linewidth": 1.2, "linestyle": (0, (2, 1.5))} if cell.bad else {}
    parts: list[Artist] = [axes.add_patch(Rectangle(
        (column + 0.02, row + 0.03), 0.96, 0.94, facecolor=face, clip_on=False, **frame))]
    lines = [(cell.text, 0.34 if cell.small else 0.5, TEXT, "bold" if cell.strong else "normal"),
             (cell.small, 0.72, TEXT - 2.6, "normal")]
    for text, high, size, weight in filter(lambda line: line[0], lines):
        parts.append(axes.text(column + 0.5, row + high, text, ha="center", va="center", color=ink,
                               fontsize=size, fontweight=weight, parse_math=False))
    return parts


def _legend(figure: Figure) -> None:
    """Draws the steps of the colour, each with the ratio at which it begins."""
    width, height = figure.get_size_inches()
    steps = (0.0, *HEAT_STEPS)
    size = min(0.62, (width - LEGEND_W - 0.1) / len(steps))
    start = LEGEND_W
    figure.text((start - 0.1) / width, 0.2 / height, "ratio to the best", ha="right", va="center",
                color=MUTED, fontsize=TEXT - 1.5)
    for number, edge in enumerate(steps):
        face, ink = heat(edge)
        said = f"< {HEAT_STEPS[0]:g}" if not number else f"≥ {edge:g}"
        figure.add_artist(Rectangle(((start + number * size) / width, 0.08 / height),
                                    size / width, 0.24 / height, facecolor=face, edgecolor="none"))
        figure.text((start + (number + 0.5) * size) / width, 0.2 / height, said, ha="center",
                    va="center", color=ink, fontsize=TEXT - 1.5)
