"""What on this machine would spoil results? (`tussle doctor`)"""

import json
import subprocess
from pathlib import Path

from harness.runner import binary, environment, exit_codes, findings
from harness.runner.binary import Launcher
from harness.runner.findings import Finding
from harness.runner.trouble import Trouble


def examine(root: Path, given: str | None, as_json: bool) -> int:
    """Prints every finding with its mend; returns 2 when results would be worthless."""
    facts = environment.capture()
    found = [*findings.of_machine(facts), *_packages(root), *_build(root, given)]
    records = [finding.record() for finding in found]
    if as_json:
        print(json.dumps({"environment": facts, "findings": records}, indent=1))
    else:
        _print(found)
    worthless = any(finding.severity == findings.WORTHLESS for finding in found)
    return exit_codes.USAGE if worthless else exit_codes.OK


def _print(found: list[Finding]) -> None:
    for finding in sorted(found, key=lambda f: _ranks().index(f.severity)):
        print(f"{finding.severity:<9} {finding.message}\n{'':<9} mend: {finding.mend}")
    worst = [finding for finding in found if finding.severity == findings.WORTHLESS]
    if worst:
        print(f"Results from this machine would be worthless: {worst[0].message}.")
    else:
        print("Nothing makes results worthless here." if found else "Nothing was found.")


def _ranks() -> list[str]:
    return [findings.WORTHLESS, findings.WARNING, findings.NOTE]


def _packages(root: Path) -> list[Finding]:
    """Asks the setup script, which owns the list of packages."""
    try:
        asked = subprocess.run(
            [str(root / "scripts" / "setup"), "--check"],
            capture_output=True,
            text=True,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    _, missing, names = asked.stderr.partition("missing: ")
    if not missing:
        return []
    severity = findings.NOTE if asked.returncode == 0 else findings.WARNING
    what = f"packages are missing: {names.strip()}"
    return [Finding("packages", severity, what, "scripts/tussle setup")]


def _build(root: Path, given: str | None) -> list[Finding]:
    """Looks at the built binary; a doctor builds nothing."""
    path = Path(given).absolute() if given else binary.built(root, "bench")
    if given is None and not binary.is_checkout(root):
        return []
    if not path.is_file():
        mend = "scripts/tussle setup --build bench"
        return [Finding("not_built", findings.NOTE, "the binary is not built yet", mend)]
    try:
        catalog = binary.ask(Launcher(path))
    except Trouble as trouble:
        mend = "scripts/tussle setup --build bench"
        return [Finding("binary", findings.WORTHLESS, str(trouble), mend)]
    return findings.of_build(catalog.verbatim.get("build") or {}, catalog.mode)
