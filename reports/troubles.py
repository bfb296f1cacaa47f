"""What was not as it should be, case by case, with what the process said?"""

from typing import Any

from reports.cases import Row
from reports.records import Run, Unit

LOG_LINES = 40
LOG_CHARACTERS = 6000
LOGS_SHOWN = 60


def trouble_rows(run: Run, rows: list[Row]) -> list[dict[str, Any]]:
    """Returns one entry per case that is not ok, the unexpected ones first, with one log each."""
    units: dict[str, list[Unit]] = {}
    for unit in run.units:
        if unit.status != "ok":
            units.setdefault(unit.case, []).append(unit)
    bad = [row for row in rows if row["state"] != "ok"]
    bad.sort(key=lambda row: bool(row["expected"]))
    return [entry(run, row, units.get(row["name"], []), index < LOGS_SHOWN)
            for index, row in enumerate(bad)]


def entry(run: Run, row: Row, units: list[Unit], with_log: bool) -> dict[str, Any]:
    """Returns what is told of one case."""
    units = sorted(units, key=lambda unit: (unit.status != row["state"], unit.block))
    first = units[0] if units else None
    return {
        "case": row["name"],
        "id": row["id"],
        "state": row["state"],
        "expected": row["expected"],
        "statuses": row["statuses"],
        "planned": row["planned"],
        "message": first.message if first else "no record of any block",
        "block": first.block if first else None,
        "exit_code": first.exit_code if first else None,
        "signal": first.signal if first else None,
        "file": first.log if first else None,
        "log": words_of(run, first) if first and with_log else "",
    }


def words_of(run: Run, unit: Unit) -> str:
    """Returns what a process said at its end; of one that stood still, what its watchdog saw."""
    stall = (unit.result or {}).get("stall")
    return str(stall["text"])[:LOG_CHARACTERS] if stall else tail(run.log(unit))


def tail(text: str) -> str:
    """Returns the last lines of a log, as many as a reader takes in."""
    tail = "\n".join(text.splitlines()[-LOG_LINES:])
    return tail[-LOG_CHARACTERS:]
