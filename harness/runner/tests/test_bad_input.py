"""Does every bad input get one line, exit 2, and leave everything as it was?"""

from pathlib import Path

import pytest

from harness.runner.tests.stage import TINY_PRESET, Place


def test_unknown_preset_offers_the_nearest(place: Place) -> None:
    ended = place.type("run", "quikc")

    assert ended.code == 2
    assert ended.complaint == "tussle: unknown preset 'quikc': did you mean quick?"


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        (["rnu"], "unknown command 'rnu' in the command line: did you mean run?"),
        (["run"], "the following arguments are required: PRESET in the command line"),
        (["run", "no/such.toml"], "no such preset file in no/such.toml"),
        (["run", "base"], "preset base is not for `run`"),
        (["race", "quick"], "preset quick is not for `race`"),
        (["list", "wrokloads"], "unknown topic 'wrokloads'"),
        (["list", "presets", "more"], "'more' is one word too many"),
        (["report", "nowhere"], "there is no run 'nowhere'"),
        (["run", "smoke", "--binary", "no/such"], "there is no such binary in no/such"),
        (["run", "smoke", "--blocks", "0"], "--blocks: '0' is not a whole number from 1"),
        (["run", "smoke", "--window", "nan"], "--window: 'nan' is not seconds"),
        (["run", "smoke", "--threads", "1,x"], "--threads: 'x' is not a whole number from 1"),
        (["run", "smoke", "--window", "30"], "a unit measures for 30.01 s, so it cannot end in 20"),
        (["run", "smoke", "--subjects", ","], "--subjects: no name is given"),
    ],
)
def test_a_command_that_cannot_be_answered(place: Place, typed: list[str], complaint: str) -> None:
    ended = place.type(*typed)

    assert ended.code == 2
    assert ended.complaint.startswith("tussle: ")
    assert complaint in ended.complaint
    assert not place.results.exists()


@pytest.mark.parametrize(
    ("option", "complaint"),
    [
        (["--fliter", "x"], "unknown option '--fliter' in `tussle run`: did you mean --filter"),
        (["--subjects", "atmo"], "unknown subject 'atmo' in --subjects: did you mean atom?"),
        (["--workloads", "conter"], "unknown workload 'conter' in --workloads: did you mean coun"),
        (["--filter", "["], "'[' is not a regular expression in --filter"),
        (["--filter", "muttex"], "matches 'muttex' in --filter: near are mutex"),
        (["--workloads", "read_mostly"], "no case is left"),
        (["--threads", "1000"], "1000 is outside 1 to 256 in --threads"),
    ],
)
def test_an_option_that_does_not_fit(place: Place, option: list[str], complaint: str) -> None:
    ended = place.run(*option)

    assert ended.code == 2
    assert complaint in ended.complaint
    assert not place.results.exists()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("windw = 0.1", "unknown key 'windw' in {file} top level: did you mean window"),
        ('blocks = "5"', "'blocks' is text ('5') in {file} top level: it must be a whole number"),
        ("blocks = true", "'blocks' is a truth value (True) in {file} top level"),
        ("window = 0", "'window' is a number (0) in {file} top level: it must be seconds, more"),
        ("window = nan", "'window' is a number (nan) in {file} top level"),
        ('kinds = ["rnu"]', "'kinds' is a list (['rnu']) in {file} top level"),
        ("cases = []", "'cases' is a list ([]) in {file} top level"),
        ('inherits = "bse"', "unknown preset 'bse' in {file} 'inherits': did you mean base?"),
        ('inherits = "tiny"', "'inherits' runs in a circle in {file}"),
        ("blocks = ", "not valid TOML: Invalid value (at line 2, column 10) in {file}"),
        (
            '[[cases]]\nworkload = "counter"\nsubject = ["atom"]',
            "unknown key 'subject' in {file} cases[0]: did you mean subjects?",
        ),
        (
            '[[cases]]\nsubjects = ["atom"]',
            "'workload' is missing in {file} cases[0]: add it",
        ),
        (
            '[[cases]]\nworkload = "conter"',
            "unknown workload 'conter' in {file} cases[0] 'workload': did you mean counter",
        ),
        (
            '[[cases]]\nworkload = "counter"\nsubjects = ["atmo"]',
            "unknown subject 'atmo' in {file} cases[0] 'subjects': did you mean atom?",
        ),
        (
            '[[cases]]\nworkload = "read_mostly"\nsubjects = ["plain_int"]',
            "subject 'plain_int' cannot play workload read_mostly in {file} cases[0] 'subjects'",
        ),
        (
            '[[cases]]\nworkload = "counter"\n[cases.conditions]\nhodl = [1]',
            "unknown condition of workload counter 'hodl' in {file} cases[0] 'conditions': did you",
        ),
        (
            '[[cases]]\nworkload = "counter"\n[cases.conditions]\nhold = 1',
            "'conditions.hold' is a number (1) in {file} cases[0]: it must be a list of numbers",
        ),
        (
            '[[cases]]\nworkload = "counter"\n[cases.conditions]\nhold = ["cores"]',
            "'cores' is not a number in {file} cases[0] 'conditions.hold': only threads know cores",
        ),
        (
            '[[cases]]\nworkload = "counter"\n[cases.conditions]\nhold = ["compact"]',
            "'compact' is not a number in {file} cases[0] 'conditions.hold': give numbers",
        ),
        (
            '[[cases]]\nworkload = "counter"\n[cases.conditions]\nhold = [[1]]',
            "'conditions.hold' is a list ([[1]]) in {file} cases[0]: it must be a list of numbers",
        ),
        (
            '[[cases]]\nworkload = "counter"\n[cases.conditions]\nthreads = ["core"]',
            "'conditions.threads' is a list (['core']) in {file} cases[0]: it must be a list of num",
        ),
        ("cases = [1]", "'cases' is a list ([1]) in {file} top level: it must be a list of [[cas"),
        ("[latency]\nevrey = 5", "unknown key 'evrey' in {file} latency: did you mean every?"),
        ("[latency]\nevery = -1", "'every' is a number (-1) in {file} latency: it must be a whole"),
        ("budget = -1", "'budget' is a number (-1) in {file} top level: it must be seconds that"),
        ('blocks = "until budget"', "blocks are 'until budget', but there is no budget in {file}"),
        (
            '[[cases]]\nworkload = "counter"\n[cases.conditions]\nhold = [1.5]',
            "1.5 is not a whole number in {file} cases[0] 'conditions.hold'",
        ),
        (
            '[[cases]]\nworkload = "read_mostly"\n[cases.conditions]\nread_share = [1.5]',
            "1.5 is outside 0 to 1 in {file} cases[0] 'conditions.read_share'",
        ),
        (
            '[[cases]]\nworkload = "counter"\n[cases.conditions]\nplacement = ["near"]',
            "'near' is not one of free, compact in {file} cases[0] 'conditions.placement'",
        ),
        (
            '[[cases]]\nworkload = "counter"\n[cases.conditions]\nplacement = [1]',
            "1 is not one of free, compact in {file} cases[0] 'conditions.placement'",
        ),
        (
            '[[cases]]\nworkload = "counter"\n[cases.conditions]\nhold = ["long"]',
            "'long' is not a number in {file} cases[0] 'conditions.hold'",
        ),
        (
            '[[cases]]\nworkload = "counter"\n[cases.conditions]\npayload = [16]',
            "16 is not one of 8, 64, 4096 in {file} cases[0] 'conditions.payload'",
        ),
        (
            '[[cases]]\nworkload = "counter"\n[cases.conditions]\nthreads = ["many"]',
            "'conditions.threads' is a list (['many']) in {file} cases[0]: it must be a list",
        ),
    ],
)
def test_a_preset_that_is_not_well_formed_names_file_table_and_key(
    place: Place, text: str, complaint: str
) -> None:
    place.preset('description = "parent"\nkinds = []', "base")

    ended = place.run(preset='description = "bad"\n' + text + '\n')

    assert ended.code == 2
    assert complaint.format(file=place.folder / "tiny.toml") in ended.complaint
    assert not place.results.exists()


def test_a_binary_whose_catalog_is_not_one(place: Place) -> None:
    place.binary.write_text("#!/bin/sh\necho '{\"mode\": \"bench\"}'\n")

    ended = place.run()

    assert ended.code == 2
    assert "the catalog is not one (KeyError: 'workloads')" in ended.complaint


def test_a_sanitizer_build_is_not_measured(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_MODE", "tsan")

    ended = place.run()

    assert ended.code == 2
    assert "`run` needs a bench build, this is tsan" in ended.complaint


@pytest.mark.parametrize("out", ["file/below", "/proc/below"])
def test_an_output_that_cannot_be_written_stops_before_anything_runs(
    place: Place, out: str
) -> None:
    (place.folder / "file").write_text("mine")

    ended = place.run("--out", out)

    assert ended.code == 2
    assert "cannot write results" in ended.err
    assert "units:" not in ended.err
    assert ended.err.count("\n") == 1


def test_an_output_that_is_not_empty_is_left_alone(place: Place) -> None:
    (place.folder / "mine").mkdir()
    (place.folder / "mine" / "file").write_text("mine")

    ended = place.run("--out", "mine")

    assert ended.code == 2
    assert "the output directory is not empty in mine" in ended.complaint
    assert [path.name for path in Path("mine").iterdir()] == ["file"]


def test_an_empty_output_directory_is_used(place: Place) -> None:
    (place.folder / "fresh").mkdir()

    ended = place.run("--out", "fresh", preset=TINY_PRESET)

    assert (ended.code, ended.out) == (0, "fresh/report.html\n")
    assert not place.results.exists()
