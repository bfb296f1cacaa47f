"""In which order does the page tell about a workload?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """The cases that compete: same conditions and threads. Numbers are places in summary.cases."""

    threads: int
    oversubscribed: bool
    cases: tuple[int, ...]


@dataclass(frozen=True)
class Group:
    """All fields with the same conditions."""

    key: str
    label: str
    usual: bool
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Section:
    """One workload: its groups, and the planted subjects apart from them."""

    workload: Row
    groups: tuple[Group, ...]
    planted: tuple[int, ...]


def workload_sections(summary: Row) -> list[Section]:
    """Returns one section per workload, in the order of the catalog."""
    return [_section(workload, summary["cases"]) for workload in summary["workloads"]]


def _section(workload: Row, cases: Sequence[Row]) -> Section:
    places = [place for place, row in enumerate(cases) if row["workload"] == workload["name"]]
    planted = [place for place in places if cases[place]["kind"] == "planted"]
    others = [place for place in places if place not in planted]
    groups = [_group(group, [place for place in others if cases[place]["group"] == group["key"]],
                     cases) for group in workload["groups"]]
    groups.sort(key=lambda group: not group.usual)
    return Section(workload, tuple(group for group in groups if group.fields), tuple(planted))


def _group(group: Row, places: list[int], cases: Sequence[Row]) -> Group:
    threads = sorted({cases[place]["threads"] for place in places})
    fields = tuple(_field(count, places, cases) for count in threads)
    return Group(group["key"], group["label"], group["usual"], fields)


def _field(threads: int, places: list[int], cases: Sequence[Row]) -> Field:
    chosen = [place for place in places if cases[place]["threads"] == threads]
    chosen.sort(key=lambda place: _rank(cases[place]))
    return Field(threads, cases[chosen[0]]["oversubscribed"], tuple(chosen))


def _rank(row: Row) -> tuple[bool, float]:
    """Fastest first; what has no number after that; the harness's own cost at the end."""
    rate = row["ops_per_s"]["median"] if row["ops_per_s"] else -1.0
    return row["kind"] == "harness", -rate
