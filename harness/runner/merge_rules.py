"""Are these results parts of one run, made on one machine, and which parts are missing?"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from harness.runner import exit_codes, same_machine
from harness.runner.merge_sources import Source
from harness.runner.trouble import Trouble

Record = dict[str, Any]
SHARDS_OF_ONE = "merge only shards of one run: same preset, seed, binary and options"


def require_one_run(sources: Sequence[Source]) -> None:
    """Raises, naming both and what differs, unless all sources are parts of one run."""
    first = sources[0]
    for other in sources[1:]:
        for fact, value in _facts(first).items():
            if value != _facts(other)[fact]:
                what = f"{first.place} and {other.place} differ in {fact}"
                raise Trouble(what, SHARDS_OF_ONE)


def _facts(source: Source) -> dict[str, Any]:
    manifest = source.manifest
    return {
        "kind": manifest["kind"],
        "preset": manifest["preset_hash"],
        "seed": manifest["seed"],
        "the binary": sorted({(b["sha256"], b["mode"]) for b in manifest["binaries"]}),
        "the binary's catalog": manifest["catalog"],
        "what they plan together": source.whole,
        "the number of shards": sorted({_split(origin)[1] for origin in origins([source])}),
    }


def _split(origin: Record) -> tuple[int, int]:
    """Returns (2, 3) for shard 2/3; a run that is not split is the only shard of itself."""
    index, _, of = (origin["shard"] or "1/1").partition("/")
    return int(index), int(of)


def require_one_machine(sources: Sequence[Source]) -> None:
    """Raises where records of different machines would be pooled.

    A timing run comes from one machine, all of it: the report sets every case of a workload against
    the others. Races are no times: there it is enough that each case comes from one machine.
    """
    machines: dict[str, Record] = {}
    for source in sources:
        for name, facts in source.machines().items():
            same_machine.require(machines.setdefault(name, facts), facts, source.place, "merge")
    if sources[0].manifest["kind"] == "race":
        parts = _hosts_by_shard(origins(sources))
    else:
        parts = [{host for origin in origins(sources) for host in origin["hosts"]}]
    for hosts in parts:
        if len(hosts) > 1:
            what = f"made on different machines ({', '.join(sorted(hosts))}), which are never pooled"
            mend = "run all shards of it on one machine, or compare them with `tussle compare`"
            raise Trouble(what, mend, _places(sources), exit_codes.INCOMPARABLE)


def _hosts_by_shard(found: Iterable[Record]) -> list[set[str]]:
    """Returns for each part of the cases on which machines it ran."""
    by_shard: dict[int, set[str]] = {}
    for origin in found:
        by_shard.setdefault(_split(origin)[0], set()).update(origin["hosts"])
    return list(by_shard.values())


def origins(sources: Sequence[Source]) -> list[Record]:
    """Returns the runs that sources were made of, each once, in an order of their own."""
    found: dict[tuple[str, str], Record] = {}
    for source in sources:
        for origin in source.manifest.get("merged") or [_origin(source)]:
            name = (origin["created"], origin["run_id"])
            found[name] = max(found.get(name, origin), origin, key=_progress)
    return [found[name] for name in sorted(found)]


def _progress(origin: Record) -> tuple[int, str, str]:
    """Orders states of one run: a resumed one has more sessions."""
    text = json.dumps(origin, sort_keys=True)
    return len(origin["sessions"]), origin["finished"] or "", text


def _origin(source: Source) -> Record:
    manifest, shard = source.manifest, source.manifest.get("shard")
    same = ("run_id", "created", "finished", "interrupted", "command", "commit", "dirty")
    return {
        **{key: manifest[key] for key in same},
        "hosts": sorted(str(facts["host"]) for facts in source.machines().values()),
        "shard": f"{shard['index']}/{shard['of']}" if shard else None,
        "sessions": manifest.get("sessions", []),
    }


def missing_shards(merged: Source) -> list[str]:
    """Returns the shards that nobody brought."""
    there = [_split(origin) for origin in merged.manifest["merged"]]
    of = there[0][1]
    return [f"{n}/{of}" for n in range(1, of + 1) if (n, of) not in there]


def _places(sources: Sequence[Source]) -> str:
    return ", ".join(sorted(source.place for source in sources))
