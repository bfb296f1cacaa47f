"""Renders a result directory (python3 -m reports DIR) or compares two (... compare A B)."""

import argparse
import os
import sys

from reports import compare, rendering
from reports.errors import RecordError

USAGE = 2
READER_GONE = 128 + 13  # as if ended by SIGPIPE


def main(arguments: list[str]) -> int:
    """Runs one of the two commands; one line on stderr and 2 when the input is bad."""
    comparing = arguments[:1] == ["compare"]
    add_arguments = compare.add_arguments if comparing else rendering.add_arguments
    run = compare.main if comparing else rendering.main
    parser = argparse.ArgumentParser(prog="python3 -m reports", description=__doc__)
    add_arguments(parser)
    try:
        return run(parser.parse_args(arguments[1:] if comparing else arguments))
    except RecordError as error:
        print(f"tussle: {error}", file=sys.stderr)
        return USAGE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
