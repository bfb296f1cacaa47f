"""Does the page of claims say what the record says, also when texts are hostile?"""

import json
from pathlib import Path
from typing import Any

import pytest
from reports import claims, rendering
from reports.errors import RecordError
from reports.html import claims_page


def _claim(identity: str = "agent.serial", verdict: str = "supported", **more: Any) -> dict[str, Any]:
    return {
        "id": identity, "statement": "actions run one at a time", "threshold": "never two", "source": "a_claims.h",
        "verdict": verdict, "because": "never two were under way", "expected": "supported", "surprise": False,
        "seconds": 0.1, "error": "", "figures": [{"name": "actions", "value": 20_000, "unit": ""}], **more,
    }


def _record(*all_of_them: dict[str, Any], **more: Any) -> dict[str, Any]:
    build = {"compiler": "g++", "flags": "-O3", "commit": "0123456789ab", "dirty": False}
    return {"schema": 1, "mode": "bench", "build": build, "claims": list(all_of_them), **more}


def _page(*all_of_them: dict[str, Any]) -> str:
    return claims_page(claims.section(_record(*all_of_them)))


def _stored(tmp_path: Path, record: dict[str, Any]) -> Path:
    (tmp_path / claims.FILE).write_text(json.dumps(record))
    return tmp_path


def test_every_claim_stands_with_its_verdict_threshold_and_figures(tmp_path: Path) -> None:
    page = rendering.render(_stored(tmp_path, _record(_claim()))).read_text()
    assert "actions run one at a time" in page
    assert "decided by: never two" in page
    assert "actions: 20" in page
    assert "1 supported, 0 refuted, 0 inconclusive, 0 not tested" in page


def test_a_surprise_and_a_failure_are_told_first() -> None:
    surprise = _claim(verdict="refuted", surprise=True)
    page = _page(surprise, _claim("agent.other", "not tested", error="no memory"))
    assert "1 came to what they come to nowhere else" in page
    assert "elsewhere supported" in page
    assert "1 could not be tried" in page
    assert "no memory" in page


def test_a_claim_without_evidence_says_why() -> None:
    page = _page(_claim(verdict="not tested", because="needs refs", threshold="", source="", figures=[]))
    assert "needs refs" in page
    assert "decided by" not in page


def test_hostile_texts_stay_text() -> None:
    page = _page(_claim(statement="<script>alert(1)</script>", because='"><img src=x>'))
    assert "<script>alert" not in page
    assert "<img" not in page


@pytest.mark.parametrize("change", [{"schema": 2}, {"claims": []}, {"extra": 1}, {"mode": "fast"}])
def test_a_record_of_another_shape_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(RecordError, match="not a claims record"):
        claims.render(_stored(tmp_path, {**_record(_claim()), **change}))
