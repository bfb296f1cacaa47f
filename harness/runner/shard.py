"""Which cases are this shard's, so that all shards together run every case once?"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from harness.runner.plan import Case
from harness.runner.trouble import Trouble


@dataclass(frozen=True)
class Shard:
    """One of several equal parts of a plan, counted from 1."""

    index: int
    of: int

    def __str__(self) -> str:
        return f"{self.index}/{self.of}"

    def share(self, cases: Sequence[Case]) -> frozenset[str]:
        """Returns the names of the cases that are this shard's; raises when there are none.

        The order of the names' hashes decides. It depends on nothing but the names, so that every
        machine that plans these cases splits them alike; neighbours in a preset, which take equally
        long, are dealt to different shards; and no shard has more than one case more than another.
        """
        names = dealt(cases)
        share = frozenset(names[self.index - 1 :: self.of])
        if not share:
            what = f"shard {self} is empty: there are only {len(names)} cases"
            raise Trouble(what, f"use at most {len(names)} shards", "--shard")
        return share


def dealt(cases: Sequence[Case]) -> list[str]:
    """Returns the names of cases in the order in which they are dealt to shards."""
    return sorted((case.name for case in cases), key=_mixed)


def _mixed(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()
