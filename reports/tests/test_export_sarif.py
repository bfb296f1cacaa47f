"""Does code scanning get every finding once, at its place, and know it again in the next run?"""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports.exports.fingerprints import fingerprints
from reports.exports.sarif import to_sarif
from reports.tests import exported
from reports.tests.runs import race_record
from reports.tests.sarif_check import SCHEMA, problems, schema_problems

Record = dict[str, Any]


def run_of(directory: Path) -> Record:
    run: Record = json.loads(exported.text_of(to_sarif, directory))["runs"][0]
    return run


def result_of(directory: Path, rule: str) -> Record:
    found: list[Record] = [item for item in run_of(directory)["results"] if item["ruleId"] == rule]
    assert len(found) == 1
    return found[0]


def race_result(folder: Path, race: Record) -> Record:
    """Returns the result of the only race that nobody planted."""
    found: Record = run_of(exported.raced_unexpectedly(folder, race))["results"][0]
    return found


@pytest.mark.parametrize("write", exported.ALL)
def test_code_scanning_takes_it(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    assert problems(exported.text_of(to_sarif, write(tmp_path))) == []


@pytest.mark.skipif(not SCHEMA.exists(), reason="scripts/setup --need test fetches the schema with npm")
@pytest.mark.parametrize("write", exported.ALL)
def test_the_official_schema_takes_it(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    assert schema_problems(exported.text_of(to_sarif, write(tmp_path))) == []


@pytest.mark.skipif(not SCHEMA.exists(), reason="scripts/setup --need test fetches the schema with npm")
def test_the_official_schema_is_really_asked(tmp_path: Path) -> None:
    text = exported.text_of(to_sarif, exported.raced(tmp_path)).replace('"level": "note"', '"level": "grave"')

    assert any("grave" in problem for problem in schema_problems(text))


def test_a_race_shows_both_sides(tmp_path: Path) -> None:
    found = race_result(tmp_path, race_record("abc", "tussle::atom::swap"))

    assert found["level"] == "error" and "suppressions" not in found
    assert found["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": "workloads/planted/plain_int.h", "uriBaseId": "SRCROOT"}
    assert found["locations"][0]["physicalLocation"]["region"]["startLine"] == 31
    assert [place["physicalLocation"]["region"]["startLine"] for place in found["relatedLocations"]][0] == 34
    assert [len(stack["frames"]) for stack in found["stacks"]] == [2, 2]
    assert "write of 4 bytes" in found["message"]["text"] and "holding M1" in found["message"]["text"]


def test_each_thread_has_a_flow_that_ends_with_its_access(tmp_path: Path) -> None:
    found = race_result(tmp_path, race_record("abc", "tussle::atom::swap"))

    flows = found["codeFlows"][0]["threadFlows"]
    lines = [[step["location"]["physicalLocation"]["region"]["startLine"] for step in flow["locations"]]
             for flow in flows]
    assert [flow["id"] for flow in flows] == ["T1", "T2"]
    assert lines == [[88, 31], [88, 34]]
    assert [step["importance"] for step in flows[0]["locations"]] == ["unimportant", "essential"]


def test_a_planted_race_is_a_suppressed_note(tmp_path: Path) -> None:
    found = result_of(exported.raced(tmp_path), "race/data-race")

    assert found["level"] == "note"
    assert found["suppressions"][0]["kind"] == "external"
    assert found["suppressions"][0]["justification"].startswith("planted")


def test_broken_invariants_and_missed_bugs_have_rules_of_their_own(tmp_path: Path) -> None:
    broken = [item for item in run_of(exported.broken(tmp_path / "b"))["results"] if item["level"] == "error"]
    missed = result_of(exported.missed(tmp_path / "m"), "planted-missed")

    assert [item["ruleId"] for item in broken] == ["broken-invariant"]
    place = broken[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place == "workloads/subjects/mutex.h"
    assert "sum 99 != 100 increments" in broken[0]["message"]["text"]
    assert missed["level"] == "error" and "load_then_reset" in missed["message"]["text"]


def test_a_crash_is_a_notification_and_no_finding(tmp_path: Path) -> None:
    run = run_of(exported.crashed(tmp_path))
    invocation = run["invocations"][0]

    assert not [item for item in run["results"] if item["level"] == "error"]
    assert [note["level"] for note in invocation["toolExecutionNotifications"]] == ["error"]
    assert invocation["exitCode"] == 4 and not invocation["executionSuccessful"]


@pytest.mark.parametrize(("write", "code", "successful"), [
    (exported.clean, 0, True), (exported.raced_unexpectedly, 3, True), (exported.missed, 4, False),
    (exported.interrupted, None, False),
])
def test_the_invocation_tells_the_exit_code(
    tmp_path: Path, write: Callable[[Path], Path], code: int | None, successful: bool
) -> None:
    invocation = run_of(write(tmp_path))["invocations"][0]

    assert (invocation.get("exitCode"), invocation["executionSuccessful"]) == (code, successful)


def test_every_rule_says_what_it_means_and_what_to_do(tmp_path: Path) -> None:
    rules = run_of(exported.hostile(tmp_path))["tool"]["driver"]["rules"]

    assert all(rule["help"]["text"] and "**Mend:**" in rule["help"]["markdown"] for rule in rules)
    assert any(rule["id"].startswith("race/x_") for rule in rules)  # a kind that nobody knows


def swapped(race: Record) -> None:
    race["accesses"].reverse()


def renamed_threads(race: Record) -> None:
    for access, name in zip(race["accesses"], ("T7", "T4")):
        access.update(thread=name, thread_name=f"worker {name}")
    race["threads"] = []


def seen_more_often(race: Record) -> None:
    race.update(count=99, id="another", cases=["x"])


def moved_down(race: Record) -> None:
    for access in race["accesses"]:
        for frame in access["stack"]:
            frame["line"] += 17


def other_function(race: Record) -> None:
    race["accesses"][0]["stack"][0]["function"] = "elsewhere()"


def other_file(race: Record) -> None:
    race["accesses"][1]["stack"][0]["file"] = "elsewhere.h"


def other_operation(race: Record) -> None:
    race["accesses"][1]["operation"] = "atomic write"


def other_kind(race: Record) -> None:
    race["kind"] = "heap-use-after-free"


def fingerprint_after(change: Callable[[Record], None]) -> bool:
    """Tells whether a race keeps its fingerprint when it is changed so."""
    before = race_record("abc", "tussle::atom::swap")
    after = copy.deepcopy(before)
    change(after)
    return list(fingerprints([before]).values()) == list(fingerprints([after]).values())


@pytest.mark.parametrize("change", [swapped, renamed_threads, seen_more_often, moved_down])
def test_a_race_is_known_again(change: Callable[[Record], None]) -> None:
    assert fingerprint_after(change)


@pytest.mark.parametrize("change", [other_function, other_file, other_operation, other_kind])
def test_another_race_is_not_taken_for_it(change: Callable[[Record], None]) -> None:
    assert not fingerprint_after(change)


def test_two_races_in_the_same_functions_are_numbered_by_their_lines() -> None:
    first, second = race_record("zzz", "swap"), race_record("aaa", "swap")
    moved_down(second)

    prints = fingerprints([second, first])

    assert prints["zzz"].endswith(":1") and prints["aaa"].endswith(":2")
    assert prints == fingerprints([first, second])


def test_which_access_came_first_changes_nothing_in_the_result(tmp_path: Path) -> None:
    race = race_record("abc", "tussle::atom::swap")
    other = copy.deepcopy(race)
    swapped(other)

    assert race_result(tmp_path / "a", race) == race_result(tmp_path / "b", other)


def without_stacks(race: Record) -> None:
    for access in race["accesses"]:
        access["stack"] = []


def outside(race: Record) -> None:
    for access in race["accesses"]:
        access["stack"] = [{"function": "memcpy", "file": "/usr/include/string.h", "line": 0, "module": "libc.so"},
                           {"function": "", "file": "", "line": 0, "module": "a.out"}]


def without_accesses(race: Record) -> None:
    stacks = [access["stack"] for access in race["accesses"]]
    race.update(kind="lock-order-inversion", accesses=[], stacks=stacks)


def with_nothing(race: Record) -> None:
    race.update(accesses=[], threads=[], mutexes=[], location=None)
    race.pop("stacks", None)


@pytest.mark.parametrize(("change", "place"), [
    (without_stacks, "harness/measure/team.cc"),  # where its threads are started
    (outside, "harness/measure/team.cc"),
    (without_accesses, "workloads/planted/plain_int.h"),
    (with_nothing, "workloads/subjects/atom.h"),  # the source of the subject that showed it
])
def test_a_race_whose_stacks_are_lost_still_has_a_place(
    tmp_path: Path, change: Callable[[Record], None], place: str
) -> None:
    race = race_record("abc", "tussle::atom::swap")
    for thread in race["threads"]:
        thread["stack"] = thread["stack"][1:]
    change(race)

    found = race_result(tmp_path, race)

    assert problems(exported.text_of(to_sarif, tmp_path)) == []
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == place
    if SCHEMA.exists():
        assert schema_problems(exported.text_of(to_sarif, tmp_path)) == []


def spoil(log: Record, way: str) -> None:
    result = log["runs"][0]["results"][0]
    place = result["locations"][0]["physicalLocation"]
    ways: dict[str, Callable[[], Any]] = {
        "no place": lambda: result.update(locations=[]),
        "uri": lambda: place["artifactLocation"].update(uri="../outside.h"),
        "relative to nothing": lambda: place["artifactLocation"].update(uriBaseId="HOME"),
        "region": lambda: place["region"].update(startLine=0),
        "fingerprint": lambda: result.update(partialFingerprints={}),
        "links to 9": lambda: result["message"].update(text="see [there](9)"),
        "ruleIndex": lambda: result.update(ruleIndex=0, ruleId="race/data-race"),
        "help": lambda: log["runs"][0]["tool"]["driver"]["rules"][0].pop("help"),
        "succeeded": lambda: log["runs"][0]["invocations"][0].pop("executionSuccessful"),
        "startTimeUtc": lambda: log["runs"][0]["invocations"][0].update(startTimeUtc="2025-01-02 03:04"),
    }
    ways[way]()


@pytest.mark.parametrize("way", ["no place", "uri", "relative to nothing", "region", "fingerprint", "links to 9",
                                 "ruleIndex", "help", "succeeded", "startTimeUtc"])
def test_the_check_finds_what_is_wrong(tmp_path: Path, way: str) -> None:
    log = json.loads(exported.text_of(to_sarif, exported.raced_unexpectedly(tmp_path)))

    spoil(log, way)

    assert any(way in problem for problem in problems(json.dumps(log)))
