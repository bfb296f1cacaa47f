"""Which pictures does the run as a whole need, and which numbers go into them?"""

from dataclasses import dataclass, replace
from typing import Any

from reports.course import Step, draws_all, run_course
from reports.formats import NONE, ratio
from reports.heat import Cell, Job, heat_map
from reports.matrix import Matrix
from reports.naming import shortened
from reports.svg import to_svg

PIXELS = 1.28  # per unit of a picture (a point), so that its text is as large as a table's
WORDS = {"ok": NONE, "broken": "broken", "failed": "failed", "crashed": "crashed",
         "timeout": "timed out", "unstartable": "no start", "missing": "no record"}

Row = dict[str, Any]


@dataclass(frozen=True)
class Picture:
    """An SVG element and the width in pixels that suits it; empty where there is nothing to draw."""

    svg: str = ""
    width: int = 0
    detailed: bool = True


def heat_picture(summary: Row, matrix: Matrix) -> Picture:
    """Returns the matrix as a picture whose cells lead to the cases behind them."""
    if not matrix.jobs or not matrix.subjects:
        return Picture()
    cases = summary["cases"]
    cells = [[_cell(cases[at] if at is not None else None) for at in line] for line in matrix.cells]
    jobs = [Job(shortened(job["workload"]), shortened(_conditions(job), 44)) for job in matrix.jobs]
    figure = heat_map(jobs, [shortened(name) for name in matrix.subjects], cells)
    flat = [cases[at] if at is not None else None for line in matrix.cells for at in line]
    return _picture(
        figure, "plot-heat", "Throughput of every subject as a ratio to the best, one row per job."
        " The table below holds the same numbers.",
        {str(number): _title(row) for number, row in enumerate(flat)},
        {str(number): f"#{row['id']}" for number, row in enumerate(flat) if row})


def course_picture(summary: Row) -> Picture:
    """Returns the run from its first process to its last."""
    steps = _steps(summary)
    if len(steps) < 2:
        return Picture()
    label = "Speed over the run, by block: " + ", ".join(
        f"block {one.block}: {ratio(one.relative)}" for one in steps) + "."
    titles = {str(number): f"block {one.block}: {ratio(one.relative)}"
              for number, one in enumerate(steps)}
    return replace(_picture(run_course(steps), "plot-course", label, titles, {}),
                   detailed=draws_all(steps))


def _picture(figure: Any, prefix: str, label: str, titles: dict[str, str],
             links: dict[str, str]) -> Picture:
    width = figure.get_size_inches()[0] * 72 * PIXELS
    return Picture(to_svg(figure, prefix, label, titles, links), round(width))


def _conditions(job: Row) -> str:
    threads = f"{job['threads']} thread{'s' if job['threads'] != 1 else ''}"
    return ", ".join(filter(None, (job["label"], threads)))


def _cell(row: Row | None) -> Cell:
    if row is None:
        return Cell(None, "")
    if not row["ratio_best"]:
        return Cell(None, WORDS[row["state"]], bad=True)
    found = row["ratio_best"]
    best = found["to"] == row["subject"]
    small = {"tied": "tie ", "fastest": "best"}.get(row["standing"], "")
    if found["interval"] and not best:
        small += "–".join(ratio(found["interval"][end]).rstrip("×") for end in ("low", "high"))
    return Cell(found["ratio"], ratio(found["ratio"]).rstrip("×"), small,
                strong=row["standing"] in ("fastest", "tied"))


def _title(row: Row | None) -> str:
    if row is None:
        return "not measured"
    where = f"{row['subject']} in {row['workload']}, {_conditions(row)}"
    if not row["ratio_best"]:
        return f"{where}: {WORDS[row['state']]}"
    return f"{where}: {ratio(row['ratio_best']['ratio'])} of {row['ratio_best']['to']}"


def _steps(summary: Row) -> list[Step]:
    """Returns the blocks with their processes in run order."""
    centres = {row["name"]: row["ops_per_s"]["median"] for row in summary["cases"]
               if row["ops_per_s"]}
    values = {row["name"]: row["replicates"] for row in summary["cases"]}
    means = {step["block"]: step["relative"] for step in summary["drift"]["course"]}
    columns = summary["samples"]["columns"]
    name, block, order = (columns.index(one) for one in ("case", "block", "order"))
    ran = dict.fromkeys((row[order], row[name], row[block]) for row in summary["samples"]["rows"])
    found: dict[int, list[float]] = {at: [] for at in means}
    for _, case, at in sorted(ran, key=lambda one: int(one[0])):
        rate = values[case].get(str(at))
        if at in found and rate and centres.get(case):
            found[at].append(rate / centres[case])
    return [Step(at, tuple(found[at]), means[at]) for at in sorted(found) if found[at]]
