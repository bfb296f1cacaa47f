"""How does a preset ask for the latency pass, and how is a unit of it started?

The latency pass times single operations. It is apart from throughput: its units are processes of
their own, so that what timing costs never reaches a throughput.
"""

import re
from dataclasses import asdict, dataclass
from typing import Any

from harness.runner.trouble import Trouble

THROUGHPUT, LATENCY = "throughput", "latency"
KEY_LETTERS = {THROUGHPUT: "b", LATENCY: "l"}  # before the block in a unit's key
DEFAULTS: dict[str, Any] = {"blocks": 3, "window": 0.2, "every": 64, "filter": "", "threads": []}


@dataclass(frozen=True)
class Latency:
    """The [latency] table of a preset."""

    blocks: int
    window: float
    every: int  # about one operation in so many is timed
    filter: str  # only cases whose name matches; empty: all
    threads: tuple[int | str, ...]  # only these; empty: all

    def record(self) -> dict[str, Any]:
        """Returns the table as records keep it."""
        return {**asdict(self), "threads": list(self.threads)}


def read(table: dict[str, Any] | None, file: str) -> Latency | None:
    """Returns what a table of a checked file asks for, None where it is no pass."""
    if table is None:
        return None
    asked = {**DEFAULTS, **table}
    try:
        re.compile(asked["filter"])
    except re.error as error:
        what = f"'filter' is not a regular expression ({error})"
        raise Trouble(what, "correct it", f"{file} latency") from error
    if not asked["blocks"] or not asked["every"]:
        return None
    asked |= {"window": float(asked["window"]), "threads": tuple(asked["threads"])}
    return Latency(**asked)


def window(measures: str, latency: Latency | None, throughput: float) -> float:
    """Returns how long a unit of a pass measures."""
    return latency.window if latency and measures == LATENCY else throughput


def arguments(measures: str, latency: Latency | None) -> list[str]:
    """Returns what the binary is told beside what it is told for throughput."""
    return [f"--latency={latency.every}"] if latency and measures == LATENCY else []


def objection(measures: str, result: dict[str, Any]) -> str:
    """Returns why a result cannot be one of this pass, or an empty string."""
    if measures == LATENCY and "latency" not in result:
        return "the result of the latency pass holds no latency"
    if measures == THROUGHPUT and "latency" in result:
        return "operations were timed one by one: its throughput means nothing"
    return ""
