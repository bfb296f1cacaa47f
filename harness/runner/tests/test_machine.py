"""Are a machine's facts read right, whatever is missing, and does the doctor see what is wrong?"""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.runner import cgroup, environment, findings
from harness.runner.machine import Machine
from harness.runner.tests.stage import Place

FILES = {
    "proc/cpuinfo": "processor : 0\nmodel name : Zeta 9\nflags : fpu hypervisor\n",
    "proc/meminfo": "MemTotal:  1024 kB\n",
    "proc/loadavg": "3.50 0.20 0.10 1/2 3\n",
    "proc/sys/vm/mmap_rnd_bits": "32\n",
    "etc/os-release": 'PRETTY_NAME="Debian 12"\n',
    "sys/kernel/mm/transparent_hugepage/enabled": "[always] madvise never\n",
    "sys/class/dmi/id/sys_vendor": "QEMU\n",
    "sys/class/power_supply/BAT0/status": "Discharging\n",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "powersave\n",
    "sys/devices/system/cpu/cpufreq/boost": "1\n",
    "sys/devices/system/cpu/cpu0/topology/core_id": "0\n",
    "sys/devices/system/cpu/cpu0/topology/physical_package_id": "0\n",
    "sys/devices/system/cpu/cpu1/topology/core_id": "0\n",
    "sys/devices/system/cpu/cpu1/topology/physical_package_id": "0\n",
    "sys/devices/system/cpu/cpu0/cache/index0/level": "1\n",
    "sys/devices/system/cpu/cpu0/cache/index0/type": "Data\n",
    "sys/devices/system/cpu/cpu0/cache/index0/size": "32K\n",
    "sys/devices/system/cpu/vulnerabilities/meltdown": "Not affected\n",
    "sys/devices/system/cpu/vulnerabilities/spectre_v2": "Mitigation: Retpolines\n",
}


def machine(root: Path, files: dict[str, str]) -> Machine:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Machine(root)


def facts_of(root: Path, **cpu: Any) -> dict[str, Any]:
    facts = environment.capture(machine(root, {}))
    return {**facts, "cpu": {**facts["cpu"], "cores_online": 8, **cpu}}


def test_facts_are_read_from_their_files(tmp_path: Path) -> None:
    facts = environment.capture(machine(tmp_path, FILES))

    assert facts["cpu"]["model"] == "Zeta 9"
    assert (facts["cpu"]["cores_physical"], facts["cpu"]["threads_per_core"]) == (1, 2)
    assert facts["cpu"]["caches"] == {"L1d": "32K"}
    assert facts["cpu"]["mitigations"] == {"spectre_v2": "Mitigation: Retpolines"}
    assert (facts["memory_kib"], facts["os"], facts["aslr_bits"]) == (1024, "Debian 12", 32)
    assert (facts["virtualization"], facts["transparent_hugepages"]) == ("QEMU", "always")


def test_a_machine_without_any_file_still_has_facts(tmp_path: Path) -> None:
    facts = environment.capture(machine(tmp_path, {}))

    assert facts["cpu"]["caches"] == {} and facts["load_average"] == []
    assert facts["cpu"]["governor"] is None and facts["virtualization"] is None


@pytest.mark.parametrize(
    ("files", "quota"),
    [
        ({}, None),
        ({"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/cpu.max": "max 100000\n"}, None),
        ({"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/cpu.max": "150000 100000\n"}, 1.5),
        (
            {
                "proc/self/cgroup": "3:cpu,cpuacct:/box\n",
                "sys/fs/cgroup/cpu/box/cpu.cfs_quota_us": "50000\n",
                "sys/fs/cgroup/cpu/box/cpu.cfs_period_us": "100000\n",
            },
            0.5,
        ),
        (
            {
                "proc/self/cgroup": "3:cpu:/\n",
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            },
            None,
        ),
    ],
)
def test_the_quota_of_both_kinds_of_control_group(
    tmp_path: Path, files: dict[str, str], quota: float | None
) -> None:
    assert cgroup.cpu_quota(machine(tmp_path, files)) == quota


def test_a_bad_machine_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TSAN_OPTIONS", "exitcode=66")
    bad = machine(tmp_path, FILES)
    facts = environment.capture(bad)
    facts |= {"kernel": "4.19.0-1-amd64", "cgroup_cpu_quota": 0.5}
    facts["cpu"]["cores_online"] = 2

    found = {finding.name: finding.severity for finding in findings.of_machine(facts, bad)}

    warned = {name for name, severity in found.items() if severity == findings.WARNING}
    noted = {name for name, severity in found.items() if severity == findings.NOTE}
    assert warned == {"governor", "load", "kernel", "battery", "tsan_options"}
    assert noted == {"boost", "cores", "smt", "virtualized", "aslr", "hugepages"}
    assert found["cgroup_quota"] == findings.WORTHLESS


def test_a_good_machine_has_no_findings(tmp_path: Path) -> None:
    assert findings.of_machine(facts_of(tmp_path), Machine(tmp_path)) == []


def test_one_core_makes_results_worthless(tmp_path: Path) -> None:
    found = findings.of_machine(facts_of(tmp_path, cores_online=1), Machine(tmp_path))

    assert [finding.severity for finding in found] == [findings.WORTHLESS]


@pytest.mark.parametrize(
    ("build", "mode", "names"),
    [
        ({"flags": "-O2 -g", "sanitizer": "none"}, "bench", []),
        ({"flags": "-O0 -g", "sanitizer": "none"}, "bench", ["optimisation"]),
        ({"flags": "-O2", "sanitizer": "thread"}, "tsan", ["sanitizer"]),
        ({"flags": "-O2", "sanitizer": "none", "dirty": True}, "bench", ["dirty"]),
    ],
)
def test_a_build_that_should_not_be_measured(
    build: dict[str, Any], mode: str, names: list[str]
) -> None:
    assert [finding.name for finding in findings.of_build(build, mode)] == names


def test_the_doctor_speaks_to_people_and_to_programs(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = place.type("doctor", "--binary", str(place.binary))
    record = place.type("doctor", "--json", "--binary", str(place.binary))

    assert words.out.splitlines()[-1].startswith(("Nothing", "Results"))
    assert set(json.loads(record.out)) == {"environment", "findings"}
    assert not place.results.exists()


def test_the_doctor_objects_to_a_sanitizer_build(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_MODE", "tsan")

    ended = place.type("doctor", "--binary", str(place.binary))

    assert ended.code == 2
    assert "Results from this machine would be worthless" in ended.out
