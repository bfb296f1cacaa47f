"""What does what is taught of the primitives come to, when it is put to the test?"""

import argparse
from pathlib import Path

from harness.runner import answering, binary, directory

TARGET = "tussle_claims"
BUILD = "bench"
EPILOG = (
    "A claim is supported, refuted, inconclusive or not tested, by a threshold that was set before. Ends with 3 when"
    " one comes to what it comes to nowhere else, and with 4 when some evidence could not be taken."
)


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
        return answering.run(path, ["--list", "--filter", asked.filter], "the evidence")
    with directory.fresh(asked.out, root, "claims") as results:
        record = results.path / "claims.json"
        options = ["--filter", asked.filter, "--json", str(record)]
        code = answering.run(directory.shown(path), options, "the evidence")
        if record.is_file():
            print(directory.shown(_rendered(results.path)))
    return code


def _rendered(results: Path) -> Path:
    from reports import claims

    return claims.render(results)
