"""Is a mutant held to what it says of statements: do the tests of those numbers fail, and only then is it well?"""

import argparse
import json
import shutil
from pathlib import Path

import pytest
from harness.mutants import catalog, statements
from harness.runner.trouble import Trouble

pytestmark = pytest.mark.skipif(not (shutil.which("g++") and shutil.which("ninja")), reason="no compiler here")

FOLDER = "mutants"
# What GoogleTest would do with the two options that are used.
TEST = """
#include "primitives/answer.h"
#include <cstdio>
#include <cstring>
#define TEST(suite, name) static bool name()
TEST(answer, ANS_1_is_42) { return answer() == 42; }
TEST(answer, ANS_2_and_is_even) { return answer() % 2 == 0; }
int main(int, char** words) {
  bool ok = true, chosen = false;
  for (char** word = words; *word != nullptr; ++word) {
    if (std::strstr(*word, "gtest_list_tests") != nullptr) return std::puts("answer.\\n  listed"), 0;
    if (std::strstr(*word, "ANS_1_") != nullptr) ok = ANS_1_is_42(), chosen = true;
    if (std::strstr(*word, "ANS_2_") != nullptr) ok = ANS_2_and_is_even(), chosen = true;
  }
  if (!chosen) std::puts("[  PASSED  ] 0 tests");
  return ok ? 0 : 1;
}
"""
MUTANT = """
[[mutants]]
name = "wrong_answer"
file = "primitives/answer.h"
anchor = "return 42;"
replacement = "return 44;"
breaks = "It is 42."
fails = ["ANS-1"]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one header, one file of numbered tests and one mutant, built as CMake would."""
    folder = tmp_path / "build" / "bench"
    for name, text in {
        f"{FOLDER}/detectors.toml": "",
        f"{FOLDER}/answers.toml": MUTANT,
        "primitives/answer.h": "#pragma once\ninline int answer() { return 42; }\n",
        "primitives/answer_test.cc": TEST,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    folder.mkdir(parents=True)
    built = "CMakeFiles/answer_test.dir/answer_test.cc.o"
    source = tmp_path / "primitives/answer_test.cc"
    (folder / "compile_commands.json").write_text(json.dumps([
        {"directory": str(folder), "file": str(source), "command": f"g++ -I{tmp_path} -o {built} -c {source}"}]))
    (folder / "build.ninja").write_text(
        "rule cc\n  command = g++ -I../.. -o $out -c $in\nrule ld\n  command = : && g++ $in -o $out && :\n"
        f"build {built}: cc ../../primitives/answer_test.cc\nbuild bin/answer_test: ld {built}\n")
    for preset in ("sim", "chaos", "tsan"):
        (tmp_path / "build" / preset).mkdir()
        (tmp_path / "build" / preset / "compile_commands.json").write_text("[]")
    return tmp_path


def ask(root: Path) -> tuple[int, statements.Record]:
    """Asks about all mutants of the repository; returns the exit code and the record."""
    asked = argparse.Namespace(out=str(root / "out"), budget=None)
    subjects = catalog.load(root, FOLDER).subjects
    code = statements.main(root, asked, subjects, root / "work", prepare=lambda preset: None)
    return code, json.loads((root / "out" / statements.FILE).read_text())


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_mutant_that_its_statements_tests_notice_is_well(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, record = ask(root)
    assert code == 0
    assert [(each["statement"], each["preset"]) for each in record["mutants"][0]["answers"]] == [("ANS-1", "bench")]
    assert "ANS-1     wrong_answer" in capsys.readouterr().out
    assert "return 42;" in (root / "primitives/answer.h").read_text(), "the shipped file is as it was"
    assert not (root / "work/statements/wrong_answer").exists()


def test_a_test_that_passes_with_the_mutant_is_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root / FOLDER / "answers.toml", '["ANS-1"]', '["ANS-1", "ANS-2"]')
    code, record = ask(root)
    assert code == 3
    assert [bool(each["how"]) for each in record["mutants"][0]["answers"]] == [True, False]
    assert "ANS-2 passes with wrong_answer" in capsys.readouterr().out


def test_a_test_that_fails_without_the_mutant_is_no_proof(root: Path) -> None:
    edit(root / "primitives/answer_test.cc", "answer() == 42", "answer() == 41")
    with pytest.raises(Trouble, match="tests of ANS-1 fail without any mutant") as trouble:
        ask(root)
    assert trouble.value.code == 4


def test_a_mutant_that_does_not_build_is_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root / FOLDER / "answers.toml", "return 44;", "return nothing;")
    code, _ = ask(root)
    assert code == 2
    assert "wrong_answer does not build" in capsys.readouterr().out


@pytest.mark.parametrize("named", ["ANS-3", "ANS-1 chaos"])
def test_a_number_that_no_test_carries_there_is_one_line(root: Path, named: str) -> None:
    edit(root / FOLDER / "answers.toml", "ANS-1", named)
    with pytest.raises(Trouble, match="no test carries the number ANS") as trouble:
        ask(root)
    assert trouble.value.code == 2


def test_mutants_without_statements_have_nothing_to_ask(root: Path) -> None:
    edit(root / FOLDER / "answers.toml", 'fails = ["ANS-1"]', 'detectors = []\nfails = []')
    with pytest.raises(Trouble, match="nobody is asked about it"):
        ask(root)


def test_every_statement_that_a_shipped_mutant_names_has_a_numbered_test() -> None:
    repository = Path(__file__).resolve().parents[3]
    tested = statements.files_of(repository)
    for mutant in catalog.load(repository).subjects:
        for broken in mutant.fails:
            assert broken.partition(" ")[0] in tested, mutant.name
