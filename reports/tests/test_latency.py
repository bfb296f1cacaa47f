"""Are merged latencies exact, honest about too few samples, and apart from throughput?"""

import json
import math
import random
import re
from pathlib import Path
from typing import Any

import pytest

import reports
from reports.hgrm import to_hgrm
from reports.histogram import (
    PERCENTILES, Histogram, merge, middle, of_record, rank_of)
from reports.html import to_html
from reports.records import load
from reports.summary import summarize
from reports.tests import catalogs
from reports.tests.page import (
    Page, dangling_links, duplicate_ids, outside_loads, wrong_numbers)
from reports.tests.runs import Synthetic, break_invariant, crash, edit_json, timed_operation

RUN: dict[str, Any] = {
    "workloads": ("counter_private", "read_mostly"), "subjects": ("atom", "mutex", "empty"),
    "threads": (1, 2), "blocks": 3, "latency_blocks": 2}
UNIT = "read_mostly_atom_read_share=0.99_threads=2.l0"


def histogram_of(lengths: list[int]) -> Histogram:
    return of_record(timed_operation("operation", lengths))


def drawn(seed: int, size: int) -> list[int]:
    chance = random.Random(seed)
    return [int(chance.lognormvariate(4, 2)) for _ in range(size)]


@pytest.mark.parametrize("size", [1, 2, 100, 5000])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_rank_is_within_one_percent_of_the_exact_one(seed: int, size: int) -> None:
    lengths = drawn(seed, size)
    histogram = histogram_of(lengths)

    for parts in (*PERCENTILES.values(), 1, 10_000):
        rank = rank_of(parts, size)
        exact = sorted(lengths)[rank - 1]
        assert math.isclose(histogram.value_at_rank(rank), exact, rel_tol=0.01)
    assert (histogram.min_ns, histogram.max_ns) == (min(lengths), max(lengths))
    assert histogram.mean_ns == sum(lengths) / size


def test_buckets_are_those_that_the_binary_writes() -> None:
    assert [middle(bucket) for bucket in (0, 63, 127, 128, 191, 192, 1983)] == [
        0, 63, 127, 128.5, 254.5, 257.5, (127 << 29) + ((1 << 29) - 1) / 2]


def test_merged_is_the_histogram_of_all_samples_in_any_order() -> None:
    parts = [drawn(seed, 100 * seed) for seed in range(5)]  # the first is empty
    whole = histogram_of([length for part in parts for length in part])

    merged = merge(histogram_of(part) for part in parts)
    backwards = merge(histogram_of(part) for part in reversed(parts))

    assert merged == backwards == whole
    assert list(merged.counts) == sorted(merged.counts)


def test_merging_adds_what_found_no_room() -> None:
    full = Histogram({5: 1}, 5, 5, 5, too_long=2, uncounted=3)

    assert (merge([full, full]).too_long, merge([full, full]).uncounted) == (4, 6)
    assert merge([]).samples == 0 and merge([]).min_ns is None


def test_ranks_are_nearest_ranks_and_never_off_by_rounding() -> None:
    found = [rank_of(9_990, 1_000), rank_of(9_999, 10_000), rank_of(5_000, 5), rank_of(9_000, 0)]
    assert found == [999, 9_999, 3, 1]


def test_a_percentile_needs_ten_samples_beyond_it() -> None:
    assert histogram_of(list(range(1, 101))).percentile(9_000) == 90
    assert histogram_of(list(range(1, 100))).percentile(9_000) is None
    assert Histogram({}).percentile(5_000) is None


def test_a_curve_rises_and_ends_where_samples_become_too_few() -> None:
    lengths = drawn(1, 10_000)
    curve = histogram_of(lengths).curve()

    assert curve[0] == [1.0, pytest.approx(min(lengths), rel=0.01)]
    assert all(a[1] <= b[1] and a[0] < b[0] for a, b in zip(curve, curve[1:]))
    assert curve[-1][0] == pytest.approx(1_000, rel=0.01)
    at_99 = next(value for x, value in curve if x == pytest.approx(100))
    assert at_99 == histogram_of(lengths).percentile(9_900)
    assert histogram_of([5] * 10).curve() == [] == Histogram({}).curve()


def read_back(text: str) -> tuple[list[tuple[float, float, int, float]], dict[str, float]]:
    """Reads a file as the plotters of HdrHistogram do."""
    lines = [line.split() for line in text.splitlines() if line and line[0] != "#"]
    rows = [(float(a), float(b), int(c), float(rest[0]) if rest else math.inf)
            for a, b, c, *rest in lines[1:] if a]
    found = re.findall(r"(\w+(?: \w+)?)\s*=\s*([\d.]+)", text)
    return rows, {name: float(value) for name, value in found}


def test_a_file_says_what_the_histogram_says() -> None:
    lengths = drawn(3, 5_000)
    histogram = histogram_of(lengths)

    text = to_hgrm(histogram).replace("\n\n", "\n")
    rows, footer = read_back(text)

    counts = [b - a for a, b in zip([0, *(row[2] for row in rows)], (row[2] for row in rows))]
    assert counts == list(histogram.counts.values())
    assert [row[0] for row in rows] == [
        pytest.approx(value, abs=0.001) for value, _ in histogram.steps()]
    assert all(share == pytest.approx(reached / 5_000) for _, share, reached, _ in rows)
    assert all(inverse == pytest.approx(1 / (1 - share), rel=0.01)
               for _, share, _, inverse in rows[:-1])
    assert rows[-1][1:] == (1.0, 5_000, math.inf)
    assert footer["Mean"] == pytest.approx(sum(lengths) / 5_000, abs=0.001)
    assert footer["Max"] == max(lengths) and footer["Total count"] == 5_000
    spread = math.sqrt(sum((n - sum(lengths) / 5_000) ** 2 for n in lengths) / 5_000)
    assert footer["StdDeviation"] == pytest.approx(spread, rel=0.01)
    assert text.split()[:4] == ["Value", "Percentile", "TotalCount", "1/(1-Percentile)"]
    assert "nanoseconds" in text.splitlines()[-1]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns a run with a latency pass, rendered."""
    directory = Synthetic(**RUN).write(tmp_path_factory.mktemp("latency"))
    reports.render(directory)
    return directory


def summary_of(run: Path) -> dict[str, Any]:
    return dict(json.loads((run / "summary.json").read_text()))


def test_units_of_the_pass_are_no_part_of_any_throughput(run: Path, tmp_path: Path) -> None:
    without = summarize(load(Synthetic(**dict(RUN, latency_blocks=0)).write(tmp_path)))
    found = summary_of(run)

    for part in ("cases", "leaders", "samples", "flags", "calibration"):
        assert found[part] == json.loads(json.dumps(without[part])), part
    loaded = load(run)
    assert not [unit for unit in loaded.units if unit.measures != "throughput"]
    assert len(loaded.latency_units) == 2 * 3 * 6 and loaded.corrupt == ()
    assert found["counts"]["units"] == without["counts"]["units"] + 36


def test_the_summary_merges_the_blocks_of_every_operation(run: Path) -> None:
    rows = [row for row in summary_of(run)["latency"] if row["workload"] == "read_mostly"]
    units = [unit for unit in load(run).latency_units if unit.case == rows[0]["case"]]

    assert {row["subject"] for row in rows} == {"atom", "mutex", "empty"}
    for index, name in enumerate(("read", "update")):
        found = rows[0]["operations"][index]
        both = merge(of_record(unit.result["latency"]["operations"][index])
                     for unit in units if unit.result)
        assert (found["name"], found["samples"]) == (name, 8_000)
        assert found["p99_ns"] == both.percentile(9_900) and found["max_ns"] == both.max_ns
        assert found["p99_99_ns"] is None and found["null_because"] == "too few samples"


def test_every_operation_of_every_case_has_a_file(run: Path) -> None:
    files = {operation["file"] for row in summary_of(run)["latency"]
             for operation in row["operations"]}

    assert files == {f"hist/{path.name}" for path in (run / "hist").iterdir()}
    assert f"hist/{UNIT.rpartition('.')[0]}.update.hgrm" in files
    for file in files:
        assert read_back((run / file).read_text().replace("\n\n", "\n"))[1]["Total count"] == 8_000


def test_the_page_shows_the_summarys_numbers_and_nothing_is_loose(run: Path) -> None:
    page = Page((run / "report.html").read_text(encoding="utf-8"))

    shown = {number.place for number in page.numbers}
    assert {f"/latency/0/operations/0/{key}_ns" for key in ("p50", "p99", "max")} <= shown
    assert wrong_numbers(page, summary_of(run)) == []
    assert duplicate_ids(page) == dangling_links(page) == outside_loads(page) == []
    assert page.unclosed == []
    said = " ".join("".join(page.words).split())
    assert "Service time in a closed loop" in said and "too few samples" in page.text
    assert page.text.count('class="plot" id="plot-latency-') == 1 + 2 * 2, "one an operation"


def test_it_is_explained_where_the_page_first_shows_it(tmp_path: Path) -> None:
    catalog = catalogs.catalog("bench")
    catalog["workloads"].reverse()  # the page keeps this order, whatever the names
    directory = Synthetic(**dict(RUN, catalog=catalog)).write(tmp_path)

    said = " ".join("".join(Page(to_html(summarize(load(directory)))).words).split())

    assert 0 < said.index("from the start of an operation to its end") < said.index("measured as above")


def test_a_broken_block_voids_the_latency_and_fails_the_run(tmp_path: Path) -> None:
    directory = Synthetic(**RUN).write(tmp_path, {UNIT: break_invariant})
    page = Page(reports.render(directory).read_text(encoding="utf-8"))

    summary = summary_of(directory)
    row = next(row for row in summary["latency"] if row["state"] == "broken")
    assert row["operations"] == [] and row["blocks"] == 0
    assert summary["verdict"]["exit_code"] == 3 and summary["counts"]["units_broken"] == 1
    assert [trouble["id"] for trouble in summary["troubles"]] == [row["id"]]
    assert not list((directory / "hist").glob("read_mostly_atom_read_share=0.99_threads=2.*"))
    assert all(case["state"] == "ok" for case in summary["cases"])
    assert dangling_links(page) == duplicate_ids(page) == page.unclosed == []


def test_a_crash_or_a_missing_unit_leaves_the_other_blocks_samples(tmp_path: Path) -> None:
    directory = Synthetic(**RUN).write(tmp_path, {UNIT: crash})
    (directory / "units" / (UNIT.replace("atom", "mutex") + ".json")).unlink()
    page = Page(reports.render(directory).read_text(encoding="utf-8"))

    summary = summary_of(directory)
    partial = [row for row in summary["latency"] if row["state"] == "partial"]
    assert [row["statuses"] for row in partial] == [
        {"ok": 1, "crashed": 1}, {"ok": 1, "missing": 1}]
    assert all(row["operations"][0]["samples"] == 4_000 for row in partial)
    assert summary["verdict"]["exit_code"] == 4
    assert summary["counts"]["units_crashed"] == summary["counts"]["units_missing"] == 1
    assert "last words" in summary["troubles"][0]["log"]
    assert dangling_links(page) == []


def test_a_unit_of_another_pass_than_planned_is_corrupt(tmp_path: Path) -> None:
    directory = Synthetic(**RUN).write(tmp_path)
    edit_json(directory / "units" / f"{UNIT}.json", lambda unit: unit.update({"pass": "throughput"}))

    assert [item.place for item in load(directory).corrupt] == ["pass"]


@pytest.mark.parametrize("change", [
    lambda latency: latency.pop("clock"),
    lambda latency: latency.update(sub_bucket_bits=7),
    lambda latency: latency.update(measures="response time"),
    lambda latency: latency["operations"][0]["buckets"].append([1984, 1]),
    lambda latency: latency["operations"][0]["buckets"].append([5]),
    lambda latency: latency["operations"][0].update(name="../read"),
])
def test_a_latency_that_breaks_the_schema_is_left_out(tmp_path: Path, change: Any) -> None:
    directory = Synthetic(**RUN).write(tmp_path)
    edit_json(directory / "units" / f"{UNIT}.json", lambda unit: change(unit["result"]["latency"]))

    assert [item.file for item in load(directory).corrupt] == [f"units/{UNIT}.json"]


def test_a_run_without_the_pass_has_no_section_and_no_files(tmp_path: Path) -> None:
    directory = Synthetic(**dict(RUN, latency_blocks=0)).write(tmp_path)
    page = reports.render(directory).read_text(encoding="utf-8")

    assert summary_of(directory)["latency"] == []
    assert "Latency of single operations" not in page and not (directory / "hist").exists()


def test_operations_that_never_happened_are_shown_without_numbers(tmp_path: Path) -> None:
    def never(unit: dict[str, Any]) -> None:
        unit["result"]["latency"]["operations"][1] = timed_operation("update", [])

    directory = Synthetic(**RUN).write(tmp_path, {f"read_share=0.99_threads=2.l{block}": never
                                                  for block in (0, 1)})
    summary = summarize(load(directory))
    page = Page(to_html(summary))

    row = next(row for row in summary["latency"]
               if row["case"].endswith("/read_share:0.99/threads:2"))
    assert row["operations"][1]["samples"] == 0 and row["operations"][1]["file"] is None
    assert wrong_numbers(page, summary) == [] and page.unclosed == []
