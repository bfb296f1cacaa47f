"""What do the records have in common that are no run, and have a page of their own?"""

from pathlib import Path
from typing import Any

from reports.errors import RecordError
from reports.files import write_whole
from reports.schemas import check, read_json


def load(path: Path, schema: str, mend: str) -> dict[str, Any]:
    """Returns the record of that schema; raises when it is none."""
    record: dict[str, Any] = read_json(path, str(path), mend)
    check(record, schema, str(path), mend)
    return record


def is_alone(directory: Path, file: str) -> bool:
    """Tells whether a directory holds that record, and no run."""
    return (directory / file).is_file() and not (directory / "manifest.json").exists()


def write_page(directory: Path, page: str) -> Path:
    """Writes report.html beside the record; returns its path."""
    path = directory / "report.html"
    try:
        write_whole(path, page)
    except OSError as error:
        raise RecordError(f"cannot write ({error.strerror})", str(directory), "",
                          "make the directory writable") from error
    return path
