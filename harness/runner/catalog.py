"""What can this binary run: which workloads, subjects, conditions and pairs?"""

from dataclasses import dataclass, field
from typing import Any

from harness.runner.trouble import Trouble, unknown

SUBJECT_KINDS = ("ours", "baseline", "planted", "harness")
MODES = ("bench", "chaos", "tsan")
Value = int | float | str  # text: the label of a value
Conditions = dict[str, Value]


@dataclass(frozen=True)
class Condition:
    """One axis of a workload and the values it can take."""

    name: str
    unit: str
    description: str
    default: tuple[Value, ...]
    minimum: int | float
    maximum: int | float
    integer: bool
    allowed: tuple[Value, ...] = ()  # the only values there are; empty: the range
    labels: tuple[str, ...] = ()  # not numbers, but these words
    optional: bool = False  # names and records leave it out at its first default
    drawn_maximum: int | float | None = None  # the largest value that `stress` draws; None: the maximum

    def left_out(self, value: Value) -> bool:
        """Tells whether names and records do not mention the condition at this value."""
        return self.optional and value == self.default[0]

    def objection(self, value: Value) -> str:
        """Returns why `value` cannot be used, or an empty string."""
        if self.labels:
            known = ", ".join(self.labels)
            return "" if value in self.labels else f"{value!r} is not one of {known}"
        if isinstance(value, str):
            return f"'{value}' is not a number"
        if not self.minimum <= value <= self.maximum:
            return f"{value:g} is outside {self.minimum:g} to {self.maximum:g}"
        if self.integer and value != int(value):
            return f"{value:g} is not a whole number"
        if self.allowed and value not in self.allowed:
            known = ", ".join(f"{item:g}" for item in self.allowed)
            return f"{value:g} is not one of {known}"
        return ""


@dataclass(frozen=True)
class Workload:
    """One question that subjects answer."""

    name: str
    question: str
    invariant: str
    failure: str
    conditions: tuple[Condition, ...]
    role: str = ""

    def condition(self, name: str, place: str) -> Condition:
        """Returns the condition of that name, or raises with the nearest names."""
        for condition in self.conditions:
            if condition.name == name:
                return condition
        known = [condition.name for condition in self.conditions]
        raise unknown(f"condition of workload {self.name}", name, known, place)


@dataclass(frozen=True)
class Subject:
    """One primitive, or one deliberately broken one, that answers questions."""

    name: str
    kind: str
    description: str
    race_checkable: bool
    race_reason: str
    expected_invariant: bool | str  # True: must be caught, "may": may be, False: must not
    expected_race: bool | str


@dataclass(frozen=True)
class Pair:
    """A workload and a subject that fit; a limit holds one condition at one value."""

    workload: str
    subject: str
    limit: tuple[str, float] | None
    limit_reason: str


@dataclass(frozen=True)
class NotBuilt:
    """A subject whose library was missing when the binary was configured."""

    name: str
    kind: str
    roles: tuple[str, ...]
    needs: str

    @property
    def reason(self) -> str:
        return f"not built: needs {self.needs}"


@dataclass(frozen=True)
class Catalog:
    """The whole vocabulary of one binary, and the text it came as."""

    mode: str
    workloads: dict[str, Workload]
    subjects: dict[str, Subject]
    pairs: dict[tuple[str, str], Pair]
    verbatim: dict[str, Any]
    not_built: dict[str, NotBuilt] = field(default_factory=dict)

    def workload(self, name: str, place: str) -> Workload:
        """Returns the workload of that name, or raises with the nearest names."""
        if name not in self.workloads:
            raise unknown("workload", name, self.workloads, place)
        return self.workloads[name]

    def subject(self, name: str, place: str) -> Subject:
        """Returns the subject of that name, or raises with the nearest names."""
        if name not in self.subjects:
            raise unknown("subject", name, [*self.subjects, *SUBJECT_KINDS], place)
        return self.subjects[name]

    def subjects_of(self, workload: str) -> list[Subject]:
        """Returns the subjects that can answer a workload, in the order of the catalog."""
        return [self.subjects[pair[1]] for pair in self.pairs if pair[0] == workload]


def case_name(workload: Workload, subject: str, conditions: Conditions) -> str:
    """Returns workload/subject/condition:value/.../threads:N in the order of the catalog."""
    given = [c.name for c in workload.conditions if c.name in conditions]
    parts = [f"{name}:{spelled(conditions[name])}" for name in given]
    return "/".join([workload.name, subject, *parts])


def spelled(value: Value) -> str:
    """Returns a value as case names spell it: whole numbers plain, others shortest."""
    if isinstance(value, str):
        return value
    return str(int(value)) if value == int(value) else f"{value:g}"


def parse(verbatim: Any, source: str) -> Catalog:
    """Reads what `--catalog` printed; raises Trouble that names `source`."""
    try:
        return _parse(verbatim)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"the catalog is not one ({type(error).__name__}: {error})"
        raise Trouble(what, "rebuild it with scripts/tussle setup", source) from error


def _parse(verbatim: Any) -> Catalog:
    mode = str(verbatim["mode"])
    if mode not in MODES:
        raise ValueError(f"mode is '{mode}'")
    workloads = [_workload(entry) for entry in verbatim["workloads"]]
    subjects = [_subject(entry) for entry in verbatim["subjects"]]
    pairs = [_pair(entry) for entry in verbatim["cases"]]
    catalog = Catalog(
        mode=mode,
        workloads={workload.name: workload for workload in workloads},
        subjects={subject.name: subject for subject in subjects},
        pairs={(pair.workload, pair.subject): pair for pair in pairs},
        verbatim=verbatim,
        not_built={entry["name"]: _not_built(entry) for entry in verbatim.get("not_built", [])},
    )
    for pair in pairs:
        _ = catalog.workloads[pair.workload], catalog.subjects[pair.subject]
    return catalog


def _workload(entry: dict[str, Any]) -> Workload:
    return Workload(
        name=entry["name"],
        question=entry.get("question", ""),
        invariant=entry.get("invariant", ""),
        failure=entry.get("failure", ""),
        conditions=tuple(_condition(condition) for condition in entry["conditions"]),
        role=entry.get("role", ""),
    )


def _condition(entry: dict[str, Any]) -> Condition:
    return Condition(
        name=entry["name"],
        unit=entry.get("unit", ""),
        description=entry.get("description", ""),
        default=tuple(entry["default"]),
        minimum=entry["minimum"],
        maximum=entry["maximum"],
        integer=bool(entry["integer"]),
        allowed=tuple(entry.get("allowed", ())),
        labels=tuple(entry.get("labels", ())),
        optional=bool(entry.get("optional", False)),
        drawn_maximum=entry.get("drawn_maximum"),
    )


def _not_built(entry: dict[str, Any]) -> NotBuilt:
    return NotBuilt(entry["name"], entry["kind"], tuple(entry["roles"]), entry["needs"])


def _subject(entry: dict[str, Any]) -> Subject:
    expected = entry.get("expected") or {}
    return Subject(
        name=entry["name"],
        kind=entry["kind"],
        description=entry.get("description", ""),
        race_checkable=bool(entry.get("race_checkable", True)),
        race_reason=entry.get("race_reason", ""),
        expected_invariant=expected.get("invariant", False),
        expected_race=expected.get("race", False),
    )


def _pair(entry: dict[str, Any]) -> Pair:
    name, _, value = str(entry.get("limits") or "").partition("=")
    return Pair(
        workload=entry["workload"],
        subject=entry["subject"],
        limit=(name, float(value)) if name else None,
        limit_reason=entry.get("limits_reason", ""),
    )
