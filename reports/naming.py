"""How are cases, conditions and places in the page called?"""

import hashlib
import re
from collections.abc import Mapping


def slug(text: str) -> str:
    """Returns a stable, unique id for links: the text itself where it can be one."""
    plain = text.replace("/", ".").replace(":", "-")
    if re.fullmatch(r"[A-Za-z0-9._-]+", plain):
        return plain
    kept = re.sub(r"[^A-Za-z0-9._-]+", "_", plain)
    return f"{kept}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def shortened(name: str, most: int = 28) -> str:
    """Returns a name that fits into a picture: a long one keeps its beginning and its end."""
    if len(name) <= most:
        return name
    end = most // 3
    return f"{name[:most - end - 1]}…{name[-end:]}"


def number(value: float | str) -> str:
    """Returns a condition's value as it stands in a case's name; labels stand for themselves."""
    return value if isinstance(value, str) else f"{value:g}"


def group_key(conditions: Mapping[str, float | str]) -> str:
    """Returns the conditions other than threads, in the catalog's order, as in a case's name."""
    return "/".join(f"{name}:{number(value)}" for name, value in _others(conditions))


def group_label(conditions: Mapping[str, float | str]) -> str:
    """Returns the conditions other than threads for people; empty when there are none."""
    return ", ".join(f"{name.replace('_', ' ')} {number(value)}"
                     for name, value in _others(conditions))


def _others(conditions: Mapping[str, float | str]) -> list[tuple[str, float | str]]:
    return [(name, value) for name, value in conditions.items() if name != "threads"]
