"""Which kinds of findings are there, and what does a person do about each? (rules of the SARIF log)"""

from typing import Any

from reports.naming import slug

BROKEN_INVARIANT = "broken-invariant"
PLANTED_MISSED = "planted-missed"
OTHER_RACE = (
    "A defect in how threads use memory or locks",
    "ThreadSanitizer reported this kind of defect while a workload ran.",
    "Read both stacks from the innermost frame of your own code outwards, and find what should order them.",
)
MUTEX = (
    "A lock used against its rules",
    "A lock was taken, released or destroyed in a state in which that is not allowed.",
    "Release every lock once, in the thread that took it, and destroy it after its last user has ended.",
)
AFTER_FREE = (
    "Memory used after it was freed",
    "One thread freed memory that another still used.",
    "Keep what readers hold alive until they are done: counted references, hazard pointers, an epoch.",
)
DATA_RACE = (
    "Two threads use the same memory without order",
    "Two accesses of two threads touch the same memory, one of them writes, and nothing orders them.",
    "Find the synchronisation that should stand between the two stacks: a lock that both hold, or a release"
    " store that the other side's acquire load reads. A relaxed order or a plain variable is the usual cause.",
)
RACES = {  # as ThreadSanitizer names them
    "data-race": DATA_RACE,
    "data-race-vptr": DATA_RACE,
    "heap-use-after-free": AFTER_FREE,
    "heap-use-after-free-vptr": AFTER_FREE,
    "lock-order-inversion": (
        "Locks taken in opposite orders",
        "Two threads take the same locks in opposite orders, and can wait for each other for ever.",
        "Give the locks one order for all threads, or take them together with std::scoped_lock.",
    ),
    "thread-leak": (
        "A thread that nobody joined",
        "A thread had ended or still ran at the end, and nobody had joined or detached it.",
        "Join every thread before what it uses is destroyed.",
    ),
    "mutex-double-lock": MUTEX,
    "mutex-bad-unlock": MUTEX,
    "locked-mutex-destroy": MUTEX,
}
JUDGEMENTS = {
    BROKEN_INVARIANT: (
        "An invariant of a workload did not hold",
        "After a run the workload checks what must be true of its result, and it was not: an update was lost,"
        " seen half done, or made twice.",
        "Run the case again with the seed of the run, under `scripts/tussle race` and in the chaos build.",
    ),
    PLANTED_MISSED: (
        "A planted bug was not caught",
        "A subject that is broken on purpose ran contended, and the detector that must catch it did not: what"
        " the run says about other subjects is worth less than it seems.",
        "Run longer or with more threads; if it stays so, the detector or the planted subject has changed.",
    ),
}


def rule_of(kind: str) -> str:
    """Returns the id of the rule for a kind of race."""
    return "race/" + slug(kind)


def rules(kinds: list[str]) -> list[dict[str, Any]]:
    """Returns all rules, the same for every run, and those that only the given kinds of races need."""
    known = {rule_of(kind): words for kind, words in RACES.items()}
    strange = {rule_of(kind): OTHER_RACE for kind in sorted(kinds)}
    return [_rule(identity, words) for identity, words in {**JUDGEMENTS, **known, **strange, **known}.items()]


def _rule(identity: str, words: tuple[str, str, str]) -> dict[str, Any]:
    short, full, mend = words
    return {
        "id": identity,
        "name": "".join(part.capitalize() for part in identity.replace("/", "-").split("-"))[:255],
        "shortDescription": {"text": short + "."},
        "fullDescription": {"text": full},
        "help": {"text": f"{full} {mend}", "markdown": f"{full}\n\n**Mend:** {mend}"},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["concurrency", "correctness"], "precision": "very-high",
                       "problem.severity": "error"},
    }
