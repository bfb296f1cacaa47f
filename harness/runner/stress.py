"""What does `stress` set out to do, and what does it say about what broke?"""

import argparse
import contextlib
import os
import resource
import secrets
import shlex
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.runner import (
    arguments,
    binary,
    directory,
    environment,
    execution,
    exit_codes,
    findings,
    presets,
    trials,
)
from harness.runner.binary import Launcher
from harness.runner.catalog import Catalog
from harness.runner.directory import Directory, shown
from harness.runner.guardian import Guardian
from harness.runner.hammering import Hammer, Limit, Score
from harness.runner.interrupt import Interrupt
from harness.runner.plan import Choice
from harness.runner.presets import Preset
from harness.runner.request import Request
from harness.runner.session_log import SessionLog
from harness.runner.stored import check_exports
from harness.runner.trials import Trial
from harness.runner.trouble import Trouble, reason, say
from harness.runner.undertaking import Undertaking
from harness.runner.unit import BROKEN
from reports.exporting import add_format_arguments, wishes

BUILD = "chaos"
USUAL_PRESET = "stress"
USUAL_BUDGET_S = 60.0
TRIES_AGAIN = 20
EPILOG = (
    "Ends at the first failure, and prints the command that tries it again. Planted subjects are"
    " expected to fail."
)
Record = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `stress`."""
    add = parser.add_argument
    what = f"a preset of workloads/presets, or a path that ends in .toml (default: {USUAL_PRESET})"
    add("preset", metavar="PRESET", nargs="?", default=USUAL_PRESET, help=what)
    add("--filter", metavar="REGEX", help="only where workload/subject matches")
    add("--subjects", metavar="A,B", type=arguments.words, default=(),
        help="only these, or kinds of them")
    add("--workloads", metavar="A,B", type=arguments.words, default=(), help="only these workloads")
    add("--threads", metavar="2,4", type=arguments.counts, default=(),
        help="draw from these numbers of threads")
    add("--budget", metavar="S", type=arguments.seconds,
        help=f"stop after so many seconds (default: {USUAL_BUDGET_S:g}, or none with --runs)")
    add("--runs", metavar="N", type=arguments.count,
        help=f"stop after so many processes (with --again: {TRIES_AGAIN})")
    add("--keep-going", action="store_true", help="do not stop at the first failure")
    add("--again", metavar="TOKEN", help="try one failure again, as often as --runs says")
    add("--window", metavar="S", type=arguments.seconds, help="seconds that one process runs")
    add("--timeout", metavar="S", type=arguments.seconds, help="seconds one process may take")
    add("--seed", metavar="N", type=arguments.seed, help="repeats all that is drawn")
    add("--out", metavar="DIR", help="write here; must be empty or not exist")
    add("--binary", metavar="PATH", help="run this binary instead of the built one")
    add_format_arguments(parser)


@dataclass(frozen=True)
class Session:
    """One call of `stress`, ready to go."""

    undertaking: Undertaking
    launcher: Launcher
    limit: Limit
    trials: Iterator[Trial]
    again: str | None

    def manifest(self, root: Path, run_id: str) -> Record:
        """Returns the record of the session, before its first trial."""
        facts = {"budget_s": self.limit.seconds, "runs": self.limit.runs, "again": self.again}
        return {**self.undertaking.manifest(root, run_id), "stress": facts}


def hammer(root: Path, command: tuple[str, ...], asked: argparse.Namespace) -> int:
    """Draws, runs, judges and reports; returns the exit code."""
    preset = presets.load(root, asked.preset)
    if "stress" not in preset.kinds:
        mend = 'use one whose kinds have "stress"'
        raise Trouble(f"preset {preset.name} is not for `stress`", mend, preset.file)
    preset = replace(
        preset, window=asked.window or preset.window, timeout=asked.timeout or preset.timeout
    )
    directory.check_free(asked.out, root)
    check_exports(asked, "stress")
    launcher = Launcher(binary.find(root, BUILD, asked.binary), BUILD, notice=say)
    # The same layout of memory each time: a failure that depends on it comes again.
    launcher.fixed_addresses = _can_fix_addresses(launcher)
    catalog = binary.ask(launcher)
    if catalog.mode != BUILD:
        what = f"`stress` needs a {BUILD} build, this is {catalog.mode}"
        raise Trouble(what, "leave --binary away", str(launcher.path))
    session = _session(preset, catalog, launcher, command, asked)
    return _carry_out(root, session, asked.out)


def _session(
    preset: Preset,
    catalog: Catalog,
    launcher: Launcher,
    command: tuple[str, ...],
    asked: argparse.Namespace,
) -> Session:
    seed = secrets.randbits(31) if asked.seed is None else asked.seed
    if asked.again is None:
        choice = Choice(asked.filter, asked.subjects, asked.workloads, asked.threads)
        drawn = trials.drawn(trials.pairings(preset, catalog, choice), catalog, preset, seed)
        seconds = asked.budget or (None if asked.runs else USUAL_BUDGET_S)
        limit = Limit(seconds, asked.runs, failures=None if asked.keep_going else 1)
    else:
        one = trials.again(asked.again, catalog)
        trials.check_core(one.core)
        runs = asked.runs or TRIES_AGAIN
        drawn = (replace(one, number=number) for number in range(runs))
        limit = Limit(asked.budget, runs, failures=None)
    undertaking = Undertaking(
        kind="stress", command=command, options=_options(asked), preset=preset, seed=seed,
        catalog=catalog, binary=launcher.path, built_here=asked.binary is None, whole=(), plan=(),
        blocks=preset.blocks or 1, skipped={}, exports=wishes(asked),
    )
    return Session(undertaking, launcher, limit, drawn, asked.again)


def _options(asked: argparse.Namespace) -> Record:
    """Returns what was asked beside the preset, as the manifest keeps it."""
    choice = Choice(asked.filter, asked.subjects, asked.workloads, asked.threads)
    request = Request("stress", asked.preset, choice=choice, window=asked.window)
    return replace(request, timeout=asked.timeout, budget=asked.budget).options()


def _can_fix_addresses(launcher: Launcher) -> bool:
    """Tells whether a process can be started without address randomisation here."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        command = [*replace(launcher, fixed_addresses=True).command([])[:-1], "true"]
        return subprocess.run(command, capture_output=True, timeout=30).returncode == 0
    return False


def _carry_out(root: Path, session: Session, out: str | None) -> int:
    with Interrupt() as interrupt, directory.fresh(out, root, session.undertaking.name) as target:
        try:
            with Guardian() as session.launcher.guardian:
                score = _record(root, session, target, interrupt)
        except OSError as error:
            what = f"cannot write results ({reason(error)})"
            mend = "make room; what is written stays, `tussle report` renders it"
            raise Trouble(what, mend, shown(target.path), exit_codes.INCOMPLETE) from error
        for line in _again_statement(score) if session.again else _statement(score):
            say(line)
        exports, code = session.undertaking.exports, exit_codes.worst(_codes(score))
        code = execution.publish(target, exports, code)
    return exit_codes.SIGNAL_BASE + interrupt.signal if interrupt.signal is not None else code


def _record(root: Path, session: Session, target: Directory, interrupt: Interrupt) -> Score:
    """Writes manifest and environment, runs the trials, and writes the manifest again."""
    manifest = session.manifest(root, target.run_id)
    log = SessionLog(manifest, target)

    def announce(planned: list[Trial]) -> None:
        manifest["plan"] = [trial.planned.record() for trial in planned]
        target.write_manifest(manifest)

    log.opened()
    announce([])
    target.prepare()
    facts = environment.capture()
    warnings = [finding.record() for finding in findings.of_machine(facts)]
    target.write_environment({**facts, "warnings": warnings})
    # A trial that crashes must not leave a core file; what it said is kept in logs/.
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    undertaking = session.undertaking
    score = Score(undertaking.catalog, lenient=session.again is None)
    say(f"stress with seed {undertaking.seed}, {_until(session.limit)}")
    hammering = Hammer(
        launcher=session.launcher,
        timeout=undertaking.preset.timeout,
        directory=target,
        score=score,
        limit=session.limit,
        announce=announce,
        tell=lambda record: None if session.again else _tell(record, undertaking),
    )
    hammering.run(session.trials, interrupt)
    target.write_manifest(log.closed(score.runs, interrupt.signal is not None))
    return score


def _until(limit: Limit) -> str:
    parts = [f"{limit.seconds:g} s"] if limit.seconds is not None else []
    parts += [f"{limit.runs} runs"] if limit.runs is not None else []
    return "at most " + " and ".join(parts)


def _tell(record: Record, undertaking: Undertaking) -> None:
    """Says what broke, and the one command that tries it again."""
    trial = record["trial"]
    where = "" if trial["core"] is None else f" on core {trial['core']} alone"
    say(f"{record['status'].upper()}: {record['case']}{where}: {record['message']}")
    command = [os.environ.get("TUSSLE_COMMAND", "scripts/tussle"), "stress", "--again", trial["token"]]
    if not undertaking.built_here:
        command += ["--binary", str(undertaking.binary)]
    say(f"try it again: {shlex.join(command)}")


def _codes(score: Score) -> Iterable[int]:
    for record in score.wrong:
        yield exit_codes.BROKEN if record["status"] == BROKEN else exit_codes.INCOMPLETE
    if score.missed() or not score.runs:
        yield exit_codes.INCOMPLETE


def _statement(score: Score) -> list[str]:
    """Returns what a person wants to know, a line each."""
    runs = f"{score.runs} runs, {score.pinned} of them on one core"
    lines = [f"{runs}: {len(score.wrong)} failed that should not"]
    for name, tries in sorted(score.tried.items()):
        lines.append(f"planted {name}: caught in {score.caught[name]} of {tries} contended runs")
    lines += [f"MISSED: planted subject {name} never failed" for name in score.missed()]
    return lines


def _again_statement(score: Score) -> list[str]:
    """Returns how often a failure came again, and as what."""
    if not score.wrong:
        mend = "chance decides on real threads; --runs tries longer"
        return [f"did not fail in {score.runs} runs: {mend}"]
    said: dict[tuple[str, str], int] = {}
    for record in score.wrong:
        finding = record.get("finding")
        what = (record["status"], record["message"] if finding or record["status"] != BROKEN else "")
        said[what] = said.get(what, 0) + 1
    first = score.wrong[0]
    lines = [f"failed {len(score.wrong)} of {score.runs} runs: {first['case']}: {first['message']}"]
    if len(said) > 1:
        lines += [f"  {n}x {status}{': ' + text if text else ''}" for (status, text), n in said.items()]
    return lines
