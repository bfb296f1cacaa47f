"""Can another project use what is installed, and nothing but that, from wherever it was moved to?"""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "bench"
# A mode compiles primitives, harness and workloads once more, for minutes. The one of chaos has the sources of tsan and
# flags of its own: every run compiles the own subject in it, and TUSSLE_WHOLE_PACKAGE=1 all of it.
WHOLE = os.environ.get("TUSSLE_WHOLE_PACKAGE") == "1"
MODES = ("bench", "tsan", *(("chaos",) if WHOLE else ()))
Done = subprocess.CompletedProcess[str]


def execute(*command: str | Path, cwd: Path | None = None, **variables: str) -> Done:
    """Runs a command to its end, with no input."""
    # How Python is set up here must not decide whether the installed command keeps its folder clean.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(command, cwd=cwd, env={**inherited, **variables}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False, timeout=1800)


def files_of(folder: Path) -> dict[str, int]:
    """Every file below a folder, and when it was last written."""
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*")}


@dataclass(frozen=True)
class Place:
    """An installed Tussle that was moved after its installation, and room for projects beside it."""

    folder: Path

    @property
    def prefix(self) -> Path:
        return self.folder / "moved"

    def configure(self, source: Path, *options: str) -> Done:
        """Configures a project against the installed package."""
        return execute("cmake", "-G", "Ninja", "-S", source, "-B", source / "build",
                       f"-DCMAKE_PREFIX_PATH={self.prefix}", *options)

    def build(self, source: Path, *targets: str) -> Done:
        """Builds targets of a configured project; what another folder compiled is found by ccache."""
        return execute("ninja", "-C", source / "build", *targets, CCACHE_BASEDIR=str(self.folder),
                       CCACHE_NOHASHDIR="1")

    def tussle(self, *arguments: str | Path) -> Done:
        """Types a command of the installed Tussle, which must leave its folder as it is."""
        before = files_of(self.prefix)
        done = execute(self.prefix / "bin" / "tussle", *arguments, cwd=self.folder)
        assert files_of(self.prefix) == before
        return done


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    if not (BUILD / "primitives" / "libtussle_primitives.a").exists():
        pytest.skip("build/bench is not built: scripts/test builds it")
    folder = tmp_path_factory.mktemp("package")
    done = execute("cmake", "--install", BUILD, "--prefix", folder / "first")
    assert done.returncode == 0, done.stderr
    return Place((folder / "first").rename(folder / "moved").parent)


@pytest.fixture(scope="module")
def example(place: Place) -> Path:
    """The example project, configured."""
    source = place.folder / "example"
    shutil.copytree(ROOT / "examples" / "own_subject", source)
    done = place.configure(source, "-DCMAKE_CXX_COMPILER_LAUNCHER=" + (shutil.which("ccache") or ""))
    assert done.returncode == 0, done.stderr
    return source


@pytest.fixture(scope="module")
def programs(place: Place, example: Path) -> Path:
    """Where the programs of the example project are, once built."""
    done = place.build(example, *(f"own_lock_{mode}" for mode in MODES))
    assert done.returncode == 0, done.stdout
    return example / "build"


def test_nothing_that_is_installed_names_a_folder_of_the_build(place: Place) -> None:
    named = [str(ROOT).encode(), str(place.folder / "first").encode()]
    files = [path for path in place.prefix.rglob("*") if path.is_file()]

    assert len(files) > 100
    assert [path for path in files if any(name in path.read_bytes() for name in named)] == []


def test_a_program_uses_an_atom(place: Place, example: Path) -> None:
    done = place.build(example, "app")
    assert done.returncode == 0, done.stdout

    assert execute(example / "build" / "app").stdout == "4000 visits\n"


def test_the_own_subject_stands_in_every_workload_of_its_role_beside_all_others(programs: Path) -> None:
    for mode in MODES:
        catalog = json.loads(execute("setarch", "-R", programs / f"own_lock_{mode}", "--catalog").stdout)

        by_subject = {name: {case["workload"] for case in catalog["cases"] if case["subject"] == name}
                      for name in ("own_lock", "mutex", "atom")}
        fitting = {each["name"] for each in catalog["workloads"] if each["role"] in ("cell", "counter")}
        assert catalog["mode"] == mode
        assert by_subject["own_lock"] == fitting
        assert by_subject["mutex"] and by_subject["atom"]


def test_a_measuring_program_is_optimised_whatever_the_project_is_and_says_which_tussle_it_has(programs: Path) -> None:
    build = json.loads(execute(programs / "own_lock_bench", "--catalog").stdout)["build"]

    version = re.search(r"project\(tussle VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())
    assert version is not None and build["libraries"]["tussle"] == version[1]
    assert "-O3" in build["flags"].split()


def test_the_installed_command_measures_reports_and_compares(place: Place, programs: Path) -> None:
    binary = programs / "own_lock_bench"

    listed = place.tussle("list", "subjects", "--binary", binary)
    ran = place.tussle("run", "smoke", "--binary", binary)
    again = place.tussle("run", "smoke", "--binary", binary, "--out", "again", "--subjects", "own_lock,mutex")

    assert re.search("^own_lock ", listed.stdout, re.MULTILINE), listed.stderr
    assert (ran.returncode, ran.stdout) == (0, "results/latest/report.html\n"), ran.stderr
    summary = json.loads((place.folder / "results/latest/summary.json").read_text())
    states = {row["subject"]: row["state"] for row in summary["cases"]}
    assert states["own_lock"] == states["atom"] == states["mutex"] == "ok"
    assert states["load_then_reset"] == "broken"
    assert "own_lock" in (place.folder / "results/latest/report.html").read_text()
    assert again.returncode == 0, again.stderr

    rendered = place.tussle("report", "again")
    compared = place.tussle("compare", "latest", "again")

    assert (rendered.returncode, rendered.stdout) == (0, "again/report.html\n"), rendered.stderr
    assert "own_lock" in compared.stdout, compared.stderr


def test_the_own_subject_compiles_in_chaos(place: Place, example: Path) -> None:
    done = place.build(example, "CMakeFiles/own_lock_chaos.dir/tussle/own_lock_main.cc.o")

    assert done.returncode == 0, done.stdout


def test_the_installed_command_judges_stress(place: Place, programs: Path) -> None:
    # Both are the same sources with the same options; the own one has one more subject.
    binary, subject = ((programs / "own_lock_chaos", "own_lock") if WHOLE else
                       (ROOT / "build" / "chaos" / "bin" / "tussle_bench", "mutex"))
    if not binary.exists():
        pytest.skip("build/chaos is not built: scripts/test builds it")

    stress = place.tussle("stress", "--binary", binary, "--out", "stress", "--subjects", subject,
                          "--seed", "1", "--runs", "5")

    assert stress.returncode == 0, stress.stderr
    assert (place.folder / "stress" / "summary.json").exists()


def test_the_installed_command_judges_races(place: Place, programs: Path) -> None:
    options = ("--subjects", "own_lock,plain_int")
    race = place.tussle("race", "smoke", "--binary", programs / "own_lock_tsan", "--out", "race", *options)

    assert race.returncode == 0, race.stderr
    races = json.loads((place.folder / "race/summary.json").read_text())["races"]
    assert [found["subjects"] for found in races] == [["plain_int"]]
    # The tree of Tussle and the own project are both told relative to their roots.
    places = {frame["file"] for found in races for stack in stacks_of(found) for frame in stack}
    assert "workloads/planted/plain_int.h" in places
    assert not [file for file in places if str(place.folder) in str(file)]


def stacks_of(race: object) -> list[list[dict[str, object]]]:
    """Every list of frames in a race record, wherever it is."""
    if isinstance(race, list):
        if race and all(isinstance(each, dict) and "file" in each for each in race):
            return [race]
        return [stack for each in race for stack in stacks_of(each)]
    return [stack for each in race.values() for stack in stacks_of(each)] if isinstance(race, dict) else []


@pytest.mark.parametrize(("arguments", "words"), [
    (("run", "smoke"), "this copy of tussle is installed and builds nothing, so it has no bench binary"),
    (("setup",), "this copy is installed and has nothing to set up"),
    (("run", "smoke", "--binary", "nowhere"), "there is no such binary"),
])
def test_the_installed_command_refuses_in_one_line_what_needs_a_build(
        place: Place, arguments: tuple[str, ...], words: str) -> None:
    done = place.tussle(*arguments)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert words in done.stderr


def test_the_installed_doctor_misses_no_build(place: Place) -> None:
    done = place.tussle("doctor", "--json")

    findings = json.loads(done.stdout)["findings"]
    assert not [finding for finding in findings if "scripts/" in finding["mend"]]


OWN_LOCK = (ROOT / "examples" / "own_subject" / "own_lock.h").read_text("utf-8")
DISABLE = "-DCMAKE_DISABLE_FIND_PACKAGE_"


@pytest.fixture(scope="module")
def wrong(place: Place) -> Path:
    """A project of one line; made once, because a compiler is looked for once a folder."""
    source = place.folder / "wrong"
    source.mkdir()
    (source / "own_lock.h").write_text(OWN_LOCK)
    return source


def configured(place: Place, source: Path, line: str, *options: str) -> Done:
    """Configures the project with another line."""
    (source / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(wrong LANGUAGES CXX)\n"
        f"find_package(tussle REQUIRED)\n{line}\n")
    usual = [f"{DISABLE}absl=OFF", f"{DISABLE}benchmark=OFF", "-DCMAKE_CXX_FLAGS="]
    return place.configure(source, *usual, *options)


@pytest.mark.parametrize(("line", "options", "words"), [
    ("tussle_add_subject(own_lock own_lock.h cells)", (),
     "tussle_add_subject(own_lock): there is no role 'cells': use counter or cell or map or"),
    ("tussle_add_subject(own_lock other_lock.h cell)", (), "other_lock.h: correct the second argument"),
    ("tussle_add_subject(Own-Lock own_lock.h cell)", (), "the name must be of a-z, 0-9 and _"),
    ("tussle_add_subject(own_lock own_lock.h cell MODES fast)", (),
     "there is no mode 'fast': use bench or chaos or tsan"),
    ("tussle_add_subject(own_lock own_lock.h cell MODE bench)", (), "unknown argument 'MODE"),
    ("tussle_add_subject(own_lock own_lock.h cell)", (f"{DISABLE}benchmark=ON",),
     "missing libraries: apt-get install libbenchmark-dev"),
    ("tussle_add_subject(own_lock own_lock.h cell)", ("-DCMAKE_CXX_FLAGS=-fsanitize=thread",),
     "this project is compiled with a sanitizer"),
    ("", (f"{DISABLE}absl=ON",), "missing libraries: apt-get install libabsl-dev"),
])
def test_what_cannot_be_configured_is_refused_with_its_mend(
        place: Place, wrong: Path, line: str, options: tuple[str, ...], words: str) -> None:
    done = configured(place, wrong, line, *options)

    assert done.returncode != 0
    assert words in " ".join(done.stderr.split())


def test_the_roles_of_the_function_are_those_of_the_harness(place: Place, wrong: Path, programs: Path) -> None:
    refused = configured(place, wrong, "tussle_add_subject(own_lock own_lock.h none)").stderr
    catalog = json.loads(execute(programs / "own_lock_bench", "--catalog").stdout)

    offered = re.search(r"role 'none':\s+use ([a-z_ \n]+)\n", refused)
    assert offered is not None
    known = [role["name"] for role in catalog["roles"]]
    # CMake wraps the line wherever it is full, also beside an "or".
    assert [word for word in offered[1].split() if word != "or"] == known
    assert {path.stem for path in (ROOT / "workloads" / "own_roles").glob("*.h")} == set(known)


@pytest.mark.parametrize(("role", "right", "wrong_words", "lack"), [
    ("cell", "using cell =", "using call =", "role cell: the subject lacks template <typename T> class cell"),
    ("cell", " info()", " information()", "the subject lacks static tussle::harness::subject_info info()"),
    ("cell", "tussle::workloads::subjects::locked_cell<T, patient_lock>", "std::atomic<T>",
     "role cell: class cell lacks template <typename F> void update(F f)"),
    ("counter", "using cell =", "using call =", "role counter: the subject lacks class counter"),
    ("map", "using cell =", "using call =", "role map: the subject lacks template <typename Key> class map"),
    ("sequence", "using cell =", "using call =", "role sequence: the subject lacks class sequence"),
    ("metrics", "using cell =", "using call =", "role metrics: the subject lacks class metrics"),
    ("configuration", "using cell =", "using call =", "role configuration: the subject lacks class configuration"),
    ("logger_registry", "using cell =", "using call =", "role logger_registry: the subject lacks class registry"),
    ("one_shot", "using cell =", "using call =", "role one_shot: the subject lacks class shot"),
])
def test_a_header_that_lacks_what_the_role_needs_is_told_so_in_one_line(
        place: Place, wrong: Path, role: str, right: str, wrong_words: str, lack: str) -> None:
    assert right in OWN_LOCK
    (wrong / "lacking.h").write_text(OWN_LOCK.replace(right, wrong_words))
    done = configured(place, wrong, f"tussle_add_subject(lacking lacking.h {role} TYPE own_lock MODES bench)")
    assert done.returncode == 0, done.stderr

    built = place.build(wrong, "CMakeFiles/lacking_bench.dir/tussle/lacking_main.cc.o")

    errors = [line for line in built.stdout.splitlines() if "error: " in line]
    assert built.returncode != 0
    assert len(errors) == 1 and f"tussle: {lack}" in errors[0], built.stdout


def test_only_the_build_that_measures_is_installed(tmp_path: Path) -> None:
    other = ROOT / "build" / "tsan"
    if not (other / "cmake_install.cmake").exists():
        pytest.skip("build/tsan is not configured: scripts/test does it")

    done = execute("cmake", "--install", other, "--prefix", tmp_path)

    assert done.returncode != 0 and "a build in mode tsan is not installed" in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []
