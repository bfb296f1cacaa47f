"""Would code scanning take this log? What GitHub lists for an upload, and the official schema where it is here.

https://docs.github.com/code-security/code-scanning: SARIF support, and the limits on results.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).resolve().parents[2] / "build" / "test_inputs" / "sarif-2.1.0.json"
LEVELS = ("none", "note", "warning", "error")
MOST = {"results": 25_000, "rules": 25_000, "flow": 10_000, "locations": 1_000, "tags": 20}
UPLOAD_BYTES = 10_000_000
UTC = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def problems(text: str) -> list[str]:
    """Returns what is wrong with a log; nothing when code scanning would show all of it."""
    log = json.loads(text)
    found = [] if len(text.encode()) <= UPLOAD_BYTES else ["the file is too large"]
    found += [] if log.get("version") == "2.1.0" and log.get("$schema") else ["version or schema"]
    for run in log["runs"]:
        found += [*_of_rules(run), *_of_invocations(run), *_of_results(run)]
    return found


def schema_problems(text: str) -> list[str]:
    """Returns what the official schema has against the log."""
    from jsonschema import Draft4Validator

    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return [f"{list(error.absolute_path)}: {error.message}"
            for error in Draft4Validator(schema).iter_errors(json.loads(text))]


def _of_rules(run: dict[str, Any]) -> Iterator[str]:
    rules = run["tool"]["driver"]["rules"]
    if not run["tool"]["driver"].get("name"):
        yield "the tool has no name"
    if len({rule["id"] for rule in rules}) != len(rules) or len(rules) > MOST["rules"]:
        yield "rules are not unique, or too many"
    for rule in rules:
        for part in ("shortDescription", "fullDescription", "help"):
            if not 0 < len(rule.get(part, {}).get("text", "")) <= 1024:
                yield f"rule {rule['id']}: {part}"
        if len(rule.get("name", "")) > 255 or len(rule["properties"]["tags"]) > MOST["tags"]:
            yield f"rule {rule['id']}: name or tags"


def _of_invocations(run: dict[str, Any]) -> Iterator[str]:
    for invocation in run["invocations"]:
        if not isinstance(invocation.get("executionSuccessful"), bool):
            yield "an invocation does not say whether it succeeded"
        for key in ("startTimeUtc", "endTimeUtc"):
            if key in invocation and not re.fullmatch(UTC, invocation[key]):
                yield f"{key} is {invocation[key]}"


def _of_results(run: dict[str, Any]) -> Iterator[str]:
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    if len(run["results"]) > MOST["results"]:
        yield "too many results"
    prints = [result.get("partialFingerprints", {}).get("primaryLocationLineHash") for result in run["results"]]
    if not all(prints) or len(set(prints)) != len(prints):
        yield "a fingerprint lacks, or two results share one"
    for result in run["results"]:
        if not 0 <= result["ruleIndex"] < len(rules) or rules[result["ruleIndex"]] != result["ruleId"]:
            yield f"ruleIndex of {result['ruleId']}"
        if result["level"] not in LEVELS or not result["message"].get("text"):
            yield "level or message"
        yield from _of_places(run, result)


def _of_places(run: dict[str, Any], result: dict[str, Any]) -> Iterator[str]:
    flows = [step["location"] for flow in result.get("codeFlows", []) for thread in flow["threadFlows"]
             for step in thread["locations"]]
    related = result.get("relatedLocations", [])
    if not 1 <= len(result.get("locations", [])) <= 10 or len(related) > MOST["locations"]:
        yield "no place, or too many"
    if len(flows) > MOST["flow"]:
        yield "a code flow is too long"
    if len({place.get("id") for place in related}) != len(related):
        yield "two related locations share an id"
    for number in re.findall(r"(?<!\\)\]\((\d+)\)", result["message"]["text"]):
        if int(number) not in [place.get("id") for place in related]:
            yield f"the message links to {number}, which is not there"
    for place in [*result.get("locations", []), *related, *flows]:
        yield from _of_place(run, place)


def _of_place(run: dict[str, Any], place: dict[str, Any]) -> Iterator[str]:
    artifact = place.get("physicalLocation", {}).get("artifactLocation", {})
    region = place.get("physicalLocation", {}).get("region", {})
    uri = artifact.get("uri", "")
    if not re.fullmatch(r"(file:///)?[A-Za-z0-9._~%/+@!$&'(),;=:-]+", uri) or ".." in uri.split("/"):
        yield f"uri '{uri}'"
    if not uri.startswith("file:///") and artifact.get("uriBaseId") not in run["originalUriBaseIds"]:
        yield f"'{uri}' is relative to nothing"
    if any(region.get(key, 0) < 1 for key in ("startLine", "startColumn", "endLine", "endColumn")):
        yield f"region {region}"
