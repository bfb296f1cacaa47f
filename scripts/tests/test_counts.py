"""Are the counts of the closing line those of the result files?"""

from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.count_tests import main

Tree = Callable[[dict[str, str]], Path]

CTEST = """<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="Linux-g++" tests="5" failures="1" disabled="1" skipped="3" time="1">
  <testcase name="a" classname="a" time="0.1" status="run"><system-out/></testcase>
  <testcase name="b" classname="b" time="0.1" status="fail"><failure message=""/><system-out/></testcase>
  <testcase name="c" classname="c" time="0.1" status="notrun">
    <skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/></testcase>
  <testcase name="d" classname="d" time="0" status="notrun"><skipped message="Unable to find executable"/></testcase>
  <testcase name="e" classname="e" time="0" status="disabled"><skipped message="Disabled"/></testcase>
</testsuite>
"""
PYTEST = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4" time="0.1">
  <testcase classname="m" name="a" time="0.1"/>
  <testcase classname="m" name="b" time="0.1"><failure message="no">no</failure></testcase>
  <testcase classname="m" name="c" time="0.1"><error message="setup">no</error></testcase>
  <testcase classname="m" name="d" time="0.1"><skipped message="no browser"/></testcase>
</testsuite></testsuites>
"""
GOOD = '<testsuites><testsuite name="pytest" tests="1"><testcase classname="m" name="a"/></testsuite></testsuites>'


def count(tree: Tree, capsys: pytest.CaptureFixture[str], files: dict[str, str], *more: str) -> tuple[int, str]:
    root = tree(files)
    code = main([str(root / name) for name in (*files, *more)])
    return code, capsys.readouterr().out.splitlines()[-1]


def test_sums_both_kinds_of_files(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    code, line = count(tree, capsys, {"ctest.xml": CTEST, "pytest.xml": PYTEST})

    # A CTest entry whose binary is missing did not run: a failure, not a skip.
    assert (code, line) == (1, "2 passed, 4 failed, 3 skipped")


def test_all_passed(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    assert count(tree, capsys, {"a.xml": GOOD, "b.xml": GOOD}) == (0, "2 passed, 0 failed")


def test_a_missing_or_torn_file_is_a_failure(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    code, line = count(tree, capsys, {"a.xml": GOOD, "torn.xml": GOOD[:40]}, "missing.xml")

    assert (code, line) == (1, "1 passed, 2 failed")


def test_no_test_at_all_is_no_success(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    assert count(tree, capsys, {"a.xml": '<testsuite name="none" tests="0"/>'}) == (1, "0 passed, 0 failed")
