"""From the records of a run to what a person reads: summary.json, report.html, a comparison.

Heavy libraries are imported where they are used, so that importing this package costs nothing.
Two stored runs are compared by `reports.compare.compare`.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from reports.errors import RecordError

if TYPE_CHECKING:
    from reports.records import Run

__all__ = ["RecordError", "load", "render"]


def load(directory: Path) -> "Run":
    """Reads and checks a result directory; RecordError when its manifest cannot be used."""
    from reports.records import load as read

    return read(Path(directory))


def render(directory: Path, baseline: Path | None = None, noticed: Path | None = None) -> Path:
    """Writes summary.json and report.html into the directory; returns the page's path."""
    from reports.rendering import render as write

    return write(Path(directory), Path(baseline) if baseline else None, noticed)
