"""Is a machine that becomes slower found out, and a steady one left in peace?"""

import random
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

from reports.drift import course, drift_over, trend, verdict
from reports.records import load
from reports.statistics import blocks_needed, kendall, midmean, slope, smallest_kendall_p
from reports.summary import summarize
from reports.tests.runs import Synthetic


def rows(*values: list[float]) -> list[dict[str, Any]]:
    return [{"name": str(number), "replicates": {str(b): v for b, v in enumerate(one)}}
            for number, one in enumerate(values)]


def slower_each_block(factor: float) -> Any:
    def change(unit: dict[str, Any]) -> None:
        for sample in unit["result"]["samples"]:
            sample["ops_per_s"] *= factor ** unit["block"]
    return change


def test_kendall_is_scipys_and_says_nothing_of_values_that_never_change() -> None:
    tau, p = kendall([0, 1, 2, 3, 4], [5.0, 4.0, 3.0, 2.0, 1.0])

    assert (tau, p) == pytest.approx((-1.0, 2 / 120))
    assert kendall([0, 1, 2], [7.0, 7.0, 7.0]) == (0.0, 1.0)
    assert slope([0, 1, 3], [1.0, 3.0, 7.0]) == pytest.approx(2.0)


@pytest.mark.parametrize("count", range(2, 8))
def test_the_smallest_p_is_that_of_values_in_order(count: int) -> None:
    found = stats.kendalltau(range(count), range(count)).pvalue

    assert smallest_kendall_p(count) == pytest.approx(found)


def test_the_blocks_needed_grow_with_the_number_of_tests() -> None:
    assert [blocks_needed(tests, 0.05) for tests in (1, 10, 87, 1000)] == [5, 6, 7, 8]
    assert smallest_kendall_p(7) * 87 <= 0.05 < smallest_kendall_p(6) * 87


def test_a_trend_needs_three_blocks_and_says_how_much_changed() -> None:
    assert trend({0: 1.0, 1: 2.0}) is None
    assert trend({0: 1.0, 1: 0.0, 2: 3.0}) is None
    found = trend({0: 8.0, 1: 4.0, 2: 2.0, 4: 0.5})
    assert found is not None
    assert found["tau"] == pytest.approx(-1.0) and found["change"] == pytest.approx(1 / 16)


def test_a_verdict_says_when_no_drift_could_have_been_seen() -> None:
    assert verdict(5, 0.02, 1) == "drift"
    assert verdict(5, 0.4, 1) == "no drift seen"
    assert verdict(4, 0.09, 1) == "too few blocks"
    assert verdict(5, 1.0, 87) == "too few blocks"
    assert verdict(7, 1.0, 87) == "no drift seen"


def test_one_drifting_case_among_many_is_found_and_no_other() -> None:
    chance = random.Random(7)
    steady = [[chance.gauss(1e6, 1e4) for _ in range(10)] for _ in range(30)]
    found = rows([1e6 * 0.98 ** block for block in range(10)], *steady)

    said = drift_over(found)

    assert [row["drift"]["verdict"] for row in found] == ["drift"] + 30 * ["no drift seen"]
    assert (said["drifting"], said["cases"], said["too_few"]) == (1, 31, 0)
    assert said["run"]["verdict"] == "no drift seen"


def test_without_correction_noise_would_be_called_drift() -> None:
    chance = random.Random(3)
    noise = rows(*[[chance.gauss(1e6, 1e4) for _ in range(8)] for _ in range(200)])

    said = drift_over(noise)

    assert sum(row["drift"]["p"] <= 0.05 for row in noise) > 3
    assert said["drifting"] == 0


def test_the_course_counts_every_case_alike_and_only_whole_ones() -> None:
    found = course(rows([1.0, 2.0, 4.0], [1e9, 2e9, 4e9], [3.0, 6.0, 12.0], [7.0, 7.0, 0.1],
                        [5.0, 5.0]))

    assert [(step["block"], step["cases"]) for step in found] == [(0, 4), (1, 4), (2, 4)]
    assert [step["relative"] for step in found] == pytest.approx([0.5, 1.0, 2.0])


def test_the_midmean_forgets_the_extremes_and_uses_all_of_the_middle() -> None:
    assert midmean([1e-9, 2.0, 8.0, 1e9]) == pytest.approx(4.0)
    assert midmean([3.0]) == pytest.approx(3.0)


def test_a_block_that_an_interruption_cut_short_is_left_out() -> None:
    found = course(rows([1.0, 1.0, 9.0], [2.0, 2.0], [3.0, 3.0]))

    assert [step["block"] for step in found] == [0, 1]
    assert course([]) == course(rows([])) == []


@pytest.mark.parametrize(("factor", "said"), [(0.985, "drift"), (1.0, "no drift seen")])
def test_a_machine_that_becomes_slower_is_found_in_a_run(
    tmp_path: Path, factor: float, said: str
) -> None:
    run = Synthetic(workloads=("counter_private",), threads=(1, 2), blocks=8).write(
        tmp_path, {"": slower_each_block(factor)})

    drift = summarize(load(run))["drift"]

    assert drift["run"]["verdict"] == said
    assert drift["run"]["change"] == pytest.approx(factor ** 7, rel=0.02)
    assert (drift["drifting"] > 0) == (said == "drift")


def test_one_block_or_a_race_run_has_no_drift_to_ask_about(tmp_path: Path, raced: Path) -> None:
    one = Synthetic(workloads=("counter_private",), threads=(1,), blocks=1).write(tmp_path)

    single, race = (summarize(load(run)) for run in (one, raced))

    assert single["drift"]["run"] is race["drift"]["run"] is None
    assert single["drift"]["blocks_needed"] is None and race["drift"]["course"] == []
    assert all(row["drift"] is None for row in single["cases"])
