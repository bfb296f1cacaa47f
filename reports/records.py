"""What does a result directory hold, and which of its records can be trusted?"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from reports.errors import RecordError
from reports.schemas import check, read_json

Record = dict[str, Any]
Parsed = TypeVar("Parsed")

FOREIGN = "give the directory of a run, such as results/latest"
TORN = "measure again: the unit counts as missing"
THROUGHPUT, LATENCY = "throughput", "latency"  # what a process measures; never mixed
DAMAGED = "restore the file, or run again"


@dataclass(frozen=True)
class Planned:
    """One process that the run set out to start."""

    key: str
    case: str
    workload: str
    subject: str
    conditions: dict[str, Any]  # numbers, or labels
    block: int
    order: int
    measures: str = THROUGHPUT  # its pass


@dataclass(frozen=True)
class Manifest:
    """What the run set out to do; `raw` keeps the record as it was written.

    `plan` is that of the throughput pass. The latency pass stands apart, so that whoever sums up
    units never meets a window in which operations were timed one by one.
    """

    run_id: str
    kind: str
    preset: Record
    seed: int
    catalog: Record
    plan: tuple[Planned, ...]
    raw: Record = field(repr=False)
    latency_plan: tuple[Planned, ...] = ()

    def subject(self, name: str) -> Record:
        """Returns the subject's entry in the catalog, or one that expects nothing of it."""
        known: list[Record] = self.catalog["subjects"]
        innocent = {"invariant": False, "race": False}
        stranger = {"name": name, "kind": "baseline", "roles": [], "expected": innocent}
        return next((entry for entry in known if entry["name"] == name), stranger)

    def times(self, workload: str) -> bool:
        """Tells whether the rates of a workload say anything of its subjects."""
        known: list[Record] = self.catalog["workloads"]
        return next((entry.get("timed", True) for entry in known if entry["name"] == workload), True)


@dataclass(frozen=True)
class Unit:
    """One process that was started: a case in one block."""

    key: str
    case: str
    workload: str
    subject: str
    kind: str
    conditions: dict[str, Any]  # numbers, or labels
    block: int
    order: int
    status: str
    started: str | None
    seconds: float | None
    exit_code: int | None
    signal: str | None
    message: str
    log: str | None
    result: Record | None
    races: tuple[Record, ...]
    races_lost: bool = False  # it reported races, but left no list of them
    trial: Record | None = None  # of a stress run
    finding: Record | None = None  # what a sanitizer reported
    measures: str = THROUGHPUT

    @property
    def samples(self) -> list[Record]:
        """Returns the timed windows, oldest first; none when the process did not get that far."""
        samples: list[Record] = self.result["samples"] if self.result else []
        return samples


@dataclass(frozen=True)
class Corrupt:
    """A record that is not what it should be, in the words that a person is told."""

    file: str
    place: str
    what: str
    mend: str


@dataclass(frozen=True)
class Run:
    """One result directory as it was read; `units` are those of the throughput pass."""

    directory: Path
    manifest: Manifest
    machines: tuple[Record, ...]
    units: tuple[Unit, ...]
    races: tuple[Record, ...]
    corrupt: tuple[Corrupt, ...]
    latency_units: tuple[Unit, ...] = ()

    @property
    def all_units(self) -> tuple[Unit, ...]:
        """Returns the units of both passes: for verdicts, never for throughput."""
        return self.units + self.latency_units

    def log(self, unit: Unit) -> str:
        """Returns the tail that was kept of the unit's error stream; empty when there is none."""
        if not unit.log:
            return ""
        path = (self.directory / unit.log).resolve()
        if not path.is_relative_to(self.directory.resolve()):
            return ""
        try:
            return path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""


def load(directory: Path) -> Run:
    """Reads a result directory.

    A manifest that cannot be used raises RecordError. Any other record that cannot be used is
    listed in `corrupt` and otherwise treated as if it were not there.
    """
    manifest = _load_manifest(directory)
    corrupt: list[Corrupt] = []
    planned = {entry.key: entry for entry in manifest.plan + manifest.latency_plan}

    def parse_unit(record: Record, name: str) -> Unit:
        return _parse_unit(record, name, planned)

    units = _load_all(directory, "units", "unit", parse_unit, TORN, corrupt)
    return Run(
        directory=directory,
        manifest=manifest,
        machines=_load_all(directory, "env", "environment", _as_is, DAMAGED, corrupt),
        units=tuple(unit for unit in units if unit.measures != LATENCY),
        latency_units=tuple(unit for unit in units if unit.measures == LATENCY),
        races=_load_all(directory, "races", "race", _as_is, DAMAGED, corrupt),
        corrupt=tuple(corrupt),
    )


def _load_manifest(directory: Path) -> Manifest:
    name = f"{directory}/manifest.json"
    if not directory.is_dir():
        raise RecordError("no such directory", str(directory), "", FOREIGN)
    record = read_json(directory / "manifest.json", name, FOREIGN)
    _check_version(record, name)
    check(record, "manifest", name, FOREIGN)
    plan = tuple(Planned(**_named(entry)) for entry in record["plan"])
    if len({entry.key for entry in plan}) != len(plan):
        raise RecordError("two units of the plan share a key", name, "plan", DAMAGED)
    return Manifest(
        run_id=record["run_id"],
        kind=record["kind"],
        preset=record["preset"],
        seed=record["seed"],
        catalog=record["catalog"],
        plan=tuple(entry for entry in plan if entry.measures != LATENCY),
        raw=record,
        latency_plan=tuple(entry for entry in plan if entry.measures == LATENCY),
    )


def _named(record: Record) -> Record:
    """Renames `pass`, which is a word of Python's own."""
    named = {key: value for key, value in record.items() if key != "pass"}
    return named | {"measures": record.get("pass", THROUGHPUT)}


def _load_all(
    directory: Path,
    folder: str,
    schema: str,
    parse: Callable[[Record, str], Parsed],
    mend: str,
    corrupt: list[Corrupt],
) -> tuple[Parsed, ...]:
    found = []
    for path in sorted((directory / folder).glob("*.json")):
        name = f"{folder}/{path.name}"
        if path.name.startswith("."):
            continue  # what a killed writer left behind
        try:
            record = read_json(path, name, mend)
            _check_version(record, name)
            check(record, schema, name, mend)
            found.append(parse(record, name))
        except RecordError as error:
            corrupt.append(Corrupt(error.file, error.place, error.what, error.mend))
    return tuple(found)


def _check_version(record: Any, name: str) -> None:
    if not isinstance(record, dict):
        raise RecordError("a record must be a JSON object", name, "", FOREIGN)
    version = record.get("schema", 1)
    if version != 1:
        mend = "read it with the version of tussle that wrote it"
        raise RecordError(f"schema {version!r} is not known, only 1", name, "schema", mend)


def _parse_unit(record: Record, name: str, planned: dict[str, Planned]) -> Unit:
    if f"units/{record['key']}.json" != name:
        raise RecordError("the key is not the file's name", name, "key", TORN)
    plan = planned.get(record["key"])
    if plan is None:
        raise RecordError("the unit is not in this run's plan", name, "key", "remove it")
    if (plan.case, plan.block) != (record["case"], record["block"]):
        raise RecordError("case and block are not those of the plan", name, "case", TORN)
    if plan.measures != record.get("pass", THROUGHPUT):
        raise RecordError("the pass is not that of the plan", name, "pass", TORN)
    fields = {key: value for key, value in _named(record).items()
              if key not in ("schema", "races")}
    return Unit(**fields, races=tuple(_races(record)))


def _races(record: Record) -> list[Record]:
    """Returns the unit's races, from wherever the writer put them."""
    return record["races"] or (record["result"] or {}).get("races") or []


def _as_is(record: Record, _name: str) -> Record:
    return record
