"""Does the statement check find what has no test, and tests that prove nothing?"""

from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.check_statements import ContractError, check, main, read_contract, proofs_in, spell

Tree = Callable[[dict[str, str]], Path]

CONTRACT = """# Contract

Built: VAL ATOM

- VAL-1 [D] A rejected initial value throws.
- ATOM-1 [D] load returns the initial value.
- ATOM-11 [C, H] No update is lost.
- REF-1 [D] Not built yet.
"""
TESTS = """
TEST(atom, VAL_1_rejected_initial_value_throws) {}
TYPED_TEST(cells,
           ATOM_1_and_ATOM_11_hold) {}
"""


def write(tree: Tree, tests: str, contract: str = CONTRACT) -> Path:
    return tree({"primitives/CONTRACT.md": contract, "primitives/atom/atom_test.cc": tests})


def test_a_contract_with_all_its_tests_passes(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(write(tree, TESTS))]) == 0
    assert capsys.readouterr().out == "statements: 3 built, 0 without a test\n"


def test_a_built_statement_without_a_test_is_reported(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    root = write(tree, "TEST(atom, VAL_1_a) {}\nTEST(atom, ATOM_11_b) {}\n")

    assert main([str(root)]) == 1
    assert "ATOM-1 has no test that carries its number" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    [
        "// TEST(atom, ATOM_1_is_a_comment) {}",
        "TEST(atom, DISABLED_ATOM_1_does_not_run) {}",
        "void ATOM_1_is_no_test() {}",
        "TEST(atom, XATOM_1_is_another_word) {}",
        "TEST(atom, ATOM_11_is_not_ATOM_111) {}",
    ],
)
def test_what_proves_nothing_does_not_count(text: str) -> None:
    assert ("ATOM", 1) not in [statement for _, statement in proofs_in(text)]


def test_a_test_of_a_statement_that_does_not_exist_is_reported(tree: Tree) -> None:
    findings = check(write(tree, TESTS + "TEST(atom, ATOM_12_nowhere) {}\nTEST(hash, SHA_256_is_no_statement) {}\n"))

    assert findings.untested == []
    assert findings.unknown == ["primitives/atom/atom_test.cc:5: ATOM-12 is not in primitives/CONTRACT.md"]


def test_statements_that_are_not_built_need_no_test(tree: Tree) -> None:
    assert [spell(statement) for statement in check(write(tree, "")).untested] == ["VAL-1", "ATOM-1", "ATOM-11"]


def test_an_open_statement_needs_no_test(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    contract = CONTRACT.replace("Built: VAL ATOM", "Built: VAL ATOM\n\nOpen: ATOM-11, VAL-1")

    assert main([str(write(tree, "TEST(atom, ATOM_1_a) {}\n", contract))]) == 0
    assert capsys.readouterr().out == "statements: 1 built, 0 without a test, 2 open\n"


def test_an_open_statement_with_a_test_is_reported(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    contract = CONTRACT.replace("Built: VAL ATOM", "Built: VAL ATOM\nOpen: ATOM-11")

    assert main([str(write(tree, TESTS, contract))]) == 1
    assert "ATOM-11 is named as open but has a test" in capsys.readouterr().out


@pytest.mark.parametrize("named", ["ATOM-2", "REF-1"])
def test_only_statements_of_built_sections_can_be_open(tree: Tree, named: str) -> None:
    with pytest.raises(ContractError, match=f"'Open:' names {named}"):
        check(write(tree, TESTS, CONTRACT + f"\nOpen: {named}\n"))


@pytest.mark.parametrize(
    ("contract", "reason"),
    [
        ("Built: ATOM\n", "no statement"),
        ("- ATOM-1 [D] a\n", "'Built:' names nothing"),
        ("Built: ATMO\n- ATOM-1 [D] a\n", "names ATMO"),
        ("Built: ATOM\n- ATOM-1 [D] a\n- ATOM-1 [D] b\n", "ATOM-1 stands twice"),
    ],
)
def test_a_contract_that_cannot_be_checked_is_an_error(contract: str, reason: str) -> None:
    with pytest.raises(ContractError, match=reason):
        read_contract(contract)


def test_a_missing_contract_is_one_line(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tree({}))]) == 1
    assert capsys.readouterr().err.startswith("tussle: no file primitives/CONTRACT.md")


MUTANT = """
[[mutants]]
name = "load_of_nothing"
fails = ["ATOM-1", "ATOM-11 chaos"]
"""


def mutated(tree: Tree, mutants: str, sections: str = "Mutated: ATOM") -> Path:
    contract = CONTRACT.replace("Built: VAL ATOM", f"Built: VAL ATOM\n{sections}")
    return tree({"primitives/CONTRACT.md": contract, "primitives/atom/atom_test.cc": TESTS,
                 "workloads/planted/mutants/atom.toml": mutants})


def test_a_section_whose_every_statement_has_a_mutant_passes(tree: Tree) -> None:
    assert main([str(mutated(tree, MUTANT))]) == 0


def test_a_statement_that_no_mutant_breaks_is_reported(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(mutated(tree, MUTANT.replace(', "ATOM-11 chaos"', "")))]) == 1
    assert "no mutant says that it breaks ATOM-11" in capsys.readouterr().out


def test_statements_of_other_sections_need_no_mutant(tree: Tree) -> None:
    assert main([str(mutated(tree, "", "Mutated: VAL"))]) == 1
    assert main([str(mutated(tree, "", ""))]) == 0


def test_a_mutant_of_a_statement_that_does_not_exist_is_reported(
    tree: Tree, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(mutated(tree, MUTANT.replace("ATOM-1\"", "ATOM-2\""), ""))]) == 1
    assert "atom.toml (load_of_nothing): ATOM-2 is not in" in capsys.readouterr().out


@pytest.mark.parametrize(("mutants", "sections", "what"), [
    (MUTANT, "Mutated: ATOM REF", "'Mutated:' names REF"),
    ("[[mutants]\n", "Mutated: ATOM", "atom.toml is no file of mutants"),
    ("[[mutants]]\nfails = [\"ATOM-1\"]\n", "", "atom.toml is no file of mutants"),
])
def test_what_cannot_be_read_is_one_line(tree: Tree, mutants: str, sections: str, what: str) -> None:
    with pytest.raises(ContractError, match=what):
        check(mutated(tree, mutants, sections))
