"""Does the summary say what the records say: who was fastest, what broke, what was caught?"""

import json
from pathlib import Path
from typing import Any

import pytest

from reports.html import to_html
from reports.records import load
from reports.standing import place, reference_of
from reports.summary import summarize
from reports.tests import catalogs
from reports.tests.page import Page, dangling_links, wrong_numbers
from reports.tests.runs import (
    Synthetic, break_invariant, crash, edit_json, race_record, safe, time_out)

FEW: dict[str, Any] = {"workloads": ("counter_private",), "threads": (1, 2), "blocks": 3}


def summary_of(directory: Path) -> dict[str, Any]:
    return summarize(load(directory))


def case(summary: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in summary["cases"] if row["name"] == name)
    return found


def test_a_run_without_accidents_passes(tmp_path: Path) -> None:
    summary = summary_of(Synthetic(**FEW).write(tmp_path))

    assert summary["verdict"]["passed"] and summary["verdict"]["exit_code"] == 0
    assert summary["counts"]["cases_ok"] == summary["counts"]["cases_due"]
    assert summary["counts"]["planted_caught"] == 1


@pytest.mark.parametrize(("accident", "code", "counted"), [
    (break_invariant, 3, "units_broken"), (crash, 4, "units_crashed"),
    (time_out, 4, "units_timeout")])
def test_an_accident_fails_the_run_and_is_told_with_its_log(
    tmp_path: Path, accident: Any, code: int, counted: str
) -> None:
    part = "counter_private_atom_think=0_threads=2.b1"
    summary = summary_of(Synthetic(**FEW).write(tmp_path, {part: accident}))

    trouble = summary["troubles"][0]
    assert summary["verdict"]["exit_code"] == code
    assert summary["counts"][counted] == 1
    assert trouble["case"] == "counter_private/atom/think:0/threads:2"
    assert trouble["block"] == 1 and "last words" in trouble["log"] and trouble["message"]


def test_verified_cases_tell_what_they_compared_in_their_last_block(tmp_path: Path) -> None:
    def counted(block: str) -> Any:
        def change(unit: dict[str, Any]) -> None:
            unit["message"] = f"sum 7 = 7 increments; {block} commits"
        return change

    part = "counter_private_atom_think=0_threads=2"
    summary = summary_of(Synthetic(**FEW).write(tmp_path, {
        f"{part}.b{block}": counted(block) for block in "012"} | {
        "counter_private_mutex_think=0_threads=2.b1": break_invariant}))

    told = {entry["case"]: entry["message"] for entry in summary["accounts"]}
    assert told["counter_private/atom/think:0/threads:2"] == "sum 7 = 7 increments; 2 commits"
    assert "counter_private/mutex/think:0/threads:2" not in told
    assert set(told) == {row["name"] for row in summary["cases"] if row["state"] == "ok"}


def test_what_subjects_counted_in_their_last_block_is_a_table_for_each_set_of_names(tmp_path: Path) -> None:
    def count(counts: dict[str, float]) -> Any:
        def change(unit: dict[str, Any]) -> None:
            unit["result"]["samples"][-1]["verdict"]["counts"] = counts
        return change

    part = "counter_private_{}_think=0_threads=2.b{}"
    summary = summary_of(Synthetic(**FEW).write(tmp_path, {
        part.format("atom", 0): count({"commits": 1}),
        part.format("atom", 2): count({"commits": 7, "barges": 2}),
        part.format("mutex", 2): count({"versions alive": 3}),
    }))

    shown = {row["case"]: dict(zip(table["names"], row["values"], strict=True))
             for table in summary["counted"] for row in table["rows"]}
    assert shown == {
        "counter_private/atom/think:0/threads:2": {"commits": 7, "barges": 2},
        "counter_private/mutex/think:0/threads:2": {"versions alive": 3},
    }
    assert len(summary["counted"]) == 2
    page = Page(to_html(summary))
    assert "What subjects counted on the way" in to_html(summary)
    assert not wrong_numbers(page, summary) and not dangling_links(page)


def lose_races(unit: dict[str, Any]) -> None:
    crash(unit)
    unit["races_lost"] = True


@pytest.mark.parametrize(("subject", "code", "lost"), [("atom", 3, 1), ("plain_int", 4, 0)])
def test_races_that_a_crash_left_without_a_list_count_as_races(
    tmp_path: Path, subject: str, code: int, lost: int
) -> None:
    few: dict[str, Any] = {"workloads": ("counter",), "threads": (2,), "blocks": 2, "kind": "race"}
    part = f"counter_{subject}_think=0_hold=0_threads=2.b1"
    summary = summary_of(Synthetic(**few).write(tmp_path, {part: lose_races}))

    assert summary["verdict"]["exit_code"] == code
    assert (summary["counts"]["races_lost"], summary["counts"]["units_crashed"]) == (lost, 1)
    words = "process reported races and left no list of them"
    assert any(words in reason["text"] for reason in summary["verdict"]["reasons"]) == bool(lost)


def test_a_broken_invariant_in_one_block_voids_every_number_of_the_case(tmp_path: Path) -> None:
    part = "counter_private_atom_think=0_threads=2.b1"
    summary = summary_of(Synthetic(**FEW).write(tmp_path, {part: break_invariant}))

    row = case(summary, "counter_private/atom/think:0/threads:2")
    assert row["state"] == "broken" and row["ops_per_s"] is None and row["replicates"] == {}
    assert all(entry["leader"] != "atom" for entry in summary["leaders"])


def test_a_crash_leaves_the_other_blocks_numbers(tmp_path: Path) -> None:
    part = "counter_private_atom_think=0_threads=2.b1"
    summary = summary_of(Synthetic(**FEW).write(tmp_path, {part: crash}))

    row = case(summary, "counter_private/atom/think:0/threads:2")
    assert row["state"] == "partial" and row["ops_per_s"]["replicates"] == 2
    assert row["statuses"] == {"ok": 2, "crashed": 1}


def test_a_unit_that_is_missing_or_torn_is_missing(tmp_path: Path) -> None:
    run = Synthetic(**FEW).write(tmp_path)
    (run / "units" / "counter_private_atom_think=0_threads=2.b0.json").unlink()
    (run / "units" / "counter_private_atom_think=0_threads=2.b1.json").write_text("{")

    summary = summary_of(run)

    assert summary["counts"]["units_missing"] == 2 and summary["counts"]["corrupt"] == 1
    assert summary["verdict"]["exit_code"] == 4
    row = case(summary, "counter_private/atom/think:0/threads:2")
    assert row["statuses"] == {"ok": 1, "missing": 2}


def test_an_interrupted_run_says_so(tmp_path: Path) -> None:
    run = Synthetic(**FEW).write(tmp_path)
    edit_json(run / "manifest.json", lambda record: record.update(interrupted=True, finished=None))
    for path in list((run / "units").glob("*.b2.json")):
        path.unlink()

    assert summary_of(run)["verdict"]["headline"].startswith("Interrupted: 40 of 60 processes")


def test_repetitions_count_as_one_replicate(tmp_path: Path) -> None:
    run = Synthetic(**FEW, repetitions=3).write(tmp_path)
    unit = run / "units" / "counter_private_atom_think=0_threads=2.b0.json"

    def set_rates(record: dict[str, Any]) -> None:
        for sample, rate in zip(record["result"]["samples"], (1.0, 5.0, 900.0)):
            sample["ops_per_s"] = rate

    edit_json(unit, set_rates)
    row = case(summary_of(run), "counter_private/atom/think:0/threads:2")

    assert row["replicates"]["0"] == 5.0
    assert row["ops_per_s"]["replicates"] == 3


def test_a_planted_bug_that_nobody_finds_fails_the_run(tmp_path: Path) -> None:
    summary = summary_of(Synthetic(**FEW, breaks_planted=False).write(tmp_path))

    assert summary["counts"]["planted_missed"] == 1
    assert summary["verdict"]["exit_code"] == 4


def test_a_planted_bug_is_not_missed_where_one_thread_ran_alone(tmp_path: Path) -> None:
    summary = summary_of(Synthetic(**dict(FEW, threads=(1,))).write(tmp_path))

    assert summary["counts"]["planted_missed"] == 0
    assert {d["state"] for row in summary["planted"] for d in row["detectors"]} <= {
        "not seen", "not run", "not planted"}


def test_a_planted_subject_without_an_expected_break_is_unexpected(tmp_path: Path) -> None:
    run = Synthetic(**FEW)
    run.write(tmp_path)

    def innocent(record: dict[str, Any]) -> None:
        for subject in record["catalog"]["subjects"]:
            subject["expected"] = {"invariant": False, "race": False}

    edit_json(tmp_path / "manifest.json", innocent)

    assert summary_of(tmp_path)["verdict"]["exit_code"] == 3


def test_planted_races_are_expected_and_others_are_not(tmp_path: Path) -> None:
    def race(unit: dict[str, Any]) -> None:
        unit["races"] = [race_record("feed", "atom::swap")]

    good = summary_of(Synthetic(**dict(FEW, blocks=1, kind="race")).write(tmp_path / "good"))
    bad = summary_of(Synthetic(**dict(FEW, blocks=1, kind="race")).write(
        tmp_path / "bad", {"counter_private_atom_think=0_threads=2": race}))

    assert (good["counts"]["races_expected"], good["counts"]["races_unexpected"]) == (1, 0)
    assert good["verdict"]["exit_code"] == 0 and good["counts"]["planted_caught"] == 2
    assert (bad["counts"]["races_unexpected"], bad["verdict"]["exit_code"]) == (1, 3)
    assert bad["races"][0]["id"] == "feed", "unexpected races come first"


def test_a_race_whose_own_file_is_lost_is_still_told(tmp_path: Path) -> None:
    run = Synthetic(**dict(FEW, blocks=1, kind="race")).write(tmp_path)
    for path in (run / "races").iterdir():
        path.unlink()

    summary = summary_of(run)

    assert [(race["id"], race["expected"]) for race in summary["races"]] == [("planted0", True)]
    assert summary["races"][0]["cases"] == ["counter_private/plain_int/think:0/threads:2"]


def test_a_stale_word_on_a_race_is_not_believed(tmp_path: Path) -> None:
    run = Synthetic(**dict(FEW, blocks=1, kind="race")).write(tmp_path)
    stale = dict(race_record("feed", "atom::swap"), expected=True, cases=[], subjects=["atom"])
    (run / "races" / "feed.json").write_text(json.dumps(stale))

    summary = summary_of(run)

    assert [(race["id"], race["expected"]) for race in summary["races"]] == [
        ("feed", False), ("planted0", True)]
    assert summary["verdict"]["exit_code"] == 3


def test_a_sanitizer_that_could_not_start_is_a_failure(tmp_path: Path) -> None:
    def refuse(unit: dict[str, Any]) -> None:
        unit.update(status="unstartable", result=None, races=None, message="cannot start")

    run = Synthetic(**dict(FEW, blocks=1, kind="race")).write(tmp_path, {"counter": refuse})
    summary = summary_of(run)

    assert summary["verdict"]["exit_code"] == 4
    assert summary["counts"]["units_unstartable"] == summary["counts"]["units"]
    assert "not the same as finding nothing" in summary["verdict"]["reasons"][0]["text"]


def test_a_race_run_claims_no_performance(raced: Path) -> None:
    summary = summary_of(raced)

    assert all(row["ops_per_s"] is None and row["ns_per_op"] is None for row in summary["cases"])
    assert summary["leaders"] == [] and summary["samples"]["rows"] == []


def row(subject: str, values: list[float], low: float, high: float,
        kind: str = "baseline") -> dict[str, Any]:
    middle = sorted(values)[len(values) // 2]
    return {
        "workload": "w", "group": "", "label": "", "threads": 2, "oversubscribed": False,
        "id": f"case-{subject}", "subject": subject, "kind": kind,
        "replicates": {str(block): value for block, value in enumerate(values)},
        "ops_per_s": {"median": middle, "interval": {"low": low, "high": high, "confidence": 0.9}},
    }


@pytest.mark.parametrize(("second", "outcome", "standing"), [
    (row("b", [70, 71, 72], 70, 72), "ahead", "behind"),
    (row("b", [97, 98, 101], 97, 101), "tie", "tied")])
def test_who_leads_depends_on_whether_intervals_overlap(
    second: dict[str, Any], outcome: str, standing: str
) -> None:
    first = row("a", [100, 101, 105], 100, 105)
    empty = row("empty", [900, 900, 900], 900, 900, "harness")

    (leader,) = place([first, second, empty], {"w": "b"})

    assert (leader["outcome"], leader["leader"], leader["runner_up"]) == (outcome, "a", "b")
    assert second["standing"] == standing and empty["standing"] is None
    assert first["ratio_reference"]["to"] == "b" and second["ratio_reference"]["ratio"] == 1.0
    assert second["ratio_best"]["ratio"] == pytest.approx(
        sorted(b / a for a, b in zip((100, 101, 105), second["replicates"].values()))[1])


def test_a_workload_that_only_judges_has_verdicts_and_no_numbers(tmp_path: Path) -> None:
    catalog = catalogs.catalog()
    next(entry for entry in catalog["workloads"] if entry["name"] == "counter")["timed"] = False
    run = Synthetic(workloads=("counter", "counter_private"), catalog=catalog)
    summary = summary_of(run.write(tmp_path))

    rows = [row for row in summary["cases"] if row["workload"] == "counter"]
    assert {row["state"] for row in rows if row["kind"] != "planted"} == {"ok"}
    assert {row["state"] for row in rows if row["kind"] == "planted"} >= {"broken"}
    assert all(row["ops_per_s"] is None and not row["replicates"] for row in rows)
    assert {one["workload"] for one in summary["choices"] + summary["leaders"]} == {"counter_private"}
    assert "judges and times nothing" in to_html(summary)


def test_one_block_leads_nothing(tmp_path: Path) -> None:
    summary = summary_of(Synthetic(**dict(FEW, blocks=1)).write(tmp_path))

    assert {entry["outcome"] for entry in summary["leaders"]} == {"unreplicated"}
    assert {row["standing"] for row in summary["cases"] if row["ops_per_s"]} <= {
        "unreplicated", None}


def test_two_blocks_lead_nothing(tmp_path: Path) -> None:
    summary = summary_of(Synthetic(**dict(FEW, blocks=2)).write(tmp_path))

    assert {entry["outcome"] for entry in summary["leaders"]} == {"unreplicated"}
    assert {row["standing"] for row in summary["cases"] if row["ops_per_s"]} <= {
        "unreplicated", None}


def test_nobody_is_ahead_of_a_second_without_an_interval() -> None:
    first, second = row("a", [100, 101, 105], 100, 105), row("b", [70], 70, 70)
    second["ops_per_s"]["interval"] = None

    (leader,) = place([first, second], {"w": "b"})

    assert leader["outcome"] == first["standing"] == second["standing"] == "unreplicated"


def test_the_reference_is_the_presets_else_the_mutex_else_a_baseline() -> None:
    rows = [row(name, [1.0], 1, 1) for name in ("spin", "mutex")]

    assert reference_of("w", rows, {"reference": "spin"}) == "spin"
    assert reference_of("w", rows, {"reference": "absent"}) == "mutex"
    assert reference_of("w", rows[:1], {}) == "spin"
    assert reference_of("w", [row("atom", [1.0], 1, 1, "ours")], {}) is None


def test_threads_beyond_the_cores_are_tagged(tmp_path: Path) -> None:
    summary = summary_of(Synthetic(**dict(FEW, threads=(2, 4))).write(tmp_path))

    tagged = {row["threads"]: row["oversubscribed"] for row in summary["cases"]}
    assert tagged == {2: False, 4: True} and summary["cores"] == 2


def test_the_same_records_give_the_same_summary(timed: Path,
                                                timed_summary: dict[str, Any]) -> None:
    assert summary_of(timed) == timed_summary


def test_safe_names_are_those_of_the_plan() -> None:
    assert safe("a/b/c:1/threads:2") == "a_b_c=1_threads=2"
