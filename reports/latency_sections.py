"""In which order does the page tell about latency, and with which pictures?"""

from dataclasses import dataclass
from typing import Any

from reports.formats import duration
from reports.naming import slug
from reports.palette import Style
from reports.percentile_figure import Curve, percentiles
from reports.plots import headline_threads
from reports.svg import to_svg

Row = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One subject's row in a table: places in summary.latency and in its operations."""

    case: int
    operation: int


@dataclass(frozen=True)
class Table:
    """The subjects that compete: one operation at one number of threads."""

    operation: str
    threads: int
    oversubscribed: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Picture:
    """The percentiles of one operation."""

    operation: str
    threads: int
    svg: str


@dataclass(frozen=True)
class LatencyGroup:
    """All that was timed under the same conditions."""

    label: str
    pictures: tuple[Picture, ...]
    tables: tuple[Table, ...]
    void: tuple[int, ...]  # cases without numbers


def latency_sections(summary: Row, looks: dict[str, Style]) -> dict[str, list[LatencyGroup]]:
    """Returns the groups of every workload that has some."""
    return {workload["name"]: groups for workload in summary["workloads"]
            if (groups := _groups(summary, workload, looks))}


def _groups(summary: Row, workload: Row, looks: dict[str, Style]) -> list[LatencyGroup]:
    rows = summary.get("latency", [])
    found = []
    for group in sorted(workload["groups"], key=lambda group: not group["usual"]):
        places = [place for place, row in enumerate(rows)
                  if row["workload"] == workload["name"] and row["group"] == group["key"]]
        if places:
            found.append(_group(rows, places, looks, summary["cores"]))
    return found


def _group(rows: list[Row], places: list[int], looks: dict[str, Style],
           cores: int | None) -> LatencyGroup:
    by_field: dict[tuple[str, int], list[Line]] = {}
    for place in places:
        for index, operation in enumerate(rows[place]["operations"]):
            field = operation["name"], rows[place]["threads"]
            by_field.setdefault(field, []).append(Line(place, index))
    names = list(dict.fromkeys(name for name, _ in by_field))
    tables = [_table(rows, field, by_field[field])
              for field in sorted(by_field, key=lambda field: (names.index(field[0]), field[1]))]
    chosen = headline_threads([table.threads for table in tables], cores)
    pictures = [_picture(rows, table, looks) for table in tables if table.threads == chosen]
    return LatencyGroup(
        rows[places[0]]["label"], tuple(picture for picture in pictures if picture.svg),
        tuple(tables), tuple(place for place in places if not rows[place]["operations"]))


def _table(rows: list[Row], field: tuple[str, int], lines: list[Line]) -> Table:
    def rank(line: Line) -> tuple[bool, bool, float]:
        """Shortest median first; the harness's own cost at the end."""
        middle = rows[line.case]["operations"][line.operation]["p50_ns"]
        return rows[line.case]["kind"] == "harness", middle is None, middle or 0.0

    name, threads = field
    return Table(name, threads, rows[lines[0].case]["oversubscribed"],
                 tuple(sorted(lines, key=rank)))


def _picture(rows: list[Row], table: Table, looks: dict[str, Style]) -> Picture:
    curves, said = [], []
    for line in table.lines:
        row = rows[line.case]
        operation = row["operations"][line.operation]
        if row["subject"] in looks and len(operation["curve"]) > 1:
            points = tuple((x, max(1.0, ns)) for x, ns in operation["curve"])
            curves.append(Curve(row["subject"], looks[row["subject"]], points))
            said.append(f"{row['subject']}: median {duration(operation['p50_ns'])},"
                        f" longest {duration(operation['max_ns'])}")
    if not curves:
        return Picture(table.operation, table.threads, "")
    first = rows[table.lines[0].case]
    prefix = f"plot-latency-{slug(first['case'])}-{slug(table.operation)}"
    label = (f"{first['workload']} {first['label']}, {table.operation}, threads {table.threads}:"
             f" service time over percentiles. {'; '.join(said)}.")
    titles = {str(number): text for number, text in enumerate(said)}
    return Picture(table.operation, table.threads,
                   to_svg(percentiles(curves), prefix, label, titles))
