"""How does a test get a result directory that holds exactly what it is about?"""

import itertools
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reports.naming import number
from reports.tests import catalogs

Record = dict[str, Any]
Change = Callable[[Record], object]


@dataclass
class Synthetic:
    """A run to be: change what the test is about, then write it."""

    workloads: Iterable[str] = ("counter", "counter_private", "read_mostly")
    subjects: Iterable[str] = tuple(catalogs.SUBJECTS)
    threads: Iterable[int] = (1, 2, 4, 8)
    blocks: int = 5
    kind: str = "run"
    seed: int = 1
    noise: float = 0.015
    repetitions: int = 1
    slower: dict[str, float] = field(default_factory=dict)  # subject: factor on time per operation
    machine: Record = field(default_factory=catalogs.machine)
    catalog: Record = field(default_factory=dict)
    breaks_planted: bool = True
    latency_blocks: int = 0  # of the latency pass

    def write(self, directory: Path, change: dict[str, Change] | None = None) -> Path:
        """Writes the whole result directory; `change` edits units by a part of their key."""
        self.catalog = self.catalog or catalogs.catalog("bench" if self.kind == "run" else "tsan")
        for part in ("units", "races", "env", "logs"):
            (directory / part).mkdir(parents=True, exist_ok=True)
        units = [self._unit(entry) for entry in self.plan()]
        for unit in units:
            for part, edit in (change or {}).items():
                if part in unit["key"]:
                    edit(unit)
            write_json(directory / "units" / f"{unit['key']}.json", unit)
            self._write_log(directory, unit)
        for race in self._races(units):
            write_json(directory / "races" / f"{race['id']}.json", race)
        write_json(directory / "env" / f"{self.machine['host']}.json", self.machine)
        write_json(directory / "manifest.json", self.manifest())
        return directory

    def plan(self) -> list[Record]:
        """Returns every planned unit, each block in an order of its own."""
        cases = [self._case(workload, subject, values)
                 for workload in self.workloads for values in self._grid(workload)
                 for subject in self.subjects]
        shuffled = []
        for block in range(self.blocks):
            order = list(cases)
            random.Random(self.seed * 1000 + block).shuffle(order)
            shuffled += [dict(case, block=block, key=f"{safe(case['case'])}.b{block}")
                         for case in order]
        shuffled += [dict(case, block=block, key=f"{safe(case['case'])}.l{block}",
                          **{"pass": "latency"})
                     for block in range(self.latency_blocks) for case in cases
                     if catalogs.SUBJECTS[case["subject"]][0] != "planted"]
        return [dict(unit, order=index) for index, unit in enumerate(shuffled)]

    def manifest(self) -> Record:
        """Returns the manifest."""
        preset = {"name": "quick" if self.kind == "run" else "race",
                  "description": "every case of the first landing, in two minutes",
                  "file": "workloads/presets/quick.toml", "blocks": self.blocks,
                  "window": 0.1, "ramp": 0.02, "timeout": 20.0}
        return {
            "schema": 1, "run_id": f"20250102-030405-{preset['name']}", "kind": self.kind,
            "created": "2025-01-02T03:04:05.000+00:00", "finished": "2025-01-02T03:06:01.000+00:00",
            "interrupted": False, "command": ["tussle", self.kind, preset["name"]],
            "preset": preset, "preset_hash": "5e884898da28", "seed": self.seed,
            "commit": "3f2c1d9a7b5e4c8d9e0f1a2b3c4d5e6f7a8b9c0d", "dirty": False,
            "binaries": [{"path": "build/bench/bin/tussle_bench", "sha256": "ab" * 32,
                          "mode": self.catalog["mode"]}],
            "catalog": self.catalog, "plan": self.plan(),
            "skipped": [{"case": "counter/fetch_add/think:0/hold:50/threads:1",
                         "reason": "an atomic addition has no inside to hold work in"}],
        }

    def _grid(self, workload: str) -> list[Record]:
        conditions = catalogs.QUESTIONS[workload][3]
        names = [name for name, _, _ in conditions] + ["threads"]
        values = [default for _, _, default in conditions] + [list(self.threads)]
        return [dict(zip(names, combination)) for combination in itertools.product(*values)]

    def _case(self, workload: str, subject: str, conditions: Record) -> Record:
        name = "/".join([workload, subject, *(f"{k}:{number(v)}" for k, v in conditions.items())])
        return {"case": name, "workload": workload, "subject": subject, "conditions": conditions}

    def _unit(self, entry: Record) -> Record:
        kind = catalogs.SUBJECTS[entry["subject"]][0]
        result = self._result(entry, kind)
        passed = result["verdict"]["passed"]
        races = self._unit_races(entry)
        return {
            "schema": 1, **{key: entry[key] for key in (
                "key", "case", "workload", "subject", "conditions", "block", "order")},
            "kind": kind, "status": "ok" if passed else "broken",
            "started": "2025-01-02T03:04:06.000+00:00", "seconds": 0.16,
            "exit_code": 0 if passed else 3, "signal": None,
            "message": result["verdict"]["message"], "log": None,
            "result": result, "races": races,
            **({"pass": entry["pass"]} if "pass" in entry else {}),
        }

    def _result(self, entry: Record, kind: str) -> Record:
        chance = random.Random(f"{self.seed} {entry['key']}")
        samples = [self._sample(entry, chance) for _ in range(self.repetitions)]
        if self._breaks(entry):
            lost = {"passed": False, "message": "sum 1200311 != 1200400 increments"}
            samples = [dict(sample, verdict=lost) for sample in samples]
        operations = sum(sample["operations"] for sample in samples)
        timed = {"latency": self._latency(entry)} if "pass" in entry else {}
        return {
            **timed,
            "schema": 1, "case": entry["case"], "workload": entry["workload"],
            "subject": entry["subject"], "kind": kind, "role": "counter",
            "conditions": entry["conditions"], "mode": self.catalog["mode"], "seed": self.seed,
            "context": {"cores": self.machine["cpu"]["cores_online"], "clock_overhead_ns": 29.1,
                        "work_unit_ns": 1.1, "load_average_1m": 0.4, "pid": 4242},
            "samples": samples, "total_operations": operations,
            "verdict": {key: samples[0]["verdict"][key] for key in ("passed", "message")},
            "error": None, "races": None,
        }

    def _latency(self, entry: Record) -> Record:
        """Returns samples around the operation's cost, a few of them far above it."""
        chance = random.Random(f"{self.seed} {entry['key']} latency")
        names = ["read", "update"] if entry["workload"] == "read_mostly" else ["operation"]
        return {
            "measures": "service time", "every": 32, "sub_bucket_bits": 6,
            "clock": {"name": "tsc", "read_ns": 21.5, "empty_ns": 22.0, "step_ns": 0.4},
            "operations": [timed_operation(name, [
                int((self._cost(entry) + 25) * (1 + 3 * (name == "update"))
                    * chance.lognormvariate(0, 0.2) * (1 if chance.random() < 0.995 else 40))
                for _ in range(4000)]) for name in names],
        }

    def _sample(self, entry: Record, chance: random.Random) -> Record:
        cost = self._cost(entry) * chance.lognormvariate(0, self.noise)
        threads, window = entry["conditions"]["threads"], 0.1 + chance.random() / 1000
        operations = int(window * 1e9 / cost)
        shares = [chance.uniform(0.7, 1.3) for _ in range(threads)]
        each = [int(operations * share / sum(shares)) for share in shares]
        operations = sum(each)
        counts = catalogs.SUBJECTS[entry["subject"]][3]
        failed = int(operations * 0.04 * (threads - 1)) if counts else None
        cores = self.machine["cpu"]["cores_online"]
        overlap = min(1.0, chance.uniform(0.965, 1.002))
        overlap = overlap if threads <= cores else overlap - 0.02
        return {
            "window_s": window, "operations": operations, "ops_per_s": operations / window,
            "ns_per_op": window * 1e9 / operations,
            "cpu_ns_per_op": window * 1e9 / operations * min(threads, cores), "overlap": overlap,
            "per_thread": each, "jain": sum(each) ** 2 / (threads * sum(n * n for n in each)),
            "min_share": min(each) / operations, "max_share": max(each) / operations,
            "failed_attempts": failed,
            "failed_per_success": None if failed is None else failed / operations,
            "allocations_per_op": 0.0,
            "run_queue_wait": 0.001,
            "voluntary_switches": 2, "involuntary_switches": 5 * threads, "peak_rss_kib": 4100,
            "oversubscribed": threads > cores,
            "flags": ["overlap<0.95"] if overlap < 0.95 else [],
            "verdict": {"passed": True, "invariant": "sum", "message": f"sum {operations} = "
                        f"{operations} increments"},
        }

    def _cost(self, entry: Record) -> float:
        """Returns nanoseconds of the window per operation of any thread."""
        _, base, degrade, _ = catalogs.SUBJECTS[entry["subject"]]
        conditions, cores = entry["conditions"], self.machine["cpu"]["cores_online"]
        running = min(conditions["threads"], cores)
        private = entry["workload"] == "counter_private"
        reads = conditions.get("read_share", 0.0)
        serial = 0.0 if private or not degrade else 1.0 - 0.6 * reads
        factor = 1 + serial * degrade * (1 - 1 / running) * 2
        work = conditions.get("think", 0) / running + conditions.get("hold", 0)
        crowd = 1 + 0.06 * max(0, conditions["threads"] - cores) * serial
        cost = base * factor * crowd / (1 if serial else running) + work * 1.1
        return float(cost) * self.slower.get(entry["subject"], 1.0)

    def _breaks(self, entry: Record) -> bool:
        contended = entry["conditions"]["threads"] > 1
        return self.breaks_planted and entry["subject"] == "load_then_reset" and contended

    def _unit_races(self, entry: Record) -> list[Record] | None:
        if self.kind != "race":
            return None
        racy = entry["subject"] == "plain_int" and entry["conditions"]["threads"] > 1
        return [race_record("planted0", "plain_int::add")] if racy and self.breaks_planted else []

    def _races(self, units: list[Record]) -> list[Record]:
        found: dict[str, Record] = {}
        for unit in units:
            for race in unit["races"] or []:
                known = found.setdefault(race["id"], dict(race, cases=[], subjects=[]))
                known["cases"] = sorted({*known["cases"], unit["case"]})
                known["subjects"] = sorted({*known["subjects"], unit["subject"]})
        planted = {"plain_int"}
        return [dict(race, expected=set(race["subjects"]) <= planted) for race in found.values()]

    def _write_log(self, directory: Path, unit: Record) -> None:
        if unit["log"]:
            (directory / unit["log"]).write_text("terminate called\nlast words of the process\n")


def timed_operation(name: str, lengths: list[int]) -> Record:
    """Returns what a unit keeps of an operation's samples, in ns."""
    counts: dict[int, int] = {}
    for length in lengths:
        shift = max(0, length.bit_length() - 7)
        bucket = (shift << 6) + (length >> shift)
        counts[bucket] = counts.get(bucket, 0) + 1
    return {
        "name": name, "samples": len(lengths), "sum_ns": sum(lengths),
        "min_ns": min(lengths, default=None), "max_ns": max(lengths, default=None),
        "mean_ns": sum(lengths) / len(lengths) if lengths else None,
        "too_long": 0, "uncounted": 0, "null_because": "too few samples",
        **dict.fromkeys(("p50_ns", "p90_ns", "p99_ns", "p99_9_ns", "p99_99_ns")),
        "buckets": [list(item) for item in sorted(counts.items())],
    }


def race_record(identity: str, function: str) -> Record:
    """Returns a race between a write and a read of the same count."""
    def stack(name: str, line: int) -> list[Record]:
        return [
            {"function": name, "file": "workloads/planted/plain_int.h", "line": line, "module": ""},
            {"function": "tussle::worker::run(tussle::step const&)",
             "file": "harness/measure/team.cc", "line": 88, "module": ""},
        ]
    return {
        "id": identity, "kind": "data-race", "count": 3,
        "accesses": [
            {"operation": "write", "size": 4, "thread": "T1", "thread_name": "worker 0",
             "mutexes": [], "stack": stack(f"{function}()", 31)},
            {"operation": "read", "size": 4, "thread": "T2", "thread_name": "worker 1",
             "mutexes": ["M1"], "stack": stack(f"{function}() const", 34)},
        ],
        "location": {"kind": "heap", "name": "", "size": 8, "stack": stack("main", 12)},
        "mutexes": [{"id": "M1", "stack": stack("lock", 9)}],
        "threads": [{"id": "T1", "name": "worker 0", "stack": stack("start", 20)},
                    {"id": "T2", "name": "worker 1", "stack": stack("start", 20)}],
        "text": f"data race on 4 bytes in {function}",
    }


def crash(unit: Record) -> None:
    """Turns a unit into one whose process was ended by a signal."""
    unit.update(status="crashed", exit_code=None, signal="SIGSEGV", result=None,
                message="ended by SIGSEGV: last words of the process",
                log=f"logs/{unit['key']}.txt")


def time_out(unit: Record) -> None:
    """Turns a unit into one that did not come to an end."""
    unit.update(status="timeout", exit_code=None, signal="SIGKILL", result=None,
                message="no end after 20 s; killed with all it started",
                log=f"logs/{unit['key']}.txt")


def break_invariant(unit: Record) -> None:
    """Turns a unit into one whose invariant did not hold."""
    unit.update(status="broken", exit_code=3, message="sum 99 != 100 increments",
                log=f"logs/{unit['key']}.txt")
    unit["result"]["verdict"] = {"passed": False, "message": "sum 99 != 100 increments"}


def write_json(path: Path, record: Any) -> None:
    """Writes a record as it is, also one that no schema would take."""
    path.write_text(json.dumps(record), encoding="utf-8")


def edit_json(path: Path, change: Change) -> None:
    """Changes a record in place."""
    record = json.loads(path.read_text(encoding="utf-8"))
    change(record)
    write_json(path, record)


def safe(case: str) -> str:
    """Returns the case's name as it stands in file names."""
    return case.replace("/", "_").replace(":", "=")
