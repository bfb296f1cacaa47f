"""How does a rewritten source become the binary that must notice it, without a second build tree?

The mutated file lies in an overlay folder under its own path. Includes are written from the root of the
repository, so an overlay that is searched first wins. Only what includes the file is compiled again, with the
commands of the preset's build; all else comes from that build's libraries, which are linked after the new
objects: an archive's member is not taken when all that it defines is already there.
"""

import json
import re
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from harness.mutants.catalog import Detector
from harness.runner import exit_codes
from harness.runner.trouble import Trouble

JOBS = 2
# Compiling is most of what a mutant costs. Lines are enough for a stack, and none of the mutants is about arithmetic:
# without the checks for undefined behaviour the chaos build takes half as long.
# Simulated programs are so quick that the compiler need not try hard; no line of them is shown.
CHEAPER: dict[str, tuple[str, ...]] = {
    "chaos": ("-g1", "-fno-sanitize=undefined,float-cast-overflow"), "tsan": ("-g1",), "bench": (),
    "sim": ("-O1", "-g0"),
}
DETERMINED = ("bench", "sim")  # where nothing but the code gets into an object
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)
OBJECT_FOLDER = re.compile(r"CMakeFiles/([^/]+)\.dir/")
ERROR = re.compile(r"\b(?:error|undefined reference)\b")


class NotBuilt(Exception):
    """The compiler or the linker refused: the change is no mutant of a program."""


@dataclass(frozen=True)
class Step:
    """One entry of compile_commands.json."""

    source: str  # relative to the repository
    target: str
    command: tuple[str, ...]  # without source and output


@dataclass
class Sources:
    """Who includes whom, in the repository or an overlay; read once."""

    root: Path
    _seen: dict[str, frozenset[str]] = field(default_factory=dict)

    def needed_by(self, source: str) -> frozenset[str]:
        """Returns the file and all of ours that it includes, at any depth."""
        if source not in self._seen:
            found, left = {source}, [source]
            while left:
                path = self.root / left.pop()
                text = path.read_text(encoding="utf-8") if path.is_file() else ""
                fresh = {name for name in INCLUDE.findall(text) if (self.root / name).is_file()} - found
                found |= fresh
                left += fresh
            self._seen[source] = frozenset(found)
        return self._seen[source]


class Build:
    """The build tree of one preset."""

    def __init__(self, root: Path, preset: str, cheaper: tuple[str, ...] | None = None) -> None:
        self.root, self.preset, self.folder = root, preset, root / "build" / preset
        self.cheaper = CHEAPER[preset] if cheaper is None else cheaper
        self.sources = Sources(root)
        self.steps = [_step(entry, root) for entry in self._commands()]

    def _commands(self) -> list[dict[str, str]]:
        path = self.folder / "compile_commands.json"
        try:
            commands: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
            return commands
        except (OSError, json.JSONDecodeError) as error:
            mend = f"run cmake --preset {self.preset}"
            raise Trouble("the build is not configured", mend, f"build/{self.preset}") from error

    def link_command(self, target: str) -> list[str]:
        """Returns what links a target, paths relative to the build folder."""
        said = subprocess.run(["ninja", "-C", str(self.folder), "-t", "commands", f"bin/{target}"],
                              capture_output=True, text=True)
        lines = said.stdout.strip().splitlines()
        parts = [part for part in (lines[-1].split("&&") if lines else []) if " -o " in part]
        if said.returncode != 0 or not parts:
            raise Trouble(f"no target '{target}'", "name one of its tests", f"build/{self.preset}")
        return shlex.split(parts[0])

    def libraries(self, target: str) -> list[str]:
        """Returns our own libraries that a target is linked with, as paths in the build folder."""
        return list(dict.fromkeys(word for word in self.link_command(target)
                                  if word.endswith(".a") and not word.startswith("/")))

    def prepare(self, targets: set[str]) -> None:
        """Brings the libraries up to date."""
        wanted = sorted({library for target in targets for library in self.libraries(target)})
        ended = subprocess.run(["ninja", "-C", str(self.folder), f"-j{JOBS}", *wanted], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
        if ended.returncode != 0:
            raise Trouble(f"the {self.preset} build failed ({_first_error(ended.stdout)})", "mend it first",
                          f"build/{self.preset}")

    def step(self, source: str, target: str) -> Step:
        """Returns how a target compiles a source."""
        for step in self.steps:
            if (step.source, step.target) == (source, target):
                return step
        raise Trouble(f"{source} is not compiled for {target}", "see detectors.toml", f"build/{self.preset}")

    def steps_of_libraries(self, target: str) -> list[Step]:
        names = {re.sub(r"^lib|\.a$", "", Path(path).name) for path in self.libraries(target)}
        return [step for step in self.steps if step.target in names]


@dataclass(frozen=True)
class Product:
    """What a detector is asked with, and whether it is the same machine code as without the mutant."""

    binary: Path
    same_code: bool


def build(tree: Build, detector: Detector, folder: Path, mutated: str | None) -> Product:
    """Builds a detector's binary below `folder`, whose `overlay` may hold one mutated file.

    Without one this is the control, which must have been built first: what does not see the mutant is
    taken from there.
    """
    control = folder.parent / "control"
    own = [tree.step(source, detector.target) for source in detector.sources]
    linked = detector.kind != "zero_cost"
    changed = [step for step in own if mutated is None or mutated in tree.sources.needed_by(step.source)]
    if mutated is not None and linked:
        changed += [step for step in tree.steps_of_libraries(detector.target)
                    if mutated in tree.sources.needed_by(step.source)]
    with ThreadPoolExecutor(JOBS) as pool:
        fresh = list(pool.map(lambda step: _compile(tree, step, folder, mutated), changed))
    rest = [_object(control, tree, step) for step in own if step not in changed]
    same = mutated is not None and tree.preset in DETERMINED and _same(tree, changed, fresh, control)
    if not linked:
        return Product(fresh[0] if fresh else rest[0], same)
    binary = folder / f"{tree.preset}.{detector.name}"
    _run(_relinked(tree.link_command(detector.target), [*fresh, *rest], binary), tree.folder)
    return Product(binary, same)


def _step(entry: dict[str, str], root: Path) -> Step:
    words = shlex.split(entry["command"])
    # A compiler cache would be asked for what nobody compiles twice.
    start = next((i + 1 for i, word in enumerate(words) if Path(word).name == "ccache"), 0)
    output = words.index("-o")
    folder = OBJECT_FOLDER.search(words[output + 1])
    kept = [word for i, word in enumerate(words) if i >= start and i not in (output, output + 1)]
    kept = kept[: kept.index("-c")]
    return Step(str(Path(entry["file"]).relative_to(root)) if Path(entry["file"]).is_relative_to(root)
                else entry["file"], folder[1] if folder else "", tuple(kept))


def _object(folder: Path, tree: Build, step: Step) -> Path:
    return folder / "objects" / tree.preset / step.target / f"{step.source}.o"


def _compile(tree: Build, step: Step, folder: Path, mutated: str | None) -> Path:
    output = _object(folder, tree, step)
    if output.is_file() and (mutated is not None or _is_fresh(output, tree, step)):
        return output
    output.parent.mkdir(parents=True, exist_ok=True)
    overlay = folder / "overlay"
    source = overlay / step.source if step.source == mutated else tree.root / step.source
    compiler, *flags = step.command
    # A mutant may well leave something unused.
    _run([compiler, "-I", str(overlay), *flags, f"-ffile-prefix-map={overlay}/=", *tree.cheaper, "-w", "-c",
          str(source), "-o", str(output)], tree.folder)
    return output


def _is_fresh(output: Path, tree: Build, step: Step) -> bool:
    """Tells whether nothing that an object was compiled from is younger."""
    made = output.stat().st_mtime
    seen = [tree.folder / "compile_commands.json", *(tree.root / name for name in tree.sources.needed_by(step.source))]
    return all(path.stat().st_mtime < made for path in seen)


def _same(tree: Build, changed: list[Step], fresh: list[Path], control: Path) -> bool:
    """Tells whether everything that sees the mutant compiled to the same bytes as without it."""
    for step, path in zip(changed, fresh, strict=True):
        before = _compile(tree, step, control, None)
        if before.read_bytes() != path.read_bytes():
            return False
    return True


def _relinked(command: list[str], objects: list[Path], binary: Path) -> list[str]:
    output = command.index("-o")
    words = [word for i, word in enumerate(command) if i not in (output, output + 1)]
    first = next(i for i, word in enumerate(words) if word.endswith(".o"))
    kept = [word for word in words[first:] if not word.endswith(".o")]
    return [*words[:first], *map(str, objects), *kept, "-o", str(binary)]


def _run(command: list[str], folder: Path) -> None:
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if ended.returncode < 0:
        raise Trouble("the compiler was ended by a signal", "try again", command[-1], exit_codes.INCOMPLETE)
    if ended.returncode != 0:
        raise NotBuilt(_first_error(ended.stderr))


def _first_error(said: str) -> str:
    lines = [line.strip() for line in said.splitlines()]
    return next((line for line in lines if ERROR.search(line)), lines[-1] if lines else "it said nothing")[:300]
