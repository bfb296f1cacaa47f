"""Which options do `run` and `race` take, and what do they mean?"""

import argparse
from collections.abc import Callable

from harness.runner.plan import Choice
from harness.runner.request import Request
from harness.runner.shard import Shard
from harness.runner.stored import check_exports
from harness.runner.trouble import Trouble
from reports.exporting import add_format_arguments


def add_run_arguments(parser: argparse.ArgumentParser, default_preset: str | None) -> None:
    """Adds the options of a command that runs a preset."""
    what = "a preset of workloads/presets, or a path that ends in .toml"
    if default_preset is not None:
        what += f" (default: {default_preset})"
    parser.add_argument("preset", metavar="PRESET", nargs="?", help=what)
    parser.set_defaults(default_preset=default_preset)
    _add_choices(parser)
    _add_limits(parser)
    parser.add_argument(
        "--shard", metavar="I/N", type=shard, help="only this part of the cases; `tussle merge` joins"
    )
    parser.add_argument(
        "--resume",
        metavar="DIR",
        nargs="?",
        const="latest",
        help="run what is left of a run that was stopped (default: the newest one)",
    )
    parser.add_argument("--seed", metavar="N", type=seed, help="repeats order and random choices")
    parser.add_argument("--out", metavar="DIR", help="write here; must be empty or not exist")
    parser.add_argument("--binary", metavar="PATH", help="run this binary instead of the built one")
    parser.add_argument("--dry-run", action="store_true", help="print the plan and write nothing")
    add_format_arguments(parser)


def _add_choices(parser: argparse.ArgumentParser) -> None:
    """Adds the options that choose among the cases of a preset."""
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


def _add_limits(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say how often and how long."""
    parser.add_argument("--blocks", metavar="N", type=count, help="fresh processes for each case")
    parser.add_argument("--window", metavar="S", type=seconds, help="seconds that are measured")
    parser.add_argument(
        "--no-latency", action="store_true", help="leave out the preset's latency pass"
    )
    parser.add_argument("--timeout", metavar="S", type=seconds, help="seconds one unit may take")
    parser.add_argument(
        "--budget", metavar="S", type=budget, help="seconds: fewer blocks, then fewer cases, to fit"
    )


def request_of(kind: str, command: tuple[str, ...], asked: argparse.Namespace) -> Request:
    """Returns what was asked for; a preset is needed unless a run is resumed, which knows its own."""
    preset = asked.preset or (None if asked.resume else asked.default_preset)
    if preset is None and asked.resume is None:
        what = "the following arguments are required: PRESET"
        raise Trouble(what, f"see `tussle {kind} --help`", "the command line")
    return Request(
        kind=kind,
        preset=preset or "",
        command=command,
        choice=Choice(asked.filter, asked.subjects, asked.workloads, asked.threads),
        blocks=asked.blocks,
        window=asked.window,
        timeout=asked.timeout,
        seed=asked.seed,
        out=asked.out,
        binary=asked.binary,
        dry_run=asked.dry_run,
        budget=asked.budget,
        shard=asked.shard,
        resume=asked.resume,
        exports=check_exports(asked, kind),
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


def budget(text: str) -> float:
    """Reads a positive number of seconds, up to a week."""
    return _checked(text, float, lambda n: 0 < n <= 604800, "seconds, more than 0, at most 604800")


def shard(text: str) -> Shard:
    """Reads 2/3."""
    index, _, of = text.partition("/")
    if not (index.isdecimal() and of.isdecimal() and 1 <= int(index) <= int(of) <= 10_000):
        raise argparse.ArgumentTypeError(f"'{text}' is not a shard and their number, such as 2/3")
    return Shard(int(index), int(of))


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
