"""What came of one case in one fresh process?"""

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.runner import allocators, binary, latency, records
from harness.runner.binary import Launcher
from harness.runner.catalog import Catalog
from harness.runner.directory import now
from harness.runner.latency import Latency
from harness.runner.plan import Planned, unit_seed
from harness.runner.process import Ending

OK, BROKEN, FAILED, CRASHED, TIMEOUT, UNSTARTABLE = (
    "ok",
    "broken",
    "failed",
    "crashed",
    "timeout",
    "unstartable",
)
STATUSES = (OK, BROKEN, FAILED, CRASHED, TIMEOUT, UNSTARTABLE)
EXIT_OK, EXIT_USAGE, EXIT_BROKEN, EXIT_FAILED = 0, 2, 3, 4


class Stopped(Exception):
    """The unit was ended because somebody asked the run to stop."""


@dataclass(frozen=True)
class Budget:
    """How long a unit measures, and how long it may take."""

    window: float
    ramp: float
    timeout: float
    seed: int
    perturbed: bool  # unlikely interleavings are made likely, where the build can do that
    unit_seed: int | None = None  # handed to the unit as it is; None: drawn from `seed` and its key
    latency: Latency | None = None  # how single operations are timed, where they are


@dataclass(frozen=True)
class Outcome:
    """A unit's record as it is kept, and what the process said."""

    record: dict[str, Any]
    said: str


@dataclass(frozen=True)
class _Judged:
    status: str
    message: str
    result: dict[str, Any] | None = None


def run(
    planned: Planned, catalog: Catalog, launcher: Launcher, budget: Budget, wake_up: int | None
) -> Outcome:
    """Runs one unit to its end; raises Stopped when `wake_up` became readable before that."""
    started = now()
    with tempfile.TemporaryDirectory(prefix="tussle-", dir=launcher.scratch) as folder:
        scratch = Path(folder)
        out = scratch / "result.json"
        arguments = _arguments(planned, budget, out)
        try:
            preload = allocators.preload(planned.case.conditions)
            ending = launcher.start(arguments, scratch, budget.timeout, wake_up, preload)
        except OSError as error:
            ending = Ending(None, None, False, False, 0.0)
            judged = _Judged(UNSTARTABLE, f"the binary cannot be started: {error}")
            return Outcome(_record(planned, catalog, started, ending, judged), "")
        if ending.interrupted:
            raise Stopped
        judged = _judge(planned, catalog.mode, ending, budget, scratch, out)
        races_lost = _lost_races(judged, catalog.mode, scratch)
        if races_lost:
            judged = replace(judged, message=f"{judged.message}; race reports are in its log")
        said = binary.stderr_tail(scratch)
    record = _record(planned, catalog, started, ending, judged)
    return Outcome({**record, "races_lost": races_lost}, said)


def is_stalled(record: dict[str, Any]) -> bool:
    """Tells whether the process's own watchdog ended a unit that stood still."""
    return bool((record["result"] or {}).get("stall"))


def _lost_races(judged: _Judged, mode: str, scratch: Path) -> bool:
    """Tells whether races were reported, while the result that would list them is not there."""
    listed = judged.result is not None and judged.result.get("races") is not None
    return mode == "tsan" and not listed and binary.reported_races(scratch)


def _arguments(planned: Planned, budget: Budget, out: Path) -> list[str]:
    seed = budget.unit_seed or unit_seed(budget.seed, planned.key)
    arguments = [
        f"--case={planned.case.name}",
        f"--window={latency.window(planned.measures, budget.latency, budget.window):g}",
        f"--ramp={budget.ramp:g}",
        f"--seed={seed}",
        f"--out={out}",
        *latency.arguments(planned.measures, budget.latency),
    ]
    return [*arguments, f"--perturb={seed}"] if budget.perturbed else arguments


def _judge(
    planned: Planned, mode: str, ending: Ending, budget: Budget, scratch: Path, out: Path
) -> _Judged:
    if ending.timed_out:
        said = f"no end after {budget.timeout:g} s, and its watchdog had not seen it stand still"
        return _Judged(TIMEOUT, f"{said}; killed with all it started")
    unfinished = ending.exit_code not in (EXIT_OK, EXIT_BROKEN)
    if mode == "tsan" and unfinished and binary.refused_to_start(scratch):
        return _Judged(UNSTARTABLE, f"the sanitizer cannot start here: {binary.start_advice()}")
    if ending.signal is not None:
        return _Judged(CRASHED, f"ended by {ending.signal}{_last_words(scratch)}")
    if ending.exit_code == EXIT_USAGE:
        return _Judged(FAILED, f"the binary refused the case{_last_words(scratch)}")
    if ending.exit_code not in (EXIT_OK, EXIT_BROKEN, EXIT_FAILED):
        return _Judged(CRASHED, f"ended with exit code {ending.exit_code}{_last_words(scratch)}")
    result, why_not = _read(out)
    why_not = why_not or _mismatch(planned, mode, ending, result)
    if why_not:
        return _Judged(FAILED, why_not)
    return _by_result(ending, result)


def _by_result(ending: Ending, result: dict[str, Any]) -> _Judged:
    if ending.exit_code == EXIT_FAILED:
        return _Judged(FAILED, str(result["error"] or "the case failed"), result)
    status = OK if ending.exit_code == EXIT_OK else BROKEN
    return _Judged(status, str(result["verdict"]["message"]), result)


def _read(out: Path) -> tuple[Any, str]:
    """Returns the result, and why it cannot be used when it cannot."""
    try:
        result = json.loads(out.read_text(encoding="utf-8"), parse_constant=_refuse)
    except FileNotFoundError:
        return None, "the binary wrote no result"
    except (OSError, ValueError) as error:
        return None, f"the result is not JSON: {error}"
    why_not = records.objection(result)
    return result, f"the result has the wrong shape at {why_not}" if why_not else ""


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")


def _mismatch(planned: Planned, mode: str, ending: Ending, result: dict[str, Any]) -> str:
    """Returns where the result contradicts the plan or the exit code."""
    if result["case"] != planned.case.name:
        return f"the result is of another case: {result['case']}"
    if result["mode"] != mode:
        return f"the result is of mode {result['mode']}, not {mode}"
    if ending.exit_code == EXIT_OK and not (result["verdict"]["passed"] and result["samples"]):
        return "the exit code says ok, the result does not"
    if ending.exit_code == EXIT_BROKEN and result["verdict"]["passed"]:
        return "the exit code says that the invariant broke, the result does not"
    if mode == "tsan" and result.get("races") is None and ending.exit_code != EXIT_FAILED:
        return "the result of a sanitizer build holds no list of races"
    return latency.objection(planned.measures, result)


def _last_words(scratch: Path) -> str:
    """Returns the last line of stderr as an addition to a message."""
    lines = binary.stderr_tail(scratch).strip().splitlines()
    return f": {lines[-1][:200]}" if lines else ""


def _record(
    planned: Planned, catalog: Catalog, started: str, ending: Ending, judged: _Judged
) -> dict[str, Any]:
    result = judged.result
    return {
        "schema": 1,
        "key": planned.key,
        "case": planned.case.name,
        "workload": planned.case.workload,
        "subject": planned.case.subject,
        "kind": catalog.subjects[planned.case.subject].kind,
        "conditions": planned.case.conditions,
        "block": planned.block,
        "order": planned.order,
        "pass": planned.measures,
        "status": judged.status,
        "started": started,
        "seconds": round(ending.seconds, 4),
        "exit_code": ending.exit_code,
        "signal": ending.signal,
        "message": " ".join(judged.message.split()),
        "log": None,
        "result": result,
        "races": result.get("races") if result else None,
        "races_lost": False,
    }
