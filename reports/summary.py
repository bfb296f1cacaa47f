"""What does the whole run say, as one record that every number of the report is taken from?"""

from collections import Counter
from dataclasses import asdict
from typing import Any

from reports.cases import Row, case_rows
from reports.choosing import choices
from reports.drift import drift_over
from reports.files import finite
from reports.histories import history_rows
from reports.accounts import account_rows, count_tables
from reports.latency import latency_rows, latency_troubles
from reports.naming import group_key, slug
from reports.planted import planted_rows
from reports.races import race_rows
from reports.records import Run
from reports.samples import sample_table
from reports.schemas import check
from reports.standing import place, reference_of
from reports.statistics import median
from reports.stress import is_stress, recount, told_as_stress, worth_showing
from reports.troubles import trouble_rows
from reports.verdict import count, judge

Summary = dict[str, Any]


def summarize(run: Run, comparison: dict[str, Any] | None = None) -> Summary:
    """Returns the summary of a run, valid against harness/record/summary.schema.json."""
    manifest = run.manifest
    cores = cores_of(run)
    rows, latency = worth_showing(run, case_rows(run, cores)), latency_rows(run, cores)
    names = list(dict.fromkeys(row["workload"] for row in rows))
    references = {name: reference_of(name, rows, manifest.preset) for name in names}
    leaders = place(rows, references)
    drift = drift_over(rows)
    planted, races = planted_rows(run), race_rows(run)
    counts = count(run, rows, races, planted)
    if is_stress(run):
        counts = recount(run, counts)
    keep = ("run_id", "kind", "created", "finished", "interrupted", "command", "commit", "dirty",
            "preset", "preset_hash", "seed", "binaries", "skipped")
    summary: Summary = finite({
        "schema": 1,
        **{key: manifest.raw[key] for key in keep},
        "cut": manifest.raw.get("cut"),
        "mode": manifest.catalog["mode"],
        "build": manifest.catalog["build"],
        "cores": cores,
        "machines": list(run.machines),
        "verdict": judge(run, counts),
        "counts": counts,
        "flags": flags_of(run),
        "seconds": sum(unit.seconds or 0.0 for unit in run.all_units),
        "calibration": calibration(run),
        "workloads": [_workload(run, name, rows, references[name]) for name in names],
        "subjects": _subjects(run, rows),
        "leaders": leaders,
        "choices": choices([row for row in rows if manifest.times(row["workload"])], leaders, cores)
        if manifest.kind == "run" else [],
        "drift": drift,
        "cases": rows,
        "latency": latency,
        "troubles": trouble_rows(run, rows) + latency_troubles(run, latency),
        "accounts": account_rows(run, rows),
        "counted": count_tables(run, rows),
        "planted": planted,
        "races": races,
        "histories": history_rows(run),
        "corrupt": [asdict(item) for item in run.corrupt],
        "samples": sample_table(run),
        "comparison": comparison,
    })
    if is_stress(run):
        summary |= told_as_stress(run, summary)
    check(summary, "summary", "summary.json", "this is a defect of the report: please tell us")
    return summary


def cores_of(run: Run) -> int | None:
    """Returns how many cores the processes saw; the machine's own count where none ran."""
    seen = [unit.result["context"]["cores"] for unit in run.units if unit.result]
    seen += [machine["cpu"]["cores_online"] for machine in run.machines]
    return min(seen, default=None)


def flags_of(run: Run) -> dict[str, int]:
    """Returns how many windows carry each doubt that the harness has about them."""
    found = Counter(flag for unit in run.units for item in unit.samples for flag in item["flags"])
    return dict(sorted(found.items()))


def calibration(run: Run) -> dict[str, float | None]:
    """Returns the medians of what the harness measured about itself."""
    contexts = [unit.result["context"] for unit in run.units if unit.result]
    found = {}
    for name in ("clock_overhead_ns", "work_unit_ns", "load_average_1m"):
        values = [item[name] for item in contexts if item.get(name) is not None]
        found[name] = median(values) if values else None
    return found


def _workload(run: Run, name: str, rows: list[Row], reference: str | None) -> dict[str, Any]:
    known = {entry["name"]: entry for entry in run.manifest.catalog["workloads"]}
    entry = known.get(name, {})
    groups = {row["group"]: row["label"] for row in rows if row["workload"] == name}
    return {
        "name": name,
        "id": "workload-" + slug(name),
        **{key: entry.get(key, "") for key in ("question", "invariant", "failure")},
        "conditions": entry.get("conditions", []),
        "timed": run.manifest.times(name),
        "reference": reference,
        "groups": [{"key": key, "label": label, "usual": key == _usual(entry, groups)}
                   for key, label in groups.items()],
    }


def _usual(entry: dict[str, Any], groups: dict[str, str]) -> str:
    """Returns the group at the conditions' first defaults; the first group when it was not run."""
    defaults = {item["name"]: item["default"][0]
                for item in entry.get("conditions", [])
                if item.get("default") and not item.get("optional")}
    usual = group_key(defaults)
    return usual if usual in groups else next(iter(groups), "")


def _subjects(run: Run, rows: list[Row]) -> list[dict[str, Any]]:
    tried = {row["subject"] for row in rows}
    keep = ("name", "kind", "description", "source", "race_checkable", "race_reason")
    listed = [entry for entry in run.manifest.catalog["subjects"] if entry["name"] in tried]
    usual = {"description": "", "source": "", "race_checkable": True, "race_reason": ""}
    return [{**usual, **{key: entry[key] for key in keep if key in entry}} for entry in listed]
