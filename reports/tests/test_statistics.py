"""Do the numbers agree with hand calculation and published tables?"""

import math
import random

import pytest

from reports import statistics
from reports.statistics import Interval


@pytest.mark.parametrize(("values", "low", "high", "confidence"), [
    ([5, 3], 3, 5, 0.5),
    ([1, 2, 3], 1, 3, 0.75),
    ([5, 1, 4, 2, 3], 1, 5, 0.9375),
    ([1, 2, 3, 4, 5, 6], 1, 6, 0.96875),
    (list(range(1, 10)), 2, 8, 0.9609375),  # the table of the sign test: drop one at each end
    (list(range(1, 21)), 6, 15, 0.9586105346679688),
])
def test_a_median_lies_between_order_statistics_with_the_confidence_said(
    values: list[float], low: float, high: float, confidence: float
) -> None:
    interval = statistics.median_interval(values)

    assert interval is not None
    assert (interval.low, interval.high) == (low, high)
    assert interval.confidence == pytest.approx(confidence)


def test_one_replicate_has_no_interval_and_no_spread() -> None:
    single = statistics.estimate([7.0])

    assert (single.median, single.replicates) == (7.0, 1)
    assert single.interval is None and single.spread is None


def test_the_interval_covers_as_often_as_it_says() -> None:
    chance = random.Random(3)
    samples = [[chance.lognormvariate(0, 1) for _ in range(5)] for _ in range(4000)]
    intervals = [statistics.median_interval(values) for values in samples]

    covered = sum(interval is not None and interval.contains(1.0) for interval in intervals)

    assert covered / 4000 == pytest.approx(0.9375, abs=0.015)


def test_spread_is_the_scaled_deviation_over_the_median() -> None:
    assert statistics.spread([90, 100, 110]) == pytest.approx(10 * 1.4826 / 100, rel=1e-4)
    assert statistics.spread([0, 0, 0]) is None


def test_a_paired_ratio_uses_only_blocks_that_both_have() -> None:
    ratio = statistics.paired_ratio({0: 20.0, 1: 33.0, 2: 8.0, 4: 5.0}, {0: 10.0, 1: 11.0, 2: 2.0})

    assert ratio is not None
    assert (ratio.ratio, ratio.replicates) == (3.0, 3)
    assert ratio.interval == Interval(2.0, 4.0, 0.75)
    assert statistics.paired_ratio({0: 1.0}, {1: 1.0}) is None
    assert statistics.paired_ratio({0: 1.0}, {0: 0.0}) is None


@pytest.mark.parametrize(("size", "p"), [(3, 2 / 20), (4, 2 / 70), (5, 2 / 252), (8, 2 / 12870)])
def test_the_smallest_p_is_two_over_the_number_of_arrangements(size: int, p: float) -> None:
    assert statistics.smallest_p(size, size) == pytest.approx(p)


def test_mann_whitney_agrees_with_a_known_example() -> None:
    # Mann and Whitney's U = 3 of 4 x 5: 7 of the 126 arrangements have U <= 3.
    assert statistics.mann_whitney([1, 2, 3, 7], [4, 5, 6, 8, 9]) == pytest.approx(2 * 7 / 126)
    assert statistics.mann_whitney([1.0, 1.0], [1.0, 1.0]) == 1.0


@pytest.mark.parametrize(("size", "dropped"), [(5, 2), (6, 5), (8, 13), (10, 23), (20, 127)])
def test_the_ratios_interval_drops_as_many_pairs_as_the_tables_of_u_say(
    size: int, dropped: int
) -> None:
    before = [1.0] * size
    after = [2.0 + i * 1e-3 for i in range(size)]
    pairs = sorted(value for value in after for _ in before)

    interval = statistics.shift_ratio(before, after, 0.05).interval

    assert interval is not None
    assert (interval.low, interval.high) == (pairs[dropped], pairs[-1 - dropped])
    assert interval.confidence >= 0.95


def test_three_replicates_support_ninety_percent_at_most() -> None:
    interval = statistics.shift_ratio([1, 2, 3], [1, 2, 3], 0.05).interval

    assert interval is not None
    assert interval.confidence == pytest.approx(0.9)
    assert interval.low == pytest.approx(1 / 3) and interval.high == 3.0


def test_test_and_interval_agree() -> None:
    chance = random.Random(5)
    for _ in range(60):
        before = [chance.gauss(100, 5) for _ in range(6)]
        after = [chance.gauss(107, 5) for _ in range(7)]
        interval = statistics.shift_ratio(before, after, 0.05).interval
        assert interval is not None
        rejected = statistics.mann_whitney(before, after) <= 0.05
        assert rejected == (not interval.contains(1.0))


def test_the_ratio_inverts_when_the_runs_change_places() -> None:
    before, after = [10.0, 11.0, 12.0, 13.0], [20.0, 22.5, 24.0, 27.0]

    there, back = (statistics.shift_ratio(*pair, 0.05) for pair in (
        (before, after), (after, before)))

    assert there.ratio == pytest.approx(1 / back.ratio)


def test_holm_corrects_as_in_the_textbook() -> None:
    assert statistics.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert statistics.holm([]) == []


@pytest.mark.parametrize(("tests", "size"), [(1, 4), (6, 5), (7, 6), (60, 7), (500, 9)])
def test_more_tests_need_more_replicates(tests: int, size: int) -> None:
    assert statistics.replicates_needed(tests, 0.05) == size
    assert statistics.smallest_p(size, size) * tests <= 0.05
    assert statistics.smallest_p(size - 1, size - 1) * tests > 0.05


def test_the_geometric_mean_is_the_one_of_the_logarithms() -> None:
    assert statistics.geometric_mean([1.0, 4.0, 16.0]) == pytest.approx(math.exp(math.log(4)))
