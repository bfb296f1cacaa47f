"""What is there to run? (`tussle list`)"""

import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.runner import binary, exit_codes, presets
from harness.runner.binary import Launcher
from harness.runner.catalog import Catalog

TOPICS = ("workloads", "subjects", "cases", "presets")


def show(root: Path, topic: str | None, as_json: bool, given: str | None) -> int:
    """Prints one topic, or all of them."""
    topics = [topic] if topic else list(TOPICS)
    catalog = None
    if topics != ["presets"]:
        catalog = binary.ask(Launcher(binary.find(root, "bench", given)))
    found = {name: _entries(root, name, catalog) for name in topics}
    if as_json:
        print(json.dumps(found[topic] if topic else found, indent=1, ensure_ascii=False))
        return exit_codes.OK
    for name in topics:
        _print(name, found[name], titled=topic is None)
    return exit_codes.OK


def _entries(root: Path, topic: str, catalog: Catalog | None) -> list[dict[str, Any]]:
    if topic == "presets":
        # Naming presets is not worth installing a package; running one checks it.
        checked = importlib.util.find_spec("jsonschema") is not None
        loaded = [presets.load(root, name, checked) for name in presets.names(root)]
        return [preset.resolved() for preset in loaded if preset.kinds]
    assert catalog is not None
    absent = catalog.verbatim.get("not_built", []) if topic == "subjects" else []
    return [*catalog.verbatim[topic], *absent]


def _print(topic: str, entries: list[dict[str, Any]], titled: bool) -> None:
    rows = [_ROWS[topic](entry) for entry in entries]
    width = max((len(row[0]) for row in rows), default=0)
    if titled:
        print(f"{topic}:")
    for row in rows:
        print(f"{'  ' * titled}{row[0]:<{width}}  {row[1]}".rstrip())
    if titled and topic != TOPICS[-1]:
        print()


def _workload(entry: dict[str, Any]) -> Sequence[str]:
    conditions = ", ".join(condition["name"] for condition in entry["conditions"])
    return entry["name"], f"{entry['question']} ({conditions})"


def _subject(entry: dict[str, Any]) -> Sequence[str]:
    checkable = entry.get("race_checkable", True)
    note = "" if checkable else f" [not race-checkable: {entry.get('race_reason', '')}]"
    if "needs" in entry:
        note = f" [not built: needs {entry['needs']}]"
    return entry["name"], f"{entry['kind']}: {entry.get('description', '')}{note}"


def _case(entry: dict[str, Any]) -> Sequence[str]:
    limits = entry.get("limits") or ""
    note = f"only {limits}: {entry.get('limits_reason', '')}" if limits else ""
    return f"{entry['workload']}/{entry['subject']}", note


def _preset(entry: dict[str, Any]) -> Sequence[str]:
    return entry["name"], f"({', '.join(entry['kinds'])}) {entry['description']}"


_ROWS = {"workloads": _workload, "subjects": _subject, "cases": _case, "presets": _preset}
