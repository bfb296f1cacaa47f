"""How do the shards of one run become one result? (`tussle merge`)"""

import argparse
import contextlib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from harness.runner import catalog, directory, execution, exit_codes, kept, lock, merge_rules
from harness.runner.directory import Directory
from harness.runner.judgement import Tally
from harness.runner.merge_sources import Contents, Source, gather, read
from harness.runner.plan import planned_of
from harness.runner.races import Races
from harness.runner.storage import write_bytes, write_json
from harness.runner.trouble import Trouble, reason
from reports.exporting import Wish, add_format_arguments

MERGED = "merged"
OTHER_OUT = "choose another OUT"
SHOWN = 3
Record = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `tussle merge` takes."""
    parser.add_argument("out", metavar="OUT", help="new, or an earlier merge of the same run")
    parser.add_argument("runs", metavar="DIR", nargs="+", help="a shard, or a merged result")
    add_format_arguments(parser)


def merge(root: Path, out: str, runs: Sequence[str], exports: Sequence[Wish] = ()) -> int:
    """Joins results into OUT and renders it; returns the code of the run that was never split."""
    sources = [read(directory.find(root, name)) for name in runs]
    target = Path(out).absolute()
    with _held(target, out) as folder:
        if (target / "manifest.json").exists():
            sources.append(_earlier(target, out))
        merge_rules.require_one_run(sources)
        merge_rules.require_one_machine(sources)
        contents = gather(sources)
        try:
            _write(folder, _manifest(sources), contents)
            return _conclude(folder, read(target), exports)
        except OSError as error:
            what = f"cannot write results ({reason(error)})"
            raise Trouble(what, "make room, and merge again", out) from error


@contextlib.contextmanager
def _held(target: Path, out: str) -> Iterator[Directory]:
    """Holds a directory that is new, empty or a run; makes it where it is not there."""
    if not (target / "manifest.json").exists():
        directory.check_writable(target, out, OTHER_OUT)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Trouble(f"cannot write results ({reason(error)})", OTHER_OUT, out) from error
    with lock.held(target, out):
        yield Directory(target, listed=False)


def _earlier(target: Path, out: str) -> Source:
    """Returns an earlier merge as one more source: so a merge can grow, and be done again."""
    source = read(target)
    if MERGED not in source.manifest:
        raise Trouble("the output is a run, not a merged result", OTHER_OUT, out)
    return source


def _manifest(sources: Sequence[Source]) -> Record:
    """Returns the manifest of all sources: the same whatever their order or grouping."""
    manifests = [source.manifest for source in sources]
    origins = merge_rules.origins(sources)
    preset = _least(manifest["preset"] for manifest in manifests)
    ended = [origin["finished"] for origin in origins]
    same = ("schema", "kind", "preset_hash", "seed", "catalog")
    return {
        **{key: manifests[0][key] for key in same},
        "run_id": f"{MERGED}-{preset['name']}-{manifests[0]['seed']}",
        "created": min(origin["created"] for origin in origins),
        "command": ["tussle", "merge", *(origin["run_id"] for origin in origins)],
        "preset": preset,
        "commit": _common(origin["commit"] for origin in origins),
        "dirty": any(origin["dirty"] for origin in origins),
        "binaries": _united(manifest["binaries"] for manifest in manifests),
        "plan": sources[0].whole,
        "skipped": _united(manifest["skipped"] for manifest in manifests),
        "cut": _least(manifest.get("cut") for manifest in manifests),
        MERGED: origins,
        "finished": None if None in ended else max(ended),
        "interrupted": any(origin["interrupted"] for origin in origins),
    }


def _least(values: Iterable[Any]) -> Any:
    """Returns one of several values that may differ in words, always the same one."""
    return min(values, key=lambda value: json.dumps(value, sort_keys=True))


def _common(values: Iterable[Any]) -> Any:
    """Returns what all have in common; None when they differ."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


def _united(lists: Iterable[list[Record]]) -> list[Record]:
    """Returns every entry of some lists once, in an order that does not depend on theirs."""
    entries = {json.dumps(entry, sort_keys=True): entry for found in lists for entry in found}
    return [entries[name] for name in sorted(entries)]


def _write(target: Directory, manifest: Record, contents: Contents) -> None:
    """Writes the manifest first: from then on a merge that was killed can be done again."""
    target.write_manifest(manifest)
    target.prepare()
    for name, data in contents.files.items():
        (target.path / name).parent.mkdir(exist_ok=True)
        write_bytes(target.path / name, data)
    for name, record in contents.records.items():  # a unit comes after the log that it names
        write_json(target.path / name, record)


def _conclude(target: Directory, merged: Source, exports: Sequence[Wish]) -> int:
    """Judges the whole, says what is missing, and renders."""
    manifest = merged.manifest
    known = catalog.parse(manifest["catalog"], str(target.path))
    tally, races = Tally(known, manifest["kind"]), Races(known)
    plan = [planned_of(entry) for entry in merged.whole]
    there = kept.judged(target.path, plan, manifest["seed"], tally, races)
    for race in races.found.values():
        target.write_race(race)
    missing = _missing(merged)
    code = execution.conclude(tally, races, target, [*_machines(merged), *missing], exports)
    return exit_codes.worst([code, exit_codes.INCOMPLETE if there < len(plan) else exit_codes.OK])


def _machines(merged: Source) -> list[str]:
    hosts = sorted({host for origin in merged.manifest[MERGED] for host in origin["hosts"]})
    return [f"made on {len(hosts)} machines: {', '.join(hosts)}"] if len(hosts) > 1 else []


def _missing(merged: Source) -> list[str]:
    """Returns what the plan has and the result has not."""
    shards = merge_rules.missing_shards(merged)
    lines = [f"MISSING: shard {shard}: run it, then merge again" for shard in shards]
    lost = [entry["case"] for entry in merged.whole if entry["key"] not in merged.units]
    if not lost:
        return lines
    cases = list(dict.fromkeys(lost))
    more = f" and {len(cases) - SHOWN} more" if len(cases) > SHOWN else ""
    units = f"{len(lost)} of {len(merged.whole)} units are missing"
    return [*lines, f"MISSING: {units}, of {', '.join(cases[:SHOWN])}{more}"]
