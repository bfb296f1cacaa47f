"""Which keys may a preset have, of which type and within which bounds?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.runner.trouble import Trouble, offer

RUN_KINDS = ("run", "race")
RELATIVE_TO_CORES = ("cores", "cores/2", "cores*2", "cores*4")


@dataclass(frozen=True)
class Field:
    """One key: what it must be, in words, and how that is checked."""

    wanted: str
    fits: Callable[[Any], bool]
    required: bool = False


def check_table(table: dict[str, Any], fields: dict[str, Field], file: str, path: str) -> None:
    """Raises Trouble that names file, table path and key at the first thing that is wrong."""
    place = f"{file} {path or 'top level'}"
    for key, value in table.items():
        if key not in fields:
            raise Trouble(f"unknown key '{key}'", offer(key, fields), place)
        if not fields[key].fits(value):
            what = f"'{key}' is {_described(value)}"
            raise Trouble(what, f"it must be {fields[key].wanted}", place)
    for key, field in fields.items():
        if field.required and key not in table:
            raise Trouble(f"'{key}' is missing", f"add it; it must be {field.wanted}", place)
    _check_conditions(table.get("conditions", {}), place)


def _check_conditions(conditions: dict[str, Any], place: str) -> None:
    for key, values in conditions.items():
        if not _is_list_of(values, _is_condition_value):
            what = f"'conditions.{key}' is {_described(values)}"
            mend = "it must be a list of numbers (for threads also " + ", ".join(
                f'"{name}"' for name in RELATIVE_TO_CORES
            )
            raise Trouble(what, mend + "), or of the condition's words", place)
        if key == "threads" and any(not _is_number_of_threads(value) for value in values):
            known = ", ".join(f'"{name}"' for name in RELATIVE_TO_CORES)
            what = f"'conditions.{key}' is {_described(values)}"
            raise Trouble(what, f"use numbers, or of the words {known}", place)
        if key != "threads" and any(value in RELATIVE_TO_CORES for value in values):
            raise Trouble(
                f"'conditions.{key}' is {_described(values)}", "only threads know cores", place
            )


def _described(value: Any) -> str:
    names = {str: "text", bool: "a truth value", int: "a number", float: "a number"}
    names |= {list: "a list", dict: "a table"}
    shown = f" ({value!r})" if len(repr(value)) < 60 else ""
    return names.get(type(value), type(value).__name__) + shown


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_list_of(value: Any, fits: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and value != [] and all(fits(item) for item in value)


def _is_condition_value(value: Any) -> bool:
    return _is_number(value) or _is_text(value)


def _is_number_of_threads(value: Any) -> bool:
    return _is_number(value) or value in RELATIVE_TO_CORES


PRESET_FIELDS = {
    "description": Field("text", _is_text, required=True),
    "inherits": Field("the name of one preset in the same folder", _is_text),
    "blocks": Field("a whole number from 1 to 1000", lambda v: _is_whole(v) and 1 <= v <= 1000),
    "window": Field(
        "seconds, more than 0 and at most 600", lambda v: _is_number(v) and 0 < v <= 600
    ),
    "ramp": Field("seconds, from 0 to 60", lambda v: _is_number(v) and 0 <= v <= 60),
    "timeout": Field(
        "seconds, more than 0 and at most 86400", lambda v: _is_number(v) and 0 < v <= 86400
    ),
    "kinds": Field(
        'a list of "run", "race"; empty for a preset that is only inherited from',
        lambda v: isinstance(v, list) and all(kind in RUN_KINDS for kind in v),
    ),
    "cases": Field(
        "a list of [[cases]] tables", lambda v: _is_list_of(v, lambda item: isinstance(item, dict))
    ),
}

CASE_FIELDS = {
    "workload": Field("the name of a workload", _is_text, required=True),
    "subjects": Field(
        "a list of names or kinds of subjects", lambda v: _is_list_of(v, _is_text)
    ),
    "conditions": Field("a table of lists", lambda v: isinstance(v, dict)),
}
