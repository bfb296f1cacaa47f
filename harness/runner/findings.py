"""What about a machine or a binary would spoil results, and how is it mended?"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.runner.machine import Machine

WORTHLESS, WARNING, NOTE = "worthless", "warning", "note"
OLDEST_KERNEL = (5, 3)  # pidfd_open
WIDEST_ASLR_BITS = 28  # the sanitizer runtimes of gcc 12 and clang 14 fail at random above


@dataclass(frozen=True)
class Finding:
    """One thing that was found, how bad it is, and what to do."""

    name: str
    severity: str
    message: str
    mend: str

    def record(self) -> dict[str, str]:
        """Returns the finding as env/<host>.json keeps it."""
        return {
            "name": self.name,
            "severity": self.severity,
            "message": self.message,
            "mend": self.mend,
        }


def of_machine(facts: dict[str, Any], machine: Machine = Machine()) -> list[Finding]:
    """Returns what the captured facts of a machine give away."""
    return [
        *_speed(facts["cpu"]),
        *_cores(facts),
        *_company(facts),
        *_kernel(facts),
        *_surroundings(machine),
    ]


def of_build(build: dict[str, Any], mode: str) -> list[Finding]:
    """Returns what the build of a binary says against measuring with it."""
    return list(_build(build, mode))


def _speed(cpu: dict[str, Any]) -> Iterator[Finding]:
    if cpu["governor"] not in (None, "performance"):
        yield Finding(
            "governor",
            WARNING,
            f"the frequency governor is '{cpu['governor']}': short windows start slow",
            "cpupower frequency-set -g performance",
        )
    if cpu["boost"]:
        yield Finding(
            "boost",
            NOTE,
            "boost is on: one busy core runs faster than many, so scaling looks worse than it is",
            "echo 0 > /sys/devices/system/cpu/cpufreq/boost (Intel: intel_pstate/no_turbo)",
        )


def _cores(facts: dict[str, Any]) -> Iterator[Finding]:
    cpu, quota = facts["cpu"], facts["cgroup_cpu_quota"]
    if cpu["cores_online"] < 2:
        yield Finding(
            "cores",
            WORTHLESS,
            "only one core: threads take turns, so nothing is contended",
            "use a machine with at least 2 cores",
        )
    elif cpu["cores_online"] < 4:
        yield Finding(
            "cores",
            NOTE,
            f"only {cpu['cores_online']} cores: nothing can be said about scaling beyond them",
            "use a machine with more cores for scaling",
        )
    if (cpu["threads_per_core"] or 1) > 1:
        yield Finding(
            "smt",
            NOTE,
            "threads share cores (SMT): results depend on where the scheduler puts them",
            "echo off > /sys/devices/system/cpu/smt/control",
        )
    if quota is not None and quota < cpu["cores_online"]:
        yield Finding(
            "cgroup_quota",
            WORTHLESS if quota < 1 else WARNING,
            f"the control group grants {quota:g} of {cpu['cores_online']} cores: threads are"
            " stopped in the middle of a window",
            "start the container without a CPU limit, or pin it to whole cores (--cpuset-cpus)",
        )


def _company(facts: dict[str, Any]) -> Iterator[Finding]:
    load, cores = facts["load_average"], facts["cpu"]["cores_online"]
    if load and load[0] > 0.25 * cores:
        yield Finding(
            "load",
            WARNING,
            f"other work is running (load {load[0]:g} on {cores} cores)",
            "stop it, or wait until `uptime` shows less than a quarter of the cores",
        )
    if facts["virtualization"]:
        yield Finding(
            "virtualized",
            NOTE,
            f"a virtual machine or container ({facts['virtualization']}): neighbours take time",
            "compare only runs that were made here, and use more blocks",
        )


def _kernel(facts: dict[str, Any]) -> Iterator[Finding]:
    bits = facts["aslr_bits"]
    if bits is not None and bits > WIDEST_ASLR_BITS:
        yield Finding(
            "aslr",
            NOTE,
            f"address randomisation of {bits} bits is too wide for ThreadSanitizer now and then;"
            " `race` then starts binaries under setarch -R",
            f"sysctl vm.mmap_rnd_bits={WIDEST_ASLR_BITS}",
        )
    if facts["transparent_hugepages"] == "always":
        yield Finding(
            "hugepages",
            NOTE,
            "transparent huge pages are always on: memory figures come in steps of 2 MiB",
            "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled",
        )
    if _version(facts["kernel"]) < OLDEST_KERNEL:
        yield Finding(
            "kernel",
            WARNING,
            f"kernel {facts['kernel']} is older than {OLDEST_KERNEL[0]}.{OLDEST_KERNEL[1]}",
            "use a newer kernel",
        )


def _surroundings(machine: Machine) -> Iterator[Finding]:
    on_battery = [
        path
        for path in machine.paths("sys/class/power_supply/*")
        if machine.text(machine.under(path, "status")) == "Discharging"
    ]
    if on_battery:
        yield Finding(
            "battery", WARNING, "the machine runs on its battery and saves power", "plug it in"
        )
    if os.environ.get("TSAN_OPTIONS"):
        yield Finding(
            "tsan_options",
            WARNING,
            "TSAN_OPTIONS is set and overrides what the binaries are built with",
            "unset TSAN_OPTIONS",
        )


def _build(build: dict[str, Any], mode: str) -> Iterator[Finding]:
    mend = "scripts/setup --build bench"
    if mode != "bench" or build.get("sanitizer", "none") != "none":
        what = f"the binary is built with sanitizer {build.get('sanitizer')} in mode {mode}"
        yield Finding("sanitizer", WORTHLESS, f"{what}: its times mean nothing", mend)
    if not any(f" {flag} " in f" {build.get('flags', '')} " for flag in ("-O2", "-O3", "-Ofast")):
        yield Finding("optimisation", WORTHLESS, "the binary is built without optimisation", mend)
    if build.get("dirty"):
        yield Finding(
            "dirty",
            NOTE,
            "the binary is built from uncommitted changes: its numbers cannot be repeated",
            "commit, then build again",
        )


def _version(kernel: str) -> tuple[int, int]:
    """Returns (6, 1) for 6.1.0-13-amd64; what cannot be read counts as new."""
    parts = kernel.split(".")
    digits = ["".join(c for c in part if c.isdigit()) for part in parts[:2]]
    if len(digits) < 2 or not all(digits):
        return (999, 0)
    return int(digits[0]), int(parts[1]) if parts[1].isdigit() else int(digits[1])
