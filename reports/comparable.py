"""May the times of two runs be set against each other at all?"""

from collections.abc import Callable
from dataclasses import dataclass

from reports.records import Record, Run

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Difference:
    """A fact about machine or build in which two runs differ."""

    fact: str
    before: str
    after: str


def differences(before: Run, after: Run) -> list[Difference]:
    """Returns the facts that make times incomparable; what is unknown on a side counts as one."""
    return _unequal(_identity(before), _identity(after))


def remarks(before: Run, after: Run) -> list[Difference]:
    """Returns the facts that differ and may explain a change, without forbidding to compare."""
    return _unequal(_circumstances(before), _circumstances(after), same_unknown=True)


def _unequal(before: dict[str, str], after: dict[str, str],
             same_unknown: bool = False) -> list[Difference]:
    unlike = [fact for fact, value in before.items()
              if value != after[fact] or (value == UNKNOWN and not same_unknown)]
    return [Difference(fact, before[fact], after[fact]) for fact in unlike]


def _identity(run: Run) -> dict[str, str]:
    catalog = run.manifest.catalog
    return {
        "processor": _joined(run, lambda machine: machine["cpu"]["model"]),
        "number of cores": _joined(run, lambda machine: machine["cpu"]["cores_online"]),
        "kernel": _joined(run, lambda machine: machine["kernel"].split(".")[0]),
        "compiler": str(catalog["build"]["compiler"]),
        "mode": str(catalog["mode"]),
    }


def _circumstances(run: Run) -> dict[str, str]:
    build, preset = run.manifest.catalog["build"], run.manifest.preset
    return {
        "host": _joined(run, lambda machine: machine["host"]),
        "kernel release": _joined(run, lambda machine: machine["kernel"]),
        "governor": _joined(run, lambda machine: machine["cpu"].get("governor") or UNKNOWN),
        "set of compiler flags": str(build["flags"]),
        "set of libraries": _listed(build.get("libraries", {})),
        "window": f"{preset.get('window')} s",
    }


def _listed(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))


def _joined(run: Run, fact: Callable[[Record], object]) -> str:
    """Returns the fact of all machines of a run, each once."""
    found = {str(fact(machine)) for machine in run.machines}
    return ", ".join(sorted(found)) or UNKNOWN


def run_facts(run: Run) -> Record:
    """Returns which run it is, for people."""
    raw = run.manifest.raw
    return {
        "run_id": raw["run_id"],
        "created": raw["created"],
        "commit": raw["commit"],
        "dirty": raw["dirty"],
        "preset": raw["preset"]["name"],
        "seed": raw["seed"],
    }
