"""What would GitHub or GitLab do with the CI files? As much of it as running their commands takes."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import]

from scripts.tests.conftest import ROOT

Job = dict[str, Any]
TINY = """
description = "one case"
kinds = ["run", "race"]
blocks = 5
window = 0.01
ramp = 0
timeout = 20
[[cases]]
workload = "counter_private"
subjects = ["atom"]
[cases.conditions]
threads = [2]
"""
KNOWN = {  # conditions of steps, as Python
    r"\$\{\{(.*)\}\}": r"\1",
    r"!cancelled\(\)": "True",
    r"hashFiles\('([^']*)'\) != ''": r"exists('\1')",
    r"github\.ref == ('[^']*')": r"ref == \1",
    "&&": "and",
}


def read(name: str) -> Job:
    """Returns one of the CI files; `on`, which YAML 1.1 takes for true, is called so again."""
    parsed = yaml.safe_load((ROOT / "docs" / "ci" / name).read_text("utf-8"))
    return {"on" if key is True else key: value for key, value in parsed.items()}


@dataclass
class Checkout:
    """A copy of the project with a fake binary and tiny presets, where a CI job's commands run."""

    root: Path
    cache: Path
    variables: dict[str, str] = field(default_factory=dict)
    ref: str = "refs/heads/main"
    ran: list[str] = field(default_factory=list)

    def shell(self, script: str) -> "subprocess.CompletedProcess[str]":
        """Runs a script as CI does: the shell ends with the first command that fails."""
        found = {"PATH": f"{self.root / 'fake'}:{os.environ['PATH']}", "HOME": str(self.root.parent)}
        github = {"GITHUB_WORKSPACE": str(self.root), "GITHUB_STEP_SUMMARY": str(self.root.parent / "summary.md")}
        environment = {**found, **github, "CI_PROJECT_DIR": str(self.root), **self.variables}
        ended = subprocess.run(["sh", "-e", "-c", script], cwd=self.root, env=environment, check=False,
                               stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        self.ran.append(script)
        return ended

    @property
    def summary(self) -> str:
        return (self.root.parent / "summary.md").read_text("utf-8")

    def exists(self, path: str) -> bool:
        return (self.root / path).exists()

    def github(self, job: Job) -> tuple[int, str]:
        """Runs the steps of a job; returns the code of the first that failed, and all that was said."""
        code, said = 0, ""
        for step in job["steps"]:
            if not self._wanted(step.get("if"), failed=code != 0):
                continue
            if "uses" in step:
                self._action(step)
                continue
            ended = self.shell(step["run"])
            code, said = code or ended.returncode, said + ended.stdout + ended.stderr
        return code, said

    def gitlab(self, job: Job) -> tuple[int, str]:
        """Runs the script of a job with its cache; returns its code and all that was said."""
        cached = job.get("cache", {})
        self._restore(cached)
        ended = self.shell("\n".join(job["script"]))
        if ended.returncode == 0 and cached.get("policy") == "push":
            for path in cached["paths"]:
                replace(self.root / path, self.cache / path)
        return ended.returncode, ended.stdout + ended.stderr

    def _restore(self, cached: Job) -> None:
        if cached.get("policy") == "pull":
            for path in cached["paths"]:
                if (self.cache / path).exists():
                    replace(self.cache / path, self.root / path)

    def _wanted(self, condition: str | None, failed: bool) -> bool:
        if condition is None:
            return not failed
        python = condition
        for pattern, replacement in KNOWN.items():
            python = re.sub(pattern, replacement, python)
        fits = bool(eval(python.strip(), {"exists": self.exists, "ref": self.ref}))
        return fits and (not failed or "cancelled" in condition)

    def _action(self, step: Job) -> None:
        """Does what the actions do that these files use; another one is an error."""
        action, options = step["uses"].split("@")[0], step.get("with", {})
        self.ran.append(action)
        if action == "actions/cache/restore" and self.cache.exists():
            replace(self.cache, self.root / options["path"])
        elif action == "actions/cache/save":
            replace(self.root / options["path"], self.cache)
        elif action == "github/codeql-action/upload-sarif":
            assert self.exists(options["sarif_file"])
        else:
            assert action in ("actions/cache/restore", "actions/checkout", "actions/upload-artifact")


def make_checkout(folder: Path) -> Checkout:
    """Copies what the commands of the CI files need; building is replaced by a fake binary."""
    root = folder / "checkout"
    ignored = shutil.ignore_patterns("tests", "__pycache__", "*.cc", "*.h")
    for part in ("scripts", "harness", "reports", "workloads/presets"):
        shutil.copytree(ROOT / part, root / part, ignore=ignored)
    shutil.copy(ROOT / "CMakeLists.txt", root)  # by it a checkout is known
    for preset in ("ci", "race"):
        (root / f"workloads/presets/{preset}.toml").write_text(TINY, "utf-8")
    fake = ROOT / "harness/runner/tests/fake_binary.py"
    for mode in ("bench", "tsan"):
        command = f'FAKE_MODE={mode} exec /usr/bin/env python3 -IS {fake} "$@"'
        write_command(root / f"build/{mode}/bin/tussle_bench", command)
    write_command(root / "scripts/setup", 'echo "$@" >> "$(dirname "$0")/setup.log"')
    write_command(root / "fake/apt-get", "exit 0")
    return Checkout(root, folder / "cache")


def copied(checkout: Checkout, folder: Path) -> Checkout:
    """Returns a checkout of its own that has come as far as the given one, with its cache."""
    shutil.copytree(checkout.root.parent, folder, symlinks=True, dirs_exist_ok=True)
    return Checkout(folder / "checkout", folder / "cache")


def write_command(path: Path, body: str) -> None:
    """Writes a shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n", "utf-8")
    path.chmod(0o755)


def replace(source: Path, target: Path) -> None:
    """Copies a folder over another."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
