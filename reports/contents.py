"""Which sections does the page have? Read from the page itself, so that a new section needs no entry."""

import re
from dataclasses import dataclass, field

from markupsafe import Markup

# Names and messages are escaped wherever they stand, so that only templates write tags.
HEADING = re.compile(
    r'<h2 id="(?P<section>[^"]+)"(?: data-nav="(?P<short>[^"]+)")?>(?P<title>.*?)</h2>'
    r'|<h3><a class="anchor" href="#(?P<part>[^"]+)">(?P<name>.*?)</a></h3>', re.DOTALL)
TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Entry:
    """A section and its parts."""

    anchor: Markup
    title: Markup
    parts: list["Entry"] = field(default_factory=list)


def contents(page: str) -> list[Entry]:
    """Returns the sections of a page in their order; `h3` with an anchor are parts of the last `h2`.

    A heading that is too long for the margin says there what its `data-nav` says.
    """
    found: list[Entry] = []
    for heading in HEADING.finditer(page):
        if heading["section"]:
            found.append(_entry(heading["section"], heading["short"] or heading["title"]))
        elif found:
            found[-1].parts.append(_entry(heading["part"], heading["name"]))
    return found


def _entry(anchor: str, title: str) -> Entry:
    return Entry(Markup(anchor), Markup(" ".join(TAG.sub("", title).split())))
