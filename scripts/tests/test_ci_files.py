"""Do the CI files for users work? Every command of both is run here, with a fake binary."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.tests import ci_runner
from scripts.tests.ci_runner import Checkout, copied, make_checkout
from scripts.tests.conftest import ROOT

GITHUB = ci_runner.read("github-actions.yml")
GITLAB = ci_runner.read("gitlab-ci.yml")
GITLAB_JOBS = {name: job for name, job in GITLAB.items() if "script" in job}
SLOW = {"FAKE_SPEED": "0.5"}


def commands() -> Iterator[str]:
    """Yields every script of both files."""
    for job in GITHUB["jobs"].values():
        yield from (step["run"] for step in job["steps"] if "run" in step)
    for job in GITLAB_JOBS.values():
        yield "\n".join(job["script"])


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make_checkout(tmp_path)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkout, str]:
    """The first push to the main branch, and what its job said."""
    checkout = make_checkout(tmp_path_factory.mktemp("first"))
    code, said = push(checkout)
    assert code == 0, said
    return checkout, said


@pytest.fixture
def pushed(first: tuple[Checkout, str], tmp_path: Path) -> Checkout:
    """A checkout whose cache holds the baseline of the first push."""
    return copied(first[0], tmp_path)


def push(checkout: Checkout, **variables: str) -> tuple[int, str]:
    """Runs the measuring job of GitHub on a fresh workspace; the cache stays."""
    shutil.rmtree(checkout.root / "build/ci", ignore_errors=True)
    checkout.variables = variables
    return checkout.github(GITHUB["jobs"]["measure"])


def test_github_the_first_push_has_nothing_to_compare_with(first: tuple[Checkout, str]) -> None:
    checkout, said = first

    assert "::notice::there is no baseline yet" in said
    assert checkout.summary.startswith("## ✅ Tussle: All 1 case") and "### Against" not in checkout.summary
    for name in ("run.xml", "run.sarif", "samples.csv", "charts.json", "benchmark.json", "run/report.html"):
        assert checkout.exists(f"build/ci/{name}")
    assert (checkout.cache / "manifest.json").exists()


def test_github_the_next_push_is_compared(pushed: Checkout) -> None:
    code, said = push(pushed)

    assert code == 0 and "Of 1 cases: 1 the same" in said
    assert "### Against" in pushed.summary


def test_github_a_regression_fails_the_job_and_does_not_become_the_baseline(pushed: Checkout) -> None:
    before = (pushed.cache / "manifest.json").read_text("utf-8")

    code, said = push(pushed, **SLOW)

    assert code == 1, said
    assert "| regression | 0.50× |" in pushed.summary
    assert pushed.ran[-1] == "actions/upload-artifact"
    assert (pushed.cache / "manifest.json").read_text("utf-8") == before


def test_github_another_machine_is_a_warning(pushed: Checkout) -> None:
    host = next((pushed.cache / "env").iterdir())
    record = json.loads(host.read_text("utf-8"))
    record["cpu"]["model"] = "Another CPU"
    host.write_text(json.dumps(record), "utf-8")

    code, said = push(pushed, **SLOW)

    assert code == 0, said
    assert "::warning::another machine or compiler" in said


def test_github_a_broken_invariant_is_reported_in_full(checkout: Checkout) -> None:
    code, said = push(checkout, FAKE_SUBJECTS="atom=broken")

    assert code == 3, said
    assert "## ❌ Tussle: Failed" in checkout.summary
    assert checkout.exists("build/ci/run.xml") and not checkout.cache.exists()


@pytest.mark.parametrize(("subjects", "code", "sign"), [("", 0, "✅"), ("atom=racy", 3, "❌")])
def test_github_races_reach_code_scanning(checkout: Checkout, subjects: str, code: int, sign: str) -> None:
    checkout.variables = {"FAKE_SUBJECTS": subjects} if subjects else {}

    ended, said = checkout.github(GITHUB["jobs"]["race"])

    assert ended == code, said
    assert "github/codeql-action/upload-sarif" in checkout.ran
    assert checkout.summary.startswith(f"## {sign} Tussle")


def test_a_build_that_fails_leaves_no_step_that_stumbles(checkout: Checkout) -> None:
    ci_runner.write_command(checkout.root / "scripts/setup", "exit 2")

    code, said = checkout.github(GITHUB["jobs"]["race"])

    assert code == 2 and said == ""
    assert checkout.ran[-1] == "actions/upload-artifact" and "export" not in "".join(checkout.ran)


def test_gitlab_a_pipeline_and_one_with_a_regression(checkout: Checkout) -> None:
    codes = []
    pushes: list[dict[str, str]] = [{}, SLOW]
    for variables in pushes:
        shutil.rmtree(checkout.root / "build/ci", ignore_errors=True)
        shutil.rmtree(checkout.root / "baseline", ignore_errors=True)
        checkout.variables = dict(variables)
        codes.append([checkout.gitlab(GITLAB_JOBS[name])[0] for name in ("measure", "compare", "baseline")])

    assert codes == [[0, 0, 0], [0, 1, 0]]
    for path in (GITLAB_JOBS["measure"]["artifacts"]["reports"]["junit"], "build/ci/compare.md"):
        assert checkout.exists(path)


def test_gitlab_a_race_fails_with_its_files(checkout: Checkout) -> None:
    checkout.variables = {"FAKE_SUBJECTS": "atom=racy"}

    code, said = checkout.gitlab(GITLAB_JOBS["race"])

    assert code == 3, said
    assert all(checkout.exists(f"build/ci/race.{kind}") for kind in ("xml", "sarif", "md"))


def test_every_command_is_run_by_some_test_above() -> None:
    """A new job must be run here too."""
    assert set(GITHUB["jobs"]) == {"measure", "race"}
    assert set(GITLAB_JOBS) == {"measure", "race", "compare", "baseline"}


@pytest.mark.parametrize("script", commands())
def test_commands_name_what_exists(script: str) -> None:
    for name, arguments in re.findall(r"scripts/(\w+)([^\n]*)", script):
        assert (ROOT / "scripts" / name).exists()
        preset = re.match(r" run (\w+)", arguments)
        assert not preset or (ROOT / f"workloads/presets/{preset[1]}.toml").exists()
        for group in (re.findall(r"--need (\S+)", arguments) or [""])[0].split(","):
            assert not group or re.search(rf"^{group} ", (ROOT / "scripts/packages.txt").read_text("utf-8"), re.M)


@pytest.mark.parametrize("script", commands())
def test_shellcheck_has_nothing_against_the_commands(script: str) -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    ended = subprocess.run(["shellcheck", "-s", "sh", "-"], input=script, capture_output=True, text=True, check=False)

    assert ended.stdout == ""


def problems_of_github(workflow: dict[str, Any]) -> list[str]:
    """Returns what GitHub would refuse, or what would keep a file from its reader."""
    found = [f"no {key}" for key in ("name", "on", "jobs", "permissions") if key not in workflow]
    for name, job in workflow["jobs"].items():
        found += [f"{name}: no {key}" for key in ("runs-on", "steps", "timeout-minutes") if key not in job]
        for step in job["steps"]:
            if ("run" in step) == ("uses" in step):
                found.append(f"{name}: a step does nothing, or two things")
            if "uses" in step and not re.fullmatch(r"[\w./-]+@v\d+", step["uses"]):
                found.append(f"{name}: {step['uses']} has no version")
            if "upload-sarif" in step.get("uses", ""):
                found += _of_upload(name, workflow, job, step)
    return found


def _of_upload(name: str, workflow: dict[str, Any], job: dict[str, Any], step: dict[str, Any]) -> list[str]:
    granted = job.get("permissions", workflow["permissions"])
    found = [] if granted.get("security-events") == "write" else [f"{name}: must not upload"]
    found += [] if "cancelled()" in step.get("if", "") else [f"{name}: races that fail the job are not uploaded"]
    written = [step.get("run", "") for step in job["steps"]]
    made = any(f"--sarif {step['with']['sarif_file']}" in script for script in written)
    return found + ([] if made else [f"{name}: nobody writes {step['with']['sarif_file']}"])


def problems_of_gitlab(pipeline: dict[str, Any]) -> list[str]:
    """Returns what GitLab would refuse, or what would keep a file from its reader."""
    jobs = {name: job for name, job in pipeline.items() if "script" in job}
    found = []
    for name, job in jobs.items():
        found += [] if job.get("stage") in pipeline["stages"] else [f"{name}: no such stage"]
        found += [f"{name}: needs {other}" for other in job.get("needs", []) if other not in jobs]
        found += [] if all(isinstance(line, str) for line in job["script"]) else [f"{name}: a line is no text"]
        artifacts = job.get("artifacts", {})
        found += [] if not artifacts or artifacts.get("when") == "always" else [f"{name}: lost when it fails"]
        report = artifacts.get("reports", {}).get("junit")
        written = not report or f"--junit {report}" in "\n".join(job["script"])
        found += [] if written else [f"{name}: nobody writes {report}"]
    return found


def test_both_files_are_well_formed() -> None:
    assert problems_of_github(GITHUB) == []
    assert problems_of_gitlab(GITLAB) == []


def spoilt(workflow: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    copied: dict[str, Any] = json.loads(json.dumps(workflow))
    change(copied)
    return copied


@pytest.mark.parametrize(("change", "complaint"), [
    (lambda w: w["jobs"]["race"].pop("permissions"), "race: must not upload"),
    (lambda w: w["jobs"]["race"]["steps"][1].pop("uses"), "does nothing"),
    (lambda w: w["jobs"]["race"]["steps"][1].update(uses="actions/checkout"), "has no version"),
    (lambda w: w["jobs"]["race"]["steps"][5].pop("if"), "races that fail the job are not uploaded"),
    (lambda w: w["jobs"]["race"]["steps"][3].update(run="true"), "nobody writes build/ci/race.sarif"),
    (lambda w: w.pop("on"), "no on"),
])
def test_the_check_of_github_finds_what_is_wrong(change: Callable[[Any], object], complaint: str) -> None:
    assert complaint in " ".join(problems_of_github(spoilt(GITHUB, change)))


@pytest.mark.parametrize(("change", "complaint"), [
    (lambda p: p["race"].update(stage="later"), "race: no such stage"),
    (lambda p: p["compare"].update(needs=["gone"]), "compare: needs gone"),
    (lambda p: p["race"]["artifacts"].pop("when"), "race: lost when it fails"),
    (lambda p: p["race"].update(script=["true"]), "nobody writes build/ci/race.xml"),
])
def test_the_check_of_gitlab_finds_what_is_wrong(change: Callable[[Any], object], complaint: str) -> None:
    assert complaint in " ".join(problems_of_gitlab(spoilt(GITLAB, change)))
