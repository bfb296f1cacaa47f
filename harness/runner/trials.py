"""Which case does one run of `stress` try, under which conditions, and how is it named to try again?"""

import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.runner import allocators, plan
from harness.runner.catalog import Catalog, Condition, Conditions, Value, case_name
from harness.runner.plan import Case, Choice, Planned
from harness.runner.presets import CaseGrid, Preset
from harness.runner.trouble import Trouble, nearest, offer

# How often a kind of subject is drawn: what this project ships is what stress is for.
WEIGHTS = {"ours": 4}
PINNED_SHARE = 1 / 3  # of the trials: preemption anywhere, also between two named points
MOST_THREADS_PER_CORE = 4
FEW_VALUES = 16  # a whole-numbered range of so many is drawn from evenly
AGAIN = "--again"


@dataclass(frozen=True)
class Trial:
    """One process: a case with everything that chance decided about it."""

    number: int
    case: Case
    seed: int
    core: int | None  # all threads on this one; None: wherever the system puts them
    window: float
    ramp: float

    @property
    def planned(self) -> Planned:
        return Planned(self.case, block=self.number, order=self.number)

    @property
    def token(self) -> str:
        """Returns what names this trial to somebody who wants to try it again."""
        parts = [self.case.name, f"seed:{self.seed}", f"window:{self.window:g}"]
        parts.append(f"ramp:{self.ramp:g}")
        return "@".join(parts if self.core is None else [*parts, f"core:{self.core}"])


@dataclass(frozen=True)
class Pairing:
    """A workload and a subject, and the values that a preset allows for some conditions."""

    workload: str
    subject: str
    allowed: dict[str, tuple[Value, ...]]


def pairings(preset: Preset, catalog: Catalog, choice: Choice) -> list[Pairing]:
    """Returns what a preset and the command line ask for; raises when nothing is left.

    A preset without cases asks for every subject of every workload. A condition that a preset
    names takes the values given there; all others are drawn from their whole range.
    """
    if not preset.cases:
        everything = [CaseGrid(name, ("all", "planted"), {}, preset.file) for name in catalog.workloads]
        preset = replace(preset, cases=tuple(everything))
    cases = plan.choose(preset, catalog, replace(choice, pattern=None), "stress").kept
    named = {(grid.workload, name) for grid in preset.cases for name in grid.conditions}
    if choice.threads:
        named |= {(name, "threads") for name in catalog.workloads}
    found: dict[tuple[str, str], dict[str, dict[Value, None]]] = {}
    for case in cases:
        allowed = found.setdefault((case.workload, case.subject), {})
        for condition in catalog.workloads[case.workload].conditions:
            if (case.workload, condition.name) in named:
                value = case.conditions.get(condition.name, condition.default[0])
                allowed.setdefault(condition.name, {})[value] = None
    return _matching([
        Pairing(*pair, {name: tuple(values) for name, values in allowed.items()})
        for pair, allowed in found.items()
    ], choice.pattern)


def _matching(found: list[Pairing], pattern: str | None) -> list[Pairing]:
    """Returns the pairings that --filter leaves: it sees `workload/subject`."""
    if pattern is None:
        return found
    names = [f"{pairing.workload}/{pairing.subject}" for pairing in found]
    try:
        kept = [p for p, name in zip(found, names, strict=True) if re.search(pattern, name)]
    except re.error as error:
        what = f"'{pattern}' is not a regular expression"
        raise Trouble(what, f"{error}", "--filter") from error
    if not kept:
        near = nearest(pattern, names) or names[:3]
        raise Trouble(f"no workload/subject matches '{pattern}'", "near are " + ", ".join(near),
                      "--filter")
    return kept


def drawn(
    found: list[Pairing], catalog: Catalog, preset: Preset, seed: int
) -> Iterator[Trial]:
    """Returns trials without end; the n-th one depends on the seed and n only."""
    weight = {name: WEIGHTS.get(subject.kind, 1) for name, subject in catalog.subjects.items()}
    cards = [pairing for pairing in found for _ in range(weight[pairing.subject])]
    number = 0
    while True:
        deck = list(cards)
        random.Random(f"{seed}/deck/{number}").shuffle(deck)
        for pairing in deck:
            yield _trial(pairing, catalog, preset, seed, number)
            number += 1


def _trial(pairing: Pairing, catalog: Catalog, preset: Preset, seed: int, number: int) -> Trial:
    chance = random.Random(f"{seed}/{number}")
    workload = catalog.workload(pairing.workload, "")
    limit = catalog.pairs[(pairing.workload, pairing.subject)].limit
    conditions: Conditions = {}
    for condition in workload.conditions:
        allowed = pairing.allowed.get(condition.name)
        value = chance.choice(allowed) if allowed else draw_value(condition, chance)
        if limit is not None and limit[0] == condition.name:
            value = limit[1]
        if not condition.left_out(value):
            whole = condition.integer and isinstance(value, float)
            conditions[condition.name] = int(value) if whole else value
    cores = sorted(os.sched_getaffinity(0))
    return Trial(
        number=number,
        case=_case(catalog, pairing.workload, pairing.subject, conditions),
        seed=chance.randrange(1, 2**31),
        core=chance.choice(cores) if chance.random() < PINNED_SHARE else None,
        window=preset.window,
        ramp=preset.ramp,
    )


def draw_value(condition: Condition, chance: random.Random) -> Value:
    """Returns a value from a condition's range: orders of magnitude are alike, ends are frequent."""
    if condition.name == allocators.CONDITION:
        return allocators.SYSTEM  # a sanitizer build brings its own
    low, high = condition.minimum, condition.maximum
    if condition.drawn_maximum is not None:
        high = min(high, condition.drawn_maximum)
    if condition.labels:
        return chance.choice(condition.labels)
    if condition.allowed:
        return chance.choice([value for value in condition.allowed if float(value) <= high])
    if condition.name == "threads":
        low = min(max(2, low), high)
        return round(_logarithmic(low, min(high, max(low, MOST_THREADS_PER_CORE * plan.cores())), chance))
    if not condition.integer:
        return _share(float(low), float(high), chance)
    if high - low < FEW_VALUES:
        return chance.randint(int(low), int(high))
    if chance.random() < 1 / 3:
        return int(low)
    # Squared: long waits and large objects are tried, but leave time for the small ones.
    return round(_logarithmic(1, high - low + 1, chance, power=2)) + int(low) - 1


def _logarithmic(low: float, high: float, chance: random.Random, power: int = 1) -> float:
    return float(low * (high / low) ** (chance.random() ** power))


def _share(low: float, high: float, chance: random.Random) -> float:
    """Returns an end, a value near an end, or any: 0, 0.003, 0.62, 0.98 and 1 are all of interest."""
    near = 10 ** -chance.uniform(0.5, 3)
    part = chance.choice([0.0, near, chance.random(), 1 - near, 1.0])
    return round(low + (high - low) * part, 4)


def again(token: str, catalog: Catalog) -> Trial:
    """Returns the trial that a token names; raises when it names none of this binary."""
    name, *parts = token.split("@")
    facts = dict(part.partition(":")[::2] for part in parts)
    try:
        return Trial(
            number=0,
            case=_named_case(name, catalog),
            seed=int(_within(int(facts.pop("seed")), 1, 2**31 - 1)),
            core=int(facts.pop("core")) if "core" in facts else None,
            window=_within(float(facts.pop("window")), 1e-6, 600),
            ramp=_within(float(facts.pop("ramp")), 0, 60),
        )
    except (KeyError, ValueError) as error:
        what = f"'{token}' is not what a failure printed ({type(error).__name__}: {error})"
        raise Trouble(what, "copy all of it", AGAIN) from error


def check_core(core: int | None) -> None:
    """Raises when this process may not use the core that a trial was pinned to."""
    usable = sorted(os.sched_getaffinity(0))
    if core is not None and core not in usable:
        known = ", ".join(map(str, usable))
        raise Trouble(f"core {core} cannot be used here", f"write one of {known} instead", AGAIN)


def _within(value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise ValueError(f"{value:g} is outside {low:g} to {high:g}")
    return value


def _named_case(name: str, catalog: Catalog) -> Case:
    workload_name, subject, *parts = name.split("/")
    workload = catalog.workload(workload_name, AGAIN)
    catalog.subject(subject, AGAIN)
    if (workload_name, subject) not in catalog.pairs:
        known = [entry.name for entry in catalog.subjects_of(workload_name)]
        raise Trouble(f"subject '{subject}' cannot play {workload_name}", offer(subject, known), AGAIN)
    conditions: Conditions = {}
    for part in parts:
        key, _, text = part.partition(":")
        condition = workload.condition(key, AGAIN)
        value = _read(condition, text)
        objection = condition.objection(value)
        if objection:
            raise ValueError(f"{key}: {objection}")
        conditions[key] = value
    for condition in workload.conditions:
        if condition.name not in conditions and not condition.optional:
            raise ValueError(f"{condition.name} is missing")
    return _case(catalog, workload_name, subject, conditions)


def _read(condition: Condition, text: str) -> Value:
    """Returns a value as a case's name spells it."""
    if condition.labels:
        return text
    return int(text) if condition.integer else float(text)


def _case(catalog: Catalog, workload: str, subject: str, conditions: Conditions) -> Case:
    name = case_name(catalog.workloads[workload], subject, conditions)
    return Case(name, workload, subject, conditions)
