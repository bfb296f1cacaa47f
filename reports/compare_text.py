"""How does a comparison read in a terminal?"""

import os
from collections.abc import Sequence
from typing import Any, TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports.compare import Comparison
from reports.formats import NONE, fixed, percent, si, significant
from reports.judging import Judged
from reports.statistics import Ratio

COLOURS = {"regression": "red", "broken": "red", "void": "red", "improvement": "green",
           "same": "dim", "inconclusive": "yellow"}
ORDER = ("broken", "void", "regression", "inconclusive", "improvement", "same")
PIPE_WIDTH = 200  # nobody folds lines that a program reads


def print_comparison(result: Comparison, stream: TextIO, every_case: bool = False) -> None:
    """Writes the comparison as tables; colour only on a terminal and without NO_COLOR."""
    console = _console(stream)

    def say(line: str) -> None:
        console.print(Text(line), soft_wrap=True)

    say(f"before  {_run(result.before)}")
    say(f"after   {_run(result.after)}")
    say("")
    if result.differences:
        console.print(_differences(result))
    if result.subjects:
        console.print(_table(result.subjects, "subject"))
    changed = [entry for entry in result.cases if entry.judged and entry.verdict != "same"]
    shown = result.cases if every_case else changed
    if shown:
        console.print(_table(sorted(shown, key=lambda one: ORDER.index(one.verdict)), "case"))
    hidden = 0 if every_case else len([e for e in result.cases if e.judged]) - len(changed)
    for line in _remarks(result, hidden):
        say(line)
    say(result.headline)


def _console(stream: TextIO) -> Console:
    plain = not stream.isatty() or bool(os.environ.get("NO_COLOR"))
    return Console(
        file=stream, highlight=False, color_system=None if plain else "auto",
        width=None if stream.isatty() else PIPE_WIDTH,
    )


def _remarks(result: Comparison, hidden: int) -> list[str]:
    lines = []
    if hidden:
        noun = "case is" if hidden == 1 else "cases are"
        lines.append(f"{hidden} {noun} the same and not listed (--all lists them)")
    for names, side in ((result.only_before, "before"), (result.only_after, "after")):
        if names:
            lines.append(f"only {side}: {len(names)} cases")
    return lines + [f"note: {note}" for note in result.notes]


def _run(facts: dict[str, Any]) -> str:
    commit = str(facts["commit"] or "unknown commit")[:12] + ("+changes" if facts["dirty"] else "")
    return f"{facts['run_id']}  {commit}  {facts['created'][:19]}"


def _differences(result: Comparison) -> Table:
    table = _empty_table("differs")
    for name in ("before", "after"):
        table.add_column(name, overflow="fold")
    for item in result.differences:
        table.add_row(Text(item.fact), Text(item.before), Text(item.after))
    return table


def _table(entries: Sequence[Judged], name: str) -> Table:
    table = _empty_table(name)
    for column in ("ops/s before", "after", "ratio", "interval", "p corrected"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("verdict", overflow="fold")
    for entry in entries:
        style = COLOURS[entry.verdict] if entry.judged else "dim"
        table.add_row(Text(entry.name), *_numbers(entry), Text(verdict_words(entry), style=style))
    return table


def _empty_table(name: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column(name, overflow="fold")
    return table


def _numbers(entry: Judged) -> list[str]:
    rates = [si(one.median) if one else NONE for one in (entry.before, entry.after)]
    change = fixed(entry.ratio.ratio, 3) if entry.ratio else NONE
    return [*rates, change, _interval(entry.ratio), significant(entry.p_corrected, 2)]


def _interval(found: Ratio | None) -> str:
    if found is None or found.interval is None:
        return NONE
    inside = found.interval
    return f"{inside.low:.3f} to {inside.high:.3f} ({percent(inside.confidence, 0)})"


def verdict_words(entry: Judged) -> str:
    """Returns the verdict with its reason, as in `inconclusive, underpowered: ...`."""
    words = entry.verdict + (", underpowered" if entry.underpowered else "")
    words = words if entry.judged else f"not judged ({entry.verdict})"
    return f"{words}: {entry.why}" if entry.why else words
