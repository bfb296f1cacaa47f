"""What did the person type, and who answers it?"""

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from harness.runner import exit_codes
from harness.runner.arguments import add_run_arguments, request_of
from harness.runner.trouble import Trouble, forget_reader, offer, say, unknown

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = {
    "run": "measure, verify and report the cases of a preset",
    "race": "run the cases of a preset under ThreadSanitizer",
    "stress": "break the cases of a preset, with conditions and schedules drawn at random",
    "mutants": "break the shipped code on purpose, and see who notices",
    "score": "which detector finds which bug, in how many executions: one table",
    "litmus": "count what tiny concurrent programs come to, against a table of what may",
    "claims": "put what is taught of the primitives to the test",
    "list": "say which workloads, subjects, cases and presets there are",
    "doctor": "say what on this machine would spoil results, and how to mend it",
    "compare": "compare two stored results",
    "report": "render a stored result again",
    "merge": "join the shards of a run into one result",
    "export": "write a stored result as JUnit, SARIF, Markdown, JSON or CSV",
}
HELPED_BY_OTHERS = ("setup",)  # scripts/tussle answers these itself
PLACE = "the command line"
READER_GONE = exit_codes.SIGNAL_BASE + 13  # as if ended by SIGPIPE
DEBUG_VARIABLE = "TUSSLE_DEBUG"  # 1: an unexpected error shows its traceback
RUNS = "A run is given as its directory, its id, or `latest`."


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, like everything else here."""

    def error(self, message: str) -> NoReturn:
        argument, _, what = message.removeprefix("argument ").partition(": ")
        said = f"{argument}: {what}" if message.startswith("argument ") else message
        raise Trouble(said, f"see `{self.prog} --help`", PLACE)


def main(arguments: Sequence[str]) -> int:
    """Answers one command line; returns the exit code."""
    try:
        code = _answer(list(arguments))
        if sys.stdout is not None:
            sys.stdout.flush()  # here: when Python itself finds no reader, it exits with 120
        return code
    except Trouble as trouble:
        say(str(trouble))
        return trouble.code
    except KeyboardInterrupt:
        say("interrupted")
        return exit_codes.SIGNAL_BASE + 2
    except BrokenPipeError:  # the reader of stdout went away, as `head` does
        forget_reader()
        return READER_GONE
    except Exception as error:  # never Python's 1, which means a regression
        return _unexpected(error)


def _unexpected(error: Exception) -> int:
    """Says in one line what nobody foresaw."""
    if os.environ.get(DEBUG_VARIABLE) == "1":
        traceback.print_exc()
    what = " ".join(f"{type(error).__name__}: {error}".split())
    say(f"unexpected error ({what}): this is a defect; {DEBUG_VARIABLE}=1 shows where")
    return exit_codes.INCOMPLETE


def _answer(arguments: list[str]) -> int:
    if not arguments:
        _overview().print_help(sys.stderr)
        return exit_codes.USAGE
    if arguments[0] in ("-h", "--help", "help"):
        _overview().print_help()
        return exit_codes.OK
    command = arguments[0]
    if command not in COMMANDS:
        raise unknown("command", command, [*COMMANDS, *HELPED_BY_OTHERS], PLACE)
    return _ANSWERS[command](arguments[1:])


def _overview() -> Parser:
    lines = [f"  {name:<8}  {text}" for name, text in COMMANDS.items()]
    return Parser(
        prog="tussle",
        usage="tussle COMMAND [OPTION...]",
        description="Measures, verifies and race-checks concurrency primitives under contention.",
        epilog="commands:\n" + "\n".join(lines) + "\n\n`tussle COMMAND --help` says more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _parser(command: str, **more: Any) -> Parser:
    return Parser(
        prog=f"tussle {command}",
        description=COMMANDS[command][0].upper() + COMMANDS[command][1:] + ".",
        allow_abbrev=False,
        **more,
    )


def _parse(parser: Parser, arguments: list[str]) -> argparse.Namespace:
    """Parses; an option that nobody knows gets the nearest ones."""
    parsed, left = parser.parse_known_args(arguments)
    if not left:
        return parsed
    if not left[0].startswith("-"):
        raise Trouble(f"'{left[0]}' is one word too many", f"see `{parser.prog} --help`", PLACE)
    name = left[0].partition("=")[0]
    options = [option for option in parser._option_string_actions if option.startswith("--")]
    raise Trouble(f"unknown option '{name}'", offer(name, options), f"`{parser.prog}`")


def _run(arguments: list[str]) -> int:
    return _measure("run", arguments)


def _race(arguments: list[str]) -> int:
    return _measure("race", arguments)


def _measure(kind: str, arguments: list[str]) -> int:
    from harness.runner.measure import measure

    parser = _parser(kind)
    add_run_arguments(parser, default_preset="race" if kind == "race" else None)
    command = ("tussle", kind, *arguments)
    return measure(ROOT, request_of(kind, command, _parse(parser, arguments)))


def _stress(arguments: list[str]) -> int:
    from harness.runner import stress

    parser = _parser("stress", epilog=stress.EPILOG)
    stress.add_arguments(parser)
    return stress.hammer(ROOT, ("tussle", "stress", *arguments), _parse(parser, arguments))


def _mutants(arguments: list[str]) -> int:
    from harness.mutants import session

    parser = _parser("mutants", epilog=session.EPILOG)
    session.add_arguments(parser)
    return session.main(ROOT, _parse(parser, arguments))


def _score(arguments: list[str]) -> int:
    from harness.mutants import score

    parser = _parser("score", epilog=score.EPILOG)
    score.add_arguments(parser)
    return score.main(ROOT, _parse(parser, arguments))


def _claims(arguments: list[str]) -> int:
    from harness.runner import claims

    parser = _parser("claims", epilog=claims.EPILOG)
    claims.add_arguments(parser)
    return claims.main(ROOT, _parse(parser, arguments))


def _litmus(arguments: list[str]) -> int:
    from harness.runner import litmus

    parser = _parser("litmus", epilog=litmus.EPILOG)
    litmus.add_arguments(parser)
    return litmus.main(ROOT, _parse(parser, arguments))


def _list(arguments: list[str]) -> int:
    from harness.runner import listing

    parser = _parser("list")
    parser.add_argument("topic", nargs="?", metavar="TOPIC", help=", ".join(listing.TOPICS))
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--binary", metavar="PATH", help="ask this binary instead of the built one")
    asked = _parse(parser, arguments)
    if asked.topic is not None and asked.topic not in listing.TOPICS:
        raise unknown("topic", asked.topic, listing.TOPICS, PLACE)
    return listing.show(ROOT, asked.topic, asked.json, asked.binary)


def _doctor(arguments: list[str]) -> int:
    from harness.runner import doctor

    parser = _parser("doctor")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--binary", metavar="PATH", help="look at this binary")
    asked = _parse(parser, arguments)
    return doctor.examine(ROOT, asked.binary, asked.json)


def _compare(arguments: list[str]) -> int:
    from harness.runner import stored

    parser = _parser("compare", epilog=RUNS)
    stored.add_compare_arguments(parser)
    return stored.compare(ROOT, _parse(parser, arguments))


def _report(arguments: list[str]) -> int:
    from harness.runner import stored

    parser = _parser("report", epilog=RUNS)
    stored.add_report_arguments(parser)
    return stored.report(ROOT, _parse(parser, arguments))


def _merge(arguments: list[str]) -> int:
    from harness.runner import merge, stored

    parser = _parser("merge", epilog=RUNS)
    merge.add_arguments(parser)
    asked = _parse(parser, arguments)
    return merge.merge(ROOT, asked.out, asked.runs, stored.check_exports(asked, None))


def _export(arguments: list[str]) -> int:
    from harness.runner import stored

    parser = _parser("export", epilog=RUNS)
    stored.add_export_arguments(parser)
    return stored.export(ROOT, _parse(parser, arguments))


_ANSWERS = {
    "run": _run,
    "race": _race,
    "stress": _stress,
    "mutants": _mutants,
    "score": _score,
    "litmus": _litmus,
    "claims": _claims,
    "list": _list,
    "doctor": _doctor,
    "compare": _compare,
    "report": _report,
    "merge": _merge,
    "export": _export,
}
