"""What did a stress run try, what failed, and which command tries that again?"""

import os
import shlex
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reports.cases import Row
from reports.records import Run, Unit

FAILURES = ("broken", "crashed", "timeout")  # what a planted bug may come to
MOST_SHOWN = 200  # failures that the summary lists; the units hold all
LOGS_SHOWN = 20
LOG_CHARACTERS = 6000  # the first ones: a sanitizer says what it found, then where memory lay
ENOUGH_TRIES = 5  # as in the runner: contended runs after which a bug that must show is missed
CONTENDED = 2

Record = dict[str, Any]


def is_stress(run: Run) -> bool:
    """Tells whether conditions were drawn at random: then nothing can be said about speed."""
    return run.manifest.kind == "stress"


def told_as_stress(run: Run, summary: Record) -> Record:
    """Returns what a stress run's summary says otherwise than a timing run's.

    Workloads, standings and blocks are about speed; what failed is told in `stress` alone.
    """
    verdict = {**summary["verdict"]}
    verdict["reasons"] = [{**reason, "section": "corrupt" if reason["section"] == "corrupt"
                           else "stress"} for reason in verdict["reasons"]]
    if verdict["passed"] and run.units:
        verdict["headline"] = f"Nothing broke outside planted bugs in {len(run.units)} runs."
    return {
        "verdict": verdict,
        "cores": max((machine["cpu"]["cores_online"] for machine in run.machines), default=None),
        "workloads": [],
        "leaders": [],
        "troubles": [],
        "accounts": [],
        "counted": [],
        "planted": [],
        "stress": stress_record(run),
    }


def stress_record(run: Run) -> Record:
    """Returns what summary.json says of a stress run."""
    asked = run.manifest.raw["stress"]
    units = sorted(run.units, key=lambda unit: unit.order)
    failed = [unit for unit in units if unit.status != "ok"]
    failed.sort(key=lambda unit: expected(run, unit))
    return {
        "budget_s": asked["budget_s"],
        "runs": len(units),
        "again": asked["again"],
        "pinned": sum(_core(unit) is not None for unit in units),
        "span_s": _span(units),
        "pairs": _pairs(units),
        "failures": [_failure(run, unit, index < LOGS_SHOWN)
                     for index, unit in enumerate(failed[:MOST_SHOWN])],
    }


def expected(run: Run, unit: Unit) -> bool:
    """Tells whether a unit failed as it was planted to; not so where one failure is tried again."""
    again = run.manifest.raw["stress"]["again"]
    return unit.kind == "planted" and _failed(unit) and again is None


def _failed(unit: Unit) -> bool:
    """Tells whether a unit came to what a planted bug may come to, standing still included."""
    return unit.status in FAILURES or bool((unit.result or {}).get("stall"))


def recount(run: Run, counts: dict[str, int]) -> dict[str, int]:
    """Returns the counts of a stress run: failures of planted subjects are no accidents."""
    caught = [unit for unit in run.units if expected(run, unit)]
    wrong = [unit for unit in run.units if unit.status != "ok" and not expected(run, unit)]
    missed = missed_subjects(run)
    accidents = ("failed", "crashed", "timeout", "unstartable")
    return {
        **counts,
        "cases": len({unit.case for unit in run.units}),
        "cases_ok": counts["units_ok"],
        "cases_due": len(run.units) - len(caught),
        "cases_broken_expected": len(caught),
        "units_broken": sum(unit.status == "broken" for unit in wrong),
        "units_broken_expected": len(caught),
        **{f"units_{name}": sum(unit.status == name for unit in wrong) for name in accidents},
        "units_without_verdict": counts["units_missing"] + sum(
            unit.status in accidents for unit in wrong),
        "planted_caught": len({unit.subject for unit in caught}),
        "planted_missed": len(missed),
    }


def missed_subjects(run: Run) -> list[str]:
    """Returns the planted subjects that must be caught, had chances enough, and were not."""
    tries: dict[str, list[Unit]] = {}
    for unit in run.units:
        if unit.kind == "planted" and unit.conditions["threads"] >= CONTENDED:
            tries.setdefault(unit.subject, []).append(unit)
    return sorted(
        name for name, units in tries.items()
        if run.manifest.subject(name)["expected"]["invariant"] is True
        and len(units) >= ENOUGH_TRIES
        and not any(_failed(unit) for unit in units)
    )


def worth_showing(run: Run, rows: Sequence[Row]) -> list[Row]:
    """Returns the cases that the page shows: thousands went well, each under conditions of its own."""
    if not is_stress(run):
        return list(rows)
    planted = {unit.case for unit in run.units if expected(run, unit)}
    return [{**row, "expected": row["name"] in planted} for row in rows if row["state"] != "ok"]


def _pairs(units: list[Unit]) -> list[Record]:
    found: dict[tuple[str, str], list[Unit]] = {}
    for unit in units:
        found.setdefault((unit.workload, unit.subject), []).append(unit)
    rows = [_pair(*names, tried) for names, tried in found.items()]
    return sorted(rows, key=lambda row: (row["workload"], row["kind"] == "planted", row["subject"]))


def _pair(workload: str, subject: str, units: list[Unit]) -> Record:
    failed = [number for number, unit in enumerate(units, 1) if unit.status != "ok"]
    return {
        "workload": workload,
        "subject": subject,
        "kind": units[0].kind,
        "runs": len(units),
        "pinned": sum(_core(unit) is not None for unit in units),
        "failed": len(failed),
        "rate": len(failed) / len(units),
        "first_failure": failed[0] if failed else None,
    }


def _failure(run: Run, unit: Unit, with_log: bool) -> Record:
    trial = unit.trial or {"seed": 0, "token": unit.case}
    return {
        "case": unit.case,
        "status": unit.status,
        "message": unit.message,
        "expected": expected(run, unit),
        "seed": trial["seed"],
        "core": _core(unit),
        "again": _again(run, trial["token"]),
        "file": unit.log,
        "log": run.log(unit)[:LOG_CHARACTERS] if with_log else "",
    }


def _again(run: Run, token: str) -> str:
    """Returns the command that tries a failure again, on the same binary if that was named."""
    command = [os.environ.get("TUSSLE_COMMAND", "scripts/tussle"), "stress", "--again", token]
    for binary in run.manifest.raw["binaries"]:
        if os.path.isabs(binary["path"]):  # one of the build is told relative to the checkout
            command += ["--binary", binary["path"]]
    return shlex.join(command)


def _core(unit: Unit) -> int | None:
    return unit.trial["core"] if unit.trial else None


def _span(units: list[Unit]) -> float:
    """Returns the seconds from the first start to the last end."""
    times = [(datetime.fromisoformat(unit.started), unit.seconds or 0.0)
             for unit in units if unit.started]
    if not times:
        return 0.0
    first = min(start for start, _ in times)
    return max((start - first).total_seconds() + seconds for start, seconds in times)
