"""Does what a binary wrote have the shape that the schema of records promises?"""

import json
from functools import cache
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).resolve().parents[1] / "record"
RESULT = "unit.schema.json#/$defs/result"


def objection(result: Any) -> str:
    """Returns in one line what is wrong with a case's result, or an empty string."""
    from jsonschema.exceptions import best_match  # here: takes a while, and most commands need none

    error = best_match(_checker().iter_errors(result))
    if error is None:
        return ""
    place = error.json_path.removeprefix("$").lstrip(".") or "top level"
    return f"{place}: {error.message[:200]}"


@cache
def _checker() -> Any:
    from jsonschema import Draft202012Validator, RefResolver

    texts = {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob("*.schema.json")}
    resolver = RefResolver(base_uri="", referrer={}, store=texts)
    return Draft202012Validator({"$ref": RESULT}, resolver=resolver)
