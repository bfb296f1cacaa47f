"""Does a record have the shape that harness/record promises?"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from reports.errors import RecordError

SCHEMAS = Path(__file__).resolve().parent.parent / "harness" / "record"
NAMES = ("manifest", "unit", "environment", "race", "history", "summary", "mutants", "litmus", "claims")


def read_json(path: Path, name: str, mend: str) -> Any:
    """Returns what the file holds; `name` is how the file is called towards people."""
    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
    except FileNotFoundError:
        raise RecordError("no such file", name, "", mend) from None
    except OSError as error:
        raise RecordError(f"cannot read ({error.strerror})", name, "", mend) from error
    except UnicodeDecodeError as error:
        raise RecordError("not UTF-8 text", name, f"byte {error.start}", mend) from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise RecordError(f"not JSON ({error.msg})", name, place, mend) from error
    except (ValueError, RecursionError) as error:
        raise RecordError(f"not JSON ({error})", name, "", mend) from error


def check(record: Any, schema: str, name: str, mend: str) -> None:
    """Raises RecordError at the place that explains best why the record does not fit its schema."""
    from jsonschema.exceptions import best_match

    error = best_match(_validator(schema).iter_errors(record))
    if error is not None:
        place = "/".join(str(step) for step in error.absolute_path)
        raise RecordError(f"not a {schema} record ({error.message})", name, place, mend)


def _refuse_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")


@cache
def _schema(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    return document


@cache
def _validator(name: str) -> Any:
    from jsonschema import Draft202012Validator, RefResolver

    store = {f"{other}.schema.json": _schema(other) for other in NAMES}
    resolver = RefResolver(f"{name}.schema.json", _schema(name), store=store)
    return Draft202012Validator(_schema(name), resolver=resolver)
