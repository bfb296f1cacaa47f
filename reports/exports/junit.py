"""What did each case come to, as CI systems read test results? (JUnit XML)

One test case per case, its blocks folded; one per planted bug and detector. The file has a failure or an
error exactly when the run's exit code is not 0.
"""

import re
from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree

from reports.exports import junit_stress
from reports.exports.junit_case import Test
from reports.records import Run, Unit
from reports.troubles import words_of

ACCIDENTS = ("crashed", "failed", "timeout", "unstartable", "missing")
NOT_CHECKABLE = "not race-checkable"
DETECTED_BY = {"invariant": "verification", "race": "ThreadSanitizer"}
MESSAGE_CHARACTERS = 1000
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(run: Run, summary: dict[str, Any]) -> str:
    """Returns the XML document."""
    parts = junit_stress.suites_of(run, summary) if summary.get("stress") else _suites(run, summary)
    suites = {"run": _of_run(run, summary), **parts}
    root = ElementTree.Element("testsuites", name=_clean(f"tussle {summary['kind']}"))
    _count(root, [test for tests in suites.values() for test in tests], with_skipped=False)
    for name, tests in suites.items():
        root.append(_suite(summary, name, tests))
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suites(run: Run, summary: dict[str, Any]) -> dict[str, list[Test]]:
    """Returns the tests of a run or a race check by their suite."""
    suites: dict[str, list[Test]] = {}
    for row in summary["cases"]:
        suites.setdefault(row["workload"], []).append(_case(run, summary, row))
    for row in summary.get("latency", []):
        suites.setdefault(row["workload"], []).append(_latency(run, row))
    for entry in summary["skipped"]:
        suites.setdefault(entry["case"].split("/")[0], []).append(_skipped(entry))
    planted = list(_planted(summary))
    if planted:
        suites["planted"] = suites.get("planted", []) + planted
    return suites


def _of_run(run: Run, summary: dict[str, Any]) -> list[Test]:
    """What is wrong and belongs to no case of the plan."""
    unread = [f"{item.file}: {item.what}" for item in run.corrupt]
    records = "every record can be read"
    tests = [Test(records, "error", "corrupt", unread[0], "\n".join(unread)) if unread else Test(records)]
    if summary["kind"] == "race":
        planned = {row["name"] for row in summary["cases"]}
        stray = [race["text"] for race in _unexpected(summary) if planned.isdisjoint(race["cases"])]
        name = "no race without a case of the plan"
        tests.append(Test(name, "failure", "race", stray[0], "\n".join(stray)) if stray else Test(name))
    return tests


def _case(run: Run, summary: dict[str, Any], row: dict[str, Any]) -> Test:
    units = [unit for unit in run.units if unit.case == row["name"]]
    seconds = sum(unit.seconds or 0.0 for unit in units)
    source = next((s["source"] for s in summary["subjects"] if s["name"] == row["subject"]), "")
    outcome = _broken(run, row, units) or _raced(run, summary, row, units) or _accident(run, row, units)
    return Test(row["name"], **outcome, seconds=seconds, file=source)


def _latency(run: Run, row: dict[str, Any]) -> Test:
    """Returns what the latency pass of a case came to: other processes than those of its throughput."""
    units = [unit for unit in run.latency_units if unit.case == row["case"]]
    seconds = sum(unit.seconds or 0.0 for unit in units)
    outcome = _broken(run, row, units) or _accident(run, row, units)
    return Test(f"{row['case']} (latency)", **outcome, seconds=seconds)


def _broken(run: Run, row: dict[str, Any], units: list[Unit]) -> dict[str, str]:
    broken = [unit for unit in units if unit.status == "broken"]
    if not broken or row["expected"]:
        return {}
    blocks = f"{len(broken)} of {row['planned']} blocks"
    return {"outcome": "failure", "type": "broken-invariant",
            "message": f"invariant broken in {blocks}: {broken[0].message}", "text": _words(run, broken)}


def _raced(run: Run, summary: dict[str, Any], row: dict[str, Any], units: list[Unit]) -> dict[str, str]:
    races = [race["text"] for race in _unexpected(summary) if row["name"] in race["cases"]]
    if run.manifest.subject(row["subject"])["expected"]["race"] is False:
        races += [f"races without a list of them: {unit.message}" for unit in units if unit.races_lost]
    if not races:
        return {}
    return {"outcome": "failure", "type": "race", "message": races[0], "text": "\n".join(races)}


def _accident(run: Run, row: dict[str, Any], units: list[Unit]) -> dict[str, str]:
    counts = [(status, row["statuses"].get(status, 0)) for status in ACCIDENTS]
    found = [(status, number) for status, number in counts if number]
    if not found:
        return {}
    witnesses = [unit for unit in units if unit.status in ACCIDENTS]
    said = f": {witnesses[0].message}" if witnesses else ": no record of it"
    blocks = ", ".join(f"{number} of {row['planned']} blocks {status}" for status, number in found)
    return {"outcome": "error", "type": found[0][0], "message": blocks + said,
            "text": _words(run, witnesses)}


def _skipped(entry: dict[str, str]) -> Test:
    kind = "not-race-checkable" if entry["reason"].startswith(NOT_CHECKABLE) else "not-applicable"
    return Test(entry["case"], "skipped", kind, entry["reason"])


def _planted(summary: dict[str, Any]) -> Iterable[Test]:
    for row in summary["planted"]:
        for item in row["detectors"]:
            if item["expected"] is False:
                continue  # a catch there is a failure of its case
            name = f"planted {row['subject']} is caught by {DETECTED_BY[item['detector']]}"
            yield Test(name, **_caught(item), seconds=0.0, file=row["source"])


def _caught(item: dict[str, Any]) -> dict[str, str]:
    if item["state"] == "caught":
        return {}
    if item["state"] == "missed":
        said = f"the bug never showed in {item['units']} contended processes"
        return {"outcome": "failure", "type": "planted-missed", "message": said}
    why = {"not run": "this run has no such detector",
           "not seen": "it may show, or had no contended process, and did not"}
    return {"outcome": "skipped", "type": "not-required", "message": why.get(item["state"], item["state"])}


def _unexpected(summary: dict[str, Any]) -> list[dict[str, Any]]:
    return [race for race in summary["races"] if not race["expected"]]


def _words(run: Run, units: list[Unit]) -> str:
    return "\n".join([*(f"block {unit.block}: {unit.message}" for unit in units),
                      *([words_of(run, units[0])] if units else [])])


def _suite(summary: dict[str, Any], name: str, tests: list[Test]) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", name=_clean(name), timestamp=summary["created"][:19])
    if summary["machines"]:
        suite.set("hostname", _clean(summary["machines"][0]["host"]))
    _count(suite, tests, with_skipped=True)
    if name == "run":
        facts = ElementTree.SubElement(suite, "properties")
        for key in ("run_id", "commit", "seed", "mode"):
            ElementTree.SubElement(facts, "property", name=key, value=_clean(str(summary[key])))
    for test in tests:
        suite.append(_element(f"tussle.{summary['kind']}.{name}", test))
    return suite


def _count(element: ElementTree.Element, tests: list[Test], with_skipped: bool) -> None:
    outcomes = [test.outcome for test in tests]
    element.set("tests", str(len(tests)))
    element.set("failures", str(outcomes.count("failure")))
    element.set("errors", str(outcomes.count("error")))
    if with_skipped:  # strict readers know it on suites only
        element.set("skipped", str(outcomes.count("skipped")))
    element.set("time", f"{sum(test.seconds for test in tests):.3f}")


def _element(suite: str, test: Test) -> ElementTree.Element:
    # GitLab tells test cases apart by class name and name.
    element = ElementTree.Element("testcase", classname=_clean(suite), name=_clean(test.name),
                                  time=f"{test.seconds:.3f}")
    if test.file:
        element.set("file", _clean(test.file))
    if test.outcome != "passed":
        message = _clean(" ".join(test.message.split()))[:MESSAGE_CHARACTERS]
        result = ElementTree.SubElement(element, test.outcome, type=test.type, message=message)
        result.text = _clean(test.text) or None
    return element


def _clean(text: str) -> str:
    """Returns the text without the characters that XML cannot hold, whatever a process printed."""
    return _FORBIDDEN.sub("\ufffd", text)
