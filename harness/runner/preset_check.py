"""Is one preset file what harness/record/preset.schema.json says that it may be?"""

import json
import math
from collections.abc import Iterator
from functools import cache
from typing import Any

from harness.runner.records import SCHEMAS
from harness.runner.trouble import Trouble, offer

Path = tuple[str | int, ...]


def check(table: dict[str, Any], file: str) -> None:
    """Raises Trouble that names file, table and key at the first thing that is wrong."""
    for path in _not_finite(table, ()):
        raise _misfit(table, path, file)
    errors = list(_checker().iter_errors(table))
    if not errors:
        return
    # The order of the file decides, not that of the schema: people read from the top.
    first = min(errors, key=lambda error: (_line(table, error.absolute_path), error.message))
    path = tuple(first.absolute_path)
    if first.validator == "additionalProperties":
        strangers = [key for key in first.instance if key not in first.schema["properties"]]
        raise Trouble(
            f"unknown key '{strangers[0]}'",
            offer(strangers[0], first.schema["properties"]),
            _place(file, path),
        )
    if first.validator == "required":
        missing = next(key for key in first.validator_value if key not in first.instance)
        wanted = first.schema["properties"][missing]["description"]
        what = f"'{missing}' is missing"
        raise Trouble(what, f"add it; it must be {wanted}", _place(file, path))
    raise _misfit(table, path, file)


@cache
def _checker() -> Any:
    from jsonschema import Draft202012Validator  # here: takes a while, and some commands need none

    return Draft202012Validator(_schema())


@cache
def _schema() -> dict[str, Any]:
    text = (SCHEMAS / "preset.schema.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def _line(table: Any, path: Any) -> list[int]:
    """Returns where in the file a path lies, as places among the keys on the way to it."""
    places = []
    for step in path:
        places.append(list(table).index(step) if isinstance(table, dict) else int(step))
        table = table[step]
    return places


def _not_finite(value: Any, path: Path) -> Iterator[Path]:
    """Yields the paths of numbers that JSON Schema lets through, because they are none."""
    if isinstance(value, float) and not math.isfinite(value):
        yield path
    steps = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for step, item in ((step, value[step]) for step in steps):
        yield from _not_finite(item, (*path, step))


def _misfit(table: Any, path: Path, file: str) -> Trouble:
    """Returns the trouble with a value: that of the innermost key, never of an item of a list."""
    while path and isinstance(path[-1], int) and not isinstance(_at(table, path), dict):
        path = path[:-1]
    tables, key = _split(path)
    what = f"'{key}' is {_described(_at(table, path))}"
    return Trouble(what, f"it must be {_wanted(path)}", _place(file, tables))


def _split(path: Path) -> tuple[Path, str]:
    """Returns the table that a person would look for, and the key in it."""
    if "conditions" in path:
        place = path.index("conditions")
        return path[:place], ".".join(str(step) for step in path[place:])
    return path[:-1], str(path[-1])


def _place(file: str, tables: Path) -> str:
    if not tables:
        return f"{file} top level"
    return f"{file} " + "".join(f"[{s}]" if isinstance(s, int) else str(s) for s in tables)


def _at(table: Any, path: Path) -> Any:
    for step in path:
        table = table[step]
    return table


def _wanted(path: Path) -> str:
    """Returns the schema's words on a path."""
    schema = _schema()
    for step in path:
        if isinstance(step, int):
            schema = schema["items"]
        else:
            schema = schema.get("properties", {}).get(step) or schema["additionalProperties"]
        if "$ref" in schema:
            schema = _schema()["$defs"][schema["$ref"].rpartition("/")[2]]
    return str(schema["description"])


def _described(value: Any) -> str:
    names = {str: "text", bool: "a truth value", int: "a number", float: "a number"}
    names |= {list: "a list", dict: "a table"}
    shown = f" ({value!r})" if len(repr(value)) < 60 else ""
    return names.get(type(value), type(value).__name__) + shown
