"""Does a run whose conditions are words, as placement and allocator are, reach the page and the exports?"""

import json
from pathlib import Path

import pytest

from reports.exports.charts import to_smaller
from reports.exports.junit import to_junit
from reports.exports.samples_csv import to_csv
from reports.html import to_html
from reports.records import load
from reports.summary import summarize
from reports.tests.page import Page, dangling_links, duplicate_ids, wrong_numbers
from reports.tests.runs import Synthetic


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose cases name a label instead of a number."""
    folder = Synthetic(workloads=("counter_private",), threads=(1, 2), blocks=3, latency_blocks=1).write(
        tmp_path_factory.mktemp("placed"))
    for path in [folder / "manifest.json", *folder.glob("units/*.json")]:
        text = path.read_text(encoding="utf-8").replace('"think": 0', '"placement": "compact"')
        text = text.replace("think:0", "placement:compact").replace("think=0", "placement=compact")
        path.unlink()
        path.with_name(path.name.replace("think=0", "placement=compact")).write_text(text, encoding="utf-8")
    return folder


def test_every_case_has_its_label_and_the_page_is_whole(placed: Path) -> None:
    summary = summarize(load(placed))
    page = Page(to_html(summary))

    assert summary["corrupt"] == [] and {row["label"] for row in summary["cases"]} == {"placement compact"}
    assert {row["label"] for row in summary["latency"]} == {"placement compact"}
    assert wrong_numbers(page, summary) == []
    assert dangling_links(page) == [] and duplicate_ids(page) == []
    assert page.text.count("placement compact") > 3


def test_exports_name_it_too(placed: Path) -> None:
    run = load(placed)
    summary = summarize(run)

    assert "counter_private/atom/placement:compact/threads:2 (latency)" in to_junit(run, summary)
    assert "placement:compact" in to_csv(run, summary)
    assert all("placement" in json.dumps(entry) for entry in json.loads(to_smaller(run, summary)))
