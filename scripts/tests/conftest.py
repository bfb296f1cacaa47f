"""What do the tests of the scripts share? A checkout of their own and a machine made of fake commands."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What the scripts may take for granted on a minimal Debian.
ESSENTIAL = "bash cat dirname env grep head mkdir mv nproc readlink rm sed sort tail tee touch tr true uname".split()


@dataclass(frozen=True)
class Machine:
    """A PATH that holds only what a test put there, and a copy of the scripts."""

    root: Path
    commands: Path

    def command(self, name: str, body: str) -> Path:
        """Adds a fake command: a shell script."""
        file = self.commands / name
        file.unlink(missing_ok=True)
        file.write_text(f"#!/bin/bash\n{body}\n", "utf-8")
        file.chmod(0o755)
        return file

    def dpkg_knows(self, *packages: str) -> None:
        """Lets dpkg-query say that these packages, and no others, are installed."""
        known = "\n".join(f"{package} installed" for package in packages)
        self.command("dpkg-query", f"cat <<'END'\n{known}\nEND\nexit 1")

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Runs a command of the checkout on this machine."""
        environment = {"PATH": str(self.commands), "HOME": str(self.root), **variables}
        return subprocess.run(
            command, cwd=self.root, env=environment, capture_output=True, text=True, check=False, timeout=60
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine without apt, without root, and with nothing installed."""
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in ESSENTIAL:
        (commands / name).symlink_to(shutil.which(name) or pytest.fail(f"no {name} on this machine"))
    root = tmp_path / "checkout"
    shutil.copytree(ROOT / "scripts", root / "scripts", ignore=shutil.ignore_patterns("__pycache__", "tests"))
    made = Machine(root, commands)
    made.command("id", "echo 1000")
    made.dpkg_knows()
    return made


@pytest.fixture
def packages() -> Callable[..., list[str]]:
    """The packages of some groups, read from the list independently of the scripts."""

    def of(*groups: str) -> list[str]:
        lines = (ROOT / "scripts" / "packages.txt").read_text("utf-8").splitlines()
        fields = [line.split() for line in lines if line and not line.startswith("#")]
        return [words[1] for words in fields if words[0] in groups]

    return of


@pytest.fixture
def tree(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Writes a small project: path -> text."""

    def write(files: dict[str, str]) -> Path:
        for name, text in files.items():
            file = tmp_path / name
            os.makedirs(file.parent, exist_ok=True)
            file.write_text(text, "utf-8")
        return tmp_path

    return write
