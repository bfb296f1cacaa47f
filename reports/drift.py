"""Did the machine, or one case, become slower or faster while the run went on?

Blocks follow each other, so a trend over blocks is a trend in time. Kendall's test asks for it: exact for
few blocks, and free of assumptions about what the values look like. One test covers the run as a whole;
the tests of the single cases are corrected for their number (Holm).
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from reports import statistics
from reports.cases import Row, rates

ALPHA = 0.05
FEWEST = 3  # blocks from which on a trend can be told from a difference
DRIFT, STEADY, TOO_FEW = "drift", "no drift seen", "too few blocks"


def drift_over(rows: Sequence[Row]) -> Row:
    """Adds each case's trend to its row; returns that of the whole run."""
    found = [trend(values) for values in rates(rows)]
    judged = [one for one in found if one]
    corrected = statistics.holm([one["p"] for one in judged])
    for one, p_corrected in zip(judged, corrected):
        one.update(p_corrected=p_corrected,
                   verdict=verdict(one["blocks"], p_corrected, len(judged)))
    for row, its_own in zip(rows, found):
        row["drift"] = its_own
    return _run(rows, judged)


def trend(values: Mapping[int, float]) -> Row | None:
    """Returns how values change over blocks; None where they are too few to ask."""
    if len(values) < FEWEST or min(values.values()) <= 0:
        return None
    blocks = sorted(values)
    ordered = [values[block] for block in blocks]
    tau, p = statistics.kendall(blocks, ordered)
    slope = statistics.slope(blocks, [math.log(value) for value in ordered])
    return {"blocks": len(blocks), "tau": tau, "p": p,
            "change": math.exp(slope * (blocks[-1] - blocks[0]))}


def verdict(blocks: int, p_corrected: float, tests: int) -> str:
    """Returns drift, none seen, or that so few blocks could not have shown any."""
    if p_corrected <= ALPHA:
        return DRIFT
    could = statistics.smallest_kendall_p(blocks) * tests <= ALPHA
    return STEADY if could else TOO_FEW


def course(rows: Sequence[Row]) -> list[Row]:
    """Returns the run's speed by block: the midmean over cases of value / the case's median.

    Of the middle half, so that one case that drifts is not taken for the machine. Only cases with a
    value in every block count, so that all blocks stand for the same work. A block that fewer than
    half of the cases reached (the run was interrupted) is left out.
    """
    known = [values for values in rates(rows) if values and min(values.values()) > 0]
    reached = {block for values in known for block in values}
    blocks = sorted(block for block in reached
                    if 2 * sum(block in values for values in known) >= len(known))
    whole = [values for values in known if all(block in values for block in blocks)]
    if not whole:
        return []
    centres = [statistics.median([values[block] for block in blocks]) for values in whole]
    return [{"block": block, "cases": len(whole), "relative": statistics.midmean(
        [values[block] / centre for values, centre in zip(whole, centres)])} for block in blocks]


def _run(rows: Sequence[Row], judged: Sequence[Row]) -> dict[str, Any]:
    steps = course(rows)
    found = trend({step["block"]: step["relative"] for step in steps})
    counts = {name: sum(one["verdict"] == name for one in judged)
              for name in (DRIFT, STEADY, TOO_FEW)}
    return {
        "course": steps,
        "run": {**found, "p_corrected": found["p"],
                "verdict": verdict(found["blocks"], found["p"], 1)} if found else None,
        "cases": len(judged),
        "drifting": counts[DRIFT],
        "too_few": counts[TOO_FEW],
        "blocks_needed": statistics.blocks_needed(len(judged), ALPHA) if judged else None,
    }
