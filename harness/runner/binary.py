"""Which binary answers, how is it started, and what does it say it can do?"""

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.runner import catalog, exit_codes, process
from harness.runner.guardian import Guardian
from harness.runner.process import Ending
from harness.runner.trouble import Trouble, reason

CATALOG_TIMEOUT_S = 60.0
TARGET = "tussle_bench"  # the tests are built by scripts/test
STDERR_KEPT = 64 * 1024
# What gcc's and clang's runtimes say when the address space is laid out too widely for them.
CANNOT_START = (
    "unexpected memory mapping",
    "FATAL: ThreadSanitizer",
    "Shadow memory range interleaves with an existing memory mapping",
    "failed to set personality",  # setarch itself, where a container forbids it
)

RACE_REPORT = b"WARNING: ThreadSanitizer"


@dataclass
class Launcher:
    """Starts one binary; remembers once address randomisation had to be switched off.

    Why only a sanitizer build is started twice, and after a death without words only while nothing
    has come up yet: anything else that dies is a crash, and a second try would hide it.
    """

    path: Path
    mode: str | None = None  # None: only its catalog will tell
    fixed_addresses: bool = False
    proven: bool = False  # it came up with randomised addresses
    notice: Callable[[str], None] = field(default=lambda _: None)
    guardian: Guardian | None = None  # ends what is left when this process is killed

    @property
    def scratch(self) -> Path | None:
        """Returns the folder for scratch folders; None where the system's will do."""
        return self.guardian.scratch if self.guardian else None

    def command(self, arguments: list[str], preload: str | None = None) -> list[str]:
        """Returns the whole command line; `preload` is a library that comes first in it."""
        prefix = ["setarch", "-R"] if self.fixed_addresses else []
        if preload:
            prefix += ["env", f"LD_PRELOAD={preload}"]
        return [*prefix, str(self.path), *arguments]

    def start(
        self,
        arguments: list[str],
        scratch: Path,
        timeout: float,
        wake_up: int | None = None,
        preload: str | None = None,
    ) -> Ending:
        """Runs the binary; when it did not come up, once more with fixed addresses."""
        ending = self._run(arguments, scratch, timeout, wake_up, preload)
        if self.fixed_addresses or not self._is_worth_another_try(ending, scratch):
            self.proven = self.proven or (not self.fixed_addresses and ending.exit_code == 0)
            return ending
        self.fixed_addresses = True
        ending = self._run(arguments, scratch, timeout, wake_up, preload)
        if did_not_start(ending, scratch):
            self.fixed_addresses = False
        else:
            self.notice("the binary starts only with address randomisation off (setarch -R)")
        return ending

    def _run(
        self,
        arguments: list[str],
        scratch: Path,
        timeout: float,
        wake_up: int | None,
        preload: str | None,
    ) -> Ending:
        command = self.command(arguments, preload)
        return process.run(command, scratch, timeout, wake_up, self.guardian)

    def _is_worth_another_try(self, ending: Ending, scratch: Path) -> bool:
        """Tells whether fixed addresses may be what a process lacked."""
        if self.mode == "bench" or not did_not_start(ending, scratch):
            return False
        said_so = refused_to_start(scratch)
        return (said_so or not self.proven) and shutil.which("setarch") is not None


def did_not_start(ending: Ending, scratch: Path) -> bool:
    """Tells whether a process died before it did anything: by its words, or without any."""
    if ending.exit_code == 0 or ending.timed_out or ending.interrupted:
        return False
    if refused_to_start(scratch):
        return True
    left = sum(path.stat().st_size for path in scratch.iterdir() if path.is_file())
    return ending.signal is not None and left == 0


def refused_to_start(scratch: Path) -> bool:
    """Tells whether the sanitizer said that it cannot start."""
    return any(words in stderr_tail(scratch) for words in CANNOT_START)


def reported_races(scratch: Path) -> bool:
    """Tells whether the sanitizer reported a race on stderr, however much was said after it."""
    with open(scratch / "stderr", "rb") as stream:
        return any(RACE_REPORT in line for line in stream)


def stderr_tail(scratch: Path) -> str:
    """Returns the end of what the process said on stderr."""
    with open(scratch / "stderr", "rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - STDERR_KEPT))
        return stream.read().decode("utf-8", "replace")


def find(
    root: Path, mode: str, given: str | None, as_it_is: bool = False, target: str = TARGET
) -> Path:
    """Returns the binary to use: the given one, or the built one after bringing it up to date.

    `as_it_is` leaves a binary alone that is there, and builds only what is missing.
    """
    if given is not None:
        path = Path(given).absolute()
        if not path.is_file():
            raise Trouble("there is no such binary", "check --binary", given)
        return path
    path = built(root, mode, target)
    if as_it_is and path.is_file():
        return path
    build(root, mode, target)
    if not path.is_file():
        raise Trouble(
            f"the {mode} build left no binary", f"run scripts/setup --build {mode}", str(path)
        )
    return path


def built(root: Path, mode: str, target: str = TARGET) -> Path:
    """Returns where the build puts the binary of a mode."""
    return root / "build" / mode / "bin" / target


def is_checkout(root: Path) -> bool:
    """Tells whether there is something to build, as there is not where tussle is installed."""
    return (root / "CMakeLists.txt").is_file()


def build(root: Path, mode: str, target: str = TARGET) -> None:
    """Builds what is out of date; all that the build says goes to stderr."""
    if not is_checkout(root):
        what = f"this copy of tussle is installed and builds nothing, so it has no {mode} binary"
        raise Trouble(what, "name one that tussle_add_subject made: --binary PATH")
    setup = root / "scripts" / "setup"
    command = [str(setup), "--build", mode, "--target", target]
    try:
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=2)
    except OSError as error:
        raise Trouble(
            f"cannot be started ({reason(error)})", "restore it", "scripts/setup"
        ) from error
    if ended.returncode != 0:
        mend = "see the lines above, then try again"
        code = ended.returncode if ended.returncode > 0 else exit_codes.INCOMPLETE
        raise Trouble(f"the {mode} build failed", mend, code=code)


def ask(launcher: Launcher) -> catalog.Catalog:
    """Returns the catalog of a binary; this is also the proof that it starts here."""
    source = str(launcher.path)
    with tempfile.TemporaryDirectory(prefix="tussle-") as folder:
        scratch = Path(folder)
        try:
            ending = launcher.start(["--catalog"], scratch, CATALOG_TIMEOUT_S)
        except OSError as error:
            raise Trouble(
                f"cannot be started ({reason(error)})", "rebuild it", source
            ) from error
        if ending.exit_code != 0:
            raise _no_catalog(ending, scratch, source)
        text = (scratch / "stdout").read_text(encoding="utf-8", errors="replace")
    return catalog.parse(_decoded(text, source), source)


def _no_catalog(ending: Ending, scratch: Path, source: str) -> Trouble:
    if refused_to_start(scratch):
        return Trouble(
            "the sanitizer cannot start on this machine, so nothing was checked",
            start_advice(),
            source,
            code=exit_codes.INCOMPLETE,
        )
    said = stderr_tail(scratch).strip().splitlines()
    how = "timed out" if ending.timed_out else ending.signal or f"exit {ending.exit_code}"
    return Trouble(
        f"no catalog ({how}{'; ' + said[-1] if said else ''})",
        "rebuild it with scripts/setup",
        source,
        code=exit_codes.INCOMPLETE,
    )


def start_advice() -> str:
    """Returns what a person can do when the sanitizer does not come up even with setarch -R."""
    tried = "was tried" if shutil.which("setarch") else "is missing (package util-linux)"
    return (
        f"setarch -R {tried}; lower the address randomisation with"
        " 'sysctl vm.mmap_rnd_bits=28', or in a container allow personality(2)"
    )


def _decoded(text: str, source: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Trouble("the catalog is not JSON", "rebuild it with scripts/setup", source) from error


def sha256(path: Path) -> str:
    """Returns the hash of a file's bytes."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
