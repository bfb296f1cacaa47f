"""Is a slower run called slower, an equal one equal, and too little data too little?"""

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports import __main__ as command
from reports.compare import Comparison, compare
from reports.compare_text import print_comparison
from reports.errors import RecordError
from reports.judging import Judged, Pair, decide, judge_family
from reports.statistics import Interval, Ratio
from reports.tests import catalogs
from reports.tests.runs import Synthetic, break_invariant, crash

CASES: dict[str, Any] = {
    "workloads": ("counter_private",), "threads": (1, 2), "blocks": 6,
    "subjects": ("atom", "fetch_add", "mutex", "empty", "load_then_reset"),
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthetic().write(tmp_path_factory.mktemp("base"))


def synthetic(**settings: Any) -> Synthetic:
    return Synthetic(**dict(CASES, **settings))


def judging_only() -> dict[str, Any]:
    catalog = catalogs.catalog()
    next(one for one in catalog["workloads"] if one["name"] == "counter_private")["timed"] = False
    return catalog


def other(directory: Path, changes: Any = None, **settings: Any) -> Path:
    return synthetic(**dict({"seed": 2}, **settings)).write(directory, changes)


def verdicts(entries: Any) -> dict[str, str]:
    return {entry.name: entry.verdict for entry in entries if entry.judged}


def test_a_run_compared_with_itself_is_the_same(base: Path) -> None:
    result = compare(base, base)

    assert result.exit_code == 0
    assert set(verdicts(result.cases).values()) == {"same"}
    assert set(verdicts(result.subjects).values()) == {"same"}
    assert all(entry.ratio and entry.ratio.ratio == pytest.approx(1) for entry in result.cases)


def test_the_same_code_measured_again_is_the_same(base: Path, tmp_path: Path) -> None:
    result = compare(base, other(tmp_path))

    assert result.exit_code == 0
    assert set(verdicts(result.cases).values()) == {"same"}


def test_a_fifth_slower_is_a_regression_of_that_subject_only(base: Path, tmp_path: Path) -> None:
    result = compare(base, other(tmp_path, slower={"atom": 1.2}))

    found = verdicts(result.cases)
    assert result.exit_code == 1
    assert {name for name, verdict in found.items() if verdict == "regression"} == {
        "counter_private/atom/think:0/threads:1", "counter_private/atom/think:0/threads:2"}
    assert verdicts(result.subjects)["atom over 2 cases"] == "regression"
    assert "Slower over all cases together: atom." in result.headline


def test_a_fifth_faster_is_an_improvement_and_no_failure(base: Path, tmp_path: Path) -> None:
    result = compare(base, other(tmp_path, slower={"atom": 0.8}))

    assert result.exit_code == 0
    assert verdicts(result.subjects)["atom over 2 cases"] == "improvement"


def test_a_loss_within_the_threshold_is_no_regression(base: Path, tmp_path: Path) -> None:
    slower = other(tmp_path, slower={"atom": 1.2})

    assert compare(base, slower, threshold=0.3).exit_code == 0


def test_three_blocks_are_underpowered_and_say_what_is_needed(tmp_path: Path) -> None:
    few = [synthetic(blocks=3, seed=seed, slower={"atom": 1 + 0.2 * seed}).write(
        tmp_path / str(seed)) for seed in (0, 1)]

    result = compare(few[0], few[1])

    slow = [entry for entry in result.cases if entry.subject == "atom"]
    assert [(entry.verdict, entry.underpowered) for entry in slow] == [("inconclusive", True)] * 2
    assert result.exit_code == 0
    assert "run both with --blocks 6" not in "".join(result.notes)
    assert any("underpowered" in note and "--blocks 5" in note for note in result.notes)
    assert compare(few[0], few[1], fail_on_inconclusive=True).exit_code == 5


def test_many_cases_with_few_blocks_are_told_by_their_subject(tmp_path: Path) -> None:
    paths = [synthetic(threads=range(1, 11), seed=seed, slower={"atom": 1 + 0.2 * seed}).write(
        tmp_path / str(seed)) for seed in (0, 1)]

    result = compare(paths[0], paths[1])

    assert all(entry.underpowered for entry in result.cases if entry.subject == "atom")
    assert verdicts(result.subjects)["atom over 10 cases"] == "regression"
    assert result.exit_code == 1


def test_a_filter_narrows_the_family(tmp_path: Path) -> None:
    a, b = [synthetic(blocks=4, seed=seed, slower={"atom": 1 + 0.3 * seed}).write(
        tmp_path / str(seed)) for seed in (0, 1)]

    assert verdicts(compare(a, b).cases)["counter_private/atom/think:0/threads:1"] == (
        "inconclusive")
    narrow = compare(a, b, pattern="atom.*threads:1$")
    assert verdicts(narrow.cases) == {"counter_private/atom/think:0/threads:1": "regression"}


@pytest.mark.parametrize(("machine", "fact"), [
    (catalogs.machine(model="Another CPU"), "processor"),
    (catalogs.machine(cores_online=4), "number of cores"),
    ({**catalogs.machine(), "kernel": "5.10.0"}, "kernel"),
])
def test_another_machine_is_not_comparable(
    base: Path, tmp_path: Path, machine: dict[str, Any], fact: str
) -> None:
    foreign = other(tmp_path, machine=machine)

    result = compare(base, foreign)

    assert result.exit_code == 6
    assert [item.fact for item in result.differences] == [fact]
    assert result.cases == () and result.subjects == ()
    allowed = compare(base, foreign, allow_different=True)
    assert allowed.exit_code == 0 and allowed.cases and allowed.differences == result.differences


def test_another_compiler_is_not_comparable_and_other_flags_are_a_note(
    base: Path, tmp_path: Path
) -> None:
    compiler, flags = catalogs.catalog(), catalogs.catalog()
    compiler["build"]["compiler"] = "clang 14.0.6"
    flags["build"]["flags"] = "-O3"

    assert compare(base, other(tmp_path / "a", catalog=compiler)).exit_code == 6
    noted = compare(base, other(tmp_path / "b", catalog=flags))
    assert noted.exit_code == 0 and any("-O3" in note for note in noted.notes)


def test_a_machine_that_nobody_recorded_is_comparable_with_nothing(
    base: Path, tmp_path: Path
) -> None:
    unknown = other(tmp_path)
    (unknown / "env" / "bench-01.json").unlink()

    assert compare(unknown, unknown).exit_code == 6
    assert compare(base, unknown).exit_code == 6


@pytest.mark.parametrize(("accident", "code", "verdict"), [
    (break_invariant, 3, "broken"), (crash, 4, "void")])
def test_a_case_that_lost_its_numbers_is_graver_than_a_slow_one(
    base: Path, tmp_path: Path, accident: Any, code: int, verdict: str
) -> None:
    spoiled = other(tmp_path, {"counter_private_atom_think=0_threads=2": accident},
                    slower={"mutex": 1.3})

    result = compare(base, spoiled)

    assert result.exit_code == code
    assert verdicts(result.cases)["counter_private/atom/think:0/threads:2"] == verdict


def test_a_workload_that_only_judges_is_compared_by_its_verdicts(tmp_path: Path) -> None:
    before = synthetic(catalog=judging_only()).write(tmp_path / "before")
    after = other(tmp_path / "after", catalog=judging_only(), slower={"atom": 2.0})
    accident = {"counter_private_atom_think=0_threads=2": break_invariant}
    broken = other(tmp_path / "broken", accident, catalog=judging_only())

    assert compare(before, after).exit_code == 0
    assert {entry.why for entry in compare(before, after).cases} == {
        "its workload judges and times nothing"}
    assert compare(before, broken).exit_code == 3


def test_a_case_that_lost_a_block_is_not_whole(base: Path, tmp_path: Path) -> None:
    part = "counter_private_atom_think=0_threads=2.b1"

    result = compare(base, other(tmp_path, {part: crash}))

    assert result.exit_code == 4
    assert "1 of 6 blocks have no verdict after: counter_private/atom/think:0/threads:2" in (
        result.notes)


def test_planted_subjects_are_not_compared_and_the_harness_is_not_judged(
    base: Path, tmp_path: Path
) -> None:
    result = compare(base, other(tmp_path, slower={"empty": 1.5, "load_then_reset": 2.0}))

    assert result.exit_code == 0
    assert {entry.subject for entry in result.cases if not entry.judged} == {"empty"}
    assert all(entry.subject != "load_then_reset" for entry in result.cases)
    assert any("empty baseline's throughput changed by -3" in note for note in result.notes)


def test_false_alarms_stay_below_alpha() -> None:
    import random

    chance = random.Random(11)

    def pair(name: int) -> Pair:
        values = [tuple(chance.lognormvariate(0, 0.2) for _ in range(8)) for _ in range(2)]
        return Pair(str(name), "atom", values[0], values[1])

    families = [judge_family([pair(i) for i in range(10)], 0.01, 0.05) for _ in range(40)]

    alarms = sum(any(one.verdict in ("regression", "improvement") for one in family)
                 for family in families)
    assert alarms <= 6  # 2 are expected at most; more than 6 have a chance below 1 in 200


@pytest.mark.parametrize(("ratio", "low", "high", "p", "reachable", "verdict", "underpowered"), [
    (0.80, 0.78, 0.82, 0.01, True, "regression", False),
    (1.30, 1.20, 1.40, 0.01, True, "improvement", False),
    (0.96, 0.95, 0.97, 0.01, True, "same", False),
    (0.96, 0.94, 0.97, 0.01, True, "inconclusive", False),
    (1.00, 0.70, 1.40, 0.90, True, "inconclusive", True),
    (0.93, 0.91, 0.96, 0.20, True, "inconclusive", False),
    (0.80, 0.78, 0.82, 0.20, False, "inconclusive", True),
])
def test_the_verdict_follows_from_test_interval_and_threshold(
    ratio: float, low: float, high: float, p: float, reachable: bool, verdict: str,
    underpowered: bool
) -> None:
    found = decide(Ratio(ratio, Interval(low, high, 0.95), 6), p, reachable, 0.05, 0.05)

    assert found[:2] == (verdict, underpowered)


def test_a_whole_range_that_is_less_sure_than_asked_is_never_called_the_same() -> None:
    found = decide(Ratio(1.0, Interval(0.99, 1.01, 0.9), 3), 1.0, True, 0.05, 0.05)

    assert found[:2] == ("inconclusive", True)


@pytest.mark.parametrize(("arguments", "said"), [
    (["{base}", "{base}", "--threshold", "2"], "2 is out of range in --threshold"),
    (["{base}", "{base}", "--filter", "("], "not a regular expression"),
    (["{base}", "{base}", "--filter", "nothing"], "no case is in both runs"),
    (["{base}", "{base}/nowhere"], "no such directory"),
])
def test_bad_input_is_one_line_and_exit_2(
    base: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    code = command.main(["compare", *(word.format(base=base) for word in arguments)])

    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith("tussle: ") and said in err and err.count("\n") == 1


def test_a_race_run_has_no_times_to_compare(base: Path, raced: Path) -> None:
    with pytest.raises(RecordError, match="a race run has no times to compare"):
        compare(base, raced)


def test_json_is_one_object_with_the_exit_code(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slower = other(tmp_path, slower={"atom": 1.2})

    code = command.main(["compare", str(base), str(slower), "--json"])

    record = json.loads(capsys.readouterr().out)
    assert code == record["exit_code"] == 1
    assert {entry["verdict"] for entry in record["cases"] if entry["subject"] == "atom"} == {
        "regression"}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colour_is_for_terminals_and_without_no_color(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = compare(base, other(tmp_path, slower={"atom": 1.2}))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)

    assert "\x1b[" in text_of(result, Terminal())
    assert "\x1b[" not in text_of(result, io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in text_of(result, Terminal())


def test_the_table_lists_what_changed_and_counts_the_rest(base: Path, tmp_path: Path) -> None:
    result = compare(base, other(tmp_path, slower={"atom": 1.2}))

    short, whole = text_of(result, io.StringIO()), text_of(result, io.StringIO(), every=True)

    assert "counter_private/atom/think:0/threads:1" in short
    assert "counter_private/mutex/think:0/threads:1" not in short
    assert "4 cases are the same and not listed" in short
    assert "counter_private/mutex/think:0/threads:1" in whole
    assert len({len(line.rstrip()) for line in short.splitlines() if "───" in line}) <= 2


def test_names_are_printed_as_they_are(base: Path) -> None:
    result = compare(base, base)
    hostile = Judged("[red]a[/red] :smile:", "a", None, None, None, None, None, "broken", False,
                     True, "[bold]")
    result = replace(result, cases=(hostile,))

    assert "[red]a[/red] :smile:" in text_of(result, io.StringIO())


def test_a_reader_that_goes_away_is_no_traceback(base: Path) -> None:
    with piped(["compare", str(base), str(base), "--all"]) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def text_of(result: Comparison, stream: io.StringIO, every: bool = False) -> str:
    print_comparison(result, stream, every_case=every)
    return stream.getvalue()


@contextlib.contextmanager
def piped(arguments: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen([sys.executable, "-m", "reports", *arguments], cwd=root,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        yield process
