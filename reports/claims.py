"""What did the claims about the primitives come to?"""

from pathlib import Path
from typing import Any

from reports import alone

FILE = "claims.json"
MEND = "run scripts/tussle claims again"
COLOURS = {"supported": "good", "refuted": "bad", "inconclusive": "muted", "not tested": "muted"}
ORDER = tuple(COLOURS)
Record = dict[str, Any]


def load(path: Path) -> Record:
    """Returns a record of claims; raises when it is none."""
    return alone.load(path, "claims", MEND)


def is_alone(directory: Path) -> bool:
    """Tells whether a directory holds what claims came to, and no run."""
    return alone.is_alone(directory, FILE)


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

    return alone.write_page(directory, claims_page(section(load(directory / FILE))))


def _claim(raw: Record) -> Record:
    failed = bool(raw["error"])
    return {
        **raw,
        "text": "could not be tried" if failed else raw["verdict"],
        "colour": "bad" if failed else COLOURS[raw["verdict"]],
    }
