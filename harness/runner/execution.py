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
    races,
)
from harness.runner.binary import Launcher
from harness.runner.directory import Directory, shown
from harness.runner.interrupt import Interrupt
from harness.runner.judgement import Tally
from harness.runner.races import Races
from harness.runner.session import Session
from harness.runner.trouble import Trouble, forget_reader, reason, say
from harness.runner.undertaking import Undertaking
from reports.exporting import Wish


def carry_out(
    root: Path,
    undertaking: Undertaking,
    launcher: Launcher,
    out: str | None,
    exports: Sequence[Wish] = (),
) -> int:
    """Runs, judges and reports; returns the exit code."""
    with Interrupt() as interrupt:
        target = directory.create(out, root, undertaking.preset.name)
        try:
            session = _record(root, undertaking, launcher, target, interrupt)
        except OSError as error:
            what = f"cannot write results ({reason(error)})"
            mend = "make room; what is written stays, `tussle report` renders it"
            raise Trouble(what, mend, shown(target.path), exit_codes.INCOMPLETE) from error
        _tell(session, undertaking, interrupt)
        code = judgement.exit_code(session.tally, session.races)
        exported = _export(target, exports)  # first: the report's path is the last line
        if not _render(target) or not exported:
            code = exit_codes.worst([code, exit_codes.INCOMPLETE])
    return exit_codes.SIGNAL_BASE + interrupt.signal if interrupt.signal is not None else code


def _record(
    root: Path,
    undertaking: Undertaking,
    launcher: Launcher,
    target: Directory,
    interrupt: Interrupt,
) -> Session:
    """Writes manifest and environment, runs the plan, and writes the manifest again."""
    manifest = undertaking.manifest(root, target.run_id)
    target.write_manifest(manifest)
    say(undertaking.account())
    target.write_environment(_environment(undertaking))
    session = _session(undertaking, launcher, target)
    session.run(undertaking.plan, interrupt)
    interrupted = interrupt.signal is not None
    finished = None if interrupted else directory.now()
    target.write_manifest({**manifest, "finished": finished, "interrupted": interrupted})
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


def _session(undertaking: Undertaking, launcher: Launcher, target: Directory) -> Session:
    # A unit that crashes must not leave a core file; what it said is kept in logs/.
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    bar = progress.choose(len(undertaking.plan))
    launcher.notice = bar.says
    return Session(
        catalog=undertaking.catalog,
        launcher=launcher,
        budget=undertaking.budget,
        directory=target,
        progress=bar,
        tally=Tally(undertaking.catalog, undertaking.kind),
        races=Races(undertaking.catalog),
    )


def _tell(session: Session, undertaking: Undertaking, interrupt: Interrupt) -> None:
    """Says what came out."""
    lines = judgement.statement(session.tally, session.races)
    if undertaking.kind == "race":
        lines += races.statement(session.races)
    if interrupt.signal is not None:
        done, where = sum(session.tally.statuses.values()), shown(session.directory.path)
        lines.append(f"interrupted: {done} of {len(undertaking.plan)} units are kept in {where}")
    for line in lines:
        say(line)


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
