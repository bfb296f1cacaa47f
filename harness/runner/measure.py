"""What do `run` and `race` set out to do, given a preset and options?"""

import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from harness.runner import binary, directory, execution, exit_codes, latency_plan, plan, presets
from harness.runner.binary import Launcher
from harness.runner.plan import Choice
from harness.runner.presets import Preset
from harness.runner.trouble import Trouble, say
from harness.runner.undertaking import Undertaking

BUILD_OF = {"run": "bench", "race": "tsan"}


@dataclass(frozen=True)
class Request:
    """What the command line asked for; None leaves it to the preset."""

    kind: str
    preset: str
    command: tuple[str, ...] = ()
    choice: Choice = Choice()
    blocks: int | None = None
    window: float | None = None
    timeout: float | None = None
    seed: int | None = None
    out: str | None = None
    binary: str | None = None
    dry_run: bool = False
    latency: bool = True  # with the latency pass, where the preset has one


def measure(root: Path, request: Request) -> int:
    """Plans, runs, judges and reports; returns the exit code."""
    preset = _preset(root, request)
    if not request.dry_run:
        directory.check_free(request.out, root)
    mode = BUILD_OF[request.kind]
    launcher = Launcher(binary.find(root, mode, request.binary), mode, notice=say)
    undertaking = _undertake(preset, request, launcher)
    if request.dry_run:
        return _show(undertaking)
    return execution.carry_out(root, undertaking, launcher, request.out)


def _preset(root: Path, request: Request) -> Preset:
    """Returns the preset with what the command line replaces in it."""
    preset = presets.load(root, request.preset)
    if request.kind not in preset.kinds:
        allowed = ", ".join(f"tussle {kind}" for kind in preset.kinds)
        mend = f"use it with {allowed}" if allowed else "it is only there to be inherited from"
        raise Trouble(f"preset {preset.name} is not for `{request.kind}`", mend, preset.file)
    preset = replace(
        preset,
        blocks=request.blocks or preset.blocks,
        window=request.window or preset.window,
        timeout=request.timeout or preset.timeout,
        latency=preset.latency if request.latency and request.kind == "run" else None,
    )
    longest = max(preset.window, preset.latency.window if preset.latency else 0)
    needed = longest + preset.ramp
    if preset.timeout <= needed:
        what = f"a unit measures for {needed:g} s, so it cannot end in {preset.timeout:g} s"
        raise Trouble(what, "raise the timeout or shorten the window", preset.file)
    return preset


def _undertake(preset: Preset, request: Request, launcher: Launcher) -> Undertaking:
    catalog = binary.ask(launcher)
    if catalog.mode != BUILD_OF[request.kind]:
        what = f"`{request.kind}` needs a {BUILD_OF[request.kind]} build, this is {catalog.mode}"
        raise Trouble(what, "leave --binary away", str(launcher.path))
    cases = plan.choose(preset, catalog, request.choice, request.kind)
    seed = secrets.randbits(31) if request.seed is None else request.seed
    units = plan.shuffled(cases.kept, preset.blocks, seed)
    units += latency_plan.units(preset.latency, cases.kept, catalog, seed, len(units))
    return Undertaking(
        kind=request.kind,
        command=request.command,
        preset=preset,
        seed=seed,
        catalog=catalog,
        binary=launcher.path,
        built_here=request.binary is None,
        plan=tuple(units),
        skipped=cases.skipped,
    )


def _show(undertaking: Undertaking) -> int:
    """Prints what would be run, a unit a line; writes nothing."""
    for planned in undertaking.plan:
        print(f"{planned.order}\t{planned.key.rpartition('.')[2]}\t{planned.case.name}")
    for case, why in undertaking.skipped.items():
        say(f"skipped {case}: {why}")
    say(undertaking.account())
    return exit_codes.OK
