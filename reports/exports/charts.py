"""What does a benchmark tracker draw, commit by commit? (JSON of github-action-benchmark)

Both directions are arrays of {name, unit, value, range, extra}; the tracker is told by its option `tool`
which one it reads: customSmallerIsBetter or customBiggerIsBetter.
"""

from typing import Any

from reports.files import to_json
from reports.formats import percent, significant
from reports.records import Run
from reports.standing import COMPARED

NAMES = (*COMPARED, "harness")  # the harness's own cost shows a change of the machine


def to_smaller(_run: Run, summary: dict[str, Any]) -> str:
    """Returns nanoseconds of the window per operation: smaller is better."""
    return _entries(summary, "ns_per_op", "ns/op")


def to_bigger(_run: Run, summary: dict[str, Any]) -> str:
    """Returns operations per second, of all threads together: bigger is better."""
    return _entries(summary, "ops_per_s", "ops/s")


def charted(summary: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns the cases whose numbers count: verified, and not of a planted subject."""
    return [row for row in summary["cases"] if row["kind"] in NAMES and row["ops_per_s"]]


def _entries(summary: dict[str, Any], metric: str, unit: str) -> str:
    return to_json([
        {"name": row["name"], "unit": unit, "value": row[metric]["median"],
         "range": _range(row[metric]), "extra": _extra(summary, row)}
        for row in charted(summary) if row[metric]
    ])


def _range(estimate: dict[str, Any]) -> str:
    interval = estimate["interval"]
    if interval is None or interval["low"] is None or interval["high"] is None:
        return "unknown: too few replicates"
    low, high = significant(interval["low"], 4), significant(interval["high"], 4)
    return f"{low} … {high} ({percent(interval['confidence'])})"


def _extra(summary: dict[str, Any], row: dict[str, Any]) -> str:
    """Returns the lines of the tooltip."""
    facts = [f"subject: {row['subject']}", f"threads: {row['threads']}",
             f"replicates: {row['ops_per_s']['replicates']} of {row['planned']}",
             f"run: {summary['run_id']}", f"compiler: {summary['build']['compiler']}"]
    return "\n".join([*facts, *(f"flag: {flag}" for flag in row["flags"])])
