"""Is the program asked for what was asked, and does its verdict become ours?"""

import json
from pathlib import Path

import pytest
from harness.runner.command_line import main

PROGRAM = """#!/usr/bin/env python3
import json, sys
open({asked!r}, "w").write(json.dumps(sys.argv[1:]))
if "--json" in sys.argv:
    open(sys.argv[sys.argv.index("--json") + 1], "w").write({record!r})
{end}
"""
RECORD = {
    "schema": 1, "mode": "bench", "seed": 7, "budget_s": 2.0,
    "build": {"compiler": "g++", "flags": "-O3", "commit": "0123456789ab", "dirty": False},
    "programs": [{
        "name": "atom.lost_update", "question": "Are both counted?", "statement": "", "source": "a.h",
        "planted": False, "status": "ok", "runner": "threads", "actors": 2, "executions": 1, "seconds": 1.0,
        "rate": 1.0, "core_each": True, "complete": False, "bound": "", "all_reached": True, "finding": "",
        "shown": "", "error": "", "again": "again",
        "outcomes": [{"values": [2], "grade": "acceptable", "count": 1, "reason": "both", "listed": True}],
    }],
}


def _program(tmp_path: Path, end: str) -> Path:
    path = tmp_path / "program"
    path.write_text(PROGRAM.format(asked=str(tmp_path / "asked"), record=json.dumps(RECORD), end=end))
    path.chmod(0o755)
    return path


def _run(tmp_path: Path, end: str, *more: str) -> int:
    program = _program(tmp_path, end)
    return main(["litmus", "--binary", str(program), "--out", str(tmp_path / "out"), *more])


def test_what_was_asked_reaches_the_program_and_the_page_is_written(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code = _run(tmp_path, "", "--filter", "^atom", "--budget", "2", "--seed", "7")
    asked = json.loads((tmp_path / "asked").read_text())
    assert code == 0
    assert asked[:6] == ["--filter", "^atom", "--budget", "2", "--seed", "7"]
    assert "atom.lost_update" in (tmp_path / "out" / "report.html").read_text()
    assert capfd.readouterr().out.strip().endswith("report.html")


@pytest.mark.parametrize("code", [2, 3, 4])
def test_the_program_s_verdict_becomes_ours(tmp_path: Path, code: int) -> None:
    assert _run(tmp_path, f"sys.exit({code})") == code


def test_a_program_that_crashes_is_a_finding(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert _run(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)") == 3
    assert "SIGSEGV" in capfd.readouterr().err


def test_an_unknown_mode_is_refused(tmp_path: Path) -> None:
    assert main(["litmus", "--mode", "fast"]) == 2
