"""Does a record have the shape that the schema of records promises?"""

import json
from functools import cache
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).resolve().parents[1] / "record"
RESULT = "unit.schema.json#/$defs/result"  # what a binary wrote for a case
UNIT = "unit.schema.json"
MANIFEST = "manifest.schema.json"
ENVIRONMENT = "environment.schema.json"


def objection(record: Any, schema: str = RESULT) -> str:
    """Returns in one line what is wrong with a record, or an empty string."""
    from jsonschema.exceptions import best_match  # here: takes a while, and most commands need none

    error = best_match(_checker(schema).iter_errors(record))
    if error is None:
        return ""
    place = error.json_path.removeprefix("$").lstrip(".") or "top level"
    return f"{place}: {error.message[:200]}"


def read(path: Path, schema: str) -> tuple[Any, str]:
    """Returns a record, and in one line why it cannot be used when it cannot."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
    except (OSError, ValueError, RecursionError) as error:
        return None, f"not JSON ({error})"
    return record, objection(record, schema)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")


@cache
def _checker(schema: str) -> Any:
    from jsonschema import Draft202012Validator, RefResolver

    texts = {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob("*.schema.json")}
    resolver = RefResolver(base_uri="", referrer={}, store=texts)
    return Draft202012Validator({"$ref": schema}, resolver=resolver)
