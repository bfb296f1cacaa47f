"""Is the page whole, self-contained, safe and true to its summary?"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import reports
from reports.html import to_html
from reports.records import load
from reports.summary import summarize
from reports.tests import catalogs
from reports.tests.page import (
    Page, dangling_links, duplicate_ids, outside_loads, wrong_numbers)
from reports.tests.runs import Synthetic, break_invariant, edit_json, race_record

HOSTILE = '<script>alert("pwned")</script>\'"&amp;{{7*7}}<img src=x onerror=alert(1)>'


@pytest.fixture(scope="module")
def page(timed_summary: dict[str, Any]) -> Page:
    return Page(to_html(timed_summary))


@pytest.fixture(scope="module")
def race_page(raced: Path) -> Page:
    return Page(to_html(summarize(load(raced))))


def test_every_number_is_the_summarys(page: Page, timed_summary: dict[str, Any]) -> None:
    assert len(page.numbers) > 500
    assert wrong_numbers(page, timed_summary) == []


def test_a_number_that_is_not_the_summarys_is_noticed(timed_summary: dict[str, Any]) -> None:
    text = to_html(timed_summary)
    rate = next(row["ops_per_s"]["median"] for row in timed_summary["cases"] if row["ops_per_s"])

    spoiled = Page(text.replace(f'value="{rate!r}"', f'value="{rate + 1!r}"'))
    misprinted = Page(re.sub(r'(data-as="si">)\d', r"\g<1>9x", text, count=1))

    assert wrong_numbers(spoiled, timed_summary) and wrong_numbers(misprinted, timed_summary)


def test_every_measured_case_is_in_a_table(page: Page, timed_summary: dict[str, Any]) -> None:
    shown = {number.place for number in page.numbers}
    for place, row in enumerate(timed_summary["cases"]):
        measured = row["ops_per_s"] and row["kind"] != "planted"
        assert (f"/cases/{place}/ops_per_s/median" in shown) == bool(measured)
        assert row["id"] in page.ids


def test_the_embedded_summary_is_the_summary(page: Page, timed_summary: dict[str, Any]) -> None:
    assert json.loads(page.scripts[0]) == json.loads(json.dumps(timed_summary))


def test_ids_are_unique_links_meet_and_tags_close(page: Page, race_page: Page) -> None:
    for one in (page, race_page):
        assert duplicate_ids(one) == []
        assert dangling_links(one) == []
        assert one.unclosed == []


def test_nothing_is_fetched_from_anywhere(page: Page, race_page: Page) -> None:
    for one in (page, race_page):
        assert outside_loads(one) == [] and one.handlers == []
        without_names = re.sub(r'xmlns(:\w+)?="[^"]*"', "", one.text)
        assert not re.search(r"https?://|//cdn|@import", without_names)


@pytest.mark.parametrize(("broken", "check"), [
    ('<p id="a"></p><p id="a"></p>', duplicate_ids),
    ('<a href="#nowhere">x</a>', dangling_links),
    ('<a href="https://example.org">x</a>', dangling_links),
    ('<img src="https://example.org/x.png">', outside_loads),
    ('<link rel="stylesheet" href="style.css">', outside_loads),
    ("<style>p{background:url(x.png)}</style>", outside_loads),
    ("<style>@import 'x.css';</style>", outside_loads),
    ('<p style="background:url(x)">', outside_loads),
    ('<script src="x.js"></script>', outside_loads),
])
def test_the_checks_above_catch_what_they_are_for(broken: str, check: Any) -> None:
    assert check(Page(broken))
    assert Page("<p><b></p>").unclosed


def test_hostile_names_and_messages_are_inert(tmp_path: Path) -> None:
    name = HOSTILE
    catalog = catalogs.catalog()
    for entry in (*catalog["workloads"], *catalog["subjects"]):
        entry["name"] = entry["name"].replace("mutex", name).replace("counter_private", name)
        entry["description"] = entry["source"] = name
        if "question" in entry:
            del entry["source"], entry["description"]
            entry.update(question=name, invariant=name, failure=name)
    run = Synthetic(workloads=("counter_private",), subjects=("atom", "mutex"), threads=(1, 2),
                    blocks=2, latency_blocks=1).write(
                        tmp_path, {"mutex_think=0_threads=2.b": break_invariant})
    rename(run, name, catalog)

    directory = reports.render(run)
    page = Page(directory.read_text(encoding="utf-8"))

    assert len(page.scripts) == 2 and page.handlers == []
    assert "<img" not in page.text and "{{7*7}}" in "".join(page.words)
    assert duplicate_ids(page) == dangling_links(page) == outside_loads(page) == []
    assert page.unclosed == []


def rename(run: Path, name: str, catalog: dict[str, Any]) -> None:
    """Gives workload, subject, messages and machine a hostile name."""
    def change(record: dict[str, Any]) -> None:
        for key in ("workload", "subject", "case", "message"):
            if key in record:
                record[key] = (record[key].replace("mutex", name)
                               .replace("counter_private", name).replace("sum", name))
        if record.get("result"):
            change(record["result"])

    def change_manifest(record: dict[str, Any]) -> None:
        record["catalog"] = catalog
        record["preset"]["name"] = name
        record["skipped"] = [{"case": name, "reason": name}]
        for entry in record["plan"]:
            change(entry)

    for path in (run / "units").glob("*.json"):
        edit_json(path, change)
        text = json.loads(path.read_text())
        if text["log"]:
            (run / text["log"]).write_text(name)
    edit_json(run / "manifest.json", change_manifest)
    edit_json(run / "env" / "bench-01.json", lambda record: record["cpu"].update(model=name))
    race = dict(race_record("abc", name), expected=False, cases=[name], subjects=[name])
    (run / "races" / "abc.json").write_text(json.dumps(race))


def test_planted_subjects_and_the_harness_are_apart(page: Page) -> None:
    said = " ".join("".join(page.words).split())

    assert "harness's own cost, never subtracted" in said
    assert "Planted subjects, broken on purpose" in said
    assert 'class="planted"' not in page.text, "no planted subject stands among the measured"


def test_a_race_page_shows_stacks_and_no_times(race_page: Page) -> None:
    said = " ".join("".join(race_page.words).split())

    assert "No unexpected race in" in said and "plain_int::add()" in said
    assert "workloads/planted/plain_int.h:31" in said and "harness/measure/team.cc:88" in said
    assert not any("ops_per_s" in number.place for number in race_page.numbers)
    assert "ops/s" not in said and "<svg" not in race_page.text
    assert race_page.text.index('id="races"') < race_page.text.index('id="workloads"')


def test_unexpected_and_expected_races_are_listed_apart(tmp_path: Path) -> None:
    def race(unit: dict[str, Any]) -> None:
        unit["races"] = [race_record("feed", "atom::swap")]

    run = Synthetic(workloads=("counter_private",), threads=(2,), blocks=1, kind="race").write(
        tmp_path, {"counter_private_atom": race})
    text = to_html(summarize(load(run)))

    unexpected, expected = text.index('id="races-unexpected"'), text.index('id="races-expected"')
    assert unexpected < text.index('id="race-feed"') < expected < text.index('id="race-planted0"')


def test_render_writes_both_files_and_the_page_is_the_summarys(tmp_path: Path) -> None:
    run = Synthetic(workloads=("counter_private",), threads=(1, 2), blocks=3).write(tmp_path)

    path = reports.render(run)

    summary = json.loads((run / "summary.json").read_text())
    page = Page(path.read_text(encoding="utf-8"))
    assert path == run / "report.html"
    assert wrong_numbers(page, summary) == [] and json.loads(page.scripts[0]) == summary
    assert not list(run.glob(".*"))


def test_rendering_again_gives_the_same_bytes(tmp_path: Path) -> None:
    run = Synthetic(workloads=("counter_private",), threads=(1, 2), blocks=2).write(tmp_path)

    first, again = (reports.render(run).read_bytes() for _ in range(2))

    assert first == again


def test_a_comparison_is_shown_when_there_is_a_baseline(tmp_path: Path) -> None:
    cases: dict[str, Any] = {"workloads": ("counter_private",), "threads": (1, 2), "blocks": 6}
    before = Synthetic(**cases).write(tmp_path / "before")
    after = Synthetic(**cases, seed=2, slower={"atom": 1.2}).write(tmp_path / "after")

    page = Page(reports.render(after, baseline=before).read_text(encoding="utf-8"))

    summary = json.loads((after / "summary.json").read_text())
    assert "comparison" in page.ids and summary["comparison"]["exit_code"] == 1
    assert any(number.place.startswith("/comparison/cases") for number in page.numbers)
    assert wrong_numbers(page, summary) == [] and duplicate_ids(page) == []


@pytest.mark.parametrize("spoil", [
    lambda run: (run / "env" / "bench-01.json").write_text("{"),
    lambda run: [path.unlink() for path in (run / "units").iterdir()],
    lambda run: edit_json(run / "manifest.json", lambda record: record.update(plan=[])),
    lambda run: [path.write_text("torn") for path in (run / "units").iterdir()],
])
def test_a_spoiled_run_still_renders(tmp_path: Path, spoil: Any) -> None:
    run = Synthetic(workloads=("counter_private",), threads=(1, 2), blocks=2).write(tmp_path)
    spoil(run)

    page = Page(reports.render(run).read_text(encoding="utf-8"))

    summary = json.loads((run / "summary.json").read_text())
    assert summary["verdict"]["exit_code"] == 4 and "summary" in page.ids
    assert duplicate_ids(page) == dangling_links(page) == page.unclosed == []


def test_records_with_nothing_but_what_they_must_have_still_render(tmp_path: Path) -> None:
    run = Synthetic(workloads=("counter_private",), threads=(1, 2), blocks=2, kind="race").write(
        tmp_path)
    edit_json(run / "manifest.json", only_required)
    edit_json(run / "env" / "bench-01.json", bare_machine)
    edit_json(run / "races" / "planted0.json", bare_race)

    page = Page(reports.render(run).read_text(encoding="utf-8"))

    assert load(run).corrupt == ()
    assert "race-planted0" in page.ids
    assert duplicate_ids(page) == dangling_links(page) == page.unclosed == []


def keep(record: dict[str, Any], *names: str) -> None:
    """Leaves nothing in a record but what is named."""
    for name in record.keys() - set(names):
        del record[name]


def bare_machine(record: dict[str, Any]) -> None:
    keep(record, "schema", "host", "captured", "cpu", "kernel", "warnings")
    keep(record["cpu"], "model", "cores_online")


def bare_race(record: dict[str, Any]) -> None:
    keep(record, "id", "kind", "count", "accesses", "text", "expected", "cases", "subjects")
    for access in record["accesses"]:
        keep(access, "operation", "size", "thread", "stack")


def only_required(record: dict[str, Any]) -> None:
    """Leaves nothing in a manifest but what the schema requires."""
    catalog = record["catalog"]
    keep(record["preset"], "name", "blocks")
    keep(catalog, "schema", "mode", "build", "workloads", "subjects", "cases")
    keep(catalog["build"], "compiler", "flags", "build_type", "sanitizer")
    for workload in catalog["workloads"]:
        keep(workload, "name", "question", "invariant", "failure", "conditions")
        for condition in workload["conditions"]:
            keep(condition, "name")
    for subject in catalog["subjects"]:
        keep(subject, "name", "kind", "roles", "expected")


def test_a_directory_that_cannot_be_written_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Synthetic(workloads=("counter_private",), threads=(1,), blocks=1).write(tmp_path)

    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("reports.rendering.write_whole", full)

    with pytest.raises(reports.RecordError, match="cannot write .No space left on device."):
        reports.render(run)
    assert not (run / "report.html").exists()
