"""Does scripts/setup --build configure only when needed, and show what failed?"""

import os

import pytest

from scripts.tests.conftest import Machine

CMAKE = """
echo "$*" >>"$HOME/calls"
case $1 in
  --preset)
    mkdir -p "$HOME/build/$2"
    echo "CMAKE_HOME_DIRECTORY:INTERNAL=${SOURCE:-$HOME}" >"$HOME/build/$2/CMakeCache.txt"
    touch "$HOME/build/$2/build.ninja"
    ;;
  --build) printf '%b' "$NINJA"; exit "${CODE:-0}" ;;
esac
"""


@pytest.fixture
def builder(machine: Machine) -> Machine:
    """A machine whose cmake notes its calls and says what the test wants."""
    machine.command("cmake", CMAKE)
    (machine.root / "CMakePresets.json").write_text('{"configurePresets": [{"name": "bench"}]}')
    return machine


def build(machine: Machine, **variables: str) -> tuple[int, str]:
    done = machine.run("scripts/setup", "--build", "bench", TUSSLE_NO_INSTALL="1", TUSSLE_JOBS="2", **variables)
    return done.returncode, done.stderr


def calls(machine: Machine) -> list[str]:
    return [line.split()[0] for line in (machine.root / "calls").read_text().splitlines()]


def test_configures_once_and_says_nothing_when_nothing_was_compiled(builder: Machine) -> None:
    assert build(builder, NINJA="[1/2] Building CXX a.o\\n[2/2] Linking CXX a\\n")[0] == 0

    code, said = build(builder, NINJA="[1/1] Noting the commit\\n")

    assert (code, said) == (0, "")
    assert calls(builder) == ["--preset", "--build", "--build"]
    assert "Linking" in (builder.root / "build/bench/build.log").read_text()


def test_configures_again_when_the_presets_changed(builder: Machine) -> None:
    build(builder)
    (builder.root / "build/bench/.configured").touch()
    presets = builder.root / "CMakePresets.json"
    os.utime(presets, (2**31, 2**31))
    build(builder)

    assert calls(builder) == ["--preset", "--build", "--preset", "--build"]


def test_a_moved_checkout_is_configured_afresh(builder: Machine) -> None:
    build(builder, SOURCE="/elsewhere")
    build(builder)

    assert "--preset bench --fresh" in (builder.root / "calls").read_text()


def test_a_failing_build_shows_what_failed_and_exits_2(builder: Machine) -> None:
    text = "[1/2] Building CXX fine.o\\nFAILED: broken.o\\nbroken.cc:1: error: no\\n"

    code, said = build(builder, NINJA=text, CODE="1")

    assert code == 2
    assert "broken.cc:1: error: no" in said and "fine.o" not in said
    assert "building bench failed" in said.splitlines()[-1]
    assert "fine.o" in (builder.root / "build/bench/build.log").read_text()
