"""Does the test that carries a statement's number fail when a mutant breaks the statement?

A mutant says in `fails` which statements of primitives/CONTRACT.md it breaks. Asked are the tests that carry these
numbers, and no others: where no sanitizer helps them, as the code is shipped, and in another preset only if they run
nowhere else, or if the mutant says so ("CH-21 chaos").
"""

import argparse
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.mutants import building, catalog, trying
from harness.mutants.building import Build, NotBuilt
from harness.mutants.catalog import Detector, Subject
from harness.runner import directory, exit_codes
from harness.runner.storage import write_json
from harness.runner.trouble import Trouble, say

SCHEMA = 1
FILE = "statements.json"
ROOMS = ("primitives", "harness", "workloads")
PRESETS = ("bench", "sim", "chaos", "tsan")  # the first where a number has tests is asked
# Whether a test fails is no matter of speed, and compiling is what this costs.
CHEAPER: dict[str, tuple[str, ...]] = {**building.CHEAPER, "bench": ("-O0", "-g0"), "sim": ("-O0", "-g0")}
BUDGET_S = 30.0  # for the tests of one number
SEED = 1
# A test, and the numbers in its name: TEST(atom, ATOM_7_and_ATOM_8_hold).
TEST = re.compile(r"^(?:TYPED_)?TEST(?:_[FP])?\(\s*\w+\s*,\s*(\w+)\s*\)", re.MULTILINE)
NUMBER = re.compile(r"(?<![A-Za-z0-9])([A-Z][A-Z0-9]*)_(\d+)(?![0-9])")
Record = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """Tests of one number in one file, and what they are built of."""

    statement: str
    detector: Detector


@dataclass
class Inquiry:
    """Builds tests with and without mutants, and asks them."""

    root: Path
    folder: Path  # overlays, objects, binaries
    files: dict[str, list[str]]  # of each statement, relative to the repository
    prepare: Callable[[str], None]  # configures a preset
    trees: dict[str, Build] = field(default_factory=dict)
    there: dict[Question, bool] = field(default_factory=dict)  # are there tests, which all pass without mutants?

    def subject(self, mutant: Subject) -> Record:
        """Returns what the tests of every statement that it breaks make of a mutant."""
        place = self.folder / mutant.name
        shutil.rmtree(place, ignore_errors=True)
        path = place / "overlay" / mutant.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(catalog.mutated(self.root, mutant), encoding="utf-8")
        record: Record = {"name": mutant.name, "file": mutant.file, "breaks": mutant.breaks, "error": "", "answers": []}
        try:
            record["answers"] = [self._answer(mutant, statement) for statement in mutant.fails]
        except NotBuilt as error:
            record["error"] = f"does not build: {error}"
        shutil.rmtree(place, ignore_errors=True)
        return record

    def _answer(self, mutant: Subject, broken: str) -> Record:
        statement, _, preset = broken.partition(" ")
        questions = self._asked(statement, preset)
        if not questions:
            where = f" in preset {preset}" if preset else ""
            raise Trouble(f"no test carries the number {statement}{where}", "write one, or name another", mutant.name)
        for question in questions:
            tried = self._ask(question, mutant)
            if tried.how:
                return {"statement": statement, "preset": question.detector.preset, "how": tried.how,
                        "message": tried.message}
        asked = questions[0].detector.preset
        return {"statement": statement, "preset": asked, "how": "", "message": "its tests notice nothing"}

    def _asked(self, statement: str, preset: str) -> list[Question]:
        """Returns the tests of a number, file by file, in the preset that is wanted or the first that has any."""
        for each in (preset,) if preset else PRESETS:
            there = [question for question in self._questions(statement, each) if self._is_there(question)]
            if there:
                return there
        return []

    def _questions(self, statement: str, preset: str) -> list[Question]:
        if preset not in self.trees:
            self.prepare(preset)
            self.trees[preset] = Build(self.root, preset, CHEAPER[preset])
        found = []
        for file in self.files.get(statement, []):
            for step in self.trees[preset].steps:
                if step.source == file:
                    found.append(Question(statement, self._detector(statement, file, step.target, preset)))
        return found

    def _detector(self, statement: str, file: str, target: str, preset: str) -> Detector:
        helpers = tuple(step.source for step in self.trees[preset].steps
                        if step.target == target and step.source != file and not _has_tests(self.root / step.source))
        number = statement.replace("-", "_")
        name = f"{target}.{Path(file).stem}"
        return Detector(name, "test", preset, target, (file, *helpers), f"*.*{number}_*:*.*{number}", finds=statement)

    def _is_there(self, question: Question) -> bool:
        if question not in self.there:
            detector = question.detector
            self.trees[detector.preset].prepare({detector.target})
            product = building.build(self.trees[detector.preset], detector, self.folder / "control", None)
            self.there[question] = bool(_names(product.binary, detector.filter))
            if self.there[question]:
                shipped = Subject("control", "", "", (), (), "caught", "", BUDGET_S)
                tried = trying.once(self.root, shipped, detector, product.binary, SEED)
                if tried.how:
                    raise Trouble(f"the tests of {question.statement} fail without any mutant ({tried.message})",
                                  "mend them first", detector.name, exit_codes.INCOMPLETE)
        return self.there[question]

    def _ask(self, question: Question, mutant: Subject) -> trying.Try:
        detector = question.detector
        product = building.build(self.trees[detector.preset], detector, self.folder / mutant.name, mutant.file)
        return trying.once(self.root, replace(mutant, budget=BUDGET_S), detector, product.binary, SEED)


def main(root: Path, asked: argparse.Namespace, subjects: tuple[Subject, ...], folder: Path,
         prepare: Callable[[str], None]) -> int:
    """Carries out `mutants --statements`; returns the exit code."""
    mutants = tuple(each for each in subjects if each.fails)
    if not mutants:
        raise Trouble("none of these mutants says which statement it breaks", "write `fails`", "--only")
    inquiry = Inquiry(root, folder / "statements", files_of(root), prepare)
    for mutant in mutants:
        for statement in (broken.partition(" ")[0] for broken in mutant.fails):
            if statement not in inquiry.files:
                raise Trouble(f"no test carries the number {statement}", "write one, or name another", mutant.name)
    directory.check_free(asked.out, root)
    with directory.fresh(asked.out, root, "statements") as results:
        record = _carry_out(inquiry, mutants, asked.budget, results.path / FILE)
        print(text(record))
        print(directory.shown(results.path / FILE))
    return exit_code(record)


def files_of(root: Path) -> dict[str, list[str]]:
    """Returns the files of tests that carry each statement's number."""
    found: dict[str, list[str]] = {}
    for path in sorted(path for room in ROOMS for path in (root / room).rglob("*.cc")):
        file = path.relative_to(root).as_posix()
        for test in TEST.findall(path.read_text(encoding="utf-8")):
            for section, number in NUMBER.findall(test):
                files = found.setdefault(f"{section}-{number}", [])
                if file not in files:
                    files.append(file)
    return found


def _carry_out(inquiry: Inquiry, mutants: tuple[Subject, ...], budget: float | None, path: Path) -> Record:
    started = time.monotonic()
    record: Record = {"schema": SCHEMA, "created": directory.now(), "finished": None, "mutants": [], "left_out": []}
    for mutant in mutants:
        if budget is not None and time.monotonic() - started > budget:
            record["left_out"].append(mutant.name)
            continue
        record["mutants"].append(inquiry.subject(mutant))
        for line in _lines(record["mutants"][-1]):
            say(line)
        write_json(path, record)
    record["finished"] = directory.now()
    write_json(path, record)
    return record


def text(record: Record) -> str:
    """Returns which mutants make the tests of each statement fail, one statement a line."""
    seen: dict[str, list[str]] = {}
    missed = []
    for mutant in record["mutants"]:
        for answer in mutant["answers"]:
            if answer["how"]:
                seen.setdefault(answer["statement"], []).append(mutant["name"])
            else:
                missed.append(f"{answer['statement']} passes with {mutant['name']}")
        if mutant["error"]:
            missed.append(f"{mutant['name']} {mutant['error']}")
    lines = [f"{statement:<9} {', '.join(names)}" for statement, names in sorted(seen.items(), key=_in_order)]
    told = f"{len(seen)} statements whose tests fail with a mutant, {len(missed)} answers that are wrong"
    left = [f"{len(record['left_out'])} mutants left out: the budget was spent"] if record["left_out"] else []
    return "\n".join([*lines, *missed, told, *left])


def exit_code(record: Record) -> int:
    """Returns 2 for what does not build, 3 when tests pass with a mutant, 4 when the time did not suffice."""
    if any(mutant["error"] for mutant in record["mutants"]):
        return exit_codes.USAGE
    if any(not answer["how"] for mutant in record["mutants"] for answer in mutant["answers"]):
        return exit_codes.BROKEN
    return exit_codes.INCOMPLETE if record["left_out"] else exit_codes.OK


def _lines(record: Record) -> list[str]:
    if record["error"]:
        return [f"{record['name']}: {record['error']}"]
    return [f"{record['name']}: {each['statement']} {'passes: ' if not each['how'] else ''}{each['message']}"
            for each in record["answers"]]


def _in_order(entry: tuple[str, list[str]]) -> tuple[str, int]:
    section, number = entry[0].split("-")
    return section, int(number)


def _has_tests(path: Path) -> bool:
    return TEST.search(path.read_text(encoding="utf-8")) is not None


def _names(binary: Path, chosen: str) -> list[str]:
    """Returns the tests of a binary that a filter picks."""
    said = subprocess.run([*trying.fixed_addresses("chaos"), str(binary), "--gtest_list_tests",
                           f"--gtest_filter={chosen}"], capture_output=True, text=True)
    return [line.strip() for line in said.stdout.splitlines() if line.startswith("  ") and "DISABLED_" not in line]
