"""Who is fastest where, by how much, and where is it a tie?"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from reports.cases import Row, rates
from reports.records import Record
from reports.statistics import Interval, paired_ratio

COMPARED = ("ours", "baseline")  # planted subjects and the harness's own cost are no answer
SURE = 0.9  # the confidence from which on an interval separates subjects; 5 blocks reach it
USUAL_REFERENCES = ("mutex", "std_mutex")


def reference_of(workload: str, rows: Sequence[Row], preset: Record) -> str | None:
    """Returns the subject that the others are set in relation to, or None.

    The preset's `reference`; else the mutex that everybody knows; else the first baseline.
    """
    subjects = [row["subject"] for row in rows
                if row["workload"] == workload and row["kind"] == "baseline"]
    wanted = [name for name in (preset.get("reference"), *USUAL_REFERENCES) if name]
    present = {row["subject"] for row in rows if row["workload"] == workload}
    return next((name for name in wanted if name in present), next(iter(subjects), None))


def headline_threads(threads: Sequence[int], cores: int | None) -> int | None:
    """Returns the most threads that still have a core each; the fewest when none has."""
    fitting = [count for count in threads if cores is None or count <= cores]
    if fitting:
        return max(fitting)
    return min(threads) if threads else None


def fields(rows: Sequence[Row]) -> list[list[Row]]:
    """Returns the rows that compete with each other: same workload, conditions and threads."""
    found: dict[tuple[str, str, int], list[Row]] = {}
    for row in rows:
        if row["kind"] in COMPARED and row["ops_per_s"]:
            found.setdefault((row["workload"], row["group"], row["threads"]), []).append(row)
    return list(found.values())


def place(rows: Sequence[Row], references: dict[str, str | None]) -> list[Row]:
    """Adds ratios and standing to every row; returns one entry per field: who leads it."""
    for row in rows:
        row.update(ratio_best=None, ratio_reference=None, standing=None)
    return [_place_field(field, references[field[0]["workload"]]) for field in fields(rows)]


def _place_field(field: list[Row], reference: str | None) -> Row:
    ranked = sorted(field, key=lambda row: -float(row["ops_per_s"]["median"]))
    best = ranked[0]
    tied = [row for row in ranked[1:] if _overlap(best, row)]
    known = next((row for row in field if row["subject"] == reference), None)
    for row in ranked:
        row["ratio_best"] = _ratio(row, best)
        row["ratio_reference"] = _ratio(row, known) if known else None
        row["standing"] = _standing(row, ranked, tied)
    second = ranked[1] if len(ranked) > 1 else None
    return {
        "workload": best["workload"],
        "group": best["group"],
        "label": best["label"],
        "threads": best["threads"],
        "oversubscribed": best["oversubscribed"],
        "outcome": _outcome(best, second, tied),
        "leader": best["subject"],
        "case": best["id"],
        "tied": [row["subject"] for row in tied],
        "runner_up": second["subject"] if second else None,
        "lead": _ratio(best, second) if second else None,
    }


def _standing(row: Row, ranked: list[Row], tied: list[Row]) -> str:
    if len(ranked) == 1:
        return "alone"
    if not (_is_sure(ranked[0]) and _is_sure(ranked[1]) and _is_sure(row)):
        return "unreplicated"
    if row is ranked[0]:
        return "tied" if tied else "fastest"
    return "tied" if row in tied else "behind"


def _outcome(best: Row, second: Row | None, tied: list[Row]) -> str:
    if second is None:
        return "alone"
    if not (_is_sure(best) and _is_sure(second)):
        return "unreplicated"
    return "tie" if tied else "ahead"


def _is_sure(row: Row) -> bool:
    """Tells whether a row has blocks enough to be set above or below another."""
    interval = _interval(row)
    return interval is not None and interval.confidence >= SURE


def _overlap(one: Row, other: Row) -> bool:
    intervals = [_interval(row) for row in (one, other)]
    if intervals[0] is None or intervals[1] is None:
        return False
    return intervals[0].overlaps(intervals[1])


def _interval(row: Row) -> Interval | None:
    found = row["ops_per_s"]["interval"]
    return Interval(**found) if found else None


def _ratio(row: Row, other: Row) -> dict[str, Any] | None:
    """Returns the ratio of two rates, block by block: both were measured minutes apart at most."""
    ratio = paired_ratio(*rates([row, other]))
    return {**asdict(ratio), "to": other["subject"]} if ratio else None
