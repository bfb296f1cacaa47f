"""What would a tussle_bench do that keeps the protocol, or breaks it in a chosen way?

FAKE_MODE=tsan|chaos        answers as a sanitizer build
FAKE_START=setarch|silent   comes up only with fixed addresses; says so, or dies without a word
FAKE_START=never            does not come up
FAKE_CORES=FILE             appends the cores that a case may use
FAKE_SUBJECTS=atom=crash    how single subjects behave
FAKE_SPEED=0.5              how fast all of them are
LD_PRELOAD                  cases that name an allocator are refused without it
"""

import json
import os
import re
import signal
import sys
import time
from typing import Any

MODE = os.environ.get("FAKE_MODE", "bench")
SPEED = float(os.environ.get("FAKE_SPEED", "1"))
NO_RANDOMISATION = 0x0040000
REPORTS = {
    "use_after_free": """==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x55
READ of size 8 at 0x602000000010 thread T2
    #0 0x7f01 in memcpy (/lib/x86_64-linux-gnu/libasan.so.8+0x3c0f4)
    #1 0x55d0 in std::atomic<long>::load(std::memory_order) const /usr/include/c++/12/atomic:488
    #2 0x55d1 in tussle::atom<int>::load() const primitives/atom/atom.h:88
    #3 0x55d2 in main workloads/main.cc:9
SUMMARY: AddressSanitizer: heap-use-after-free /usr/include/c++/12/atomic:488 in load""",
    "assertion": "/usr/include/c++/12/bits/stl_vector.h:1123: x: Assertion '__n < this->size()' failed.",
    "overflow": """/home/me/tussle/primitives/atom/atom.h:31:7: runtime error: signed integer overflow: 2147483647 + 1
    #0 0x55d1 in tussle::atom<int>::swap() primitives/atom/atom.h:31""",
    "leak": """==7==ERROR: LeakSanitizer: detected memory leaks

Direct leak of 8 byte(s) in 1 object(s) allocated from:
    #0 0x7f01 in operator new(unsigned long) (/lib/x86_64-linux-gnu/libasan.so.8+0xb94c8)
    #1 0x55d1 in tussle::detail::make_node() primitives/reclaim/node.h:12
SUMMARY: AddressSanitizer: 8 byte(s) leaked in 1 allocation(s).""",
}
Record = dict[str, Any]


def main() -> int:
    start()
    options = dict(re.findall(r"^--([a-z]+)=?(.*)$", "\n".join(sys.argv[1:]), re.MULTILINE))
    if "catalog" in options:
        print(json.dumps(catalog()))
        return 0
    if not options["case"].startswith(("counter/", "counter_private/", "read_mostly/")):
        print(f"unknown case {options['case']}", file=sys.stderr)
        return 2
    if (MODE == "bench") != ("perturb" not in options):
        print("perturbation goes with schedule points", file=sys.stderr)
        return 2
    if "FAKE_CORES" in os.environ:
        with open(os.environ["FAKE_CORES"], "a", encoding="ascii") as stream:
            stream.write(json.dumps(sorted(os.sched_getaffinity(0))) + "\n")
    if ("/allocator:" in options["case"]) != ("LD_PRELOAD" in os.environ):
        print("this process runs on another allocator", file=sys.stderr)
        return 2
    subject = options["case"].split("/")[1]
    chosen = dict(re.findall(r"(\w+)=(\w+)", os.environ.get("FAKE_SUBJECTS", "")))
    return behave(chosen.get(subject, usual(subject)), options)


def start() -> None:
    """Fails as sanitizers fail when the address space is laid out too widely."""
    needs = os.environ.get("FAKE_START", "")
    with open("/proc/self/personality", encoding="ascii") as stream:
        fixed = int(stream.read(), 16) & NO_RANDOMISATION
    if not needs or (fixed and needs != "never"):
        return
    if needs == "silent":
        os.kill(os.getpid(), signal.SIGSEGV)
    print("FATAL: ThreadSanitizer: unexpected memory mapping 0x1-0x2", file=sys.stderr)
    sys.exit(66)


def usual(subject: str) -> str:
    if MODE == "tsan":
        return {"plain_int": "racy"}.get(subject, "ok")
    return {"plain_int": "broken", "load_then_reset": "broken"}.get(subject, "ok")


def behave(way: str, options: dict[str, str]) -> int:
    out = options["out"]
    if way == "crash":
        print("about to fall", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGSEGV)
    if way == "die_once" and not os.path.exists("died"):
        open("died", "w", encoding="ascii").close()  # empty: dies without having said anything
        os.kill(os.getpid(), signal.SIGSEGV)
    if way == "racy_crash":
        print("WARNING: ThreadSanitizer: data race (pid=1)", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGSEGV)
    if way in REPORTS:
        print(REPORTS[way], file=sys.stderr)
        return 1
    if way == "odd":
        way = "broken" if int(options["seed"]) % 2 else "ok"
    if way == "hang":
        tell_hanging()
    if way == "refuse":
        print("FATAL: ThreadSanitizer: unexpected memory mapping 0x1-0x2", file=sys.stderr)
        return 66
    if way == "exit":
        return 77
    if way == "garbage":
        return write(out, '{"schema": 1, "case": ')
    if way == "nothing":
        return 0
    record = result(options, way)
    if "latency" in options and way != "mute":
        record["latency"] = latency(record["workload"], int(options["latency"]))
    if way == "shape":
        del record["samples"][0]["ns_per_op"]
    if way == "stall":
        tell_standing_still(record)
    if way == "history":
        record["histories"] = [history()]
        record["verdict"] = {"passed": False, "message": "not linearizable: a stale read"}
    if way == "deaf":
        record["races"] = None
    if way == "liar":
        record["case"] = "counter/other/threads:1"
    write(out, json.dumps(record))
    return {"broken": 3, "history": 3, "throws": 4, "stall": 4}.get(way, 0)


def tell_hanging() -> None:
    """Says that it hangs, with a child that would outlive it, and hangs."""
    child = os.fork()
    if child == 0:
        time.sleep(600)
    if "FAKE_TELL" in os.environ:
        with open(os.environ["FAKE_TELL"], "w", encoding="ascii") as stream:
            stream.write(f"{child}\n")
    time.sleep(600)


def tell_standing_still(record: Record) -> None:
    """Makes a result what the watchdog writes of two threads that wait for each other."""
    said = "stalled: blocked for 8 s while running: worker 0 waits on lock source; worker 1 waits on lock target"
    frame = {"function": "source_then_target", "file": "workloads/planted/deadlock.h", "line": 60, "module": ""}
    worker: Record = {"id": 7, "name": "worker 0", "state": "waits", "cpu_s": 0.1, "steps": 3,
                      "waits_on": "lock source", "answered": True, "stack": [frame]}
    other: Record = {**worker, "id": 8, "name": "worker 1", "waits_on": "lock target"}
    main_thread: Record = {**worker, "name": "fake", "steps": None, "waits_on": None, "answered": False, "stack": []}
    text = f"{said}\n\nthread 7 (worker 0): waits on lock source\n    source_then_target"
    record["stall"] = {"kind": "blocked", "phase": "running", "seconds": 8.2,
                       "threads": [worker, other, main_thread], "text": text}
    record["samples"], record["error"] = [], said
    record["verdict"] = {"passed": False, "message": said}
    print(f"tussle: {text}", file=sys.stderr)


def history() -> Record:
    one: Record = {"thread": 0, "call": "load", "argument": 0, "outcome": "returned", "result": 5,
                   "invoked": 0, "returned": 9, "text": "load() -> 5"}
    return {"object": "cell", "initial": 0, "capacity": 0, "recorded": 2000, "clock": "shared counter",
            "reason": "load() -> 5 of thread 0: nobody wrote that value", "operations": [one], "order": [],
            "state": "0", "candidates": [{"operation": 0, "possible": False}], "text": "Not linearizable"}


def write(path: str, text: str) -> int:
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)
    return 0


def result(options: dict[str, str], way: str) -> Record:
    workload, subject, *rest = options["case"].split("/")
    conditions = {name: value_of(text) for name, text in (c.split(":") for c in rest)}
    verdict = {"passed": way != "broken", "message": "sum 7 = 7 increments"}
    if way == "broken":
        verdict["message"] = "sum 6, but 7 increments"
    return {
        "schema": 1,
        "case": options["case"],
        "workload": workload,
        "subject": subject,
        "kind": "ours",
        "role": "counter",
        "conditions": conditions,
        "mode": MODE,
        "seed": int(options["seed"]),
        "context": {"cores": 2, "clock_overhead_ns": 29.1, "work_unit_ns": 1.1, "pid": os.getpid()},
        "samples": [] if way == "throws" else [sample(conditions["threads"], verdict)],
        "total_operations": 1000,
        "verdict": verdict,
        "error": "std::bad_alloc: out of memory" if way == "throws" else None,
        "races": None if MODE != "tsan" else [race(subject)] if way == "racy" else [],
    }


def latency(workload_name: str, every: int) -> Record:
    """Twenty reads of 10 ns and one of 200 ns to each kind of operation."""
    names = ["read", "update"] if workload_name == "read_mostly" else ["operation"]
    lengths: Record = {"min_ns": 10, "max_ns": 200, "mean_ns": 400 / 21, "sum_ns": 400}
    percentiles: Record = {"p50_ns": 10, **dict.fromkeys(("p90_ns", "p99_ns", "p99_9_ns", "p99_99_ns"))}
    doubts: Record = {"too_long": 0, "uncounted": 0, "null_because": "too few samples"}
    rest: Record = {**lengths, **percentiles, **doubts, "buckets": [[10, 20], [164, 1]]}
    return {
        "measures": "service time",
        "every": every,
        "clock": {"name": "tsc", "read_ns": 12.5, "empty_ns": 13, "step_ns": 0.5},
        "sub_bucket_bits": 6,
        "operations": [{"name": name, "samples": 21, **rest} for name in names],
    }


def value_of(text: str) -> Any:
    if text.isalpha():
        return text
    return float(text) if "." in text else int(text)


def sample(threads: Any, verdict: Record) -> Record:
    return {
        "window_s": 0.1,
        "operations": 1000 * threads,
        "ops_per_s": SPEED * 1e4 * threads,
        "ns_per_op": 1e5 / threads / SPEED,
        "cpu_ns_per_op": 1e5,
        "overlap": 1.0,
        "per_thread": [1000] * threads,
        "jain": 1.0,
        "min_share": 1 / threads,
        "max_share": 1 / threads,
        "failed_attempts": None,
        "failed_per_success": None,
        "voluntary_switches": 3,
        "involuntary_switches": 5,
        "peak_rss_kib": 4100,
        "oversubscribed": threads > 2,
        "flags": [],
        "verdict": verdict,
    }


def race(subject: str) -> Record:
    frame = {"function": "add", "file": f"workloads/planted/{subject}.h", "line": 31, "module": ""}
    access = {
        "operation": "write",
        "size": 4,
        "thread": "T1",
        "thread_name": "worker 0",
        "mutexes": [],
        "stack": [frame],
    }
    return {
        "id": f"race-{subject}",
        "kind": "data-race",
        "count": 2,
        "accesses": [access, {**access, "operation": "read", "thread": "T2"}],
        "location": {"kind": "heap", "name": "", "size": 4, "stack": []},
        "mutexes": [],
        "threads": [{"id": "T1", "name": "worker 0", "stack": []}],
        "text": f"data race in {subject}",
    }


def catalog() -> Record:
    subjects = {
        "atom": ("ours", False, False),
        "fetch_add": ("baseline", False, False),
        "cas_loop": ("baseline", False, False),
        "mutex": ("baseline", False, False),
        "shared_mutex": ("baseline", False, False),
        "absl_mutex": ("baseline", False, False),
        "spin_lock": ("baseline", False, False),
        "empty": ("harness", False, False),
        "load_then_reset": ("planted", True, False),
        "plain_int": ("planted", "may", True),
    }
    planted = [name for name, facts in subjects.items() if facts[0] == "planted"]
    pairs = [("counter", name) for name in subjects]
    sound = [name for name in subjects if name not in planted]
    pairs += [(w, s) for w in ("counter_private", "read_mostly") for s in sound]
    sanitizer = {"tsan": "thread", "chaos": "address,undefined"}.get(MODE, "none")
    build = {"compiler": "g++ 12.2.0", "flags": "-O2 -g", "build_type": "Release", "commit": "a1"}
    return {
        "schema": 1,
        "mode": MODE,
        "build": {**build, "dirty": False, "sanitizer": sanitizer, "libraries": {"glibc": "2.36"}},
        "roles": [{"name": "counter", "description": "counts"}],
        "workloads": [
            workload("counter", ["think", "hold", "payload", "placement", "allocator", "threads"]),
            workload("counter_private", ["think", "threads"]),
            workload("read_mostly", ["read_share", "think", "threads"]),
        ],
        "subjects": [subject_of(name, *facts) for name, facts in subjects.items()],
        "not_built": [
            {"name": "urcu", "kind": "baseline", "roles": ["counter"], "needs": "liburcu-dev"}
        ],
        "cases": [pair(*names) for names in pairs],
    }


def workload(name: str, conditions: list[str]) -> Record:
    words: Record = {"question": f"what does {name} cost?", "invariant": "no update is lost"}
    words |= {"failure": "an update was lost", "role": "counter", "planted_only": False}
    operations = ["read", "update"] if name == "read_mostly" else ["operation"]
    axes = [condition(c) for c in conditions]
    return {"name": name, **words, "conditions": axes, "operations": operations}


OPTIONAL: dict[str, Record] = {
    "payload": {"default": [8], "allowed": [8, 64, 4096], "optional": True, "drawn_maximum": 64},
    "placement": {"default": ["free"], "labels": ["free", "compact"], "optional": True},
    "allocator": {
        "default": ["system"],
        "labels": ["system", "jemalloc", "mimalloc"],
        "optional": True,
    },
}


def condition(name: str) -> Record:
    ranges = {"threads": ([1, 2], 1, 256), "read_share": ([0.9, 0.99], 0, 1)}
    default, minimum, maximum = ranges.get(name, ([0], 0, 100000))
    if name in OPTIONAL:
        return {"name": name, "minimum": 0, "maximum": 4096, "integer": True, **OPTIONAL[name]}
    return {
        "name": name,
        "unit": "",
        "description": name,
        "default": default,
        "minimum": minimum,
        "maximum": maximum,
        "integer": name != "read_share",
    }


def subject_of(name: str, kind: str, invariant: object, race_expected: bool) -> Record:
    checkable = name != "shared_mutex"
    return {
        "name": name,
        "kind": kind,
        "roles": ["counter"],
        "description": f"counts with {name}",
        "race_checkable": checkable,
        "race_reason": "" if checkable else "its library is not instrumented",
        "expected": {"invariant": invariant, "race": race_expected},
        "source": f"workloads/subjects/{name}.h",
    }


def pair(workload_name: str, subject: str) -> Record:
    limited = subject == "fetch_add" and workload_name == "counter"
    return {
        "workload": workload_name,
        "subject": subject,
        "limits": "hold=0" if limited else "",
        "limits_reason": "an atomic addition has no inside to hold work in" if limited else "",
    }


if __name__ == "__main__":
    sys.exit(main())
