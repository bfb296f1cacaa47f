"""What does a run set out to do, and with what?"""

import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.runner import binary, latency
from harness.runner.catalog import Catalog
from harness.runner.cut import START_COST_S, Cut
from harness.runner.directory import now
from harness.runner.latency import LATENCY, THROUGHPUT
from harness.runner.plan import Planned
from harness.runner.presets import Preset
from harness.runner.shard import Shard
from harness.runner.unit import Budget
from reports.exporting import Wish


@dataclass(frozen=True)
class Undertaking:
    """A plan with everything that it was made from."""

    kind: str
    command: tuple[str, ...]
    options: dict[str, Any]
    preset: Preset
    seed: int
    catalog: Catalog
    binary: Path
    built_here: bool
    whole: tuple[Planned, ...]  # the plan of all shards
    plan: tuple[Planned, ...]  # the plan of this one
    blocks: int
    skipped: dict[str, str]
    cut: Cut | None = None
    shard: Shard | None = None
    exports: tuple[Wish, ...] = ()  # written at the end, also when the run failed

    @property
    def name(self) -> str:
        """Returns what the directory is named after."""
        shard = f"-shard{self.shard.index}of{self.shard.of}" if self.shard else ""
        return self.preset.name + shard

    @property
    def budget(self) -> Budget:
        """Returns what each unit may take."""
        preset = self.preset
        perturbed = self.kind == "race"
        times = preset.window, preset.ramp, preset.timeout
        return Budget(*times, self.seed, perturbed, latency=preset.latency)

    def seconds(self, plan: Iterable[Planned]) -> float:
        """Returns how long some units take, roughly."""
        return sum(
            unit_seconds(self.preset, self.catalog.mode, planned.measures) for planned in plan
        )

    def account(self) -> str:
        """Returns in one line what is to be run and how long it takes."""
        timed = sum(planned.measures == LATENCY for planned in self.plan)
        units = len(self.plan) - timed
        single = f" and {timed} for latency" if timed else ""
        shard = f" of shard {self.shard}" if self.shard else ""
        cut = self.cut.statement() if self.cut else ""
        skipped = len(self.skipped)
        return (
            f"preset {self.preset.name}: {units // self.blocks} cases{shard} x {self.blocks} blocks"
            f" = {units} units{single}, about {duration(self.seconds(self.plan))};"
            f" seed {self.seed}"
            + (f"; {cut}" if cut else "")
            + (f"; {skipped} cases skipped" if skipped else "")
        )

    def manifest(self, root: Path, run_id: str) -> dict[str, Any]:
        """Returns the record of the undertaking, before its first unit."""
        return {
            "schema": 1,
            "run_id": run_id,
            "kind": self.kind,
            "created": now(),
            "command": list(self.command),
            "options": self.options,
            "preset": self._preset(),
            "preset_hash": self.preset.digest(),
            "seed": self.seed,
            **self._source(root),
            "binaries": [self._binary(root)],
            "catalog": self.catalog.verbatim,
            "plan": [planned.record() for planned in self.plan],
            "skipped": [{"case": case, "reason": why} for case, why in self.skipped.items()],
            "cut": self.cut.record() if self.cut else None,
            "shard": self._shard(),
            "sessions": [],
            "finished": None,
            "interrupted": False,
        }

    def _preset(self) -> dict[str, Any]:
        """Returns the preset with as many blocks as are planned."""
        resolved: dict[str, Any] = {**self.preset.resolved(), "blocks": self.blocks}
        if self.preset.latency and self.cut:
            blocks = self.cut.latency_blocks
            resolved["latency"] = {**resolved["latency"], "blocks": blocks} if blocks else None
        return resolved

    def _shard(self) -> dict[str, Any] | None:
        if self.shard is None:
            return None
        whole = [planned.record() for planned in self.whole]
        return {"index": self.shard.index, "of": self.shard.of, "whole": whole}

    def _binary(self, root: Path) -> dict[str, str]:
        path = os.path.relpath(self.binary, root) if self.built_here else str(self.binary)
        return {"path": path, "sha256": binary.sha256(self.binary), "mode": self.catalog.mode}

    def _source(self, root: Path) -> dict[str, Any]:
        """Returns the commit: of the checkout for what was built here, else as the binary says."""
        commit = _git(root, "rev-parse", "HEAD") if self.built_here else None
        if commit is None:
            build = self.catalog.verbatim.get("build") or {}
            return {"commit": build.get("commit"), "dirty": build.get("dirty")}
        return {"commit": commit, "dirty": _git(root, "status", "--porcelain") not in (None, "")}


def unit_seconds(preset: Preset, mode: str, measures: str = THROUGHPUT) -> float:
    """Returns how long one unit of a preset takes, roughly."""
    window = latency.window(measures, preset.latency, preset.window)
    return window + preset.ramp + START_COST_S.get(mode, START_COST_S["bench"])


def duration(seconds: float) -> str:
    """Returns 80 s, 25 min or 3.5 h."""
    if seconds < 180:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 3 * 3600 else f"{seconds / 3600:.1f} h"


def _git(root: Path, *arguments: str) -> str | None:
    try:
        asked = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return asked.stdout.strip() if asked.returncode == 0 else None
