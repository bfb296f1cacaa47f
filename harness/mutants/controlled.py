"""Does a bug show under the controlled scheduler, or in a litmus program, and in which execution?"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.mutants.catalog import Detector, Subject
from harness.runner import exit_codes, process
from harness.runner.trouble import Trouble

CASES = "tussle_sim"  # all other targets run litmus programs
# Weak compare-exchanges that may fail for no reason, in an execution: one for each of two threads.
SPURIOUS = "2"
ALL_PROGRAMS = "^(?!planted)"  # where nobody says which: all that must be sound
EXPLORED = re.compile(r"(\d+) executions, (\d+) scheduling points, (\d+) a second")
FOUND = re.compile(r"^found in execution (\d+)$", re.MULTILINE)
FINDING = re.compile(r"^of .*:\n(.+)$", re.MULTILINE)
ENDED = (exit_codes.OK, exit_codes.BROKEN)


@dataclass(frozen=True)
class Explored:
    """What came of one case or program: how it was noticed, or an empty string."""

    how: str  # outcome, finding, crash, hang
    message: str
    executions: int
    seconds: float


def ask(
    subject: Subject, detector: Detector, started: tuple[str, ...], seed: int, scratch: Path
) -> Explored:
    """Explores what the subject asks for, one after the other, until something shows."""
    executions, seconds = 0, 0.0
    for name in subject.asks or (ALL_PROGRAMS,):
        run = _case if detector.target == CASES else _program
        one = run(name, subject, detector, started, seed, scratch)
        executions += one.executions
        seconds += one.seconds
        if one.how:
            return Explored(one.how, f"{name}: {one.message}", executions, seconds)
    return Explored("", "", executions, seconds)


def _case(
    name: str, subject: Subject, detector: Detector, started: tuple[str, ...], seed: int, scratch: Path
) -> Explored:
    command = [*started, "--case", *name.split(), "--no-lines", *_search(detector, seed)]
    ending = process.run(command, scratch, subject.budget)
    said = (scratch / "stdout").read_text("utf-8", "replace")
    explored = EXPLORED.search(said)
    if explored is None or ending.exit_code not in ENDED:
        return _ended(ending, detector, scratch)
    executions, points, rate = map(int, explored.groups())
    found, finding = FOUND.search(said), FINDING.search(said)
    message = finding[1] if finding else ""
    return Explored("finding" if found else "", message, int(found[1]) if found else executions,
                    points / rate if rate else ending.seconds)


def _program(
    name: str, subject: Subject, detector: Detector, started: tuple[str, ...], seed: int, scratch: Path
) -> Explored:
    record = scratch / "litmus.json"
    record.unlink(missing_ok=True)
    wanted = name if name == ALL_PROGRAMS else f"^{re.escape(name)}$"
    command = [*started, "--filter", wanted, "--json", str(record)]
    command += _search(detector, seed) if detector.preset == "sim" else _threads(detector, seed)
    ending = process.run(command, scratch, subject.budget)
    if ending.exit_code not in ENDED or not record.is_file():
        return _ended(ending, detector, scratch)
    return first_broken(json.loads(record.read_text("utf-8"))["programs"])


def first_broken(programs: list[dict[str, Any]]) -> Explored:
    """Returns what the first program that came to something forbidden says of it."""
    executions, seconds = 0, 0.0
    for one in programs:
        met = sum(each["count"] for each in one["outcomes"] if each["grade"] == "forbidden")
        # Real threads do not stop at it: how far apart two were.
        share = met if met and one["runner"] == "threads" else 1
        executions += max(1, one["executions"] // share)
        seconds += (one["seconds"] or 0.0) / share
        if met:
            reason = next(each["reason"] for each in one["outcomes"] if each["grade"] == "forbidden" and each["count"])
            return Explored("outcome", reason, executions, seconds)
        if one["finding"]:
            return Explored("finding", one["finding"], executions, seconds)
    return Explored("", "", executions, seconds)


def _search(detector: Detector, seed: int) -> list[str]:
    words = ["--executions", str(detector.executions), "--seed", str(seed), "--memory", detector.memory]
    words += ["--spurious", SPURIOUS, "--no-shrink"]
    return [*words, "--strategy", detector.strategy] if detector.strategy else words


def _threads(detector: Detector, seed: int) -> list[str]:
    return ["--budget", f"{detector.seconds:g}", "--seed", str(seed)]


def _ended(ending: process.Ending, detector: Detector, scratch: Path) -> Explored:
    """What a process says that came to no end of its own."""
    errors = (scratch / "stderr").read_text("utf-8", "replace").strip().splitlines()
    last = errors[-1] if errors else ""
    if detector.preset == "sim" and (ending.timed_out or ending.exit_code == exit_codes.INCOMPLETE):
        # A search says by itself what it finds, endless loops among it: this says nothing of the bug.
        what = f"still running after {ending.seconds:.0f} s" if ending.timed_out else last
        raise Trouble(f"the search came to no end ({what})", "give it more time, or a quieter machine", detector.name)
    if ending.timed_out:
        return Explored("hang", f"still running after {ending.seconds:.0f} s", 0, ending.seconds)
    if ending.exit_code == exit_codes.USAGE:
        raise Trouble(f"the detector could not be asked ({last})", "see detectors.toml", detector.name)
    return Explored("crash", f"{ending.signal or f'exit {ending.exit_code}'}{': ' + last if last else ''}", 1,
                    ending.seconds)
