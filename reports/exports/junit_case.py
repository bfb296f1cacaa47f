"""What is one test of a JUnit file?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Test:
    """One test case; `outcome` is passed, failure, error or skipped."""

    name: str
    outcome: str = "passed"
    type: str = ""
    message: str = ""
    text: str = ""
    seconds: float = 0.0
    file: str = ""
