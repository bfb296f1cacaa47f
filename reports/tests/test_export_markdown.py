"""Is the summary in the CI's page right, short, and inert whatever the names in it are?"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from reports.exporting import Wish, export
from reports.exports import markdown
from reports.exports.markdown import LIMIT, code, to_markdown
from reports.records import load
from reports.summary import summarize
from reports.tests import exported
from reports.tests.runs import Synthetic

OWN_TAGS = {"code", "details", "summary"}
CELL_END = re.compile(r"(?<!\\)\|")


@pytest.mark.parametrize(("write", "headline"), [
    (exported.clean, "## ✅ Tussle: All 10 cases came out as they should"),
    (exported.broken, "## ❌ Tussle: Failed: 1 process broke its invariant."),
    (exported.crashed, "## ⚠️ Tussle: Incomplete: 1 process crashed."),
    (exported.missed, "## ⚠️ Tussle: Incomplete: 1 planted bug was missed."),
    (exported.raced_unexpectedly, "## ❌ Tussle: Failed: 1 unexpected race."),
    (exported.interrupted, "## ⚠️ Tussle: Interrupted: 5 of 20 processes ran."),
    (exported.empty, "## ✅ Tussle: Nothing was planned"),
])
def test_the_verdict_comes_first(tmp_path: Path, write: Callable[[Path], Path], headline: str) -> None:
    assert exported.text_of(to_markdown, write(tmp_path)).startswith(headline)


@pytest.mark.parametrize("write", exported.ALL)
def test_every_table_row_has_the_cells_of_its_head(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    width = 0
    for line in exported.text_of(to_markdown, write(tmp_path)).splitlines():
        cells = len(CELL_END.findall(line))
        assert cells == (width or cells) if line.startswith("|") else cells == 0
        width = cells if line.startswith("|") else 0


@pytest.mark.parametrize("write", exported.ALL)
def test_no_name_becomes_markup(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    text = exported.text_of(to_markdown, write(tmp_path))

    assert set(re.findall(r"</?([a-zA-Z]+)", text)) <= OWN_TAGS
    assert not re.search(r"[`@\[\]\\]|://|www\.|\u202e", text)


@pytest.mark.parametrize("name", [exported.HOSTILE, "a\nb", "<b>", "**x**", "| x |", "@team", "#12", ":tada:",
                                  "https://evil.example", "~~x~~", "&lt;", "![x](y)"])
def test_a_name_reads_as_it_was_written(name: str) -> None:
    import html

    shown = code(name)

    assert re.fullmatch(r"<code>(&#\d+;|[\w .,;:=+%×–…()/-]|\ufffd)*</code>", shown)
    visible = "".join(each if each.isprintable() else "\ufffd" for each in " ".join(name.split()))
    assert html.unescape(shown[6:-7]) == visible


def test_a_missed_bug_and_an_unexpected_race_stand_out(tmp_path: Path) -> None:
    missed = exported.text_of(to_markdown, exported.missed(tmp_path / "missed"))
    raced = exported.text_of(to_markdown, exported.raced_unexpectedly(tmp_path / "raced"))

    assert "**missed** (0 of 2 processes)" in missed
    assert "| **unexpected** | <code>data-race</code> | <code>atom</code> |" in raced


def test_who_leads_is_said_as_the_report_says_it(tmp_path: Path) -> None:
    folder = Synthetic(**exported.small(blocks=6)).write(tmp_path)
    summary = summarize(load(folder))

    text = to_markdown(load(folder), summary)

    assert summary["leaders"][0]["leader"] == "fetch_add"
    assert "| <code>counter&#95;private</code> | <code>think 0</code> | 2 | <code>fetch&#95;add</code> | 1." in text


def test_long_lists_are_cut_and_say_so(tmp_path: Path) -> None:
    folder = Synthetic(workloads=("counter_private",), threads=range(1, 50), blocks=1,
                       subjects=("atom", "mutex")).write(tmp_path)

    text = exported.text_of(to_markdown, folder)

    assert "and 9 more: see the report" in text
    assert text.count("<code>think 0</code>") == markdown.ROWS


def test_what_would_be_too_long_is_cut_at_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = exported.text_of(to_markdown, exported.clean(tmp_path))
    monkeypatch.setattr(markdown, "LIMIT", 900)

    text = exported.text_of(to_markdown, tmp_path)

    assert LIMIT < 1024 * 1024 and len(text.encode()) <= 900 < len(whole.encode())
    assert text.endswith(markdown.TOO_LONG) and whole.startswith(text[: -len(markdown.TOO_LONG)] + "\n")


def test_a_baseline_adds_what_became_slower(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    usual = exported.small(blocks=10, noise=0.002)
    before = Synthetic(**usual).write(tmp_path / "before")
    after = Synthetic(**usual, seed=2, slower={"mutex": 1.5}).write(tmp_path / "after")

    export(after, [Wish("markdown", "-")], before)

    text = capsys.readouterr().out
    assert "### Against <code>20250102-030405-quick</code>" in text
    assert "| <code>counter&#95;private/mutex/think&#58;0/threads&#58;2</code> | regression | 0.67× |" in text
    assert "(exit code 1)" in text
