"""What is said, in one line, when the input is bad?"""

import contextlib
import difflib
import os
import sys
from collections.abc import Iterable

from harness.runner import exit_codes

NEAREST_SHOWN = 3


class Trouble(Exception):
    """Ends the command with one line `tussle: <what> in <place>: <mend>` and an exit code."""

    def __init__(
        self, what: str, mend: str, place: str = "", code: int = exit_codes.USAGE
    ) -> None:
        where = f" in {place}" if place else ""
        super().__init__(" ".join(f"{what}{where}: {mend}".split()))
        self.code = code


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Returns the known names that look most like `name`, best first."""
    return difflib.get_close_matches(name, list(known), n=NEAREST_SHOWN, cutoff=0.5)


def offer(name: str, known: Iterable[str]) -> str:
    """Returns a mend for an unknown name: the nearest ones, or all when none is near."""
    names = list(known)
    near = nearest(name, names)
    if near:
        return "did you mean " + " or ".join(near) + "?"
    return ("known are " + ", ".join(names)) if names else "there are none"


def unknown(kind: str, name: str, known: Iterable[str], place: str = "") -> Trouble:
    """Returns the trouble with a name that nobody knows."""
    return Trouble(f"unknown {kind} '{name}'", offer(name, known), place)


def reason(error: OSError) -> str:
    """Returns what the operating system had against it, in lower case."""
    return (error.strerror or str(error)).lower()


def say(text: str) -> None:
    """Tells people something, in a line on stderr: stdout is for data."""
    with contextlib.suppress(BrokenPipeError):  # nobody listens any more: the exit code remains
        print(f"tussle: {text}", file=sys.stderr, flush=True)


def forget_reader() -> None:
    """Sends stdout nowhere, after its reader went away as `head` does."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
