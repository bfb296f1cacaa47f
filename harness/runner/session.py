"""How does a plan become a result directory, whatever happens on the way?"""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.runner import kept, unit
from harness.runner.binary import Launcher
from harness.runner.catalog import Catalog
from harness.runner.directory import Directory
from harness.runner.interrupt import Interrupt
from harness.runner.judgement import Tally
from harness.runner.plan import Planned
from harness.runner.progress import Progress
from harness.runner.races import Races
from harness.runner.unit import Budget, Outcome


@dataclass
class Session:
    """Everything that running a plan needs; what it comes to is in `tally` and `races`."""

    catalog: Catalog
    launcher: Launcher
    budget: Budget
    directory: Directory
    progress: Progress
    tally: Tally
    races: Races
    planned: int  # units of the whole run
    made: int = 0  # units of this session

    def run(self, plan: Sequence[Planned], interrupt: Interrupt) -> None:
        """Runs every unit, one after another, until the end or the first stop signal."""
        self.directory.note("start", units=len(plan))
        try:
            for planned in plan:
                if interrupt.signal is not None:
                    break
                self._run_one(planned, interrupt)
        finally:
            self.progress.close()
        self._note_end(interrupt)

    def judge_whole(self, plan: Sequence[Planned]) -> None:
        """Judges all units that are there in the order of the plan, as if they had run in it.

        The order matters where a race is told by its first witness.
        """
        self.tally = Tally(self.catalog, self.tally.kind)
        self.races = Races(self.catalog)
        kept.judged(self.directory.path, plan, self.budget.seed, self.tally, self.races)
        for race in self.races.found.values():
            self.directory.write_race(race)

    def _run_one(self, planned: Planned, interrupt: Interrupt) -> None:
        self.progress.starts(planned.key)
        try:
            outcome = unit.run(
                planned, self.catalog, self.launcher, self.budget, interrupt.wake_up
            )
        except unit.Stopped:
            self.directory.note("interrupt", key=planned.key)
            return
        self._keep(outcome)

    def _keep(self, outcome: Outcome) -> None:
        record = outcome.record
        as_it_should = self.tally.add(record)
        if not as_it_should and outcome.said:
            record["log"] = self.directory.write_log(record["key"], outcome.said)
        self.directory.write_histories(record)
        self.directory.write_unit(record)
        for race in self.races.add(record):
            self.directory.write_race(self.races.found[race])
        self.made += 1
        self.directory.note("unit", key=record["key"], status=record["status"])
        self.progress.ends(record, as_it_should)

    def _note_end(self, interrupt: Interrupt) -> None:
        if interrupt.signal is None:
            self.directory.note("end")
        else:
            self.directory.note("interrupt", signal=interrupt.signal.name)
