"""What did the verified cases compare, and what did they tell of themselves?"""

from typing import Any

from reports.cases import Row
from reports.records import Run, Unit


def account_rows(run: Run, rows: list[Row]) -> list[dict[str, Any]]:
    """Returns one entry per case that kept its invariant in every block: the words of its last block."""
    last = _last_units(run)
    return [{"case": row["name"], "id": row["id"], "message": last[row["name"]].message}
            for row in rows if row["state"] == "ok" and last[row["name"]].message]


def count_tables(run: Run, rows: list[Row]) -> list[dict[str, Any]]:
    """Returns what the subjects of these cases counted in their last blocks: a table for each set of names."""
    last = _last_units(run)
    tables: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        counts = _counts(last[row["name"]]) if row["state"] == "ok" else {}
        if counts:
            told = {"case": row["name"], "id": row["id"], "values": list(counts.values())}
            tables.setdefault(tuple(counts), []).append(told)
    return [{"names": list(names), "rows": told} for names, told in tables.items()]


def _last_units(run: Run) -> dict[str, Unit]:
    last: dict[str, Unit] = {}
    for unit in run.units:
        if unit.status == "ok" and (unit.case not in last or last[unit.case].block < unit.block):
            last[unit.case] = unit
    return last


def _counts(unit: Unit) -> dict[str, float]:
    return dict(unit.samples[-1]["verdict"].get("counts", {})) if unit.samples else {}
