"""Does the page of a stress run tell what broke, how to try it again, and nothing about speed?"""

from pathlib import Path
from typing import Any

import pytest

from reports.html import to_html
from reports.records import load
from reports.summary import summarize
from reports.tests.page import Page, dangling_links, duplicate_ids, outside_loads, wrong_numbers
from reports.tests.runs import Change, Record, Synthetic, crash, edit_json, time_out

FINDING = {"tool": "AddressSanitizer", "kind": "heap-use-after-free",
           "place": "primitives/atom/atom.h:88", "function": "load"}


def stress_run(directory: Path, change: dict[str, Change] | None = None,
               again: str | None = None, **more: Any) -> Path:
    """Writes a stress run: each case once, under a trial of its own."""
    synthetic = Synthetic(workloads=("counter", "read_mostly"), threads=(2, 4), blocks=1, **more)

    def add_trial(unit: Record) -> None:
        core = 1 if unit["order"] % 3 == 0 else None
        unit["trial"] = {"seed": unit["order"] + 1, "core": core,
                         "token": f"{unit['case']}@seed:{unit['order'] + 1}"}

    synthetic.write(directory, {"": add_trial, **(change or {})})

    def make_stress(manifest: Record) -> None:
        manifest |= {"kind": "stress", "stress": {"budget_s": 60, "runs": None, "again": again}}
        manifest["catalog"]["mode"] = "chaos"

    edit_json(directory / "manifest.json", make_stress)
    return directory


def find_use_after_free(unit: Record) -> None:
    unit |= {"status": "broken", "exit_code": 1, "finding": FINDING, "result": None,
             "message": "AddressSanitizer: heap-use-after-free at primitives/atom/atom.h:88",
             "log": "logs/x.txt"}


@pytest.fixture
def sound(tmp_path: Path) -> dict[str, Any]:
    return summarize(load(stress_run(tmp_path / "run")))


def test_a_run_in_which_only_planted_subjects_failed_passes(sound: dict[str, Any]) -> None:
    assert (sound["verdict"]["passed"], sound["verdict"]["exit_code"]) == (True, 0)
    runs = sound["stress"]["runs"]
    assert sound["verdict"]["headline"] == f"Nothing broke outside planted bugs in {runs} runs."
    failures = sound["stress"]["failures"]
    assert {failure["expected"] for failure in failures} == {True}
    assert sound["counts"]["units_broken_expected"] == len(failures) > 0
    assert sound["counts"]["cases_ok"] + len(failures) == runs


def test_every_pair_is_counted(sound: dict[str, Any]) -> None:
    pairs = {(row["workload"], row["subject"]): row for row in sound["stress"]["pairs"]}
    assert sum(row["runs"] for row in pairs.values()) == sound["stress"]["runs"]
    assert sum(row["pinned"] for row in pairs.values()) == sound["stress"]["pinned"] > 0
    planted = pairs["counter", "load_then_reset"]
    assert (planted["rate"], planted["first_failure"]) == (1.0, 1)
    assert pairs["counter", "atom"]["first_failure"] is None


def test_a_finding_is_a_failure_with_the_command_that_tries_it_again(tmp_path: Path) -> None:
    run = stress_run(tmp_path / "run", {"counter_atom": find_use_after_free})

    summary = summarize(load(run))
    page = to_html(summary)

    assert summary["verdict"]["exit_code"] == 3
    worst = summary["stress"]["failures"][0]
    assert not worst["expected"]
    assert worst["again"] == f"scripts/tussle stress --again {worst['case']}@seed:{worst['seed']}"
    assert f"Try it again: <code>{worst['again']}</code>" in page
    assert "heap-use-after-free at primitives/atom/atom.h:88" in page


def test_the_command_is_the_one_that_was_typed_and_names_the_binary_that_was_named(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = stress_run(tmp_path / "run", {"counter_atom": find_use_after_free})
    edit_json(run / "manifest.json",
              lambda manifest: manifest["binaries"][0].update(path="/somewhere/own_chaos"))
    monkeypatch.setenv("TUSSLE_COMMAND", "tussle")

    worst = summarize(load(run))["stress"]["failures"][0]

    assert worst["again"].startswith("tussle stress --again ")
    assert worst["again"].endswith(" --binary /somewhere/own_chaos")


def test_accidents_are_4_except_of_planted_subjects(tmp_path: Path) -> None:
    ours = summarize(load(stress_run(tmp_path / "ours", {"counter_atom": crash})))
    planted = summarize(load(stress_run(
        tmp_path / "planted", {"load_then_reset": crash, "plain_int": time_out})))

    assert ours["verdict"]["exit_code"] == 4
    assert "crashed" in ours["verdict"]["headline"]
    assert planted["verdict"]["exit_code"] == 0
    assert planted["counts"]["planted_caught"] == 2


def test_a_planted_bug_that_must_be_caught_and_was_not_is_missed(tmp_path: Path) -> None:
    summary = summarize(load(stress_run(tmp_path / "run", breaks_planted=False)))

    assert summary["verdict"]["exit_code"] == 4
    assert summary["counts"]["planted_missed"] == 1


def test_where_one_failure_is_tried_again_nothing_is_expected(tmp_path: Path) -> None:
    summary = summarize(load(stress_run(tmp_path / "run", again="counter/load_then_reset@seed:1")))

    assert summary["verdict"]["exit_code"] == 3
    assert not any(failure["expected"] for failure in summary["stress"]["failures"])


def test_the_page_is_whole_and_its_numbers_are_the_summarys(tmp_path: Path) -> None:
    change: dict[str, Change] = {"counter_atom": find_use_after_free, "read_mostly_mutex": crash}
    summary = summarize(load(stress_run(tmp_path / "run", change)))

    page = Page(to_html(summary))

    assert len(page.numbers) > 50 and wrong_numbers(page, summary) == []
    assert duplicate_ids(page) == [] and dangling_links(page) == []
    assert outside_loads(page) == []
    assert "stress" in page.ids and "races" not in page.ids and "workloads" not in page.ids


def test_a_stress_run_without_its_own_facts_is_refused(tmp_path: Path) -> None:
    from reports.errors import RecordError

    run = stress_run(tmp_path / "run")
    edit_json(run / "manifest.json", lambda manifest: manifest.pop("stress"))

    with pytest.raises(RecordError, match="'stress' is a required property"):
        load(run)
