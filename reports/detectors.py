"""Which detector noticed which planted bug, how often and how fast?"""

from pathlib import Path
from typing import Any

from reports import alone, formats

FILE = "mutants.json"
MEND = "run scripts/tussle mutants again"
COLUMNS = {
    "unit:bench": "unit tests", "unit:chaos": "unit tests, chaos", "unit:tsan": "unit tests, tsan",
    "unit:sim": "unit tests, sim",
    "zero_cost": "instructions", "stress": "stress", "race": "race", "run": "verification",
    "sim:random": "sim, random", "sim:pct": "sim, PCT", "sim:pos": "sim, POS", "sim:weak": "sim, weak memory",
    "litmus": "litmus", "history": "histories",
}
# The columns of the table: what is asked for, and who is asked.
FAMILIES = {
    "verify": ("run", "unit:bench", "zero_cost"),
    "chaos": ("stress", "unit:chaos"),
    "tsan": ("race", "unit:tsan"),
    "sim-random": ("sim:random",), "sim-PCT": ("sim:pct",), "sim-POS": ("sim:pos",), "sim-weak": ("sim:weak",),
    "sim-tests": ("unit:sim",),
    "litmus": ("litmus",),
    "history": ("history",),
}
MISSED = "–"
SAME_CODE = "="
STATES = {
    "caught": ("caught", "good"), "sometimes": ("by chance", "muted"), "missed": ("missed", "bad"),
    "nothing here": ("by nothing here", "muted"), "caught after all": ("caught after all", "good"),
    "slipped through": ("slipped through", "bad"), "broken": ("does not build", "bad"),
}
Record = dict[str, Any]


def load(path: Path) -> Record:
    """Returns a record of mutants; raises when it is none."""
    return alone.load(path, "mutants", MEND)


def table(record: Record) -> Record:
    """Returns what the page shows: columns in a fixed order, one row for each subject."""
    asked = {entry["column"] for entry in record["detectors"]}
    columns = [name for name, parts in FAMILIES.items() if asked.intersection(parts)]
    rows = [_row(subject, columns) for subject in record["subjects"]]
    rows.sort(key=lambda row: (row["kind"] == "mutant", row["state"] not in ("missed", "slipped through", "broken")))
    return {
        "columns": columns,
        "rows": rows,
        "seeds": record["seeds"],
        "commit": record["commit"] or "unknown",
        "created": record["created"],
        "unfinished": record["finished"] is None,
        "left_out": record["left_out"],
        "complaints": [f"{each['detector']}: {each['message']}" for each in record["control"] if each["caught"]],
        "controls": len(record["control"]),
        "caught": sum(row["state"] in ("caught", "sometimes", "caught after all") for row in rows),
        "unseen": [row for row in rows if row["state"] in ("nothing here", "missed", "slipped through")],
        "finds": [(entry["name"], COLUMNS[entry["column"]], entry["finds"]) for entry in record["detectors"]],
    }


def is_alone(directory: Path) -> bool:
    """Tells whether a directory holds what `mutants` found, and no run."""
    return alone.is_alone(directory, FILE)


def beside(directory: Path, given: Path | None) -> Record | None:
    """Returns the table that a run's page shows: the given record's, the directory's own, or none."""
    path = given or directory / FILE
    return table(load(path)) if given is not None or path.is_file() else None


def render(directory: Path) -> Path:
    """Writes report.html beside a directory's mutants.json; returns the page's path."""
    from reports.html import detectors_page

    return alone.write_page(directory, detectors_page(table(load(directory / FILE))))


def _row(subject: Record, columns: list[str]) -> Record:
    text, colour = STATES[subject["state"]]
    cells = [_cell([each for each in subject["detections"] if each["column"] in FAMILIES[name]]) for name in columns]
    best = max(subject["detections"], key=_quality, default=None)
    return {
        "name": subject["name"], "kind": subject["kind"], "file": subject["file"], "breaks": subject["breaks"],
        "state": subject["state"], "text": text, "colour": colour, "cells": cells,
        "must": subject["gate"], "needs": subject["needs"] or subject["error"],
        "message": best["message"] if best else "",
    }


def _cell(detections: list[Record]) -> Record:
    """Returns the best that the detectors of one family did; they are asked apart from each other."""
    best = max(detections, key=_quality, default=None)
    if best is None:
        return {"text": "", "title": "not asked", "rate": -1.0}
    names = ", ".join(each["detector"] for each in detections)
    if best["same_code"]:
        return {"text": SAME_CODE, "title": f"{names}: the same instructions as without it", "rate": -0.5}
    rate = f"{best['caught']}/{best['runs']}"
    if not best["caught"]:
        return {"text": f"{MISSED} {rate}", "rate": 0.0, "title": f"{names}: nothing{_tried(best)}"}
    how = f" ({best['how']}) {best['message']}" if best["how"] else ""
    return {"text": f"{rate} · {_until_then(best)}", "title": f"{best['detector']}{how}{_tried(best)}",
            "rate": _quality(best)[0]}


def _until_then(detection: Record) -> str:
    """Returns the medians; most runs may have noticed nothing."""
    if detection["median_executions"] is None:
        return MISSED
    return f"{_count(detection['median_executions'])} · {_time(detection['median_seconds'])}"


def _tried(detection: Record) -> str:
    """Returns how much was tried in vain, where that is more than asking once."""
    return f"; in vain: {_count(detection['tried'])} executions" if detection["tried"] > 1 else ""


def _count(executions: int) -> str:
    return str(executions) if executions < 1000 else formats.si(executions)


def _time(value: float) -> str:
    """Returns 61 µs, 2.5 ms or 0.24 s."""
    if value < 1e-3:
        return f"{formats.significant(value * 1e6, 2)} µs"
    return f"{formats.significant(value * 1e3, 2)} ms" if value < 0.1 else formats.seconds(value)


def _quality(detection: Record) -> tuple[float, float]:
    """Sorts by rate, then by haste."""
    rate = detection["caught"] / detection["runs"] if detection["runs"] else -0.5
    return rate, -(detection["seconds"] or 0.0)
