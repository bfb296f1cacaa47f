"""What did a stress run come to, as tests? One test per workload and subject, one per planted bug.

Not one per case: each trial has conditions of its own, so that no case comes twice in the history of a CI.
"""

from collections.abc import Iterator
from typing import Any

from reports import stress
from reports.exports.junit_case import Test
from reports.records import Run, Unit
from reports.troubles import tail

Suites = dict[str, list[Test]]


def suites_of(run: Run, summary: dict[str, Any]) -> Suites:
    """Returns the tests of a stress run by their suite."""
    suites: Suites = {}
    again = {failure["case"]: failure["again"] for failure in summary["stress"]["failures"]}
    sources = {entry["name"]: entry["source"] for entry in summary["subjects"]}
    for pair in summary["stress"]["pairs"]:
        units = [unit for unit in run.units if (unit.workload, unit.subject) == (pair["workload"], pair["subject"])]
        seconds = sum(unit.seconds or 0.0 for unit in units)
        test = Test(f"{pair['workload']}/{pair['subject']}", **_outcome(run, units, again), seconds=seconds,
                    file=sources.get(pair["subject"], ""))
        suites.setdefault(pair["workload"], []).append(test)
    planted = list(_planted(run))
    return {**suites, "planted": suites.get("planted", []) + planted} if planted else suites


def _outcome(run: Run, units: list[Unit], again: dict[str, str]) -> dict[str, str]:
    wrong = [unit for unit in units if unit.status != "ok" and not stress.expected(run, unit)]
    if not wrong:
        return {}
    first = min(wrong, key=lambda unit: (unit.status != "broken", unit.order))
    said = f"{len(wrong)} of {len(units)} runs failed: {first.case}: {first.message}"
    commands = [f"{unit.case}: {unit.message}\ntry it again: {again.get(unit.case, '')}" for unit in wrong]
    kind = "broken-invariant" if first.status == "broken" else first.status
    return {"outcome": "failure" if first.status == "broken" else "error", "type": kind, "message": said,
            "text": "\n".join([*commands, tail(run.log(first))])}


def _planted(run: Run) -> Iterator[Test]:
    """Yields the planted bugs that had to be caught and had chances enough."""
    for name in stress.missed_subjects(run):
        yield Test(f"planted {name} is caught", "failure", "planted-missed", "it never failed")
    missing = len(run.manifest.plan) - len(run.units)
    if missing or not run.units:
        said = f"{missing} planned runs have no record" if missing else "nothing ran"
        yield Test("every planned run has a record", "error", "missing", said)
