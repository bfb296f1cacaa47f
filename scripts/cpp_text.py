"""What is left of a C++ file when comments, and perhaps string literals, are taken out?

Line numbers stay: every newline of what is taken out is kept.
"""

import re
from pathlib import Path

CPP_SUFFIXES = (".h", ".cc")

_TOKEN = re.compile(
    r"""
    (?P<comment> //(?:\\\n|[^\n])* | /\*.*?\*/ )
  | (?P<string>
        R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"
      | "(?:\\.|[^"\\\n])*"
      | (?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'
    )
    """,
    re.DOTALL | re.VERBOSE,
)


def _newlines_of(match: re.Match[str]) -> str:
    return "\n" * match.group().count("\n") or " "


def without_comments(text: str) -> str:
    """The text with its string literals, but without its comments."""
    return _TOKEN.sub(lambda match: _newlines_of(match) if match["comment"] else match.group(), text)


def without_comments_and_strings(text: str) -> str:
    """The text in which only code is left."""
    return _TOKEN.sub(_newlines_of, text)


def line_of(text: str, position: int) -> int:
    """The number, from 1, of the line that holds this position."""
    return text.count("\n", 0, position) + 1


def cpp_files(root: Path, rooms: tuple[str, ...]) -> list[Path]:
    """All C++ files of the rooms, in a stable order."""
    return sorted(path for room in rooms for path in (root / room).rglob("*") if path.suffix in CPP_SUFFIXES)


def is_test(path: Path) -> bool:
    """Whether the file is a test or serves only tests."""
    return path.stem.endswith(("_test", "_suite", "_testing"))
