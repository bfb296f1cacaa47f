"""How does every primitive do at every job, as one matrix of cases?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reports.standing import COMPARED

Row = dict[str, Any]


@dataclass(frozen=True)
class Matrix:
    """Jobs by subjects; a cell is the case's place in summary.cases, None where there is no case.

    Subjects: ours first, then by the middle of their ratios, best first.
    """

    jobs: tuple[Row, ...]  # as in summary.choices
    subjects: tuple[str, ...]
    cells: tuple[tuple[int | None, ...], ...]


def matrix(summary: Row) -> Matrix:
    """Returns the matrix of a timing run; without jobs where nothing competes."""
    jobs = tuple(summary["choices"])
    places = {(row["workload"], row["group"], row["threads"], row["subject"]): place
              for place, row in enumerate(summary["cases"])}
    compared = [one for one in summary["subjects"] if one["kind"] in COMPARED]
    columns = {one["name"]: [places.get((*_key(job), one["name"])) for job in jobs]
               for one in compared}
    ours = {one["name"] for one in compared if one["kind"] == "ours"}
    shown = [name for name, column in columns.items() if any(at is not None for at in column)]
    shown.sort(key=lambda name: (name not in ours, -_middle(columns[name], summary["cases"])))
    return Matrix(jobs, tuple(shown), tuple(
        tuple(columns[name][number] for name in shown) for number in range(len(jobs))))


def _key(job: Row) -> tuple[str, str, int]:
    return job["workload"], job["group"], job["threads"]


def _middle(column: Sequence[int | None], cases: Sequence[Row]) -> float:
    """Returns the middle ratio to the best; below all others where there is none."""
    found = sorted(cases[at]["ratio_best"]["ratio"] for at in column
                   if at is not None and cases[at]["ratio_best"])
    return float(found[len(found) // 2]) if found else -math.inf
