"""How is a runner killed, at a step of its choice or at any moment, and is the result still whole?

    PYTHONPATH=. python3 -m harness.runner.tests.killing [--kills 20] [--seed 7] [RUN OPTIONS]

kills runs at random until `--kills` have been, resumes each until it is done, compares it with a run
that nobody killed, and prints the log. RUN OPTIONS go to `tussle run`, such as `smoke --binary PATH`;
without them the fake binary runs.
"""

import argparse
import contextlib
import json
import os
import random
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from harness.runner import lock
from harness.runner.command_line import main
from harness.runner.guardian import end_with_parent
from harness.runner.tests.stage import TINY_PRESET, make_fake_binary, stand_in_for_reports

NO_STEP = 0
KILLED = -signal.SIGKILL
GONE_WITHIN_S = 60.0
CHANGES = ("os.rename", "os.mkdir", "os.symlink", "os.remove", "os.chmod", "os.truncate")
TIMES = {  # and how a run was called
    "manifest.json": ("created", "finished", "sessions", "run_id", "command"),
    "units": ("started", "seconds"),
    "env": ("captured", "load_average", "warnings"),
}


class Steps:
    """Counts what a process does to the disk below a folder, and kills it before the n-th step.

    An audit hook sees every step that there is, also those that are added later.
    """

    def __init__(self, below: Path, kill_before: int) -> None:
        self.count = 0
        self._below = str(below)
        self._kill_before = kill_before
        self._fsync = os.fsync

    def watch(self) -> None:
        """Begins to count; there is no way back in this process."""
        sys.addaudithook(self._see)
        os.fsync = self._sync  # type: ignore[assignment]

    def _see(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "subprocess.Popen" or (event in CHANGES and self._is_ours(*arguments)):
            self._step()
        if event == "open" and self._is_ours(arguments[0]) and arguments[2] & os.O_ACCMODE:
            self._step()

    def _sync(self, handle: int) -> None:
        self._fsync(handle)
        self._step()

    def _is_ours(self, *arguments: object) -> bool:
        paths = (os.fspath(a) for a in arguments if isinstance(a, str | os.PathLike))
        return any(str(path).startswith(self._below) for path in paths)

    def _step(self) -> None:
        self.count += 1
        if self.count == self._kill_before:
            os.kill(os.getpid(), signal.SIGKILL)


def start(arguments: Sequence[str], output: Path, steps: Steps | None = None) -> int:
    """Starts a command line in a process of its own; returns its process id."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 99
    try:
        end_with_parent()  # a test that is stopped leaves nothing running
        stream = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(stream, 1)
        os.dup2(stream, 2)
        lock.PATIENCE_S = GONE_WITHIN_S  # with what another one that was killed left behind
        if steps:
            steps.watch()
        code = main(arguments)
        sys.stdout.flush()
        if steps:
            (output.parent / "steps").write_text(str(steps.count))
    finally:
        os._exit(code)


def wait(pid: int) -> int:
    """Returns the exit code, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def kill_after(pid: int, seconds: float) -> int:
    """Kills a process after a time unless it ends before; returns how it ended."""
    handle = os.pidfd_open(pid)
    try:
        if not select.select([handle], [], [], seconds)[0]:
            os.kill(pid, signal.SIGKILL)
    finally:
        os.close(handle)
    return wait(pid)


def comes_to_be_gone(pid: int) -> bool:
    """Tells whether a process that was killed, maybe a moment ago, ends; to wait to be reaped will do."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], GONE_WITHIN_S)[0])
    finally:
        os.close(handle)


def still_there(binary: Path) -> list[int]:
    """Returns the processes that run a binary; those that were killed get a moment to go."""
    end = time.monotonic() + GONE_WITHIN_S
    while (found := list(_running(str(binary)))) and time.monotonic() < end:
        time.sleep(0.01)
    return found


def _running(binary: str) -> Iterator[int]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            # At the front, behind an interpreter at most: not as an option of the runner.
            if binary.encode() in path.read_bytes().split(b"\0")[:3]:
                yield int(path.parent.name)


def essence(run: Path) -> dict[str, Any]:
    """Returns all that a result directory holds, without times and without what only tells of them."""
    left_out = {"events.jsonl", ".lock", "report.html", "summary.json"}
    paths = [path for path in sorted(run.rglob("*")) if path.is_file()]
    found = {str(path.relative_to(run)): path for path in paths if path.name not in left_out}
    return {name: _timeless(name, path) for name, path in found.items()}


def _timeless(name: str, path: Path) -> Any:
    if path.suffix != ".json":
        return path.read_text(encoding="utf-8")
    record = json.loads(path.read_text(encoding="utf-8"))
    for key in TIMES.get(name.partition("/")[0], ()):
        record.pop(key, None)
    with contextlib.suppress(KeyError, TypeError):
        record["result"]["context"].pop("pid")
    with contextlib.suppress(KeyError):  # on some machines that of the moment
        record["cpu"].pop("mhz")
    return record


def shape(run: Path) -> dict[str, Any]:
    """Returns what even two runs of a real binary share: the plan, and which files there are."""
    found = essence(run)
    manifest = {k: v for k, v in found.pop("manifest.json").items() if k in ("plan", "seed")}
    return {"manifest": manifest, "files": sorted(found)}


def kill_and_resume(
    begin: Sequence[str],
    results: Path,
    kills: int,
    seed: int,
    compared: Callable[[Path], Any],
    say: Callable[[str], None],
) -> list[str]:
    """Kills runs at random until enough have been; returns what was wrong, nothing when all is well."""
    chance, output = random.Random(seed), results.parent / "output"
    began = time.monotonic()
    expected_code = wait(start(begin, output))
    usual = time.monotonic() - began
    expected = compared((results / "latest").resolve())
    say(f"a run that nobody kills: {usual:.2f} s, exit {expected_code}")
    wrong, killed = [], 0
    while killed < kills:
        code, run, more = _until_done(begin, results, kills - killed, chance, usual, say)
        killed += more
        same = compared(run) == expected and code == expected_code
        say(f"  done: {'the same as the run that nobody killed' if same else 'DIFFERENT'}")
        wrong += [] if same else [run.name]
    return wrong


def _until_done(
    begin: Sequence[str],
    results: Path,
    kills: int,
    chance: random.Random,
    usual: float,
    say: Callable[[str], None],
) -> tuple[int, Path, int]:
    """Begins a run and resumes it until it ends; returns its code, its place and how often it died."""
    before = set(os.listdir(results))
    command, code, killed = begin, KILLED, 0
    run = None
    while code == KILLED:
        delay = chance.uniform(0, usual) if killed < kills else 600
        code = kill_after(start(command, results.parent / "output"), delay)
        killed += code == KILLED
        fresh = sorted(results / name for name in set(os.listdir(results)) - before)
        run = next((path for path in fresh if (path / "manifest.json").exists()), None)
        kept = len(list((run / "units").glob("*.json"))) if run else 0
        word = f"kill {killed} after {delay:.3f} s" if code == KILLED else f"exit {code}"
        say(f"  {' '.join(command[:2]):<13} {word}: {kept} units in {run.name if run else 'none'}")
        command = [begin[0], "--resume", str(run)] if run else begin
    assert run is not None
    return code, run, killed


def _main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    asked, run_options = parser.parse_known_args(arguments)
    with tempfile.TemporaryDirectory(prefix="killing-") as name:
        folder = Path(name)
        os.environ["TUSSLE_RESULTS"] = str(folder / "results")
        sys.modules["reports"] = stand_in_for_reports()
        compared: Callable[[Path], Any] = shape
        binary = Path(run_options[-1] if run_options else folder / "fake_binary")
        if not run_options:
            compared = essence
            make_fake_binary(binary)
            (folder / "tiny.toml").write_text(TINY_PRESET)
            run_options = [str(folder / "tiny.toml"), "--blocks", "3", "--binary", str(binary)]
        begin = ["run", *run_options, "--seed", "11"]
        wrong = kill_and_resume(begin, folder / "results", asked.kills, asked.seed, compared, print)
        orphans = still_there(binary)
    print(f"{asked.kills} kills, {len(wrong)} results differ, {len(orphans)} processes left")
    return 1 if wrong or orphans else 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
