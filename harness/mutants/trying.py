"""Does a detector notice a bug, with this seed?"""

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from harness.mutants import controlled
from harness.mutants.catalog import ASKED_BY_NAME, USUAL_MEASURED, Detector, Subject
from harness.runner import exit_codes, process, sanitizer
from harness.runner.binary import refused_to_start
from harness.runner.trouble import Trouble

LONGEST = 220
RUNNING = re.compile(r"^\[ RUN      \] (\S+)", re.MULTILINE)
FAILURE = re.compile(r"^(\S+:\d+): Failure\n(.+(?:\n(?!\[|$).+){0,3})", re.MULTILINE)
RACE = re.compile(r"^WARNING: ThreadSanitizer: (.+?) \(pid", re.MULTILINE)
FRAME = re.compile(r"^\s+#\d+ .+ ([\w./-]+\.(?:h|cc):\d+)", re.MULTILINE)
STRESS_TRIALS = 4
WINDOW_S = 0.05
NOTICED = ("broken", "crashed", "timeout")


@dataclass(frozen=True)
class Try:
    """What came of one run: how it was noticed, or an empty string."""

    how: str  # test, sanitizer, race, crash, hang, invariant, instructions, outcome, finding
    message: str
    seconds: float  # until then, or for nothing
    executions: int = 1  # likewise: of a simulated or litmus program; trials of the others


def once(root: Path, subject: Subject, detector: Detector, binary: Path, seed: int) -> Try:
    """Runs one detector with one seed."""
    with tempfile.TemporaryDirectory(prefix="tussle-mutant-") as folder:
        scratch = Path(folder)
        chosen = detector.filter.replace("{subject}", subject.name)
        if detector.kind in ASKED_BY_NAME:
            started = (*fixed_addresses(detector.preset), str(binary))
            seen = controlled.ask(subject, detector, started, seed, scratch)
            return Try(seen.how, _line(seen.message), seen.seconds, seen.executions)
        if detector.kind in ("stress", "race", "run", "history"):
            return _cases(root, subject, detector, chosen, binary, seed, scratch)
        if detector.kind == "zero_cost":
            return _instructions(root, subject, binary, scratch)
        tried = _tests(subject, detector, chosen, binary, seed, scratch)
        return tried if detector.kind == "test" else _shown(tried)


def _shown(tried: Try) -> Try:
    """Turns round what came of a test that passes when the bug shows."""
    if tried.how:
        return Try("", "", tried.seconds)
    return Try("test", "the forced interleaving shows it", tried.seconds)


def _tests(
    subject: Subject, detector: Detector, chosen: str, binary: Path, seed: int, scratch: Path
) -> Try:
    command = [*fixed_addresses(detector.preset), "env", f"TUSSLE_PERTURB={seed}", "TSAN_OPTIONS=halt_on_error=1",
               str(binary), f"--gtest_filter={chosen}", "--gtest_color=no", "--gtest_fail_fast"]
    ending = process.run(command, scratch, subject.budget)
    said = (scratch / "stdout").read_text("utf-8", "replace")
    errors = (scratch / "stderr").read_text("utf-8", "replace")
    if ending.exit_code == 0:
        if "[  PASSED  ] 0 tests" in said:
            raise Trouble(f"the filter '{chosen}' picks no test that runs", "see detectors.toml",
                          detector.name)
        return Try("", "", ending.seconds)
    if refused_to_start(scratch):
        raise Trouble("the sanitizer cannot start on this machine", "allow personality(2)", detector.name,
                      exit_codes.INCOMPLETE)
    how, what = _noticed(ending, said, errors, subject.budget)
    failure = FAILURE.search(said)
    running = RUNNING.findall(said[: failure.start()] if failure else said)  # what follows is skipped
    return Try(how, _line(f"{running[-1]}: {what}" if running else what), ending.seconds)


def _noticed(ending: process.Ending, said: str, errors: str, budget: float) -> tuple[str, str]:
    """Returns how a run that went wrong was noticed, and by which words."""
    if race := RACE.search(errors):
        frame = FRAME.search(errors, race.end())
        return "race", f"ThreadSanitizer: {race[1]}{f' at {frame[1]}' if frame else ''}"
    if finding := sanitizer.find(errors):
        return "sanitizer", finding.message
    if failure := FAILURE.search(said):
        return "test", f"{failure[1]} {failure[2]}"
    if ending.timed_out:
        return "hang", f"still running after {budget:g} s"
    last = errors.strip().splitlines()
    return "crash", f"{ending.signal or f'exit {ending.exit_code}'}{': ' + last[-1] if last else ''}"


def _instructions(root: Path, subject: Subject, binary: Path, scratch: Path) -> Try:
    command = [sys.executable, str(root / "primitives/sync/zero_cost_check.py"), "--objdump", "objdump", str(binary)]
    ending = process.run(command, scratch, subject.budget)
    if ending.exit_code == 0:
        return Try("", "", ending.seconds)
    lines = (scratch / "stdout").read_text("utf-8", "replace").splitlines()
    return Try("instructions", _line(lines[0] if lines else "the check itself failed"), ending.seconds)


def _cases(
    root: Path, subject: Subject, detector: Detector, chosen: str, binary: Path, seed: int, scratch: Path
) -> Try:
    """Asks the command line itself, as a user would, and reads what it recorded."""
    out = scratch / "out"
    command = [sys.executable, "-m", "harness.runner", *asking(detector), "--filter", chosen, "--seed", str(seed),
               "--window", str(WINDOW_S), "--binary", str(binary), "--out", str(out)]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    try:
        ended = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True,
                               timeout=subject.budget * STRESS_TRIALS)
    except subprocess.TimeoutExpired:
        return Try("hang", f"still running after {subject.budget * STRESS_TRIALS:g} s", subject.budget)
    units = [json.loads(path.read_text("utf-8")) for path in sorted((out / "units").glob("*.json"))]
    if ended.returncode == exit_codes.USAGE or not units:
        raise Trouble(f"the detector could not be asked ({_line(ended.stderr)})", "see detectors.toml", detector.name)
    return _first_noticed(units, detector.kind)


def asking(detector: Detector) -> tuple[str, ...]:
    """Returns the command that asks a detector of cases, without what to look at and where to write."""
    if detector.kind == "race":
        return ("race", "race", "--blocks", "1", "--threads", "2")
    if detector.kind == "stress" or (detector.kind == "history" and detector.preset != "bench"):
        return ("stress", "--runs", str(STRESS_TRIALS), "--keep-going")
    # Cases of the usual preset run with many numbers of threads; those of others name what they need.
    threads = ("--threads", "2") if detector.measures == USUAL_MEASURED else ()
    return ("run", detector.measures, "--blocks", "1", *threads)


def _first_noticed(units: list[dict[str, Any]], kind: str) -> Try:
    """Returns what the first unit that showed something said; for `race` that is a race and nothing else."""
    spent, trials = 0.0, 0
    for unit in sorted(units, key=lambda unit: int(unit["order"])):
        spent += float(unit.get("seconds") or 0.0)
        trials += 1
        if unit.get("races"):
            return Try("race", _line(f"{unit['case']}: {len(unit['races'])} race reports"), spent, trials)
        if kind != "race" and unit["status"] in NOTICED:
            how = {"broken": "invariant", "crashed": "crash", "timeout": "hang"}[unit["status"]]
            how = "sanitizer" if unit.get("finding") else how
            return Try(how, _line(f"{unit['case']}: {unit.get('message', '')}"), spent, trials)
    return Try("", "", spent, trials)


@cache
def fixed_addresses(preset: str) -> tuple[str, ...]:
    """Returns what starts a sanitizer's binary with the same addresses each time, where that works."""
    if preset == "bench":
        return ()
    try:
        works = subprocess.run(["setarch", "-R", "true"], capture_output=True).returncode == 0
    except OSError:
        works = False
    return ("setarch", "-R") if works else ()


def _line(text: str) -> str:
    return " ".join(text.split())[:LONGEST]
