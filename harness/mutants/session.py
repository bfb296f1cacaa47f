"""What became of every mutant: who caught it, how often, after how long, with which words?"""

import argparse
import contextlib
import fcntl
import json
import math
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.mutants import building, catalog, trying
from harness.mutants.building import Build, NotBuilt
from harness.mutants.catalog import Detector, Subject
from harness.runner import arguments, binary, directory, exit_codes
from harness.runner.storage import write_json
from harness.runner.trouble import Trouble, say

SCHEMA = 2
USUAL_SEEDS = 10
GATE_SEEDS = 1
CONTROL_BUDGET_S = 120.0
CONTROL_EXECUTIONS = 2_000
CONTROL_SECONDS = 0.1
HANGS = 2  # after so many a detector's other seeds are not waited for
EPILOG = (
    "Ends with 3 when a mutant that must be caught with every seed was not, 2 when an anchor does not match."
)
Record = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `mutants`."""
    add = parser.add_argument
    add("--seeds", metavar="N", type=arguments.count, help=f"runs of every detector (default: {USUAL_SEEDS})")
    add("--only", metavar="NAME", nargs="+", default=[], help="only these mutants and planted subjects")
    add("--budget", metavar="S", type=arguments.seconds, help="begin no mutant after so many seconds")
    add("--gate", action="store_true", help="only what must be caught, by whom it must be caught; one seed")
    add("--check-anchors", action="store_true", help="only see whether every anchor still matches")
    add("--statements", action="store_true", help="only see whether the tests of the statements in `fails` fail")
    add("--out", metavar="DIR", help="write here; must be empty or not exist")


@dataclass
class Session:
    """Builds and asks, with all that this needs."""

    root: Path
    folder: Path  # overlays, objects, binaries
    seeds: int
    gate: bool
    trees: dict[str, Build]
    columns: frozenset[str] | None = None  # only detectors of these; None: all

    def detectors_of(self, subject: Subject) -> tuple[Detector, ...]:
        """Returns who is asked; of those that must catch it, the gate asks the first, which is the cheapest."""
        return asked_of(subject, self.gate, self.columns)

    def control(self, detector: Detector) -> Record:
        """Asks a detector about the code as it is: it must have nothing to say."""
        product = self._build(detector, "control", None)
        answered = _Answered(self.folder / "control" / f"{detector.name}.json", binary.sha256(product.binary))
        record = answered.read(self.seeds)
        if record is None:
            shipped = Subject("control", "", "", (), (), "caught", "", CONTROL_BUDGET_S)
            # Of all programs, and not only of those that a mutant asks for, each a little.
            little = replace(detector, executions=min(detector.executions, CONTROL_EXECUTIONS),
                             seconds=min(detector.seconds, CONTROL_SECONDS))
            record = self._ask(shipped, little, product, self.seeds)
            answered.write(record)
        return record

    def subject(self, subject: Subject) -> Record:
        """Returns what all its detectors made of a mutant or a planted subject."""
        if subject.kind == "mutant":
            shutil.rmtree(self.folder / subject.name, ignore_errors=True)  # of a run that was killed
            path = self.folder / subject.name / "overlay" / subject.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(catalog.mutated(self.root, subject), encoding="utf-8")
        record: Record = {
            "name": subject.name, "kind": subject.kind, "file": subject.file, "breaks": subject.breaks,
            "expected": subject.expected, "needs": subject.needs, "gate": list(subject.gate),
            "error": "", "detections": [],
        }
        try:
            for detector in self.detectors_of(subject):
                record["detections"].append(self._detection(subject, detector))
        except NotBuilt as error:
            record["error"] = f"does not build: {error}"
        if subject.kind == "mutant":
            shutil.rmtree(self.folder / subject.name, ignore_errors=True)
        record["state"] = state(record)
        return record

    def _detection(self, subject: Subject, detector: Detector) -> Record:
        if subject.kind == "planted":
            return self._ask(subject, detector, self._build(detector, "control", None), self.seeds)
        product = self._build(detector, subject.name, subject.file)
        # What is the same to the processor cannot show.
        return self._ask(subject, detector, product, 0 if product.same_code else self.seeds)

    def _build(self, detector: Detector, name: str, mutated: str | None) -> building.Product:
        return building.build(self.trees[detector.preset], detector, self.folder / name, mutated)

    def _ask(self, subject: Subject, detector: Detector, product: building.Product, seeds: int) -> Record:
        tries: list[trying.Try] = []
        for seed in range(1, seeds + 1):
            tries.append(trying.once(self.root, subject, detector, product.binary, seed))
            if sum(each.how == "hang" for each in tries) >= HANGS:
                break
        caught = [each for each in tries if each.how]
        return {
            "detector": detector.name, "column": detector.column, "runs": len(tries), "caught": len(caught),
            "seconds": round(min(each.seconds for each in caught), 3) if caught else None,
            **medians(tries),
            "how": caught[0].how if caught else "", "message": caught[0].message if caught else "",
            "same_code": product.same_code,
        }


def asked_of(subject: Subject, gate: bool, columns: frozenset[str] | None) -> tuple[Detector, ...]:
    """Returns the detectors of these columns (None: of all); the gate asks the first that must catch it."""
    asked = tuple(each for each in subject.detectors if columns is None or each.column in columns)
    return tuple(each for each in asked if each.name in subject.gate)[:1] if gate else asked


@dataclass(frozen=True)
class _Answered:
    """What a detector said of a binary of the shipped code: the same bytes are not asked again and again."""

    path: Path
    sha256: str

    def read(self, seeds: int) -> Record | None:
        """Returns the answer if it was given about this very binary, by so many seeds, without complaint."""
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
            record: Record = kept["record"]
            known = kept["sha256"] == self.sha256 and record["runs"] >= seeds and not record["caught"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return record if known else None

    def write(self, record: Record) -> None:
        write_json(self.path, {"sha256": self.sha256, "record": record})


def medians(tries: list[trying.Try]) -> Record:
    """Returns how long noticing takes: null when more than half of the runs noticed nothing."""
    def middle(values: list[float]) -> float | None:
        value = statistics.median_low(values) if values else math.inf
        return None if math.isinf(value) else value

    seconds = middle([each.seconds if each.how else math.inf for each in tries])
    executions = middle([each.executions if each.how else math.inf for each in tries])
    return {
        "median_seconds": None if seconds is None else round(seconds, 6),
        "median_executions": None if executions is None else int(executions),
        "tried": max((each.executions for each in tries if not each.how), default=0),
    }


def state(record: Record) -> str:
    """Returns one of caught, sometimes, missed, nothing here, caught after all, slipped through, broken."""
    if record["error"]:
        return "broken"
    rates = {each["detector"]: (each["caught"], each["runs"]) for each in record["detections"]}
    if any(rates[name][0] < max(1, rates[name][1]) for name in record["gate"] if name in rates):
        return "slipped through"
    if record["expected"] != "caught":
        return "caught after all" if any(caught for caught, _ in rates.values()) else "nothing here"
    if any(0 < runs == caught for caught, runs in rates.values()):
        return "caught"
    return "sometimes" if any(caught for caught, _ in rates.values()) else "missed"


def main(root: Path, asked: argparse.Namespace, columns: frozenset[str] | None = None,
         tell: Callable[[Record], None] = lambda record: None) -> int:
    """Carries out one call of `mutants`, or of `score`, which tells more; returns the exit code."""
    known = catalog.load(root)
    subjects = known.named(tuple(asked.only))
    matched = catalog.check_anchors(root, subjects)
    if asked.check_anchors:
        print(f"{matched} anchors match")
        return exit_codes.OK
    if asked.statements:
        from harness.mutants import statements

        with _workshop(root) as folder:
            return statements.main(root, asked, subjects, folder, prepare=lambda preset: _configure(root, preset))
    subjects = tuple(each for each in subjects if asked_of(each, asked.gate, columns))
    if not subjects:
        raise Trouble("none of these detectors is asked about that", "name others", "--only, --columns, --gate")
    directory.check_free(asked.out, root)
    with directory.fresh(asked.out, root, "mutants") as results, _workshop(root) as folder:
        session = _session(root, folder, asked, columns)
        _prepare(session, subjects)
        record = _carry_out(session, subjects, asked.budget, results.path / "mutants.json")
        tell(record)
        _tell(record)
        print(directory.shown(_rendered(results.path)))
    return exit_code(record)


@contextlib.contextmanager
def _workshop(root: Path) -> Iterator[Path]:
    """Where overlays and objects lie; what was compiled without mutants stays for the next time."""
    folder = root / "build" / "mutants"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Trouble("another `tussle mutants` is at work here", "wait for it", "build/mutants") from error
        yield folder


def _session(root: Path, folder: Path, asked: argparse.Namespace, columns: frozenset[str] | None) -> Session:
    seeds = asked.seeds or (GATE_SEEDS if asked.gate else USUAL_SEEDS)
    return Session(root, folder, seeds, asked.gate, {}, columns)


def _prepare(session: Session, subjects: Iterable[Subject]) -> None:
    """Configures and builds what the detectors stand on."""
    targets: dict[str, set[str]] = {}
    for detector in _detectors(session, subjects):
        targets.setdefault(detector.preset, set())
        if detector.kind != "zero_cost":
            targets[detector.preset].add(detector.target)
    for preset, names in targets.items():
        _configure(session.root, preset)
        session.trees[preset] = Build(session.root, preset)
        if names:
            session.trees[preset].prepare(names)


def _configure(root: Path, preset: str) -> None:
    """Brings the list of commands up to date; what was configured knows itself whether it is."""
    folder = root / "build" / preset
    command = ["ninja", "-C", str(folder), "build.ninja"]
    if not (folder / "build.ninja").is_file():
        say(f"configuring {preset}")
        command = ["cmake", "--preset", preset]
    ended = subprocess.run(command, cwd=root, stdout=subprocess.DEVNULL)
    if ended.returncode != 0:
        raise Trouble("configuring failed", "see the lines above", f"build/{preset}")


def _detectors(session: Session, subjects: Iterable[Subject]) -> list[Detector]:
    return list(dict.fromkeys(each for subject in subjects for each in session.detectors_of(subject)))


def _carry_out(
    session: Session, subjects: tuple[Subject, ...], budget: float | None, path: Path
) -> Record:
    """Asks every detector about the shipped code, then about every mutant; writes what is known so far."""
    started = time.monotonic()
    used = _detectors(session, subjects)
    record: Record = {
        "schema": SCHEMA, "created": directory.now(), "commit": _commit(session.root), "seeds": session.seeds,
        "gate": session.gate, "finished": None, "seconds": 0.0,
        "detectors": [{"name": each.name, "column": each.column, "finds": each.finds} for each in used],
        "control": [], "subjects": [], "left_out": [],
    }
    planted_only = {detector.name for subject in subjects if subject.kind == "planted"
                    for detector in session.detectors_of(subject)} - {
        detector.name for subject in subjects if subject.kind == "mutant"
        for detector in session.detectors_of(subject)}
    for detector in used:
        if detector.name in planted_only:  # there the planted subject is all that it looks at
            session._build(detector, "control", None)
            continue
        record["control"].append(session.control(detector))
        _say(f"control / {detector.name}", record["control"][-1])
    for subject in subjects:
        if budget is not None and time.monotonic() - started > budget:
            record["left_out"].append(subject.name)
            continue
        record["subjects"].append(session.subject(subject))
        told = record["subjects"][-1]
        say(f"{told['name']}: {told['state']}{' (' + told['error'] + ')' if told['error'] else ''}")
        for detection in told["detections"]:
            _say(f"  {detection['detector']}", detection)
        record["seconds"] = round(time.monotonic() - started, 1)
        write_json(path, record)
    record["finished"] = directory.now()
    write_json(path, record)
    return record


def _say(what: str, detection: Record) -> None:
    rate = "same machine code" if detection["same_code"] else f"{detection['caught']}/{detection['runs']}"
    say(f"{what}: {rate}{': ' + detection['message'] if detection['message'] else ''}")


def _commit(root: Path) -> str | None:
    said = subprocess.run(["git", "-C", str(root), "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True)
    return said.stdout.strip() or None if said.returncode == 0 else None


def _rendered(results: Path) -> Path:
    from reports import detectors

    return detectors.render(results)


def _tell(record: Record) -> None:
    counts: dict[str, int] = {}
    for subject in record["subjects"]:
        counts[subject["state"]] = counts.get(subject["state"], 0) + 1
    parts = [f"{number} {name}" for name, number in sorted(counts.items())]
    if record["left_out"]:
        parts.append(f"{len(record['left_out'])} left out: the budget was spent")
    say(f"{len(record['subjects'])} in {record['seconds']:g} s: {', '.join(parts)}")


def exit_code(record: Record) -> int:
    """Returns 2 for what does not build, 3 for a slip, 4 when a detector complains of the shipped code.

    A gate for which the time did not suffice is not passed: 4, too.
    """
    states = {subject["state"] for subject in record["subjects"]}
    if "broken" in states:
        return exit_codes.USAGE
    if "slipped through" in states:
        return exit_codes.BROKEN
    unfinished = record["gate"] and bool(record["left_out"])
    complains = any(each["caught"] for each in record["control"])
    return exit_codes.INCOMPLETE if complains or unfinished else exit_codes.OK
