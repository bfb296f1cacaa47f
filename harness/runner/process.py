"""How is one process started, waited for without waking up, and ended with all it started?"""

import contextlib
import os
import select
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from harness.runner.guardian import Guardian, end_with_parent

GRACE_S = 5.0  # how long a killed group may take to go
LOOK_EVERY_S = 0.05


@dataclass(frozen=True)
class Ending:
    """How a process ended. `exit_code` is None when it was ended by a signal."""

    exit_code: int | None
    signal: str | None
    timed_out: bool
    interrupted: bool
    seconds: float


def run(
    command: list[str],
    scratch: Path,
    timeout: float,
    wake_up: int | None = None,
    guardian: Guardian | None = None,
) -> Ending:
    """Runs a command in a process group of its own, its output in files below `scratch`.

    Ends the whole group after `timeout` seconds, or as soon as `wake_up` becomes readable.
    When this process is killed, the command dies with it; a guardian ends the rest of the group.
    Raises OSError when the command cannot be started.
    """
    started = time.monotonic()
    process = _start(command, scratch, guardian)
    finished, interrupted = False, False
    try:
        finished, interrupted = _wait(process, timeout, wake_up)
    finally:
        _end_group(process)
        if guardian:
            guardian.forgets()
    seconds = time.monotonic() - started
    code = -signal.SIGKILL if process.returncode is None else process.returncode
    return Ending(
        exit_code=code if finished and code >= 0 else None,
        signal=signal_name(-code) if code < 0 else None,
        timed_out=not finished and not interrupted,
        interrupted=interrupted and not finished,
        seconds=seconds,
    )


def _start(
    command: list[str], scratch: Path, guardian: Guardian | None
) -> subprocess.Popen[bytes]:
    # Files, not pipes: a grandchild that keeps a pipe open cannot keep us waiting.
    with open(scratch / "stdout", "wb") as out, open(scratch / "stderr", "wb") as err:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=scratch,
            process_group=0,
            preexec_fn=guardian.announces() if guardian else end_with_parent,
        )


def signal_name(number: int) -> str:
    """Returns SIGSEGV for 11, and so on."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _wait(
    process: subprocess.Popen[bytes], timeout: float, wake_up: int | None
) -> tuple[bool, bool]:
    """Returns (finished, interrupted).

    Why a pidfd: Popen.wait(timeout) polls up to 20 times a second, on a core that is measured.
    """
    try:
        child = os.pidfd_open(process.pid)
    except OSError:  # kernels before 5.3, some sandboxes
        return _wait_by_looking(process, timeout, wake_up)
    try:
        poll = select.poll()
        poll.register(child, select.POLLIN)
        if wake_up is not None:
            poll.register(wake_up, select.POLLIN)
        ready = {handle for handle, _ in poll.poll(timeout * 1000)}
    finally:
        os.close(child)
    return child in ready, wake_up in ready


def _wait_by_looking(
    process: subprocess.Popen[bytes], timeout: float, wake_up: int | None
) -> tuple[bool, bool]:
    """Returns (finished, interrupted) where the kernel has no handles for processes."""
    end = time.monotonic() + timeout
    handles = [] if wake_up is None else [wake_up]
    while time.monotonic() < end:
        if process.poll() is not None:
            return True, False
        if select.select(handles, [], [], LOOK_EVERY_S)[0]:
            return False, True
    return False, False


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Kills what is left of the group and reaps the process."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):  # stuck in the kernel: go on without it
        process.wait(GRACE_S)
