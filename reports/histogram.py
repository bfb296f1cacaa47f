"""What do merged histograms of single operations say?

A histogram is what harness/measure/latency_histogram.h keeps: 64 buckets to each power of two, so
that the middle of a bucket is at most 1/128 away from any length in it. Merging adds the counts,
and is exact: percentiles of merged histograms are those of all samples together.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

SUB_BUCKET_BITS = 6
PERCENTILES = {"p50": 5_000, "p90": 9_000, "p99": 9_900, "p99_9": 9_990, "p99_99": 9_999}
FEWEST_BEYOND = 10  # with fewer samples beyond it a percentile says more about luck
TOO_FEW = "too few samples"
CURVE_STEPS = 8  # points of a curve to each factor of ten of 1 / (1 - p)


@dataclass(frozen=True)
class Histogram:
    """All samples of one kind of operation."""

    counts: dict[int, int]  # by bucket, in order
    min_ns: int | None = None
    max_ns: int | None = None
    sum_ns: int = 0
    too_long: int = 0
    uncounted: int = 0

    @cached_property
    def samples(self) -> int:
        return sum(self.counts.values())

    @property
    def mean_ns(self) -> float | None:
        return self.sum_ns / self.samples if self.samples else None

    def value_at_rank(self, rank: int) -> float:
        """Returns the `rank`-th smallest of the samples, counted from 1."""
        for value, reached in self.steps():
            if reached >= rank:
                return value
        raise ValueError(f"rank {rank} of {self.samples} samples")

    def percentile(self, parts: int) -> float | None:
        """Returns what `parts` of 10 000 samples do not exceed; None with too few beyond."""
        rank = rank_of(parts, self.samples)
        return self.value_at_rank(rank) if self.samples >= rank + FEWEST_BEYOND else None

    def steps(self) -> Iterator[tuple[float, int]]:
        """Yields the length of every bucket, and how many samples are that long or shorter."""
        reached = 0
        for bucket, count in self.counts.items():
            reached += count
            yield min(max(middle(bucket), self.min_ns or 0), self.max_ns or 0), reached

    def curve(self) -> list[list[float]]:
        """Returns [1 / (1 - p), length] from the shortest to where samples become too few."""
        points: list[list[float]] = []
        steps = iter(self.steps())
        value, reached = next(steps, (0.0, 0))
        for step in range(1000):
            x = 10 ** (step / CURVE_STEPS)
            rank = max(1, math.ceil(self.samples * (1 - 1 / x) - 1e-9))
            if self.samples < rank + FEWEST_BEYOND:
                return points
            while reached < rank:
                value, reached = next(steps)
            points.append([x, value])
        return points


def middle(bucket: int) -> float:
    """Returns the middle of a bucket's lengths, in ns."""
    shift = max(0, (bucket >> SUB_BUCKET_BITS) - 1)
    return ((bucket - (shift << SUB_BUCKET_BITS)) << shift) + ((1 << shift) - 1) / 2


def rank_of(parts: int, count: int) -> int:
    """Returns the nearest rank, from 1, of `parts` of 10 000 of so many samples."""
    return max(1, -(-count * parts // 10_000))


def of_record(operation: dict[str, Any]) -> Histogram:
    """Returns the histogram that a unit keeps of one kind of operation."""
    names = ("min_ns", "max_ns", "sum_ns", "too_long", "uncounted")
    counts = dict(sorted((bucket, count) for bucket, count in operation["buckets"]))
    return Histogram(counts, **{name: operation[name] for name in names})


def merge(histograms: Iterable[Histogram]) -> Histogram:
    """Returns the histogram of all samples together."""
    parts = [part for part in histograms if part.samples or part.uncounted]
    counts: Counter[int] = Counter()
    for part in parts:
        counts.update(part.counts)
    shortest = [part.min_ns for part in parts if part.min_ns is not None]
    longest = [part.max_ns for part in parts if part.max_ns is not None]
    return Histogram(
        dict(sorted(counts.items())), min(shortest, default=None), max(longest, default=None),
        *(sum(getattr(part, name) for part in parts)
          for name in ("sum_ns", "too_long", "uncounted")))
