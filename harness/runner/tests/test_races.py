"""Are races gathered once each, planted ones apart, and is a start that fails never `no races`?"""

import json

import pytest

from harness.runner.tests.stage import Ended, Place, start_for_real


@pytest.fixture(autouse=True)
def sanitizer(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_MODE", "tsan")


def race(place: Place, *more: str) -> Ended:
    return place.run(*more, kind="race")


def test_exactly_the_planted_races_is_a_success(place: Place) -> None:
    ended = race(place, "--blocks", "2")

    assert ended.code == 0
    assert "tussle: races: 0 unexpected, 1 planted" in ended.err
    assert "planted data-race race-plain_int in plain_int (4x): write workloads/" in ended.err
    assert place.manifest()["kind"] == "race"
    found = json.loads((place.results / "latest" / "races" / "race-plain_int.json").read_text())
    assert (found["expected"], found["count"]) == (True, 4)
    assert found["cases"] == ["counter/plain_int/think:0/hold:0/threads:2"]


def test_a_race_that_nobody_planted_is_exit_3(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_SUBJECTS", "atom=racy")

    ended = race(place)

    assert ended.code == 3
    assert "races: 1 unexpected, 1 planted" in ended.err
    assert "UNEXPECTED data-race race-atom in atom" in ended.err


def test_a_planted_race_that_is_not_seen_is_exit_4(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_SUBJECTS", "plain_int=ok")

    ended = race(place)

    assert ended.code == 4
    assert "MISSED: planted subject plain_int: no race was reported" in ended.err


@pytest.mark.parametrize("way", ["setarch", "silent"])
def test_a_sanitizer_that_needs_fixed_addresses_gets_them(
    place: Place, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setenv("FAKE_START", way)

    ended = race(place)

    assert ended.code == 0
    assert ended.err.count("address randomisation off (setarch -R)") == 1


def test_a_sanitizer_that_never_starts_is_explained(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_START", "never")

    ended = race(place)

    assert ended.code == 4
    assert "the sanitizer cannot start on this machine, so nothing was checked" in ended.complaint
    assert "sysctl vm.mmap_rnd_bits=28" in ended.complaint
    assert "races" not in ended.err


def test_a_unit_that_cannot_start_is_unstartable_and_not_without_races(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_SUBJECTS", "atom=refuse")

    ended = race(place)

    assert ended.code == 4
    assert place.statuses("atom") == ["unstartable"]
    assert place.unit("atom")["races"] is None
    assert place.statuses("mutex") == ["ok"]


def test_a_result_without_a_list_of_races_is_not_without_races(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_SUBJECTS", "atom=deaf")

    ended = race(place)

    assert ended.code == 4
    assert place.statuses("atom") == ["failed"]
    assert "holds no list of races" in place.unit("atom")["message"]


@pytest.mark.parametrize(("subject", "code"), [("atom", 3), ("plain_int", 4)])
def test_races_of_a_unit_that_then_crashes_are_not_lost(
    place: Place, monkeypatch: pytest.MonkeyPatch, subject: str, code: int
) -> None:
    monkeypatch.setenv("FAKE_SUBJECTS", f"{subject}=racy_crash")

    ended = race(place)

    unit = place.unit(subject)
    assert ended.code == code
    assert unit["status"] == "crashed" and "race reports are in its log" in unit["message"]
    assert "WARNING" in (place.results / "latest" / unit["log"]).read_text()
    assert ("UNEXPECTED race reports of counter/atom" in ended.err) == (code == 3)


@pytest.mark.parametrize(("subject", "code"), [("atom", 3), ("plain_int", 4)])
def test_the_page_agrees_with_the_exit_code_about_lost_races(
    place: Place, subject: str, code: int
) -> None:
    arguments = ["race", place.preset(), "--binary", str(place.binary)]
    process = start_for_real(place, *arguments, FAKE_SUBJECTS=f"{subject}=racy_crash")

    process.communicate(timeout=60)

    summary = json.loads((place.results / "latest" / "summary.json").read_text())
    assert process.returncode == summary["verdict"]["exit_code"] == code
    assert place.unit(subject)["races_lost"] is True


def test_a_sanitizer_that_has_come_up_once_gets_no_second_try_without_words(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_SUBJECTS", "atom=die_once")

    ended = race(place)

    assert ended.code == 4
    assert place.statuses("atom") == ["crashed"]
