"""Where do the tests play: a fake binary, a folder for results, a way to type commands?"""

import json
import os
import signal
import subprocess
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.runner.command_line import ROOT
from harness.runner.storage import write_whole

TINY_PRESET = """
description = "one workload, a few subjects"
kinds = ["run", "race"]
blocks = 1
window = 0.01
ramp = 0
timeout = 20
[[cases]]
workload = "counter"
subjects = ["atom", "mutex", "planted"]
[cases.conditions]
threads = [2]
"""


@dataclass(frozen=True)
class Ended:
    """What a command left: its exit code and what it said."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """Returns the only line that was said."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert self.out == ""
        return lines[0]


@dataclass(frozen=True)
class Place:
    """A folder with a fake binary, a preset and a place for results."""

    folder: Path
    type: Callable[..., Ended]

    @property
    def binary(self) -> Path:
        return self.folder / "fake_binary"

    @property
    def results(self) -> Path:
        return self.folder / "results"

    def preset(self, text: str = TINY_PRESET, name: str = "tiny") -> str:
        """Writes a preset; returns what to type for it."""
        path = self.folder / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    def run(self, *more: str, preset: str = TINY_PRESET, kind: str = "run") -> Ended:
        """Types run (or race) with the preset on the fake binary."""
        return self.type(kind, self.preset(preset), "--binary", str(self.binary), *more)

    def units(self) -> dict[str, dict[str, Any]]:
        """Returns the units of the newest run by their key."""
        paths = (self.results / "latest" / "units").glob("*.json")
        return {path.stem: json.loads(path.read_text()) for path in paths}

    def statuses(self, subject: str) -> list[str]:
        """Returns how the units of a subject ended in the newest run."""
        return [unit["status"] for unit in self.units().values() if unit["subject"] == subject]

    def results_shown(self) -> str:
        """Returns the directory of the newest run as messages name it."""
        return f"results/{(self.results / 'latest').resolve().name}"

    def unit(self, subject: str) -> dict[str, Any]:
        """Returns one unit of a subject in the newest run."""
        return next(unit for unit in self.units().values() if unit["subject"] == subject)

    def manifest(self) -> dict[str, Any]:
        """Returns the manifest of the newest run."""
        text = (self.results / "latest" / "manifest.json").read_text()
        return dict(json.loads(text))


def make_fake_binary(path: Path) -> None:
    """Makes the fake binary executable, with the interpreter that runs the tests."""
    text = (Path(__file__).parent / "fake_binary.py").read_text(encoding="utf-8")
    path.write_text(f"#!{sys.executable} -IS\n{text}", encoding="utf-8")
    path.chmod(0o755)


def stand_in_for_reports() -> types.ModuleType:
    """Returns a `reports` that renders next to nothing; the real one has its own tests."""

    def render(directory: Path) -> Path:
        write_whole(directory / "report.html", f"<p>{directory.name}</p>")
        return directory / "report.html"

    module = types.ModuleType("reports")
    module.__path__ = [str(ROOT / "reports")]  # its errors are the real ones
    module.render = render  # type: ignore[attr-defined]
    return module


def start_for_real(place: Place, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
    """Starts the command line as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "harness.runner", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        cwd=place.folder,
        # A shell that started the tests in the background has made SIGINT ignored for all of us.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
