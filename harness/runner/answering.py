"""How is a program run whose text and verdict become ours?"""

import subprocess
from pathlib import Path

from harness.runner import exit_codes
from harness.runner.process import signal_name
from harness.runner.trouble import Trouble, reason

ANSWERS = (exit_codes.OK, exit_codes.USAGE, exit_codes.BROKEN, exit_codes.INCOMPLETE)


def run(path: Path | str, options: list[str], what: str) -> int:
    """Runs the program, whose text goes where ours goes; returns its exit code.

    Another ending (a crash, a sanitizer's report) is a finding of its own: `what` must not do that.
    """
    try:
        ended = subprocess.run([str(path), *options], stdin=subprocess.DEVNULL)
    except OSError as error:
        raise Trouble(f"cannot be started ({reason(error)})", "rebuild it", str(path)) from error
    if ended.returncode in ANSWERS:
        return ended.returncode
    how = signal_name(-ended.returncode) if ended.returncode < 0 else f"exit {ended.returncode}"
    raise Trouble(f"{what} ended with {how}", "see the lines above", str(path), code=exit_codes.BROKEN)
