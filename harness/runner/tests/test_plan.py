"""Is the plan the same for the same seed, shuffled by block, honest about what is left out?"""

import os
from pathlib import Path

import pytest

from harness.runner import catalog, plan, presets
from harness.runner.plan import Choice
from harness.runner.tests import fake_binary
from harness.runner.tests.stage import Place

GRID = """
description = "two workloads"
blocks = 3
[[cases]]
workload = "counter"
subjects = ["all"]
[cases.conditions]
hold = [0, 50]
threads = [1, 2]
[[cases]]
workload = "read_mostly"
subjects = ["ours"]
[cases.conditions]
read_share = [0, 0.95, 1]
threads = [2]
"""


def cases(
    place: Place, text: str = GRID, choice: Choice = Choice(), kind: str = "run"
) -> plan.Cases:
    known = catalog.parse(fake_binary.catalog(), "the fake")
    return plan.choose(presets.load(place.folder, place.preset(text)), known, choice, kind)


def names(found: plan.Cases) -> list[str]:
    return [case.name for case in found.kept]


def test_names_spell_every_condition_in_the_order_of_the_catalog(place: Place) -> None:
    assert names(cases(place, choice=Choice(workloads=("read_mostly",)))) == [
        "read_mostly/atom/read_share:0/think:0/threads:2",
        "read_mostly/atom/read_share:0.95/think:0/threads:2",
        "read_mostly/atom/read_share:1/think:0/threads:2",
    ]


def test_a_key_is_safe_for_a_file_name(place: Place) -> None:
    case = cases(place).kept[0]

    assert case.key(4) == "counter_atom_think=0_hold=0_threads=1.b4"


def test_all_leaves_out_the_planted_subjects(place: Place) -> None:
    subjects = {case.subject for case in cases(place).kept}

    assert "empty" in subjects and "plain_int" not in subjects


def test_a_combination_that_does_not_apply_is_skipped_with_its_reason(place: Place) -> None:
    skipped = cases(place, GRID.replace("all", "atom\", \"fetch_add")).skipped

    assert set(skipped) == {f"counter/fetch_add/think:0/hold:50/threads:{n}" for n in (1, 2)}
    assert all("no inside to hold work in" in why for why in skipped.values())


def test_a_subject_that_cannot_be_race_checked_is_skipped_only_there(place: Place) -> None:
    assert not [name for name in cases(place).skipped if "shared_mutex" in name]
    assert "not race-checkable here: its library is not instrumented" in (
        cases(place, kind="race").skipped.values()
    )


def test_threads_replace_those_of_the_preset(place: Place) -> None:
    found = cases(place, choice=Choice(threads=(3, 4)))

    assert {case.conditions["threads"] for case in found.kept} == {3, 4}


def test_the_filter_searches_the_name(place: Place) -> None:
    found = cases(place, choice=Choice(pattern="/(atom|mutex)/.*hold:50.*threads:2$"))

    assert names(found) == [
        "counter/atom/think:0/hold:50/threads:2",
        "counter/mutex/think:0/hold:50/threads:2",
    ]


def test_the_same_case_asked_for_twice_runs_once(place: Place) -> None:
    twice = GRID + '[[cases]]\nworkload = "read_mostly"\n[cases.conditions]\nthreads = [2]\n'

    assert len(names(cases(place, twice))) == len(set(names(cases(place, twice))))


def test_threads_can_follow_the_cores(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(6)))
    text = GRID.replace("threads = [1, 2]", 'threads = [1, "cores/2", "cores", "cores*2"]')

    found = cases(place, text, Choice(pattern="counter/atom/.*hold:0"))

    assert [case.conditions["threads"] for case in found.kept] == [1, 3, 6, 12]


def test_the_seed_decides_the_order_and_every_block_has_its_own(place: Place) -> None:
    kept = cases(place).kept

    first, again = plan.shuffled(kept, 3, seed=7), plan.shuffled(kept, 3, seed=7)
    other = plan.shuffled(kept, 3, seed=8)

    assert first == again
    assert first != other
    blocks = [[p.case for p in first if p.block == block] for block in range(3)]
    assert blocks[0] != blocks[1] and blocks[1] != blocks[2]
    assert all({case.name for case in block} == {case.name for case in kept} for block in blocks)
    assert all(len(block) == len(kept) for block in blocks)
    assert [planned.order for planned in first] == list(range(3 * len(kept)))


def test_a_run_follows_its_plan(place: Place) -> None:
    place.run("--seed", "5", "--blocks", "2")

    manifest, units = place.manifest(), place.units()

    assert manifest["seed"] == 5
    assert {entry["key"]: entry["order"] for entry in manifest["plan"]} == {
        key: unit["order"] for key, unit in units.items()
    }
    started = sorted(units.values(), key=lambda unit: str(unit["started"]))
    assert [unit["order"] for unit in started] == list(range(8))
    assert len({unit["result"]["seed"] for unit in started}) == 8


def test_a_dry_run_prints_the_plan_and_writes_nothing(place: Place) -> None:
    before = sorted(place.folder.iterdir())

    ended = place.run("--dry-run", "--blocks", "2", "--seed", "5", "--out", "somewhere")

    assert ended.code == 0
    assert len(ended.out.splitlines()) == 8
    assert ended.out.splitlines()[0].startswith("0\tb0\tcounter/")
    assert set(place.folder.iterdir()) - {place.folder / "tiny.toml"} == set(before)


def test_presets_inherit_from_one_parent(place: Place) -> None:
    parent = 'description = "parent"\nblocks = 9\nwindow = 0.5\n[[cases]]\nworkload = "a"'
    place.preset(parent, "base")
    child = place.preset(
        'description = "child"\ninherits = "base"\nblocks = 2\n[[cases]]\nworkload = "b"'
    )

    preset = presets.load(Path("/nowhere"), child)

    assert (preset.blocks, preset.window, preset.description) == (2, 0.5, "child")
    assert [grid.workload for grid in preset.cases] == ["a", "b"]


def test_the_digest_changes_with_what_is_run_and_with_nothing_else(place: Place) -> None:
    def digest(text: str) -> str:
        return presets.load(place.folder, place.preset(text)).digest()

    assert digest(GRID) == digest("# a comment\n" + GRID.replace("two workloads", "other words"))
    assert digest(GRID) != digest(GRID.replace("blocks = 3", "blocks = 4"))


def with_conditions(text: str) -> str:
    """Returns a preset whose only table asks for these conditions of one subject."""
    table = '[[cases]]\nworkload = "counter"\nsubjects = ["atom"]\n[cases.conditions]\n'
    return f'description = "x"\n{table}threads = [2]\n{text}\n'


def test_an_optional_condition_is_named_only_away_from_its_default(place: Place) -> None:
    found = cases(place, with_conditions('placement = ["free", "compact"]\npayload = [8, 64]'))

    assert names(found) == [
        "counter/atom/think:0/hold:0/threads:2",
        "counter/atom/think:0/hold:0/placement:compact/threads:2",
        "counter/atom/think:0/hold:0/payload:64/threads:2",
        "counter/atom/think:0/hold:0/payload:64/placement:compact/threads:2",
    ]
    assert found.kept[0].conditions == {"think": 0, "hold": 0, "threads": 2}
    assert found.kept[1].conditions["placement"] == "compact"


def test_a_limit_holds_where_its_condition_is_not_named(place: Place) -> None:
    verbatim = fake_binary.catalog()
    pair = next(p for p in verbatim["cases"] if p["subject"] == "atom")
    pair["limits"] = "payload=8"
    known = catalog.parse(verbatim, "the fake")
    preset = presets.load(place.folder, place.preset(with_conditions("payload = [8, 64]")))

    found = plan.choose(preset, known, Choice(), "run")

    assert names(found) == ["counter/atom/think:0/hold:0/threads:2"]
    assert list(found.skipped) == ["counter/atom/think:0/hold:0/payload:64/threads:2"]


def test_a_subject_that_is_not_built_is_skipped_with_what_it_needs(place: Place) -> None:
    for subjects in ('"all"', '"urcu", "atom"', '"baseline", "ours"'):
        text = GRID.replace('"all"', subjects)

        found = cases(place, text)

        assert found.skipped["counter/urcu"] == "not built: needs liburcu-dev"
        assert not [name for name in names(found) if "urcu" in name]
    assert "read_mostly/urcu" not in found.skipped  # it asks for "ours" there


def test_a_subject_that_is_not_built_cannot_be_the_only_one(place: Place) -> None:
    ended = place.run("--subjects", "urcu")

    assert ended.code == 2
    assert "subject 'urcu' is not built in --subjects: apt-get install liburcu-dev" in (
        ended.complaint
    )


def test_the_list_of_subjects_says_what_is_not_built(place: Place) -> None:
    ended = place.type("list", "subjects", "--binary", str(place.binary))

    assert "[not built: needs liburcu-dev]" in ended.out
