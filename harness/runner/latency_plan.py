"""Which cases have their single operations timed, and in which order?"""

import re
from collections.abc import Sequence
from dataclasses import replace

from harness.runner import plan
from harness.runner.catalog import Catalog
from harness.runner.latency import LATENCY, Latency
from harness.runner.plan import Case, Planned


def units(
    latency: Latency | None, cases: Sequence[Case], catalog: Catalog, seed: int, first: int
) -> list[Planned]:
    """Returns the units of the latency pass; their order in the whole run begins with `first`.

    They come after the blocks of the throughput pass, in shuffled blocks of their own: a run that
    is cut short loses them first.
    """
    if latency is None:
        return []
    shuffled = plan.shuffled(chosen(latency, cases, catalog), latency.blocks, seed)
    return [replace(each, order=first + each.order, measures=LATENCY) for each in shuffled]


def chosen(latency: Latency, cases: Sequence[Case], catalog: Catalog) -> list[Case]:
    """Returns the cases to time; how long a broken operation takes says nothing, so no planted."""
    threads = plan.thread_counts(latency.threads)
    return [
        case
        for case in cases
        if catalog.subjects[case.subject].kind != "planted"
        and re.search(latency.filter, case.name)
        and (not threads or case.conditions["threads"] in threads)
    ]
