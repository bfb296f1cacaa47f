"""How many tests passed, failed and were skipped, over all JUnit files given?

A file that is missing or unreadable is one failure: tests that did not run did not pass.
"""

import sys
from collections import Counter
from pathlib import Path

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite


def outcome(case: TestCase) -> str:
    """passed, failed or skipped."""
    if any(isinstance(result, (Failure, Error)) for result in case.result):
        return "failed"
    skips = [result for result in case.result if isinstance(result, Skipped)]
    if not skips:
        return "passed"
    # CTest writes a test whose binary is missing as "skipped" too, with another message.
    never_ran = case._elem.get("status") == "notrun" and not (skips[0].message or "").startswith("SKIP_")
    return "failed" if never_ran else "skipped"


def cases(file: Path) -> list[TestCase]:
    """All test cases of one file, whether its root is one suite (CTest) or several (pytest)."""
    root = JUnitXml.fromfile(str(file))
    suites = [root] if isinstance(root, TestSuite) else list(root)
    return [case for suite in suites for case in suite]


def count(files: list[Path]) -> Counter[str]:
    """The sums; a line on stderr for each file that tells nothing."""
    total: Counter[str] = Counter()
    for file in files:
        try:
            total.update(outcome(case) for case in cases(file))
        except (OSError, SyntaxError, ValueError) as error:
            print(f"tussle: no test results in {file}: {error}", file=sys.stderr)
            total["failed"] += 1
    return total


def sentence(total: Counter[str]) -> str:
    """The closing line."""
    text = f"{total['passed']} passed, {total['failed']} failed"
    return f"{text}, {total['skipped']} skipped" if total["skipped"] else text


def main(arguments: list[str]) -> int:
    """Prints the closing line; 1 when a test failed or none ran."""
    total = count([Path(argument) for argument in arguments])
    print(sentence(total))
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
