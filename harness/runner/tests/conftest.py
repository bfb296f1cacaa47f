"""What do the tests of the runner share?"""

import os
import sys
from pathlib import Path

import pytest

from harness.runner.command_line import main
from harness.runner.tests.stage import Ended, Place, make_fake_binary, stand_in_for_reports


@pytest.fixture
def place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Place:
    """A place to type commands in; the report is a stand-in that names the run."""
    make_fake_binary(tmp_path / "fake_binary")
    for name in [name for name in os.environ if name.startswith(("FAKE_", "TUSSLE_", "TSAN_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TUSSLE_RESULTS", str(tmp_path / "results"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "reports", stand_in_for_reports())

    def type_command(*arguments: str) -> Ended:
        capfd.readouterr()
        code = main(arguments)
        said = capfd.readouterr()
        return Ended(code, said.out, said.err)

    return Place(tmp_path, type_command)
