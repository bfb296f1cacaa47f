"""Is a mutant built, asked about and judged as it should be, and is every anchor still where it was?"""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from harness.mutants import building, catalog, session, trying
from harness.mutants.building import Build, NotBuilt
from harness.mutants.catalog import Subject
from harness.runner.command_line import main
from harness.runner.process import Ending
from harness.runner.trouble import Trouble

ROOT = Path(__file__).resolve().parents[3]
FOLDER = "mutants"
DETECTOR = """
[[detectors]]
name = "answer.bench"
kind = "test"
preset = "bench"
target = "answer_test"
sources = ["tests/answer_test.cc"]
finds = "wrong answers"
"""
MUTANT = """
[[mutants]]
name = "wrong_answer"
file = "lib/answer.h"
anchor = "return 42;"
replacement = "return 41;"
breaks = "It is 42."
detectors = ["answer.bench"]
gate = ["answer.bench"]
"""


def test_every_anchor_of_the_shipped_mutants_matches_once() -> None:
    known = catalog.load(ROOT)
    assert catalog.check_anchors(ROOT, known.subjects) >= 25
    assert main(["mutants", "--check-anchors"]) == 0


def test_every_detector_is_used_and_every_source_exists() -> None:
    known = catalog.load(ROOT)
    used = {detector.name for subject in known.subjects for detector in subject.detectors}
    assert used <= set(known.detectors)
    for detector in known.detectors.values():
        assert all((ROOT / source).is_file() for source in detector.sources), detector.name


def test_every_planted_subject_is_asked_about() -> None:
    table = (ROOT / "workloads/planted/README.md").read_text(encoding="utf-8").partition("`planted_subjects_test`")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    planted = {subject.name for subject in catalog.load(ROOT).subjects if subject.kind == "planted"}
    assert len(named) > 80
    # This one stands still, and only the watchdog sees it (`planted.stalling`), which is no detector here.
    assert named - planted == {"call_order_bank"}


@pytest.mark.parametrize(("detector", "command"), [
    ("run.planted", "run smoke --blocks 1 --threads 2"),
    ("run.case", "run full --blocks 1"),
    ("race.case", "race race --blocks 1 --threads 2"),
    ("stress.planted", "stress --runs 4 --keep-going"),
    ("history.stress", "stress --runs 4 --keep-going"),
    ("history.run", "run smoke --blocks 1 --threads 2"),
])
def test_cases_are_asked_by_the_command_line_of_users(detector: str, command: str) -> None:
    assert " ".join(trying.asking(catalog.load(ROOT).detectors[detector])) == command


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one header, one library, one test and one mutant."""
    for name, text in {
        f"{FOLDER}/detectors.toml": DETECTOR,
        f"{FOLDER}/lib.toml": MUTANT,
        "lib/answer.h": "#pragma once\nint answer();\ninline int wanted() { return 42; }\n",
        "lib/answer.cc": '#include "lib/answer.h"\nint answer() { return wanted(); }\n',
        "tests/answer_test.cc": '#include "lib/answer.h"\nint main() { return answer() == 42 ? 0 : 1; }\n',
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    _write_build(tmp_path)
    return tmp_path


def _write_build(root: Path) -> None:
    """Writes what CMake would: a library and a test that is linked with it."""
    folder = root / "build" / "bench"
    folder.mkdir(parents=True)
    objects = {"lib/answer.cc": "CMakeFiles/answer.dir/answer.cc.o",
               "tests/answer_test.cc": "CMakeFiles/answer_test.dir/answer_test.cc.o"}
    commands = [{"directory": str(folder), "file": str(root / source),
                 "command": f"/usr/bin/ccache /usr/bin/g++ -I{root} -o {output} -c {root / source}"}
                for source, output in objects.items()]
    (folder / "compile_commands.json").write_text(json.dumps(commands))
    (folder / "build.ninja").write_text(
        "rule cc\n  command = g++ -I../.. -o $out -c $in\n"
        "rule ar\n  command = ar qc $out $in\n"
        "rule ld\n  command = : && g++ $in -o $out && :\n"
        f"build {objects['lib/answer.cc']}: cc ../../lib/answer.cc\n"
        f"build {objects['tests/answer_test.cc']}: cc ../../tests/answer_test.cc\n"
        f"build libanswer.a: ar {objects['lib/answer.cc']}\n"
        f"build bin/answer_test: ld {objects['tests/answer_test.cc']} libanswer.a\n"
    )


def _subject(root: Path) -> Subject:
    return catalog.load(root, FOLDER).subjects[0]


needs_compiler = pytest.mark.skipif(
    not (shutil.which("g++") and shutil.which("ninja")), reason="no compiler here"
)


@needs_compiler
def test_a_mutant_is_told_apart_from_the_code_as_it_is(root: Path, tmp_path: Path) -> None:
    subject = _subject(root)
    tree = Build(root, "bench")
    tree.prepare({"answer_test"})
    work = session.Session(root, tmp_path / "work", 2, False, {"bench": tree})

    control = work.control(subject.detectors[0])
    record = work.subject(subject)

    assert (control["caught"], control["runs"]) == (0, 2)
    assert record["state"] == "caught"
    assert record["detections"][0]["caught"] == 2
    assert not (tmp_path / "work" / "wrong_answer").exists(), "overlays are taken away"
    assert "return 42;" in (root / "lib/answer.h").read_text(), "the shipped file is as it was"


@needs_compiler
def test_a_mutant_that_compiles_to_the_same_code_is_not_run(root: Path, tmp_path: Path) -> None:
    _edit(root / FOLDER / "lib.toml", "return 41;", "return 41 + 1;")
    subject = _subject(root)
    tree = Build(root, "bench")
    tree.prepare({"answer_test"})
    work = session.Session(root, tmp_path / "work", 2, False, {"bench": tree})
    work.control(subject.detectors[0])

    detection = work.subject(subject)["detections"][0]

    assert detection["same_code"] is True
    assert detection["runs"] == 0


@needs_compiler
def test_a_mutant_that_does_not_build_is_no_catch(root: Path, tmp_path: Path) -> None:
    _edit(root / FOLDER / "lib.toml", "return 41;", "return nothing;")
    subject = _subject(root)
    tree = Build(root, "bench")
    tree.prepare({"answer_test"})
    work = session.Session(root, tmp_path / "work", 1, False, {"bench": tree})

    record = work.subject(subject)

    assert record["state"] == "broken"
    assert "nothing" in record["error"]
    assert session.exit_code({"subjects": [record], "control": [], "gate": False, "left_out": []}) == 2


@needs_compiler
def test_what_a_library_needs_is_compiled_again_and_linked_first(root: Path, tmp_path: Path) -> None:
    tree = Build(root, "bench")
    tree.prepare({"answer_test"})
    detector = _subject(root).detectors[0]
    overlay = tmp_path / "work" / "m" / "overlay" / "lib"
    overlay.mkdir(parents=True)
    (overlay / "answer.cc").write_text("int answer() { return 7; }\n")
    building.build(tree, detector, tmp_path / "work" / "control", None)

    product = building.build(tree, detector, tmp_path / "work" / "m", "lib/answer.cc")

    assert product.binary.is_file()
    assert not product.same_code
    (overlay / "answer.cc").write_text("int answer() { return; }\n")
    shutil.rmtree(tmp_path / "work" / "m" / "objects")
    with pytest.raises(NotBuilt):
        building.build(tree, detector, tmp_path / "work" / "m", "lib/answer.cc")


def test_commands_lose_the_cache_the_source_and_the_output(root: Path) -> None:
    step = Build(root, "bench").step("lib/answer.cc", "answer")
    assert step.command == ("/usr/bin/g++", f"-I{root}")


@pytest.mark.parametrize(("change", "what"), [
    (("return 42;", "return 43;"), "matches 0 times"),
    (("return 42;", "return 42; /* return 42; */"), "matches 2 times"),
])
def test_an_anchor_that_does_not_match_once_stops_everything(
    root: Path, change: tuple[str, str], what: str
) -> None:
    _edit(root / "lib/answer.h", *change)
    with pytest.raises(Trouble, match=what) as trouble:
        catalog.check_anchors(root, catalog.load(root, FOLDER).subjects)
    assert trouble.value.code == 2
    assert "lib/answer.h" in str(trouble.value)
    assert "\n" not in str(trouble.value)


@pytest.mark.parametrize(("old", "new", "what"), [
    ('detectors = ["answer.bench"]', 'detectors = ["anser.bench"]', "did you mean answer.bench"),
    ('gate = ["answer.bench"]', 'gate = ["other"]', "not among its detectors"),
    ('breaks = "It is 42."', "", "'breaks' is not a text"),
    ('breaks = "It is 42."', 'breaks = "It is 42."\nsince = 3', "'since' is no field"),
    ('breaks = "It is 42."', 'breaks = "It is 42."\nexpected = "nothing here"', "'needs' belongs"),
    ('breaks = "It is 42."', 'breaks = "It is 42."\nbudget = -1', "'budget' is not a number"),
    ('replacement = "return 41;"', 'replacement = "return 42;"', "what is there already"),
    ('detectors = ["answer.bench"]\ngate = ["answer.bench"]', "", "nobody is asked about it"),
    ('gate = ["answer.bench"]', 'fails = ["ATOM7"]', "write a statement as ATOM-7"),
    ('gate = ["answer.bench"]', 'fails = ["ATOM-7 quick"]', "write a statement as ATOM-7"),
    ("[[mutants]]", "[mutants]", "not a list of tables"),
    ('name = "wrong_answer"', "name = 3", "has no name"),
    ('anchor = "return 42;"', "anchor = ", "not a TOML file"),
])
def test_a_bad_entry_is_one_clear_line(root: Path, old: str, new: str, what: str) -> None:
    _edit(root / FOLDER / "lib.toml", old, new)
    with pytest.raises(Trouble, match=what) as trouble:
        catalog.load(root, FOLDER)
    assert trouble.value.code == 2


def test_only_runs_choose_a_preset(root: Path) -> None:
    _edit(root / FOLDER / "detectors.toml", 'kind = "test"', 'kind = "test"\nmeasures = "full"')
    with pytest.raises(Trouble, match="'measures' belongs to kind run"):
        catalog.load(root, FOLDER)


def test_a_name_that_is_there_twice_or_unknown_is_refused(root: Path) -> None:
    with pytest.raises(Trouble, match="unknown mutant 'wrong_anser'.*wrong_answer"):
        catalog.load(root, FOLDER).named(("wrong_anser",))
    (root / FOLDER / "more.toml").write_text(MUTANT)
    with pytest.raises(Trouble, match="there twice"):
        catalog.load(root, FOLDER)


def _record(caught: int, runs: int = 10, **more: Any) -> dict[str, Any]:
    detection = {"detector": "d", "caught": caught, "runs": runs}
    return {"error": "", "gate": [], "expected": "caught", "detections": [detection], **more}


@pytest.mark.parametrize(("record", "state"), [
    (_record(10), "caught"),
    (_record(3), "sometimes"),
    (_record(0), "missed"),
    (_record(10, gate=["d"]), "caught"),
    (_record(9, gate=["d"]), "slipped through"),
    (_record(0, 0, gate=["d"]), "slipped through"),
    (_record(0, expected="nothing here"), "nothing here"),
    (_record(1, expected="nothing here"), "caught after all"),
    (_record(10, error="does not build"), "broken"),
])
def test_what_detectors_made_of_a_subject_is_judged(record: dict[str, Any], state: str) -> None:
    assert session.state(record) == state


@pytest.mark.parametrize(("states", "complaints", "code"), [
    (["caught", "missed", "nothing here"], 0, 0),
    (["caught", "slipped through"], 0, 3),
    (["slipped through", "broken"], 0, 2),
    (["caught"], 1, 4),
])
def test_the_exit_code(states: list[str], complaints: int, code: int) -> None:
    record = {"subjects": [{"state": each} for each in states], "control": [{"caught": complaints}],
              "gate": True, "left_out": []}
    assert session.exit_code(record) == code


@pytest.mark.parametrize(("gate", "code"), [(True, 4), (False, 0)])
def test_a_gate_whose_time_did_not_suffice_is_not_passed(gate: bool, code: int) -> None:
    record = {"subjects": [], "control": [], "gate": gate, "left_out": ["late"]}
    assert session.exit_code(record) == code


FAILED = Ending(exit_code=1, signal=None, timed_out=False, interrupted=False, seconds=0.1)


@pytest.mark.parametrize(("ending", "said", "errors", "how", "words"), [
    (FAILED, "", "WARNING: ThreadSanitizer: data race (pid=7)\n  #0 f() lib/answer.h:3\n", "race",
     "data race at lib/answer.h:3"),
    (FAILED, "", "==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x6\n", "sanitizer",
     "heap-use-after-free"),
    (FAILED, "tests/a.cc:9: Failure\nValue of: alive\n  Actual: false\n", "", "test", "tests/a.cc:9 Value of"),
    (Ending(None, "SIGKILL", True, False, 5.0), "", "", "hang", "still running after 5 s"),
    (Ending(None, "SIGSEGV", False, False, 0.1), "", "", "crash", "SIGSEGV"),
])
def test_how_a_bug_was_noticed(ending: Ending, said: str, errors: str, how: str, words: str) -> None:
    noticed, what = trying._noticed(ending, said, errors, 5.0)
    assert noticed == how
    assert words in what


def test_a_unit_that_failed_is_noticed_and_the_time_until_then_is_told() -> None:
    units = [{"order": 1, "seconds": 0.5, "status": "broken", "case": "c/s", "message": "torn"},
             {"order": 0, "seconds": 0.25, "status": "ok", "case": "c/s", "races": []}]
    found = trying._first_noticed(units, "stress")
    assert (found.how, found.seconds) == ("invariant", 0.75)
    assert "torn" in found.message
    assert trying._first_noticed(units[1:], "stress").how == ""
    assert trying._first_noticed(units, "race").how == "", "a lost update is no race"
    assert trying._first_noticed([{**units[0], "races": ["r"]}], "race").how == "race"


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
