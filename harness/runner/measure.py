"""What do `run` and `race` set out to do, given a preset and options?"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from harness.runner import (
    binary,
    cut,
    directory,
    dry_run,
    execution,
    latency_plan,
    plan,
    resume,
)
from harness.runner.binary import Launcher
from harness.runner.catalog import Catalog
from harness.runner.cut import Allowance, Pass
from harness.runner.latency import LATENCY
from harness.runner.plan import Case
from harness.runner.presets import Preset
from harness.runner.request import Request
from harness.runner.trouble import Trouble, say
from harness.runner.undertaking import Undertaking, unit_seconds

BUILD_OF = {"run": "bench", "race": "tsan"}


def measure(root: Path, request: Request) -> int:
    """Plans, runs, judges and reports; returns the exit code."""
    if request.resume is not None:
        return resume.resume(root, request, BUILD_OF[request.kind])
    preset = request.loaded_preset(root)
    if not request.dry_run:
        directory.check_free(request.out, root)
    mode = BUILD_OF[request.kind]
    path = binary.find(root, mode, request.binary, as_it_is=request.dry_run)
    launcher = Launcher(path, mode, notice=say)
    undertaking = _undertake(preset, request, launcher)
    if request.dry_run:
        return dry_run.show(undertaking, undertaking.plan)
    return execution.carry_out(root, undertaking, launcher, request.out)


def _undertake(preset: Preset, request: Request, launcher: Launcher) -> Undertaking:
    catalog = binary.ask(launcher)
    if catalog.mode != BUILD_OF[request.kind]:
        what = f"`{request.kind}` needs a {BUILD_OF[request.kind]} build, this is {catalog.mode}"
        raise Trouble(what, "leave --binary away", str(launcher.path))
    cases = plan.choose(preset, catalog, request.choice, request.kind)
    shards = request.shard.of if request.shard else 1
    unit = unit_seconds(preset, catalog.mode)
    asked = _latency_pass(preset, cases.kept, catalog)
    allowance = Allowance(unit, preset.budget, shards, asked)
    fitted = cut.fit(cases.kept, preset.blocks, allowance)
    seed = _seed(request, preset)
    whole = plan.shuffled(fitted.cases, fitted.blocks, seed)
    if preset.latency and fitted.latency_blocks:
        timed = replace(preset.latency, blocks=fitted.latency_blocks)
        whole += latency_plan.units(timed, fitted.cases, catalog, seed, len(whole))
    mine = request.shard.share(fitted.cases) if request.shard else None
    why_dropped = f"cut: a budget of {preset.budget or 0:g} s holds {len(fitted.cases)} cases"
    return Undertaking(
        kind=request.kind,
        command=request.command,
        options=request.options(),
        preset=preset,
        seed=seed,
        catalog=catalog,
        binary=launcher.path,
        built_here=request.binary is None,
        whole=tuple(whole),
        plan=tuple(p for p in whole if mine is None or p.case.name in mine),
        blocks=fitted.blocks,
        skipped=cases.skipped | {case.name: why_dropped for case in fitted.dropped},
        cut=fitted.cut,
        shard=request.shard,
        exports=request.exports,
    )


def _latency_pass(preset: Preset, cases: Sequence[Case], catalog: Catalog) -> Pass:
    """Returns what the latency pass of a preset takes."""
    if preset.latency is None:
        return Pass()
    timed = latency_plan.chosen(preset.latency, cases, catalog)
    names = frozenset(case.name for case in timed)
    return Pass(preset.latency.blocks, unit_seconds(preset, catalog.mode, LATENCY), names)


def _seed(request: Request, preset: Preset) -> int:
    """Returns the seed that was given; without one, shards share the preset's, others draw one."""
    if request.seed is not None:
        return request.seed
    return int(preset.digest()[:7], 16) if request.shard else secrets.randbits(31)
