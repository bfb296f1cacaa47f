"""Does a real browser open the page from disk without complaint and without asking for more?"""

from pathlib import Path

import pytest

from reports.tests.browser import Browser


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("which", ["page", "race_page"])
def test_no_error_and_no_request(
    chromium: Browser, request: pytest.FixtureRequest, tmp_path: Path, which: str, dark: bool
) -> None:
    path: Path = request.getfixturevalue(which)

    chromium.open(path, dark=dark)
    chromium.screenshot(tmp_path / "page.png", height=1200)

    assert chromium.complaints() == []
    assert chromium.requests() == [path.resolve().as_uri()]
    assert (tmp_path / "page.png").stat().st_size > 20_000


def test_a_page_that_errs_and_asks_is_noticed(chromium: Browser, tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text('<!doctype html><img src="http://127.0.0.1:9/x.png"><script>throw 1</script>')

    chromium.open(bad)

    assert len(chromium.requests()) == 2
    assert len(chromium.complaints()) >= 1


def test_a_dark_page_is_dark_behind_its_pictures_too(chromium: Browser, page: Path) -> None:
    colour = "getComputedStyle(document.querySelector('{}')).{}"
    seen = {}
    for dark in (False, True):
        chromium.open(page, dark=dark)
        seen[dark] = [chromium.value(colour.format(*what)) for what in (
            ("body", "backgroundColor"), ("svg.plot text", "fill"))]

    assert seen[False][0] == "rgb(255, 255, 255)" and seen[True][0] == "rgb(20, 23, 26)"
    assert seen[False][1] != seen[True][1]
    assert chromium.value("[...document.querySelectorAll('svg.plot [style]')].filter("
                          "e => getComputedStyle(e).fill === 'rgb(255, 255, 255)').length") == 0


def test_names_beside_the_lines_stay_inside_the_picture(chromium: Browser, page: Path) -> None:
    chromium.open(page)

    assert chromium.value("""[...document.querySelectorAll('svg.plot')].flatMap(svg => {
        const box = svg.getBoundingClientRect();
        return [...svg.querySelectorAll('text')].filter(text => {
            const own = text.getBoundingClientRect();
            return own.right > box.right + 1 || own.left < box.left - 1;
        }).map(text => text.textContent);
    })""") == []


def test_it_prints(chromium: Browser, page: Path, tmp_path: Path) -> None:
    chromium.open(page)

    chromium.pdf(tmp_path / "page.pdf")

    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
    assert chromium.complaints() == []
