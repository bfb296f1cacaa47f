"""What of a plan fits into the time that was given, and what is left out?"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from typing import Any

from harness.runner.plan import Case
from harness.runner.shard import dealt
from harness.runner.trouble import Trouble

# Of one process and of its record, beside window and ramp: means over the preset smoke on two busy cores.
# A sanitizer build starts slowly.
START_COST_S = {"bench": 0.06, "tsan": 0.08}


@dataclass(frozen=True)
class Pass:
    """The latency pass that was asked for: how often, how long one unit takes, and of which cases."""

    blocks: int = 0
    unit: float = 0.0
    cases: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Allowance:
    """How long one unit takes, how long a run may take, and how many machines share it."""

    unit: float
    budget: float | None = None
    shards: int = 1
    latency: Pass = Pass()

    def seconds(self, cases: Sequence[Case], blocks: int, latency_blocks: int = 0) -> float:
        """Returns how long the largest shard takes."""
        if not latency_blocks:
            return math.ceil(len(cases) / self.shards) * blocks * self.unit
        names = dealt(cases)
        return max(
            len(share) * blocks * self.unit
            + sum(name in self.latency.cases for name in share) * latency_blocks * self.latency.unit
            for share in (names[index :: self.shards] for index in range(self.shards))
        )

    def holds(self, cases: Sequence[Case], blocks: int, latency_blocks: int = 0) -> bool:
        return self.budget is None or self.seconds(cases, blocks, latency_blocks) <= self.budget


@dataclass(frozen=True)
class Cut:
    """What was asked and what is left of it, as the manifest keeps it."""

    budget: float
    estimate: float
    blocks: int
    blocks_asked: int | None  # None: as many as fit
    cases: int
    cases_asked: int
    latency_blocks: int = 0
    latency_blocks_asked: int = 0

    def record(self) -> dict[str, Any]:
        return asdict(self)

    def statement(self) -> str:
        """Returns in one line what was left out; empty when nothing was."""
        left_out = []
        if self.blocks_asked is not None and self.blocks < self.blocks_asked:
            left_out.append(f"{self.blocks} of {self.blocks_asked} blocks")
        if self.cases < self.cases_asked:
            left_out.append(f"{self.cases} of {self.cases_asked} cases")
        if self.latency_blocks < self.latency_blocks_asked:
            left_out.append(f"{self.latency_blocks} of {self.latency_blocks_asked} latency blocks")
        return f"cut to {' and '.join(left_out)} by the budget" if left_out else ""


@dataclass(frozen=True)
class Fitted:
    """The cases and blocks that fit."""

    cases: list[Case]
    blocks: int
    latency_blocks: int = 0
    dropped: list[Case] = field(default_factory=list)
    cut: Cut | None = None


def fit(cases: Sequence[Case], blocks: int | None, allowance: Allowance) -> Fitted:
    """Returns what fits: blocks go first, down to one; then the latency pass; only then cases.

    Why in this order: with fewer blocks every question still gets an answer, a less certain one.
    """
    asked = allowance.latency.blocks if allowance.latency.cases else 0
    if allowance.budget is None:
        assert blocks is not None  # a preset without blocks has a budget
        return Fitted(list(cases), blocks, asked)
    if not allowance.holds(cases[:1], 1):
        what = f"a budget of {allowance.budget:g} s holds no unit: one takes {allowance.unit:.2g} s"
        raise Trouble(what, "raise it, or shorten the window", "the budget")
    fitting, latency_blocks = _blocks(cases, blocks, asked, allowance)
    kept = list(cases) if fitting else _first_that_fit(cases, allowance)
    left = {case.name for case in kept}
    fitting = max(1, fitting)
    cut = Cut(
        budget=allowance.budget,
        estimate=round(allowance.seconds(kept, fitting, latency_blocks), 3),
        blocks=fitting,
        blocks_asked=blocks,
        cases=len(kept),
        cases_asked=len(cases),
        latency_blocks=latency_blocks,
        latency_blocks_asked=asked,
    )
    dropped = [case for case in cases if case.name not in left]
    return Fitted(kept, fitting, latency_blocks, dropped, cut)


def _blocks(
    cases: Sequence[Case], asked: int | None, latency_asked: int, allowance: Allowance
) -> tuple[int, int]:
    """Returns how many blocks of all cases and how many of the latency pass fit; 0 where none does.

    The latency pass shrinks to one block before the other blocks go: those carry every verdict.
    """
    for latency_blocks in range(latency_asked, 0, -1):
        most = _most_blocks(cases, latency_blocks, allowance)
        if most >= (asked or 1) or (latency_blocks == 1 and most):
            return (most if asked is None else min(asked, most)), latency_blocks
    most = _most_blocks(cases, 0, allowance)
    return (most if asked is None else min(asked, most)), 0


def _most_blocks(cases: Sequence[Case], latency_blocks: int, allowance: Allowance) -> int:
    assert allowance.budget is not None
    single = allowance.seconds(cases, 0, latency_blocks)
    most = int(max(0.0, allowance.budget - single) / allowance.seconds(cases, 1))
    while most and not allowance.holds(cases, most, latency_blocks):  # rounding
        most -= 1
    while allowance.holds(cases, most + 1, latency_blocks):
        most += 1
    return most


def _first_that_fit(cases: Sequence[Case], allowance: Allowance) -> list[Case]:
    """Returns cases for one block: whole comparisons, the workloads in turn.

    A comparison is what the report sets side by side: the same workload and conditions. Half of one
    says less than nothing, so it is kept whole or dropped; the first is halved if it must be.
    """
    kept: list[Case] = []
    for comparison in _in_turn(cases):
        if allowance.holds([*kept, *comparison], 1):
            kept += comparison
    if not kept:
        kept = [case for n, case in enumerate(cases, 1) if allowance.holds(cases[:n], 1)]
    places = {case.name: place for place, case in enumerate(cases)}
    return sorted(kept, key=lambda case: places[case.name])


def _in_turn(cases: Iterable[Case]) -> Iterator[list[Case]]:
    """Yields comparisons: the first of each workload, then the second of each, and so on."""
    workloads: dict[str, dict[str, list[Case]]] = {}
    for case in cases:
        comparisons = workloads.setdefault(case.workload, {})
        comparisons.setdefault(str(sorted(case.conditions.items())), []).append(case)
    for turn in zip_longest(*(comparisons.values() for comparisons in workloads.values())):
        yield from (comparison for comparison in turn if comparison)
