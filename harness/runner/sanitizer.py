"""What did a checker of the chaos build say, and where in the repository?"""

import re
from dataclasses import dataclass

# ==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x60... at pc 0x55...
ERROR = re.compile(r"ERROR: (\w+Sanitizer): (?:attempting |detected )?([\w-]+(?: leaks)?)")
# /home/me/tussle/primitives/atom/atom.h:31:7: runtime error: signed integer overflow: 1 + 2147483647
UNDEFINED = re.compile(r"^(\S+):(\d+):\d+: runtime error: (.+)$")
# /usr/include/c++/12/bits/stl_vector.h:1123: ...: Assertion '__n < this->size()' failed.
ASSERTION = re.compile(r"^\S+:\d+: .*Assertion ('.+') failed\.$")
#     #1 0x55d0c8a4 in tussle::atom<int>::load() const primitives/atom/atom.h:88
FRAME = re.compile(r"^\s+#\d+ 0x[0-9a-f]+ in (.+) (\S+?):(\d+)(?::\d+)?$")
LONGEST = 120  # characters of a description


@dataclass(frozen=True)
class Finding:
    """One report: which sanitizer, what kind of error, and the first frame that is ours."""

    tool: str
    kind: str
    place: str  # file:line, or empty when no frame is ours
    function: str

    @property
    def message(self) -> str:
        """Returns the finding in one line."""
        where = f" at {self.place}" if self.place else ""
        inside = f" in {self.function[:LONGEST]}" if self.function else ""
        return f"{self.tool}: {self.kind}{where}{inside}"

    def record(self) -> dict[str, str]:
        """Returns the finding as a unit's record keeps it."""
        return {"tool": self.tool, "kind": self.kind, "place": self.place, "function": self.function}


def find(said: str) -> Finding | None:
    """Returns the first report in what a process said on stderr."""
    lines = said.splitlines()
    for number, line in enumerate(lines):
        if match := UNDEFINED.match(line):
            place, function = _ours(lines[number + 1:])
            place = place or f"{match[1]}:{match[2]}"
            return Finding("UndefinedBehaviorSanitizer", match[3][:LONGEST], place, function)
        if match := ASSERTION.match(line):
            return Finding("assertion", f"{match[1][:LONGEST]} failed", "", "")
        if match := ERROR.search(line):
            place, function = _ours(lines[number + 1:])
            return Finding(match[1], match[2].replace(" ", "-"), place, function)
    return None


def _ours(lines: list[str]) -> tuple[str, str]:
    """Returns file:line and function of the first frame that lies in the repository.

    Paths of our files are relative to its root; all others are absolute.
    """
    for line in lines:
        match = FRAME.match(line)
        if match and not match[2].startswith(("/", "<", "(", "..")):
            return f"{match[2]}:{match[3]}", match[1]
    return "", ""
