"""Where do summary and report of a run go, and who asks for them?"""

import argparse
from pathlib import Path

from reports.errors import RecordError
from reports.files import to_json, write_whole
from reports.records import load


def render(directory: Path, baseline: Path | None = None, noticed: Path | None = None) -> Path:
    """Writes summary.json, report.html and hist/*.hgrm, each whole; returns the page's path.

    `noticed` is a stored mutants.json that the page shows too; a directory's own is shown anyway.
    """
    from reports import claims, detectors, litmus

    if detectors.is_alone(directory):
        return detectors.render(directory)
    if litmus.is_alone(directory):
        return litmus.render(directory)
    if claims.is_alone(directory):
        return claims.render(directory)
    from reports.compare import compare
    from reports.html import to_html
    from reports.latency import write_histograms
    from reports.summary import summarize

    run = load(directory)
    comparison = compare(baseline, directory).record() if baseline else None
    summary = summarize(run, comparison)
    page = to_html(summary, detectors.beside(directory, noticed))
    try:
        write_histograms(run, directory)
        write_whole(directory / "summary.json", to_json(summary))
        write_whole(directory / "report.html", page)
    except OSError as error:
        raise RecordError(f"cannot write ({error.strerror})", str(directory), "",
                          "make the directory writable") from error
    return directory / "report.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `tussle report` to a parser."""
    parser.add_argument("directory", metavar="DIR", type=Path, help="directory of a run")
    parser.add_argument("--baseline", metavar="DIR", type=Path,
                        help="also show how the run compares with this one")
    parser.add_argument("--detectors", metavar="FILE", type=Path,
                        help="also show the table of this mutants.json (see tussle mutants)")


def main(args: argparse.Namespace) -> int:
    """Renders; prints the page's path on stdout. Raises RecordError on bad input."""
    print(render(args.directory, args.baseline, args.detectors))
    return 0
