"""What did the detectors find, as code scanning reads it? (SARIF 2.1.0)

One result per distinct race, broken invariant and missed planted bug. What was planted and caught is a
suppressed note; processes that crashed or hung are notifications of the tool, not findings in code.
"""

from datetime import UTC, datetime
from typing import Any

from reports.exports import sarif_places as places
from reports.exports.sarif_results import judgement_results, race_results, words_of
from reports.exports.sarif_rules import rules
from reports.files import to_json
from reports.records import Run

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RESULTS = 5000  # code scanning shows no more, and rejects a file with over 25 000
INCOMPLETE = 4
MEANING = {0: "as it should be", 3: "race or broken invariant", 4: "case failed, missing or timed out"}


def to_sarif(_run: Run, summary: dict[str, Any]) -> str:
    """Returns the log."""
    results = sorted([*race_results(summary), *judgement_results(summary)],
                     key=lambda result: result["level"] != "error")
    return to_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run_of(summary, results)]})


def _run_of(summary: dict[str, Any], results: list[dict[str, Any]]) -> dict[str, Any]:
    known = rules([race["kind"] for race in summary["races"]])
    index = {rule["id"]: number for number, rule in enumerate(known)}
    indexed = [{**result, "ruleIndex": index[result["ruleId"]]} for result in results[:RESULTS]]
    preset = summary["preset"]["name"]
    return {
        "tool": {"driver": {"name": "Tussle", "rules": known}},
        "automationDetails": {"id": f"tussle/{summary['kind']}/{preset}/{summary['run_id']}"},
        "originalUriBaseIds": {places.SOURCE_ROOT: {
            "description": {"text": "The root of the repository that was measured."}}},
        "invocations": [_invocation(summary)],
        "results": indexed,
        "columnKind": "unicodeCodePoints",
        "properties": {"commit": summary["commit"], "dirty": summary["dirty"], "seed": summary["seed"],
                       "compiler": summary["build"]["compiler"], "resultsLeftOut": len(results) - len(indexed)},
    }


def _invocation(summary: dict[str, Any]) -> dict[str, Any]:
    code = summary["verdict"]["exit_code"]
    found: dict[str, Any] = {
        "executionSuccessful": code != INCOMPLETE and not summary["interrupted"],
        "commandLine": " ".join(summary["command"]),
        "arguments": summary["command"][1:],
        "toolExecutionNotifications": [_notification(entry) for entry in _accidents(summary)],
    }
    if not summary["interrupted"]:  # else a signal chose the code
        found |= {"exitCode": code, "exitCodeDescription": MEANING[code]}
    for name, key in (("startTimeUtc", "created"), ("endTimeUtc", "finished")):
        moment = _utc(summary[key])
        found |= {name: moment} if moment else {}
    return found


def _accidents(summary: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in summary["troubles"] if set(entry["statuses"]) - {"ok", "broken"}]


def _notification(entry: dict[str, Any]) -> dict[str, Any]:
    counted = ", ".join(f"{number} {status}" for status, number in entry["statuses"].items())
    return {"level": "error", "message": {"text": words_of(f"{entry['case']}: {counted}: {entry['message']}")}}


def _utc(moment: str | None) -> str | None:
    """Returns a time as SARIF wants it; None when there is none, or nobody can read it."""
    try:
        found = datetime.fromisoformat(moment or "")
    except ValueError:
        return None
    return f"{found.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{found.microsecond // 1000:03d}Z"
