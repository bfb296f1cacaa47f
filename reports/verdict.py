"""Did the run as a whole come out as it should, and if not, why not?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reports.cases import Row
from reports.formats import whole
from reports.records import Record, Run, Unit

BROKEN, INCOMPLETE, OK = 3, 4, 0  # the exit codes of the command line


@dataclass(frozen=True)
class Reason:
    """What stands against a run: the count that says so, in words, and where it is shown."""

    count: str
    one: str
    many: str
    section: str


NOT_NOTHING = "could not start, which is not the same as finding nothing"
REASONS = (  # gravest first
    Reason("units_broken", "process broke its invariant", "processes broke their invariant",
           "verdicts"),
    Reason("races_unexpected", "unexpected race", "unexpected races", "races"),
    Reason("races_lost", "process reported races and left no list of them",
           "processes reported races and left no list of them", "verdicts"),
    Reason("units_crashed", "process crashed", "processes crashed", "verdicts"),
    Reason("units_failed", "process ended with an error", "processes ended with an error",
           "verdicts"),
    Reason("units_timeout", "process ran out of time", "processes ran out of time", "verdicts"),
    Reason("units_unstartable", f"process {NOT_NOTHING}", f"processes {NOT_NOTHING}", "verdicts"),
    Reason("units_missing", "planned process has no valid record",
           "planned processes have no valid record", "verdicts"),
    Reason("corrupt", "record cannot be read", "records cannot be read", "corrupt"),
    Reason("planted_missed", "planted bug was missed", "planted bugs were missed", "planted"),
)
ACCIDENTS = ("failed", "crashed", "timeout", "unstartable")


def count(run: Run, rows: Sequence[Row], races: Sequence[Record],
          planted: Sequence[Row]) -> dict[str, int]:
    """Returns how many of everything there were."""
    units, planned = run.all_units, len(run.manifest.plan + run.manifest.latency_plan)
    statuses = Counter(unit.status for unit in units)
    expects = {row["name"]: row["expected"] for row in rows}
    broken_expected = sum(
        unit.status == "broken" and expects.get(unit.case, False) for unit in units)
    judged = [item for row in planted for item in row["detectors"]]
    return {
        "cases": len(rows),
        "cases_ok": sum(row["state"] == "ok" for row in rows),
        "cases_due": sum(not row["expected"] for row in rows),
        "cases_broken_expected": sum(row["expected"] for row in rows),
        "units": planned,
        "units_ok": statuses["ok"],
        "units_broken": statuses["broken"] - broken_expected,
        "units_broken_expected": broken_expected,
        **{f"units_{status}": statuses[status] for status in ACCIDENTS},
        "units_missing": planned - len(units),
        "units_without_verdict": planned - statuses["ok"] - statuses["broken"],
        "corrupt": len(run.corrupt),
        "skipped": len(run.manifest.raw["skipped"]),
        "windows": sum(len(unit.samples) for unit in run.units),
        "windows_flagged": sum(bool(item["flags"]) for unit in run.units for item in unit.samples),
        "operations": sum(row["operations"] for row in rows),
        "planted_caught": sum(item["state"] == "caught" for item in judged),
        "planted_missed": sum(item["state"] == "missed" for item in judged),
        "races_expected": sum(race["expected"] for race in races),
        "races_unexpected": sum(not race["expected"] for race in races),
        "races_lost": sum(_lost_unexpected(run, unit) for unit in run.units),
    }


def _lost_unexpected(run: Run, unit: Unit) -> bool:
    """Tells whether a process died with races that only its log holds, and that nobody planted."""
    return unit.races_lost and run.manifest.subject(unit.subject)["expected"]["race"] is False


def judge(run: Run, counts: dict[str, int]) -> dict[str, Any]:
    """Returns passed or not, the exit code that says so, a headline and the reasons."""
    reasons = [
        {"text": plural(counts[reason.count], reason.one, reason.many), "section": reason.section}
        for reason in REASONS if counts[reason.count]
    ]
    broken = counts["units_broken"] + counts["races_unexpected"] + counts["races_lost"] > 0
    code = BROKEN if broken else INCOMPLETE if reasons else OK
    return {
        "passed": code == OK,
        "exit_code": code,
        "headline": _headline(run, counts, code, reasons),
        "reasons": reasons,
    }


def plural(number: int, noun: str, nouns: str) -> str:
    """Returns `1 case`, `2 cases`."""
    return f"{whole(number)} {noun if number == 1 else nouns}"


def _headline(run: Run, counts: dict[str, int], code: int, reasons: list[dict[str, str]]) -> str:
    cases = plural(counts["cases"], "case", "cases")
    if not counts["cases"]:
        return "Nothing was planned, so nothing was shown."
    if run.manifest.raw["interrupted"] and code != BROKEN:
        done = counts["units"] - counts["units_missing"]
        planned = plural(counts["units"], "process", "processes")
        return f"Interrupted: {whole(done)} of {planned} ran."
    if code == BROKEN:
        return f"Failed: {reasons[0]['text']}."
    if code == INCOMPLETE:
        return f"Incomplete: {reasons[0]['text']}."
    if run.manifest.kind == "race":
        return f"No unexpected race in {cases}."
    if counts["units_broken_expected"]:
        return f"All {cases} came out as they should; every invariant held outside planted bugs."
    return f"All {cases} verified."
