"""What would Google Benchmark have printed for this run? (its JSON, for compare.py and trackers)

A repetition is a block: its median over the block's windows. As Google Benchmark does from two repetitions
on, aggregates follow: mean, median and standard deviation. Left out are planted subjects and cases without
numbers: readers of the format would take an error's 0 ns for a gain.
"""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reports.cases import replicate
from reports.exports.charts import charted
from reports.files import to_json
from reports.records import Run, Unit

AGGREGATES: dict[str, Callable[[Sequence[float]], float]] = {
    "mean": statistics.mean, "median": statistics.median, "stddev": statistics.stdev,
}


@dataclass(frozen=True)
class Repetition:
    """What one process measured, in nanoseconds per operation."""

    real: float
    cpu: float
    rate: float | None
    operations: int


def to_google_benchmark(run: Run, summary: dict[str, Any]) -> str:
    """Returns the document."""
    rows = [row for family, case in enumerate(charted(summary)) for row in _rows(run, case, family)]
    return to_json({"context": _context(summary), "benchmarks": rows})


def _context(summary: dict[str, Any]) -> dict[str, Any]:
    machine: dict[str, Any] = next(iter(summary["machines"]), {})
    cpu = machine.get("cpu", {})
    return {
        "date": summary["created"],
        "host_name": machine.get("host", "unknown"),
        "executable": next((entry["path"] for entry in summary["binaries"]), ""),
        "num_cpus": summary["cores"] or 0,
        "mhz_per_cpu": round(cpu.get("mhz") or 0),
        "cpu_scaling_enabled": cpu.get("governor") not in (None, "performance"),
        "caches": [],  # a list that trackers expect; sizes are in the run's own records
        "load_avg": machine.get("load_average", []),
        "library_build_type": "release",
        "tussle_run_id": summary["run_id"],
        "tussle_commit": summary["commit"] or "unknown",
    }


def _rows(run: Run, case: dict[str, Any], family: int) -> list[dict[str, Any]]:
    units = [unit for unit in run.units if unit.case == case["name"] and unit.status == "ok"]
    found = [_repetition(unit) for unit in sorted(units, key=lambda unit: unit.block)]
    known = [item for item in found if item is not None]
    common = {"family_index": family, "per_family_instance_index": 0, "run_name": case["name"],
              "repetitions": len(known), "threads": case["threads"], "time_unit": "ns"}
    rows = [_iteration(common, index, item) for index, item in enumerate(known)]
    if len(known) > 1:
        rows += [_aggregate(common, name, of, known) for name, of in AGGREGATES.items()]
    return rows


def _repetition(unit: Unit) -> Repetition | None:
    real = replicate(unit, "ns_per_op")
    if real is None:
        return None
    cpu = replicate(unit, "cpu_ns_per_op")
    operations = sum(sample["operations"] for sample in unit.samples)
    return Repetition(real, real if cpu is None else cpu, replicate(unit, "ops_per_s"), operations)


def _iteration(common: dict[str, Any], index: int, item: Repetition) -> dict[str, Any]:
    return {"name": common["run_name"], **common, "run_type": "iteration", "repetition_index": index,
            "iterations": item.operations, "real_time": item.real, "cpu_time": item.cpu,
            "items_per_second": item.rate}


def _aggregate(common: dict[str, Any], name: str, of: Callable[[Sequence[float]], float],
               items: Sequence[Repetition]) -> dict[str, Any]:
    return {"name": f"{common['run_name']}_{name}", **common, "run_type": "aggregate",
            "aggregate_name": name, "aggregate_unit": "time", "iterations": len(items),
            "real_time": of([item.real for item in items]), "cpu_time": of([item.cpu for item in items])}
