"""What did the verified cases compare, and what did they tell of themselves?"""

from typing import Any

from reports.cases import Row
from reports.records import Run, Unit


def account_rows(run: Run, rows: list[Row]) -> list[dict[str, Any]]:
    """Returns one entry per case that kept its invariant in every block: the words of its last block."""
    last: dict[str, Unit] = {}
    for unit in run.units:
        if unit.status == "ok" and (unit.case not in last or last[unit.case].block < unit.block):
            last[unit.case] = unit
    return [{"case": row["name"], "id": row["id"], "message": last[row["name"]].message}
            for row in rows if row["state"] == "ok" and last[row["name"]].message]
