"""Which planted bug did which detector catch?"""

from typing import Any

from reports.cases import Row
from reports.records import Record, Run, Unit

DETECTORS = {
    "invariant": "verification after every window",
    "race": "ThreadSanitizer",
}
CONTENDED = 2  # threads from which on a planted bug can show itself
# The detector that a run of this kind must score on.
JUDGED = {"run": "invariant", "race": "race", "stress": "invariant"}


def planted_rows(run: Run) -> list[Row]:
    """Returns, for every planted subject of the plan, what each detector made of it."""
    tried = {entry.subject for entry in run.manifest.plan}
    planted = [entry for entry in run.manifest.catalog["subjects"]
               if entry["kind"] == "planted" and entry["name"] in tried]
    return [
        {
            "subject": entry["name"],
            "description": entry.get("description", ""),
            "source": entry.get("source", ""),
            "detectors": [_detected(run, entry, name) for name in DETECTORS],
        }
        for entry in planted
    ]


def _detected(run: Run, entry: Record, detector: str) -> dict[str, Any]:
    units = [unit for unit in run.units if unit.subject == entry["name"]]
    ran = [unit for unit in units if unit.status in ("ok", "broken")]
    contended = [unit for unit in ran if unit.conditions["threads"] >= CONTENDED]
    caught = [unit for unit in ran if _caught(unit, detector)]
    applies = detector == "invariant" or run.manifest.kind == "race"
    required = detector == JUDGED[run.manifest.kind] and bool(contended)
    return {
        "detector": detector,
        "expected": entry["expected"][detector],
        "state": _state(entry["expected"][detector], applies, bool(caught), required),
        "units": len(contended),
        "caught": sum(unit in caught for unit in contended),
        "message": caught[0].message if caught and detector == "invariant" else "",
    }


def _caught(unit: Unit, detector: str) -> bool:
    return unit.status == "broken" if detector == "invariant" else bool(unit.races)


def _state(expected: bool | str, applies: bool, caught: bool, required: bool) -> str:
    """Returns one of caught, missed, not seen, not run, not planted, unexpected."""
    if caught:
        return "unexpected" if expected is False else "caught"
    if expected is False:
        return "not planted"
    if not applies:
        return "not run"
    return "missed" if required and expected is True else "not seen"
