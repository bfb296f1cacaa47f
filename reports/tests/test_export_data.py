"""Do trackers, Google Benchmark's own tool and spreadsheets read the numbers that the report shows?"""

import csv
import io
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reports.exports.charts import to_bigger, to_smaller
from reports.exports.google_benchmark import to_google_benchmark
from reports.exports.samples_csv import to_csv
from reports.records import load
from reports.summary import summarize
from reports.tests import exported
from reports.tests.runs import Synthetic

COMPARE = Path("/usr/share/benchmark/compare.py")
USUAL = exported.small(blocks=4, repetitions=3)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of four blocks with three windows each."""
    return Synthetic(**USUAL).write(tmp_path_factory.mktemp("run"))


def rows_of(directory: Path) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in summarize(load(directory))["cases"]}


@pytest.mark.parametrize(("write", "metric", "unit"), [(to_smaller, "ns_per_op", "ns/op"),
                                                       (to_bigger, "ops_per_s", "ops/s")])
def test_charts_hold_the_medians_of_the_report(run: Path, write: Any, metric: str, unit: str) -> None:
    rows = rows_of(run)

    entries = json.loads(exported.text_of(write, run))

    assert {entry["name"] for entry in entries} == {
        name for name, row in rows.items() if row["kind"] != "planted"}
    for entry in entries:
        assert set(entry) == {"name", "unit", "value", "range", "extra"}
        assert entry["value"] == rows[entry["name"]][metric]["median"] and entry["unit"] == unit
        assert all(isinstance(entry[key], str) for key in ("range", "extra"))


def test_a_case_without_a_verified_number_has_no_point(tmp_path: Path) -> None:
    names = [entry["name"] for entry in json.loads(exported.text_of(to_smaller, exported.broken(tmp_path)))]

    assert not [name for name in names if "/mutex/" in name] and len(names) == 7


def test_one_block_says_that_its_range_is_unknown(tmp_path: Path) -> None:
    folder = Synthetic(**exported.small(blocks=1)).write(tmp_path)

    ranges = {entry["range"] for entry in json.loads(exported.text_of(to_smaller, folder))}

    assert ranges == {"unknown: too few replicates"}


def test_repetitions_are_the_blocks_and_aggregates_theirs(run: Path) -> None:
    document = json.loads(exported.text_of(to_google_benchmark, run))
    mine = [row for row in document["benchmarks"] if row["run_name"] == "counter_private/atom/think:0/threads:2"]
    times = [row["real_time"] for row in mine if row["run_type"] == "iteration"]

    assert [row["repetition_index"] for row in mine if row["run_type"] == "iteration"] == [0, 1, 2, 3]
    assert {row["aggregate_name"]: row["real_time"] for row in mine if row["run_type"] == "aggregate"} == {
        "mean": pytest.approx(statistics.mean(times)), "median": pytest.approx(statistics.median(times)),
        "stddev": pytest.approx(statistics.stdev(times))}
    assert statistics.median(times) == pytest.approx(rows_of(run)[mine[0]["run_name"]]["ns_per_op"]["median"])


def test_has_what_readers_of_google_benchmark_ask_for(run: Path) -> None:
    document = json.loads(exported.text_of(to_google_benchmark, run))

    assert isinstance(document["context"]["caches"], list) and document["context"]["num_cpus"] == 2
    for row in document["benchmarks"]:
        assert row["time_unit"] == "ns" and row["real_time"] > 0 and row["cpu_time"] > 0
        assert row["threads"] == 2 and row["iterations"] > 0 and row["repetitions"] == 4
        assert "planted" not in row["name"] and "plain_int" not in row["name"]


@pytest.mark.skipif(not COMPARE.exists(), reason="package libbenchmark-tools is not installed")
def test_google_benchmarks_own_tool_compares_two_exports(tmp_path: Path) -> None:
    files = []
    for name, factor in (("before", 1.0), ("after", 2.0)):
        usual = exported.small(blocks=9, noise=0.001)
        folder = Synthetic(**usual, slower={"mutex": factor}).write(tmp_path / name)
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(exported.text_of(to_google_benchmark, folder), encoding="utf-8")

    ended = subprocess.run([sys.executable, str(COMPARE), "--no-color", "benchmarks", *map(str, files)],
                           capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    medians = {line.split()[0]: float(line.split()[1]) for line in lines if "_median" in line}
    assert medians["counter_private/mutex/think:0/threads:2_median"] == pytest.approx(1.0, abs=0.01)
    assert medians["counter_private/atom/think:0/threads:2_median"] == pytest.approx(0.0, abs=0.01)
    assert any("_pvalue" in line and "U Test, Repetitions: 9 vs 9" in line for line in lines)


def test_csv_has_every_window(run: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(exported.text_of(to_csv, run))))

    assert len(rows) == 10 * 4 * 3
    assert [int(row["order"]) for row in rows] == sorted(int(row["order"]) for row in rows)
    units = {unit.key: unit for unit in load(run).units}
    first = next(row for row in rows if row["subject"] == "atom" and row["block"] == "2" and row["window"] == "1")
    sample = units["counter_private_atom_think=0_threads=2.b2"].samples[1]
    assert float(first["ns_per_op"]) == sample["ns_per_op"] and first["verified"] == "True"
    assert first["failed_attempts"] == str(sample["failed_attempts"]) and first["conditions"] == "think:0"


def test_csv_tells_windows_that_were_not_verified(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(exported.text_of(to_csv, exported.clean(tmp_path)))))

    planted = [row for row in rows if row["subject"] == "load_then_reset"]
    assert [(row["status"], row["verified"]) for row in planted] == [("broken", "False")] * 2
    assert planted[0]["failed_attempts"] == ""  # nobody counts them there


def test_a_cell_is_no_formula(tmp_path: Path) -> None:
    Synthetic(**exported.SMALL).write(tmp_path)
    for path in [tmp_path / "manifest.json", *(tmp_path / "units").iterdir()]:
        text = path.read_text(encoding="utf-8").replace("counter_private/spin_lock/", "=cmd()/spin_lock/")
        path.write_text(text.replace('"spin_lock"', '"@sum,\\"quoted\\""'), encoding="utf-8")

    rows = list(csv.DictReader(io.StringIO(exported.text_of(to_csv, tmp_path))))

    strange = [row for row in rows if row["case"].startswith("'=cmd()/")]
    assert len(strange) == 2 and {row["subject"] for row in strange} == {"'@sum,\"quoted\""}
