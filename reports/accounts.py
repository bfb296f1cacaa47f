"""What did the verified cases compare, and what did they tell of themselves?"""

from typing import Any

from reports.cases import Row
from reports.records import Run, Unit


def account_rows(run: Run, rows: list[Row]) -> list[dict[str, Any]]:
    """Returns one entry per case that kept its invariant in every block: the words of its last block."""
    last = _last_units(run)
    return [{"case": row["name"], "id": row["id"], "message": last[row["name"]].message}
            for row in rows if row["state"] == "ok" and last[row["name"]].message]


def count_table(run: Run, rows: list[Row]) -> dict[str, Any]:
    """Returns what the subjects of these cases counted in their last blocks: names, and a row for each case.

    A case that did not count something has null there.
    """
    last = _last_units(run)
    counted = {row["name"]: _counts(last[row["name"]]) for row in rows
               if row["state"] == "ok" and _counts(last[row["name"]])}
    names = list(dict.fromkeys(name for counts in counted.values() for name in counts))
    return {"names": names, "rows": [
        {"case": row["name"], "id": row["id"], "values": [counted[row["name"]].get(name) for name in names]}
        for row in rows if row["name"] in counted]}


def _last_units(run: Run) -> dict[str, Unit]:
    last: dict[str, Unit] = {}
    for unit in run.units:
        if unit.status == "ok" and (unit.case not in last or last[unit.case].block < unit.block):
            last[unit.case] = unit
    return last


def _counts(unit: Unit) -> dict[str, float]:
    verdict = (unit.result or {}).get("verdict") or {}
    return dict(verdict.get("counts", {}))
