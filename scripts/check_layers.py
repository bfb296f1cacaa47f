"""Does every include and import point in the direction of knowledge?

    workloads -> harness, primitives        harness -> primitives/sync/hooks.h, simulator.h
    primitives -> primitives                runner -> reports
    reports -> nothing of this project      scripts -> nothing of this project

Also: primitives name threads, locks, atomics and clocks through the seam (primitives/sync) only, and every header of
theirs is one that the package installs: it carries their sources, too, which need them all.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.cpp_text import cpp_files, is_test, line_of, without_comments, without_comments_and_strings

ROOMS = ("primitives", "harness", "workloads")
GENERATED = {"commit.h"}
SEAM = "primitives/sync/"

# What a room may include of the project, as prefixes of paths.
PROJECT_INCLUDES = {
    "primitives": ("primitives/",),
    "harness": ("harness/", "primitives/sync/hooks.h", "primitives/sync/simulator.h"),
    "workloads": ("workloads/", "harness/", "primitives/"),
}
SYSTEM_INCLUDES = {"sys", "linux", "gnu", "sanitizer"}
# What a room may include of other projects, as first folders; headers without a folder are not judged.
OTHER_INCLUDES = {
    "primitives": {"absl"},
    "harness": {"absl", "benchmark", "nlohmann", *SYSTEM_INCLUDES},
}
TEST_INCLUDES = {"gtest", "gmock"}

# What a Python package may import of the project, as first names.
PROJECT_MODULES = {"harness", "reports", "scripts", "workloads", "primitives"}
PYTHON_IMPORTS: dict[str, set[str]] = {
    "reports": {"reports"},
    "harness": {"harness", "reports"},
    "scripts": {"scripts"},
    "primitives": set(),
    "workloads": set(),
}

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)
_BESIDE_THE_SEAM = re.compile(
    r"\bstd::(?:atomic\w*|(?:recursive_|timed_|recursive_timed_|shared_|shared_timed_)?mutex"
    r"|j?thread|this_thread|condition_variable(?:_any)?|stop_(?:token|source|callback)"
    r"|once_flag|call_once|counting_semaphore|binary_semaphore|latch|barrier|async|promise|(?:shared_)?future"
    r"|chrono::(?:steady|system|high_resolution)_clock)\b"
    r"|\babsl::(?:Mutex|CondVar|Notification)\b"
    r"|\bthread_local\b"
)


@dataclass(frozen=True)
class Breach:
    """One line that points the wrong way."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def check_include(path: str, quoted: bool, target: str) -> str | None:
    """Why this file may not include the target, or None."""
    room = path.split("/")[0]
    first, _, rest = target.partition("/")
    if first in ROOMS:
        if target.startswith(PROJECT_INCLUDES[room]):
            return None
        # A test of what is installed into the hooks needs the seam that calls them.
        if room == "harness" and is_test(Path(path)) and target.startswith(SEAM):
            return None
        return f"{room} must not include {target} (only {', '.join(PROJECT_INCLUDES[room])})"
    if not rest:
        if quoted and target not in GENERATED:
            return f'"{target}" is relative: write includes from the project\'s root'
        return None
    allowed = OTHER_INCLUDES.get(room)
    if allowed is None or first in allowed:
        return None
    if (path.startswith(SEAM) and first in SYSTEM_INCLUDES) or (is_test(Path(path)) and first in TEST_INCLUDES):
        return None
    return f"{room} must not include {target} (of others only {', '.join(sorted(allowed))})"


def check_cpp(path: str, text: str) -> Iterator[Breach]:
    """All breaches of one C++ file."""
    code = without_comments(text)
    for match in _INCLUDE.finditer(code):
        reason = check_include(path, match[1] == '"', match[2])
        if reason:
            yield Breach(path, line_of(code, match.start(1)), reason)
    if not path.startswith("primitives/") or path.startswith(SEAM) or is_test(Path(path)):
        return
    bare = without_comments_and_strings(text)
    for match in _BESIDE_THE_SEAM.finditer(bare):
        yield Breach(path, line_of(bare, match.start()), f"{match.group()} beside the seam: use tussle::sync")


def imported_modules(path: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of every imported module; relative names are resolved."""
    package = path.split("/")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            yield node.lineno, ".".join([*base, *([node.module] if node.module else [])])


def check_python(path: str, text: str) -> Iterator[Breach]:
    """All breaches of one Python file."""
    room = path.split("/")[0]
    allowed = PYTHON_IMPORTS[room]
    for line, module in imported_modules(path, ast.parse(text, path)):
        first = module.split(".")[0]
        if first in PROJECT_MODULES and first not in allowed:
            yield Breach(path, line, f"{room} must not import {module} (only {', '.join(sorted(allowed)) or 'others'})")


def check_installed(root: Path) -> Iterator[Breach]:
    """All headers of primitives that its CMakeLists.txt does not name, and so does not install."""
    list_file = root / "primitives" / "CMakeLists.txt"
    if not list_file.exists():
        return
    named = set(re.findall(r"[\w/.]+", list_file.read_text("utf-8")))
    for file in cpp_files(root, ("primitives",)):
        name = file.relative_to(root / "primitives").as_posix()
        if name.endswith(".h") and not is_test(file) and name not in named:
            message = "is not installed: name it in the FILE_SET of primitives/CMakeLists.txt"
            yield Breach(f"primitives/{name}", 1, message)


def check_tree(root: Path) -> tuple[int, list[Breach]]:
    """How many files were read, and all their breaches."""
    count = 0
    breaches: list[Breach] = []
    for file in cpp_files(root, ROOMS):
        count += 1
        breaches += check_cpp(file.relative_to(root).as_posix(), file.read_text("utf-8"))
    breaches += check_installed(root)
    for file in sorted(path for room in PYTHON_IMPORTS for path in (root / room).rglob("*.py")):
        count += 1
        breaches += check_python(file.relative_to(root).as_posix(), file.read_text("utf-8"))
    return count, breaches


def main(arguments: list[str]) -> int:
    """Prints the breaches of the tree given (default: the current folder); 1 when there are any."""
    count, breaches = check_tree(Path(arguments[0] if arguments else "."))
    for breach in breaches:
        print(breach)
    print(f"layers: {count} files, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
