"""Is it told right in which execution a detector noticed a bug, and does one table show it?"""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from harness.mutants import catalog, controlled, score, session, trying
from harness.mutants.catalog import Detector, Subject
from harness.mutants.trying import Try
from harness.runner.command_line import main
from harness.runner.trouble import Trouble

ROOT = Path(__file__).resolve().parents[3]


def _detector(target: str = "tussle_litmus", **more: Any) -> Detector:
    known: dict[str, Any] = dict(name="d", kind="sim", preset="sim", target=target, sources=(), filter="*", finds="it",
                                 strategy="random", memory="weak", executions=50)
    return Detector(**{**known, **more})


def _subject(detector: Detector, *asks: str) -> Subject:
    return Subject("m", "f", "b", (detector,), (), "caught", "", 5.0, asks, "a", "r")


def _binary(folder: Path, text: str) -> Path:
    """Writes a program that notes how it was called."""
    path = folder / "binary"
    path.write_text(f'#!/bin/bash\necho "$*" >> {folder}/calls\n{text}\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def _calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text().splitlines()


CASE_FOUND = """cat <<'END'
counter/atom/threads:2: 12 executions, 900 scheduling points, 1800 a second
found in execution 12

of counter/atom/threads:2 --operations 4:
data race: nothing orders two accesses to #1
END
exit 3"""
CASE_SOUND = "echo 'c: 50 executions, 100 scheduling points, 400 a second'"


def test_the_execution_in_which_a_case_failed_is_told(tmp_path: Path) -> None:
    detector = _detector(controlled.CASES)
    binary = _binary(tmp_path, CASE_FOUND)

    seen = trying.once(tmp_path, _subject(detector, "counter/atom/threads:2 --operations 8"), detector, binary, 7)

    assert (seen.how, seen.executions, seen.seconds) == ("finding", 12, 0.5)
    assert "data race" in seen.message
    assert "--case counter/atom/threads:2 --operations 8" in _calls(tmp_path)[0]
    assert "--executions 50 --seed 7 --memory weak" in _calls(tmp_path)[0]


def test_cases_are_asked_one_after_the_other_and_what_is_tried_in_vain_adds_up(tmp_path: Path) -> None:
    detector = _detector(controlled.CASES)

    seen = trying.once(tmp_path, _subject(detector, "a/b", "c/d"), detector, _binary(tmp_path, CASE_SOUND), 1)

    assert (seen.how, seen.executions, seen.seconds) == ("", 100, 0.5)
    assert len(_calls(tmp_path)) == 2


def test_a_detector_that_does_not_know_the_case_is_trouble_and_a_signal_is_a_crash(tmp_path: Path) -> None:
    detector = _detector(controlled.CASES)
    with pytest.raises(Trouble, match="could not be asked.*no such case"):
        trying.once(tmp_path, _subject(detector, "a"), detector, _binary(tmp_path, "echo no such case >&2; exit 2"), 1)

    seen = trying.once(tmp_path, _subject(detector, "a"), detector, _binary(tmp_path, "kill -SEGV $$"), 1)

    assert seen.how == "crash"
    assert "SIGSEGV" in seen.message


def _program(**more: Any) -> dict[str, Any]:
    outcome = {"grade": "forbidden", "count": 0, "reason": "torn"}
    return {"runner": "sim", "executions": 30, "seconds": 0.3, "finding": "", "outcomes": [outcome], **more}


def _met(count: int) -> list[dict[str, Any]]:
    return [{"grade": "forbidden", "count": count, "reason": "torn"}]


def test_a_litmus_program_that_came_to_something_forbidden_is_noticed(tmp_path: Path) -> None:
    record = tmp_path / "said.json"
    record.write_text(json.dumps({"programs": [_program(outcomes=_met(1))]}))
    # The file to write is the fourth word.
    binary = _binary(tmp_path, f'cp {record} "$4"; exit 3')
    detector = _detector()

    seen = trying.once(tmp_path, _subject(detector, "atom.x"), detector, binary, 1)

    assert (seen.how, seen.executions, seen.seconds, seen.message) == ("outcome", 30, 0.3, "atom.x: torn")
    assert "--filter ^atom\\.x$" in _calls(tmp_path)[0]
    assert "--strategy random" in _calls(tmp_path)[0]


def test_programs_are_added_up_until_one_shows_something() -> None:
    found = controlled.first_broken([_program(), _program(finding="data race: x"), _program(outcomes=_met(1))])
    assert (found.how, found.executions, found.message) == ("finding", 60, "data race: x")
    assert controlled.first_broken([_program(), _program()]).how == ""


def test_on_real_threads_it_is_told_how_far_apart_two_are() -> None:
    found = controlled.first_broken([_program(runner="threads", executions=1000, seconds=2.0, outcomes=_met(10))])
    assert (found.executions, found.seconds) == (100, 0.2)


@pytest.mark.parametrize(("noticed", "seconds", "executions"), [
    ([True] * 10, 0.5, 5), ([True] * 5 + [False] * 5, 0.5, 5), ([True] * 4 + [False] * 6, None, None), ([], None, None),
])
def test_a_run_that_noticed_nothing_counts_as_endless(
    noticed: list[bool], seconds: float | None, executions: int | None
) -> None:
    tries = [Try("test" if each else "", "", (i + 1) / 10, i + 1) for i, each in enumerate(noticed)]
    said = session.medians(tries)
    assert (said["median_seconds"], said["median_executions"]) == (seconds, executions)
    assert said["tried"] == (0 if all(noticed) else 10)


def test_what_is_simulated_must_say_what_it_asks_for_and_how(tmp_path: Path) -> None:
    detectors = """[[detectors]]
name = "s"
kind = "sim"
preset = "sim"
target = "t"
sources = []
strategy = "random"
finds = "it"
"""
    mutants = '[[planted]]\nname = "p"\nfile = "f"\nbreaks = "b"\ndetectors = ["s"]\nasks = ["c"]\n'
    for change, what in ((('strategy = "random"\n', ""), "'strategy' belongs"),
                         (('asks = ["c"]\n', ""), "'asks' belongs"),
                         (('strategy = "random"', 'strategy = "best"'), "one of"),
                         (('finds = "it"', 'finds = "it"\nexecutions = 0'), "'executions' is not a number")):
        (tmp_path / catalog.DETECTORS).write_text(detectors.replace(*change))
        (tmp_path / "planted.toml").write_text(mutants.replace(*change))
        with pytest.raises(Trouble, match=what):
            catalog.load(tmp_path, ".")


def test_every_order_of_the_seams_users_that_is_weakened_is_asked_about_in_a_weak_memory() -> None:
    known = catalog.load(ROOT)
    # One without detectors serves the statements that it names in `fails`.
    weakened = [each for each in known.subjects if each.detectors and "memory_order" in each.anchor
                and "memory_order" in each.replacement and not each.file.startswith("primitives/sync/")
                and each.anchor.count("memory_order") and _orders(each.anchor) != _orders(each.replacement)]
    assert len(weakened) >= 20
    for each in weakened:
        # The others explore their programs in a weak memory, too.
        weak = {"sim.weak", "tasks.sim", "two_ends.sim", "stm.weak", "channels.sim", "connectors.weak"}
        assert weak & {detector.name for detector in each.detectors}, each.name


def _orders(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").replace(")", " ").split() if "memory_order" in word]


def test_the_table_for_a_terminal_names_who_was_asked() -> None:
    detection = {"detector": "sim.weak", "column": "sim:weak", "runs": 10, "caught": 10, "seconds": 0.1,
                 "median_seconds": 0.25, "median_executions": 123, "tried": 0, "how": "outcome", "message": "m",
                 "same_code": False}
    subject = {"name": "weak_order", "kind": "mutant", "file": "f", "breaks": "b", "expected": "caught", "needs": "",
               "gate": [], "error": "", "state": "caught", "detections": [detection]}
    lines = score.text({
        "created": "", "commit": None, "seeds": 10, "finished": "", "left_out": [], "control": [],
        "subjects": [subject],
        "detectors": [{"name": "sim.weak", "column": "sim:weak", "finds": "it"},
                      {"name": "h", "column": "history", "finds": "it"}],
    }).splitlines()

    assert lines[0].split() == ["sim-weak", "history"]
    assert lines[1].split() == ["weak_order", "10/10", "·", "123", "·", "0.25", "s", "·"]
    assert "10 seeds" in lines[-1]


@pytest.mark.parametrize(("arguments", "said"), [
    (["--columns", "sim-week"], "did you mean sim-weak"),
    (["--only", "no_such_bug"], "no_such_bug"),
    (["--seeds", "0"], "--seeds"),
    (["--only", "seam_costs_a_call", "--columns", "sim-weak"], "none of these detectors"),
])
def test_wrong_use_is_one_line_and_exit_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["score", "--out", str(tmp_path / "out"), *arguments]) == 2
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1
    assert said in errors
