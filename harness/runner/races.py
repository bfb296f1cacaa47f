"""Which distinct races did a whole run see, and were they planted?"""

from dataclasses import dataclass, field
from typing import Any

from harness.runner.catalog import Catalog


@dataclass
class Races:
    """Distinct races by id, gathered over all units."""

    catalog: Catalog
    found: dict[str, dict[str, Any]] = field(default_factory=dict)
    lost: list[dict[str, Any]] = field(default_factory=list)  # units whose races only a log holds

    def add(self, unit: dict[str, Any]) -> list[str]:
        """Takes in the races of one unit; returns the ids of those that are new or changed."""
        if unit.get("races_lost"):
            self.lost.append(unit)
        seen = [race["id"] for race in unit["races"] or []]
        for race in unit["races"] or []:
            self._add(race, unit)
        return list(dict.fromkeys(seen))

    def lost_unexpected(self) -> list[dict[str, Any]]:
        """Returns the units whose lost races nobody planted."""
        return [unit for unit in self.lost if not self._expects(unit)]

    def _expects(self, unit: dict[str, Any]) -> bool:
        return self.catalog.subjects[unit["subject"]].expected_race is not False

    def planted(self) -> list[dict[str, Any]]:
        """Returns the races that only subjects with a planted race showed."""
        return [race for race in self.found.values() if race["expected"]]

    def unexpected(self) -> list[dict[str, Any]]:
        """Returns the races that nobody planted."""
        return [race for race in self.found.values() if not race["expected"]]

    def _add(self, race: dict[str, Any], unit: dict[str, Any]) -> None:
        expected = self._expects(unit)
        known = self.found.get(race["id"])
        if known is None:
            places = {"cases": [unit["case"]], "subjects": [unit["subject"]]}
            self.found[race["id"]] = {**race, "expected": expected, **places}
            return
        known["count"] += race["count"]
        known["expected"] = known["expected"] and expected
        known["cases"] = sorted({*known["cases"], unit["case"]})
        known["subjects"] = sorted({*known["subjects"], unit["subject"]})


def place(race: dict[str, Any]) -> str:
    """Returns both sides of a race in one line: operation, function, file and line."""
    return " <-> ".join(_side(access) for access in race["accesses"])


def _side(access: dict[str, Any]) -> str:
    frames = access["stack"]
    frame = next((f for f in frames if _ours(f["file"])), frames[0] if frames else None)
    if frame is None:
        return f"{access['operation']} (no stack)"
    return f"{access['operation']} {frame['file'] or '?'}:{frame['line']}"


def _ours(file: str) -> bool:
    """Tells whether a file lies inside the repository: those are given relative to its root."""
    return bool(file) and not file.startswith(("/", "<"))


def statement(races: Races) -> list[str]:
    """Returns a compact account of the races, unexpected ones first."""
    planted, unexpected = races.planted(), races.unexpected()
    lines = [f"races: {len(unexpected)} unexpected, {len(planted)} planted"]
    lines += [_line("UNEXPECTED", race) for race in unexpected]
    lines += [
        f"  UNEXPECTED race reports of {unit['case']}, which left no list of them: {unit['log']}"
        for unit in races.lost_unexpected()
    ]
    return lines + [_line("planted", race) for race in planted]


def _line(word: str, race: dict[str, Any]) -> str:
    subjects = ", ".join(race["subjects"])
    return f"  {word} {race['kind']} {race['id']} in {subjects} ({race['count']}x): {place(race)}"
