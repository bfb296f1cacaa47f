"""Which formats are asked for, and how do they reach their files?"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.errors import RecordError
from reports.files import write_whole
from reports.records import Run, load

STDOUT = "-"
UNTIMED = ("race", "stress")
Export = Callable[[Run, dict[str, Any]], str]


@dataclass(frozen=True)
class Wish:
    """One file that somebody wants: the option that says its format, and where it goes."""

    option: str
    target: str


@dataclass(frozen=True)
class Format:
    """One option of the command line; `timed`: it says nothing about a race run."""

    option: str
    help: str
    timed: bool = False


FORMATS = (
    Format("junit", "test results of every case, for CI systems (XML)"),
    Format("sarif", "races and broken invariants, for code scanning (SARIF 2.1.0)"),
    Format("markdown", "a short summary for the CI's page"),
    Format("benchmark-json", "as Google Benchmark would print it", timed=True),
    Format("csv", "every timed window", timed=True),
    Format("charts", "ns/op for trackers: customSmallerIsBetter", timed=True),
    Format("charts-bigger", "ops/s for trackers: customBiggerIsBetter", timed=True),
)


def add_format_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds one option per format."""
    group = parser.add_argument_group("exports", "each writes one file; what is there is replaced")
    for known in FORMATS:
        group.add_argument(f"--{known.option}", metavar="FILE", help=known.help)


def wishes(asked: argparse.Namespace) -> tuple[Wish, ...]:
    """Returns what was asked for, in the order of FORMATS."""
    named = [(known.option, getattr(asked, known.option.replace("-", "_"))) for known in FORMATS]
    return tuple(Wish(option, target) for option, target in named if target is not None)


def check(wanted: Sequence[Wish], kind: str | None = None, stdout: bool = True) -> None:
    """Raises RecordError, before anything is done, when a wish cannot be fulfilled.

    `kind` is that of the run, where it is known; `stdout` whether one format may go there.
    """
    seen: dict[str, str] = {}
    for wish in wanted:
        where = wish.target if wish.target == STDOUT else os.path.abspath(wish.target)
        if where in seen:
            raise _refused(f"--{seen[where]} goes there too", wish, "give each format a file of its own")
        seen[where] = wish.option
        if wish.target != STDOUT:
            _check_file(Path(where), wish)
        elif not stdout:
            raise _refused("stdout is for the report's path", wish, "name a file, or use `tussle export`")
        if kind in UNTIMED and _is_timed(wish):
            raise _refused(f"a {kind} run has no times", wish, "leave the option away")


def export(directory: Path, wanted: Sequence[Wish], baseline: Path | None = None) -> None:
    """Writes every format; raises RecordError when the run or a file cannot be used."""
    from reports.compare import compare
    from reports.summary import summarize

    run = load(directory)
    check(wanted, run.manifest.kind)
    comparison = compare(baseline, directory).record() if baseline else None
    summary = summarize(run, comparison)
    texts = [(wish, _writer(wish.option)(run, summary)) for wish in wanted]  # all, before any is written
    for wish, text in texts:
        _write(wish, text.encode("utf-8", "replace").decode("utf-8"))


def _writer(option: str) -> Export:
    """Returns what writes a format; imported here, as few are asked for at a time."""
    from reports.exports import charts, google_benchmark, junit, markdown, samples_csv, sarif

    return {
        "junit": junit.to_junit, "sarif": sarif.to_sarif, "markdown": markdown.to_markdown,
        "benchmark-json": google_benchmark.to_google_benchmark, "csv": samples_csv.to_csv,
        "charts": charts.to_smaller, "charts-bigger": charts.to_bigger,
    }[option]


def _write(wish: Wish, text: str) -> None:
    if wish.target == STDOUT:
        sys.stdout.write(text)
        return
    path = Path(wish.target)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():  # a pipe or a device is written to, not replaced
            path.write_text(text, encoding="utf-8")
        else:
            write_whole(path.resolve(), text)  # what a link points at, not the link
    except OSError as error:
        raise _refused(f"cannot write ({error.strerror})", wish, "make room, or name another file") from error


def _check_file(path: Path, wish: Wish) -> None:
    if path.is_dir():
        raise _refused("this is a directory", wish, "name a file in it")
    above = path.parent
    while not above.exists() and above != above.parent:
        above = above.parent
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise _refused("cannot write there", wish, "name another file")


def _is_timed(wish: Wish) -> bool:
    return any(known.timed for known in FORMATS if known.option == wish.option)


def _refused(what: str, wish: Wish, mend: str) -> RecordError:
    return RecordError(what, f"--{wish.option} {wish.target}", "", mend)
