"""Who writes into a result directory, when only one process may?"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from harness.runner.trouble import Trouble, reason

NAME = ".lock"
# What a killed runner left behind holds the lock until it is gone, which takes milliseconds.
PATIENCE_S = 2.0
LOOK_EVERY_S = 0.02


@contextlib.contextmanager
def held(folder: Path, shown: str) -> Iterator[None]:
    """Holds the folder for this process; raises in one line when another one does.

    The lock belongs to the open file and ends with the last process that has it open, so a kill
    leaves no lock behind. The file itself stays: removing it would let two in at once.
    """
    try:
        handle = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        mend = "make the directory writable"
        raise Trouble(f"cannot write results ({reason(error)})", mend, shown) from error
    try:
        _take(handle, shown)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


def _take(handle: int, shown: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > end:
                raise _taken(handle, shown) from None
        except OSError as error:
            what = f"cannot be locked ({reason(error)})"
            raise Trouble(what, "choose a file system that has flock", shown) from error
        time.sleep(LOOK_EVERY_S)


def _taken(handle: int, shown: str) -> Trouble:
    holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
    who = f"process {holder}" if holder else "another process"
    return Trouble(f"{who} is writing there", "wait until it ends, or stop it", shown)
