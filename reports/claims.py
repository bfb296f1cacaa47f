"""What did the claims about the primitives come to?"""

from pathlib import Path
from typing import Any

from reports.errors import RecordError
from reports.files import write_whole
from reports.schemas import check, read_json

FILE = "claims.json"
MEND = "run scripts/tussle claims again"
COLOURS = {"supported": "good", "refuted": "bad", "inconclusive": "muted", "not tested": "muted"}
ORDER = tuple(COLOURS)
Record = dict[str, Any]


def load(path: Path) -> Record:
    """Returns a record of claims; raises when it is none."""
    record: Record = read_json(path, str(path), MEND)
    check(record, "claims", str(path), MEND)
    return record


def is_alone(directory: Path) -> bool:
    """Tells whether a directory holds what claims came to, and no run."""
    return (directory / FILE).is_file() and not (directory / "manifest.json").exists()


def section(record: Record) -> Record:
    """Returns what the page shows, in the record's order."""
    claims = [_claim(each) for each in record["claims"]]
    return {
        "mode": record["mode"],
        "commit": record["build"]["commit"],
        "claims": claims,
        "counts": [(verdict, sum(each["verdict"] == verdict for each in claims)) for verdict in ORDER],
        "surprises": sum(each["surprise"] for each in claims),
        "failed": sum(bool(each["error"]) for each in claims),
    }


def render(directory: Path) -> Path:
    """Writes report.html beside a directory's claims.json; returns the page's path."""
    from reports.html import claims_page

    path = directory / "report.html"
    page = claims_page(section(load(directory / FILE)))
    try:
        write_whole(path, page)
    except OSError as error:
        raise RecordError(f"cannot write ({error.strerror})", str(directory), "",
                          "make the directory writable") from error
    return path


def _claim(raw: Record) -> Record:
    failed = bool(raw["error"])
    return {
        **raw,
        "text": "could not be tried" if failed else raw["verdict"],
        "colour": "bad" if failed else COLOURS[raw["verdict"]],
    }
