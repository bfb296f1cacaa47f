"""Which mutants and planted subjects are there, who must catch them, and does every anchor still match?"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.runner.trouble import Trouble, reason, unknown

FOLDER = "workloads/planted/mutants"
DETECTORS = "detectors.toml"
PRESETS = ("bench", "chaos", "tsan", "sim")
STATEMENT = re.compile(rf"[A-Z][A-Z0-9]*-[0-9]+(?: (?:{'|'.join(PRESETS)}))?")
COLUMNS = {
    "test": "unit:{0.preset}", "forced": "unit:{0.preset}", "zero_cost": "zero_cost", "stress": "stress",
    "race": "race", "run": "run", "sim": "sim:{0.way}", "litmus": "litmus", "history": "history",
}
ASKED_BY_NAME = ("sim", "litmus")  # kinds whose subjects say which cases or programs are asked
STRATEGIES = ("random", "pct", "pos")
MEMORIES = ("sequential", "weak")
USUAL_EXECUTIONS = 20_000
USUAL_SECONDS = 1.0
USUAL_MEASURED = "smoke"
EXPECTED = ("caught", "nothing here")
USUAL_BUDGET_S = 30.0


@dataclass(frozen=True)
class Detector:
    """Something that may notice a bug: a binary of one preset, and how it is asked."""

    name: str
    kind: str
    preset: str
    target: str
    sources: tuple[str, ...]
    filter: str
    finds: str
    strategy: str = ""  # sim: who draws; litmus in mode sim: empty, all executions first
    memory: str = "sequential"  # sim, and litmus in mode sim
    executions: int = USUAL_EXECUTIONS  # the same: of each case or program, at most
    seconds: float = USUAL_SECONDS  # litmus on real threads: for each program
    measures: str = USUAL_MEASURED  # run: the preset whose cases are filtered

    @property
    def column(self) -> str:
        """Returns the column of the table that it stands in."""
        return COLUMNS[self.kind].format(self)

    @property
    def way(self) -> str:
        """Returns what a simulated detector is told apart by."""
        return "weak" if self.memory == "weak" else self.strategy


@dataclass(frozen=True)
class Subject:
    """A mutant, or a planted subject (then nothing is rewritten), and what is promised of it."""

    name: str
    file: str
    breaks: str
    detectors: tuple[Detector, ...]
    gate: tuple[str, ...]  # detectors that must catch it with every seed
    expected: str
    needs: str  # what it would take, where nothing here catches it
    budget: float  # seconds for one run of one detector
    asks: tuple[str, ...] = ()  # litmus programs, or cases of tussle_sim, that may show it
    anchor: str = ""
    replacement: str = ""
    fails: tuple[str, ...] = ()  # statements of the contract whose tests fail with it

    @property
    def kind(self) -> str:
        return "mutant" if self.anchor else "planted"


@dataclass(frozen=True)
class Catalog:
    """Everything that the folder says."""

    detectors: dict[str, Detector]
    subjects: tuple[Subject, ...]

    def named(self, names: tuple[str, ...]) -> tuple[Subject, ...]:
        """Returns the subjects of these names, or all; raises for a name that nobody has."""
        known = {subject.name for subject in self.subjects}
        for name in names:
            if name not in known:
                raise unknown("mutant", name, known, "--only")
        return tuple(each for each in self.subjects if not names or each.name in names)


def load(root: Path, folder: str = FOLDER) -> Catalog:
    """Reads all files of the folder; raises with one line at the first thing that is wrong."""
    if not (root / folder / DETECTORS).is_file():
        raise Trouble("there is no such file", "restore it", f"{folder}/{DETECTORS}")
    detectors: dict[str, Detector] = {}
    for entry, place in _entries(root, f"{folder}/{DETECTORS}", "detectors"):
        _take_name(entry, detectors, place)
        detectors[entry["name"]] = _detector(entry, place)
    found: dict[str, Subject] = {}
    for path in sorted((root / folder).glob("*.toml")):
        if path.name == DETECTORS:
            continue
        for kind in ("mutants", "planted"):
            for entry, place in _entries(root, f"{folder}/{path.name}", kind):
                _take_name(entry, found, place)
                found[entry["name"]] = _subject(entry, kind, detectors, place)
    return Catalog(detectors, tuple(found.values()))


def mutated(root: Path, mutant: Subject) -> str:
    """Returns the text of the mutant's file, changed; raises unless the anchor stands there exactly once."""
    try:
        text = (root / mutant.file).read_text(encoding="utf-8")
    except OSError as error:
        raise Trouble(
            f"mutant {mutant.name}: the file cannot be read ({reason(error)})", "name the right one", mutant.file
        ) from error
    matches = text.count(mutant.anchor)
    if matches != 1:
        raise Trouble(
            f"mutant {mutant.name}: the anchor {mutant.anchor.strip().splitlines()[0]!r} matches {matches} times",
            f"make it match once (mutants are in {FOLDER})", mutant.file,
        )
    return text.replace(mutant.anchor, mutant.replacement)


def check_anchors(root: Path, subjects: tuple[Subject, ...]) -> int:
    """Raises at the first anchor that does not match; returns how many did."""
    mutants = [subject for subject in subjects if subject.kind == "mutant"]
    for mutant in mutants:
        mutated(root, mutant)
    return len(mutants)


def _entries(root: Path, place: str, key: str) -> list[tuple[dict[str, Any], str]]:
    try:
        document = tomllib.loads((root / place).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Trouble(f"not a TOML file ({error})", "mend it", place) from error
    entries = document.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Trouble(f"'{key}' is not a list of tables", f"write [[{key}]]", place)
    return [(entry, place) for entry in entries]


def _take_name(entry: dict[str, Any], taken: dict[str, Any], place: str) -> None:
    name = entry.get("name")
    if not isinstance(name, str) or not name:
        raise Trouble("an entry has no name", "give it one", place)
    if name in taken:
        raise Trouble(f"the name '{name}' is there twice", "choose another", place)


def _detector(entry: dict[str, Any], place: str) -> Detector:
    reader = _Reader(entry, place)
    detector = Detector(
        name=entry["name"], kind=reader.one_of("kind", tuple(COLUMNS)), preset=reader.one_of("preset", PRESETS),
        target=reader.text("target"), sources=reader.texts("sources"), filter=reader.text("filter", "*"),
        finds=reader.text("finds"), strategy=reader.one_of("strategy", ("", *STRATEGIES), ""),
        memory=reader.one_of("memory", MEMORIES, MEMORIES[0]),
        executions=int(reader.number("executions", USUAL_EXECUTIONS, 1e9)),
        seconds=reader.number("seconds", USUAL_SECONDS), measures=reader.text("measures", USUAL_MEASURED),
    )
    if (detector.kind == "sim") != bool(detector.strategy):
        raise reader.wrong("'strategy' belongs to, and only to, kind sim")
    if detector.measures != USUAL_MEASURED and detector.kind != "run":
        raise reader.wrong("'measures' belongs to kind run")
    reader.finish()
    return detector


def _subject(entry: dict[str, Any], kind: str, detectors: dict[str, Detector], place: str) -> Subject:
    reader = _Reader(entry, place)
    names = reader.texts("detectors")
    for name in names:
        if name not in detectors:
            raise unknown("detector", name, detectors, f"{place} ({entry['name']})")
    gate = reader.texts("gate")
    if missing := [name for name in gate if name not in names]:
        raise reader.wrong(f"gate names '{missing[0]}', which is not among its detectors")
    subject = Subject(
        name=entry["name"], file=reader.text("file"), breaks=reader.text("breaks"),
        detectors=tuple(detectors[name] for name in names), gate=gate,
        expected=reader.one_of("expected", EXPECTED, EXPECTED[0]), needs=reader.text("needs", ""),
        budget=reader.number("budget", USUAL_BUDGET_S), asks=reader.texts("asks"),
        anchor=reader.text("anchor") if kind == "mutants" else "",
        replacement=reader.text("replacement", empty=True) if kind == "mutants" else "",
        fails=reader.texts("fails") if kind == "mutants" else (),
    )
    if strange := [each for each in subject.fails if not STATEMENT.fullmatch(each)]:
        raise reader.wrong(f"'fails' names '{strange[0]}': write a statement as ATOM-7, or ATOM-7 chaos")
    if not subject.detectors and not subject.fails:
        raise reader.wrong("nobody is asked about it: name 'detectors', or in 'fails' the statements that it breaks")
    if (subject.expected != "caught") != bool(subject.needs):
        raise reader.wrong("'needs' belongs to, and only to, what nothing here catches")
    if any(each.kind in ASKED_BY_NAME for each in subject.detectors) != bool(subject.asks):
        raise reader.wrong("'asks' belongs to, and only to, what sim or litmus looks for")
    if subject.anchor and subject.anchor == subject.replacement:
        raise reader.wrong("the replacement is what is there already")
    reader.finish()
    return subject


class _Reader:
    """Takes fields out of a table; what is left at the end nobody knows."""

    def __init__(self, entry: dict[str, Any], place: str) -> None:
        self._left = {key: value for key, value in entry.items() if key != "name"}
        self._place = f"{place} ({entry['name']})"

    def wrong(self, what: str) -> Trouble:
        return Trouble(what, "mend the entry", self._place)

    def text(self, key: str, default: str | None = None, empty: bool = False) -> str:
        value = self._left.pop(key, default)
        if not isinstance(value, str) or (not value and default is None and not empty):
            raise self.wrong(f"'{key}' is not a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._left.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.wrong(f"'{key}' is not a list of texts")
        return tuple(value)

    def number(self, key: str, default: float, most: float = 3600) -> float:
        value = self._left.pop(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
            raise self.wrong(f"'{key}' is not a number from 0 to {most:g}")
        return float(value)

    def one_of(self, key: str, known: tuple[str, ...], default: str | None = None) -> str:
        value = self._left.pop(key, default)
        if value not in known:
            raise self.wrong(f"'{key}' is {value!r}: one of {', '.join(known)}")
        return str(value)

    def finish(self) -> None:
        if self._left:
            raise self.wrong(f"'{next(iter(self._left))}' is no field of it")
