"""Does scripts/setup say what is missing, install it once, and otherwise stay out of the way?"""

from collections.abc import Callable

import pytest

from scripts.tests.conftest import Machine

Packages = Callable[..., list[str]]


def test_without_apt_prints_the_exact_list_and_exits_2(machine: Machine, packages: Packages) -> None:
    done = machine.run("scripts/setup")

    assert done.returncode == 2
    assert done.stdout.split()[:3] == ["apt-get", "install", "--no-install-recommends"]
    assert done.stdout.split()[3:] == packages("build", "python")
    assert "there is no apt-get here" in done.stderr


def test_without_root_prints_only_what_is_missing_and_installs_nothing(machine: Machine, packages: Packages) -> None:
    machine.command("apt-get", 'echo "$@" >>"$HOME/calls"')
    needed = packages("build", "python")
    machine.dpkg_knows(*needed[2:])

    done = machine.run("scripts/setup")

    assert done.returncode == 2
    assert done.stdout.split()[3:] == needed[:2]
    assert "only root" in done.stderr
    assert not (machine.root / "calls").exists()


def test_as_root_says_what_is_missing_then_updates_then_installs_it(machine: Machine, packages: Packages) -> None:
    machine.command("id", "echo 0")
    machine.command("apt-get", 'echo "$DEBIAN_FRONTEND $*" >>"$HOME/calls"')
    machine.command("apt-cache", "exit 0")
    machine.dpkg_knows(*[name for name in packages("build", "python") if name != "cmake"])

    done = machine.run("scripts/setup")

    assert done.returncode == 0, done.stderr
    assert "tussle: installing 1 missing packages: cmake" in done.stderr
    update, install = (machine.root / "calls").read_text().splitlines()
    assert update.startswith("noninteractive update")
    assert "--no-install-recommends" in install.split() and install.split()[-1] == "cmake"


def test_an_optional_package_that_does_not_exist_is_left_out(machine: Machine, packages: Packages) -> None:
    machine.command("id", "echo 0")
    machine.command("apt-get", 'echo "$@" >>"$HOME/calls"')
    machine.command("apt-cache", "exit 100")
    machine.dpkg_knows(*[name for name in packages("build", "python") if name not in ("g++", "ccache")])

    done = machine.run("scripts/setup")

    assert done.returncode == 0, done.stderr
    assert (machine.root / "calls").read_text().splitlines()[-1].split()[-1] == "g++"
    assert "no package ccache here" in done.stderr


def test_a_failing_apt_is_shown_with_the_line_and_exits_2(machine: Machine) -> None:
    machine.command("id", "echo 0")
    machine.command("apt-get", "echo 'E: the disk is full'; exit 100")
    machine.command("apt-cache", "exit 0")

    done = machine.run("scripts/setup")

    assert done.returncode == 2
    assert "the disk is full" in done.stderr
    assert done.stdout.startswith("apt-get install")


def test_is_silent_and_asks_once_with_nothing_to_do(machine: Machine, packages: Packages) -> None:
    machine.dpkg_knows(*packages("build", "python"))
    answer = (machine.commands / "dpkg-query").read_text("utf-8").partition("\n")[2]
    machine.command("dpkg-query", f'echo asked >>"$HOME/calls"\n{answer}')

    done = machine.run("scripts/setup")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (machine.root / "calls").read_text("utf-8") == "asked\n"


def test_a_missing_optional_package_alone_asks_for_nothing(machine: Machine, packages: Packages) -> None:
    machine.dpkg_knows(*[name for name in packages("build", "python") if name != "ccache"])

    assert machine.run("scripts/setup").returncode == 0
    assert "missing: ccache" in machine.run("scripts/setup", "--check").stderr


def test_can_be_told_to_trust_the_machine(machine: Machine) -> None:
    assert machine.run("scripts/setup", TUSSLE_NO_INSTALL="1").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        (["--need", "build,lnit"], "unknown group 'lnit'"),
        (["--build", "benhc"], "unknown preset 'benhc'"),
        (["--biuld", "bench"], "unknown argument '--biuld'"),
        (["--build"], "--build lacks its value"),
    ],
)
def test_wrong_arguments_are_one_line_and_exit_2(machine: Machine, arguments: list[str], place: str) -> None:
    (machine.root / "CMakePresets.json").write_text('{"configurePresets": [{"name": "bench"}]}')

    done = machine.run("scripts/setup", *arguments)

    assert done.returncode == 2
    assert place in done.stderr and done.stderr.count("\n") == 1
    assert not (machine.root / "build").exists()


def test_no_package_stands_twice_in_the_list(packages: Packages) -> None:
    everything = packages("build", "python", "test", "browser", "lint", "machine")

    assert len(everything) == len(set(everything)) > 20


def test_npm_fetches_the_wanted_version_once_into_the_build_folder(machine: Machine, packages: Packages) -> None:
    machine.dpkg_knows(*packages("browser"))
    name, _, version = packages("npm")[0].rpartition("@")
    machine.command(
        "npm",
        'echo "$*" >>"$HOME/calls"; mkdir -p "$3/node_modules/' + name + '"; '
        f'echo \'{{"version": "{version}"}}\' >"$3/node_modules/{name}/package.json"',
    )

    first, again = (machine.run("scripts/setup", "--need", "browser") for _ in range(2))

    assert (first.returncode, again.returncode) == (0, 0), first.stderr
    calls = (machine.root / "calls").read_text("utf-8").splitlines()
    assert len(calls) == 1 and calls[0].startswith(f"install --prefix {machine.root}/build/npm --ignore-scripts")
    assert calls[0].endswith(f"{name}@{version}")


def test_an_older_npm_package_is_fetched_anew(machine: Machine, packages: Packages) -> None:
    machine.dpkg_knows(*packages("browser"))
    machine.command("npm", 'echo "$*" >>"$HOME/calls"')
    old = machine.root / "build" / "npm" / "node_modules" / packages("npm")[0].partition("@")[0]
    old.mkdir(parents=True)
    (old / "package.json").write_text('{"version": "0.0.1"}', "utf-8")

    assert machine.run("scripts/setup", "--need", "browser").returncode == 0
    assert (machine.root / "calls").exists()


@pytest.mark.parametrize("npm", ["", "echo 'no network'; exit 1"], ids=["no npm", "npm fails"])
def test_without_npm_packages_the_work_goes_on_and_says_so(machine: Machine, packages: Packages, npm: str) -> None:
    machine.dpkg_knows(*packages("browser"))
    if npm:
        machine.command("npm", npm)

    done = machine.run("scripts/setup", "--need", "browser")

    assert done.returncode == 0
    assert "going on without" in done.stderr and done.stderr.count("\n") == 1


def test_npm_is_left_alone_unless_the_browser_is_wanted(machine: Machine, packages: Packages) -> None:
    machine.dpkg_knows(*packages("build", "python"))
    machine.command("npm", 'echo "$*" >>"$HOME/calls"')

    assert machine.run("scripts/setup").returncode == 0
    assert machine.run("scripts/setup", "--need", "browser", TUSSLE_NO_INSTALL="1").returncode == 0
    assert not (machine.root / "calls").exists()
