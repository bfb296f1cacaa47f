"""Where do ticks, limits and labels of a picture belong?"""

import math
from collections.abc import Sequence

DECADES_FROM = 8.0  # from this ratio of largest to smallest value on, an axis is logarithmic
LABEL_GAP = 1.5  # points between two lines of text


def x_of(threads: int) -> float:
    """Returns the place of a number of threads on an axis that doubles."""
    return math.log2(threads)


def spans_decades(values: Sequence[float]) -> bool:
    """Tells whether the values are so far apart that the small ones would vanish at zero."""
    positive = [value for value in values if value > 0]
    return bool(positive) and max(positive) / min(positive) >= DECADES_FROM


def log_steps(values: Sequence[float]) -> tuple[float, ...]:
    """Returns which multiples of a power of ten get a tick: fewer, the more decades there are."""
    positive = [value for value in values if value > 0]
    decades = math.log10(max(positive) / min(positive))
    return (1.0, 2.0, 5.0) if decades < 1.7 else (1.0, 3.0) if decades < 3 else (1.0,)


def limits(values: Sequence[float]) -> tuple[float, float]:
    """Returns an axis from zero, or around the values when it is logarithmic."""
    positive = [value for value in values if value > 0]
    if not positive:
        return 0.0, 1.0
    if spans_decades(values):
        return min(positive) / 1.35, max(positive) * 1.35
    return 0.0, max(positive) * 1.08


def label_places(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Returns places as near as possible to the wanted ones, at least `gap` apart, in their order.

    Labels that would overlap form a block around the mean of what they want; blocks that then
    touch are joined. When all of them do not fit between low and high, the gap shrinks.
    """
    if not wanted:
        return []
    gap = min(gap, (high - low) / max(1, len(wanted) - 1))
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    blocks: list[list[int]] = []
    for index in order:
        blocks.append([index])
        while len(blocks) > 1 and _touch(blocks[-2], blocks[-1], wanted, gap, low, high):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    places = [0.0] * len(wanted)
    for block in blocks:
        start = _start(block, wanted, gap, low, high)
        for step, index in enumerate(block):
            places[index] = start + step * gap
    return places


def _touch(one: list[int], other: list[int], wanted: Sequence[float], gap: float,
           low: float, high: float) -> bool:
    end = _start(one, wanted, gap, low, high) + (len(one) - 1) * gap
    return _start(other, wanted, gap, low, high) - end < gap - 1e-9


def _start(block: list[int], wanted: Sequence[float], gap: float, low: float,
           high: float) -> float:
    centre = sum(wanted[index] for index in block) / len(block)
    length = (len(block) - 1) * gap
    return min(max(centre - length / 2, low), high - length)
