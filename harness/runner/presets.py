"""What does a preset ask for, and is it well formed?"""

import hashlib
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.runner import latency
from harness.runner.latency import Latency
from harness.runner.preset_check import check
from harness.runner.trouble import Trouble, reason, unknown

FOLDER = Path("workloads/presets")
UNTIL_BUDGET = "until budget"  # as many blocks as fit
DEFAULTS: dict[str, Any] = {
    "description": "",
    "blocks": 5,
    "budget": None,
    "window": 0.1,
    "ramp": 0.02,
    "timeout": 20,
    "kinds": ["run"],
    "cases": [],
}


@dataclass(frozen=True)
class CaseGrid:
    """One [[cases]] table: every combination of its subjects and conditions."""

    workload: str
    subjects: tuple[str, ...]
    conditions: dict[str, tuple[int | float | str, ...]]
    place: str  # file and table path, for messages


@dataclass(frozen=True)
class Preset:
    """A checked preset with everything that it inherits filled in."""

    name: str
    file: str
    description: str
    blocks: int | None  # None: as many as fit the budget
    budget: float | None
    window: float
    ramp: float
    timeout: float
    kinds: tuple[str, ...]
    cases: tuple[CaseGrid, ...]
    latency: Latency | None = None

    def resolved(self) -> dict[str, Any]:
        """Returns the preset as records keep it; what it does not use is left out."""
        timed = self.latency.record() if self.latency else None
        optional = {"budget": self.budget, "latency": timed}
        return {
            "name": self.name,
            "file": self.file,
            "description": self.description,
            "blocks": self.blocks or UNTIL_BUDGET,
            **{key: value for key, value in optional.items() if value},
            "window": self.window,
            "ramp": self.ramp,
            "timeout": self.timeout,
            "kinds": list(self.kinds),
            "cases": [
                {
                    "workload": grid.workload,
                    "subjects": list(grid.subjects),
                    "conditions": {name: list(v) for name, v in grid.conditions.items()},
                }
                for grid in self.cases
            ],
        }

    def digest(self) -> str:
        """Returns a hash over everything that changes what is run."""
        asked = {k: v for k, v in self.resolved().items() if k not in ("file", "description")}
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def names(root: Path) -> list[str]:
    """Returns the presets of the project."""
    return sorted(path.stem for path in (root / FOLDER).glob("*.toml"))


def load(root: Path, name: str, checked: bool = True) -> Preset:
    """Loads a preset of the project by its name, or any file that ends in .toml."""
    path = _find(root, name)
    table, cases = _with_ancestors(root, path, (), checked)
    until_budget = table["blocks"] == UNTIL_BUDGET
    if until_budget and table["budget"] is None:
        what = f"blocks are '{UNTIL_BUDGET}', but there is no budget"
        raise Trouble(what, "add one, in seconds", f"{_shown(root, path)} top level")
    return Preset(
        name=path.stem,
        file=_shown(root, path),
        description=table["description"],
        blocks=None if until_budget else int(table["blocks"]),
        budget=None if table["budget"] is None else float(table["budget"]),
        window=float(table["window"]),
        ramp=float(table["ramp"]),
        timeout=float(table["timeout"]),
        kinds=tuple(table["kinds"]),
        cases=tuple(cases),
        latency=latency.read(table.get("latency"), _shown(root, path)),
    )


def _find(root: Path, name: str) -> Path:
    if name.endswith(".toml"):
        if not Path(name).is_file():
            raise Trouble("there is no such preset file", "check the path", name)
        return Path(name)
    if name not in names(root):
        raise unknown("preset", name, names(root))
    return root / FOLDER / f"{name}.toml"


def _with_ancestors(
    root: Path, path: Path, children: tuple[Path, ...], checked: bool
) -> tuple[dict[str, Any], list[CaseGrid]]:
    """Returns a file's table over its parent's, and the parent's cases before its own."""
    shown = _shown(root, path)
    if path.resolve() in children:
        raise Trouble("'inherits' runs in a circle", "remove one of the links", shown)
    table = _read(path, shown)
    if checked:
        check(table, shown)
        latency.read(table.get("latency"), shown)
    own = [_grid(case, shown, i) for i, case in enumerate(table.get("cases", []))]
    if "inherits" not in table:
        return {**DEFAULTS, **table}, own
    parent = path.parent / f"{table['inherits']}.toml"
    if not parent.is_file():
        known = sorted(p.stem for p in path.parent.glob("*.toml"))
        raise unknown("preset", table["inherits"], known, f"{shown} 'inherits'")
    base, inherited = _with_ancestors(root, parent, (*children, path.resolve()), checked)
    return {**base, **table}, inherited + own


def _read(path: Path, shown: str) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise Trouble(f"not valid TOML: {error}", "correct it there", shown) from error
    except UnicodeDecodeError as error:
        raise Trouble("not UTF-8 text", "save it as UTF-8", shown) from error
    except OSError as error:
        raise Trouble(f"cannot be read ({reason(error)})", "check it", shown) from error


def _grid(case: dict[str, Any], shown: str, index: int) -> CaseGrid:
    return CaseGrid(
        workload=case["workload"],
        subjects=tuple(case.get("subjects", ["all"])),
        conditions={name: tuple(v) for name, v in case.get("conditions", {}).items()},
        place=f"{shown} cases[{index}]",
    )


def _shown(root: Path, path: Path) -> str:
    try:
        return str(path.resolve().relative_to(root.resolve()))
    except ValueError:
        return str(path)
