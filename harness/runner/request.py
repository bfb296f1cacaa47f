"""What was asked for on the command line, and is it what a stored run was asked for?"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.runner import presets
from harness.runner.plan import Choice
from harness.runner.presets import Preset
from harness.runner.shard import Shard
from harness.runner.trouble import Trouble
from reports.exporting import Wish


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
    budget: float | None = None
    shard: Shard | None = None
    out: str | None = None
    binary: str | None = None
    dry_run: bool = False
    resume: str | None = None
    exports: tuple[Wish, ...] = ()
    latency: bool = True  # with the latency pass, where the preset has one

    def options(self) -> dict[str, Any]:
        """Returns what decides about the plan, as the manifest keeps it."""
        is_file = self.preset.endswith(".toml")
        return {
            "preset": str(Path(self.preset).absolute()) if is_file else self.preset,
            "filter": self.choice.pattern,
            "subjects": list(self.choice.subjects),
            "workloads": list(self.choice.workloads),
            "threads": list(self.choice.threads),
            "blocks": self.blocks,
            "window": self.window,
            "timeout": self.timeout,
            "budget": self.budget,
            "no_latency": None if self.latency else True,
            "shard": str(self.shard) if self.shard else None,
        }

    def require_same(self, manifest: dict[str, Any], place: str) -> None:
        """Raises when something was typed that is not what a stored run was begun with."""
        stored = {**manifest["options"], "seed": manifest["seed"]}
        typed: dict[str, Any] = {**self.options(), "seed": self.seed}
        for name, value in typed.items():
            if value is None or value in ([], "") or value == stored.get(name):
                continue
            had = stored.get(name)
            label = name if name == "preset" else f"--{name.replace('_', '-')}"
            what = f"{label} is {value}, but the run was begun with {had or 'none'}"
            raise Trouble(what, "leave it away, or start a new run", place)

    def of_stored(self, options: dict[str, Any]) -> "Request":
        """Returns the request that a stored run was begun with."""
        return replace(
            self,
            preset=options["preset"],
            blocks=options.get("blocks"),
            window=options.get("window"),
            timeout=options.get("timeout"),
            budget=options.get("budget"),
            latency=not options.get("no_latency"),
        )

    def loaded_preset(self, root: Path) -> Preset:
        """Returns the preset with what the command line replaces in it."""
        preset = presets.load(root, self.preset)
        if self.kind not in preset.kinds:
            allowed = ", ".join(f"tussle {kind}" for kind in preset.kinds)
            mend = f"use it with {allowed}" if allowed else "it is only there to be inherited from"
            raise Trouble(f"preset {preset.name} is not for `{self.kind}`", mend, preset.file)
        preset = replace(
            preset,
            blocks=self.blocks or preset.blocks,
            window=self.window or preset.window,
            timeout=self.timeout or preset.timeout,
            budget=self.budget or preset.budget,
            latency=preset.latency if self.latency and self.kind == "run" else None,
        )
        longest = max(preset.window, preset.latency.window if preset.latency else 0)
        needed = longest + preset.ramp
        if preset.timeout <= needed:
            what = f"a unit measures for {needed:g} s, so it cannot end in {preset.timeout:g} s"
            raise Trouble(what, "raise the timeout or shorten the window", preset.file)
        return preset
