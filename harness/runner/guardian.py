"""Who ends what a runner left behind, when it was killed and could not do so itself?"""

import contextlib
import ctypes
import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

PR_SET_PDEATHSIG = 1
WIDTH = 4  # bytes of a process group on the pipe
NOBODY = 0
_libc = ctypes.CDLL(None, use_errno=True)


class Guardian:
    """A process that sleeps until the runner ends, however that happens.

    It then kills the process group of the unit that was running and removes the scratch folder.
    Each unit announces its group itself between fork and exec, so that there is no moment in
    which a unit runs unknown: the pipe ends for the guardian only when runner and unit let go.
    """

    def __init__(self) -> None:
        self.scratch = Path(tempfile.mkdtemp(prefix="tussle-"))
        reader, self._writer = os.pipe2(os.O_CLOEXEC)
        self._pid = os.fork()
        if self._pid == 0:
            _guard(reader, self._writer, self.scratch)
        os.close(reader)

    def __enter__(self) -> "Guardian":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._writer)
        os.waitpid(self._pid, 0)

    def announces(self) -> Callable[[], None]:
        """Returns what a unit does between fork and exec."""

        def announce() -> None:
            end_with_parent()
            self._say(os.getpid())

        return announce

    def forgets(self) -> None:
        """Says that the unit and all that it started are gone."""
        self._say(NOBODY)

    def _say(self, group: int) -> None:
        with contextlib.suppress(BrokenPipeError):  # a guardian that was killed ends no run
            os.write(self._writer, group.to_bytes(WIDTH, "little"))


def end_with_parent() -> None:
    """Lets this process be killed as soon as the one that started it is gone.

    Why beside the guardian: somebody may kill that one too.
    """
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _guard(reader: int, writer: int, scratch: Path) -> None:
    """The guardian's whole life. It keeps the run's lock: until it is done, nobody may go on."""
    try:
        os.setsid()  # Ctrl-C and whoever ends the runner's group do not mean us
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        os.close(writer)
        _let_go_of_streams()
        group = NOBODY
        while words := os.read(reader, WIDTH):
            group = int.from_bytes(words, "little")
        if group != NOBODY:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
        shutil.rmtree(scratch, ignore_errors=True)
    finally:
        os._exit(0)


def _let_go_of_streams() -> None:
    """A reader of our output must not wait for the guardian."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
