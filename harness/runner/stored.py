"""What can be done with results that are already there? (`tussle report`, `export`, `compare`)"""

import argparse
from pathlib import Path

from harness.runner import directory, exit_codes
from harness.runner.trouble import Trouble, say
from reports.errors import RecordError
from reports.exporting import Wish


def add_report_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options that rendering itself declares."""
    from reports.rendering import add_arguments

    add_arguments(parser)


def report(root: Path, asked: argparse.Namespace) -> int:
    """Renders a result again and prints where the report is; 4 when records cannot be used."""
    import reports
    from reports import detectors

    path = directory.find(root, str(asked.directory))
    baseline = directory.find(root, str(asked.baseline)) if asked.baseline else None
    try:
        html = reports.render(path, baseline, asked.detectors)
        corrupt = [] if detectors.is_alone(path) else reports.load(path).corrupt
    except RecordError as error:
        raise _trouble(error) from error
    for record in corrupt:
        say(str(RecordError(record.what, record.file, record.place, record.mend)))
    print(directory.shown(html))
    return exit_codes.INCOMPLETE if corrupt else exit_codes.OK


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the run and one option per format."""
    from reports.exporting import add_format_arguments

    parser.add_argument("directory", metavar="DIR", nargs="?", default="latest", help="default: latest")
    parser.add_argument("--baseline", metavar="DIR", help="the Markdown also compares with this run")
    add_format_arguments(parser)


def export(root: Path, asked: argparse.Namespace) -> int:
    """Writes a stored result in the formats that are asked for."""
    from reports import exporting

    wanted = exporting.wishes(asked)
    if not wanted:
        options = ", ".join(f"--{known.option}" for known in exporting.FORMATS)
        raise Trouble("no format is asked for", f"give some of {options}", "`tussle export`")
    path = directory.find(root, asked.directory)
    baseline = directory.find(root, asked.baseline) if asked.baseline else None
    try:
        exporting.export(path, wanted, baseline)
    except RecordError as error:
        raise _trouble(error) from error
    return exit_codes.OK


def check_exports(asked: argparse.Namespace, kind: str | None) -> tuple[Wish, ...]:
    """Returns which exports a run is to end with; raises before anything is built or run."""
    from reports.exporting import check, wishes

    wanted = wishes(asked)
    try:
        check(wanted, kind, stdout=False)
    except RecordError as error:
        raise _trouble(error) from error
    return wanted


def add_compare_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options that the comparison itself declares."""
    from reports.compare import add_arguments

    add_arguments(parser)


def compare(root: Path, asked: argparse.Namespace) -> int:
    """Compares two results; run ids and `latest` stand for their directories."""
    from reports.compare import main

    asked.before = directory.find(root, str(asked.before))
    asked.after = directory.find(root, str(asked.after))
    try:
        return main(asked)
    except RecordError as error:
        raise _trouble(error) from error


def _trouble(error: RecordError) -> Trouble:
    place = f"{error.file} at {error.place}" if error.place else error.file
    return Trouble(error.what, error.mend or "measure again", place)
