"""Which number does the command line leave behind, and which one wins?"""

from collections.abc import Iterable

OK = 0
REGRESSION = 1
USAGE = 2
BROKEN = 3  # a race, a broken invariant or a sanitizer's finding that nobody planted
INCOMPLETE = 4  # a case failed, is missing or timed out; a planted bug was missed
INCONCLUSIVE = 5
INCOMPARABLE = 6
SIGNAL_BASE = 128  # 130 for Ctrl-C, 143 for SIGTERM

SEVERITY = (BROKEN, INCOMPLETE, REGRESSION, INCONCLUSIVE)


def worst(codes: Iterable[int]) -> int:
    """Returns the code that outranks the others; OK when there is none."""
    present = set(codes)
    return next((code for code in SEVERITY if code in present), OK)
