"""How does a file reach the disk whole or not at all?"""

import contextlib
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any


def write_whole(path: Path, text: str) -> None:
    """Replaces `path` by `text`; after a crash it holds the old or the new text, never a part."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Replaces `path` by `data`, in the same way."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    sync_directory(path.parent)


UNFINISHED = re.compile(r"\..+\.[a-z0-9_]{8}")  # how mkstemp names what write_whole writes


def is_unfinished(path: Path) -> bool:
    """Tells whether a file is one that a killed writer had not put in its place yet."""
    return UNFINISHED.fullmatch(path.name) is not None


def sweep(folder: Path) -> None:
    """Removes what killed writers left in a folder that nobody else writes into now."""
    for path in folder.iterdir():
        if is_unfinished(path):
            path.unlink()


def write_json(path: Path, record: Any) -> None:
    """Writes a record as JSON, whole. A number that is not finite is an error, never `NaN`."""
    write_whole(path, json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def sync_directory(path: Path) -> None:
    """Makes the names in a directory durable, where the file system can do that."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


def point_latest(results: Path, run: Path) -> Path:
    """Makes results/latest name `run`, in one step; returns the link."""
    link = results / "latest"
    fresh = results / f".latest.{os.getpid()}"
    for left in results.glob(".latest.*"):
        if left == fresh or not Path("/proc", left.suffix[1:]).exists():  # its writer was killed
            left.unlink(missing_ok=True)
    fresh.symlink_to(run.name)
    try:
        os.replace(fresh, link)
    except OSError:
        fresh.unlink()
        raise
    sync_directory(results)
    return link
