"""What stands between a page and readers who cannot see it or have no mouse? Asks axe-core."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from reports.tests.browser import Browser

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "build" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
MEND = "apt-get install npm && scripts/setup --need browser"
GRAVE = ("serious", "critical")
# Everything is looked at, also what is folded away.
RUN = """axe.run(document, { resultTypes: ['violations', 'passes'] }).then(found => JSON.stringify(
    found.violations.map(one => ({ id: one.id, impact: one.impact,
        nodes: one.nodes.slice(0, 3).map(node => node.html.slice(0, 160)) }))
    .concat({ id: 'rules', impact: '', nodes: [String(found.passes.length)] })))"""


def need_axe() -> None:
    """Skips the test where axe-core is not here; fails where it has to be (TUSSLE_NEED_AXE=1)."""
    if SOURCE.is_file():
        return
    said = f"axe-core is not here ({MEND})"
    if os.environ.get("TUSSLE_NEED_AXE") == "1":
        pytest.fail(said)
    pytest.skip(said)


def grave_barriers(chromium: Browser) -> list[dict[str, Any]]:
    """Returns what axe-core calls serious or critical in the page that is open."""
    chromium.value("document.querySelectorAll('details').forEach(one => { one.open = true })")
    chromium.value(_source() + "; 0")
    found: list[dict[str, Any]] = json.loads(chromium.value(RUN))
    assert int(found[-1]["nodes"][0]) > 5, "axe-core looked at nothing"
    return [one for one in found if one["impact"] in GRAVE]


@cache
def _source() -> str:
    return SOURCE.read_text("utf-8")
