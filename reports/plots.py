"""Which pictures does a workload need, and which numbers go into them?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reports.figures import Point, Series, ranking, throughput
from reports.formats import si
from reports.naming import slug
from reports.palette import Style, style
from reports.standing import headline_threads
from reports.svg import to_svg

FAR_ABOVE = 4.0
MOST_LINES = 14  # that can be told apart in one picture
DRAWN = ("ours", "baseline", "harness")

Row = dict[str, Any]


@dataclass(frozen=True)
class Panel:
    """The pictures of one group of conditions; empty text where there is nothing to draw."""

    group: str
    over_threads: str
    ranking: str
    ranking_threads: int | None
    hidden: tuple[str, ...]  # subjects far above the scale
    dropped: int  # slower subjects that are not drawn over threads, because too many lines were


def styles(subjects: Sequence[Row]) -> dict[str, Style]:
    """Returns the style of every subject that may be drawn, ours first."""
    drawn = [one for one in subjects if one["kind"] in DRAWN]
    drawn.sort(key=lambda one: bool(one["kind"] != "ours"))
    return {one["name"]: style(place, one["kind"]) for place, one in enumerate(drawn)}


def panels(workload: Row, rows: Sequence[Row], looks: dict[str, Style],
           cores: int | None) -> list[Panel]:
    """Returns the pictures of a workload, one panel for each group of conditions."""
    rows = [row for row in rows if row["workload"] == workload["name"] and row["ops_per_s"]
            and row["subject"] in looks]
    by_group = {group["key"]: _series([row for row in rows if row["group"] == group["key"]], looks)
                for group in workload["groups"]}
    return [_panel(workload, group, by_group[group["key"]], looks, cores)
            for group in workload["groups"] if by_group[group["key"]]]


def _panel(workload: Row, group: Row, every: list[Series], looks: dict[str, Style],
           cores: int | None) -> Panel:
    series = _within_sight(every, looks)
    threads = sorted({point.threads for one in series for point in one.points})
    prefix = f"plot-{slug(workload['name'])}-{slug(group['key']) or 'all'}"
    what = f"{workload['name']} {group['label']}".strip()
    lines = ""
    if len(threads) > 1:
        drawn = _fewer(series, looks)
        label = f"{what}: operations per second over threads. {_in_words(drawn)}"
        lines = to_svg(throughput(drawn, cores), f"{prefix}-lines", label, _titles(drawn))
    chosen = headline_threads(threads, cores)
    rank = ""
    if group["usual"] or not lines:
        there = _at(series, chosen)
        ranked = sorted(there, key=lambda one: -one.points[0].median)
        label = f"{what}, threads {chosen}: operations per second. {_in_words(there)}"
        rank = to_svg(ranking(there), f"{prefix}-rank", label, _titles(ranked))
    hidden = tuple(one.subject for one in every if one not in series)
    dropped = len(series) - len(_fewer(series, looks))
    return Panel(group["key"], lines, rank, chosen, hidden, dropped)


def _fewer(series: list[Series], looks: dict[str, Style]) -> list[Series]:
    """Leaves out the slowest where lines are too many to follow; ours always stay."""
    ours = [one for one in series if looks[one.subject].ours]
    others = [one for one in series if one not in ours]
    others.sort(key=lambda one: -max(point.median for point in one.points))
    kept = ours + others[:max(0, MOST_LINES - len(ours))]
    return [one for one in series if one in kept]


def _within_sight(series: list[Series], looks: dict[str, Style]) -> list[Series]:
    """Leaves out the harness's own cost where its line would squash the others."""
    answers = [one for one in series if not looks[one.subject].harness]
    top = max((point.median for one in answers for point in one.points), default=math.inf)
    return [one for one in series
            if one in answers or max(point.median for point in one.points) <= FAR_ABOVE * top]


def _series(rows: list[Row], looks: dict[str, Style]) -> list[Series]:
    found: dict[str, list[Point]] = {}
    for row in rows:
        found.setdefault(row["subject"], []).append(_point(row))
    return [Series(name, looks[name], tuple(points)) for name, points in found.items()]


def _point(row: Row) -> Point:
    rate = row["ops_per_s"]
    interval = rate["interval"] or {"low": rate["median"], "high": rate["median"]}
    return Point(row["threads"], rate["median"], interval["low"], interval["high"],
                 tuple(row["replicates"].values()))


def _at(series: list[Series], threads: int | None) -> list[Series]:
    found = [(one, [point for point in one.points if point.threads == threads]) for one in series]
    return [Series(one.subject, one.style, tuple(points)) for one, points in found if points]


def _titles(series: list[Series]) -> dict[str, str]:
    return {str(number): f"{one.subject}: " + ", ".join(
        f"{si(point.median)}/s at {point.threads}" for point in one.points)
        for number, one in enumerate(series)}


def _in_words(series: list[Series]) -> str:
    return "; ".join(_titles(series).values()) + "."
