"""Which statements of the contract have no test or no mutant, and which tests name a statement that does not exist?

primitives/CONTRACT.md lists statements ("- ATOM-7 [D] ...") and the sections that are built ("Built: VAL ATOM").
A line "Open: AGT-26" names statements of built sections that are not built yet: they need no test, and one that has a
test is open no longer.
A test proves a statement by carrying its number: TEST(atom, ATOM_7_...). Disabled tests prove nothing.
A line "Mutated: ATOM" names sections of whose every statement a mutant says, in `fails`, that it breaks it. Whether the
tests then fail, `scripts/tussle mutants --statements` asks.
"""

import re
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from scripts.cpp_text import cpp_files, line_of, without_comments

CONTRACT = "primitives/CONTRACT.md"
MUTANTS = "workloads/planted/mutants"
ROOMS = ("primitives", "harness", "workloads")

_STATEMENT = re.compile(r"^[-*] +\**([A-Z][A-Z0-9]*)-(\d+)\** +\[", re.MULTILINE)
_BUILT = re.compile(r"^\W*Built:\W*(.+)$", re.MULTILINE)
_MUTATED = re.compile(r"^\W*Mutated:\W*(.+)$", re.MULTILINE)
_OPEN = re.compile(r"^\W*Open:\W*(.+)$", re.MULTILINE)
_SPELLED = re.compile(r"\b([A-Z][A-Z0-9]*)-(\d+)\b")
_SECTION = re.compile(r"\b[A-Z][A-Z0-9]*\b")
_TEST = re.compile(r"\b(?:TYPED_)?TEST(?:_[FP])?\s*\(\s*\w+\s*,\s*(\w+)\s*\)")
_NUMBER = re.compile(r"(?<![A-Za-z0-9])([A-Z][A-Z0-9]*)_(\d+)(?![0-9])")

Statement = tuple[str, int]


class ContractError(Exception):
    """The contract cannot be read; the text is one line for people."""


@dataclass(frozen=True)
class Findings:
    """What the comparison of contract and tests says."""

    built: list[Statement]
    untested: list[Statement]
    unknown: list[str] = field(default_factory=list)
    open: list[Statement] = field(default_factory=list)
    done: list[Statement] = field(default_factory=list)  # named as open, but tested
    unbroken: list[Statement] = field(default_factory=list)  # of sections that are mutated, but by no mutant


def spell(statement: Statement) -> str:
    """The statement's id as the contract writes it."""
    return f"{statement[0]}-{statement[1]}"


def read_open(text: str, statements: list[Statement], built: list[str]) -> list[Statement]:
    """The statements of built sections that are named as open."""
    found = [(match[1], int(match[2])) for line in _OPEN.findall(text) for match in _SPELLED.finditer(line)]
    strange = [spell(one) for one in found if one not in statements or one[0] not in built]
    if strange:
        raise ContractError(f"'Open:' names {', '.join(strange)} in {CONTRACT}: name statements of built sections")
    return found


def read_contract(text: str) -> tuple[list[Statement], list[str]]:
    """All statements, and the sections that are built."""
    statements = [(match[1], int(match[2])) for match in _STATEMENT.finditer(text)]
    if not statements:
        raise ContractError(f"no statement in {CONTRACT}: write them as '- ATOM-1 [D] ...'")
    twice = {statement for statement in statements if statements.count(statement) > 1}
    if twice:
        raise ContractError(f"{spell(min(twice))} stands twice in {CONTRACT}: number it anew")
    lines = _BUILT.findall(text)
    built = [section for line in lines for section in _SECTION.findall(line)]
    sections = {section for section, _ in statements}
    if not built or not set(built) <= sections:
        strange = ", ".join(sorted(set(built) - sections)) or "nothing"
        raise ContractError(f"'Built:' names {strange} in {CONTRACT}: name sections that have statements")
    return statements, built


def proofs_in(text: str) -> list[tuple[int, Statement]]:
    """Line and statement for every number in a test's name."""
    code = without_comments(text)
    return [
        (line_of(code, test.start()), (number[1], int(number[2])))
        for test in _TEST.finditer(code)
        if not test[1].startswith("DISABLED_")
        for number in _NUMBER.finditer(test[1])
    ]


def read_mutated(text: str, built: list[str]) -> list[str]:
    """The sections whose every statement is to have a mutant."""
    found = [section for line in _MUTATED.findall(text) for section in _SECTION.findall(line)]
    if strange := sorted(set(found) - set(built)):
        raise ContractError(f"'Mutated:' names {', '.join(strange)} in {CONTRACT}: name sections that are built")
    return found


def breaks_in(file: Path) -> list[tuple[str, Statement]]:
    """Mutant and statement for every number in a file of mutants."""
    try:
        mutants = tomllib.loads(file.read_text("utf-8")).get("mutants", [])
        return [(mutant["name"], (number[1], int(number[2])))
                for mutant in mutants for broken in mutant.get("fails", []) for number in _SPELLED.finditer(broken)]
    except (tomllib.TOMLDecodeError, AttributeError, KeyError, TypeError) as error:
        raise ContractError(f"{file.name} is no file of mutants ({error}): mend it") from error


def check(root: Path) -> Findings:
    """Compares the contract of the tree with its tests."""
    contract = root / CONTRACT
    if not contract.is_file():
        raise ContractError(f"no file {CONTRACT}: write the contract there")
    text = contract.read_text("utf-8")
    statements, sections = read_contract(text)
    still_open = read_open(text, statements, sections)
    known, named = set(statements), set()
    unknown: list[str] = []
    for file in cpp_files(root, ROOMS):
        for line, statement in proofs_in(file.read_text("utf-8")):
            named.add(statement)
            if statement not in known and any(statement[0] == section for section, _ in known):
                unknown.append(f"{file.relative_to(root).as_posix()}:{line}: {spell(statement)} is not in {CONTRACT}")
    mutated, broken = read_mutated(text, sections), set()
    for file in sorted((root / MUTANTS).glob("*.toml")):
        for mutant, statement in breaks_in(file):
            broken.add(statement)
            if statement not in known:
                unknown.append(f"{MUTANTS}/{file.name} ({mutant}): {spell(statement)} is not in {CONTRACT}")
    built = [statement for statement in statements if statement[0] in sections and statement not in still_open]
    return Findings(
        built,
        [statement for statement in built if statement not in named],
        unknown,
        still_open,
        [statement for statement in still_open if statement in named],
        [statement for statement in built if statement[0] in mutated and statement not in broken],
    )


def main(arguments: list[str]) -> int:
    """Prints what is wrong in the tree given (default: the current folder); 1 when anything is."""
    try:
        findings = check(Path(arguments[0] if arguments else "."))
    except ContractError as error:
        print(f"tussle: {error}", file=sys.stderr)
        return 1
    for line in findings.unknown:
        print(line)
    for statement in findings.untested:
        print(f"{CONTRACT}: {spell(statement)} has no test that carries its number")
    for statement in findings.done:
        print(f"{CONTRACT}: {spell(statement)} is named as open but has a test: take it off the line 'Open:'")
    for statement in findings.unbroken:
        print(f"{CONTRACT}: no mutant says that it breaks {spell(statement)} (`fails` in {MUTANTS})")
    left = f", {len(findings.open)} open" if findings.open else ""
    print(f"statements: {len(findings.built)} built, {len(findings.untested)} without a test{left}")
    return 1 if findings.untested or findings.unknown or findings.done or findings.unbroken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
