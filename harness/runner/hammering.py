"""How are trials carried out until time is up or something breaks, and what did they come to?"""

import contextlib
import itertools
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from harness.runner import sanitizer, unit
from harness.runner.binary import Launcher
from harness.runner.catalog import Catalog
from harness.runner.directory import Directory
from harness.runner.interrupt import Interrupt
from harness.runner.judgement import CONTENDED
from harness.runner.trials import Trial
from harness.runner.trouble import say
from harness.runner.unit import BROKEN, CRASHED, OK, TIMEOUT, Budget

AHEAD = 50  # trials that the manifest announces at a time
TELL_EVERY_S = 10.0
ENOUGH_TRIES = 5  # contended trials after which a planted bug that must be caught counts as missed

Record = dict[str, Any]


@dataclass(frozen=True)
class Limit:
    """When is it enough? None: no limit of this kind."""

    seconds: float | None
    runs: int | None
    failures: int | None

    def reached(self, seconds: float, runs: int, failures: int) -> bool:
        """Tells whether any of the limits is reached."""
        pairs = ((self.seconds, seconds), (self.runs, runs), (self.failures, failures))
        return any(most is not None and present >= most for most, present in pairs)


@dataclass
class Score:
    """What the trials came to, counted as they end."""

    catalog: Catalog
    lenient: bool = True  # planted subjects may fail; not so where one failure is tried again
    runs: int = 0
    pinned: int = 0
    wrong: list[Record] = field(default_factory=list)  # units that nobody expected so
    tried: Counter[str] = field(default_factory=Counter)  # contended trials of planted subjects
    caught: Counter[str] = field(default_factory=Counter)

    def add(self, record: Record) -> bool:
        """Takes in one unit; returns whether it went as it should."""
        self.runs += 1
        self.pinned += record["trial"]["core"] is not None
        subject = self.catalog.subjects[record["subject"]]
        failed = record["status"] in (BROKEN, CRASHED, TIMEOUT) or unit.is_stalled(record)
        if subject.kind == "planted":
            contended = record["conditions"]["threads"] >= CONTENDED
            self.tried[subject.name] += contended
            self.caught[subject.name] += contended and failed
        as_it_should = record["status"] == OK or (
            failed and self.lenient and subject.kind == "planted"
        )
        if not as_it_should:
            self.wrong.append(record)
        return as_it_should

    def missed(self) -> list[str]:
        """Returns the planted subjects whose bug must show, had chances enough, and did not."""
        return sorted(
            name
            for name, tries in self.tried.items()
            if self.catalog.subjects[name].expected_invariant is True
            and tries >= ENOUGH_TRIES
            and not self.caught[name]
        )


@dataclass
class Hammer:
    """Everything that running trials needs; what they come to is in `score`."""

    launcher: Launcher
    timeout: float
    directory: Directory
    score: Score
    limit: Limit
    announce: Callable[[list[Trial]], None]  # writes the plan so far
    tell: Callable[[Record], None]  # hears of every unit that went wrong
    ran: list[Trial] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    told: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def run(self, trials: Iterator[Trial], interrupt: Interrupt) -> None:
        """Runs trials until a limit is reached, they end, or the first stop signal comes."""
        self.directory.note("start")
        while batch := list(itertools.islice(trials, AHEAD)):
            # The plan comes before its units: after a kill no unit is without a plan.
            self.announce([*self.ran, *batch])
            for trial in batch:
                if self._is_over(interrupt):
                    break
                self._one(trial, interrupt)
            if self._is_over(interrupt):
                break
        self.announce(self.ran)
        self.directory.note("end" if interrupt.signal is None else "interrupt", runs=len(self.ran))

    def _is_over(self, interrupt: Interrupt) -> bool:
        failures = len(self.score.wrong)
        return interrupt.signal is not None or self.limit.reached(
            self.seconds, len(self.ran), failures
        )

    def _one(self, trial: Trial, interrupt: Interrupt) -> None:
        budget = Budget(
            trial.window, trial.ramp, self.timeout, trial.seed, perturbed=True, unit_seed=trial.seed
        )
        try:
            with pinned(trial.core):
                outcome = unit.run(
                    trial.planned, self.score.catalog, self.launcher, budget, interrupt.wake_up
                )
        except unit.Stopped:
            return
        self.ran.append(trial)
        self._keep(trial, outcome.record, outcome.said)

    def _keep(self, trial: Trial, record: Record, said: str) -> None:
        record["trial"] = {"seed": trial.seed, "core": trial.core, "token": trial.token}
        found = sanitizer.find(said)
        if found is not None:
            record["finding"] = found.record()
            record["status"], record["message"] = BROKEN, found.message
        as_it_should = self.score.add(record)
        if said and (not as_it_should or found is not None):
            record["log"] = self.directory.write_log(record["key"], said)
        self.directory.write_histories(record)
        self.directory.write_unit(record)
        self.directory.note("unit", key=record["key"], status=record["status"])
        if not as_it_should:
            self.tell(record)
        self._sign_of_life()

    def _sign_of_life(self) -> None:
        if time.monotonic() - self.told < TELL_EVERY_S:
            return
        self.told = time.monotonic()
        say(f"{self.seconds:.0f} s: {self.score.runs} runs, {len(self.score.wrong)} failures")


@contextlib.contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """Keeps this process and what it starts meanwhile on one core."""
    before = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
