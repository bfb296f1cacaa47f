"""Do CI systems read the same verdict from the JUnit file as people from the report?"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml

from reports.exports.junit import to_junit
from reports.records import load
from reports.summary import summarize
from reports.tests import exported
from reports.tests.junit_check import problems
from reports.tests.runs import Change, Synthetic, crash
from reports.tests.test_stress import find_use_after_free, stress_run


def results(directory: Path) -> dict[str, list[tuple[str, str]]]:
    """Returns type and message of every result by the test's name, as junitparser reads the file."""
    suites = JUnitXml.fromstring(exported.text_of(to_junit, directory).encode())
    return {case.name: [(result.type, result.message) for result in case.result]
            for suite in suites for case in suite}


@pytest.mark.parametrize("write", exported.ALL)
def test_has_the_structure_that_jenkins_and_gitlab_read(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    assert problems(exported.text_of(to_junit, write(tmp_path))) == []


@pytest.mark.parametrize("write", exported.ALL)
def test_fails_exactly_when_the_run_does(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    run = load(write(tmp_path))
    summary = summarize(run)

    suites = JUnitXml.fromstring(to_junit(run, summary).encode())

    red = sum(suite.failures + suite.errors for suite in suites) > 0
    assert red == (summary["verdict"]["exit_code"] != 0)


def test_a_case_is_one_test_however_many_blocks_it_had(tmp_path: Path) -> None:
    found = results(exported.clean(tmp_path))

    assert found["counter_private/atom/think:0/threads:2"] == []
    assert len([name for name in found if name.startswith("counter_private/")]) == 10


def test_a_broken_invariant_is_a_failure_and_a_crash_an_error(tmp_path: Path) -> None:
    broken = results(exported.broken(tmp_path / "broken"))["counter_private/mutex/think:0/threads:2"]
    crashed = results(exported.crashed(tmp_path / "crashed"))["counter_private/atom/think:0/threads:2"]

    assert broken == [("broken-invariant", "invariant broken in 1 of 2 blocks: sum 99 != 100 increments")]
    assert crashed == [("crashed", "1 of 2 blocks crashed: ended by SIGSEGV: last words of the process")]


def test_the_words_of_a_crashed_process_are_kept(tmp_path: Path) -> None:
    text = exported.text_of(to_junit, exported.crashed(tmp_path))

    assert "terminate called\nlast words of the process" in text


def test_an_unexpected_race_fails_the_case_that_showed_it(tmp_path: Path) -> None:
    found = results(exported.raced_unexpectedly(tmp_path))

    assert found["counter_private/atom/think:0/threads:2"] == [("race", "data race on 4 bytes in tussle::atom::swap")]
    assert found["counter_private/plain_int/think:0/threads:2"] == []


def test_what_was_not_applicable_or_not_checkable_is_skipped_with_its_reason(tmp_path: Path) -> None:
    found = results(exported.raced(tmp_path))

    assert found["counter_private/absl_mutex/threads:4"] == [
        ("not-race-checkable", "not race-checkable here: its library is not instrumented")]
    assert found["counter/fetch_add/hold:50/threads:4"] == [("not-applicable", "not applicable: nothing to hold")]


def test_a_planted_bug_that_was_missed_fails_and_one_that_was_caught_passes(tmp_path: Path) -> None:
    name = "planted load_then_reset is caught by verification"

    assert results(exported.clean(tmp_path / "clean"))[name] == []
    assert results(exported.missed(tmp_path / "missed"))[name] == [
        ("planted-missed", "the bug never showed in 2 contended processes")]
    race = results(exported.raced(tmp_path / "raced"))["planted plain_int is caught by ThreadSanitizer"]
    assert race == []


def test_a_hostile_name_arrives_as_it_was_but_for_what_xml_cannot_hold(tmp_path: Path) -> None:
    text = exported.text_of(to_junit, exported.hostile(tmp_path))

    assert "<script>" not in text and "\u0007" not in text and "\ud800" not in text
    assert any("<script>alert(1)</script>" in name for name in results(tmp_path))


@pytest.mark.parametrize("change", [{}, {"counter_atom": find_use_after_free}, {"counter_atom": crash}])
def test_a_stress_run_fails_by_workload_and_subject_exactly_when_it_does(
    tmp_path: Path, change: dict[str, Change]
) -> None:
    run = load(stress_run(tmp_path, change))
    text = to_junit(run, summary := summarize(run))

    suites = JUnitXml.fromstring(text.encode())

    assert problems(text) == []
    red = {case.name for suite in suites for case in suite if case.result}
    assert red == ({"counter/atom"} if change else set())
    assert (summary["verdict"]["exit_code"] != 0) == bool(red)
    assert not red or "scripts/tussle stress --again" in text


@pytest.mark.parametrize(("broken", "again"), [(False, None), (True, "counter/load_then_reset@seed:1")])
def test_a_planted_bug_that_stress_missed_or_that_is_tried_again_is_red(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: bool, again: str | None
) -> None:
    monkeypatch.setattr("reports.stress.ENOUGH_TRIES", 1)
    run = load(stress_run(tmp_path, again=again, breaks_planted=broken))
    summary = summarize(run)

    suites = JUnitXml.fromstring(to_junit(run, summary).encode())

    assert sum(suite.failures + suite.errors for suite in suites) > 0
    assert summary["verdict"]["exit_code"] != 0


@pytest.mark.parametrize(("subject", "kind"), [("atom", "race"), ("plain_int", "crashed")])
def test_races_that_a_crash_left_without_a_list_are_a_failure_unless_planted(
    tmp_path: Path, subject: str, kind: str
) -> None:
    def lose(unit: dict[str, Any]) -> None:
        crash(unit)
        unit["races_lost"] = True

    write = Synthetic(**exported.SMALL, kind="race").write(tmp_path, {f"private_{subject}_think=0_threads=2.b0": lose})

    assert [each[0] for each in results(write)[f"counter_private/{subject}/think:0/threads:2"]] == [kind]


@pytest.mark.parametrize(("mutation", "complaint"), [
    (("failures=\"1\"", "failures=\"0\""), "failures is 0, not 1"),
    (("<testcase", "<test"), "not XML"),
    (('classname="tussle.run.counter_private" name="counter_private/mutex/think:0/threads:2"',
      'classname="tussle.run.counter_private" name="counter_private/atom/think:0/threads:2"'), "stands 2 times"),
    ((' type="broken-invariant"', ""), "<failure> lacks type"),
    (("<failure", "<system-err>x</system-err><failure"), "<system-err> is unknown"),
    (('timestamp="2025-01-02T03:04:05"', 'timestamp="yesterday"'), "is of yesterday"),
])
def test_the_check_finds_what_is_wrong(tmp_path: Path, mutation: tuple[str, str], complaint: str) -> None:
    text = exported.text_of(to_junit, exported.broken(tmp_path))

    spoilt = text.replace(*mutation)

    assert spoilt != text
    assert complaint in " ".join(problems(spoilt))
