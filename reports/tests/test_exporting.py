"""Does every wish reach its file whole, or nothing at all with one clear line?"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reports.errors import RecordError
from reports.exporting import FORMATS, Wish, check, export
from reports.tests import exported

ROOT = Path(__file__).resolve().parents[2]


def test_all_formats_at_once(tmp_path: Path) -> None:
    run = exported.clean(tmp_path / "run")
    wanted = [Wish(known.option, str(tmp_path / "out" / "deep" / known.option)) for known in FORMATS]

    export(run, wanted)

    assert sorted(path.name for path in (tmp_path / "out/deep").iterdir()) == sorted(f.option for f in FORMATS)
    assert all(path.stat().st_size > 100 for path in (tmp_path / "out/deep").iterdir())


@pytest.mark.parametrize("write", exported.ALL)
def test_every_kind_of_run_can_be_exported(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    run = write(tmp_path / "run")
    race = '"kind": "race"' in (run / "manifest.json").read_text(encoding="utf-8")

    export(run, [Wish(f.option, str(tmp_path / f.option)) for f in FORMATS if not (race and f.timed)])

    assert (tmp_path / "junit").read_text(encoding="utf-8").startswith("<?xml")


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    run, pipe = exported.clean(tmp_path / "run"), tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen([sys.executable, "-c", f"print(open({str(pipe)!r}).read(10))"],
                              stdout=subprocess.PIPE, text=True)

    export(run, [Wish("markdown", str(pipe))])

    assert reader.communicate()[0].startswith("## ✅") and pipe.is_fifo()


def test_a_link_keeps_pointing_at_the_file(tmp_path: Path) -> None:
    run = exported.clean(tmp_path / "run")
    (tmp_path / "link").symlink_to("real")

    export(run, [Wish("junit", str(tmp_path / "link"))])

    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_text().startswith("<?xml")


@pytest.mark.parametrize(("wanted", "kind", "complaint"), [
    ([Wish("junit", "x"), Wish("sarif", "./x")], "run", "--junit goes there too in --sarif ./x"),
    ([Wish("csv", "-"), Wish("markdown", "-")], "run", "--csv goes there too in --markdown -"),
    ([Wish("junit", "/")], "run", "this is a directory in --junit /"),
    ([Wish("junit", "/proc/self/nothing/x")], "run", "cannot write there in --junit"),
    ([Wish("junit", "/etc/hostname/x")], "run", "cannot write there in --junit"),
    ([Wish("csv", "x")], "race", "a race run has no times in --csv x"),
])
def test_a_wish_that_cannot_be_fulfilled_is_one_line(wanted: list[Wish], kind: str, complaint: str) -> None:
    with pytest.raises(RecordError) as raised:
        check(wanted, kind)

    assert complaint in str(raised.value) and "\n" not in str(raised.value)


def test_nothing_is_written_when_one_wish_is_bad(tmp_path: Path) -> None:
    run = exported.raced(tmp_path / "run")
    (tmp_path / "junit.xml").write_text("kept")

    with pytest.raises(RecordError):
        export(run, [Wish("junit", str(tmp_path / "junit.xml")), Wish("charts", str(tmp_path / "c.json"))])

    assert (tmp_path / "junit.xml").read_text() == "kept" and not (tmp_path / "c.json").exists()


def test_a_disk_that_is_full_is_one_line(tmp_path: Path) -> None:
    run = exported.clean(tmp_path / "run")

    with pytest.raises(RecordError, match="cannot write .No space left on device. in --markdown /dev/full"):
        export(run, [Wish("markdown", "/dev/full")])


def test_the_formats_are_imported_only_when_asked_for() -> None:
    script = "import sys, reports.exporting; print([m for m in sys.modules if m.startswith('reports.exports')])"

    said = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert said.stdout == "[]\n"
