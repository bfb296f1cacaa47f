"""What does a person read first, below the job in the CI's own page? (Markdown)

The verdict, then who leads, the races, the planted bugs, what went wrong, and where the whole report is.
Names come from records that anybody may have written: each stands as text in <code>, with every character
that Markdown or HTML gives a meaning to written as a number.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from reports import formats
from reports.records import Run

LIMIT = 1_000_000  # bytes; GitHub drops a step's summary of more than 1 MiB as a whole
ROWS = 40
NAME_CHARACTERS = 160
TOO_LONG = "\n\n(cut here: the summary would have become too long to be shown)\n"
SIGNS = {0: "✅", 3: "❌", 4: "⚠️"}
# What is left may not start a mention, link, emoji, tag or emphasis; a colon before a space starts nothing.
_PLAIN = re.compile(r":(?! )|[^\w .,:;=+%×–…()/-]")


def to_markdown(_run: Run, summary: dict[str, Any]) -> str:
    """Returns the summary of the run, short enough for every CI system."""
    parts = [_verdict(summary), _comparison(summary), _leaders(summary), _races(summary), _troubles(summary),
             _planted(summary), _footer(summary)]
    text = "\n\n".join("\n".join(part) for part in parts if part) + "\n"
    return text if len(text.encode()) <= LIMIT else _cut(text)


def code(text: str) -> str:
    """Returns a name as inert text."""
    line = " ".join(str(text).split())
    line = line if len(line) <= NAME_CHARACTERS else line[: NAME_CHARACTERS - 1] + "…"
    return f"<code>{_plain(line)}</code>" if line else ""


def _plain(text: str) -> str:
    visible = "".join(each if each.isprintable() else "\ufffd" for each in text)  # no turned reading order
    numbered = _PLAIN.sub(lambda match: f"&#{ord(match[0])};", visible)
    return numbered.replace("_", "&#95;").replace("www.", "www&#46;")


def _verdict(summary: dict[str, Any]) -> list[str]:
    verdict = summary["verdict"]
    sign = SIGNS[verdict["exit_code"]] if not summary["interrupted"] else "⚠️"
    reasons = [f"- {_plain(reason['text'])}" for reason in verdict["reasons"]]
    exit_code = "interrupted" if summary["interrupted"] else f"exit code {verdict['exit_code']}"
    return [f"## {sign} Tussle: {_plain(verdict['headline'])}", "",
            f"{code(summary['preset']['name'])} ({summary['kind']}), {exit_code}, commit"
            f" {code((summary['commit'] or 'unknown')[:12])}{' with changes' if summary['dirty'] else ''},"
            f" {code(summary['build']['compiler'])}", *(["", *reasons] if reasons else [])]


def _comparison(summary: dict[str, Any]) -> list[str]:
    found = summary["comparison"]
    if not found:
        return []
    judged = [*found["subjects"], *found["cases"]]
    changed = [row for row in judged if row["judged"] and row["verdict"] in ("regression", "broken", "void")]
    rows = [(code(row["name"]), row["verdict"], formats.ratio((row["ratio"] or {}).get("ratio")))
            for row in changed]
    return [f"### Against {code(found['before']['run_id'])}", "",
            f"{_plain(found['headline'])} (exit code {found['exit_code']})",
            *_table(("what", "verdict", "throughput"), rows)]


def _leaders(summary: dict[str, Any]) -> list[str]:
    if not summary["leaders"]:
        return []
    rows = [(code(row["workload"]), code(row["label"]) or "–", _threads(row), _leader(row), _lead(row))
            for row in summary["leaders"]]
    return ["### Who is fastest", *_table(("workload", "conditions", "threads", "fastest", "ahead by"), rows)]


def _threads(row: dict[str, Any]) -> str:
    return f"{row['threads']}{' (more than cores)' if row['oversubscribed'] else ''}"


def _leader(row: dict[str, Any]) -> str:
    tied = [code(name) for name in row["tied"]] if row["outcome"] == "tie" else []
    return " = ".join([code(row["leader"]), *tied])


def _lead(row: dict[str, Any]) -> str:
    if row["outcome"] != "ahead":
        return {"tie": "tie", "alone": "alone", "unreplicated": "too few blocks to say"}[row["outcome"]]
    return f"{formats.ratio(row['lead']['ratio'])} {code(row['runner_up'])}"


def _races(summary: dict[str, Any]) -> list[str]:
    if summary["kind"] != "race" and not summary["races"]:
        return []
    counts = summary["counts"]
    line = f"{counts['races_unexpected']} unexpected, {counts['races_expected']} planted"
    rows = [("**unexpected**" if not race["expected"] else "planted", code(race["kind"]),
             code(", ".join(race["subjects"])), code(race["text"])) for race in summary["races"]]
    return ["### Races", "", line, *_table(("", "kind", "subjects", "where"), rows)]


def _troubles(summary: dict[str, Any]) -> list[str]:
    rows = [(code(row["case"]), row["state"], code(row["message"]))
            for row in summary["troubles"] if not row["expected"]]
    stress = summary.get("stress") or {"failures": []}
    rows += [(code(row["case"]), row["status"], f"{code(row['message'])} {code(row['again'])}")
             for row in stress["failures"] if not row["expected"]]
    return ["### What went wrong", *_table(("case", "state", "said"), rows)] if rows else []


def _planted(summary: dict[str, Any]) -> list[str]:
    rows = [(code(row["subject"]), item["detector"], _caught(item))
            for row in summary["planted"] for item in row["detectors"] if item["expected"] is not False]
    if not rows:
        return []
    caught, missed = summary["counts"]["planted_caught"], summary["counts"]["planted_missed"]
    said = f"Planted bugs: {caught} caught, {missed} missed"
    return [f"<details><summary>{said}</summary>", *_table(("planted subject", "detector", "outcome"), rows),
            "", "</details>"]


def _caught(item: dict[str, Any]) -> str:
    state = f"**{item['state']}**" if item["state"] == "missed" else item["state"]
    return f"{state} ({item['caught']} of {item['units']} processes)" if item["units"] else state


def _footer(summary: dict[str, Any]) -> list[str]:
    return [f"Run {code(summary['run_id'])}, seed {summary['seed']}, {summary['counts']['cases']} cases,"
            f" {len(summary['skipped'])} not applicable. The whole report is <code>report.html</code> in the"
            " result directory (an artifact of the job): one file that opens from disk."]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Returns a table below an empty line; none without rows."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    if not lines:
        return []
    more = [f"and {len(lines) - ROWS} more: see the report"] if len(lines) > ROWS else []
    shown = ["", "| " + " | ".join(head) + " |", "|" + "---|" * len(head), *lines[:ROWS]]
    return [*shown, *(["", *more] if more else [])]


def _cut(text: str) -> str:
    """Returns the text up to the last line that fits."""
    room = LIMIT - len(TOO_LONG.encode())
    kept = text.encode()[:room].decode("utf-8", "ignore")
    return kept[: kept.rfind("\n")] + TOO_LONG
