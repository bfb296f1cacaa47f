"""May a run that was stopped go on here, and what is left of it? (`--resume`)"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.runner import (
    binary,
    directory,
    dry_run,
    environment,
    execution,
    exit_codes,
    kept,
    records,
    same_machine,
)
from harness.runner.binary import Launcher
from harness.runner.cut import Cut
from harness.runner.directory import Directory, shown
from harness.runner.interrupt import Interrupt
from harness.runner.judgement import Tally
from harness.runner.plan import Planned, planned_of
from harness.runner.presets import Preset
from harness.runner.races import Races
from harness.runner.request import Request
from harness.runner.shard import Shard
from harness.runner.trouble import Trouble, say
from harness.runner.undertaking import Undertaking

START_ANEW = "or start a new run"
Record = dict[str, Any]


@dataclass(frozen=True)
class Stopped:
    """A run that is there, as its manifest tells it."""

    directory: Directory
    manifest: Record

    @property
    def place(self) -> str:
        return shown(self.directory.path)

    def left(self, plan: tuple[Planned, ...]) -> tuple[Planned, ...]:
        """Returns the units that are missing or torn; names the torn ones."""
        missing = []
        for planned in plan:
            record, why_not = kept.unit(self.directory.path, planned, self.manifest["seed"])
            if why_not:
                say(f"{planned.key} runs again: its record cannot be used ({why_not})")
            if record is None:
                missing.append(planned)
        return tuple(missing)


def resume(root: Path, request: Request, mode: str) -> int:
    """Runs what is left of a stopped run, judges and reports; returns the exit code."""
    path = directory.find(root, str(request.resume))
    with Interrupt() as interrupt, directory.again(path, root) as target:
        stopped = Stopped(target, read_manifest(path))
        _require_same_request(request, stopped)
        preset = _same_preset(root, request, stopped)
        launcher = Launcher(_same_binary(root, request, stopped, mode), mode, notice=say)
        undertaking = _undertaking(request, stopped, preset, launcher)
        _require_same_machine(stopped)
        left = stopped.left(undertaking.plan)
        if request.dry_run:
            return dry_run.show(undertaking, left)
        if not left and stopped.manifest["finished"] is not None:
            return _render_again(undertaking, stopped)
        return execution.perform(
            undertaking, launcher, target, stopped.manifest, left, interrupt
        )


def read_manifest(path: Path) -> Record:
    """Returns a run's manifest; raises when it cannot be used."""
    name = shown(path / "manifest.json")
    if not (path / "manifest.json").exists():
        mend = "start the run again: it was stopped before it began"
        raise Trouble("there is no run in this directory", mend, shown(path))
    record, why_not = records.read(path / "manifest.json", records.MANIFEST)
    if why_not:
        raise Trouble(f"not a manifest ({why_not})", "restore it, " + START_ANEW, name)
    return dict(record)


def _require_same_request(request: Request, stopped: Stopped) -> None:
    manifest = stopped.manifest
    if "merged" in manifest:
        mend = "resume the shards that lack units, then merge them again"
        raise Trouble("a merged result cannot be resumed", mend, stopped.place)
    if manifest["kind"] == "stress":
        mend = f"`tussle stress --seed {manifest['seed']}` draws the same trials again"
        raise Trouble("a stress session cannot be resumed", mend, stopped.place)
    if manifest["kind"] != request.kind:
        mend = f"`tussle {manifest['kind']} --resume {stopped.place}`"
        raise Trouble(f"this is a {manifest['kind']}, not a {request.kind}", mend, stopped.place)
    if "options" not in manifest or "sessions" not in manifest:
        what = "it was begun by a version of tussle that could not resume"
        raise Trouble(what, "start a new run", stopped.place)
    if request.out is not None:
        raise Trouble("--out cannot be given with --resume", "leave it away", stopped.place)
    request.require_same(manifest, stopped.place)


def _same_preset(root: Path, request: Request, stopped: Stopped) -> Preset:
    asked = request.of_stored(stopped.manifest["options"])
    preset = asked.loaded_preset(root)
    if preset.digest() != stopped.manifest["preset_hash"]:
        what = f"preset {preset.name} changed since the run began"
        raise Trouble(what, f"restore it, {START_ANEW}", preset.file)
    return preset


def _same_binary(root: Path, request: Request, stopped: Stopped, mode: str) -> Path:
    """Returns the run's binary. One that is there is not brought up to date: it is wanted as it was."""
    (known,) = stopped.manifest["binaries"]
    path = root / (request.binary or known["path"])
    if path == binary.built(root, mode):
        binary.find(root, mode, None, as_it_is=True)
    if not path.is_file():
        raise Trouble("the run's binary is gone", f"build it again, {START_ANEW}", str(path))
    found = binary.sha256(path)
    if found != known["sha256"]:
        commit = (stopped.manifest["commit"] or "")[:12]
        what = f"the {mode} binary changed since the run began ({known['sha256'][:12]} -> {found[:12]})"
        mend = f"build commit {commit or 'of the run'} again, {START_ANEW}"
        raise Trouble(what, mend, shown(path))
    return path


def _undertaking(
    request: Request, stopped: Stopped, preset: Preset, launcher: Launcher
) -> Undertaking:
    manifest, catalog = stopped.manifest, binary.ask(launcher)
    if catalog.verbatim != manifest["catalog"]:
        what = "the binary's catalog changed since the run began"
        raise Trouble(what, f"restore what it depends on, {START_ANEW}", str(launcher.path))
    shard = manifest.get("shard")
    plan = tuple(planned_of(entry) for entry in manifest["plan"])
    whole = tuple(planned_of(entry) for entry in shard["whole"]) if shard else plan
    return Undertaking(
        kind=request.kind,
        command=tuple(manifest["command"]),
        options=manifest["options"],
        preset=preset,
        seed=manifest["seed"],
        catalog=catalog,
        binary=launcher.path,
        built_here=False,
        whole=whole,
        plan=plan,
        blocks=manifest["preset"]["blocks"],
        skipped={entry["case"]: entry["reason"] for entry in manifest["skipped"]},
        cut=Cut(**manifest["cut"]) if manifest.get("cut") else None,
        shard=Shard(shard["index"], shard["of"]) if shard else None,
        exports=request.exports,
    )


def _require_same_machine(stopped: Stopped) -> None:
    """Raises when blocks of a case would come from different machines."""
    found = sorted((stopped.directory.path / "env").glob("*.json"))
    if not found and any((stopped.directory.path / "units").glob("*.json")):
        what = "the record of the run's machine is gone, so nobody can say whether it is this one"
        raise Trouble(what, "restore it, " + START_ANEW, stopped.place, exit_codes.INCOMPARABLE)
    now = environment.capture()
    for path in found:
        facts, why_not = records.read(path, records.ENVIRONMENT)
        if why_not:
            mend = "restore it, " + START_ANEW
            what = f"not the record of a machine ({why_not})"
            raise Trouble(what, mend, shown(path), exit_codes.INCOMPARABLE)
        same_machine.require(facts, now, stopped.place)


def _render_again(undertaking: Undertaking, stopped: Stopped) -> int:
    """Says and renders what a finished run came to; changes no record."""
    say("nothing is left to run; the report is rendered again")
    stopped.directory.prepare()  # a kill may have come while the report was written
    tally = Tally(undertaking.catalog, undertaking.kind)
    races = Races(undertaking.catalog)
    path, seed = stopped.directory.path, undertaking.seed
    kept.judged(path, undertaking.plan, seed, tally, races)
    return execution.conclude(tally, races, stopped.directory, exports=undertaking.exports)
