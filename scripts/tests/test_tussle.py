"""Does scripts/tussle find its root and an interpreter, and hand over everything else?"""

import signal
import subprocess
from pathlib import Path

import pytest

from scripts.tests.conftest import ROOT, Machine

# An interpreter that has the packages says what it was started with.
GOOD_PYTHON = 'case " $* " in *" -c "*) exit 0 ;; *) echo "root=$PYTHONPATH: $*"; exit "${CODE:-0}" ;; esac'
BAD_PYTHON = "exit 1"


@pytest.fixture
def ready(machine: Machine) -> Machine:
    """A machine on which nothing is missing but Debian's python3."""
    machine.command("python3", GOOD_PYTHON)
    return machine


def start(machine: Machine, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    settings = {"TUSSLE_NO_INSTALL": "1", "TUSSLE_DEBIAN_PYTHON": "/nowhere/python3", **variables}
    return machine.run(str(machine.root / "scripts/tussle"), *arguments, **settings)


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"], ["run", "--help"], ["race", "-h"]])
def test_help_installs_nothing(machine: Machine, arguments: list[str]) -> None:
    machine.command("apt-get", 'touch "$HOME/called"')
    machine.command("id", "echo 0")

    done = start(machine, *arguments, TUSSLE_NO_INSTALL="")

    assert done.returncode == 0
    assert "usage: scripts/tussle COMMAND" in done.stdout
    assert not (machine.root / "called").exists()


@pytest.mark.parametrize(
    "arguments", [["doctor"], ["doctor", "--json"], ["list", "presets"], ["list", "--json", "presets"]]
)
def test_what_needs_no_package_installs_none(machine: Machine, arguments: list[str]) -> None:
    machine.command("apt-get", 'touch "$HOME/called"')
    machine.command("id", "echo 0")
    # An interpreter that lacks every package.
    machine.command("python3", 'case " $* " in *" -c "*jsonschema*) exit 1 ;; *" -c "*) exit 0 ;; *) echo "$*" ;; esac')

    done = start(machine, *arguments, TUSSLE_NO_INSTALL="")

    assert (done.returncode, done.stdout) == (0, f"-m harness.runner {' '.join(arguments)}\n"), done.stderr
    assert not (machine.root / "called").exists()


@pytest.mark.parametrize(
    ("arguments", "groups"),
    [
        (["run", "quick"], "build,python"),
        (["race"], "build,python"),
        (["list"], "build,python"),
        (["list", "subjects"], "build,python"),
        (["run", "quick", "--dry-run"], "python"),
        (["merge", "all", "a", "b"], "python"),
        (["report", "latest"], "python"),
    ],
)
def test_a_command_installs_what_it_needs_and_no_more(ready: Machine, arguments: list[str], groups: str) -> None:
    setup = ready.root / "scripts/setup"
    setup.write_text('#!/bin/bash\necho "setup $*"\n')

    done = start(ready, *arguments)

    assert done.stdout.splitlines()[0] == f"setup --need {groups}"


def test_sim_becomes_the_program_of_the_controlled_scheduler(machine: Machine) -> None:
    (machine.root / "scripts/setup").write_text('#!/bin/bash\necho "setup $*"\n')
    program = machine.root / "build/sim/bin/tussle_sim"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/bash\necho "sim $*"\nexit 3\n')
    program.chmod(0o755)

    done = start(machine, "sim", "--case", "a/b")

    assert done.returncode == 3
    assert done.stdout == "setup --need build --build sim --target tussle_sim\nsim --case a/b\n"


def test_no_command_is_a_usage_error(machine: Machine) -> None:
    assert start(machine).returncode == 2


def test_an_unknown_command_is_one_line_and_installs_nothing(machine: Machine) -> None:
    done = start(machine, "rnu", TUSSLE_NO_INSTALL="")

    assert done.returncode == 2
    assert done.stderr.startswith("tussle: unknown command 'rnu'") and done.stderr.count("\n") == 1


def test_hands_over_arguments_root_and_exit_code(ready: Machine) -> None:
    done = start(ready, "doctor", "--filter", "a b", CODE="3")

    assert done.returncode == 3
    assert done.stdout == f"root={ready.root}: -m harness.runner doctor --filter a b\n"


def test_finds_its_root_through_a_symbolic_link(ready: Machine, tmp_path: Path) -> None:
    link = tmp_path / "tussle"
    link.symlink_to(ready.root / "scripts/tussle")

    done = ready.run(str(link), "doctor", TUSSLE_NO_INSTALL="1", TUSSLE_DEBIAN_PYTHON="/nowhere/python3")

    assert done.stdout.startswith(f"root={ready.root}:")


def test_passes_over_an_interpreter_without_the_packages(ready: Machine, tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.mkdir()
    (first / "python3").write_text(f"#!/bin/bash\n{BAD_PYTHON}\n")
    (first / "python3").chmod(0o755)

    done = start(ready, "doctor", PATH=f"{first}:{ready.commands}")

    assert done.stdout.startswith("root="), done.stderr


def test_prefers_debians_interpreter(ready: Machine, tmp_path: Path) -> None:
    debian = tmp_path / "debian-python3"
    debian.write_text(f"#!/bin/bash\necho -n 'debian '\n{GOOD_PYTHON}\n")
    debian.chmod(0o755)

    assert start(ready, "doctor", TUSSLE_DEBIAN_PYTHON=str(debian)).stdout.startswith("debian root=")


def test_one_line_when_no_interpreter_has_the_packages(machine: Machine) -> None:
    machine.command("python3", BAD_PYTHON)

    done = start(machine, "doctor")

    assert done.returncode == 2
    assert "no python3 has the packages" in done.stderr and "scipy" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_signal_reaches_the_runner_itself(ready: Machine) -> None:
    wait_for_signal = 'trap "exit 130" INT\necho up\nwhile :; do :; done'
    ready.command("python3", f'case " $* " in *" -c "*) exit 0 ;; esac\n{wait_for_signal}')
    environment = {"PATH": str(ready.commands), "HOME": str(ready.root), "TUSSLE_NO_INSTALL": "1"}
    environment["TUSSLE_DEBIAN_PYTHON"] = "/nowhere/python3"
    command = [str(ready.root / "scripts/tussle"), "doctor"]
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        # A shell that started the tests in the background has made SIGINT ignored for all of us.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as child:
        try:
            assert child.stdout is not None and child.stdout.readline() == "up\n"
            child.send_signal(signal.SIGINT)

            assert child.wait(timeout=20) == 130
        finally:
            child.kill()


def test_setup_is_a_command_too(machine: Machine) -> None:
    assert "usage: scripts/setup" in start(machine, "setup", "--help").stdout


def test_the_interpreter_of_this_machine_is_found() -> None:
    script = f"source {ROOT}/scripts/lib/python.sh; find_python python && echo $python"

    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)

    assert done.returncode == 0 and done.stdout.strip().endswith("python3")
