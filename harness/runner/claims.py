"""What does what is taught of the primitives come to, when it is put to the test?"""

import argparse
import subprocess
from pathlib import Path

from harness.runner import binary, directory, exit_codes
from harness.runner.process import signal_name
from harness.runner.trouble import Trouble, reason

TARGET = "tussle_claims"
BUILD = "bench"
EPILOG = (
    "A claim is supported, refuted, inconclusive or not tested, by a threshold that was set before. Ends with 3 when"
    " one comes to what it comes to nowhere else, and with 4 when some evidence could not be taken."
)
ANSWERS = (exit_codes.OK, exit_codes.USAGE, exit_codes.BROKEN, exit_codes.INCOMPLETE)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `claims`."""
    add = parser.add_argument
    add("--list", action="store_true", help="only print the claims and what decides them")
    add("--filter", metavar="REGEX", default="", help="only claims whose id it is found in")
    add("--out", metavar="DIR", help="write here; must be empty or not exist")
    add("--binary", metavar="PATH", help="run this binary instead of the built one")


def main(root: Path, asked: argparse.Namespace) -> int:
    """Carries out one call of `claims`; returns the exit code."""
    directory.check_free(asked.out, root)
    path = binary.find(root, BUILD, asked.binary, target=TARGET)
    if asked.list:
        return _start([str(path), "--list", "--filter", asked.filter])
    with directory.fresh(asked.out, root, "claims") as results:
        record = results.path / "claims.json"
        code = _start([directory.shown(path), "--filter", asked.filter, "--json", str(record)])
        if record.is_file():
            print(directory.shown(_rendered(results.path)))
    return code


def _start(command: list[str]) -> int:
    """Runs the program, whose text goes where ours goes; returns its exit code."""
    try:
        ended = subprocess.run(command, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise Trouble(f"cannot be started ({reason(error)})", "rebuild it", command[0]) from error
    if ended.returncode in ANSWERS:
        return ended.returncode
    how = signal_name(-ended.returncode) if ended.returncode < 0 else f"exit {ended.returncode}"
    raise Trouble(f"the evidence ended with {how}", "see the lines above", command[0], code=exit_codes.BROKEN)


def _rendered(results: Path) -> Path:
    from reports import claims

    return claims.render(results)
