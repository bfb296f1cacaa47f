"""Did a value change between two sets of replicates, by more than a threshold, and is that sure?"""

from collections.abc import Sequence
from dataclasses import dataclass

from reports import statistics
from reports.statistics import Estimate, Ratio

REGRESSION, IMPROVEMENT, SAME, INCONCLUSIVE = "regression", "improvement", "same", "inconclusive"
NEAR = 1e-9


@dataclass(frozen=True)
class Pair:
    """The replicates of one value (more is better) before and after."""

    name: str
    subject: str
    before: tuple[float, ...]
    after: tuple[float, ...]


@dataclass(frozen=True)
class Judged:
    """What became of one value; `judged` is false where it is shown for orientation only."""

    name: str
    subject: str
    before: Estimate | None
    after: Estimate | None
    ratio: Ratio | None
    p: float | None
    p_corrected: float | None
    verdict: str
    underpowered: bool
    judged: bool
    why: str


def judge_family(pairs: Sequence[Pair], threshold: float, alpha: float) -> list[Judged]:
    """Judges values that are asked about together: p values are corrected for their number."""
    p_values = [statistics.mann_whitney(pair.before, pair.after) for pair in pairs]
    corrected = statistics.holm(p_values)
    return [_judge(pair, p, p_corrected, len(pairs), threshold, alpha)
            for pair, p, p_corrected in zip(pairs, p_values, corrected)]


def void(pair: Pair, verdict: str, why: str, judged: bool) -> Judged:
    """Returns the entry of a value that is missing on a side."""
    before, after = (statistics.estimate(v) if v else None for v in (pair.before, pair.after))
    return Judged(pair.name, pair.subject, before, after, None, None, None, verdict, False,
                  judged, why)


def _judge(pair: Pair, p: float, p_corrected: float, tests: int, threshold: float,
           alpha: float) -> Judged:
    ratio = statistics.shift_ratio(pair.before, pair.after, alpha)
    reachable = statistics.smallest_p(len(pair.before), len(pair.after)) * tests <= alpha
    verdict, underpowered, why = decide(ratio, p_corrected, reachable, threshold, alpha)
    return Judged(pair.name, pair.subject, statistics.estimate(pair.before),
                  statistics.estimate(pair.after), ratio, p, p_corrected, verdict, underpowered,
                  True, why)


def decide(ratio: Ratio, p_corrected: float, reachable: bool, threshold: float,
           alpha: float) -> tuple[str, bool, str]:
    """Returns verdict, whether replicates were too few to tell, and the reason in words.

    - regression, improvement: the test rejects equality and the ratio is beyond the threshold;
    - same: the whole interval lies within the threshold;
    - inconclusive: anything else.
    """
    least, most = 1 - threshold, 1 / (1 - threshold)
    significant = p_corrected <= alpha
    interval = ratio.interval
    assert interval is not None
    if significant and not least <= ratio.ratio <= most:
        return (REGRESSION if ratio.ratio < least else IMPROVEMENT), False, ""
    sure = interval.confidence >= 1 - alpha - NEAR
    if sure and least <= interval.low and interval.high <= most:
        return SAME, False, ""
    if not reachable and not significant:
        return INCONCLUSIVE, True, "too few replicates for the number of tests"
    if not sure or interval.high / interval.low > most / least:
        return INCONCLUSIVE, True, "the interval is wider than the threshold"
    if significant:
        return INCONCLUSIVE, False, "changed, but perhaps by less than the threshold"
    return INCONCLUSIVE, False, "perhaps changed by more than the threshold"
