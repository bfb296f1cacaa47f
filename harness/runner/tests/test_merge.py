"""Is a merged result that of a run that was never split, in whatever order and grouping?"""

import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest

from harness.runner import environment
from harness.runner.plan import Case
from harness.runner.shard import Shard
from harness.runner.tests.killing import essence
from harness.runner.tests.stage import TINY_PRESET, Place
from harness.runner.tests.test_command_line import really
from harness.runner.tests.test_resume import edit, snapshot
from harness.runner.trouble import Trouble

OF = 3


@pytest.fixture
def shards(place: Place, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three shards of one run; one of them has a crash with a log."""
    monkeypatch.setenv("FAKE_SUBJECTS", "atom=crash")
    return [make(place, f"s{n}", "--shard", f"{n}/{OF}") for n in range(1, OF + 1)]


def make(place: Place, out: str, *more: str, kind: str = "run") -> str:
    place.run("--out", out, "--blocks", "2", *more, kind=kind)
    return out


def contents(out: str) -> dict[str, bytes]:
    """Returns every byte of a merged result, but for what is rendered from it."""
    found = {str(Path(name).relative_to(Path(out).absolute())): data
             for name, data in snapshot(Path(out).absolute()).items()}
    found.pop("report.html")
    return found


def test_shards_together_are_the_run_that_was_never_split(place: Place, shards: list[str]) -> None:
    seed = json.loads(Path("s1/manifest.json").read_text())["seed"]
    whole = place.run("--out", "whole", "--blocks", "2", "--seed", str(seed))

    ended = place.type("merge", "all", *shards)

    assert (ended.code, ended.out) == (whole.code, "all/report.html\n")
    said = [line for line in whole.err.splitlines() if "units:" in line or "CRASHED" in line]
    assert len(said) == 2 and all(line in ended.err for line in said)
    merged, expected = essence(Path("all")), essence(Path("whole"))
    plans = merged.pop("manifest.json")["plan"], expected.pop("manifest.json")["plan"]
    assert plans[0] == plans[1]
    assert merged == expected and len(merged) == 8 + 2 + 1  # units, logs, machine


def test_order_grouping_and_repetition_change_no_byte(place: Place, shards: list[str]) -> None:
    place.type("merge", "expected", *shards)
    expected = contents("expected")

    for n, order in enumerate(itertools.permutations(shards)):
        place.type("merge", f"order{n}", *order)
        assert contents(f"order{n}") == expected
    chance = random.Random(5)
    for n in range(8):
        outs = shards[:]
        for step in range(4):  # merges of merges, with repetitions, some into an earlier result
            out = f"group{n}.{step % 3}"
            place.type("merge", out, *chance.choices(outs, k=chance.randint(1, 4)))
            outs.append(out)
        place.type("merge", f"group{n}", *outs)
        assert contents(f"group{n}") == expected
    place.type("merge", "expected", *chance.choices(shards, k=2))
    assert contents("expected") == expected


def test_a_missing_shard_is_said_and_makes_the_result_incomplete(
    place: Place, shards: list[str]
) -> None:
    ended = place.type("merge", "some", shards[0], shards[2])

    assert ended.code == 4
    assert "MISSING: shard 2/3: run it, then merge again" in ended.err
    assert "of 8 units are missing, of counter/" in ended.err
    assert place.type("merge", "some", shards[1]).err.count("MISSING") == 0


def test_a_torn_unit_is_named_and_missing(place: Place, shards: list[str]) -> None:
    torn = next(Path("s2/units").iterdir())
    torn.write_text("{")

    ended = place.type("merge", "all", *shards)

    assert ended.code == 4
    assert ended.err.count(f"s2/units/{torn.name} is left out: its record cannot be used") == 1
    assert "MISSING: 1 of 8 units are missing" in ended.err
    assert not Path("all/units", torn.name).exists()


def test_a_shard_that_was_stopped_can_be_resumed_and_merged_again(
    place: Place, shards: list[str]
) -> None:
    place.type("merge", "expected", *shards)
    next(Path("s2/units").iterdir()).unlink()
    edit(Path("s2/manifest.json"), lambda manifest: manifest.update(finished=None))
    assert place.type("merge", "all", *shards).code == 4
    place.type("run", "--resume", "s2")

    ended = place.type("merge", "all", "s2")

    assert "MISSING" not in ended.err
    assert essence(Path("all")).keys() == essence(Path("expected")).keys()
    (second,) = [s for s in merged_from("all") if s["shard"] == "2/3"]
    assert len(second["sessions"]) == 2 and second["finished"]


def merged_from(out: str) -> list[dict[str, Any]]:
    return list(json.loads(Path(out, "manifest.json").read_text())["merged"])


def test_conflicting_duplicates_name_both_files(place: Place, shards: list[str]) -> None:
    make(place, "again", "--shard", "1/3")

    ended = place.type("merge", "all", *shards, "again")

    assert ended.code == 2
    assert "two different records of one unit: s1/units/" in ended.complaint
    assert " and again/units/" in ended.complaint
    assert [path.name for path in Path("all").iterdir()] == [".lock"]


@pytest.mark.parametrize(
    ("more", "preset", "fact"),
    [
        (["--seed", "77"], TINY_PRESET, "seed"),
        ([], TINY_PRESET.replace("ramp = 0", "ramp = 0.001"), "preset"),
        (["--threads", "4"], TINY_PRESET, "what they plan together"),
        (["--shard", "2/4"], TINY_PRESET, "the number of shards"),
    ],
)
def test_shards_of_different_runs_are_refused(
    place: Place, more: list[str], preset: str, fact: str
) -> None:
    make(place, "s1", "--shard", "1/3", "--seed", "5")
    place.run("--out", "other", "--blocks", "2", "--shard", "2/3", "--seed", "5", *more, preset=preset)

    ended = place.type("merge", "all", "s1", "other")

    assert ended.code == 2
    assert f"s1 and other differ in {fact}" in ended.complaint
    assert not Path("all/manifest.json").exists()


def test_another_binary_is_refused(place: Place) -> None:
    make(place, "s1", "--shard", "1/2")
    place.binary.write_text(place.binary.read_text() + "\n# newer\n")
    make(place, "s2", "--shard", "2/2")

    ended = place.type("merge", "all", "s1", "s2")

    assert ended.code == 2 and "s1 and s2 differ in the binary" in ended.complaint


def on_another_machine(monkeypatch: pytest.MonkeyPatch, **changed: object) -> None:
    here = environment.capture()
    monkeypatch.setattr(environment, "capture", lambda: {**here, **changed})


def test_times_of_different_machines_are_never_pooled(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(place, "s1", "--shard", "1/2")
    on_another_machine(monkeypatch, host="zeta")
    make(place, "s2", "--shard", "2/2")

    ended = place.type("merge", "all", "s1", "s2")

    assert ended.code == 6
    assert "made on different machines (" in ended.complaint and "zeta)" in ended.complaint
    assert not Path("all/manifest.json").exists()


def test_one_name_does_not_make_one_machine(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(place, "s1", "--shard", "1/2")
    on_another_machine(monkeypatch, kernel="9.9")
    make(place, "s2", "--shard", "2/2")

    ended = place.type("merge", "all", "s1", "s2")

    assert ended.code == 6 and "is 9.9) in s2: merge what was made there" in ended.complaint


def test_races_of_different_machines_are_joined_when_no_case_is_of_both(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_MODE", "tsan")
    make(place, "s1", "--shard", "1/2", kind="race")
    on_another_machine(monkeypatch, host="zeta")
    make(place, "s2", "--shard", "2/2", kind="race")
    make(place, "same", "--shard", "1/2", kind="race")

    ended = place.type("merge", "all", "s1", "s2")
    mixed = place.type("merge", "mixed", "s1", "s2", "same")

    assert ended.code == 0 and "made on 2 machines: " in ended.err
    assert "races: 0 unexpected, 1 planted" in ended.err
    assert len(list(Path("all/env").iterdir())) == 2
    assert mixed.code == 6


def test_a_merged_result_is_reported_and_compared_like_any_other(
    place: Place, shards: list[str]
) -> None:
    place.type("merge", "some", *shards[:2])
    _, said, code = really(place, "merge", "all", *shards)

    out, _, again = really(place, "report", "all")
    compared = really(place, "compare", "all", "all")
    really(place, "report", "some")

    assert (out, again, code) == ("all/report.html\n", 0, 4) and "CRASHED 2x" in said
    assert compared[2] == 0 and "incomparable" not in compared[0] + compared[1]
    verdicts = [json.loads(Path(o, "summary.json").read_text())["verdict"] for o in ("some", "all")]
    missing = ["without" in r["text"] or "no valid record" in r["text"]
               for verdict in verdicts for r in verdict["reasons"]]
    assert [verdict["exit_code"] for verdict in verdicts] == [4, 4] and missing.count(True) == 1


def test_a_merged_result_is_not_resumed(place: Place, shards: list[str]) -> None:
    place.type("merge", "some", shards[0])

    ended = place.type("run", "--resume", "some")

    assert ended.code == 2
    assert "a merged result cannot be resumed in some: resume the shards" in ended.complaint


@pytest.mark.parametrize(
    ("out", "complaint"),
    [
        ("s1", "the output is a run, not a merged result in s1: choose another OUT"),
        ("mine", "the output directory is not empty in mine: choose another OUT"),
        ("file", "the output is not a directory in file: choose another OUT"),
    ],
)
def test_an_output_that_is_something_else_is_left_alone(
    place: Place, shards: list[str], out: str, complaint: str
) -> None:
    Path("mine").mkdir()
    Path("mine/thing").write_text("mine")
    Path("file").write_text("mine")
    before = snapshot(place.folder)

    ended = place.type("merge", out, "s2", "s3")

    assert ended.code == 2 and complaint in ended.complaint
    assert snapshot(place.folder) == before


def test_a_merge_that_was_killed_is_done_again(
    place: Place, shards: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.runner.tests.killing import KILLED, NO_STEP, Steps, start, wait

    output = place.folder / "output"
    code = wait(start(["merge", "whole", *shards], output, Steps(place.folder, NO_STEP)))
    expected, steps = contents("whole"), int((place.folder / "steps").read_text())

    for step in range(1, steps + 1, 3):
        command = ["merge", f"m{step}", *shards]
        assert wait(start(command, output, Steps(place.folder, step))) == KILLED
        assert wait(start(command, output)) == code, output.read_text()
        assert contents(f"m{step}") == expected


def cases(n: int) -> list[Case]:
    return [Case(f"w/s/threads:{i}", "w", "s", {"threads": i}) for i in range(1, n + 1)]


@pytest.mark.parametrize(("count", "of"), [(1, 1), (7, 3), (100, 7), (4, 4), (60, 2)])
def test_shards_are_balanced_disjoint_and_complete(count: int, of: int) -> None:
    parts = [Shard(n, of).share(cases(count)) for n in range(1, of + 1)]

    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert sum(map(len, parts)) == len(frozenset().union(*parts)) == count


def test_the_order_of_the_preset_does_not_decide_about_shards() -> None:
    shuffled = cases(20)
    random.Random(1).shuffle(shuffled)

    assert Shard(2, 3).share(shuffled) == Shard(2, 3).share(cases(20))


def test_a_shard_without_cases_is_refused() -> None:
    with pytest.raises(Trouble, match="shard 3/4 is empty: there are only 2 cases"):
        Shard(3, 4).share(cases(2))


def test_all_blocks_of_a_case_are_in_one_shard(place: Place, shards: list[str]) -> None:
    plans = [json.loads(Path(s, "manifest.json").read_text())["plan"] for s in shards]
    places: dict[str, set[int]] = {}
    for n, plan in enumerate(plans):
        for entry in plan:
            places.setdefault(entry["case"], set()).add(n)

    assert len(places) == 4 and all(len(found) == 1 for found in places.values())
    assert sorted(e["order"] for plan in plans for e in plan) == list(range(8))


def test_a_shard_can_be_resumed(place: Place, shards: list[str]) -> None:
    before = essence(Path("s1"))
    next(Path("s1/units").iterdir()).unlink()

    place.type("run", "--resume", "s1", "--shard", "1/3")

    assert essence(Path("s1")) == before


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/0", "-1/2"])
def test_a_shard_that_is_none_is_refused(place: Place, text: str) -> None:
    ended = place.run(f"--shard={text}")

    assert ended.code == 2
    assert f"--shard: '{text}' is not a shard and their number, such as 2/3" in ended.complaint
