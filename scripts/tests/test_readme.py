"""Does the README show code that is built and tested, and name files that exist?"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
QUOTED = re.compile(r"<!-- code: (?P<path>\S+) -->\n```cpp\n(?P<code>.*?)```", re.DOTALL)
ROOMS = ("primitives", "harness", "workloads", "reports", "scripts")
GUIDE = ROOT / "docs" / "own_primitive.md"
PAGES = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"),
         *(page for room in ROOMS for page in (ROOT / room).rglob("README.md"))]
FENCED = re.compile(r"```.*?```", re.DOTALL)
LINK = re.compile(r"\]\((?P<path>[^)#:]+)\)")


def differences(readme: str, root: Path) -> list[str]:
    """Returns the quoted files whose text is not the file's."""
    quotes = {match["path"]: match["code"] for match in QUOTED.finditer(readme)}
    return [path for path, code in quotes.items() if (root / path).read_text() != code]


def test_the_readme_quotes_the_examples_as_they_are_built() -> None:
    readme = (ROOT / "README.md").read_text()

    assert len(QUOTED.findall(readme)) == 2
    assert differences(readme, ROOT) == []


def test_the_guide_quotes_its_example_as_it_is_built() -> None:
    guide = GUIDE.read_text()

    assert len(QUOTED.findall(guide)) == 5
    assert differences(guide, ROOT) == []


def test_a_quote_that_differs_from_its_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.h").write_text("int a;\n")

    assert differences("<!-- code: a.h -->\n```cpp\nint b;\n```", tmp_path) == ["a.h"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    prose = FENCED.sub("", page.read_text())
    missing = [match["path"] for match in LINK.finditer(prose)
               if not (page.parent / match["path"]).exists()]

    assert missing == []
