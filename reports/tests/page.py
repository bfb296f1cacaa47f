"""What is wrong with a page, if anything?"""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from reports.numbers import FORMS, Numbers

LOADING = {"src", "srcset", "poster", "data", "action", "formaction", "background"}
VOID = {"meta", "link", "br", "wbr", "input", "img", "hr"}


@dataclass
class Shown:
    """A number as the page shows it."""

    place: str
    form: str
    exact: str
    text: str = ""


@dataclass
class Page(HTMLParser):
    """The elements of a page that the checks below ask about."""

    text: str
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    handlers: list[str] = field(default_factory=list)
    numbers: list[Shown] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    unclosed: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.text)
        self.close()
        self.unclosed += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self._open.append(tag)
        named = {name: value or "" for name, value in attrs}
        self._note(tag, named)
        if tag == "data" and "data-at" in named:
            self.numbers.append(Shown(named["data-at"], named["data-as"], named["value"]))
        if tag == "script":
            self.scripts.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, {name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._open or self._open.pop() != tag:
            self.unclosed.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        inside = self._open[-1] if self._open else ""
        if inside == "data" and self.numbers:
            self.numbers[-1].text += data
        if inside == "script":
            self.scripts[-1] += data
        elif inside != "style":
            self.words.append(data)

    def _note(self, tag: str, named: dict[str, str]) -> None:
        if "id" in named:
            self.ids.append(named["id"])
        address = named.get("href", named.get("xlink:href"))
        if address is not None:
            (self.links if tag in ("a", "use") else self.loads).append(address)
        self.loads += [named[name] for name in LOADING & named.keys() if tag != "svg"]
        self.handlers += [name for name in named if name.startswith("on")]


def duplicate_ids(page: Page) -> list[str]:
    """Returns the ids that occur more than once."""
    return [name for name, count in Counter(page.ids).items() if count > 1]


def dangling_links(page: Page) -> list[str]:
    """Returns the links to places that are not in the page."""
    known = {f"#{name}" for name in page.ids}
    return [link for link in page.links if link not in known]


def outside_loads(page: Page) -> list[str]:
    """Returns whatever would make a browser fetch something."""
    fetched = [load for load in page.loads if not load.startswith(("data:", "#"))]
    styles = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
    declared = re.findall(r'style="([^"]*)"', page.text)
    for rule in [*styles, *declared]:
        fetched += re.findall(r"@import[^;]*|url\((?!#|['\"]?data:)[^)]*\)", rule)
    return fetched


def wrong_numbers(page: Page, summary: dict[str, Any]) -> list[Shown]:
    """Returns the numbers that are not what the summary says, or are not written as it says."""
    numbers = Numbers(summary)

    def right(shown: Shown) -> bool:
        value = numbers.value(shown.place)
        exact = "" if value is None else repr(value)
        return shown.exact == exact and shown.text == FORMS[shown.form](value)

    return [shown for shown in page.numbers if not right(shown)]
