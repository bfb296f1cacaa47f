"""Which facts tell machines apart whose records must never be pooled?"""

from typing import Any

from harness.runner import exit_codes
from harness.runner.trouble import Trouble

Facts = dict[str, Any]


def identity(facts: Facts) -> dict[str, str]:
    """Returns what must be equal for two sets of records to count as one machine's.

    Each of these changes times by itself. Load, clock readings and package versions are left out:
    the former vary by the minute, the latter are held still by the hash of the binary.
    """
    cpu = facts["cpu"]
    return {
        "host": str(facts["host"]),
        "processor": str(cpu["model"]),
        "number of cores": str(cpu["cores_online"]),
        "CPU quota": str(facts.get("cgroup_cpu_quota")),
        "kernel": str(facts["kernel"]),
        "governor": str(cpu.get("governor")),
        "boost": str(cpu.get("boost")),
    }


def differences(before: Facts, now: Facts) -> list[str]:
    """Returns in words in which facts two machines differ."""
    old, new = identity(before), identity(now)
    return [f"{fact} was {old[fact]}, is {new[fact]}" for fact in old if old[fact] != new[fact]]


def require(before: Facts, now: Facts, place: str, command: str = "resume") -> None:
    """Raises, with the code for what cannot be compared, unless it is one machine."""
    changed = differences(before, now)
    if changed:
        what = f"this is not the machine that the run began on ({'; '.join(changed)})"
        mend = f"{command} what was made there, or start a new run"
        raise Trouble(what, mend, place, exit_codes.INCOMPARABLE)
