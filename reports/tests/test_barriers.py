"""Can everybody read the page: on a telephone, at night, on paper, with a screen reader?"""

from pathlib import Path
from typing import Any

import pytest

import reports
from reports.tests import catalogs
from reports.tests.axe import grave_barriers, need_axe
from reports.tests.browser import Browser
from reports.tests.runs import Synthetic, break_invariant, crash
from reports.tests.test_html import rename

NASTY = ('<script>alert(1)</script>\'"&<img src=x onerror=alert(1)>javascript:alert(1)'
         "\u202egnp.exe\u2066" + "very_long_" * 30)
BAD_PAGE = """<!doctype html><html><head><title>x</title></head><body><main><img src="data:,">
<p style="color:#bbb;background:#fff">pale</p><button></button></main></body></html>"""


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns a page whose every name and message is made to break out of it."""
    catalog = catalogs.catalog()
    for entry in (*catalog["workloads"], *catalog["subjects"]):
        entry["name"] = entry["name"].replace("mutex", NASTY).replace("counter_private", NASTY)
        entry.update({key: NASTY for key in ("question", "invariant", "failure", "description",
                                             "source", "race_reason") if key in entry})
    run = Synthetic(workloads=("counter_private",), subjects=("atom", "mutex"), threads=(1, 2),
                    blocks=3).write(tmp_path_factory.mktemp("nasty"))
    rename(run, NASTY, catalog)
    return reports.render(run)


@pytest.fixture(scope="module")
def every_section(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns a page that has every section that a timing run can have."""
    small: dict[str, Any] = {"workloads": ("counter_private", "read_mostly"), "threads": (1, 4),
                             "blocks": 6, "subjects": ("atom", "mutex", "fetch_add", "empty",
                                                       "shared_mutex", "load_then_reset")}
    before = Synthetic(**small).write(tmp_path_factory.mktemp("before"))
    after = Synthetic(**small, seed=2, slower={"atom": 1.2}).write(
        tmp_path_factory.mktemp("after"), {"private_mutex_think=0_threads=1.b1": crash,
                                           "private_mutex_think=0_threads=4": break_invariant})
    (after / "units" / "torn.json").write_text("{")
    return reports.render(after, baseline=before)


def test_hostile_names_do_nothing_and_are_shown_as_they_are(chromium: Browser, nasty: Path) -> None:
    chromium.open(nasty)
    chromium.value("document.querySelectorAll('details').forEach(one => { one.open = true })")

    assert chromium.complaints() == [] and len(chromium.requests()) == 1
    assert chromium.value("document.scripts.length") == 2
    assert chromium.value("document.querySelectorAll('main img, [onerror]').length") == 0
    assert chromium.value("[...document.links].every(a => a.getAttribute('href')[0] === '#')")
    assert chromium.value(
        "document.querySelector('.choices').textContent.includes('<script>alert(1)</script>')")


def test_hostile_names_do_not_turn_the_text_around_them(chromium: Browser, nasty: Path) -> None:
    chromium.open(nasty)

    assert not set(nasty.read_text("utf-8")) & set("\u202e\u2066")
    assert chromium.value("document.querySelector('.choices').textContent.includes('\\\\u202egnp')")
    assert chromium.value("JSON.parse(document.getElementById('summary-json').textContent)"
                          ".subjects.some(one => one.name.includes('\\u202egnp'))")


@pytest.mark.parametrize("which", ["every_section", "race_page", "nasty"])
def test_nothing_sticks_out_at_the_width_of_a_telephone(
    chromium: Browser, request: pytest.FixtureRequest, which: str
) -> None:
    chromium.open(request.getfixturevalue(which), width=360)

    assert chromium.value("document.documentElement.scrollWidth") == 360
    chromium.value("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert chromium.value("document.documentElement.scrollWidth") == 360
    wide = """[...document.querySelectorAll('table, figure')].filter(one =>
        one.getBoundingClientRect().width > 340 && !one.closest('.scroll'))
        .map(one => one.outerHTML.slice(0, 80))"""
    assert chromium.value(wide) == []


def colours(chromium: Browser) -> list[str]:
    found: list[str] = chromium.value("""[['body', 'backgroundColor'], ['body', 'color'],
        ['svg.plot text', 'fill'], ['figure.heat .series path', 'fill'],
        ['figure.wide .series path', 'stroke'], ['.tile', 'backgroundColor']]
        .map(([what, name]) => getComputedStyle(document.querySelector(what))[name])""")
    return found


def test_light_and_dark_differ_in_every_colour(chromium: Browser, page: Path) -> None:
    chromium.open(page)
    light = colours(chromium)
    chromium.open(page, dark=True)

    assert all(one != other for one, other in zip(light, colours(chromium))), light


def test_paper_is_white_and_has_all_tables(chromium: Browser, page: Path) -> None:
    chromium.open(page, dark=True)
    chromium.call("Emulation.setEmulatedMedia", media="print",
                  features=[{"name": "prefers-color-scheme", "value": "dark"}])
    try:
        shown = colours(chromium)
        chromium.value("dispatchEvent(new Event('beforeprint'))")
        folded = chromium.value("document.querySelectorAll('details.table:not([open])').length")
        cut = chromium.value("""[...document.querySelectorAll('.scroll')].filter(one =>
            getComputedStyle(one).overflowX !== 'visible').length""")
        chromium.value("dispatchEvent(new Event('afterprint'))")
        again = chromium.value("document.querySelectorAll('details.table:not([open])').length")
    finally:
        chromium.call("Emulation.setEmulatedMedia", media="")
    assert shown[0] in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)") and shown[1] == "rgb(0, 0, 0)"
    assert (folded, cut) == (0, 0) and again > 0


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("which", ["every_section", "race_page", "nasty"])
def test_axe_finds_nothing_serious(
    chromium: Browser, request: pytest.FixtureRequest, which: str, dark: bool
) -> None:
    need_axe()
    chromium.open(request.getfixturevalue(which), dark=dark)

    assert grave_barriers(chromium) == []


def test_axe_finds_nothing_serious_on_a_telephone(chromium: Browser, every_section: Path) -> None:
    need_axe()
    chromium.open(every_section, width=360)

    assert grave_barriers(chromium) == []


def test_a_page_with_barriers_is_noticed(chromium: Browser, tmp_path: Path) -> None:
    need_axe()
    (tmp_path / "bad.html").write_text(BAD_PAGE)
    chromium.open(tmp_path / "bad.html")

    found: set[Any] = {one["id"] for one in grave_barriers(chromium)}

    assert {"image-alt", "color-contrast", "button-name", "html-has-lang"} <= found


@pytest.mark.parametrize(("needed", "outcome"), [
    ("1", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_without_axe_the_test_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, needed: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setattr("reports.tests.axe.SOURCE", tmp_path / "none.js")
    monkeypatch.setenv("TUSSLE_NEED_AXE", needed)

    with pytest.raises(outcome, match="scripts/setup --need browser"):
        need_axe()
