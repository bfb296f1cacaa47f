"""What do replicates say about a value, a ratio and a difference, and how surely?

The replicate is a fresh process; the windows inside one process are summarised by their median
first. Replicates are few (3 to 30), so the methods are exact and distribution-free:

- the interval of a median is bounded by order statistics, whose coverage follows from the binomial
  distribution; a bootstrap of so few values is too narrow;
- two runs are compared by the Mann-Whitney test, and the interval of their ratio consists of the
  ratios that this same test does not reject (Hodges-Lehmann), so that test and interval agree.

Every interval carries the confidence that it really has. With fewer than 6 replicates that is less
than 95 %: it is then the whole range of the replicates, and is said to be.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy

CONFIDENCE = 0.95
EXACT_PAIRS = 2500  # up to 50 against 50 replicates the exact distribution costs nothing


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`, with the confidence that is really reached."""

    low: float
    high: float
    confidence: float

    def contains(self, value: float) -> bool:
        return self.low <= value <= self.high

    def overlaps(self, other: "Interval") -> bool:
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True)
class Estimate:
    """A median over replicates; no interval and no spread when there is only one."""

    median: float
    interval: Interval | None
    spread: float | None
    replicates: int


@dataclass(frozen=True)
class Ratio:
    """A ratio with its interval and the number of replicates (or pairs) behind it."""

    ratio: float
    interval: Interval | None
    replicates: int


def median(values: Sequence[float]) -> float:
    """Returns the median of the values."""
    return float(numpy.median(values))


def estimate(values: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """Returns the median over replicates with interval and relative spread."""
    interval = median_interval(values, confidence)
    return Estimate(median(values), interval, spread(values), len(values))


def median_interval(values: Sequence[float], confidence: float = CONFIDENCE) -> Interval | None:
    """Returns the narrowest pair of order statistics that holds the median with `confidence`.

    When even the whole range does not reach that, returns the range with what it reaches.
    """
    count = len(values)
    if count < 2:
        return None
    ordered = sorted(values)
    outside = _outside(count, confidence)
    reached = 1 - 2 * _binomial_below(outside, count)
    return Interval(float(ordered[outside]), float(ordered[count - 1 - outside]), reached)


def spread(values: Sequence[float]) -> float | None:
    """Returns the median absolute deviation, scaled to a standard deviation, over the median."""
    from scipy import stats

    centre = median(values)
    if len(values) < 2 or centre == 0:
        return None
    return float(stats.median_abs_deviation(values, scale="normal")) / abs(centre)


def geometric_mean(values: Sequence[float]) -> float:
    """Returns the geometric mean of values above 0."""
    from scipy import stats

    return float(stats.gmean(values))


def midmean(values: Sequence[float]) -> float:
    """Returns the geometric mean of the middle half of values above 0."""
    from scipy import stats

    return float(math.exp(stats.trim_mean(numpy.log(values), 0.25)))


def paired_ratio(values: Mapping[int, float], reference: Mapping[int, float]) -> Ratio | None:
    """Returns the median over blocks of value / reference; a block needs both, and both above 0."""
    blocks = [block for block in values if reference.get(block, 0) > 0 and values[block] > 0]
    if not blocks:
        return None
    ratios = [values[block] / reference[block] for block in blocks]
    return Ratio(median(ratios), median_interval(ratios), len(ratios))


def shift_ratio(before: Sequence[float], after: Sequence[float], alpha: float) -> Ratio:
    """Returns the Hodges-Lehmann ratio after / before with the test's own interval.

    The interval holds the ratios that a two-sided Mann-Whitney test at `alpha` does not reject.
    """
    pairs = numpy.sort(numpy.divide.outer(numpy.asarray(after), numpy.asarray(before)).ravel())
    outside, rejected = _rejected_pairs(len(before), len(after), alpha)
    low, high = float(pairs[outside]), float(pairs[len(pairs) - 1 - outside])
    logs = numpy.log(pairs)  # the estimate is symmetric: swapping the runs inverts it
    centre = float(math.exp(numpy.median(logs)))
    return Ratio(centre, Interval(low, high, 1 - rejected), min(len(before), len(after)))


def mann_whitney(before: Sequence[float], after: Sequence[float]) -> float:
    """Returns the two-sided p; exact unless values are tied or replicates are very many."""
    from scipy import stats

    together = [*before, *after]
    if len(set(together)) == 1:
        return 1.0  # the test is not defined without any variation
    tied = len(set(together)) < len(together)
    many = len(before) * len(after) > EXACT_PAIRS
    method = "asymptotic" if tied or many else "exact"
    return float(stats.mannwhitneyu(before, after, method=method).pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Returns the p values corrected for their number (Holm)."""
    if not p_values:
        return []
    from statsmodels.stats.multitest import multipletests

    return [float(value) for value in multipletests(p_values, method="holm")[1]]


def kendall(order: Sequence[float], values: Sequence[float]) -> tuple[float, float]:
    """Returns Kendall's tau of values against their order, and its two-sided p."""
    from scipy import stats

    if len(set(values)) == 1:
        return 0.0, 1.0  # the test is not defined without any variation
    found = stats.kendalltau(order, values)
    return max(-1.0, min(1.0, float(found.statistic))), float(found.pvalue)


def smallest_kendall_p(count: int) -> float:
    """Returns the smallest p that so many values can reach: all of them in order."""
    return min(1.0, 2 / math.factorial(count))


def blocks_needed(tests: int, alpha: float) -> int:
    """Returns the values that let one of `tests` corrected trends reach `alpha`."""
    count = 2
    while smallest_kendall_p(count) * tests > alpha:
        count += 1
    return count


def slope(places: Sequence[float], values: Sequence[float]) -> float:
    """Returns the median of the slopes between all pairs of points (Theil and Sen)."""
    from scipy import stats

    return float(stats.theilslopes(values, places).slope)


@cache
def smallest_p(before: int, after: int) -> float:
    """Returns the smallest p that so many replicates can reach: all of one side below the other."""
    return _p_of_pairs(before, after, 0)


def replicates_needed(tests: int, alpha: float, limit: int = 50) -> int:
    """Returns the replicates a side that let one of `tests` corrected tests reach `alpha`."""
    sizes = range(2, limit + 1)
    return next((size for size in sizes if smallest_p(size, size) * tests <= alpha), limit)


@cache
def _outside(count: int, confidence: float) -> int:
    """Returns how many values at each end may be left out of a median's interval."""
    inner = range(1, (count + 1) // 2)
    allowed = [k for k in inner if 1 - 2 * _binomial_below(k, count) >= confidence]
    return max(allowed, default=0)


@cache
def _binomial_below(outside: int, count: int) -> float:
    """Returns the chance that the median lies beyond the value at `outside` from one end."""
    from scipy import stats

    return float(stats.binom.cdf(outside, count, 0.5))


@cache
def _rejected_pairs(before: int, after: int, alpha: float) -> tuple[int, float]:
    """Returns how many pairwise ratios to drop at each end, and the p of doing so."""
    keep, drop = 0, before * after // 2
    if _p_of_pairs(before, after, 0) > alpha:
        return 0, _p_of_pairs(before, after, 0)
    while drop - keep > 1:  # p grows with the number of pairs
        middle = (keep + drop) // 2
        if _p_of_pairs(before, after, middle) <= alpha:
            keep = middle
        else:
            drop = middle
    return keep, _p_of_pairs(before, after, keep)


@cache
def _p_of_pairs(before: int, after: int, pairs: int) -> float:
    """Returns the test's p when `pairs` of the before x after pairs are out of order."""
    whole, rest = divmod(pairs, after)
    late = [after + 1.0 + i for i in range(whole)]
    between = [rest - 0.5] if rest else []
    early = [-1.0 - i for i in range(before - len(late) - len(between))]
    return mann_whitney([*early, *between, *late], [float(i) for i in range(after)])
