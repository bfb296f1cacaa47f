"""Which cases does a preset ask of a binary, and in which order does each block run them?"""

import itertools
import math
import os
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.runner import allocators, cgroup
from harness.runner.catalog import (
    SUBJECT_KINDS,
    Catalog,
    Condition,
    Conditions,
    Pair,
    Value,
    Workload,
    case_name,
)
from harness.runner.latency import KEY_LETTERS, THROUGHPUT
from harness.runner.machine import Machine
from harness.runner.presets import CaseGrid, Preset
from harness.runner.trouble import Trouble, nearest, offer

ALL = "all"  # every subject that can play, except the planted ones


@dataclass(frozen=True)
class Case:
    """One workload × subject × conditions."""

    name: str
    workload: str
    subject: str
    conditions: Conditions

    def key(self, block: int, letter: str = "b") -> str:
        """Returns the name of this case's unit at a block, safe for a file name."""
        return f"{self.name.replace('/', '_').replace(':', '=')}.{letter}{block}"


@dataclass(frozen=True)
class Planned:
    """One unit to run: a case at a block, with its place in the order of the whole run."""

    case: Case
    block: int
    order: int
    measures: str = THROUGHPUT  # its pass

    @property
    def key(self) -> str:
        return self.case.key(self.block, KEY_LETTERS[self.measures])

    def record(self) -> dict[str, Any]:
        """Returns the entry of the manifest."""
        return {
            "key": self.key,
            "case": self.case.name,
            "workload": self.case.workload,
            "subject": self.case.subject,
            "conditions": self.case.conditions,
            "block": self.block,
            "order": self.order,
            "pass": self.measures,
        }


def planned_of(record: dict[str, Any]) -> Planned:
    """Returns the unit of a manifest's entry."""
    names = (record["case"], record["workload"], record["subject"])
    case = Case(*names, record["conditions"])
    return Planned(case, record["block"], record["order"], record.get("pass", THROUGHPUT))


@dataclass(frozen=True)
class Choice:
    """What the command line narrows or replaces."""

    pattern: str | None = None
    subjects: tuple[str, ...] = ()
    workloads: tuple[str, ...] = ()
    threads: tuple[int, ...] = ()


@dataclass
class Cases:
    """The cases that are left, and those that were asked for but cannot be run."""

    kept: list[Case] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)


def cores(machine: Machine = Machine()) -> int:
    """Returns how many cores this process may keep busy at once.

    A control group's quota counts in whole cores: half a core more would be half a core that every
    thread waits for.
    """
    quota = cgroup.cpu_quota(machine)
    allowed = len(os.sched_getaffinity(0))
    return allowed if quota is None else max(1, min(allowed, math.floor(quota)))


def thread_counts(values: Sequence[int | str]) -> set[int]:
    """Returns numbers of threads as this machine understands them."""
    return {_threads(value) for value in values}


def choose(preset: Preset, catalog: Catalog, choice: Choice, kind: str) -> Cases:
    """Returns the cases of a preset that the command line leaves; raises when none is left."""
    _check_choice(choice, catalog)
    found: dict[str, Case] = {}
    cases = Cases()
    for grid in preset.cases:
        cases.skipped |= _not_built(grid, catalog)
        for case in _grid_cases(grid, catalog, choice.threads):
            why_not = _why_not(case, catalog, kind)
            if why_not:
                cases.skipped[case.name] = why_not
            else:
                found[case.name] = case
    cases.kept = [case for case in found.values() if _chosen(case, catalog, choice)]
    if not cases.kept:
        _complain_of_not_built(catalog, choice)
        raise _nothing_left(preset, choice, list(found))
    return cases


def shuffled(cases: Sequence[Case], blocks: int, seed: int) -> list[Planned]:
    """Returns every case once per block, each block in an order of its own from the seed."""
    planned: list[Planned] = []
    for block in range(blocks):
        order = list(cases)
        random.Random(f"{seed}/{block}").shuffle(order)
        planned += [Planned(case, block, len(planned) + i) for i, case in enumerate(order)]
    return planned


def unit_seed(seed: int, key: str) -> int:
    """Returns the seed that one unit hands to its generators."""
    return random.Random(f"{seed}/{key}").randrange(1, 2**31)  # 0 means none to a perturbation


def _check_choice(choice: Choice, catalog: Catalog) -> None:
    for name in choice.subjects:
        if name not in SUBJECT_KINDS and name != ALL and name not in catalog.not_built:
            catalog.subject(name, "--subjects")
    for name in choice.workloads:
        catalog.workload(name, "--workloads")
    try:
        re.compile(choice.pattern or "")
    except re.error as error:
        raise Trouble(
            f"'{choice.pattern}' is not a regular expression", f"{error}", "--filter"
        ) from error


def _grid_cases(grid: CaseGrid, catalog: Catalog, threads: tuple[int, ...]) -> Iterator[Case]:
    workload = catalog.workload(grid.workload, f"{grid.place} 'workload'")
    axes = _axes(grid, workload, threads)
    for subject in _subjects(grid, catalog, workload):
        for values in itertools.product(*axes.values()):
            given = zip(workload.conditions, values, strict=True)
            conditions = {c.name: value for c, value in given if not c.left_out(value)}
            name = case_name(workload, subject, conditions)
            yield Case(name, workload.name, subject, conditions)


def _subjects(grid: CaseGrid, catalog: Catalog, workload: Workload) -> list[str]:
    """Returns the subjects that a grid names, by name or by kind."""
    place = f"{grid.place} 'subjects'"
    fitting = catalog.subjects_of(workload.name)
    named: dict[str, None] = {}
    for word in grid.subjects:
        if word == ALL:
            named |= {s.name: None for s in fitting if s.kind != "planted"}
        elif word in SUBJECT_KINDS:
            named |= {s.name: None for s in fitting if s.kind == word}
        elif word in catalog.not_built:
            continue
        elif catalog.subject(word, place) in fitting:
            named[word] = None
        else:
            known = [s.name for s in fitting]
            what = f"subject '{word}' cannot play workload {workload.name}"
            raise Trouble(what, offer(word, known), place)
    return list(named)


def _not_built(grid: CaseGrid, catalog: Catalog) -> dict[str, str]:
    """Returns the subjects that a grid asks for and the binary was built without."""
    role = catalog.workload(grid.workload, f"{grid.place} 'workload'").role
    return {
        f"{grid.workload}/{absent.name}": absent.reason
        for absent in catalog.not_built.values()
        if role in absent.roles and {absent.name, absent.kind, ALL} & set(grid.subjects)
    }


def _axes(
    grid: CaseGrid, workload: Workload, threads: tuple[int, ...]
) -> dict[str, tuple[Value, ...]]:
    """Returns the values of every condition of a workload, in the order of the catalog."""
    for name in grid.conditions:
        workload.condition(name, f"{grid.place} 'conditions'")
    axes: dict[str, tuple[Value, ...]] = {}
    for condition in workload.conditions:
        asked = grid.conditions.get(condition.name, condition.default)
        place = f"{grid.place} 'conditions.{condition.name}'"
        if condition.name == "threads" and threads:
            asked, place = threads, "--threads"
        values = tuple(_value(condition, value, place) for value in asked)
        for value in values:
            objection = condition.objection(value)
            if objection:
                raise Trouble(objection, f"choose from the range of {workload.name}", place)
        whole = condition.integer and not condition.labels
        axes[condition.name] = tuple(
            int(value) if whole else value for value in dict.fromkeys(values)
        )
    return axes


def _value(condition: Condition, value: int | float | str, place: str) -> Value:
    """Returns a condition's value; "cores*2" and the like become numbers of threads."""
    if not isinstance(value, str) or condition.labels:
        return value
    if condition.name != "threads" or not value.startswith("cores"):
        cores_only = "only threads know cores" if value.startswith("cores") else "give numbers"
        raise Trouble(f"'{value}' is not a number", cores_only, place)
    return _threads(value)


def _threads(value: int | str) -> int:
    """Returns a number of threads as this machine understands it."""
    if not isinstance(value, str):
        return value
    if value.startswith("cores*"):
        return cores() * int(value.removeprefix("cores*"))
    if value.startswith("cores/"):
        return max(1, cores() // int(value.removeprefix("cores/")))
    return cores()


def _why_not(case: Case, catalog: Catalog, kind: str) -> str:
    pair = catalog.pairs[(case.workload, case.subject)]
    subject = catalog.subjects[case.subject]
    if not _within_limit(pair, case, catalog.workloads[case.workload]):
        return f"not applicable: {pair.limit_reason or 'the subject cannot do this'}"
    if kind == "race" and not subject.race_checkable:
        return f"not race-checkable here: {subject.race_reason}"
    return allocators.why_not(case.conditions, kind)


def _within_limit(pair: Pair, case: Case, workload: Workload) -> bool:
    if pair.limit is None:
        return True
    name, only = pair.limit
    return case.conditions.get(name, workload.condition(name, pair.subject).default[0]) == only


def _chosen(case: Case, catalog: Catalog, choice: Choice) -> bool:
    kind = catalog.subjects[case.subject].kind
    kinds = {kind} if kind == "planted" else {kind, ALL}
    if choice.subjects and not (kinds | {case.subject}) & set(choice.subjects):
        return False
    if choice.workloads and case.workload not in choice.workloads:
        return False
    return choice.pattern is None or re.search(choice.pattern, case.name) is not None


def _complain_of_not_built(catalog: Catalog, choice: Choice) -> None:
    for name in choice.subjects:
        if name in catalog.not_built:
            mend = f"apt-get install {catalog.not_built[name].needs}, then scripts/setup"
            raise Trouble(f"subject '{name}' is not built", mend, "--subjects")


def _nothing_left(preset: Preset, choice: Choice, names: list[str]) -> Trouble:
    if choice.pattern is None:
        return Trouble("no case is left", "widen the preset or the options", preset.file)
    parts = dict.fromkeys(part for name in names for part in name.split("/"))
    near = nearest(choice.pattern, parts) or nearest(choice.pattern, names) or names[:3]
    what = f"no case of preset {preset.name} matches '{choice.pattern}'"
    return Trouble(what, "near are " + ", ".join(near), "--filter")
