"""Which options do `run` and `race` take, and what do they mean?"""

import argparse
from collections.abc import Callable

from harness.runner.measure import Request
from harness.runner.plan import Choice


def add_run_arguments(parser: argparse.ArgumentParser, default_preset: str | None) -> None:
    """Adds the options of a command that runs a preset."""
    what = "a preset of workloads/presets, or a path that ends in .toml"
    if default_preset is None:
        parser.add_argument("preset", metavar="PRESET", help=what)
    else:
        what += f" (default: {default_preset})"
        parser.add_argument(
            "preset", metavar="PRESET", nargs="?", default=default_preset, help=what
        )
    parser.add_argument("--filter", metavar="REGEX", help="only cases whose name matches")
    parser.add_argument(
        "--subjects", metavar="A,B", type=words, default=(), help="only these, or kinds of them"
    )
    parser.add_argument(
        "--workloads", metavar="A,B", type=words, default=(), help="only these workloads"
    )
    parser.add_argument(
        "--threads", metavar="1,2", type=counts, default=(), help="instead of the preset's threads"
    )
    parser.add_argument("--blocks", metavar="N", type=count, help="fresh processes for each case")
    parser.add_argument("--window", metavar="S", type=seconds, help="seconds that are measured")
    parser.add_argument(
        "--no-latency", action="store_true", help="leave out the preset's latency pass"
    )
    parser.add_argument("--timeout", metavar="S", type=seconds, help="seconds one unit may take")
    parser.add_argument("--seed", metavar="N", type=seed, help="repeats order and random choices")
    parser.add_argument("--out", metavar="DIR", help="write here; must be empty or not exist")
    parser.add_argument("--binary", metavar="PATH", help="run this binary instead of the built one")
    parser.add_argument("--dry-run", action="store_true", help="print the plan and write nothing")


def request_of(kind: str, command: tuple[str, ...], asked: argparse.Namespace) -> Request:
    """Returns what was asked for."""
    return Request(
        kind=kind,
        preset=asked.preset,
        command=command,
        choice=Choice(asked.filter, asked.subjects, asked.workloads, asked.threads),
        blocks=asked.blocks,
        window=asked.window,
        timeout=asked.timeout,
        seed=asked.seed,
        out=asked.out,
        binary=asked.binary,
        dry_run=asked.dry_run,
        latency=not asked.no_latency,
    )


def words(text: str) -> tuple[str, ...]:
    """Reads a,b,c."""
    found = tuple(word.strip() for word in text.split(",") if word.strip())
    if not found:
        raise argparse.ArgumentTypeError("no name is given")
    return found


def counts(text: str) -> tuple[int, ...]:
    """Reads 1,2,4."""
    return tuple(count(word) for word in words(text))


def count(text: str) -> int:
    """Reads a whole number from 1."""
    return int(_checked(text, int, lambda n: 1 <= n <= 1_000_000, "a whole number from 1"))


def seed(text: str) -> int:
    """Reads a whole number from 0 that fits 63 bits."""
    return int(_checked(text, int, lambda n: 0 <= n < 2**63, "a whole number from 0"))


def seconds(text: str) -> float:
    """Reads a positive number of seconds."""
    return _checked(text, float, lambda n: 0 < n <= 86400, "seconds, more than 0, at most 86400")


def _checked(
    text: str, read: type[int] | type[float], fits: Callable[[float], bool], wanted: str
) -> float:
    try:
        value = read(text)
    except ValueError:
        value = -1
    if not fits(value):
        raise argparse.ArgumentTypeError(f"'{text}' is not {wanted}")
    return value
