"""Is a plan cut to its budget in the order that costs least, and is the cut said everywhere?"""

import json
import random
import re
from pathlib import Path

import pytest

from harness.runner import cgroup, cut, latency, plan, presets
from harness.runner.command_line import ROOT
from harness.runner.cut import Allowance, Pass
from harness.runner.machine import Machine
from harness.runner.plan import Case
from harness.runner.shard import dealt
from harness.runner.tests.stage import TINY_PRESET, Place
from harness.runner.tests.test_command_line import really
from harness.runner.tests.test_resume import edit
from harness.runner.trouble import Trouble

UNIT = 0.07  # TINY_PRESET: window 0.01, no ramp, start 0.06


def case(workload: str, subject: str, threads: int) -> Case:
    name = f"{workload}/{subject}/threads:{threads}"
    return Case(name, workload, subject, {"threads": threads})


def grid(workload: str, subjects: str, threads: int) -> list[Case]:
    return [case(workload, subject, n + 1) for n in range(threads) for subject in subjects]


def names(cases: list[Case]) -> list[str]:
    return [case.name for case in cases]


def test_what_fits_is_left_whole() -> None:
    fitted = cut.fit(grid("w", "ab", 2), 3, Allowance(1.0, 12.0))

    assert (len(fitted.cases), fitted.blocks, fitted.dropped) == (4, 3, [])
    assert fitted.cut is not None and fitted.cut.statement() == ""


def test_blocks_go_first_down_to_one() -> None:
    for budget, blocks in ((11.9, 2), (8.0, 2), (7.9, 1), (4.0, 1)):
        fitted = cut.fit(grid("w", "ab", 2), 3, Allowance(1.0, budget))

        assert (len(fitted.cases), fitted.blocks) == (4, blocks)


def test_then_whole_comparisons_go_and_every_workload_keeps_one() -> None:
    cases = grid("v", "abc", 3) + grid("w", "ab", 3)

    fitted = cut.fit(cases, 9, Allowance(1.0, 6.5))

    assert names(fitted.cases) == [
        "v/a/threads:1", "v/b/threads:1", "v/c/threads:1", "w/a/threads:1", "w/b/threads:1"
    ]
    assert len(fitted.dropped) == 10 and fitted.blocks == 1
    assert fitted.cut is not None
    assert fitted.cut.statement() == "cut to 1 of 9 blocks and 5 of 15 cases by the budget"


def test_a_comparison_is_split_only_when_not_even_one_fits() -> None:
    assert names(cut.fit(grid("w", "abc", 2), 1, Allowance(1.0, 2.0)).cases) == [
        "w/a/threads:1", "w/b/threads:1"
    ]


def test_a_budget_that_holds_nothing_is_refused() -> None:
    with pytest.raises(Trouble, match="a budget of 0.5 s holds no unit: one takes 1 s"):
        cut.fit(grid("w", "a", 1), 1, Allowance(1.0, 0.5))


def test_blocks_until_the_budget_are_as_many_as_fit() -> None:
    fitted = cut.fit(grid("w", "ab", 1), None, Allowance(0.5, 3600.0))

    assert fitted.blocks == 3600 and fitted.cut is not None and fitted.cut.statement() == ""


def test_whatever_the_numbers_the_cut_fits_and_one_more_block_would_not() -> None:
    chance = random.Random(2)
    for _ in range(500):
        cases = grid("v", "abcdef"[: chance.randint(1, 6)], chance.randint(1, 5))
        allowance = Allowance(chance.uniform(0.01, 1), chance.uniform(1, 60), chance.randint(1, 4))
        asked = chance.choice([None, 1, 5, 30])

        fitted = cut.fit(cases, asked, allowance)

        assert allowance.holds(fitted.cases, fitted.blocks)
        assert fitted.blocks == 1 or len(fitted.cases) == len(cases)
        if fitted.blocks != asked and len(fitted.cases) == len(cases):
            assert not allowance.holds(cases, fitted.blocks + 1)
        assert sorted(names(fitted.cases) + names(fitted.dropped)) == sorted(names(cases))


def test_the_budget_of_a_shard_is_its_own() -> None:
    whole = cut.fit(grid("w", "ab", 5), 4, Allowance(1.0, 10.0))
    shared = cut.fit(grid("w", "ab", 5), 4, Allowance(1.0, 10.0, shards=2))

    assert (whole.blocks, shared.blocks) == (1, 2)


def timed(blocks: int, names: str = "ab") -> Pass:
    return Pass(blocks, 2.0, frozenset(case.name for case in grid("w", names, 2)))


@pytest.mark.parametrize(("budget", "blocks", "latency_blocks"), [
    (36.0, 3, 3), (35.9, 3, 2), (28.0, 3, 2), (20.0, 3, 1), (19.9, 2, 1), (12.0, 1, 1), (11.9, 2, 0), (4.0, 1, 0),
])
def test_the_latency_pass_shrinks_first_and_goes_before_cases(
    budget: float, blocks: int, latency_blocks: int
) -> None:
    cases = grid("w", "ab", 2)

    fitted = cut.fit(cases, 3, Allowance(1.0, budget, latency=timed(3)))

    assert (fitted.blocks, fitted.latency_blocks, len(fitted.cases)) == (blocks, latency_blocks, 4)
    assert fitted.cut and fitted.cut.estimate <= budget
    assert (f"{latency_blocks} of 3 latency blocks" in fitted.cut.statement()) == (latency_blocks < 3)


def test_a_soak_has_its_latency_pass_once_and_fills_the_rest_with_blocks() -> None:
    fitted = cut.fit(grid("w", "ab", 2), None, Allowance(1.0, 100.0, latency=timed(3)))

    assert (fitted.blocks, fitted.latency_blocks) == (19, 3)


def test_the_shard_with_the_most_latency_units_decides() -> None:
    cases = grid("w", "ab", 2)
    names = dealt(cases)
    beside = Pass(1, 2.0, frozenset(names[0::2]))  # all in the first of two shards

    assert Allowance(1.0, 9.0, 2, beside).seconds(cases, 1, 1) == 2 * 1.0 + 2 * 2.0


def test_a_cut_latency_pass_is_said_kept_and_resumed(place: Place) -> None:
    text = TINY_PRESET.replace("[[cases]]", "[latency]\nblocks = 3\nwindow = 0.05\n[[cases]]", 1)
    seconds = 4 * UNIT + 4 * (UNIT + 0.05)
    preset = place.preset(text)

    out, err, code = really(place, "run", preset, "--binary", str(place.binary), "--budget", f"{seconds:g}")

    assert code == 0, err
    assert "of 3 latency blocks by the budget" in err
    manifest = place.manifest()
    passes = [entry["pass"] for entry in manifest["plan"]]
    assert 0 < passes.count("latency") < 6
    assert manifest["cut"]["latency_blocks"] == manifest["preset"]["latency"]["blocks"] < 3
    page = re.sub("<[^>]*>", "", (place.results / "latest" / "report.html").read_text())
    assert f"{manifest['cut']['latency_blocks']} of 3 latency blocks" in " ".join(page.split())
    next((place.results / "latest" / "units").glob("*.l0.json")).unlink()
    again = place.type("run", "--resume")
    assert again.code == 0 and "1 are left" in again.err


def test_a_cut_is_said_in_terminal_manifest_and_report(place: Place) -> None:
    preset = place.preset(TINY_PRESET.replace("threads = [2]", "threads = [1, 2]"))
    arguments = ["--binary", str(place.binary), "--blocks", "5", "--budget", str(4 * UNIT + 0.01)]

    out, err, code = really(place, "run", preset, *arguments)

    assert code == 0, err
    assert "4 cases x 1 blocks = 4 units" in err
    assert "cut to 1 of 5 blocks and 4 of 8 cases by the budget" in err
    manifest = place.manifest()
    assert manifest["cut"]["blocks_asked"] == 5 and manifest["cut"]["cases"] == 4
    assert manifest["preset"]["blocks"] == 1 and len(manifest["plan"]) == 4
    assert {s["reason"] for s in manifest["skipped"]} == {"cut: a budget of 0.29 s holds 4 cases"}
    page = re.sub("<[^>]*>", "", (place.results / "latest" / "report.html").read_text())
    assert "this run planned 1 of 5 blocks of 4 of 8 cases" in " ".join(page.split())


def test_a_run_without_a_budget_says_nothing_of_cuts(place: Place) -> None:
    ended = place.run()

    assert "cut" not in ended.err and place.manifest()["cut"] is None


def test_a_cut_run_can_be_resumed(place: Place) -> None:
    place.run("--blocks", "5", "--budget", str(4 * UNIT + 0.01))
    run = (place.results / "latest").resolve()
    next((run / "units").iterdir()).unlink()
    edit(run / "manifest.json", lambda manifest: manifest.update(finished=None))

    ended = place.type("run", "--resume")

    assert ended.code == 0 and "1 of 5 blocks" in ended.err and "1 are left" in ended.err


def test_a_soak_repeats_until_its_budget(place: Place) -> None:
    text = TINY_PRESET.replace("blocks = 1", 'blocks = "until budget"\nbudget = 0.57')

    ended = place.run(preset=text)

    assert ended.code == 0 and "4 cases x 2 blocks = 8 units" in ended.err
    assert place.manifest()["preset"]["blocks"] == 2 and len(place.units()) == 8
    again = place.run("--resume", preset=text)
    assert again.code == 0 and "nothing is left to run" in again.err


def test_a_dry_run_estimates_and_builds_nothing_that_is_there(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.runner import binary

    monkeypatch.setattr(binary, "built", lambda *_asked: place.binary)
    monkeypatch.setattr(binary, "build", lambda *_asked: pytest.fail("it was built"))

    many = TINY_PRESET.replace("threads = [2]", "threads = [1, 2, 3, 4]").replace("window = 0.01", "window = 2")
    ended = place.type("run", place.preset(many), "--dry-run", "--budget", "20")

    said = re.search(r"(\d+) cases x 1 blocks = \1 units, about (\d+) s", ended.err)
    assert ended.code == 0 and said is not None
    assert 10 < int(said[2]) <= 20 and len(ended.out.splitlines()) == int(said[1])
    assert not place.results.exists()


@pytest.mark.parametrize(("quota", "cores"), [(None, 6), (4.0, 4), (1.5, 1), (0.5, 1), (64.0, 6)])
def test_cores_are_those_that_the_control_group_grants(
    monkeypatch: pytest.MonkeyPatch, quota: float | None, cores: int
) -> None:
    monkeypatch.setattr(plan.os, "sched_getaffinity", lambda _: set(range(6)))
    monkeypatch.setattr(cgroup, "cpu_quota", lambda _machine: quota)

    assert plan.cores(Machine(Path("/nowhere"))) == cores


def test_presets_inherit_over_several_levels(place: Place) -> None:
    place.preset('description = "a"\nblocks = 9\n[latency]\nevery = 5\nwindow = 1\n'
                 '[[cases]]\nworkload = "a"', "a")
    place.preset('description = "b"\ninherits = "a"\nwindow = 0.5\n[latency]\nevery = 7\n'
                 '[[cases]]\nworkload = "b"', "b")
    place.preset('description = "c"\ninherits = "b"\n[latency]\nblocks = 2', "c")
    last = place.preset('description = "d"\ninherits = "c"\nblocks = 3\n[[cases]]\nworkload = "d"')

    preset = presets.load(Path("/nowhere"), last)

    assert (preset.blocks, preset.window) == (3, 0.5)
    assert preset.latency == latency.read({"blocks": 2}, "c")  # a child's table replaces its parent's
    assert [grid.workload for grid in preset.cases] == ["a", "b", "d"]


def test_a_circle_over_several_levels_is_found(place: Place) -> None:
    for child, parent in (("a", "b"), ("b", "c"), ("c", "a")):
        place.preset(f'description = "{child}"\ninherits = "{parent}"', child)

    with pytest.raises(Trouble, match="'inherits' runs in a circle"):
        presets.load(Path("/nowhere"), str(place.folder / "a.toml"))


def test_the_parent_that_is_wrong_is_the_one_that_is_named(place: Place) -> None:
    place.preset('description = "a"\nbloks = 1', "a")
    child = place.preset('description = "b"\ninherits = "a"', "b")

    with pytest.raises(Trouble, match="unknown key 'bloks' in .*/a.toml top level: did you mean b"):
        presets.load(Path("/nowhere"), child)


def test_the_schema_of_presets_knows_what_the_catalog_will_bring(place: Place) -> None:
    text = TINY_PRESET.replace('["run", "race"]', '["run", "race", "stress"]')
    text += 'placement = ["free", "compact"]\n[latency]\nblocks = 1\nfilter = "atom"\n'

    preset = presets.load(Path("/nowhere"), place.preset(text))

    assert preset.cases[0].conditions["placement"] == ("free", "compact")
    assert preset.kinds == ("run", "race", "stress")


def test_presets_are_json_schema(place: Place) -> None:
    import jsonschema

    path = ROOT / "harness" / "record" / "preset.schema.json"
    jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text()))
