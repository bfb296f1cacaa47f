"""How does a number get from the summary into the page, so that both stay the same number?"""

from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

from reports import formats

FORMS: dict[str, Callable[[Any], str]] = {
    "si": formats.si,
    "fixed": formats.fixed,
    "ratio": formats.ratio,
    "times": lambda value: formats.ratio(value).rstrip("×"),
    "times3": lambda value: formats.fixed(value, 3) + "×",
    "percent": formats.percent,
    "whole": formats.whole,
    "three": formats.significant,
    "count": lambda value: formats.whole(value) if value == int(value) and value < 1e4 else formats.significant(value),
    "share": lambda value: formats.fixed(value, 3),
    "p": lambda value: formats.significant(value, 2),
    "change": lambda value: formats.fixed(value, 3),
    "seconds": formats.seconds,
    "duration": formats.duration,
}


class Numbers:
    """Writes numbers of one summary; each carries where in summary.json it stands."""

    def __init__(self, summary: dict[str, Any]) -> None:
        self._summary = summary

    def text(self, place: str, form: str) -> Markup:
        """Returns the number as a <data> element: its place, its exact value, its text."""
        value = self.value(place)
        shown = FORMS[form](value)
        exact = "" if value is None else repr(value)
        return Markup('<data value="{}" data-at="{}" data-as="{}">{}</data>').format(
            exact, place, form, shown)

    def cell(self, place: str, form: str, kind: str = "") -> Markup:
        """Returns the number as a table cell that sorts by its exact value."""
        value = self.value(place)
        exact = "" if value is None else repr(value)
        return Markup('<td class="n {}" data-v="{}">{}</td>').format(
            kind, exact, self.text(place, form))

    def span(self, place: str, form: str) -> Markup:
        """Returns an interval as `low – high`; nothing where there is none."""
        if self.value(place) is None:
            return Markup("")
        low, high = (self.text(f"{place}/{end}", form) for end in ("low", "high"))
        return Markup("{}<i>–</i>{}").format(low, high)

    def value(self, place: str) -> Any:
        """Returns what stands at a place (a JSON pointer); None where the way ends in None."""
        found: Any = self._summary
        for part in place.removeprefix("/").split("/"):
            if found is None:
                return None
            key = part.replace("~1", "/").replace("~0", "~")
            found = found[int(key)] if isinstance(found, list) else found[key]
        return found


def step(key: str) -> str:
    """Returns a key as one step of a place (a JSON pointer)."""
    return key.replace("~", "~0").replace("/", "~1")


def breakable(name: str) -> Markup:
    """Returns a case's name that may be folded after its slashes."""
    return Markup("/<wbr>").join(escape(part) for part in name.split("/"))
