"""Where do the records of one run lie, and how do they get there?"""

import contextlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.runner import lock
from harness.runner.storage import (
    is_unfinished,
    point_latest,
    sweep,
    sync_directory,
    write_json,
    write_whole,
)
from harness.runner.trouble import Trouble, reason

RESULTS_VARIABLE = "TUSSLE_RESULTS"
OTHER = "choose another --out"
PARTS = ("env", "units", "races", "logs", "histories")
DRAWN = "hist"  # the report writes there


def results_folder(root: Path) -> Path:
    """Returns the folder that holds all runs."""
    return Path(os.environ.get(RESULTS_VARIABLE) or root / "results").absolute()


def find(root: Path, name: str) -> Path:
    """Returns the directory of a run that is given as a path, a run id or `latest`."""
    results = results_folder(root)
    for path in (Path(name), results / name):
        if path.is_dir():
            return path.resolve()
    folders = [path for path in results.glob("*") if path.is_dir() and not path.is_symlink()]
    runs = sorted(path.name for path in folders)
    near = [run for run in runs if name in run][-3:] or runs[-3:]
    mend = "known are " + ", ".join(near) if near else "start with `tussle run quick`"
    raise Trouble(f"there is no run '{name}'", mend, shown(results))


def now() -> str:
    """Returns the time as records keep it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def check_free(given: str | None, root: Path) -> None:
    """Raises, before anything is built or run, when the output could not be written."""
    if given is not None:
        check_writable(Path(given).absolute(), given)
    else:
        _check_above(results_folder(root), OTHER)


def check_writable(path: Path, given: str, mend: str = OTHER) -> None:
    """Raises when a path is there and not empty, or could not be made."""
    if path.is_symlink() or path.exists():
        _check_empty(path, given, mend)
    _check_above(path, mend)


def _check_above(path: Path, mend: str) -> None:
    above = path
    while not above.exists() and above != above.parent:
        above = above.parent
    if not above.is_dir():
        raise _unwritable(path, f"{shown(above)} is not a directory", mend)
    if not os.access(above, os.W_OK | os.X_OK):
        raise _unwritable(path, "permission denied", mend)


@contextlib.contextmanager
def fresh(given: str | None, root: Path, name: str) -> Iterator["Directory"]:
    """Makes the directory of a new run and holds it; nothing that exists is touched."""
    try:
        path = _claim(results_folder(root), name) if given is None else _take(given)
    except OSError as error:
        raise _unwritable(Path(given or results_folder(root)), reason(error)) from error
    with lock.held(path, shown(path)):
        _check_empty(path, given or str(path))  # again: now nobody else can fill it
        yield Directory(path, listed=given is None)


@contextlib.contextmanager
def again(path: Path, root: Path) -> Iterator["Directory"]:
    """Holds the directory of a run that is there; changes nothing in it."""
    with lock.held(path, shown(path)):
        yield Directory(path, listed=path.parent == results_folder(root).resolve())


@dataclass(frozen=True)
class Directory:
    """The result directory of one run."""

    path: Path
    listed: bool  # lies among the results, so that `latest` may name it

    @property
    def run_id(self) -> str:
        return self.path.name

    def prepare(self) -> None:
        """Makes the folders, and removes what a killed writer left of a file."""
        for part in PARTS:
            (self.path / part).mkdir(exist_ok=True)
            sweep(self.path / part)
        for folder in (self.path, self.path / DRAWN):
            if folder.is_dir():
                sweep(folder)
        sync_directory(self.path)
        self._mend_events()

    def write_manifest(self, manifest: dict[str, Any]) -> None:
        write_json(self.path / "manifest.json", manifest)

    def write_environment(self, environment: dict[str, Any]) -> None:
        write_json(self.path / "env" / f"{file_name(environment['host'])}.json", environment)

    def write_unit(self, unit: dict[str, Any]) -> None:
        write_json(self.path / "units" / f"{unit['key']}.json", unit)

    def write_race(self, race: dict[str, Any]) -> None:
        write_json(self.path / "races" / f"{file_name(race['id'])}.json", race)

    def write_histories(self, unit: dict[str, Any]) -> None:
        """Keeps the histories of a unit that no order explains in a file of their own, if there are any."""
        histories = (unit["result"] or {}).get("histories")
        if histories:
            facts = {key: unit[key] for key in ("schema", "key", "case", "subject")}
            write_json(self.path / "histories" / f"{unit['key']}.json", {**facts, "histories": histories})

    def write_log(self, key: str, text: str) -> str:
        """Keeps the words of a unit that went wrong; returns where, relative to the run."""
        name = f"logs/{key}.txt"
        write_whole(self.path / name, text)
        return name

    def note(self, event: str, **facts: Any) -> None:
        """Appends one line to events.jsonl."""
        line = json.dumps({"time": now(), "event": event, **facts}, ensure_ascii=False)
        with open(self.path / "events.jsonl", "a", encoding="utf-8") as stream:
            stream.write(line + "\n")

    def _mend_events(self) -> None:
        """Ends a line that was cut off, so that the next one stands on its own."""
        path = self.path / "events.jsonl"
        if path.exists() and path.read_bytes()[-1:] not in (b"", b"\n"):
            with open(path, "a", encoding="utf-8") as stream:
                stream.write("\n")

    def events(self) -> list[dict[str, Any]]:
        """Returns the lines of events.jsonl that are whole."""
        try:
            lines = (self.path / "events.jsonl").read_text("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return []
        found = []
        for line in lines:
            with contextlib.suppress(json.JSONDecodeError):
                found.append(json.loads(line))
        return [event for event in found if isinstance(event, dict)]

    def unit_starts(self) -> list[str]:
        """Returns when the units that are there were started, as far as they can be read."""
        found = []
        for path in (self.path / "units").glob("*.json"):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                found.append(str(json.loads(path.read_text("utf-8"))["started"]))
        return found

    def published(self) -> Path:
        """Points `latest` here when this run is listed; returns the path to show to people."""
        return point_latest(self.path.parent, self.path) if self.listed else self.path


def file_name(name: object) -> str:
    """Returns a name with nothing in it that a file system or a shell could mistake."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", str(name)) or "unnamed"


def _claim(results: Path, preset: str) -> Path:
    """Makes results/<time>-<preset>[-n]; two runs in one second get different names."""
    results.mkdir(parents=True, exist_ok=True)
    stem = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{file_name(preset)}"
    for n in range(1, 1000):
        path = results / (stem if n == 1 else f"{stem}-{n}")
        try:
            path.mkdir()
            sync_directory(results)
            return path
        except FileExistsError:
            continue
    raise FileExistsError(17, "too many runs in one second", str(results))


def _take(given: str) -> Path:
    path = Path(given).absolute()
    path.mkdir(parents=True, exist_ok=True)
    sync_directory(path.parent)
    _check_empty(path, given)
    return path


def _check_empty(path: Path, given: str, mend: str = OTHER) -> None:
    if not path.is_dir():
        raise Trouble("the output is not a directory", mend, given)
    try:
        if not all(_is_of_nobody(found) for found in path.iterdir()):
            raise Trouble("the output directory is not empty", mend, given)
    except OSError as error:
        raise _unwritable(path, reason(error), mend) from error


def _is_of_nobody(found: Path) -> bool:
    """Tells whether a file is the lock, or what is left of a run that was killed before it began."""
    return found.name == lock.NAME or is_unfinished(found)


def _unwritable(path: Path, why: str, mend: str = OTHER) -> Trouble:
    return Trouble(f"cannot write results ({why})", mend, shown(path))


def shown(path: Path) -> str:
    """Returns a path as a person at this prompt would write it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
