"""Does the table of detectors say what the record says, also when names are hostile?"""

import json
from pathlib import Path
from typing import Any

import pytest
from reports import detectors, rendering
from reports.errors import RecordError
from reports.html import detectors_page
from reports.tests.runs import Synthetic


def _detection(**more: Any) -> dict[str, Any]:
    return {"detector": "lifetime.chaos", "column": "unit:chaos", "runs": 10, "caught": 10, "seconds": 0.4,
            "median_seconds": 0.5, "median_executions": 1, "tried": 0,
            "how": "sanitizer", "message": "AddressSanitizer: heap-use-after-free", "same_code": False, **more}


def _subject(name: str, state: str = "caught", **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": "mutant", "file": "primitives/reclaim/retired.cc", "breaks": "It dies early.",
            "expected": "caught", "needs": "", "gate": [], "error": "", "state": state,
            "detections": [_detection()], **more}


def _record(*subjects: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "schema": 2, "created": "2026-11-22T00:00:00.000+00:00", "commit": "0123456789ab", "seeds": 10,
        "gate": False, "finished": "2026-11-22T00:01:00.000+00:00", "seconds": 60.0,
        "detectors": [{"name": "lifetime.chaos", "column": "unit:chaos", "finds": "values that die too early"},
                      {"name": "lifetime.bench", "column": "unit:bench", "finds": "the same, pooled"}],
        "control": [_detection(caught=0, seconds=None, how="", message="")],
        "subjects": list(subjects), "left_out": [], **more,
    }


def _stored(tmp_path: Path, record: dict[str, Any]) -> Path:
    (tmp_path / detectors.FILE).write_text(json.dumps(record))
    return tmp_path


def test_a_cell_says_how_often_and_how_fast(tmp_path: Path) -> None:
    page = detectors.render(_stored(tmp_path, _record(_subject("early_free")))).read_text()
    assert "10/10 · 1 · 0.5 s" in page
    assert "heap-use-after-free" in page
    assert "1 of 1 were noticed" in page


def test_the_best_of_a_column_is_shown() -> None:
    poor = _detection(detector="contention.bench", column="unit:bench", caught=2, seconds=0.1)
    good = _detection(detector="lifetime.bench", column="unit:bench", caught=9)
    row = detectors.table(_record(_subject("m", detections=[poor, good])))["rows"][0]
    assert [cell["text"][:4] for cell in row["cells"]] == ["9/10", ""]


def test_families_stand_side_by_side_with_the_medians_of_executions_and_seconds() -> None:
    def asked(name: str, column: str, **more: Any) -> dict[str, Any]:
        return _detection(detector=name, column=column, **more)

    missed: dict[str, Any] = dict(caught=0, seconds=None, median_seconds=None, median_executions=None, how="",
                                  message="", tried=20_000)
    record = _record(_subject("weak_order", detections=[
        asked("sim.random", "sim:random", **missed),
        asked("sim.weak", "sim:weak", median_executions=4321, median_seconds=0.0625),
        asked("litmus.sim", "litmus", caught=4, median_executions=None, median_seconds=None, tried=60_000),
    ]))
    record["detectors"] = [{"name": name, "column": column, "finds": "it"} for name, column in (
        ("litmus.sim", "litmus"), ("sim.weak", "sim:weak"), ("sim.random", "sim:random"), ("h", "history"))]

    table = detectors.table(record)

    assert table["columns"] == ["sim-random", "sim-weak", "litmus", "history"]
    random, weak, litmus, history = table["rows"][0]["cells"]
    assert random["text"] == "– 0/10"
    assert "in vain: 20\u202fk executions" in random["title"].replace("20.0", "20")
    assert weak["text"] == "10/10 · 4.32\u202fk · 62 ms"
    assert litmus["text"] == "4/10 · –"
    assert history["text"] == ""


def test_what_nothing_here_catches_is_named_with_what_it_would_take() -> None:
    quiet = _detection(runs=0, caught=0, seconds=None, how="", message="", same_code=True)
    record = _record(_subject("weak_order", "nothing here", expected="nothing here", needs="an Arm machine",
                              detections=[quiet]))
    page = detectors_page(detectors.table(record))
    assert "the same instructions as without it" in page
    assert "an Arm machine" in page
    assert "0 of 1 were noticed" in page


def test_what_slipped_through_comes_first() -> None:
    record = _record(_subject("a"), _subject("b", "slipped through", gate=["lifetime.chaos"]))
    assert [row["name"] for row in detectors.table(record)["rows"]] == ["b", "a"]


def test_a_detector_that_complains_of_the_shipped_code_is_told() -> None:
    page = detectors_page(detectors.table(_record(_subject("a"), control=[_detection(message="false alarm")])))
    assert "lifetime.chaos: false alarm" in page


def test_a_run_that_did_not_end_says_so() -> None:
    page = detectors_page(detectors.table(_record(_subject("a"), finished=None, left_out=["z"])))
    assert "did not come to its end" in page
    assert "budget was spent: z" in page


def test_hostile_names_stay_text() -> None:
    page = detectors_page(detectors.table(_record(_subject("<script>alert(1)</script>", breaks='"><img src=x>'))))
    assert "<script>alert" not in page
    assert "<img" not in page


@pytest.mark.parametrize("change", [{"schema": 3}, {"subjects": [{"name": "a"}]}, {"extra": 1}])
def test_a_record_of_another_shape_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(RecordError, match="not a mutants record"):
        detectors.render(_stored(tmp_path, {**_record(), **change}))


def test_a_directory_with_mutants_only_is_rendered_alone(tmp_path: Path) -> None:
    _stored(tmp_path, _record(_subject("early_free")))
    assert "Who catches what" in rendering.render(tmp_path).read_text()


def test_the_page_of_a_run_shows_a_stored_table(tmp_path: Path) -> None:
    table = _stored(tmp_path, _record(_subject("early_free"))) / detectors.FILE
    run = Synthetic(blocks=2).write(tmp_path / "run")
    assert "early_free" not in rendering.render(run).read_text()
    page = rendering.render(run, noticed=table).read_text()
    assert "early_free" in page
    assert 'href="#detectors"' in page
