"""Is this the race that was known before, although the code around it has moved?

A fingerprint is made of the kind, and of each access: its operation and the functions and files of its
frames. It is the same whichever access came first, whatever the threads were called, however often it was
seen, and after lines were added or removed above. It changes when a function is renamed, moves to another
file, or calls through another function; and between compilers, which spell names differently.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

Record = dict[str, Any]
DIGITS = 32


def fingerprints(races: Sequence[Record]) -> dict[str, str]:
    """Returns the fingerprint of every race by its id; several in the same functions are numbered."""
    alike: dict[str, list[Record]] = {}
    for race in races:
        alike.setdefault(of_race(race), []).append(race)
    return {
        race["id"]: f"{print_}:{number}"
        for print_, group in alike.items()
        for number, race in enumerate(sorted(group, key=_lines), start=1)
    }


def of_race(race: Record) -> str:
    """Returns what does not change while the code around the race does."""
    sides = [[access["operation"], *_frames(access["stack"])] for access in race["accesses"]]
    sides = sides or [_frames(stack) for stack in race.get("stacks", [])]
    sides = sides or [_frames(thread.get("stack", [])) for thread in race.get("threads", [])]
    return of_words("race", race["kind"], *sorted(sides, key=json.dumps))


def of_words(*words: Any) -> str:
    """Returns the hash of some words."""
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()[:DIGITS]


def in_repository(frame: Record) -> bool:
    """Tells whether a frame lies in the repository: those files are given relative to its root."""
    return bool(frame["file"]) and not frame["file"].startswith(("/", "<", ".."))


def _frames(stack: Sequence[Record]) -> list[Any]:
    """Returns the names of a stack: of the repository's frames, else of all, else their modules."""
    ours = [[frame["function"], frame["file"]] for frame in stack if in_repository(frame)]
    named = [frame["function"] for frame in stack if frame["function"]]
    return ours or named or [frame.get("module", "") for frame in stack]


def _lines(race: Record) -> tuple[Any, ...]:
    stacks = [access["stack"] for access in race["accesses"]] or race.get("stacks", [])
    return (sorted([frame["line"] for frame in stack] for stack in stacks), race["id"])
