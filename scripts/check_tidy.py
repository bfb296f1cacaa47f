"""Does clang-tidy find anything in our C++ code?

Checks translation units of build/clang, those that changed since a base first. The answer for a unit stays until it,
a header of ours that it includes, its command or the configuration changes (answers: build/clang/tidy).
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path.cwd()
BUILD = ROOT / "build" / "clang"
ROOMS = ("primitives/", "harness/", "workloads/")
_FINDING = re.compile(r"^(?:\S+?:\d+:\d+: )?(?:warning|error): ")


@dataclass(frozen=True)
class Unit:
    """One translation unit: its source, its command, and our files that it is made of."""

    source: str
    command: str
    files: frozenset[str]


def output_of(*command: str) -> str:
    """What a command prints; empty when it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def relative(path: str, folder: Path = BUILD) -> str | None:
    """The path from the root on, or None for what is not ours."""
    full = os.path.relpath(os.path.join(folder, path), ROOT)
    return full if full.startswith(ROOMS) else None


def dependencies() -> dict[str, frozenset[str]]:
    """Object file -> our files that it was compiled from, as Ninja noted them."""
    found: dict[str, frozenset[str]] = {}
    target = ""
    for line in output_of("ninja", "-C", str(BUILD), "--quiet", "-t", "deps").splitlines():
        if line and not line[0].isspace():
            target = line.split(":")[0]
            found[target] = frozenset()
        elif (ours := relative(line.strip())) is not None:
            found[target] |= {ours}
    return found


def units() -> list[Unit]:
    """All translation units of the build that are ours."""
    made_of = dependencies()
    listed = json.loads((BUILD / "compile_commands.json").read_text("utf-8"))
    found = []
    for entry in listed:
        source = relative(entry["file"], Path(entry["directory"]))
        if source is not None:
            target = re.search(r" -o (\S+)", entry["command"])
            files = made_of.get(target[1] if target else "", frozenset()) | {source}
            found.append(Unit(source, entry["command"], files))
    return found


def changed_files(base: str | None) -> set[str]:
    """Files that differ from the base: committed, uncommitted or new."""
    if base is None:
        base = output_of("git", "merge-base", "HEAD", "origin/main").strip()
        if not base or base == output_of("git", "rev-parse", "HEAD").strip():
            base = "HEAD~1"
    names = output_of("git", "diff", "--name-only", base) if output_of("git", "rev-parse", base) else ""
    names += output_of("git", "ls-files", "--others", "--modified", "--exclude-standard")
    return set(names.split())


def answer_file(unit: Unit, version: str) -> Path:
    """Where the answer for this very code is kept."""
    digest = hashlib.sha256(f"{version}\n{unit.command}\n".encode())
    for name in (".clang-tidy", *sorted(unit.files)):
        digest.update(name.encode() + b"\0" + (ROOT / name).read_bytes())
    return BUILD / "tidy" / digest.hexdigest()[:32]


def checks_of(unit: Unit) -> list[str]:
    """What a unit's command line says of checks: some leave tests out. The path analyser takes most
    of the time and finds in GoogleTest's macros what is not there; so do those that count statements."""
    less = "-clang-analyzer-*,-readability-function-size,-performance-inefficient-vector-operation"
    return [f"--checks={less}"] if unit.source.endswith("_test.cc") else []


def tidy(unit: Unit) -> tuple[str, bool]:
    """What clang-tidy says, empty when the unit is clean, and whether it could read the whole unit."""
    command = ["clang-tidy", "-p", str(BUILD), "--quiet", *checks_of(unit), str(ROOT / unit.source)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return "", True
    said = done.stdout.replace(f"{ROOT}/", "").strip()
    if not said:
        return f"{unit.source}: error: clang-tidy stopped: {done.stderr.strip()[-500:]}", False
    return said, "[clang-diagnostic-" not in said


def answer(unit: Unit, version: str, deadline: float) -> str | None:
    """The answer for one unit, known or new; None when it is too late for a new one."""
    kept = answer_file(unit, version)
    if kept.exists():
        return kept.read_text("utf-8")
    if time.monotonic() > deadline:
        return None
    said, whole = tidy(unit)
    if whole:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(said, "utf-8")
    return said


def distinct_findings(texts: list[str]) -> list[str]:
    """Findings in headers come once for each unit: each is shown once, with its notes."""
    found: dict[str, list[str]] = {}
    for text in texts:
        first = ""
        for line in text.splitlines():
            if _FINDING.match(line) or not first:
                first = line
                found[first] = []
            found[first].append(line)
    return ["\n".join(lines) for lines in found.values()]


def check(todo: list[Unit], version: str, budget: float, jobs: int) -> tuple[int, list[str]]:
    """How many units have an answer within the budget (seconds), and the findings."""
    deadline = time.monotonic() + budget
    with ThreadPoolExecutor(jobs) as pool:
        answers = list(pool.map(lambda unit: answer(unit, version, deadline), todo))
    given = [said for said in answers if said is not None]
    return len(given), distinct_findings([said for said in given if said])


def main(arguments: list[str]) -> int:
    """Prints the findings; 1 when there are any."""
    parser = argparse.ArgumentParser(prog="check_tidy", description=__doc__)
    parser.add_argument("--all", action="store_true", help="all units, the changed ones first")
    parser.add_argument("--base", help="what counts as changed: since this commit (default: main, or the last commit)")
    parser.add_argument("--budget", type=float, default=float("inf"), help="start no further unit after these seconds")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args(arguments)
    version = output_of("clang-tidy", "--version")
    changed = changed_files(options.base)
    everything = units()
    touched = [unit for unit in everything if unit.files & changed or ".clang-tidy" in changed]
    rest = [unit for unit in everything if unit not in touched] if options.all else []
    checked, findings = check(touched + rest, version, options.budget, options.jobs)
    print("\n".join(findings), end="\n" if findings else "")
    print(f"clang-tidy: {checked} of {len(everything)} units ({len(touched)} changed), {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
