"""What does a run set out to do, and with what?"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.runner import binary
from harness.runner.catalog import Catalog
from harness.runner.directory import now
from harness.runner.latency import LATENCY
from harness.runner.plan import Planned
from harness.runner.presets import Preset
from harness.runner.unit import Budget

START_COST_S = 0.04  # of one process, roughly


@dataclass(frozen=True)
class Undertaking:
    """A plan with everything that it was made from."""

    kind: str
    command: tuple[str, ...]
    preset: Preset
    seed: int
    catalog: Catalog
    binary: Path
    built_here: bool
    plan: tuple[Planned, ...]
    skipped: dict[str, str]

    @property
    def budget(self) -> Budget:
        """Returns what each unit may take."""
        preset = self.preset
        perturbed = self.kind == "race"
        return Budget(
            preset.window, preset.ramp, preset.timeout, self.seed, perturbed, preset.latency
        )

    def account(self) -> str:
        """Returns in one line what is to be run and how long it takes."""
        preset, blocks = self.preset, self.preset.blocks
        timed = sum(planned.measures == LATENCY for planned in self.plan)
        units = len(self.plan) - timed
        seconds = len(self.plan) * (preset.ramp + START_COST_S) + units * preset.window
        seconds += timed * preset.latency.window if preset.latency else 0
        latency = f" and {timed} for latency" if timed else ""
        skipped = f"; {len(self.skipped)} cases skipped" if self.skipped else ""
        return (
            f"preset {self.preset.name}: {units // blocks} cases x {blocks} blocks ="
            f" {units} units{latency}, about {seconds:.0f} s; seed {self.seed}{skipped}"
        )

    def manifest(self, root: Path, run_id: str) -> dict[str, Any]:
        """Returns the record of the undertaking, before its first unit."""
        return {
            "schema": 1,
            "run_id": run_id,
            "kind": self.kind,
            "created": now(),
            "command": list(self.command),
            "preset": self.preset.resolved(),
            "preset_hash": self.preset.digest(),
            "seed": self.seed,
            **self._source(root),
            "binaries": [self._binary(root)],
            "catalog": self.catalog.verbatim,
            "plan": [planned.record() for planned in self.plan],
            "skipped": [{"case": case, "reason": why} for case, why in self.skipped.items()],
            "finished": None,
            "interrupted": False,
        }

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


def _git(root: Path, *arguments: str) -> str | None:
    try:
        asked = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return asked.stdout.strip() if asked.returncode == 0 else None
