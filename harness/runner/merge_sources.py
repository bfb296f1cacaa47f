"""What does each result that is to be merged hold, and do any two contradict each other?"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.runner import kept, records, resume
from harness.runner.directory import shown
from harness.runner.plan import planned_of
from harness.runner.trouble import Trouble, say

KEPT_AS_THEY_ARE = ("logs", "hist", "histories")
Record = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """A result directory with a manifest that can be used."""

    path: Path
    manifest: Record

    @property
    def place(self) -> str:
        return shown(self.path)

    @property
    def whole(self) -> list[Record]:
        """Returns the plan of all shards."""
        shard = self.manifest.get("shard")
        plan: list[Record] = shard["whole"] if shard else self.manifest["plan"]
        return plan

    @functools.cached_property
    def units(self) -> dict[str, Record]:
        """Returns the valid units by their key; says which cannot be used."""
        found = {}
        for entry in self.manifest["plan"]:
            record, why_not = kept.unit(self.path, planned_of(entry), self.manifest["seed"])
            if record is not None:
                found[str(entry["key"])] = record
            if why_not:
                name = shown(self.path / "units" / f"{entry['key']}.json")
                say(f"{name} is left out: its record cannot be used ({why_not})")
        return found

    def machines(self) -> dict[str, Record]:
        """Returns the records of machines by their file's name."""
        found = {}
        for path in sorted((self.path / "env").glob("*.json")):
            facts, why_not = records.read(path, records.ENVIRONMENT)
            if why_not:
                what = f"not the record of a machine ({why_not})"
                raise Trouble(what, "restore it", shown(path))
            found[path.name] = facts
        return found


@dataclass
class Contents:
    """All that the merged result holds beside its manifest, by its name there."""

    records: dict[str, Record] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    origin: dict[str, Path] = field(default_factory=dict)

    def add(self, name: str, source: Path, same: bool) -> None:
        """Notes where something comes from; raises when it was there and is not the same."""
        if not same:
            first, second = shown(self.origin[name] / name), shown(source / name)
            what = f"two different records of one unit: {first} and {second}"
            raise Trouble(what, "they are of different runs; merge only shards of one")
        self.origin.setdefault(name, source)


def read(path: Path) -> Source:
    """Returns a result; raises when its manifest cannot be used."""
    source = Source(path, resume.read_manifest(path))
    if source.manifest["kind"] == "stress":
        mend = "merge joins runs and race checks"
        raise Trouble("a stress session has no shards", mend, source.place)
    return source


def gather(sources: Sequence[Source]) -> Contents:
    """Returns what all sources hold together; raises when two contradict each other."""
    contents = Contents()
    for source in sources:
        for key, record in source.units.items():
            name = f"units/{key}.json"
            contents.add(name, source.path, contents.records.get(name, record) == record)
            contents.records[name] = record
        for name, data in _files(source):
            contents.add(name, source.path, contents.files.get(name, data) == data)
            contents.files[name] = data
    for source in sources:
        for name, facts in source.machines().items():
            known = contents.records.get(f"env/{name}", facts)
            contents.records[f"env/{name}"] = min(known, facts, key=_captured)
    return contents


def _captured(facts: Record) -> tuple[str, str]:
    return facts["captured"], str(sorted(facts.items(), key=lambda item: item[0]))


def _files(source: Source) -> Iterator[tuple[str, bytes]]:
    """Yields the files of valid units that are kept as they are."""
    keys = source.units
    for folder in KEPT_AS_THEY_ARE:
        for path in sorted((source.path / folder).glob("*")):
            if path.is_file() and _belongs(path.name, keys):
                yield f"{folder}/{path.name}", path.read_bytes()


def _belongs(name: str, keys: dict[str, Record]) -> bool:
    """Tells whether a file's name begins with a unit's key and a dot; keys may hold dots too."""
    parts = name.split(".")
    return any(".".join(parts[:n]) in keys for n in range(1, len(parts)))
