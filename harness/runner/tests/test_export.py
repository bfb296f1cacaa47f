"""Does CI get its files from `export`, and from a run however it ended?"""

import json
import os
import signal
from pathlib import Path

import pytest
from junitparser import JUnitXml

from harness.runner.lock import held
from harness.runner.tests.stage import Place, start_for_real

PRESET_OF_STRESS = """
description = "three subjects of one workload"
kinds = ["stress"]
window = 0.01
ramp = 0
timeout = 20
[[cases]]
workload = "counter"
subjects = ["atom", "mutex", "planted"]
"""
EVERY = ("--junit", "j.xml", "--sarif", "s.json", "--markdown", "m.md")
TIMED = ("--csv", "c.csv", "--charts", "c.json", "--charts-bigger", "b.json", "--benchmark-json", "g.json")


def red(path: Path) -> list[str]:
    """Returns the tests of a JUnit file that did not pass."""
    return [case.name for suite in JUnitXml.fromfile(str(path)) for case in suite
            if any(type(result).__name__ in ("Failure", "Error") for result in case.result)]


def test_a_stored_run_is_exported_in_every_format(place: Place) -> None:
    place.run()

    ended = place.type("export", "latest", *EVERY, *TIMED)

    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert red(place.folder / "j.xml") == []
    assert json.loads((place.folder / "s.json").read_text())["runs"][0]["invocations"][0]["exitCode"] == 0
    assert len(json.loads((place.folder / "c.json").read_text())) == 2  # atom and mutex


def test_the_latest_run_goes_to_stdout(place: Place) -> None:
    place.run()

    ended = place.type("export", "--markdown", "-")

    assert ended.code == 0 and ended.out.startswith("## ✅ Tussle: All 4 cases")


def test_a_run_writes_them_at_its_end(place: Place) -> None:
    ended = place.run(*EVERY, *TIMED)

    assert ended.code == 0 and ended.out == "results/latest/report.html\n"
    assert all((place.folder / name).stat().st_size for name in (*EVERY[1::2], *TIMED[1::2]))


@pytest.mark.parametrize(("way", "code"), [("broken", 3), ("crash", 4), ("throws", 4)])
def test_a_run_that_failed_writes_them_too(
    place: Place, monkeypatch: pytest.MonkeyPatch, way: str, code: int
) -> None:
    monkeypatch.setenv("FAKE_SUBJECTS", f"atom={way}")

    ended = place.run(*EVERY)

    assert ended.code == code
    assert red(place.folder / "j.xml") == ["counter/atom/think:0/hold:0/threads:2"]


def test_a_race_run_writes_its_races(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_MODE", "tsan")
    monkeypatch.setenv("FAKE_SUBJECTS", "atom=racy")

    ended = place.run(*EVERY, kind="race")

    results = json.loads((place.folder / "s.json").read_text())["runs"][0]["results"]
    assert ended.code == 3
    assert [(result["level"], result["properties"]["subjects"]) for result in results] == [
        ("error", ["atom"]), ("note", ["plain_int"])]


def test_a_run_that_is_interrupted_writes_them_too(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    tell = place.folder / "tell"
    os.mkfifo(tell)
    preset = place.preset()
    running = start_for_real(place, "run", preset, "--binary", str(place.binary), "--junit", "j.xml",
                             FAKE_TELL=str(tell), FAKE_SUBJECTS="atom=hang,mutex=hang")
    tell.read_text()  # until a unit hangs
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)

    assert running.returncode == 130
    assert "counter/atom/think:0/hold:0/threads:2" in red(place.folder / "j.xml")


def test_a_resumed_and_a_finished_run_write_them_too(place: Place) -> None:
    preset = place.preset()
    place.type("run", preset, "--binary", str(place.binary))
    next((place.results / "latest" / "units").glob("*.json")).unlink()

    for name in ("missing.xml", "finished.xml"):
        ended = place.type("run", "--resume", "--junit", name)

        assert ended.code == 0 and red(place.folder / name) == []


def test_a_merge_writes_them_and_counts_a_missing_shard(place: Place) -> None:
    preset = place.preset()
    for shard in ("1/2", "2/2"):
        ended = place.type("run", preset, "--binary", str(place.binary), "--seed", "1", "--shard", shard,
                           "--out", f"s{shard[0]}", "--junit", f"{shard[0]}.xml")
        assert ended.code in (0, 4) and (place.folder / f"{shard[0]}.xml").exists()

    half = place.type("merge", "half", "s1", "--junit", "half.xml")
    whole = place.type("merge", "whole", "s1", "s2", "--junit", "whole.xml")

    assert half.code == 4 and red(place.folder / "half.xml")
    assert whole.code == 0 and red(place.folder / "whole.xml") == []


def test_a_stress_session_writes_what_broke(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_MODE", "chaos")
    monkeypatch.setenv("FAKE_SUBJECTS", "atom=broken")
    preset = place.preset(PRESET_OF_STRESS)

    ended = place.type("stress", preset, "--binary", str(place.binary), "--seed", "7", *EVERY)

    results = json.loads((place.folder / "s.json").read_text())["runs"][0]["results"]
    assert ended.code == 3 and red(place.folder / "j.xml") == ["counter/atom"]
    assert [result["level"] for result in results].count("error") == 1
    assert "--again" in (place.folder / "m.md").read_text()
    refused = place.type("stress", preset, "--binary", str(place.binary), "--csv", "c.csv")
    assert refused.code == 2 and "a stress run has no times in --csv c.csv" in refused.complaint


def test_a_stress_session_is_neither_resumed_nor_merged(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_MODE", "chaos")
    place.type("stress", place.preset(PRESET_OF_STRESS), "--binary", str(place.binary), "--runs", "2", "--out", "it")

    resumed = place.type("run", "--resume", "it")
    merged = place.type("merge", "all", "it")

    assert (resumed.code, merged.code) == (2, 2)
    assert "a stress session cannot be resumed in it" in resumed.complaint
    assert "a stress session has no shards in it" in merged.complaint
    assert not (place.folder / "all" / "manifest.json").exists()


def test_a_stress_session_holds_its_directory(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_MODE", "chaos")
    monkeypatch.setattr("harness.runner.lock.PATIENCE_S", 0.0)
    preset, folder = place.preset(PRESET_OF_STRESS), place.folder / "it"
    folder.mkdir()

    with held(folder, "it"):
        ended = place.type("stress", preset, "--binary", str(place.binary), "--runs", "2", "--out", "it")

    assert ended.code == 2 and "is writing there in it" in ended.complaint
    assert [path.name for path in folder.iterdir()] == [".lock"]


@pytest.mark.parametrize(("arguments", "complaint"), [
    (("--junit", "-"), "tussle: stdout is for the report's path in --junit -"),
    (("--junit", "x", "--sarif", "x"), "tussle: --junit goes there too in --sarif x"),
    (("--junit", "fake_binary/x"), "tussle: cannot write there in --junit fake_binary/x"),
])
def test_what_cannot_be_written_is_said_before_anything_runs(
    place: Place, arguments: tuple[str, ...], complaint: str
) -> None:
    ended = place.run(*arguments)

    assert ended.code == 2 and ended.complaint.startswith(complaint)
    assert not place.results.exists()


def test_a_race_run_has_no_times_to_export(place: Place) -> None:
    ended = place.run("--charts", "c.json", kind="race")

    assert ended.code == 2 and "a race run has no times in --charts c.json" in ended.complaint


@pytest.mark.parametrize(("arguments", "complaint"), [
    ((), "tussle: no format is asked for in `tussle export`: give some of --junit, --sarif"),
    (("nowhere", "--junit", "j.xml"), "tussle: there is no run 'nowhere'"),
    (("--junti", "j.xml"), "tussle: unknown option '--junti' in `tussle export`: did you mean --junit"),
])
def test_bad_input_is_one_line(place: Place, arguments: tuple[str, ...], complaint: str) -> None:
    place.run()

    ended = place.type("export", *arguments)

    assert ended.code == 2 and ended.complaint.startswith(complaint)
    assert not (place.folder / "j.xml").exists()


def test_a_disk_that_fills_up_costs_the_code_and_not_the_run(place: Place) -> None:
    ended = place.run("--markdown", "/dev/full")

    assert ended.code == 4 and ended.out == "results/latest/report.html\n"
    assert "nothing or not all was exported (cannot write (No space left on device)" in ended.err
    assert "No space left" in (place.results / "latest" / "logs" / "export.txt").read_text()
