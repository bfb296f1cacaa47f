"""Does `stress` tell failures from planted ones, stop, and print a command that tries one again?"""

import json
import os
import re
import shlex
import signal
import subprocess
from pathlib import Path

import pytest

from harness.runner.tests.stage import Ended, Place, start_for_real

TINY = """
description = "three subjects of one workload"
kinds = ["stress"]
window = 0.01
ramp = 0
timeout = 20
[[cases]]
workload = "counter"
subjects = ["atom", "mutex", "planted"]
"""


@pytest.fixture(autouse=True)
def chaos(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_MODE", "chaos")


def stress(place: Place, *more: str, preset: str = TINY) -> Ended:
    path = place.preset(preset)
    return place.type("stress", path, "--binary", str(place.binary), "--seed", "7", *more)


def test_a_session_without_failures_ends_with_0(place: Place) -> None:
    ended = stress(place, "--runs", "20")

    assert ended.code == 0
    assert ended.out == "results/latest/report.html\n"
    assert "20 runs, " in ended.err and ": 0 failed that should not" in ended.err
    assert "planted load_then_reset: caught in " in ended.err
    manifest = place.manifest()
    assert (manifest["kind"], manifest["seed"]) == ("stress", 7)
    assert manifest["stress"] == {"budget_s": None, "runs": 20, "again": None}
    assert manifest["finished"] is not None
    assert {entry["key"] for entry in manifest["plan"]} == set(place.units())


def test_what_is_drawn_depends_on_the_seed_and_lies_in_the_ranges(place: Place) -> None:
    stress(place, "--runs", "40")
    first = {unit["case"]: unit["trial"] for unit in place.units().values()}
    stress(place, "--runs", "40")
    again = {unit["case"]: unit["trial"] for unit in place.units().values()}
    stress(place, "--runs", "40", "--seed", "8")
    other = {unit["case"]: unit["trial"] for unit in place.units().values()}

    assert first == again
    assert first != other
    conditions = [unit["conditions"] for unit in place.units().values()]
    assert all(2 <= drawn["threads"] <= 256 for drawn in conditions)
    assert len({drawn["threads"] for drawn in conditions}) > 1
    assert len({drawn["hold"] for drawn in conditions}) > 10
    numbers = [value for drawn in conditions for name, value in drawn.items() if name != "placement"]
    assert all(isinstance(value, int) for value in numbers)


def test_a_condition_that_the_preset_names_takes_its_values_only(place: Place) -> None:
    stress(place, "--runs", "30", preset=TINY + "[cases.conditions]\nhold = [0, 3]\n")

    conditions = [unit["conditions"] for unit in place.units().values()]
    assert {drawn["hold"] for drawn in conditions} == {0, 3}
    assert len({drawn["think"] for drawn in conditions}) > 5


def test_labels_and_lists_of_values_are_drawn_and_defaults_left_out(place: Place) -> None:
    stress(place, "--runs", "60")

    drawn = [unit["conditions"] for unit in place.units().values()]
    assert {each.get("placement") for each in drawn} == {None, "compact"}
    assert {each.get("payload") for each in drawn} == {None, 64}
    assert not any("allocator" in each for each in drawn)  # the sanitizer brings its own
    units = [unit for unit in place.units().values() if "/atom/" in unit["case"]]
    trial = next(unit["trial"] for unit in units if "compact" in unit["case"])
    again = place.type("stress", "--again", trial["token"], "--runs", "2", "--binary", str(place.binary))
    assert again.code == 0, again.err
    assert {unit["conditions"]["placement"] for unit in place.units().values()} == {"compact"}


def test_a_default_that_the_preset_names_is_drawn_too(place: Place) -> None:
    stress(place, "--runs", "40", preset=TINY + '[cases.conditions]\nplacement = ["free"]\npayload = [8, 64]\n')

    drawn = [unit["conditions"] for unit in place.units().values()]
    assert {each.get("placement") for each in drawn} == {None}
    assert {each.get("payload") for each in drawn} == {None, 64}


def test_a_limit_of_a_subject_holds(place: Place) -> None:
    everything = 'description = "all"\nkinds = ["stress"]\nwindow = 0.01\nramp = 0\ntimeout = 20\n'
    ended = stress(place, "--runs", "25", "--filter", "^counter/fetch_add$", preset=everything)

    assert ended.code == 0
    conditions = [unit["conditions"] for unit in place.units().values()]
    assert {drawn["hold"] for drawn in conditions} == {0}
    assert {unit["subject"] for unit in place.units().values()} == {"fetch_add"}


def test_about_a_third_of_the_runs_have_all_threads_on_one_core(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen = tmp_path / "cores"
    monkeypatch.setenv("FAKE_CORES", str(seen))
    before = os.sched_getaffinity(0)

    stress(place, "--runs", "60")

    units = sorted(place.units().values(), key=lambda unit: unit["order"])
    pinned = [unit["trial"]["core"] for unit in units]
    assert 8 <= sum(core is not None for core in pinned) <= 35
    told = [set(json.loads(line)) for line in seen.read_text().splitlines()]
    assert told == [before if core is None else {core} for core in pinned]
    assert os.sched_getaffinity(0) == before


@pytest.mark.parametrize(
    ("way", "status", "code", "said"),
    [
        ("broken", "broken", 3, "sum 6, but 7 increments"),
        ("use_after_free", "broken", 3, "AddressSanitizer: heap-use-after-free at"
         " primitives/atom/atom.h:88 in tussle::atom<int>::load() const"),
        ("overflow", "broken", 3, "UndefinedBehaviorSanitizer: signed integer overflow:"
         " 2147483647 + 1 at primitives/atom/atom.h:31 in tussle::atom<int>::swap()"),
        ("leak", "broken", 3, "LeakSanitizer: memory-leaks at primitives/reclaim/node.h:12"),
        ("assertion", "broken", 3, "assertion: '__n < this->size()' failed"),
        ("crash", "crashed", 4, "ended by SIGSEGV: about to fall"),
        ("hang", "timeout", 4, "no end after 0.3 s"),
        ("throws", "failed", 4, "std::bad_alloc: out of memory"),
        ("stall", "failed", 4, "stalled: blocked for 8 s while running"),
        ("garbage", "failed", 4, "the result is not JSON"),
    ],
)
def test_a_failure_ends_the_session_and_says_how_to_try_it_again(
    place: Place, monkeypatch: pytest.MonkeyPatch, way: str, status: str, code: int, said: str
) -> None:
    monkeypatch.setenv("FAKE_SUBJECTS", f"atom={way}")

    # Short where it is waited for, of no other subject; long where a busy machine must not make it up.
    limit = ["--timeout", "0.3", "--subjects", "atom"] if way == "hang" else ["--timeout", "20"]
    ended = stress(place, "--budget", "30", *limit)

    assert ended.code == code
    assert place.statuses("atom") == [status]
    assert said in place.unit("atom")["message"]
    assert f"{status.upper()}: counter/atom/" in ended.err and said in ended.err
    assert ended.err.count("try it again: scripts/tussle stress --again counter/atom/") == 1
    assert place.manifest()["finished"] is not None


def test_a_sanitizers_report_is_kept_with_what_it_found(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_SUBJECTS", "atom=use_after_free")

    stress(place)

    unit = place.unit("atom")
    assert unit["finding"]["kind"] == "heap-use-after-free"
    assert "READ of size 8" in (place.results / "latest" / unit["log"]).read_text()


def test_with_keep_going_the_rest_is_tried_too(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_SUBJECTS", "atom=crash,mutex=broken")

    ended = stress(place, "--runs", "30", "--keep-going")

    assert ended.code == 3  # the graver of the two
    assert len(place.units()) == 30
    assert {"crashed"} == set(place.statuses("atom"))
    assert "CRASHED: counter/atom" in ended.err and "BROKEN: counter/mutex" in ended.err


@pytest.mark.parametrize("way", ["crash", "use_after_free", "hang"])
def test_whatever_a_planted_subject_comes_to_is_a_catch(
    place: Place, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setenv("FAKE_SUBJECTS", f"load_then_reset={way}")

    ended = stress(place, "--runs", "8", "--subjects", "load_then_reset", "--timeout", "0.1")

    assert ended.code == 0
    assert "planted load_then_reset: caught in 8 of 8 contended runs" in ended.err


def test_a_planted_subject_that_cannot_be_run_is_no_catch(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_SUBJECTS", "load_then_reset=garbage")

    assert stress(place, "--subjects", "load_then_reset").code == 4


def test_a_planted_bug_that_must_be_caught_is_missed_after_enough_tries(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_SUBJECTS", "load_then_reset=ok,plain_int=ok")

    few = stress(place, "--runs", "4", "--subjects", "load_then_reset")
    enough = stress(place, "--runs", "5", "--subjects", "load_then_reset")
    by_chance = stress(place, "--runs", "5", "--subjects", "plain_int")  # it only may be caught

    assert (few.code, enough.code, by_chance.code) == (0, 4, 0)
    assert "MISSED: planted subject load_then_reset never failed" in enough.err
    assert "MISSED" not in few.err + by_chance.err


def test_the_printed_command_tries_exactly_that_run_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_SUBJECTS", "atom=odd")  # breaks where the unit's seed is odd
    first = stress(place, "--budget", "30")
    broken = next(unit for unit in place.units().values() if unit["status"] == "broken"
                  and unit["subject"] == "atom")
    printed = re.search(r"try it again: scripts/tussle (.*)", first.err)
    assert printed is not None

    again = place.type(*shlex.split(printed[1]), "--runs", "6")

    assert (first.code, again.code) == (3, 3)
    assert f"failed 6 of 6 runs: {broken['case']}: sum 6, but 7 increments" in again.err
    units = place.units().values()
    assert {unit["result"]["seed"] for unit in units} == {broken["trial"]["seed"]}
    assert {unit["trial"]["core"] for unit in units} == {broken["trial"]["core"]}
    assert place.manifest()["stress"]["again"] == broken["trial"]["token"]


def test_a_failure_that_does_not_come_again_is_said_so(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = "counter/atom/think:0/hold:3/threads:2@seed:2@window:0.01@ramp:0"

    ended = stress(place, "--again", token, "--runs", "3")

    assert ended.code == 0
    assert "did not fail in 3 runs: chance decides on real threads" in ended.err


def test_a_planted_failure_that_comes_again_is_a_failure(place: Place) -> None:
    token = "counter/load_then_reset/think:0/hold:3/threads:2@seed:2@window:0.01@ramp:0@core:0"

    ended = stress(place, "--again", token)

    assert ended.code == 3
    assert "failed 20 of 20 runs: counter/load_then_reset/" in ended.err


def test_the_budget_ends_a_session(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = stress(place, "--budget", "3")

    assert ended.code == 0
    assert "at most 3 s" in ended.err
    assert len(place.units()) >= 1


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--again", "nonsense"], "'nonsense' is not what a failure printed"),
        (["--again", "cuonter/atom@seed:1"], "unknown workload 'cuonter' in --again: did you mean"),
        (["--again", "read_mostly/plain_int@seed:1"], "'plain_int' cannot play read_mostly"),
        (["--again", "counter/atom/think:0/hold:0/threads:2"], "is not what a failure printed"),
        (["--again", "counter/atom/think:0/hold:0/threads:2@seed:1@window:x@ramp:0"],
         "is not what a failure printed"),
        (["--again", "counter/atom/think:0/hold:0/threads:0@seed:1@window:1@ramp:0"],
         "threads: 0 is outside 1 to 256"),
        (["--again", "counter/atom/think:0/hold:0@seed:1@window:1@ramp:0"],
         "is not what a failure printed"),
        (["--again", "counter/atom/think:0/hold:0/threads:2@seed:1@window:1@ramp:0@core:9999"],
         "core 9999 cannot be used here"),
        (["--filter", "("], "'(' is not a regular expression in --filter"),
        (["--filter", "atmo"], "no workload/subject matches 'atmo' in --filter"),
        (["--subjects", "atmo"], "unknown subject 'atmo' in --subjects: did you mean atom"),
        (["--budget", "0"], "is not seconds"),
    ],
)
def test_bad_input_is_one_line_and_2(place: Place, options: list[str], complaint: str) -> None:
    ended = stress(place, *options)

    assert ended.code == 2
    assert complaint in ended.complaint
    assert not place.results.exists()


def test_a_preset_for_other_commands_is_refused(place: Place) -> None:
    ended = stress(place, preset=TINY.replace('["stress"]', '["run"]'))

    assert ended.code == 2
    assert "preset tiny is not for `stress`" in ended.complaint


def test_another_build_is_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_MODE", "tsan")

    ended = stress(place)

    assert ended.code == 2
    assert "`stress` needs a chaos build, this is tsan" in ended.complaint


def begin(place: Place) -> "subprocess.Popen[str]":
    """Starts a session as a process of its own; returns once it has kept a unit."""
    process = start_for_real(
        place, "stress", place.preset(TINY), "--binary", str(place.binary), "--budget", "60",
        FAKE_MODE="chaos", TUSSLE_RESULTS=str(place.results),
    )
    while not list(place.results.glob("*/units/*.json")):
        assert process.poll() is None
    return process


def test_an_interrupted_session_keeps_what_it_has(place: Place) -> None:
    process = begin(place)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)

    assert process.returncode == 130
    manifest = place.manifest()
    assert (manifest["interrupted"], manifest["finished"]) == (True, None)
    assert {entry["key"] for entry in manifest["plan"]} == set(place.units())


def test_a_killed_session_leaves_no_unit_without_a_plan(place: Place) -> None:
    process = begin(place)
    process.kill()
    process.communicate(timeout=60)

    (run,) = place.results.glob("*")
    manifest = json.loads((run / "manifest.json").read_text())
    units = {path.stem for path in (run / "units").glob("*.json")}
    assert units and units <= {entry["key"] for entry in manifest["plan"]}


def test_the_projects_preset_tries_every_subject_of_every_workload(place: Place) -> None:
    ended = place.type("stress", "--binary", str(place.binary), "--seed", "1", "--runs", "60")

    assert ended.code == 0
    catalog = place.manifest()["catalog"]
    tried = {(unit["workload"], unit["subject"]) for unit in place.units().values()}
    assert tried == {(pair["workload"], pair["subject"]) for pair in catalog["cases"]}
