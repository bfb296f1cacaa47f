"""How many cores' worth of time does the control group grant?"""

from harness.runner.machine import Machine


def cpu_quota(machine: Machine) -> float | None:
    """Returns the tightest quota of the group and those above it, in cores; None without one."""
    quotas = [*_second_version(machine), *_first_version(machine)]
    return min(quotas, default=None)


def _second_version(machine: Machine) -> list[float]:
    quotas = []
    for folder in _folders(_group(machine, "")):
        words = (machine.text(f"sys/fs/cgroup{folder}/cpu.max") or "").split()
        if len(words) == 2 and all(word.isdigit() for word in words):
            quotas.append(int(words[0]) / int(words[1]))
    return quotas


def _first_version(machine: Machine) -> list[float]:
    quotas = []
    for folder in _folders(_group(machine, "cpu")):
        base = f"sys/fs/cgroup/cpu{folder}"
        quota = machine.number(f"{base}/cpu.cfs_quota_us")
        period = machine.number(f"{base}/cpu.cfs_period_us")
        if quota and period and quota > 0:
            quotas.append(quota / period)
    return quotas


def _group(machine: Machine, controller: str) -> str:
    """Returns the path of this process's group; the empty controller is version 2."""
    for line in (machine.text("proc/self/cgroup") or "").splitlines():
        parts = line.split(":", 2)
        if len(parts) == 3 and controller in parts[1].split(","):
            return parts[2]
    return "/"


def _folders(group: str) -> list[str]:
    """Returns a group's path and the paths above it, the root as an empty text."""
    parts = [part for part in group.split("/") if part and part != ".."]
    return ["".join(f"/{part}" for part in parts[:n]) for n in range(len(parts), -1, -1)]
