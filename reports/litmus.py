"""What did litmus programs come to, outcome by outcome?"""

from pathlib import Path
from typing import Any

from reports import alone

FILE = "litmus.json"
MEND = "run scripts/tussle litmus again"
STATES = {
    "ok": ("nothing forbidden", "good"), "broken": ("forbidden", "bad"), "caught": ("planted: caught", "good"),
    "not_caught": ("planted: not caught here", "muted"), "failed": ("could not be run", "bad"),
}
COLOURS = {"acceptable": "", "interesting": "muted", "forbidden": "bad"}
Record = dict[str, Any]


def load(path: Path) -> Record:
    """Returns a record of litmus programs; raises when it is none."""
    return alone.load(path, "litmus", MEND)


def is_alone(directory: Path) -> bool:
    """Tells whether a directory holds what litmus programs came to, and no run."""
    return alone.is_alone(directory, FILE)


def section(record: Record) -> Record:
    """Returns what the page shows: findings first, planted programs last."""
    programs = [_program(each) for each in record["programs"]]
    programs.sort(key=lambda each: (each["status"] not in ("broken", "failed"), each["planted"]))
    return {
        "mode": record["mode"],
        "commit": record["build"]["commit"],
        "seed": record["seed"],
        "budget": record["budget_s"],
        "programs": programs,
        "findings": sum(each["status"] == "broken" for each in programs),
        "failed": sum(each["status"] == "failed" for each in programs),
        "executions": sum(each["executions"] for each in programs),
        "planted": sum(each["planted"] for each in programs),
        "caught": sum(each["status"] == "caught" for each in programs),
    }


def render(directory: Path) -> Path:
    """Writes report.html beside a directory's litmus.json; returns the page's path."""
    from reports.html import litmus_page

    return alone.write_page(directory, litmus_page(section(load(directory / FILE))))


def _program(raw: Record) -> Record:
    text, colour = STATES[raw["status"]]
    total = sum(outcome["count"] for outcome in raw["outcomes"])
    return {
        **raw,
        "text": text,
        "colour": colour,
        "outcomes": [_outcome(outcome, total) for outcome in raw["outcomes"]],
        "how": _how(raw),
    }


def _outcome(raw: Record, total: int) -> Record:
    return {
        **raw,
        "text": ", ".join(str(value) for value in raw["values"]),
        "share": raw["count"] / total if total else 0.0,
        "colour": COLOURS[raw["grade"]] if raw["count"] else "muted",
    }


def _how(raw: Record) -> str:
    """Returns how far the count can be relied on, in words."""
    if raw["runner"] == "sim":
        reached = "" if raw["all_reached"] else "; not every listed outcome was reached"
        return f"simulated: {raw['bound']}{reached}"
    return "real threads" if raw["core_each"] else "real threads, more of them than cores"
