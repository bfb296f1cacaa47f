"""Does the page of litmus programs say what the record says, also when names are hostile?"""

import json
from pathlib import Path
from typing import Any

import pytest
from reports import litmus, rendering
from reports.errors import RecordError
from reports.html import litmus_page


def _outcome(values: list[int], count: int, grade: str = "acceptable", **more: Any) -> dict[str, Any]:
    return {"values": values, "grade": grade, "count": count, "reason": "a reason", "listed": True, **more}


def _program(name: str = "atom.lost_update", status: str = "ok", **more: Any) -> dict[str, Any]:
    return {
        "name": name, "question": "Are both counted?", "statement": "ATOM-8", "source": "workloads/litmus/updates.h",
        "planted": False, "status": status, "runner": "threads", "actors": 2, "executions": 400, "seconds": 1.0,
        "rate": 400.0, "core_each": True, "complete": False, "bound": "", "all_reached": True, "finding": "",
        "shown": "", "error": "", "again": "tussle_litmus --filter '^atom'",
        "outcomes": [_outcome([1, 2], 300), _outcome([2, 1], 100)], **more,
    }


def _record(*programs: dict[str, Any], **more: Any) -> dict[str, Any]:
    build = {"compiler": "g++", "flags": "-O3", "commit": "0123456789ab", "dirty": False}
    return {"schema": 1, "mode": "bench", "build": build, "seed": 1, "budget_s": 10.0,
            "programs": list(programs), **more}


def _page(*programs: dict[str, Any]) -> str:
    return litmus_page(litmus.section(_record(*programs)))


def _stored(tmp_path: Path, record: dict[str, Any]) -> Path:
    (tmp_path / litmus.FILE).write_text(json.dumps(record))
    return tmp_path


def test_every_outcome_stands_with_its_share_and_reason(tmp_path: Path) -> None:
    page = rendering.render(_stored(tmp_path, _record(_program()))).read_text()
    assert "1, 2" in page and "75" in page and "a reason" in page
    assert "nothing forbidden" in page


def test_a_finding_comes_first_with_the_command_that_tries_it_again() -> None:
    lost = _program("atom.broken", "broken", outcomes=[_outcome([9], 1, "forbidden", listed=False)])
    section = litmus.section(_record(_program(), lost))
    assert [each["name"] for each in section["programs"]] == ["atom.broken", "atom.lost_update"]
    page = litmus_page(section)
    assert "1 came to something forbidden" in page
    assert "Try it again" in page


def test_planted_programs_come_last_and_are_counted_apart() -> None:
    planted = _program("planted.torn", "caught", planted=True)
    section = litmus.section(_record(planted, _program()))
    assert [each["planted"] for each in section["programs"]] == [False, True]
    assert section["findings"] == 0
    assert "1 of 1 planted ones were caught" in litmus_page(section)


def test_a_simulated_program_says_how_far_it_was_explored() -> None:
    page = _page(_program(runner="sim", bound="all executions", complete=True, all_reached=False))
    assert "simulated: all executions; not every listed outcome was reached" in page


def test_a_simulated_execution_is_shown_step_by_step() -> None:
    assert "1 load #2" in _page(_program(status="broken", runner="sim", finding="a data race", shown="1 load #2"))


def test_hostile_names_stay_text() -> None:
    page = _page(_program("<script>alert(1)</script>", question='"><img src=x>'))
    assert "<script>alert" not in page
    assert "<img" not in page


@pytest.mark.parametrize("change", [{"schema": 2}, {"programs": []}, {"extra": 1}, {"mode": "fast"}])
def test_a_record_of_another_shape_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(RecordError, match="not a litmus record"):
        litmus.render(_stored(tmp_path, {**_record(_program()), **change}))
