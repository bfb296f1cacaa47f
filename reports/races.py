"""Which races were seen, and was anybody told to expect them?"""

from reports.naming import slug
from reports.records import Record, Run


def race_rows(run: Run) -> list[Record]:
    """Returns every distinct race, the unexpected ones first.

    The units are the witnesses: a race whose own file is missing or torn is still listed.
    """
    found = {race["id"]: dict(race) for race in run.races}
    for unit in run.units:
        for race in unit.races:
            known = found.setdefault(race["id"], _fresh(race))
            _add(known, "cases", unit.case)
            _add(known, "subjects", unit.subject)
    for race in found.values():
        race["anchor"] = "race-" + slug(race["id"])
        race["expected"] = _expected(run, race["subjects"])  # what the file says may be stale
    return sorted(found.values(), key=lambda race: (race["expected"], race["id"]))


def _fresh(race: Record) -> Record:
    return {**race, "cases": [], "subjects": []}


def _add(race: Record, key: str, name: str) -> None:
    if name not in race[key]:
        race[key] = sorted([*race[key], name])


def _expected(run: Run, subjects: list[str]) -> bool:
    """Tells whether every subject that showed a race may; one that nobody showed is unexpected."""
    expects = (run.manifest.subject(name)["expected"]["race"] for name in subjects)
    return bool(subjects) and all(expected is not False for expected in expects)
