"""Is the program of claims asked for what was asked, and does its verdict become ours?"""

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
    "schema": 1, "mode": "bench",
    "build": {"compiler": "g++", "flags": "-O3", "commit": "0123456789ab", "dirty": False},
    "claims": [{
        "id": "agent.serial", "statement": "one at a time", "threshold": "never two", "source": "a.h",
        "verdict": "supported", "because": "never two", "expected": None, "surprise": False, "seconds": 0.1,
        "error": "", "figures": [],
    }],
}


def _run(tmp_path: Path, end: str, *more: str) -> int:
    program = tmp_path / "program"
    program.write_text(PROGRAM.format(asked=str(tmp_path / "asked"), record=json.dumps(RECORD), end=end))
    program.chmod(0o755)
    return main(["claims", "--binary", str(program), "--out", str(tmp_path / "out"), *more])


def test_what_was_asked_reaches_the_program_and_the_page_is_written(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert _run(tmp_path, "", "--filter", "^agent") == 0
    asked = json.loads((tmp_path / "asked").read_text())
    assert asked[:3] == ["--filter", "^agent", "--json"]
    assert "one at a time" in (tmp_path / "out" / "report.html").read_text()
    assert capfd.readouterr().out.strip().endswith("report.html")


def test_a_list_writes_nothing(tmp_path: Path) -> None:
    assert _run(tmp_path, "", "--list") == 0
    assert json.loads((tmp_path / "asked").read_text()) == ["--list", "--filter", ""]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("code", [2, 3, 4])
def test_the_program_s_verdict_becomes_ours(tmp_path: Path, code: int) -> None:
    assert _run(tmp_path, f"sys.exit({code})") == code


def test_a_program_that_crashes_is_a_finding(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert _run(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)") == 3
    assert "SIGSEGV" in capfd.readouterr().err
