"""Which units of a stopped run are whole, and so need not be run again?"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from harness.runner import records
from harness.runner.judgement import Tally
from harness.runner.latency import THROUGHPUT
from harness.runner.plan import Planned, unit_seed
from harness.runner.races import Races

Record = dict[str, Any]


def unit(directory: Path, planned: Planned, seed: int) -> tuple[Record | None, str]:
    """Returns the valid record of a planned unit; else None and, for a torn one, what is wrong."""
    path = directory / "units" / f"{planned.key}.json"
    if not path.exists():
        return None, ""
    record, why_not = records.read(path, records.UNIT)
    why_not = why_not or _mismatch(record, planned, seed) or _lost_log(directory, record)
    return (None, why_not) if why_not else (record, "")


def units(directory: Path, plan: Iterable[Planned], seed: int) -> Iterator[Record]:
    """Yields the valid units of a plan, in its order."""
    for planned in plan:
        record, _ = unit(directory, planned, seed)
        if record is not None:
            yield record


def judged(
    directory: Path, plan: Iterable[Planned], seed: int, tally: Tally, races: Races
) -> int:
    """Takes in all that is there, as a run that was never stopped would have; returns how many."""
    count = 0
    for record in units(directory, plan, seed):
        count += 1
        tally.add(record)
        races.add(record)
    return count


def _mismatch(record: Record, planned: Planned, seed: int) -> str:
    """Returns what shows that a record is not of this unit of this run."""
    there = {"pass": THROUGHPUT, **record}
    for name, value in planned.record().items():
        if there[name] != value:
            return f"{name} is {there[name]!r}, not {value!r} as planned"
    if record["result"] is not None and record["result"]["seed"] != unit_seed(seed, planned.key):
        return "it was made from another seed"
    return ""


def _lost_log(directory: Path, record: Record) -> str:
    log = record["log"]
    return f"its {log} is gone" if log and not (directory / log).is_file() else ""
