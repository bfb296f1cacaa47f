"""What of a plan fits into the time that was given, and what is left out?"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from typing import Any

from harness.runner.plan import Case
from harness.runner.trouble import Trouble

# Of one process and of its record, beside window and ramp: means over the preset smoke on two busy cores.
# A sanitizer build starts slowly.
START_COST_S = {"bench": 0.06, "tsan": 0.08}


@dataclass(frozen=True)
class Allowance:
    """How long one unit takes, how long a run may take, and how many machines share it."""

    unit: float
    budget: float | None = None
    shards: int = 1

    def seconds(self, cases: int, blocks: int) -> float:
        """Returns how long the largest shard takes."""
        return math.ceil(cases / self.shards) * blocks * self.unit

    def holds(self, cases: int, blocks: int) -> bool:
        return self.budget is None or self.seconds(cases, blocks) <= self.budget


@dataclass(frozen=True)
class Cut:
    """What was asked and what is left of it, as the manifest keeps it."""

    budget: float
    estimate: float
    blocks: int
    blocks_asked: int | None  # None: as many as fit
    cases: int
    cases_asked: int

    def record(self) -> dict[str, Any]:
        return asdict(self)

    def statement(self) -> str:
        """Returns in one line what was left out; empty when nothing was."""
        left_out = []
        if self.blocks_asked is not None and self.blocks < self.blocks_asked:
            left_out.append(f"{self.blocks} of {self.blocks_asked} blocks")
        if self.cases < self.cases_asked:
            left_out.append(f"{self.cases} of {self.cases_asked} cases")
        return f"cut to {' and '.join(left_out)} by the budget" if left_out else ""


@dataclass(frozen=True)
class Fitted:
    """The cases and blocks that fit."""

    cases: list[Case]
    blocks: int
    dropped: list[Case] = field(default_factory=list)
    cut: Cut | None = None


def fit(cases: Sequence[Case], blocks: int | None, allowance: Allowance) -> Fitted:
    """Returns what fits: whole blocks go first, down to one; only then cases go.

    Why in this order: with fewer blocks every question still gets an answer, a less certain one.
    """
    if allowance.budget is None:
        assert blocks is not None  # a preset without blocks has a budget
        return Fitted(list(cases), blocks)
    if not allowance.holds(1, 1):
        what = f"a budget of {allowance.budget:g} s holds no unit: one takes {allowance.unit:.2g} s"
        raise Trouble(what, "raise it, or shorten the window", "the budget")
    most = _most_blocks(len(cases), allowance)
    fitting = most if blocks is None else min(blocks, most)
    kept = list(cases) if fitting else _first_that_fit(cases, allowance)
    left = {case.name for case in kept}
    fitting = max(1, fitting)
    cut = Cut(
        budget=allowance.budget,
        estimate=round(allowance.seconds(len(kept), fitting), 3),
        blocks=fitting,
        blocks_asked=blocks,
        cases=len(kept),
        cases_asked=len(cases),
    )
    return Fitted(kept, fitting, [case for case in cases if case.name not in left], cut)


def _most_blocks(cases: int, allowance: Allowance) -> int:
    assert allowance.budget is not None
    most = int(allowance.budget / allowance.seconds(cases, 1))
    return most if allowance.holds(cases, most) else most - 1  # rounding


def _first_that_fit(cases: Sequence[Case], allowance: Allowance) -> list[Case]:
    """Returns cases for one block: whole comparisons, the workloads in turn.

    A comparison is what the report sets side by side: the same workload and conditions. Half of one
    says less than nothing, so it is kept whole or dropped; the first is halved if it must be.
    """
    kept: list[Case] = []
    for comparison in _in_turn(cases):
        if allowance.holds(len(kept) + len(comparison), 1):
            kept += comparison
    if not kept:
        kept = [case for case, n in zip(cases, range(1, len(cases) + 1)) if allowance.holds(n, 1)]
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
