"""Where in the code is it? (locations, stacks and thread flows of the SARIF log)"""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from reports.exports.fingerprints import in_repository

Record = dict[str, Any]
SOURCE_ROOT = "SRCROOT"
FLOW_LOCATIONS = 200  # of one thread; code scanning takes 10 000 a result and shows 1 000
WORD_CHARACTERS = 200


def place(file: str, line: int, said: str = "", number: int | None = None) -> Record:
    """Returns a location in a file; `file` is relative to the repository's root, or absolute."""
    inside = not file.startswith("/")
    artifact: Record = {"uri": quote(file) if inside else "file://" + quote(file)}
    if inside:
        artifact["uriBaseId"] = SOURCE_ROOT
    found: Record = {"physicalLocation": {"artifactLocation": artifact, "region": _region(line)}}
    if said:
        found["message"] = {"text": said}
    return found if number is None else {"id": number, **found}


def of_frame(frame: Record, said: str = "", number: int | None = None) -> Record:
    """Returns a frame's location, with the function's name; without a file it has only that."""
    found = place(frame["file"], frame["line"], said, number) if _has_file(frame) else {}
    if frame["function"]:
        found["logicalLocations"] = [{"fullyQualifiedName": frame["function"], "kind": "function"}]
    return found


def first_of_ours(stack: Sequence[Record]) -> Record | None:
    """Returns the innermost frame of the repository's own code."""
    return next((frame for frame in stack if in_repository(frame)), None)


def stack(frames: Sequence[Record], said: str) -> Record:
    """Returns a whole call stack, innermost first."""
    return {"message": {"text": said}, "frames": [_stack_frame(frame) for frame in frames]}


def thread_flow(access: Record, said: str) -> Record | None:
    """Returns how a thread came to its access, call by call; None when no frame has a place."""
    calls = [frame for frame in access["stack"] if _has_file(frame)][:FLOW_LOCATIONS]
    if not calls:
        return None
    return {"id": access["thread"] or "thread", "message": {"text": said},
            "locations": list(_steps(calls, said))}


def words(text: str) -> str:
    """Returns a name as messages may hold it: SARIF gives brackets and braces a meaning."""
    line = " ".join(text.split())
    line = line if len(line) <= WORD_CHARACTERS else line[: WORD_CHARACTERS - 1] + "…"
    line = line.replace("{", "<").replace("}", ">").replace("\\", "\\\\")
    return line.replace("[", "\\[").replace("]", "\\]")


def where(frame: Record) -> str:
    """Returns function, file and line of a frame, for a message."""
    spot = f" ({frame['file']}:{frame['line']})" if frame["file"] else ""
    return words((frame["function"] or frame.get("module", "") or "an unknown function") + spot)


def _steps(calls: Sequence[Record], said: str) -> Iterator[Record]:
    """Yields the calls outermost first; the access itself is last."""
    for depth, frame in enumerate(reversed(calls)):
        last = depth == len(calls) - 1
        told = said if last else f"calls from {where(frame)}"
        yield {"location": of_frame(frame, told), "nestingLevel": depth,
               "importance": "essential" if last else "unimportant"}


def _stack_frame(frame: Record) -> Record:
    module = {"module": frame["module"]} if frame.get("module") else {}
    return {"location": of_frame(frame), **module}


def _has_file(frame: Record) -> bool:
    return in_repository(frame) or frame["file"].startswith("/")


def _region(line: int) -> Record:
    """Returns the line: its columns are unknown, and code scanning asks for all four numbers."""
    known = max(1, line)
    return {"startLine": known, "startColumn": 1, "endLine": known, "endColumn": 2}
