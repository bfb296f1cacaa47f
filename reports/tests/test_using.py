"""Does a reader find what is looked for: with the mouse, the keyboard, a link, or without scripts?"""

import statistics
from pathlib import Path
from typing import Any

import pytest

import reports
from reports.tests.browser import Browser
from reports.tests.runs import Synthetic

DEEP = "case-read_mostly.atom.read_share-0.5.threads-2"
TABLE = """<!doctype html><table class="sortable"><thead><tr><th>name<th class="n">value</thead>
<tbody>{rows}</tbody></table>"""


def prepared(path: Path, rows: list[tuple[str, str]]) -> Path:
    """Writes a page that is one table and the report's script."""
    script = (Path(reports.__file__).parent / "templates" / "script.js").read_text("utf-8")
    body = "".join(f'<tr><td>{name}<td class="n" data-v="{value}">{value}' for name, value in rows)
    table = TABLE.format(rows=body)
    path.write_text(f'<meta charset=utf-8><div class="scroll">{table}</div>'
                    f"<script>{script}</script>", "utf-8")
    return path


def column(chromium: Browser, number: int, table: str = "table") -> list[str]:
    found: list[str] = chromium.value(
        f"[...document.querySelector('{table}').tBodies[0].rows].filter(r => !r.hidden)"
        f".map(r => r.cells[{number}].textContent)")
    return found


def click(chromium: Browser, head: int) -> None:
    chromium.value(f"document.querySelectorAll('th button')[{head}].click()")


def type_into_filter(chromium: Browser, text: str, within: str = "document") -> None:
    chromium.value(f"""(() => {{ const box = {within}.querySelector('input.filter');
        box.value = {text!r}; box.dispatchEvent(new Event('input')); }})()""")


def test_numbers_sort_as_numbers_and_what_has_none_stays_last(
    chromium: Browser, tmp_path: Path
) -> None:
    chromium.open(prepared(tmp_path / "t.html", [
        ("a", "9"), ("b", "10"), ("c", ""), ("d", "1e3"), ("e", "-2"), ("f", "0.5")]))

    click(chromium, 1)
    down = column(chromium, 1)
    click(chromium, 1)

    assert down == ["1e3", "10", "9", "0.5", "-2", ""]
    assert column(chromium, 1) == ["-2", "0.5", "9", "10", "1e3", ""]


def test_words_sort_as_people_read_them(chromium: Browser, tmp_path: Path) -> None:
    chromium.open(prepared(tmp_path / "t.html", [
        ("lock_10", "1"), ("lock_9", "2"), ("Atom", "3"), ("élan", "4"), ("mutex", "5")]))

    click(chromium, 0)
    assert column(chromium, 0) == ["Atom", "élan", "lock_9", "lock_10", "mutex"]
    click(chromium, 0)
    assert column(chromium, 0) == ["mutex", "lock_10", "lock_9", "élan", "Atom"]


def test_equal_rows_keep_their_order_and_one_column_says_how_it_is_sorted(
    chromium: Browser, tmp_path: Path
) -> None:
    chromium.open(prepared(tmp_path / "t.html", [
        (name, str(number % 2)) for number, name in enumerate("fedcba")]))

    click(chromium, 0)
    click(chromium, 1)
    once = column(chromium, 0)
    sorts = chromium.value("[...document.querySelectorAll('th')].map(h => h.ariaSort)")
    click(chromium, 1)

    assert once == ["a", "c", "e", "b", "d", "f"]
    assert sorts == [None, "descending"]
    assert column(chromium, 0) == ["b", "d", "f", "a", "c", "e"]
    assert chromium.value("document.querySelectorAll('[aria-sort]').length") == 1


def test_the_reports_tables_sort_within_their_numbers_of_threads(
    chromium: Browser, page: Path
) -> None:
    chromium.open(page)
    table = "document.querySelector('table.cases')"

    values = chromium.value(f"""(() => {{ const heads = [...{table}.tHead.rows[0].cells];
        const at = heads.findIndex(c => c.textContent.trim() === 'ns/op');
        heads[at].querySelector('button').click();
        return [...{table}.tBodies].map(body => [...body.rows].slice(1)
            .map(r => r.cells[at] && Number(r.cells[at].dataset.v))) }})()""")

    assert len(values) == 3
    for numbers in values:
        known = [one for one in numbers if one]
        assert known == sorted(known, reverse=True) and len(known) >= 7


def test_a_filter_shows_what_fits_and_says_how_many(chromium: Browser, page: Path) -> None:
    chromium.open(page)
    details = "document.querySelector('table.cases').closest('details')"
    shown = (f"[...{details}.querySelectorAll('tbody tr:not(.field)')].filter(r => !r.hidden)"
             ".map(r => r.cells[0].innerText.split(' ')[0])")

    type_into_filter(chromium, "ATOM", details)
    assert set(chromium.value(shown)) == {"atom"}
    assert chromium.value(f"{details}.querySelector('[role=status]').textContent") == "3 of 24 rows"
    type_into_filter(chromium, "nothing at all", details)
    assert chromium.value(shown) == []
    assert chromium.value(f"{details}.querySelectorAll('tr.field:not([hidden])').length") == 0
    type_into_filter(chromium, "", details)
    assert len(chromium.value(shown)) == 24


def looked_at(chromium: Browser) -> dict[str, Any]:
    """Returns which element the link points at, and whether it is seen and stands out."""
    chromium.frame()
    found: dict[str, Any] = chromium.value("""(() => {
        const target = document.querySelector(':target');
        if (!target) return { id: null };
        const box = target.getBoundingClientRect();
        const colour = one => getComputedStyle(one).backgroundColor;
        return { id: target.id, open: !target.closest('details:not([open])'), hidden: target.hidden,
            seen: box.height > 0 && box.top >= 0 && box.bottom <= innerHeight,
            stands_out: colour(target.cells[1]) !== colour(document.body) }; })()""")
    return found


def test_a_deep_link_opens_shows_and_marks_its_row_also_after_a_reload(
    chromium: Browser, page: Path
) -> None:
    there = {"id": DEEP, "open": True, "hidden": False, "seen": True, "stands_out": True}
    chromium.open(page)
    assert chromium.value(f"document.getElementById('{DEEP}').closest('details').open") is False

    chromium.value(f"location.hash = '#{DEEP}'")
    assert looked_at(chromium) == there
    chromium.value("scrollTo(0, 0)")
    chromium.reload()

    assert looked_at(chromium) == there


def test_a_deep_link_into_a_filtered_table_shows_its_row(chromium: Browser, page: Path) -> None:
    chromium.open(page)
    table = f"document.getElementById('{DEEP}').closest('details')"
    type_into_filter(chromium, "mutex", table)
    assert chromium.value(f"document.getElementById('{DEEP}').hidden")

    chromium.value(f"location.hash = '#{DEEP}'")

    assert looked_at(chromium)["hidden"] is False


@pytest.mark.parametrize("strange", ["#nowhere", "#%E0%A4%A", "#\"><img src=x>", "#constructor"])
def test_a_strange_link_does_no_harm(chromium: Browser, page: Path, strange: str) -> None:
    chromium.open(page)

    chromium.value(f"location.hash = {strange!r}")
    chromium.frame()
    chromium.reload()

    assert chromium.complaints() == []


def focus(chromium: Browser) -> dict[str, Any]:
    """Returns what has the focus, and whether that can be seen."""
    found: dict[str, Any] = chromium.value("""(() => { const one = document.activeElement;
        const style = getComputedStyle(one), box = one.getBoundingClientRect();
        return { tag: one.localName, text: one.textContent.trim().slice(0, 40),
            href: one.getAttribute('href'), main: Boolean(one.closest('main')),
            seen: box.right > 0 && box.width > 0 &&
                style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 }; })()""")
    return found


def test_the_keyboard_goes_from_the_skip_link_into_the_report(
    chromium: Browser, page: Path
) -> None:
    chromium.open(page)

    chromium.press("Tab")
    first = focus(chromium)
    chromium.press("Enter")
    chromium.frame()
    chromium.press("Tab")

    assert first["href"] == "#main" and first["seen"]
    assert focus(chromium)["main"] and focus(chromium)["seen"]


def test_the_tab_key_reaches_all_in_reading_order_and_is_always_seen(
    chromium: Browser, page: Path
) -> None:
    chromium.open(page)
    seen, tops = [], []
    for start in (None, "#workloads ~ section summary"):
        if start:
            chromium.value(f"document.querySelector('{start}').focus()")
        for _ in range(45):
            chromium.press("Tab")
            seen.append(focus(chromium))
            tops.append(chromium.value(
                "document.activeElement.getBoundingClientRect().top + scrollY"))

    assert all(one["seen"] for one in seen), [one for one in seen if not one["seen"]]
    assert {"a", "summary", "button", "input"} <= {one["tag"] for one in seen}
    inside = [top for one, top in zip(seen, tops) if one["main"]]
    assert len(inside) > 60 and all(b > a - 60 for a, b in zip(inside, inside[1:]))
    assert not any(one["tag"] == "body" for one in seen), "the keyboard is never trapped or lost"


@pytest.mark.parametrize("key", ["Enter", " "])
def test_enter_and_space_sort_and_unfold(chromium: Browser, page: Path, key: str) -> None:
    chromium.open(page)
    chromium.value("document.querySelector('table.cases th button').focus()")

    chromium.press(key)
    once = chromium.value("document.querySelector('table.cases th').ariaSort")
    chromium.press(key)
    twice = chromium.value("document.querySelector('table.cases th').ariaSort")
    chromium.value("document.querySelector('details:not([open]) > summary').focus()")
    chromium.press(key)

    assert (once, twice) == ("ascending", "descending")
    assert chromium.value("document.activeElement.parentElement.open")


def test_all_is_there_without_scripts(chromium: Browser, page: Path) -> None:
    words = ("[...document.querySelectorAll('main :is(td, th, p, dd, h2, h3)')]"
             ".map(e => e.textContent)")
    chromium.open(page)
    with_scripts = chromium.value(words)
    chromium.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        chromium.open(page)
        assert chromium.value("document.querySelectorAll('th button, input').length") == 0
        assert chromium.value(words) == with_scripts and len(with_scripts) > 5000
        assert chromium.value("document.querySelectorAll('[hidden]').length") == 0
        assert chromium.value("document.querySelectorAll('svg.plot').length") > 5
        hidden = """[...document.querySelectorAll('main *')].filter(e => !e.checkVisibility() &&
            !e.closest('details, svg, script')).map(e => e.outerHTML.slice(0, 80))"""
        assert chromium.value(hidden) == []
    finally:
        chromium.call("Emulation.setScriptExecutionDisabled", value=False)


def test_a_long_table_shows_its_beginning_and_all_when_asked(
    chromium: Browser, tmp_path: Path
) -> None:
    rows = [(f"row.{number}.", str(number)) for number in range(1000)]
    chromium.open(prepared(tmp_path / "t.html", rows))

    assert column(chromium, 1) == [str(number) for number in range(100)]
    assert "first 100" in chromium.value("document.querySelector('[role=status]').textContent")
    click(chromium, 1)
    assert column(chromium, 1) == [str(number) for number in range(999, 899, -1)]
    type_into_filter(chromium, "row.77")
    assert column(chromium, 1) == ["779", "778", "777", "776", "775", "774", "773", "772", "771",
                                   "770", "77"]
    type_into_filter(chromium, "")
    chromium.value("document.querySelector('button.all').click()")
    assert len(column(chromium, 1)) == 1000


FILTER = """(() => {
    const table = document.querySelector('.raw table'), box = document.querySelector('.raw .filter');
    table.closest('details').open = true; table.offsetHeight;
    const words = ['atom', 'mutex read', 'counter', 'b', 'spin threads:4', '', 'zzz', 'fetch'];
    const once = word => { const start = performance.now();
        box.value = word; box.dispatchEvent(new Event('input')); table.offsetHeight;
        return performance.now() - start; };
    const rounds = [0, 1, 2].map(() => words.map(once));
    return words.map((word, index) => Math.min(...rounds.map(round => round[index]))); })()"""


def filter_ms(chromium: Browser, page: Path) -> tuple[int, float]:
    """Returns the rows of the page, and the median of what a filter takes, in milliseconds with layout."""
    chromium.open(page)
    rows: int = chromium.value("document.querySelector('.raw table').tBodies[0].rows.length")
    return rows, statistics.median(chromium.value(FILTER))


def test_a_filter_takes_no_more_than_its_share_of_five_thousand_rows(
    chromium: Browser, tmp_path: Path, record_property: Any
) -> None:
    few, few_ms = filter_ms(chromium, reports.render(
        Synthetic(workloads=("counter",), blocks=2).write(tmp_path / "few")))
    many, many_ms = filter_ms(chromium, reports.render(
        Synthetic(workloads=("counter", "read_mostly"), blocks=9, repetitions=3).write(tmp_path / "many")))

    record_property("filter_ms", many_ms)
    print(f"{few} rows {few_ms:.1f} ms, {many} rows {many_ms:.1f} ms, the fastest of three each, with layout")
    assert many >= 5000
    # In proportion to the rows, or to their square? The clock of the page ticks in tenths of a millisecond.
    assert many_ms < 3 * (many / few) * max(few_ms, 0.5)
