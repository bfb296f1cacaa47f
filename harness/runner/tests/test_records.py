"""Do records reach the disk whole, in the right place, in the shape of their schema?"""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from harness.runner import environment, storage
from harness.runner.records import SCHEMAS
from harness.runner.tests.stage import Place


def check(record: Any, schema: str) -> None:
    texts = {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob("*.schema.json")}
    resolver = jsonschema.RefResolver("", {}, store=texts)
    root = {"$ref": f"{schema}.schema.json"}
    jsonschema.Draft202012Validator(root, resolver=resolver).validate(record)


def test_every_record_of_a_run_has_the_shape_of_its_schema(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_MODE", "tsan")
    monkeypatch.setenv("FAKE_SUBJECTS", "atom=crash,mutex=broken")
    place.run(kind="race")
    run = place.results / "latest"

    check(place.manifest(), "manifest")
    for folder, schema in (("env", "environment"), ("units", "unit"), ("races", "race")):
        paths = list((run / folder).glob("*.json"))
        assert paths
        for path in paths:
            check(json.loads(path.read_text()), schema)


def test_events_tell_the_story_of_a_run(place: Place) -> None:
    place.run()

    lines = (place.results / "latest" / "events.jsonl").read_text().splitlines()
    events = [json.loads(line) for line in lines]

    assert [event["event"] for event in events] == ["start", *["unit"] * 4, "end"]


def test_two_runs_lie_side_by_side_and_latest_is_the_second(place: Place) -> None:
    place.run()
    first = os.readlink(place.results / "latest")
    place.run()
    second = os.readlink(place.results / "latest")

    assert first != second and "/" not in second
    assert set(os.listdir(place.results)) == {first, second, "latest"}


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "record.json"
    storage.write_whole(path, "old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        storage.write_whole(path, "new")

    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["record.json"]


def test_a_full_disk_is_one_line_and_keeps_what_is_there(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.runner.directory import Directory

    def full(_directory: Directory, _unit: dict[str, Any]) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Directory, "write_unit", full)

    ended = place.run()

    assert ended.code == 4
    assert "cannot write results (no space left on device)" in ended.err.splitlines()[-1]


def test_a_number_that_is_not_finite_is_never_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        storage.write_json(tmp_path / "record.json", {"ns_per_op": float("nan")})

    assert os.listdir(tmp_path) == []


def test_this_machine_has_an_environment() -> None:
    facts = environment.capture()

    check(facts, "environment")
    assert facts["cpu"]["cores_online"] >= 1
