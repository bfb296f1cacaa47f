"""Is every record that cannot be trusted found, named and left out?"""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from reports.errors import RecordError
from reports.files import finite, to_json, write_whole
from reports.records import load
from reports.schemas import check
from reports.tests.runs import Synthetic, edit_json, race_record

ONE: dict[str, Any] = {
    "workloads": ("counter_private",), "subjects": ("atom", "mutex"), "threads": (1,), "blocks": 2}
UNIT = "counter_private_atom_think=0_threads=1.b0"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return Synthetic(**ONE).write(tmp_path)


def test_a_run_as_written_is_read_without_complaint(run: Path) -> None:
    loaded = load(run)

    assert loaded.corrupt == ()
    assert len(loaded.units) == len(loaded.manifest.plan) == 4
    assert loaded.units[0].samples[0]["operations"] > 0


def test_a_torn_unit_is_listed_and_the_others_stay(run: Path) -> None:
    path = run / "units" / f"{UNIT}.json"
    path.write_text(path.read_text()[:200])

    loaded = load(run)

    assert len(loaded.units) == 3
    assert [item.file for item in loaded.corrupt] == [f"units/{UNIT}.json"]
    assert "not JSON" in loaded.corrupt[0].what and "line 1" in loaded.corrupt[0].place


@pytest.mark.parametrize(("change", "place"), [
    (lambda unit: unit.update(surprise=1), ""),
    (lambda unit: unit.pop("status"), ""),
    (lambda unit: unit.update(status="fine"), "status"),
    (lambda unit: unit.update(result=None), "result"),
    (lambda unit: unit["conditions"].update(threads="two"), "conditions/threads"),
    (lambda unit: unit["result"]["samples"][0].update(jain=7), "result/samples/0/jain"),
    (lambda unit: unit.update(key="another"), "key"),
    (lambda unit: unit.update(block=1), "case"),
    (lambda unit: unit.update(schema=2), "schema"),
    (lambda unit: unit["result"]["samples"][0].update(ops_per_s=math.nan), ""),
])
def test_a_unit_that_breaks_the_schema_is_named_with_its_place(
    run: Path, change: Any, place: str
) -> None:
    edit_json(run / "units" / f"{UNIT}.json", change)

    corrupt = load(run).corrupt

    assert [item.file for item in corrupt] == [f"units/{UNIT}.json"]
    assert place in corrupt[0].place


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"\xff\xfe", b"[" * 100000, b"{}"])
def test_a_file_that_is_no_record_at_all_is_listed(run: Path, content: bytes) -> None:
    (run / "units" / f"{UNIT}.json").write_bytes(content)

    assert [item.file for item in load(run).corrupt] == [f"units/{UNIT}.json"]


def test_a_unit_of_another_run_is_not_counted(run: Path) -> None:
    path = run / "units" / f"{UNIT}.json"
    edit_json(path, lambda unit: unit.update(key="stranger"))
    path.rename(run / "units" / "stranger.json")

    loaded = load(run)

    assert "not in this run's plan" in loaded.corrupt[0].what
    assert UNIT not in {unit.key for unit in loaded.units}


def test_what_a_killed_writer_left_behind_is_ignored(run: Path) -> None:
    (run / "units" / f".{UNIT}.json.x1").write_text("{")
    (run / "units" / ".half.json").write_text("{")

    assert load(run).corrupt == ()


@pytest.mark.parametrize(("spoil", "said"), [
    (lambda path: path.unlink(), "no such file"),
    (lambda path: path.write_text("{"), "not JSON"),
    (lambda path: path.write_text("[1]"), "must be a JSON object"),
    (lambda path: edit_json(path, lambda record: record.update(schema=9)), "schema 9 is not known"),
    (lambda path: edit_json(path, lambda record: record.pop("plan")), "'plan' is a required"),
    (lambda path: edit_json(path, lambda record: record.update(more=1)), "'more' was unexpected"),
    (lambda path: edit_json(path, lambda record: record["plan"].append(record["plan"][0])),
     "share a key"),
])
def test_a_manifest_that_cannot_be_used_is_one_clear_line(run: Path, spoil: Any, said: str) -> None:
    spoil(run / "manifest.json")

    with pytest.raises(RecordError) as raised:
        load(run)

    assert said in str(raised.value) and "manifest.json" in str(raised.value)
    assert "\n" not in str(raised.value) and raised.value.mend


def test_a_directory_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no such directory in .*nowhere: give the directory"):
        load(tmp_path / "nowhere")


def test_a_torn_race_file_is_listed_not_taken_for_no_race(run: Path) -> None:
    (run / "races" / "abc.json").write_text("{")

    assert [item.file for item in load(run).corrupt] == ["races/abc.json"]


def test_a_race_record_is_checked_inside_a_unit_too(run: Path) -> None:
    def add(unit: dict[str, Any], **more: Any) -> None:
        unit["races"] = [dict(race_record("abc", "f"), **more)]

    edit_json(run / "units" / f"{UNIT}.json", add)
    assert load(run).corrupt == ()

    edit_json(run / "units" / f"{UNIT}.json", lambda unit: add(unit, surprise=1))
    assert "surprise" in load(run).corrupt[0].what


def test_a_log_is_read_from_inside_the_run_only(run: Path, tmp_path: Path) -> None:
    (tmp_path.parent / "secret.txt").write_text("secret")
    (run / "logs" / "log.txt").write_text("said")
    edit_json(run / "units" / f"{UNIT}.json", lambda unit: unit.update(log="logs/log.txt"))
    inside = next(unit for unit in load(run).units if unit.key == UNIT)
    edit_json(run / "units" / f"{UNIT}.json", lambda unit: unit.update(log="../secret.txt"))
    outside = next(unit for unit in load(run).units if unit.key == UNIT)

    assert load(run).log(inside) == "said"
    assert load(run).log(outside) == ""


def test_numbers_that_are_not_finite_become_null() -> None:
    assert finite({"a": [math.inf, 1.5, {"b": math.nan}], "c": (2, "x")}) == {
        "a": [None, 1.5, {"b": None}], "c": [2, "x"]}
    with pytest.raises(ValueError, match="JSON compliant"):
        to_json({"a": math.nan})


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    write_whole(path, "old")

    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "new \ud800")

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_summary_with_a_key_too_many_is_refused(timed_summary: dict[str, Any]) -> None:
    check(json.loads(to_json(timed_summary)), "summary", "summary.json", "")

    with pytest.raises(RecordError, match="surprise"):
        check({**timed_summary, "surprise": 1}, "summary", "summary.json", "")
