"""Do the real binaries, the runner and the report agree, from the first command to the page?"""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARIES = {"run": "bench", "race": "tsan", "stress": "chaos"}


def start(command: str, out: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    """Types a command with the binary that was built for it."""
    binary = ROOT / "build" / BINARIES[command] / "bin" / "tussle_bench"
    if not binary.exists():
        pytest.skip(f"{binary.relative_to(ROOT)} is not built: scripts/test builds it")
    return subprocess.run(
        [ROOT / "scripts/tussle", command, "--binary", binary, "--out", out, *more],
        env={**os.environ, "TUSSLE_NO_INSTALL": "1"}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False)


def tussle(command: str, out: Path, *more: str) -> dict[str, Any]:
    """Returns the summary that a successful command left; it runs preset smoke unless told otherwise."""
    done = start(command, out, *(more or ("smoke",)))
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{out}/report.html\n"
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text())
    return summary


def test_a_run_verifies_every_case_and_catches_the_lost_update(tmp_path: Path) -> None:
    summary = tussle("run", tmp_path / "run")

    planted = {row["subject"] for row in summary["planted"]}
    states = {(row["subject"], row["state"]) for row in summary["cases"]}
    assert ("load_then_reset", "broken") in states
    assert {state for subject, state in states if subject not in planted} == {"ok"}
    judged = {detector["state"] for row in summary["planted"] for detector in row["detectors"]}
    assert "caught" in judged and not judged & {"missed", "unexpected"}


def test_the_page_shows_the_numbers_of_the_summary(tmp_path: Path) -> None:
    summary = tussle("run", tmp_path / "run")

    page = (tmp_path / "run" / "report.html").read_text()
    embedded = re.search(r'<script[^>]*application/json[^>]*>(.*?)</script>', page, re.DOTALL)
    assert embedded is not None
    assert json.loads(embedded[1]) == summary


def test_a_race_run_reports_exactly_the_planted_races(tmp_path: Path) -> None:
    summary = tussle("race", tmp_path / "race")

    races = summary["races"]
    assert all(race["expected"] for race in races)
    assert [race["subjects"] for race in races].count(["plain_int"]) == 1
    # A task that shares its result unprotected races where it is not over before anybody looks, and then in more than
    # one pair of lines.
    assert {tuple(race["subjects"]) for race in races} - {("hasty_spawner",)} == {("plain_int",)}


def test_a_stress_run_catches_the_planted_lost_update_and_its_command_reproduces_it(tmp_path: Path) -> None:
    options = ("--subjects", "load_then_reset", "--filter", "^counter/", "--seed", "1", "--runs", "10")
    summary = tussle("stress", tmp_path / "stress", *options)

    failures = summary["stress"]["failures"]
    assert failures and {failure["status"] for failure in failures} == {"broken"}

    words = failures[0]["again"].split()
    assert words[:2] == ["scripts/tussle", "stress"]
    again = start("stress", tmp_path / "again", *words[2:])
    assert again.returncode == 3, again.stderr
    tried = re.search(r"failed (\d+) of 20 runs: counter/load_then_reset/", again.stderr)
    assert tried is not None and int(tried[1]) > 0


def test_a_stress_run_of_our_own_subjects_finds_nothing(tmp_path: Path) -> None:
    summary = tussle("stress", tmp_path / "stress", "--subjects", "ours", "--seed", "1", "--runs", "15")

    assert summary["stress"]["failures"] == []
    assert summary["stress"]["pinned"] < summary["stress"]["runs"] == 15
