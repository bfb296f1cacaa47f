"""Did the run go as it should, and which exit code says so?"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from harness.runner import exit_codes
from harness.runner import races as all_races
from harness.runner.catalog import Catalog
from harness.runner.races import Races
from harness.runner.unit import BROKEN, OK, STATUSES

SHOWN = 10  # cases that went wrong and are named; the report has all
CONTENDED = 2  # threads from which on a planted bug can show itself


@dataclass
class Tally:
    """What the units of a run came to, counted as they end."""

    catalog: Catalog
    kind: str
    statuses: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATUSES, 0))
    wrong: list[dict[str, Any]] = field(default_factory=list)  # units that nobody expected so
    tried: set[str] = field(default_factory=set)  # planted subjects that ran contended
    caught: set[str] = field(default_factory=set)

    def add(self, unit: dict[str, Any]) -> bool:
        """Takes in one unit; returns whether it went as it should."""
        self.statuses[unit["status"]] += 1
        if unit["conditions"]["threads"] >= CONTENDED and unit["status"] in (OK, BROKEN):
            self.tried.add(unit["subject"])
        if self._shows_planted(unit):
            self.caught.add(unit["subject"])
        as_it_should = self.as_it_should(unit)
        if not as_it_should:
            self.wrong.append(unit)
        return as_it_should

    def as_it_should(self, unit: dict[str, Any]) -> bool:
        """Tells whether a unit's status is what its subject promises."""
        if unit["status"] == BROKEN:
            return self.catalog.subjects[unit["subject"]].expected_invariant is not False
        return bool(unit["status"] == OK)

    def missed(self) -> list[str]:
        """Returns the planted subjects whose bug must show in this kind of run and did not."""
        return sorted(
            name
            for name in self.tried - self.caught
            if self._expected(name) is True
        )

    def _expected(self, name: str) -> bool | str:
        subject = self.catalog.subjects[name]
        return subject.expected_race if self.kind == "race" else subject.expected_invariant

    def _shows_planted(self, unit: dict[str, Any]) -> bool:
        if self._expected(unit["subject"]) is False:
            return False
        return bool(unit["races"] if self.kind == "race" else unit["status"] == BROKEN)


def exit_code(tally: Tally, races: Races) -> int:
    """Returns the code of the worst thing that happened."""
    return exit_codes.worst(_codes(tally, races))


def _codes(tally: Tally, races: Races) -> Iterable[int]:
    for unit in tally.wrong:
        yield exit_codes.BROKEN if unit["status"] == BROKEN else exit_codes.INCOMPLETE
    if races.unexpected() or races.lost_unexpected():
        yield exit_codes.BROKEN
    if tally.missed():
        yield exit_codes.INCOMPLETE


def statement(tally: Tally, races: Races) -> list[str]:
    """Returns what a person wants to know first, a line each."""
    lines = [_counts(tally)]
    if tally.kind == "run" and tally.caught:
        lines.append(f"planted bugs caught: {', '.join(sorted(tally.caught))}")
    lines += _wrong(tally.wrong)
    detector = "no race was reported" if tally.kind == "race" else "its invariant never broke"
    lines += [f"MISSED: planted subject {name}: {detector}" for name in tally.missed()]
    return lines + (all_races.statement(races) if tally.kind == "race" else [])


def _counts(tally: Tally) -> str:
    """Returns how many units ended how; those of planted subjects that broke are not broken, but caught."""
    caught = tally.statuses[BROKEN] - sum(unit["status"] == BROKEN for unit in tally.wrong)
    counts = [(OK, tally.statuses[OK]), ("caught", caught)]
    counts += [(status, n) for status, n in tally.statuses.items() if status not in (OK, BROKEN)]
    counts.append((BROKEN, tally.statuses[BROKEN] - caught))
    return f"{sum(tally.statuses.values())} units: {', '.join(f'{n} {name}' for name, n in counts if n)}"


def _wrong(units: list[dict[str, Any]]) -> list[str]:
    """Returns a line for each case that went wrong, however many of its blocks did."""
    grouped: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for unit in units:
        grouped.setdefault((unit["status"], unit["case"]), []).append(unit)
    lines = [
        f"{status.upper()} {len(found)}x: {case}: {found[0]['message']}"
        for (status, case), found in grouped.items()
    ]
    if len(lines) > SHOWN:
        lines[SHOWN:] = [f"and {len(lines) - SHOWN} more cases: see the report"]
    return lines
