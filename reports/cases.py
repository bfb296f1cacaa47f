"""What did each case show, over all blocks that it was planned for?"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from reports import statistics
from reports.naming import group_key, group_label, slug
from reports.records import Planned, Record, Run, Unit

STATUSES = ("ok", "broken", "failed", "crashed", "timeout", "unstartable", "missing")
MIDDLES = ("cpu_ns_per_op", "jain", "min_share", "max_share", "failed_per_success", "allocations_per_op",
           "overlap")
MEASURED = ("ok", "partial")  # the states whose numbers count

Row = dict[str, Any]


def case_rows(run: Run, cores: int | None) -> list[Row]:
    """Returns one row per planned case, in the order of the catalog."""
    units = {unit.key: unit for unit in run.units}
    planned: dict[str, list[Planned]] = {}
    for entry in run.manifest.plan:
        planned.setdefault(entry.case, []).append(entry)
    rows = [_row(run, plan, units, cores) for plan in planned.values()]
    return sorted(rows, key=_catalog_order(run.manifest.catalog))


def replicate(unit: Unit, metric: str) -> float | None:
    """Returns the process's value: the median over its windows; None when it has none."""
    found = [sample.get(metric) for sample in unit.samples]  # earlier records lack some
    values = [value for value in found if value is not None]
    return statistics.median(values) if values else None


def rates(rows: Sequence[Row]) -> list[dict[int, float]]:
    """Returns operations per second by block, for each row."""
    return [{int(block): value for block, value in row["replicates"].items()} for row in rows]


def _row(run: Run, plan: list[Planned], units: dict[str, Unit], cores: int | None) -> Row:
    first = plan[0]
    entry = run.manifest.subject(first.subject)
    found = [units[planned.key] for planned in plan if planned.key in units]
    statuses = Counter(unit.status for unit in found)
    statuses["missing"] = len(plan) - len(found)
    state = state_of(statuses)
    timed = (state in MEASURED and run.manifest.kind == "run"
             and run.manifest.times(first.workload))
    measured = [unit for unit in found if unit.status == "ok"] if timed else []
    windows = [item for unit in measured for item in unit.samples]
    threads = int(first.conditions["threads"])
    return {
        "name": first.case,
        "id": "case-" + slug(first.case),
        "workload": first.workload,
        "subject": first.subject,
        "kind": entry["kind"],
        "group": group_key(first.conditions),
        "label": group_label(first.conditions),
        "conditions": first.conditions,
        "threads": threads,
        "oversubscribed": cores is not None and threads > cores,
        "state": state,
        "expected": statuses["broken"] > 0 and entry["expected"]["invariant"] is not False,
        "planned": len(plan),
        "statuses": {name: statuses[name] for name in STATUSES if statuses[name]},
        "operations": sum(unit.result["total_operations"] for unit in found if unit.result),
        "flags": sorted({flag for item in windows for flag in item["flags"]}),
        **_numbers(measured),
    }


def _numbers(measured: list[Unit]) -> Row:
    by_block = {unit.block: replicate(unit, "ops_per_s") for unit in measured}
    known = {str(block): value for block, value in sorted(by_block.items()) if value is not None}
    return {
        "replicates": known,
        "ops_per_s": _estimate(measured, "ops_per_s"),
        "ns_per_op": _estimate(measured, "ns_per_op"),
        **{name: _middle(measured, name) for name in MIDDLES},
    }


def _values(units: list[Unit], metric: str) -> list[float]:
    found = [replicate(unit, metric) for unit in units]
    return [value for value in found if value is not None]


def _estimate(units: list[Unit], metric: str) -> Row | None:
    values = _values(units, metric)
    return asdict(statistics.estimate(values)) if values else None


def _middle(units: list[Unit], metric: str) -> float | None:
    values = _values(units, metric)
    return statistics.median(values) if values else None


def state_of(statuses: Counter[str]) -> str:
    """Returns one word for all blocks. A broken invariant in one block voids all of them."""
    if statuses["broken"]:
        return "broken"
    bad = [name for name in STATUSES if name != "ok" and statuses[name]]
    if statuses["ok"]:
        return "partial" if bad else "ok"
    return max(bad, key=lambda name: statuses[name])


def _catalog_order(catalog: Record) -> Callable[[Row], tuple[Any, ...]]:
    workloads = {entry["name"]: index for index, entry in enumerate(catalog["workloads"])}
    subjects = {entry["name"]: index for index, entry in enumerate(catalog["subjects"])}

    def order(row: Row) -> tuple[Any, ...]:
        others = tuple((isinstance(value, str), value)  # numbers before labels
                       for name, value in row["conditions"].items() if name != "threads")
        return (
            workloads.get(row["workload"], len(workloads)), row["workload"], others,
            row["threads"], subjects.get(row["subject"], len(subjects)), row["subject"],
        )

    return order
