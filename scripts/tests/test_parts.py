"""Do the scripts of several parts run them all, name those that failed, and refuse what they do not know?"""

import re
import subprocess

import pytest

from scripts.check_tidy import distinct_findings
from scripts.tests.conftest import ROOT, Machine

PARTS = """
source scripts/lib/sections.sh
breaks() { echo before; false; echo after; }
works() { echo fine; }
run_part one breaks
run_part two works
print_failed_parts
"""


def test_a_part_stops_at_its_first_failure_and_the_next_goes_on(machine: Machine) -> None:
    said = machine.run("bash", "-c", PARTS).stdout.splitlines()

    assert "before" in said and "after" not in said and "fine" in said
    assert any(re.fullmatch(r"-- one: FAILED, \d+ s", line) for line in said)
    assert any(re.fullmatch(r"-- two: ok, \d+ s", line) for line in said)
    assert said[-1] == "failed: one"


@pytest.mark.parametrize(
    ("command", "place"),
    [
        (["scripts/test", "--only", "benhc"], "unknown part 'benhc'"),
        (["scripts/test", "-k"], "-k lacks its value"),
        (["scripts/check", "--only", "mypi"], "unknown linter 'mypi'"),
        (["scripts/check", "--everything"], "unknown argument '--everything'"),
        (["scripts/clean_machine", "--only", "tset"], "not 'tset'"),
        (["scripts/clean_machine", "now"], "unknown argument 'now'"),
    ],
)
def test_wrong_arguments_are_one_line_and_exit_2(machine: Machine, command: list[str], place: str) -> None:
    done = machine.run(*command)

    assert done.returncode == 2
    assert place in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize("script", ["scripts/test", "scripts/check"])
def test_what_cannot_be_installed_ends_with_2_before_anything_runs(machine: Machine, script: str) -> None:
    done = machine.run(script)

    assert done.returncode == 2
    assert done.stdout.startswith("apt-get install")


@pytest.mark.parametrize("script", ["setup", "tussle", "test", "check", "clean_machine"])
def test_every_script_explains_itself(machine: Machine, script: str) -> None:
    done = machine.run(f"scripts/{script}", "--help")

    assert done.returncode == 0
    assert done.stdout.startswith(f"{script}: ") and f"usage: scripts/{script}" in done.stdout


def test_only_root_makes_a_machine(machine: Machine) -> None:
    assert "only root" in machine.run("scripts/clean_machine").stderr


def test_a_finding_in_a_header_is_shown_once_with_its_notes() -> None:
    finding = "a.h:1:2: error: bad [check]\n  code\na.h:3:4: note: here"
    other = "b.cc:1:2: error: worse [check]"

    assert distinct_findings([finding, f"{other}\n{finding}"]) == [finding, other]


def test_shell_scripts_are_executable_and_strict() -> None:
    for name in ("setup", "tussle", "test", "check", "clean_machine"):
        file = ROOT / "scripts" / name
        assert file.stat().st_mode & 0o111
        assert subprocess.run(["bash", "-n", str(file)], check=False).returncode == 0
