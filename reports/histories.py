"""Which recorded histories does no order explain, and was anybody told to expect them?"""

from typing import Any

from reports.naming import slug
from reports.records import Record, Run, Unit

MOST_SHOWN = 40  # cases whose history the summary shows; the units hold all


def history_rows(run: Run) -> list[Record]:
    """Returns the first history of each case that has one, the unexpected ones first."""
    found: dict[str, Record] = {}
    for unit in run.all_units:
        for history in (unit.result or {}).get("histories", []):
            found.setdefault(unit.case, _row(run, unit, history))
            found[unit.case]["seen"] += 1
    rows = sorted(found.values(), key=lambda row: (row["expected"], row["case"]))
    return rows[:MOST_SHOWN]


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
