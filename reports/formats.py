"""How are numbers, and names that may be anything, written for people, the same in every locale?"""

import math
import re
from typing import Any

PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
NONE = "–"
THIN = "\u202f"
TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def si(value: float | None, digits: int = 3) -> str:
    """Returns 48.2 M for 48 210 000."""
    if value is None or not math.isfinite(value):
        return NONE
    for size, prefix in PREFIXES:
        if abs(value) >= size * (1 - 0.5 * 10.0**-digits):
            return f"{significant(value / size, digits)}{THIN}{prefix}"
    return significant(value, digits)


def tick(value: float) -> str:
    """Returns 20 M for an axis."""
    size, prefix = next(((s, p) for s, p in PREFIXES if abs(value) >= s), (1.0, ""))
    return f"{value / size:.4g}" + (THIN + prefix if prefix else "")


def significant(value: float | None, digits: int = 3) -> str:
    """Returns the value with so many significant digits, never as 1e+05; trailing zeros go."""
    if value is None or not math.isfinite(value):
        return NONE
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits - 1}e}")
    if rounded != 0 and abs(rounded) < 1e-4:
        return f"{rounded:.{digits - 1}e}".replace("e-0", "e-")
    places = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
    return f"{rounded:,.{places}f}".replace(",", THIN)


def fixed(value: float | None, places: int = 2) -> str:
    """Returns the value with so many digits behind the point."""
    if value is None or not math.isfinite(value):
        return NONE
    return f"{value:,.{places}f}".replace(",", THIN)


def ratio(value: float | None) -> str:
    """Returns 1.83× with digits that suit the size."""
    if value is None or not math.isfinite(value):
        return NONE
    places = 2 if value < 10 else 1 if value < 100 else 0
    return f"{fixed(value, places)}×" if value >= 0.095 else f"{significant(value, 2)}×"


def percent(value: float | None, places: int = 1) -> str:
    """Returns 93.8 % for 0.9375; whole percentages carry no digits."""
    if value is None or not math.isfinite(value):
        return NONE
    text = f"{100 * value:.{places}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}{THIN}%"


def whole(value: float | None) -> str:
    """Returns 1 234 567."""
    return NONE if value is None else f"{value:,.0f}".replace(",", THIN)


def duration(ns: float | None) -> str:
    """Returns 81.3 ns, 1.25 µs, 20 ms or 3.1 s."""
    if ns is None or not math.isfinite(ns):
        return NONE
    for size, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if ns >= size * 0.9995:
            return f"{significant(ns / size, 3)}{THIN}{unit}"
    return f"{significant(ns, 3)}{THIN}ns"


def seconds(value: float | None) -> str:
    """Returns 0.1 s, 12 s, 3 min 20 s or 2 h 5 min."""
    if value is None:
        return NONE
    if value < 60:
        return f"{float(f'{value:.2e}'):g} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def without_turns(value: Any) -> Any:
    """Returns text in which characters that turn the direction of reading are spelled out.

    A name must not make the text around it read otherwise. In JSON the spelling means the same.
    """
    if not isinstance(value, str) or not TURNS.search(value):
        return value
    return type(value)(TURNS.sub(lambda found: f"\\u{ord(found.group()):04x}", value))
