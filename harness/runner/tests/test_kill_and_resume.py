"""Is a run that was killed, wherever it was killed, after --resume what it would have been?"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.runner.command_line import ROOT
from harness.runner.tests import killing
from harness.runner.tests.killing import KILLED, Steps, comes_to_be_gone, essence, still_there, wait
from harness.runner.tests.stage import Place, start_for_real
from harness.runner.tests.test_accidents import first_words

# Every kind of file is written: races, one of them lost in a crash that leaves a log.
WAYS = "atom=racy_crash"
CODE = 3


def begin(place: Place, kind: str, *more: str) -> list[str]:
    options = ["--binary", str(place.binary), "--seed", "1", "--subjects", "atom,plain_int", *more]
    return [kind, place.preset(), *options]


@pytest.mark.parametrize("out", [False, True])
def test_a_kill_before_any_step_loses_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch, out: bool
) -> None:
    monkeypatch.setenv("FAKE_MODE", "tsan")
    monkeypatch.setenv("FAKE_SUBJECTS", WAYS)
    output, whole = place.folder / "output", place.folder / "whole"
    command = begin(place, "race", "--out", str(whole))
    assert wait(killing.start(command, output, Steps(place.folder, killing.NO_STEP))) == CODE
    steps = int((place.folder / "steps").read_text())
    expected = essence(whole)
    assert steps > 40, "the hook sees too little"

    for step in range(1, steps + 1) if not out else range(1, 12):
        run = place.folder / f"run{step}" if out else place.results / "latest"
        command = begin(place, "race", *(["--out", str(run)] if out else []))
        code = wait(killing.start(command, output, Steps(place.folder, step)))
        assert code == KILLED, output.read_text()
        again = ["race", "--resume", str(run)] if has_manifest(run) else command
        code = wait(killing.start(again, output))

        assert code == CODE, (step, output.read_text())
        assert essence(run.resolve()) == expected, f"killed before step {step}"
        if not out:
            os.rename(run.resolve(), place.folder / f"done{step}")
            run.unlink()
    assert still_there(place.binary) == []


def has_manifest(run: Path) -> bool:
    return (run / "manifest.json").exists()


def test_a_resumed_run_that_is_killed_again_and_again_comes_to_its_end(place: Place) -> None:
    output = place.folder / "output"
    command = begin(place, "run", "--blocks", "3")
    assert wait(killing.start([*command, "--out", "whole"], output)) == 0

    wait(killing.start(command, output, Steps(place.folder, 45)))
    tries = 1
    while wait(killing.start(["run", "--resume"], output, Steps(place.folder, 30))) == KILLED:
        tries += 1
        assert tries < 50, output.read_text()

    run = (place.results / "latest").resolve()
    assert tries > 2
    assert essence(run) == essence(place.folder / "whole")
    reasons = [session["reason"] for session in place.manifest()["sessions"]]
    assert set(reasons[:-1]) == {"killed"} and reasons[-1] == "finished"
    assert sum(session["units"] for session in place.manifest()["sessions"]) == 6


def test_twenty_kills_at_random(place: Place) -> None:
    said: list[str] = []

    wrong = killing.kill_and_resume(
        begin(place, "run", "--blocks", "3"), place.results, 20, 3, essence, said.append
    )

    assert wrong == [], "\n".join(said)
    assert sum(" kill " in line for line in said) == 20
    assert still_there(place.binary) == []


@pytest.mark.parametrize("victims", ["runner", "runner and guardian"])
def test_what_a_killed_runner_started_dies_with_it(place: Place, victims: str) -> None:
    told, scratch = place.folder / "told", place.folder / "scratch"
    os.mkfifo(told)
    scratch.mkdir()
    environment = {"FAKE_SUBJECTS": "atom=hang", "FAKE_TELL": str(told), "TMPDIR": str(scratch)}
    runner = start_for_real(place, *begin(place, "run", "--subjects", "atom"), **environment)
    grandchild = int(first_words(told))
    (unit,) = still_running(place.binary, but=grandchild)
    (guardian,) = children(runner.pid) - {unit}

    if "guardian" in victims:
        os.kill(guardian, signal.SIGKILL)
    runner.kill()
    runner.communicate(timeout=60)

    if "guardian" in victims:  # nobody is left who knew the grandchild
        os.kill(grandchild, signal.SIGKILL)
    else:  # the guardian is done when it is gone; the unit dies with the runner, maybe before
        assert comes_to_be_gone(guardian)
        assert comes_to_be_gone(grandchild) and list(scratch.iterdir()) == []
    assert still_there(place.binary) == [] and comes_to_be_gone(unit)


def still_running(binary: Path, but: int) -> list[int]:
    return [pid for pid in killing._running(str(binary)) if pid != but]


def children(pid: int) -> set[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return {int(word) for word in text.split()}


def test_one_directory_has_one_writer(place: Place) -> None:
    told = place.folder / "told"
    os.mkfifo(told)
    ways = {"FAKE_SUBJECTS": "mutex=hang", "FAKE_TELL": str(told)}
    runner = start_for_real(place, "run", place.preset(), "--binary", str(place.binary), **ways)
    first_words(told)

    second = place.type("run", "--resume")

    runner.send_signal(signal.SIGTERM)
    runner.communicate(timeout=60)
    assert second.code == 2
    assert second.complaint == (
        f"tussle: process {runner.pid} is writing there in {place.results_shown()}:"
        " wait until it ends, or stop it"
    )


REAL = ROOT / "build" / "bench" / "bin" / "tussle_bench"


@pytest.mark.skipif(not REAL.exists(), reason="the bench build is not there")
def test_kills_of_a_run_with_the_real_binary(place: Place) -> None:
    command = [sys.executable, "-m", "harness.runner.tests.killing", "--kills", "3", "smoke"]
    command += ["--subjects", "atom,plain_int", "--blocks", "1", "--binary", str(REAL)]

    done = subprocess.run(command, capture_output=True, text=True, env=real_environment())

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("3 kills, 0 results differ, 0 processes left\n")


def real_environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}
