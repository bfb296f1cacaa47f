"""Which findings does a run have, gravest first? (results of the SARIF log)"""

from collections.abc import Iterator, Sequence
from typing import Any

from reports.exports import sarif_places as places
from reports.exports.fingerprints import fingerprints, of_words
from reports.exports.sarif_rules import BROKEN_INVARIANT, PLANTED_MISSED, rule_of

Record = dict[str, Any]
COMMAND = "scripts/tussle"  # the place of a finding that no source is known for
PLANTED = "planted: this subject is broken on purpose, to prove that the detector sees it"
MADE_BY = {"invariant": "verification after every window", "race": "ThreadSanitizer"}


def race_results(summary: Record) -> Iterator[Record]:
    """Yields one result per distinct race."""
    prints = fingerprints(summary["races"])
    for race in summary["races"]:
        yield _race(race, prints[race["id"]], _sources(summary, race["subjects"]))


def judgement_results(summary: Record) -> Iterator[Record]:
    """Yields the broken invariants and the planted bugs that were missed."""
    if summary.get("stress"):
        yield from _stress_results(summary)
        return
    messages = {entry["case"]: entry["message"] for entry in summary["troubles"]}
    latency = [{**row, "name": row["case"]} for row in summary.get("latency", [])]
    broken = {row["name"]: row for row in [*latency, *summary["cases"]] if row["statuses"].get("broken")}
    for row in broken.values():
        said = words_of(f"{row['name']}: {messages.get(row['name'], 'the invariant did not hold')}")
        yield _finding(BROKEN_INVARIANT, said, _sources(summary, [row["subject"]]), row["expected"],
                       of_words(BROKEN_INVARIANT, row["name"]), {"case": row["name"]})
    for row in summary["planted"]:
        for item in row["detectors"]:
            if item["state"] == "missed":
                by = MADE_BY[item["detector"]]
                said = words_of(f"The planted bug of {row['subject']} was not caught by {by}")
                yield _finding(PLANTED_MISSED, said, [row["source"] or COMMAND], False,
                               of_words(PLANTED_MISSED, row["subject"], by), {"subject": row["subject"]})


def _stress_results(summary: Record) -> Iterator[Record]:
    """Yields what broke in a stress run: one result per workload, subject and message.

    The conditions of a trial are drawn, so they cannot tell one finding from the next.
    """
    seen: set[tuple[str, str]] = set()
    for failure in summary["stress"]["failures"]:
        pair = "/".join(failure["case"].split("/")[:2])
        if failure["status"] != "broken" or (pair, failure["message"]) in seen:
            continue
        seen.add((pair, failure["message"]))
        said = words_of(f"{failure['case']}: {failure['message']}; try it again: {failure['again']}")
        yield _finding(BROKEN_INVARIANT, said, _sources(summary, [pair.split("/")[1]]), failure["expected"],
                       of_words(BROKEN_INVARIANT, pair, failure["message"]), {"case": failure["case"]})


def words_of(text: str) -> str:
    """Returns a sentence that messages may hold."""
    return places.words(text) + "."


def _race(race: Record, fingerprint: str, sources: list[str]) -> Record:
    accesses = sorted(race["accesses"], key=_rank)
    heads = [places.first_of_ours(access["stack"]) for access in accesses]
    spare = [frame for frame in map(places.first_of_ours, _other_stacks(race)) if frame]
    primary = next((frame for frame in [*heads, *spare] if frame), None)
    related = list(_related(race, accesses, heads))
    found = _finding(rule_of(race["kind"]), _told(race, accesses, related), sources, race["expected"],
                     fingerprint, {key: race[key] for key in ("id", "cases", "subjects")})
    if primary is not None:
        found["locations"] = [places.of_frame(primary)]
    found["occurrenceCount"] = max(1, race["count"])
    flows = [flow for access in accesses if (flow := places.thread_flow(access, _does(access)))]
    parts = {"relatedLocations": related, "stacks": _stacks(race, accesses),
             "codeFlows": [{"threadFlows": flows}] if flows else []}
    return {**found, **{name: part for name, part in parts.items() if part}}


def _finding(rule: str, said: str, files: Sequence[str], planted: bool, fingerprint: str,
             facts: Record) -> Record:
    found: Record = {
        "ruleId": rule,
        "level": "note" if planted else "error",
        "message": {"text": said},
        "locations": [places.place(files[0], 1)],
        # Code scanning reads the second name only, and makes one from the primary line where it lacks.
        "partialFingerprints": {"tussle/v1": fingerprint, "primaryLocationLineHash": fingerprint},
        "properties": facts,
    }
    if planted:
        found["suppressions"] = [{"kind": "external", "status": "accepted", "justification": PLANTED}]
    return found


def _told(race: Record, accesses: list[Record], related: list[Record]) -> str:
    """Returns the race in one sentence; the second side links to its place."""
    kind = places.words(race["kind"])
    if not accesses:
        stack: list[Record] = next((item for item in _other_stacks(race) if item), [])
        return f"{kind} in {places.where(stack[0])}." if stack else f"{kind}: {words_of(race['text'])}"
    sides = [_does(access) for access in accesses]
    if len(sides) > 1 and any(location["id"] == 1 for location in related):
        sides[1] += " ([the other side](1))"
    return f"{kind}: {' against '.join(sides)}."


def _does(access: Record) -> str:
    """Returns what a thread does there: operation, size, place, locks held."""
    stack = access["stack"]
    head = places.first_of_ours(stack) or (stack[0] if stack else None)
    spot = f" in {places.where(head)}" if head else ", its stack is lost"
    locks = ", ".join(map(places.words, access.get("mutexes", [])))
    operation = places.words(access["operation"])
    return f"{operation} of {access['size']} bytes{spot}" + (f", holding {locks}" if locks else "")


def _rank(access: Record) -> tuple[Any, ...]:
    """Orders accesses by what they do: which one the sanitizer named first is chance."""
    frames = [(frame["file"], frame["line"], frame["function"]) for frame in access["stack"]]
    return ("write" not in access["operation"], not frames, frames, access["size"])


def _related(race: Record, accesses: list[Record], heads: list[Record | None]) -> Iterator[Record]:
    """Yields the other side of the race (1), then where its memory, threads and locks come from."""
    for number, (access, frame) in enumerate(zip(accesses, heads)):
        if number and frame:
            yield places.of_frame(frame, _does(access), number)
    origins = [("the memory is made here", (race.get("location") or {}).get("stack", []))]
    origins += [(f"{places.words(thread.get('name') or thread['id'])} is started here", thread.get("stack", []))
                for thread in race.get("threads", [])]
    origins += [(f"lock {places.words(mutex['id'])} is made here", mutex.get("stack", []))
                for mutex in race.get("mutexes", [])]
    for number, (said, stack) in enumerate(origins, start=len(accesses) + 1):
        frame = places.first_of_ours(stack)
        if frame:
            yield places.of_frame(frame, said, number)


def _stacks(race: Record, accesses: list[Record]) -> list[Record]:
    sides = [(_does(access), access["stack"]) for access in accesses]
    others = [("as the sanitizer reported it", stack) for stack in race.get("stacks", [])]
    return [places.stack(frames, said) for said, frames in [*sides, *others] if frames]


def _other_stacks(race: Record) -> list[list[Record]]:
    """Returns the stacks of what has no accesses: lock orders, leaked threads, misused locks."""
    return [*race.get("stacks", []), *(thread.get("stack", []) for thread in race.get("threads", []))]


def _sources(summary: Record, subjects: Sequence[str]) -> list[str]:
    """Returns where the subjects are written; code scanning shows nothing that has no place."""
    named = [entry["source"] for entry in summary["subjects"] if entry["name"] in subjects]
    return [source for source in named if source] or [COMMAND]
