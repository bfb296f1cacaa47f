"""On which machine was this run made, as far as it bears on the numbers?"""

import os
import platform
import subprocess
from typing import Any

from harness.runner import cgroup
from harness.runner.directory import now
from harness.runner.machine import Machine

CPUS = "sys/devices/system/cpu"
PACKAGES = (
    "g++",
    "clang",
    "cmake",
    "libbenchmark-dev",
    "libabsl-dev",
    "libgtest-dev",
    "nlohmann-json3-dev",
    "libc6",
    "libstdc++6",
    "python3-numpy",
    "python3-scipy",
    "python3-matplotlib",
)


def capture(machine: Machine = Machine()) -> dict[str, Any]:
    """Returns the facts of a machine; what cannot be found out is None."""
    return {
        "schema": 1,
        "host": platform.node() or "unknown",
        "captured": now(),
        "cpu": _cpu(machine),
        "memory_kib": _memory_kib(machine),
        "kernel": platform.release(),
        "os": machine.field("etc/os-release", "PRETTY_NAME"),
        "virtualization": _virtualization(machine),
        "cgroup_cpu_quota": cgroup.cpu_quota(machine),
        "load_average": _load_average(machine),
        "aslr_bits": machine.number("proc/sys/vm/mmap_rnd_bits"),
        "transparent_hugepages": machine.selected("sys/kernel/mm/transparent_hugepage/enabled"),
        "python": platform.python_version(),
        "packages": _packages(),
        "warnings": [],
    }


def _cpu(machine: Machine) -> dict[str, Any]:
    online = len(os.sched_getaffinity(0))
    cores, sockets = _topology(machine)
    cpus = len(machine.paths(f"{CPUS}/cpu[0-9]*/topology/core_id"))
    return {
        "model": machine.field("proc/cpuinfo", "model name") or platform.machine(),
        "cores_online": online,
        "cores_physical": cores,
        "sockets": sockets,
        "threads_per_core": max(1, cpus // cores) if cores else None,
        "caches": _caches(machine),
        "mhz": _mhz(machine),
        "governor": machine.text(f"{CPUS}/cpu0/cpufreq/scaling_governor"),
        "boost": _boost(machine),
        "mitigations": _mitigations(machine),
    }


def _topology(machine: Machine) -> tuple[int | None, int | None]:
    """Returns the numbers of physical cores and of sockets."""
    places = []
    for path in machine.paths(f"{CPUS}/cpu[0-9]*/topology"):
        core = machine.text(machine.under(path, "core_id"))
        package = machine.text(machine.under(path, "physical_package_id"))
        if core is not None:
            places.append((package, core))
    return len(set(places)) or None, len({package for package, _ in places}) or None


def _caches(machine: Machine) -> dict[str, str]:
    """Returns the size of each cache that the first core uses, such as L1d: 32K."""
    caches = {}
    for path in machine.paths(f"{CPUS}/cpu0/cache/index[0-9]*"):
        level = machine.text(machine.under(path, "level"))
        kind = machine.text(machine.under(path, "type")) or ""
        size = machine.text(machine.under(path, "size"))
        suffix = {"Data": "d", "Instruction": "i"}.get(kind, "")
        if level and size:
            caches[f"L{level}{suffix}"] = size
    return caches


def _mhz(machine: Machine) -> float | None:
    highest = machine.number(f"{CPUS}/cpu0/cpufreq/cpuinfo_max_freq")
    if highest is not None:
        return highest / 1000
    try:
        return float(machine.field("proc/cpuinfo", "cpu MHz") or "")
    except ValueError:
        return None


def _boost(machine: Machine) -> bool | None:
    boost = machine.number(f"{CPUS}/cpufreq/boost")
    if boost is not None:
        return boost == 1
    no_turbo = machine.number(f"{CPUS}/intel_pstate/no_turbo")
    return None if no_turbo is None else no_turbo == 0


def _mitigations(machine: Machine) -> dict[str, str]:
    """Returns the state of every weakness that this processor has."""
    found = {}
    for path in machine.paths(f"{CPUS}/vulnerabilities/*"):
        state = machine.text(machine.under(path, ""))
        if state and state != "Not affected":
            found[path.name] = state
    return found


def _memory_kib(machine: Machine) -> int | None:
    words = (machine.field("proc/meminfo", "MemTotal") or "").split()
    return int(words[0]) if words and words[0].isdigit() else None


def _virtualization(machine: Machine) -> str | None:
    """Returns the hypervisor or container; None when there is no sign of either."""
    container = machine.text("run/systemd/container")
    if container or (machine.root / ".dockerenv").exists():
        return container or "docker"
    if "hypervisor" not in (machine.field("proc/cpuinfo", "flags") or "").split():
        return None
    product = machine.text("sys/class/dmi/id/sys_vendor") or machine.text("sys/hypervisor/type")
    return product or "virtual machine"


def _load_average(machine: Machine) -> list[float]:
    words = (machine.text("proc/loadavg") or "").split()[:3]
    try:
        return [float(word) for word in words]
    except ValueError:
        return []


def _packages() -> dict[str, str]:
    """Returns the versions of the installed packages that numbers depend on."""
    form = "-f=${Package}\t${Version}\t${db:Status-Status}\n"
    try:
        asked = subprocess.run(
            ["dpkg-query", "-W", form, *PACKAGES], capture_output=True, text=True, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    rows = [line.split("\t") for line in asked.stdout.splitlines()]
    return {row[0]: row[1] for row in rows if len(row) == 3 and row[2] == "installed"}
