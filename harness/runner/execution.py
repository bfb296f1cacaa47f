"""How is an undertaking carried out, from an empty directory to a report?"""

import contextlib
import resource
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.runner import (
    directory,
    environment,
    exit_codes,
    findings,
    judgement,
    progress,
)
from harness.runner.binary import Launcher
from harness.runner.directory import Directory, shown
from harness.runner.guardian import Guardian
from harness.runner.interrupt import Interrupt
from harness.runner.judgement import Tally
from harness.runner.plan import Planned
from harness.runner.races import Races
from harness.runner.session import Session
from harness.runner.session_log import SessionLog
from harness.runner.trouble import Trouble, forget_reader, reason, say
from harness.runner.undertaking import Undertaking
from reports.exporting import Wish


def carry_out(root: Path, undertaking: Undertaking, launcher: Launcher, out: str | None) -> int:
    """Runs, judges and reports; returns the exit code."""
    with Interrupt() as interrupt, directory.fresh(out, root, undertaking.name) as target:
        manifest = undertaking.manifest(root, target.run_id)
        return perform(undertaking, launcher, target, manifest, undertaking.plan, interrupt)


def perform(
    undertaking: Undertaking,
    launcher: Launcher,
    target: Directory,
    manifest: dict[str, Any],
    left: Sequence[Planned],
    interrupt: Interrupt,
) -> int:
    """Runs what is left of a plan, judges the whole of it and reports; returns the exit code."""
    try:
        with Guardian() as launcher.guardian:
            session = _record(undertaking, launcher, target, manifest, left, interrupt)
    except OSError as error:
        what = f"cannot write results ({reason(error)})"
        mend = "make room; what is written stays, --resume goes on with it"
        raise Trouble(what, mend, shown(target.path), exit_codes.INCOMPLETE) from error
    more, exports = _interruption(session, interrupt), undertaking.exports
    code = conclude(session.tally, session.races, target, more, exports)
    return exit_codes.SIGNAL_BASE + interrupt.signal if interrupt.signal is not None else code


def conclude(
    tally: Tally,
    races: Races,
    target: Directory,
    more: Sequence[str] = (),
    exports: Sequence[Wish] = (),
) -> int:
    """Says what came out, writes exports and renders the report; returns the exit code."""
    for line in [*judgement.statement(tally, races), *more]:
        say(line)
    return publish(target, exports, judgement.exit_code(tally, races))


def publish(target: Directory, exports: Sequence[Wish], code: int) -> int:
    """Writes exports and the report; returns the code, or that of what could not be written."""
    exported = _export(target, exports)  # first: the report's path is the last line
    if not _render(target) or not exported:
        return exit_codes.worst([code, exit_codes.INCOMPLETE])
    return code


def _record(
    undertaking: Undertaking,
    launcher: Launcher,
    target: Directory,
    manifest: dict[str, Any],
    left: Sequence[Planned],
    interrupt: Interrupt,
) -> Session:
    """Writes manifest and environment, runs what is left, and writes the manifest again.

    The manifest comes first: a directory without one holds nothing, and one with it can be resumed.
    """
    log = SessionLog(manifest, target)
    target.write_manifest(log.opened())
    target.prepare()
    with contextlib.suppress(OSError):  # said at the end, when it matters
        target.published()  # now, so that `--resume` after a kill finds this run
    say(undertaking.account())
    if len(left) < len(undertaking.plan):
        say(f"{len(undertaking.plan) - len(left)} units are kept, {len(left)} are left")
    if not any((target.path / "env").glob("*.json")):
        target.write_environment(_environment(undertaking))
    session = _session(undertaking, launcher, target, len(left))
    session.run(left, interrupt)
    if len(left) < len(undertaking.plan):
        session.judge_whole(undertaking.plan)
    target.write_manifest(log.closed(session.made, interrupt.signal is not None))
    return session


def _environment(undertaking: Undertaking) -> dict[str, Any]:
    """Captures the machine; warns of what spoils results."""
    facts = environment.capture()
    found = findings.of_machine(facts)
    if undertaking.kind == "run":
        build = undertaking.catalog.verbatim.get("build") or {}
        found += findings.of_build(build, undertaking.catalog.mode)
    for finding in found:
        if finding.severity != findings.NOTE:
            say(f"{finding.severity}: {finding.message}: {finding.mend}")
    return {**facts, "warnings": [finding.record() for finding in found]}


def _session(
    undertaking: Undertaking, launcher: Launcher, target: Directory, units: int
) -> Session:
    # A unit that crashes must not leave a core file; what it said is kept in logs/.
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    bar = progress.choose(units)
    launcher.notice = bar.says
    return Session(
        catalog=undertaking.catalog,
        launcher=launcher,
        budget=undertaking.budget,
        directory=target,
        progress=bar,
        tally=Tally(undertaking.catalog, undertaking.kind),
        races=Races(undertaking.catalog),
        planned=len(undertaking.plan),
    )


def _interruption(session: Session, interrupt: Interrupt) -> list[str]:
    """Says how far an interrupted run came and how it goes on."""
    if interrupt.signal is None:
        return []
    done, where = sum(session.tally.statuses.values()), shown(session.directory.path)
    planned = session.planned
    return [
        f"interrupted: {done} of {planned} units are kept in {where};"
        f" `tussle {session.tally.kind} --resume {where}` goes on"
    ]


def _render(target: Directory) -> bool:
    """Renders the report and prints where it is: the last line on stdout."""
    import reports  # here: takes a while, and most commands need none

    try:
        reports.render(target.path)
    except Exception as error:  # whatever it is, the measurements are safe and must be named
        with contextlib.suppress(OSError):
            target.write_log("report", traceback.format_exc())
        say(
            f"the report could not be rendered ({error}) in {shown(target.path)}:"
            f" see logs/report.txt there; `tussle report` tries again"
        )
        _publish(target)
        return False
    _print(shown(_publish(target) / "report.html"))
    return True


def _export(target: Directory, wanted: Sequence[Wish]) -> bool:
    """Writes what CI reads; a run that went wrong is exported as well."""
    if not wanted:
        return True
    from reports.exporting import export

    try:
        export(target.path, wanted)
    except Exception as error:  # as with the report: the measurements are safe and must be named
        with contextlib.suppress(OSError):
            target.write_log("export", traceback.format_exc())
        place = shown(target.path)
        say(f"nothing or not all was exported ({error}) of {place}: `tussle export {place}` tries again")
        return False
    return True


def _publish(target: Directory) -> Path:
    """Points `latest` at the run where that can be done; returns the path to show to people."""
    try:
        return target.published()
    except OSError as error:
        place = shown(target.path.parent / "latest")
        say(f"cannot name this run ({reason(error)}) in {place}: remove what is in its place")
        return target.path


def _print(line: str) -> None:
    """Prints a line of data; when its reader went away, the run's verdict still stands."""
    try:
        print(line, flush=True)
    except BrokenPipeError:
        forget_reader()
