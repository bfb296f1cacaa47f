"""What would a binary's catalog look like, for runs that no machine has made?"""

from typing import Any

Record = dict[str, Any]

QUESTIONS: dict[str, tuple[str, str, str, list[tuple[str, str, list[float]]]]] = {
    "counter": (
        "What does one shared count cost, as more threads add to it?",
        "The sum equals the number of increments that were made.",
        "An increment was lost or counted twice.",
        [("think", "work units", [0, 200]), ("hold", "work units", [0, 50])],
    ),
    "counter_private": (
        "What does a primitive cost when nobody else wants it?",
        "Every thread's own sum equals its own increments.",
        "Threads that share nothing disturbed each other.",
        [("think", "work units", [0])],
    ),
    "read_mostly": (
        "What do readers pay for a value that is seldom replaced?",
        "Both halves of every value that was read belong together.",
        "A reader saw half of an update.",
        [("read_share", "share of reads", [0.99, 0.5])],
    ),
}

# name: kind, relative cost of one operation, how it degrades per further thread, counts failures
SUBJECTS = {
    "atom": ("ours", 21.0, 1.7, True),
    "fetch_add": ("baseline", 5.4, 1.9, False),
    "cas_loop": ("baseline", 7.1, 2.9, True),
    "mutex": ("baseline", 17.0, 2.2, False),
    "shared_mutex": ("baseline", 33.0, 2.6, False),
    "absl_mutex": ("baseline", 17.3, 2.15, False),
    "spin_lock": ("baseline", 9.0, 2.6, True),
    "empty": ("harness", 0.6, 0.0, False),
    "load_then_reset": ("planted", 14.0, 1.6, False),
    "plain_int": ("planted", 1.1, 1.0, False),
}

EXPECTED = {
    "load_then_reset": {"invariant": True, "race": False},
    "plain_int": {"invariant": "may", "race": True},
}


def catalog(mode: str = "bench") -> Record:
    """Returns the catalog of the three workloads of the first landing."""
    return {
        "schema": 1,
        "mode": mode,
        "build": build(mode),
        "roles": [{"name": "counter", "description": "adds one, and tells the sum"}],
        "workloads": [_workload(name) for name in QUESTIONS],
        "subjects": [_subject(name) for name in SUBJECTS],
        "cases": [{"workload": workload, "subject": subject, "limits": ""}
                  for workload in QUESTIONS for subject in SUBJECTS],
    }


def build(mode: str) -> Record:
    """Returns what the binary says about how it was built."""
    return {
        "compiler": "g++ 12.2.0",
        "flags": "-O2 -std=c++20" + (" -fsanitize=thread" if mode == "tsan" else ""),
        "build_type": "Release",
        "commit": "3f2c1d9a7b5e4c8d9e0f1a2b3c4d5e6f7a8b9c0d",
        "dirty": False,
        "sanitizer": "thread" if mode == "tsan" else "none",
        "libraries": {"benchmark": "1.7.1", "absl": "20220623", "glibc": "2.36"},
    }


def machine(**cpu: Any) -> Record:
    """Returns the facts of a machine with two cores."""
    facts = {
        "model": "Example CPU @ 2.60GHz", "cores_online": 2, "cores_physical": 1, "sockets": 1,
        "threads_per_core": 2, "caches": {"L1d": "32K", "L2": "1024K", "L3": "33792K"},
        "mhz": 2600.0, "governor": None, "boost": None,
        "mitigations": {"spectre_v2": "Mitigation: Enhanced IBRS", "meltdown": "Vulnerable"},
    }
    return {
        "schema": 1, "host": "bench-01", "captured": "2025-01-02T03:04:05.000+00:00",
        "cpu": facts | cpu, "memory_kib": 8_000_000, "kernel": "6.1.0-13-amd64",
        "os": "Debian GNU/Linux 12 (bookworm)", "virtualization": "KVM",
        "cgroup_cpu_quota": None, "load_average": [0.11, 0.2, 0.3], "aslr_bits": 28,
        "transparent_hugepages": "madvise", "python": "3.11.2",
        "packages": {"g++": "4:12.2.0-3", "libbenchmark-dev": "1.7.1-1"},
        "warnings": [{
            "name": "virtualized", "severity": "note",
            "message": "virtual machine or container (KVM): neighbours take time unseen",
            "mend": "compare only runs that were made here, and use more blocks",
        }],
    }


def _workload(name: str) -> Record:
    question, invariant, failure, conditions = QUESTIONS[name]
    listed = list(conditions) + [("threads", "threads", [1, 2, 4, 8])]
    return {
        "name": name, "question": question, "invariant": invariant, "failure": failure,
        "role": "counter", "planted_only": False,
        "conditions": [{
            "name": condition, "unit": unit, "description": f"the {condition} of each operation",
            "default": default, "minimum": 0, "maximum": 100000,
            "integer": unit != "share of reads",
        } for condition, unit, default in listed],
    }


def _subject(name: str) -> Record:
    kind = SUBJECTS[name][0]
    checkable = name != "shared_mutex"
    return {
        "name": name, "kind": kind, "roles": ["counter"],
        "description": f"{name.replace('_', ' ')}, as an engineer would write it",
        "race_checkable": checkable,
        "race_reason": "" if checkable else "its library is not instrumented",
        "expected": EXPECTED.get(name, {"invariant": False, "race": False}),
        "source": f"workloads/{'planted' if kind == 'planted' else 'subjects'}/{name}.h",
    }
