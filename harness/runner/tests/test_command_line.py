"""Does the command line answer, keep stdout for data, and show how far it is?"""

import contextlib
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator

import pytest

from harness.runner import directory, presets
from harness.runner.command_line import COMMANDS, ROOT
from harness.runner.measure import BUILD_OF
from harness.runner.tests.stage import Place, start_for_real


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(place: Place, command: str) -> None:
    with pytest.raises(SystemExit) as ended:
        place.type(command, "--help")

    assert ended.value.code == 0


def test_no_command_is_a_usage_error_with_the_overview(place: Place) -> None:
    ended = place.type()

    assert ended.code == 2
    assert "race-checks" in ended.err and ended.out == ""


def test_stdout_holds_data_only(place: Place) -> None:
    ended = place.run()

    assert ended.out == "results/latest/report.html\n"
    assert sum(line.startswith("[") for line in ended.err.splitlines()) == 4
    assert "[4/4]" in ended.err


@pytest.mark.parametrize("topic", ["workloads", "subjects", "cases", "presets"])
def test_lists_for_programs_are_json(place: Place, topic: str) -> None:
    ended = place.type("list", topic, "--json", "--binary", str(place.binary))

    assert ended.code == 0
    assert len(json.loads(ended.out)) > 1
    assert ended.err == ""


def test_the_list_of_everything(place: Place) -> None:
    words = place.type("list", "--binary", str(place.binary))
    record = place.type("list", "--json", "--binary", str(place.binary))

    assert "  atom             ours: counts with atom" in words.out
    assert "counter/fetch_add" in words.out and "only hold=0" in words.out
    assert set(json.loads(record.out)) == {"workloads", "subjects", "cases", "presets"}


def test_presets_are_listed_without_a_binary_and_parents_are_not(place: Place) -> None:
    ended = place.type("list", "presets")

    listed = [line.split()[0] for line in ended.out.splitlines()]
    assert listed == [name for name in presets.names(ROOT) if name != "base"]


@pytest.mark.parametrize(("kind", "name"), [
    (kind, name) for name in presets.names(ROOT) for kind in presets.load(ROOT, name).kinds
    if kind != "stress"  # it plans nothing ahead
])
def test_every_preset_fits_the_catalog_of_the_real_binary(place: Place, kind: str, name: str) -> None:
    binary = ROOT / "build" / BUILD_OF[kind] / "bin" / "tussle_bench"
    if not binary.is_file():
        pytest.skip(f"no {binary.relative_to(ROOT)} (scripts/setup --build {BUILD_OF[kind]})")

    ended = place.type(kind, name, "--dry-run", "--binary", str(binary))

    assert ended.code == 0, ended.err
    assert "counter/plain_int/think:0/hold:0/threads:2" in ended.out
    assert "counter/load_then_reset/think:0/hold:0/threads:2" in ended.out


def test_report_renders_again(place: Place) -> None:
    place.run()
    run_id = place.manifest()["run_id"]

    out, err, code = really(place, "report", "latest")

    assert (out, err, code) == (f"results/{run_id}/report.html\n", "", 0)
    assert "</html>" in (place.results / "latest" / "report.html").read_text()


def test_a_run_is_found_by_path_id_and_as_latest(place: Place) -> None:
    place.run()
    run = (place.results / "latest").resolve()

    for name in (str(run), "results/latest", run.name, "latest"):
        assert directory.find(ROOT, name) == run


def test_report_names_a_torn_unit_and_counts_it_as_missing(place: Place) -> None:
    place.run()
    torn = next((place.results / "latest" / "units").glob("counter_atom*.json"))
    torn.write_text(torn.read_text()[:100])

    out, err, code = really(place, "report", "latest")

    assert code == 4
    assert out.endswith("/report.html\n")
    assert err.count("\n") == 1 and err.startswith("tussle: ") and torn.name in err


def test_report_of_something_else_is_one_line(place: Place) -> None:
    (place.folder / "other").mkdir()

    out, err, code = really(place, "report", "other")

    assert (out, code) == ("", 2)
    assert err.count("\n") == 1 and "other/manifest.json" in err


def test_compare_takes_run_ids(place: Place) -> None:
    place.run()

    out, err, code = really(place, "compare", place.manifest()["run_id"], "latest")

    assert (err, code) == ("", 0)
    assert "counter/atom" in out or "Of 2 cases" in out


def test_the_verdict_of_a_run_stands_when_nobody_reads_its_report(place: Place) -> None:
    arguments = ["run", place.preset(), "--binary", str(place.binary)]
    process = start_for_real(place, *arguments, FAKE_SUBJECTS="atom=broken")
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None

    _, err = process.communicate(timeout=60)

    assert process.returncode == 3, err
    assert "Traceback" not in err


def test_a_reader_that_goes_away_is_no_success(place: Place) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "harness.runner", "list", "--binary", str(place.binary)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with open(writer, "wb") as out:
        done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, env=environment)

    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("debug", ["", "1"])
def test_what_nobody_foresaw_is_one_line_and_exit_4(
    place: Place, monkeypatch: pytest.MonkeyPatch, debug: str
) -> None:
    def fall(*_: object) -> None:
        raise RuntimeError("no such\nluck")

    monkeypatch.setattr(presets, "load", fall)
    monkeypatch.setenv("TUSSLE_DEBUG", debug)

    ended = place.type("list", "presets")

    assert ended.code == 4
    assert "tussle: unexpected error (RuntimeError: no such luck)" in ended.err
    assert ("Traceback" in ended.err) == bool(debug) and (debug or ended.complaint)


def really(place: Place, *arguments: str) -> tuple[str, str, int]:
    """Types a command in a process of its own, with the real reports."""
    process = start_for_real(place, *arguments)
    out, err = process.communicate(timeout=60)
    return out, err, process.returncode


def said_before_the_end(terminal: int) -> Iterator[bytes]:
    """Yields what was written to a terminal whose other end nobody has open any more."""
    with contextlib.suppress(OSError):  # the end of a terminal is EIO
        while said := os.read(terminal, 65536):
            yield said


def test_a_terminal_gets_a_bar() -> None:
    reader, terminal = pty.openpty()
    code = "from harness.runner import progress; bar = progress.choose(3); bar.starts('case');" \
        " bar.ends({'status': 'ok'}, True); bar.close()"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "NO_COLOR": "1"}
    subprocess.run([sys.executable, "-c", code], check=True, stderr=terminal, env=environment)
    os.close(terminal)

    seen = b"".join(said_before_the_end(reader)).decode()
    os.close(reader)

    assert "1/3" in seen and "case" in seen
    assert "\x1b[3" not in seen  # NO_COLOR: the bar moves, but has no colours
