"""Is the binary brought up to date before it is used, and is a build that fails told apart?"""

from pathlib import Path

import pytest

from harness.runner import binary
from harness.runner.binary import Launcher
from harness.runner.tests.stage import Place
from harness.runner.trouble import Trouble


def checkout(folder: Path, setup: str) -> Path:
    """Makes a checkout whose setup script is a few lines of shell."""
    script = folder / "scripts" / "setup"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\ncd "$(dirname "$0")/.." && {setup}\n')
    script.chmod(0o755)
    (folder / "CMakeLists.txt").touch()
    return folder


def test_the_build_is_asked_for_and_its_words_go_to_stderr(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    root = checkout(tmp_path, 'mkdir -p build/$2/bin && echo "$@" | tee build/$2/bin/tussle_bench')

    found = binary.find(root, "tsan", None)

    assert found.read_text() == "--build tsan --target tussle_bench\n"
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "--build tsan --target tussle_bench\n")


@pytest.mark.parametrize(
    ("setup", "complaint", "code"),
    [
        ("exit 2", "the bench build failed", 2),
        ("kill -9 $$", "the bench build failed", 4),
        ("true", "the bench build left no binary", 2),
    ],
)
def test_a_build_without_a_binary_is_one_line(
    tmp_path: Path, setup: str, complaint: str, code: int
) -> None:
    with pytest.raises(Trouble, match=complaint) as caught:
        binary.find(checkout(tmp_path, setup), "bench", None)

    assert caught.value.code == code


def test_where_tussle_is_installed_nothing_is_built(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="is installed and builds nothing.*--binary PATH") as caught:
        binary.find(tmp_path, "bench", None)

    assert caught.value.code == 2


def test_a_checkout_without_its_setup_script(tmp_path: Path) -> None:
    (tmp_path / "CMakeLists.txt").touch()

    with pytest.raises(Trouble, match="no such file or directory.* in scripts/setup"):
        binary.find(tmp_path, "bench", None)


def test_a_catalog_is_asked_for_once_more_with_fixed_addresses(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_START", "setarch")
    launcher = Launcher(place.binary)

    catalog = binary.ask(launcher)

    assert launcher.fixed_addresses and "atom" in catalog.subjects
    assert launcher.command(["--catalog"]) == ["setarch", "-R", str(place.binary), "--catalog"]


def test_a_binary_that_falls_at_once_has_its_words_in_the_complaint(place: Place) -> None:
    place.binary.write_text("#!/bin/sh\necho cannot open libbenchmark.so >&2; exit 127\n")

    with pytest.raises(Trouble, match=r"no catalog \(exit 127; cannot open libbenchmark.so\)"):
        binary.ask(Launcher(place.binary))
