"""Is the latency pass planned apart from throughput, started as it should be, and judged?"""

import json
from pathlib import Path

import pytest

from harness.runner import catalog, latency_plan, plan, presets
from harness.runner.latency import LATENCY
from harness.runner.plan import Choice, Planned
from harness.runner.tests import fake_binary
from harness.runner.tests.stage import TINY_PRESET, Place
from harness.runner.tests.test_records import check

PASS = "[latency]\nblocks = 2\nwindow = 0.03\nevery = 16\n"


def with_pass(table: str = PASS, preset: str = TINY_PRESET) -> str:
    """Returns a preset with a latency pass."""
    return preset.replace("[[cases]]", f"{table}[[cases]]", 1)


def planned(place: Place, table: str = PASS, seed: int = 7) -> list[Planned]:
    """Returns the latency units that a preset comes to."""
    known = catalog.parse(fake_binary.catalog(), "the fake")
    preset = presets.load(place.folder, place.preset(with_pass(table)))
    cases = plan.choose(preset, known, Choice(), "run").kept
    return latency_plan.units(preset.latency, cases, known, seed, 10)


def test_units_of_the_pass_are_apart_and_leave_planted_subjects_out(place: Place) -> None:
    units = planned(place)

    assert {unit.measures for unit in units} == {LATENCY}
    assert {unit.case.subject for unit in units} == {"atom", "mutex"}
    assert sorted(unit.key for unit in units) == [
        f"counter_{subject}_think=0_hold=0_threads=2.l{block}"
        for subject in ("atom", "mutex") for block in (0, 1)
    ]
    assert [unit.order for unit in units] == [10, 11, 12, 13]


def test_every_block_of_the_pass_is_shuffled_from_the_seed(place: Place) -> None:
    everyone = with_pass().replace('"atom", "mutex", "planted"', '"all"')
    known = catalog.parse(fake_binary.catalog(), "the fake")
    preset = presets.load(place.folder, place.preset(everyone))
    cases = plan.choose(preset, known, Choice(), "run").kept

    def order(seed: int, block: int) -> list[str]:
        units = latency_plan.units(preset.latency, cases, known, seed, 0)
        return [unit.case.subject for unit in units if unit.block == block]

    assert order(7, 0) == order(7, 0) and sorted(order(7, 0)) == sorted(order(7, 1))
    assert order(7, 0) != order(7, 1) and order(7, 0) != order(8, 0)


@pytest.mark.parametrize(("more", "subjects"), [
    ('filter = "/atom/"\n', {"atom"}),
    ('filter = "hold:1$"\n', set()),
    ("threads = [1]\n", set()),
    ("threads = [1, 2]\n", {"atom", "mutex"}),
    ("threads = []\n", {"atom", "mutex"}),
])
def test_a_pass_may_be_limited_to_some_cases(
    place: Place, more: str, subjects: set[str]
) -> None:
    assert {unit.case.subject for unit in planned(place, PASS + more)} == subjects


def test_threads_of_a_pass_may_be_told_by_cores(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(2)))
    assert planned(place, PASS + 'threads = ["cores"]\n')

    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(64)))
    assert not planned(place, PASS + 'threads = ["cores"]\n')


@pytest.mark.parametrize("table", ["", "[latency]\nblocks = 0\n", "[latency]\nevery = 0\n"])
def test_without_blocks_or_distance_there_is_no_pass(place: Place, table: str) -> None:
    assert planned(place, table) == []


def test_a_run_measures_throughput_first_and_then_latency(place: Place) -> None:
    ended = place.run("--seed", "5", preset=with_pass())

    units, manifest = place.units(), place.manifest()
    assert ended.code == 0, ended.err
    assert "4 cases x 1 blocks = 4 units and 4 for latency" in ended.err
    assert [entry["pass"] for entry in manifest["plan"]] == ["throughput"] * 4 + ["latency"] * 4
    assert {entry["key"] for entry in manifest["plan"]} == set(units)
    for key, unit in units.items():
        timed = unit["pass"] == "latency"
        assert timed == (".l" in key) == ("latency" in unit["result"])
        check(unit, "unit")
    check(manifest, "manifest")
    assert manifest["preset"]["latency"]["every"] == 16
    seeds = {unit["result"]["seed"] for unit in units.values()}
    assert len(seeds) == len(units)


def test_units_of_the_pass_are_told_window_and_distance(place: Place) -> None:
    argv = place.folder / "argv"
    text = place.binary.read_text().replace(
        "def main() -> int:\n",
        f"def main() -> int:\n    print(sys.argv, file=open({str(argv)!r}, 'a'))\n")
    place.binary.write_text(text)

    place.run(preset=with_pass())

    starts = [line for line in argv.read_text().splitlines() if "--case" in line]
    assert sum("--latency=16" in line for line in starts) == 4
    assert all(("--window=0.03" in line) == ("--latency=16" in line) for line in starts)


def test_a_dry_run_shows_the_units_of_the_pass(place: Place) -> None:
    ended = place.run("--dry-run", preset=with_pass())

    assert [line.split("\t")[1] for line in ended.out.splitlines()] == (
        ["b0"] * 4 + ["l0"] * 2 + ["l1"] * 2)


def test_the_pass_can_be_left_out_and_races_have_none(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place.run("--no-latency", preset=with_pass()).code == 0
    assert len(place.units()) == 4 and "latency" not in place.manifest()["preset"]

    monkeypatch.setenv("FAKE_MODE", "tsan")
    place.run(preset=with_pass(), kind="race")
    assert len(place.units()) == 4


def test_a_result_without_the_latency_that_was_asked_for_is_a_failure(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_SUBJECTS", "atom=mute")

    ended = place.run(preset=with_pass())

    failed = {key: unit["message"] for key, unit in place.units().items()
              if unit["status"] == "failed"}
    assert ended.code == 4
    assert {key.rpartition(".")[2] for key in failed} == {"l0", "l1"}
    assert set(failed.values()) == {"the result of the latency pass holds no latency"}


def test_a_broken_invariant_in_the_pass_breaks_the_run(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = place.binary.read_text().replace(
        "    out = options[\"out\"]\n",
        "    out = options[\"out\"]\n    way = 'broken' if 'latency' in options else way\n")
    place.binary.write_text(text)

    assert place.run(preset=with_pass()).code == 3


@pytest.mark.parametrize(("table", "said"), [
    ("[latency]\nblock = 2\n", "unknown key 'block'"),
    ("[latency]\nblocks = 1.5\n", "'blocks' is a number (1.5)"),
    ("[latency]\nblocks = true\n", "'blocks' is a truth value"),
    ("[latency]\nwindow = 0\n", "'window' is a number (0)"),
    ("[latency]\nevery = -1\n", "'every' is a number (-1)"),
    ('[latency]\nfilter = "("\n', "'filter' is not a regular expression"),
    ('[latency]\nthreads = ["core"]\n', "'threads' is a list"),
    ("[latency]\nthreads = 2\n", "'threads' is a number"),
    ("latency = 3\n", "'latency' is a number"),
    ("[latency]\nwindow = 20\n", "cannot end in 20 s"),
])
def test_a_bad_table_is_one_line_and_nothing_is_run(
    place: Place, table: str, said: str
) -> None:
    ended = place.run(preset=with_pass(table))

    assert ended.code == 2
    assert said in ended.complaint and "tiny" in ended.complaint
    assert not place.results.exists()


def test_a_child_may_replace_or_drop_the_pass_of_its_parent(place: Place) -> None:
    place.preset(with_pass(), "base")
    inherits = 'description = "child"\ninherits = "base"\n'

    def loaded(text: str) -> presets.Preset:
        return presets.load(Path("/nowhere"), place.preset(text))

    same, other = loaded(inherits), loaded(inherits + "[latency]\nevery = 2\n")
    assert same.latency and same.latency.every == 16
    assert other.latency and (other.latency.every, other.latency.blocks) == (2, 3)
    assert loaded(inherits + "[latency]\nblocks = 0\n").latency is None
    assert same.digest() != other.digest()


def test_the_presets_of_the_project_have_a_pass_where_they_should(place: Place) -> None:
    root = Path(presets.__file__).resolve().parents[2]

    for name in ("quick", "full"):
        assert presets.load(root, name).latency, name
    for name in ("smoke", "race", "ci"):
        assert not presets.load(root, name).latency, name
    assert json.dumps(presets.load(root, "quick").resolved())


def test_a_stopped_pass_goes_on_and_keeps_what_was_asked(place: Place) -> None:
    place.run(preset=with_pass())
    units = (place.results / "latest" / "units")
    lost = sorted(units.glob("*.l*.json"))[0]
    lost.unlink()

    refused = place.type("run", "--resume", "--no-latency")
    resumed = place.type("run", "--resume")

    assert refused.code == 2 and "--no-latency is True, but the run was begun with none" in refused.complaint
    assert resumed.code == 0 and "1 are left" in resumed.err
    assert json.loads(lost.read_text())["pass"] == LATENCY

    place.run("--no-latency", preset=with_pass())
    next(units.parent.parent.glob("latest/units/*")).unlink()
    assert place.type("run", "--resume").code == 0
    assert {unit["pass"] for unit in place.units().values()} == {"throughput"}


def test_a_unit_of_the_other_pass_is_not_the_planned_one(place: Place) -> None:
    place.run(preset=with_pass())
    unit = sorted((place.results / "latest" / "units").glob("*.l0.json"))[0]
    unit.write_text(unit.read_text().replace('"pass": "latency"', '"pass": "throughput"'))

    resumed = place.type("run", "--resume")

    assert "pass is 'throughput', not 'latency' as planned" in resumed.err


def test_the_units_of_a_case_are_in_one_shard_whatever_they_measure(place: Place) -> None:
    preset = place.preset(with_pass())
    for shard in ("1/2", "2/2"):
        place.type("run", preset, "--binary", str(place.binary), "--seed", "1", "--shard", shard,
                   "--out", f"s{shard[0]}")

    ended = place.type("merge", "all", "s1", "s2")

    assert ended.code == 0
    there = {entry["key"] for entry in json.loads((place.folder / "all" / "manifest.json").read_text())["plan"]}
    assert len(there) == 8 and sum(key.endswith((".l0", ".l1")) for key in there) == 4
    for name in ("s1", "s2"):
        plan_of = json.loads((place.folder / name / "manifest.json").read_text())["plan"]
        timed = {entry["case"] for entry in plan_of if entry["pass"] == LATENCY}
        assert timed <= {entry["case"] for entry in plan_of if entry["pass"] != LATENCY}
