"""Is every accident of a unit recorded as what it was, while the rest goes on?"""

import os
import select
import signal
from pathlib import Path

import pytest

from harness.runner import process, records
from harness.runner.tests.killing import comes_to_be_gone
from harness.runner.tests.stage import Ended, Place, start_for_real


def run_with(place: Place, monkeypatch: pytest.MonkeyPatch, ways: str, *more: str) -> Ended:
    monkeypatch.setenv("FAKE_SUBJECTS", ways)
    return place.run(*more)


def test_a_run_without_accidents(place: Place) -> None:
    ended = place.run()

    assert ended.code == 0
    assert ended.out == "results/latest/report.html\n"
    assert "planted bugs caught: load_then_reset, plain_int" in ended.err
    assert len(place.units()) == 4
    assert place.manifest()["finished"] is not None


@pytest.mark.parametrize(
    ("way", "status", "message", "code"),
    [
        ("crash", "crashed", "ended by SIGSEGV: about to fall", 4),
        ("exit", "crashed", "ended with exit code 77", 4),
        ("throws", "failed", "std::bad_alloc: out of memory", 4),
        ("garbage", "failed", "the result is not JSON: Expecting value", 4),
        ("nothing", "failed", "the binary wrote no result", 4),
        ("shape", "failed", "wrong shape at samples[0]: 'ns_per_op' is a required property", 4),
        ("liar", "failed", "the result is of another case: counter/other/threads:1", 4),
        ("broken", "broken", "sum 6, but 7 increments", 3),
    ],
)
def test_an_accident_is_recorded_and_the_rest_goes_on(
    place: Place, monkeypatch: pytest.MonkeyPatch, way: str, status: str, message: str, code: int
) -> None:
    ended = run_with(place, monkeypatch, f"atom={way}")

    assert ended.code == code
    assert place.statuses("atom") == [status]
    assert message in place.unit("atom")["message"]
    assert place.statuses("mutex") == ["ok"]
    assert f"4 units: 1 ok, 2 caught, 1 {status}" in ended.err
    assert f"tussle: {status.upper()} 1x: counter/atom/think:0/hold:0/threads:2: " in ended.err
    assert ended.out == "results/latest/report.html\n"


def test_the_last_words_of_a_crash_are_kept(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    run_with(place, monkeypatch, "atom=crash")

    unit = place.unit("atom")
    assert unit["signal"] == "SIGSEGV"
    assert unit["log"] == f"logs/{unit['key']}.txt"
    assert (place.results / "latest" / unit["log"]).read_text() == "about to fall\n"


def test_a_silent_death_is_a_crash_although_it_would_not_happen_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = run_with(place, monkeypatch, "atom=die_once")

    assert ended.code == 4
    assert place.statuses("atom") == ["crashed"]
    assert "setarch" not in ended.err


def test_a_directory_in_the_place_of_latest_costs_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place.results / "latest").mkdir(parents=True)

    ended = run_with(place, monkeypatch, "atom=broken")

    (run,) = [path for path in place.results.iterdir() if path.name != "latest"]
    assert (ended.code, ended.out) == (3, f"results/{run.name}/report.html\n")
    assert "cannot name this run (is a directory) in results/latest" in ended.err
    assert "Traceback" not in ended.err


def test_a_hanging_unit_is_a_timeout(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    options = ["--subjects", "atom", "--timeout", "0.5"]

    ended = run_with(place, monkeypatch, "atom=hang", *options)

    assert ended.code == 4
    assert place.unit("atom")["status"] == "timeout"
    assert "no end after 0.5 s, and its watchdog had not seen it stand still" in place.unit("atom")["message"]


def test_a_case_that_stands_still_is_told_with_what_its_threads_wait_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    junit = place.folder / "junit.xml"

    ended = run_with(place, monkeypatch, "atom=stall", "--junit", str(junit))

    assert ended.code == 4
    assert place.statuses("atom") == ["failed"] and place.statuses("mutex") == ["ok"]
    unit = place.unit("atom")
    assert "worker 0 waits on lock source; worker 1 waits on lock target" in unit["message"]
    run = place.results / "latest"
    for text in ((run / unit["log"]).read_text(), junit.read_text()):
        assert "source_then_target" in text and "worker 1 waits on lock target" in text


def test_a_history_that_no_order_explains_has_a_file_of_its_own(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = run_with(place, monkeypatch, "atom=history")

    assert ended.code == 3
    run = place.results / "latest"
    (path,) = (run / "histories").glob("*.json")
    record, objection = records.read(path, "history.schema.json")
    assert objection == ""
    assert (record["key"], record["subject"]) == (place.unit("atom")["key"], "atom")


def test_what_takes_too_long_is_killed(tmp_path: Path) -> None:
    ending = process.run(["sleep", "600"], tmp_path, timeout=0.1)

    assert ending.timed_out and ending.exit_code is None


def test_what_is_not_waited_for_is_killed_with_all_it_started(tmp_path: Path) -> None:
    told = tmp_path / "told"
    os.mkfifo(told)
    handle = os.open(told, os.O_RDONLY | os.O_NONBLOCK)
    command = ["sh", "-c", "sleep 600 & echo $! >told; wait"]

    ending = process.run(command, tmp_path, timeout=60, wake_up=handle)

    sleeper = int(os.read(handle, 100))
    os.close(handle)
    assert ending.interrupted and ending.exit_code is None
    assert comes_to_be_gone(sleeper)


def test_a_kernel_without_handles_for_processes_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_pid: int) -> int:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(os, "pidfd_open", missing)

    assert process.run(["sh", "-c", "exit 3"], tmp_path, timeout=20).exit_code == 3
    assert process.run(["sleep", "600"], tmp_path, timeout=0.1).timed_out


def test_a_broken_invariant_outranks_a_crash(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = run_with(place, monkeypatch, "atom=crash,mutex=broken")

    assert ended.code == 3


def test_a_planted_bug_that_is_not_caught_is_missed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = run_with(place, monkeypatch, "load_then_reset=ok,plain_int=ok")

    assert ended.code == 4
    assert "MISSED: planted subject load_then_reset: its invariant never broke" in ended.err
    assert "MISSED: planted subject plain_int" not in ended.err  # "may" counts neither way


def test_one_thread_alone_cannot_miss_a_planted_bug(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = run_with(place, monkeypatch, "load_then_reset=ok,plain_int=ok", "--threads", "1")

    assert ended.code == 0


def test_a_report_that_cannot_be_rendered_loses_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    import reports

    def torn(directory: Path) -> Path:
        raise ValueError("no ink")

    monkeypatch.setattr(reports, "render", torn)

    ended = place.run()

    assert (ended.code, ended.out) == (4, "")
    assert "the report could not be rendered (no ink)" in ended.err
    assert len(place.units()) == 4


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stop_signal_keeps_what_is_done(place: Place, number: int, code: int) -> None:
    told = place.folder / "told"
    os.mkfifo(told)
    arguments = ["run", place.preset(), "--binary", str(place.binary), "--seed", "1"]
    runner = start_for_real(place, *arguments, FAKE_SUBJECTS="mutex=hang", FAKE_TELL=str(told))
    child = int(first_words(told))  # comes when the unit hangs

    runner.send_signal(number)
    out, err = runner.communicate(timeout=60)

    assert runner.returncode == code, err
    assert out == "results/latest/report.html\n"
    assert place.manifest()["interrupted"] is True
    assert place.manifest()["finished"] is None
    assert place.statuses("mutex") == []
    assert f"interrupted: {len(place.units())} of 4 units are kept" in err
    assert comes_to_be_gone(child)


def first_words(fifo: Path) -> str:
    """Waits until somebody writes into a named pipe; returns what was written."""
    handle = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        assert poll.poll(20_000), "nothing was written"
        return os.read(handle, 100).decode()
    finally:
        os.close(handle)
