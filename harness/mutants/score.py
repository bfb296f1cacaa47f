"""Which detector finds what, in how many executions and how fast, in one table?"""

import argparse
from pathlib import Path
from typing import Any

from harness.mutants import session
from harness.runner.trouble import unknown

EPILOG = (
    "A cell: in how many runs it was noticed, and the median of the executions and of the seconds until then; a run"
    " that noticed nothing counts as endless. Executions: of a case or program in sim and litmus, trials under stress,"
    " 1 for a test. " + session.EPILOG
)
LEGEND = "· not asked    – asked, and not noticed in most runs    = the machine code of the shipped code"
WIDEST_NAME = 44


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `score`: those of `mutants`, and which columns are wanted."""
    from reports.detectors import FAMILIES

    session.add_arguments(parser)
    parser.add_argument("--columns", metavar="COLUMN", nargs="+", default=[],
                        help=f"only these: {', '.join(FAMILIES)}")


def main(root: Path, asked: argparse.Namespace) -> int:
    """Carries out one call of `score`; returns the exit code."""
    from reports.detectors import FAMILIES

    for name in asked.columns:
        if name not in FAMILIES:
            raise unknown("column", name, FAMILIES, "--columns")
    columns = frozenset(column for name in asked.columns or FAMILIES for column in FAMILIES[name])
    return session.main(root, asked, columns, tell=lambda record: print(text(record)))


def text(record: dict[str, Any]) -> str:
    """Returns the table for a terminal."""
    from reports.detectors import table

    shown = table(record)
    head = ["", *shown["columns"]]
    rows = [[row["name"][:WIDEST_NAME], *(cell["text"] or "·" for cell in row["cells"])] for row in shown["rows"]]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
             for row in [head, *rows]]
    return "\n".join([*lines, "", f"{LEGEND}    {shown['seeds']} seeds"])
