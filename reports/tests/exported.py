"""What do the tests of the exports share: runs of every kind, one with hostile names among them?"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reports.records import load
from reports.summary import summarize
from reports.tests.runs import Synthetic, break_invariant, crash, edit_json, race_record, write_json

Write = Callable[..., str]
SMALL: dict[str, Any] = {"workloads": ("counter_private",), "threads": (2,), "blocks": 2}
HOSTILE = "x|`<script>alert(1)</script>`[a](http://evil.example)@team]]>{0}*_\\\"'\u202e\u0007\n=1+1"
HIDDEN = "\ud800"  # half a pair: JSON can hold it, UTF-8 cannot


def small(**changes: Any) -> dict[str, Any]:
    """Returns what a small run is made of, with some of it changed."""
    return {**SMALL, **changes}


def text_of(write: Write, directory: Path) -> str:
    """Returns what an exporter makes of a run."""
    run = load(directory)
    return write(run, summarize(run))


def clean(folder: Path) -> Path:
    """A run in which all is as it should be."""
    return Synthetic(**SMALL).write(folder)


def broken(folder: Path) -> Path:
    """A run in which a subject that nobody planted broke its invariant."""
    return Synthetic(**SMALL).write(folder, {"private_mutex_think=0_threads=2.b1": break_invariant})


def crashed(folder: Path) -> Path:
    """A run in which a process crashed."""
    return Synthetic(**SMALL).write(folder, {"private_atom_think=0_threads=2.b0": crash})


def missed(folder: Path) -> Path:
    """A run in which a planted bug never showed."""
    return Synthetic(**SMALL, breaks_planted=False).write(folder)


def torn(folder: Path) -> Path:
    """A run of which one record is damaged."""
    Synthetic(**SMALL).write(folder)
    next(iter(sorted((folder / "units").iterdir()))).write_text('{"schema": 1, "ke', encoding="utf-8")
    return folder


def interrupted(folder: Path) -> Path:
    """A run that was stopped after some of its processes."""
    Synthetic(**SMALL).write(folder)
    for path in sorted((folder / "units").iterdir())[5:]:
        path.unlink()
    edit_json(folder / "manifest.json", lambda record: record.update(interrupted=True, finished=None))
    return folder


def empty(folder: Path) -> Path:
    """A run for which nothing was planned."""
    Synthetic(workloads=(), subjects=()).write(folder)
    return folder


def raced(folder: Path) -> Path:
    """A race run that saw the planted race only; one subject could not be checked."""
    Synthetic(**SMALL, kind="race").write(folder)
    reason = "not race-checkable here: its library is not instrumented"
    skipped = [{"case": "counter_private/absl_mutex/threads:4", "reason": reason},
               {"case": "counter/fetch_add/hold:50/threads:4", "reason": "not applicable: nothing to hold"}]
    edit_json(folder / "manifest.json", lambda record: record.update(skipped=skipped))
    return folder


def raced_unexpectedly(folder: Path, *races: dict[str, Any]) -> Path:
    """A race run in which the atom raced, in the given ways or in one."""
    shown = list(races) or [race_record("abc123", "tussle::atom::swap")]
    return Synthetic(**SMALL, kind="race").write(
        folder, {"private_atom_think=0_threads=2.b0": lambda unit: unit.update(races=shown)})


def stray_race(folder: Path) -> Path:
    """A race run with the file of a race whose case is not in the plan."""
    Synthetic(**SMALL, kind="race").write(folder)
    race = race_record("stray", "somewhere")
    write_json(folder / "races" / "stray.json", {**race, "expected": False, "cases": ["gone"], "subjects": []})
    return folder


def hostile(folder: Path) -> Path:
    """A race run with a subject, messages and a race whose names are written to break what reads them."""
    race = race_record("evil", HOSTILE)
    race["accesses"][0]["stack"][0]["file"] = "work loads/a#b%[x]?.h"
    race["accesses"][1]["thread_name"] = race["threads"][0]["name"] = HOSTILE
    race["kind"] = HOSTILE
    raced_unexpectedly(folder, race)
    edit_json(folder / "manifest.json", lambda record: record["preset"].update(name=HOSTILE))
    name = json.dumps(HOSTILE)[1:-1]
    for path in [folder / "manifest.json", *folder.glob("*/*.json")]:
        text = path.read_text(encoding="utf-8")
        text = text.replace("/spin_lock/", f"/{name}/").replace('"spin_lock"', f'"{name}"')
        path.write_text(text, encoding="utf-8")
    edit_json(folder / "units" / "counter_private_spin_lock_think=0_threads=2.b0.json", crash_with(HOSTILE + HIDDEN))
    return folder


def crash_with(said: str) -> Callable[[dict[str, Any]], None]:
    """Returns what turns a unit into one that crashed with these words."""
    return lambda unit: unit.update(status="crashed", message=said, result=None, exit_code=None,
                                    signal="SIGSEGV")


def latency_broken(folder: Path) -> Path:
    """A run in whose latency pass alone an invariant broke."""
    return Synthetic(**SMALL, latency_blocks=2).write(folder, {"private_mutex_think=0_threads=2.l1": break_invariant})


def latency_crashed(folder: Path) -> Path:
    """A run in whose latency pass alone a process crashed."""
    return Synthetic(**SMALL, latency_blocks=2).write(folder, {"private_atom_think=0_threads=2.l0": crash})


ALL = (clean, broken, crashed, missed, torn, interrupted, empty, raced, raced_unexpectedly, stray_race, hostile,
       latency_broken, latency_crashed)
