"""Which recorded histories does no order explain, who was told to expect them, and which are merely worth a look?"""

from typing import Any

from reports.naming import slug
from reports.records import Record, Run, Unit

MOST_SHOWN = 40  # cases whose history the summary shows; the units hold all


def history_rows(run: Run) -> list[Record]:
    """Returns the first history of each case that has one: the unexpected ones first, what is allowed last."""
    found: dict[str, Record] = {}
    shown = [(unit, history) for unit in run.all_units for history in (unit.result or {}).get("histories", [])]
    for unit, history in sorted(shown, key=lambda one: bool(one[1].get("allowed", False))):
        row = found.setdefault(unit.case, _row(run, unit, history))
        if is_allowed(row) == bool(history.get("allowed", False)):
            row["seen"] += 1
    rows = sorted(found.values(), key=lambda row: (is_allowed(row), row["expected"], row["case"]))
    return rows[:MOST_SHOWN]


def is_allowed(row: Record) -> bool:
    """Tells whether what a history shows is no failure."""
    return bool(row["history"].get("allowed", False))


def _row(run: Run, unit: Unit, history: Record) -> Record:
    expected: Any = run.manifest.subject(unit.subject)["expected"]["invariant"]
    return {
        "id": "history-" + slug(unit.case),
        "case": unit.case,
        "subject": unit.subject,
        "expected": expected is not False,
        "file": f"histories/{unit.key}.json",
        "seen": 0,
        "history": history,
    }
