"""How long did the single operations of each case take, over all blocks of the latency pass?"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reports import hgrm
from reports.cases import MEASURED, STATUSES, Row, state_of
from reports.files import write_whole
from reports.histogram import PERCENTILES, TOO_FEW, Histogram, merge, of_record
from reports.naming import group_key, group_label, slug
from reports.records import Planned, Run, Unit
from reports.statistics import median
from reports.troubles import entry

FOLDER = "hist"


def latency_rows(run: Run, cores: int | None) -> list[Row]:
    """Returns one row per case of the latency pass, in the order of the plan's names."""
    units = {unit.key: unit for unit in run.latency_units}
    planned = _by_case(run)
    return [_row(run, plan, [units[p.key] for p in plan if p.key in units], cores)
            for plan in planned.values()]


def latency_troubles(run: Run, rows: list[Row]) -> list[dict[str, Any]]:
    """Returns what was not as it should be in the latency pass, as `troubles` tells it."""
    bad: dict[str, list[Unit]] = {}
    for unit in run.latency_units:
        if unit.status != "ok":
            bad.setdefault(unit.case, []).append(unit)
    return [entry(run, {**row, "name": row["case"]}, bad.get(row["case"], []), with_log=True)
            for row in rows if row["state"] != "ok"]


def write_histograms(run: Run, directory: Path) -> None:
    """Writes hist/<case>.<operation>.hgrm for every operation that was timed."""
    found = list(_histograms(run))
    if found:
        (directory / FOLDER).mkdir(exist_ok=True)
    for stem, name, histogram in found:
        write_whole(directory / FOLDER / hgrm.file_name(stem, name), hgrm.to_hgrm(histogram))


def _histograms(run: Run) -> Iterator[tuple[str, str, Histogram]]:
    units = {unit.key: unit for unit in run.latency_units}
    for plan in _by_case(run).values():
        found = [units[planned.key] for planned in plan if planned.key in units]
        for name, histogram in _operations(_measured(found)).items():
            if histogram.samples:
                yield _stem(plan[0]), name, histogram


def _by_case(run: Run) -> dict[str, list[Planned]]:
    planned: dict[str, list[Planned]] = {}
    for each in sorted(run.manifest.latency_plan, key=lambda each: (each.case, each.block)):
        planned.setdefault(each.case, []).append(each)
    return planned


def _row(run: Run, plan: list[Planned], found: list[Unit], cores: int | None) -> Row:
    first = plan[0]
    statuses = Counter(unit.status for unit in found)
    statuses["missing"] = len(plan) - len(found)
    threads = int(first.conditions["threads"])
    measured = _measured(found) if state_of(statuses) in MEASURED else []
    return {
        "case": first.case,
        "id": "latency-" + slug(first.case),
        "workload": first.workload,
        "subject": first.subject,
        "kind": run.manifest.subject(first.subject)["kind"],
        "group": group_key(first.conditions),
        "label": group_label(first.conditions),
        "threads": threads,
        "oversubscribed": cores is not None and threads > cores,
        "state": state_of(statuses),
        "expected": False,
        "planned": len(plan),
        "statuses": {name: statuses[name] for name in STATUSES if statuses[name]},
        "blocks": len(measured),
        **_timing(measured),
        "operations": [
            _operation(name, histogram, f"{FOLDER}/{hgrm.file_name(_stem(first), name)}")
            for name, histogram in _operations(measured).items()],
    }


def _measured(units: list[Unit]) -> list[Unit]:
    """Returns the units whose samples count: none when the invariant broke in a single one."""
    if any(unit.status == "broken" for unit in units):
        return []
    return [unit for unit in units if unit.status == "ok"]


def _operations(units: list[Unit]) -> dict[str, Histogram]:
    """Returns the histogram of every operation, merged over the units."""
    parts: dict[str, list[Histogram]] = {}
    for unit in units:
        assert unit.result is not None
        for operation in unit.result["latency"]["operations"]:
            parts.setdefault(operation["name"], []).append(of_record(operation))
    return {name: merge(histograms) for name, histograms in parts.items()}


def _operation(name: str, histogram: Histogram, file: str) -> Row:
    percentiles = {f"{key}_ns": histogram.percentile(parts) for key, parts in PERCENTILES.items()}
    return {
        "name": name,
        "samples": histogram.samples,
        "min_ns": histogram.min_ns,
        "max_ns": histogram.max_ns,
        "mean_ns": histogram.mean_ns,
        **percentiles,
        "null_because": TOO_FEW if None in percentiles.values() else None,
        "too_long": histogram.too_long,
        "uncounted": histogram.uncounted,
        "curve": histogram.curve(),
        "file": file if histogram.samples else None,
    }


def _timing(units: list[Unit]) -> Row:
    """Returns how it was timed: the clock with the medians of its cost."""
    timed = [unit.result["latency"] for unit in units if unit.result]
    if not timed:
        return {"every": None, "clock": None}
    clocks = [record["clock"] for record in timed]
    return {
        "every": timed[0]["every"],
        "clock": {"name": clocks[0]["name"], **{
            name: median([clock[name] for clock in clocks if clock[name] is not None] or [0.0])
            for name in ("read_ns", "empty_ns", "step_ns")}},
    }


def _stem(planned: Planned) -> str:
    return planned.key.rpartition(".")[0]
