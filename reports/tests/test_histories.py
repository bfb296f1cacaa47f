"""Does the page show the histories that no order explains, and who was planted with them?"""

from pathlib import Path
from typing import Any

import pytest

from reports.history_figure import bars, in_words, timeline
from reports.html import to_html
from reports.records import load
from reports.summary import summarize
from reports.svg import to_svg
from reports.tests.page import Page, dangling_links, duplicate_ids, outside_loads, wrong_numbers
from reports.tests.runs import Change, Record, Synthetic, break_invariant

FEW: dict[str, Any] = {"workloads": ("counter",), "threads": (2,), "blocks": 2}


def operation(thread: int, text: str, invoked: int, returned: int | None) -> Record:
    ended = returned is not None
    return {"thread": thread, "call": "load", "argument": 0, "outcome": "returned" if ended else "pending",
            "result": 0 if ended else None, "invoked": invoked, "returned": returned, "text": text}


HISTORY: Record = {
    "object": "cell", "initial": 0, "capacity": 0, "recorded": 2000, "clock": "time-stamp counter",
    "reason": "exchange(7) -> 0 of thread 0 had ended before load() -> 0 of thread 1 began",
    "operations": [operation(0, "exchange(7) -> 0", 0, 10), operation(1, "load() -> 0", 500, 520),
                   operation(0, "load() pending", 510, None)],
    "order": [0], "state": "7",
    "candidates": [{"operation": 1, "possible": False}, {"operation": 2, "possible": True}],
    "text": "Not linearizable: cell that begins as 0 <&>",
}


def show_history(unit: Record) -> None:
    break_invariant(unit)
    unit["result"]["histories"] = [HISTORY]


@pytest.fixture
def summary(tmp_path: Path) -> dict[str, Any]:
    changes: dict[str, Change] = {"counter_atom": show_history, "counter_load_then_reset": show_history}
    return summarize(load(Synthetic(**FEW).write(tmp_path, changes)))


def test_the_unexpected_come_first_and_processes_are_counted(summary: dict[str, Any]) -> None:
    rows = [(row["subject"], row["expected"]) for row in summary["histories"]]

    assert set(rows) == {("atom", False), ("load_then_reset", True)}
    assert rows == sorted(rows)
    assert {row["seen"] for row in summary["histories"]} == {2}


def test_the_page_shows_picture_table_and_text(summary: dict[str, Any]) -> None:
    text = to_html(summary)
    page = Page(text)

    assert 'id="histories"' in text and text.count("history-timeline") == 0
    assert text.count("<td>cannot come next</td>") == 2 * len(summary["histories"])
    assert "cell that begins as 0 &lt;&amp;&gt;" in text
    assert not duplicate_ids(page) and not dangling_links(page) and not outside_loads(page)
    assert not wrong_numbers(page, summary)


def test_a_run_without_histories_has_no_section(tmp_path: Path) -> None:
    summary = summarize(load(Synthetic(**FEW).write(tmp_path)))

    assert summary["histories"] == []
    assert 'id="histories"' not in to_html(summary)


def test_events_are_one_apart_and_what_is_pending_runs_to_the_end() -> None:
    assert [(bar.begin, bar.end, bar.pending) for bar in bars(HISTORY)] == [
        (0, 1, False), (2, 4, False), (3, 5, True)]


def test_the_picture_is_told_in_words_and_keeps_its_text() -> None:
    picture = to_svg(timeline(HISTORY), "p", in_words(HISTORY))

    assert "thread 1: load() -&gt; 0" in picture
    assert ">#2</text>" in picture.replace("\n", "") and "var(--" in picture


TRANSACTIONS: Record = {
    **HISTORY, "object": "transactions", "order": [], "state": "lost update",
    "reason": "lost update: #0 and #1 both replaced key 1=0",
    "operations": [{"thread": thread, "call": "transaction", "argument": 2, "outcome": "committed", "result": None,
                    "invoked": thread, "returned": 10 + thread, "text": f"r 1=0, w 1={thread}.1"} for thread in (0, 1)],
    "candidates": [{"operation": 0, "possible": False}, {"operation": 1, "possible": False}],
    "text": "lost update (forbidden); 2 of 2000 transactions show it.",
}


def test_transactions_are_shown_with_what_is_wrong_and_how_each_ended(tmp_path: Path) -> None:
    def show(unit: Record) -> None:
        break_invariant(unit)
        unit["result"]["histories"] = [TRANSACTIONS]

    shown = summarize(load(Synthetic(**FEW).write(tmp_path, {"counter_atom": show})))
    text = to_html(shown)

    assert "Each bar is a transaction from begin to end." in text and "contradicts itself: lost update." in text
    assert text.count("<td>committed</td>") == 2 * len(shown["histories"]) > 0
    assert "cannot come next" not in text and "can be put in order" not in text
    assert "recorded transactions show it" in text


ALLOWED: Record = {**TRANSACTIONS, "state": "write skew (G2)", "allowed": True,
                   "reason": "write skew (G2): #0 read key 1 before #1 replaced it, and the other way round"}


def test_what_is_allowed_stands_apart_and_is_no_failure(tmp_path: Path) -> None:
    def show(unit: Record) -> None:
        unit["result"]["histories"] = [ALLOWED]

    shown = summarize(load(Synthetic(**FEW).write(tmp_path, {"counter_atom": show, "counter_mutex": show})))
    text = to_html(shown)
    page = Page(text)

    assert len(shown["histories"]) > 1
    apart = text.index('id="histories-allowed"')
    assert all(text.index(f'id="{row["id"]}"') > apart for row in shown["histories"])
    assert "<p>None.</p>" in text[text.index('id="histories-unexpected"'):apart]
    assert 'id="histories-expected"' not in text
    assert not duplicate_ids(page) and not dangling_links(page) and not wrong_numbers(page, shown)


def test_of_a_case_that_failed_and_showed_what_is_allowed_the_failure_is_shown(tmp_path: Path) -> None:
    def show(unit: Record) -> None:
        failed = unit["block"] == 1
        if failed:
            break_invariant(unit)
        unit["result"]["histories"] = [TRANSACTIONS if failed else ALLOWED]

    rows = summarize(load(Synthetic(**FEW).write(tmp_path, {"counter_atom": show})))["histories"]
    assert rows and all(row["history"]["state"] == "lost update" and row["seen"] == 1 for row in rows)
