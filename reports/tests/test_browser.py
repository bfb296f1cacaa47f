"""Does a real browser open the page from disk without complaint and without asking for more?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

import reports
from reports.tests.browser import Browser, browser, found
from reports.tests.runs import Synthetic, crash

pytestmark = pytest.mark.skipif(
    found() is None, reason="chromium is not installed (apt install chromium)")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as one:
        yield one


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = Synthetic(threads=(1, 2, 4), blocks=3).write(
        tmp_path_factory.mktemp("page"), {"counter_mutex_think=0_hold=0_threads=2.b1": crash})
    return reports.render(run)


@pytest.fixture(scope="module")
def race_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = Synthetic(threads=(1, 2), blocks=1, kind="race")
    return reports.render(run.write(tmp_path_factory.mktemp("race")))


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


@pytest.mark.parametrize("which", ["page", "race_page"])
def test_nothing_sticks_out_at_the_width_of_a_telephone(
    chromium: Browser, request: pytest.FixtureRequest, which: str
) -> None:
    chromium.open(request.getfixturevalue(which), width=360)

    assert chromium.value("document.documentElement.scrollWidth") == 360
    chromium.value("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert chromium.value("document.documentElement.scrollWidth") == 360


def test_names_beside_the_lines_stay_inside_the_picture(chromium: Browser, page: Path) -> None:
    chromium.open(page)

    assert chromium.value("""[...document.querySelectorAll('svg.plot')].flatMap(svg => {
        const box = svg.getBoundingClientRect();
        return [...svg.querySelectorAll('text')].filter(text => {
            const own = text.getBoundingClientRect();
            return own.right > box.right + 1 || own.left < box.left - 1;
        }).map(text => text.textContent);
    })""") == []


def test_tables_sort_and_filter(chromium: Browser, page: Path) -> None:
    chromium.open(page)
    table = "document.querySelector('table.cases')"

    order = f"""(() => {{ const head = [...{table}.tHead.rows[0].cells]
        .find(c => c.textContent.trim() === 'ns/op');
        head.querySelector('button').click();
        return [...{table}.tBodies[0].rows].slice(1).map(r => Number(r.cells[2].dataset.v)) }})()"""
    values = chromium.value(order)
    chromium.value("""(() => { const box = document.querySelector('input.filter');
        const later = document.querySelector('table.cases').closest('details')
            .querySelector('input.filter');
        later.value = 'atom'; later.dispatchEvent(new Event('input')); })()""")
    shown = chromium.value(f"[...{table}.querySelectorAll('tbody tr:not(.field)')]"
                           ".filter(r => !r.hidden).map(r => r.cells[0].innerText.split(' ')[0])")

    assert values == sorted(values, reverse=True) and len(values) == 8
    assert set(shown) == {"atom"}


def test_a_deep_link_opens_the_table_it_points_into(chromium: Browser, page: Path) -> None:
    chromium.open(page)
    identity = "case-read_mostly.atom.read_share-0.5.threads-2"

    chromium.value(f"location.hash = '#{identity}'")

    assert chromium.value(f"document.getElementById('{identity}') !== null")
    assert chromium.value(f"document.querySelector(':target').id === '{identity}'")


def test_the_page_is_complete_without_scripts(chromium: Browser, page: Path) -> None:
    chromium.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        chromium.open(page)
        assert chromium.value("document.querySelectorAll('table').length") > 5
        assert chromium.value("document.querySelectorAll('svg.plot').length") > 5
        assert chromium.value("document.querySelectorAll('th button').length") == 0
    finally:
        chromium.call("Emulation.setScriptExecutionDisabled", value=False)


def test_it_prints(chromium: Browser, page: Path, tmp_path: Path) -> None:
    chromium.open(page)

    chromium.pdf(tmp_path / "page.pdf")

    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
    assert chromium.complaints() == []
