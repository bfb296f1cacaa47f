"""Does --resume keep what is whole, run what is not, and refuse what is no longer the same run?"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.runner import environment
from harness.runner.tests.killing import essence
from harness.runner.tests.stage import TINY_PRESET, Ended, Place


def stopped(place: Place, *more: str, without: str = "mutex", kind: str = "run") -> Path:
    """Makes a run that lacks the units of a subject; returns its directory."""
    place.run("--seed", "3", *more, kind=kind)
    run = (place.results / "latest").resolve()
    for path in (run / "units").glob(f"*_{without}_*"):
        path.unlink()
    edit(run / "manifest.json", lambda m: m.update(finished=None))
    return run


def edit(path: Path, change: Callable[[Any], object]) -> None:
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))


def snapshot(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    return {str(path): path.read_bytes() for path in files}


def resume(place: Place, *more: str, kind: str = "run") -> Ended:
    return place.type(kind, "--resume", *more)


def test_what_is_missing_runs_and_what_is_whole_is_kept(place: Place) -> None:
    run = stopped(place, "--blocks", "2")
    kept = snapshot(run / "units")

    ended = resume(place)

    assert (ended.code, ended.out) == (0, "results/latest/report.html\n")
    assert "6 units are kept, 2 are left" in ended.err
    assert "8 units: 4 ok, 4 caught" in ended.err
    after = snapshot(run / "units")
    assert len(after) == 8 and after | kept == after
    assert place.manifest()["finished"] is not None


def test_the_sessions_tell_who_made_what(place: Place) -> None:
    stopped(place)
    resume(place)

    first, second = place.manifest()["sessions"]

    assert (first["reason"], first["units"]) == ("finished", 4)
    assert (second["reason"], second["units"]) == ("finished", 1)
    assert first["started"] <= first["ended"] <= second["started"] <= second["ended"]


def test_left_units_run_in_the_order_of_the_plan(place: Place) -> None:
    run = stopped(place, "--blocks", "4", without="*")

    resume(place)

    started = sorted(place.units().values(), key=lambda unit: str(unit["started"]))
    assert [unit["order"] for unit in started] == list(range(16))
    assert [e["key"] for e in place.manifest()["plan"]] == [unit["key"] for unit in started]
    assert run.exists()


def torn(text: str) -> str:
    return text[:200]


def of_another_seed(text: str) -> str:
    record = json.loads(text)
    record["result"]["seed"] += 1
    return json.dumps(record)


def of_another_block(text: str) -> str:
    return json.dumps({**json.loads(text), "block": 7})


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (torn, "not JSON"),
        (lambda _: "{}", "top level: 'schema' is a required property"),
        (lambda _: "", "not JSON"),
        (of_another_seed, "it was made from another seed"),
        (of_another_block, "block is 7, not 0 as planned"),
    ],
)
def test_a_unit_that_is_not_what_it_should_be_runs_again(
    place: Place, damage: Callable[[str], str], why: str
) -> None:
    place.run("--seed", "3")
    run = (place.results / "latest").resolve()
    expected = essence(run)
    path = next((run / "units").glob("*_atom_*"))
    path.write_text(damage(path.read_text()))

    ended = resume(place)

    assert f"{path.stem} runs again: its record cannot be used ({why}" in ended.err
    assert ended.code == 0 and essence(run) == expected


def test_a_unit_whose_log_is_gone_runs_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_SUBJECTS", "atom=crash")
    place.run("--seed", "3")
    log = place.results / "latest" / place.unit("atom")["log"]
    log.unlink()

    ended = resume(place)

    assert ended.code == 4 and log.read_text() == "about to fall\n"


def test_what_a_killed_writer_left_is_swept(place: Place) -> None:
    run = stopped(place)
    for name in (".manifest.json.abcd1234", "units/.x.json.abcd1234"):
        (run / name).write_text("half")
    with open(run / "events.jsonl", "a", encoding="utf-8") as stream:
        stream.write('{"time": "20')

    resume(place)

    assert not list(run.rglob(".*.abcd1234"))
    lines = (run / "events.jsonl").read_text().splitlines()
    assert lines.index('{"time": "20') < len(lines) - 1
    assert json.loads(lines[-1])["event"] == "end"


@pytest.mark.parametrize("ways", ["", "atom=crash", "mutex=broken"])
def test_a_finished_run_is_only_rendered_again(
    place: Place, monkeypatch: pytest.MonkeyPatch, ways: str
) -> None:
    monkeypatch.setenv("FAKE_SUBJECTS", ways)
    first = place.run("--seed", "3")
    run = (place.results / "latest").resolve()
    (run / "report.html").unlink()
    before = snapshot(run)

    ended = resume(place)

    assert ended.code == first.code and ended.out == first.out
    assert "nothing is left to run; the report is rendered again" in ended.err
    after = snapshot(run)
    assert after.pop(str(run / "report.html")) and after == before


def test_the_exit_code_is_that_of_the_whole_run(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_SUBJECTS", "atom=broken")
    stopped(place)

    ended = resume(place)

    assert ended.code == 3
    assert "BROKEN 1x: counter/atom/think:0/hold:0/threads:2: sum 6" in ended.err


def test_races_are_gathered_over_all_sessions(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_MODE", "tsan")
    monkeypatch.setenv("FAKE_SUBJECTS", "atom=racy")
    run = stopped(place, "--blocks", "3", kind="race", without="atom")
    for path in (run / "races").iterdir():
        path.unlink()

    ended = resume(place, kind="race")

    assert ended.code == 3 and "races: 1 unexpected, 1 planted" in ended.err
    counts = [json.loads(path.read_text())["count"] for path in (run / "races").iterdir()]
    assert counts == [6, 6]


def test_a_run_of_its_own_directory_is_resumed_by_its_path(place: Place) -> None:
    place.run("--seed", "3", "--out", "mine")
    next(Path("mine/units").glob("*_atom_*")).unlink()

    ended = resume(place, "mine")

    assert (ended.code, ended.out) == (0, "mine/report.html\n")
    assert not place.results.exists()


def test_what_is_left_can_be_looked_at_first(place: Place) -> None:
    run = stopped(place)
    before = snapshot(run)

    ended = resume(place, "--dry-run")

    assert ended.code == 0 and len(ended.out.splitlines()) == 1
    assert "/mutex/" in ended.out and "1 of them are left" in ended.err
    assert snapshot(run) == before


def preset_changed(place: Place, run: Path) -> None:
    place.preset(TINY_PRESET.replace("window = 0.01", "window = 0.02"))


def binary_changed(place: Place, run: Path) -> None:
    place.binary.write_text(place.binary.read_text() + "\n# newer\n")


def binary_gone(place: Place, run: Path) -> None:
    place.binary.unlink()


def preset_gone(place: Place, run: Path) -> None:
    (place.folder / "tiny.toml").unlink()


def manifest_gone(place: Place, run: Path) -> None:
    (run / "manifest.json").unlink()


def manifest_torn(place: Place, run: Path) -> None:
    (run / "manifest.json").write_text("{")


def of_an_older_version(place: Place, run: Path) -> None:
    edit(run / "manifest.json", lambda manifest: manifest.pop("options"))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (preset_changed, "preset tiny changed since the run began in {folder}/tiny.toml: restore"),
        (preset_gone, "there is no such preset file in {folder}/tiny.toml: check the path"),
        (binary_changed, "the bench binary changed since the run began ("),
        (binary_gone, "the run's binary is gone in {folder}/fake_binary: build it again, or start"),
        (manifest_gone, "there is no run in this directory in results/{run}: start the run again"),
        (manifest_torn, "not a manifest (not JSON"),
        (of_an_older_version, "it was begun by a version of tussle that could not resume in"),
    ],
)
def test_a_run_that_is_not_the_same_any_more_is_refused(
    place: Place, change: Callable[[Place, Path], None], complaint: str
) -> None:
    run = stopped(place)
    change(place, run)
    before = snapshot(run)

    ended = resume(place)

    assert ended.code == 2
    assert complaint.format(folder=place.folder, run=run.name) in ended.complaint
    assert snapshot(run) == before


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        (["--seed", "4"], "--seed is 4, but the run was begun with 3"),
        (["--blocks", "9"], "--blocks is 9, but the run was begun with none"),
        (["--subjects", "atom"], "--subjects is ['atom'], but the run was begun with none"),
        (["--shard", "1/2"], "--shard is 1/2, but the run was begun with none"),
        (["--out", "there"], "--out cannot be given with --resume"),
    ],
)
def test_an_option_that_is_not_that_of_the_run_is_refused(
    place: Place, typed: list[str], complaint: str
) -> None:
    stopped(place)

    ended = resume(place, "latest", *typed)

    assert ended.code == 2 and complaint in ended.complaint


def test_the_same_options_may_be_typed_again(place: Place) -> None:
    stopped(place, "--blocks", "2")

    ended = place.run("--seed", "3", "--blocks", "2", "--resume")

    assert ended.code == 0 and "2 are left" in ended.err


def test_a_race_is_not_resumed_as_a_run(place: Place) -> None:
    stopped(place)

    ended = resume(place, kind="race")

    assert ended.code == 2
    assert "this is a run, not a race in results/" in ended.complaint
    assert "`tussle run --resume results/" in ended.complaint


@pytest.mark.parametrize(
    ("fact", "value"), [("host", "other"), ("kernel", "1.2"), ("cgroup_cpu_quota", 0.5)]
)
def test_another_machine_is_refused_with_its_own_code(
    place: Place, monkeypatch: pytest.MonkeyPatch, fact: str, value: object
) -> None:
    run = stopped(place)
    here = environment.capture()
    monkeypatch.setattr(environment, "capture", lambda: {**here, fact: value})
    before = snapshot(run)

    ended = resume(place)

    assert ended.code == 6
    assert "this is not the machine that the run began on (" in ended.complaint
    assert f"is {value}) in results/{run.name}: resume what was made there" in ended.complaint
    assert snapshot(run) == before


def test_load_does_not_make_another_machine(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(place)
    here = environment.capture()
    monkeypatch.setattr(environment, "capture", lambda: {**here, "load_average": [9.0, 9.0, 9.0]})

    assert resume(place).code == 0


def test_units_without_a_machine_are_refused(place: Place) -> None:
    run = stopped(place)
    next((run / "env").iterdir()).unlink()

    ended = resume(place)

    assert ended.code == 6 and "the record of the run's machine is gone" in ended.complaint


def test_a_full_disk_can_be_mended_and_the_run_goes_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.runner.directory import Directory

    write = Directory.write_unit

    def full(directory: Directory, unit: dict[str, Any]) -> None:
        if unit["order"] == 2:
            raise OSError(28, "No space left on device")
        write(directory, unit)

    monkeypatch.setattr(Directory, "write_unit", full)
    assert place.run().code == 4
    monkeypatch.setattr(Directory, "write_unit", write)

    ended = resume(place)

    assert ended.code == 0 and "2 units are kept, 2 are left" in ended.err
    assert [s["reason"] for s in place.manifest()["sessions"]] == ["killed", "finished"]


def test_latest_names_a_run_from_its_beginning(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.runner.session import Session

    seen: list[str] = []
    run = Session.run

    def look_and_run(*rest: Any) -> None:
        seen.append(os.readlink(place.results / "latest"))
        run(*rest)

    monkeypatch.setattr(Session, "run", look_and_run)

    place.run()

    assert seen == [place.manifest()["run_id"]]


@pytest.mark.parametrize("folder", [".", "hist"])
def test_what_a_kill_left_of_a_report_is_removed(place: Place, folder: str) -> None:
    place.run()
    half = place.results / "latest" / folder / ".report.html.abcd_123"
    half.parent.mkdir(exist_ok=True)
    half.write_text("<p>")

    ended = place.type("run", "--resume")

    assert ended.code == 0 and "nothing is left to run" in ended.err
    assert not half.exists()
