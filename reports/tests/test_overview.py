"""Do heat map, choices, course and contents say what the summary says?"""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from reports.contents import contents
from reports.course import Step, draws_all, run_course
from reports.heat import Cell, Job, heat_map
from reports.html import to_html
from reports.matrix import matrix
from reports.overview import course_picture, heat_picture
from reports.palette import HEAT, ON_HEAT, heat, variables
from reports.records import load
from reports.sparks import spark
from reports.summary import summarize
from reports.svg import SVG, to_svg
from reports.tests.runs import Synthetic, break_invariant, crash
from reports.tests.test_figures import contrast, texts

BROKEN = "spin_lock"
LOST = "absl_mutex"


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Returns a run in which the otherwise second-fastest broke, and another never ran through."""
    run = Synthetic(workloads=("counter_private", "read_mostly"), threads=(1, 2, 4)).write(
        tmp_path_factory.mktemp("overview"), {
            f"counter_private_{BROKEN}_think=0_threads=2": break_invariant,
            f"counter_private_{LOST}_think=0_threads=2": crash})
    return summarize(load(run))


def test_a_job_is_asked_at_the_most_threads_with_a_core_each(summary: dict[str, Any]) -> None:
    assert [(one["workload"], one["label"], one["threads"]) for one in summary["choices"]] == [
        ("counter_private", "think 0", 2), ("read_mostly", "read share 0.5", 2),
        ("read_mostly", "read share 0.99", 2)]


def test_who_broke_or_failed_is_never_recommended(summary: dict[str, Any]) -> None:
    choice = summary["choices"][0]
    leader = summary["leaders"][choice["leader"]]

    assert (leader["workload"], leader["threads"]) == ("counter_private", 2)
    assert leader["leader"] == "fetch_add"
    assert {(one["subject"], one["state"]) for one in choice["excluded"]} == {
        (BROKEN, "broken"), (LOST, "crashed")}
    said = to_html(summary)
    choosing = said[said.index('id="choosing"'):said.index('id="heat"')]
    assert "spin_lock</a> (invariant broken)" in choosing


def test_a_job_nobody_can_do_recommends_nobody(tmp_path: Path) -> None:
    run = Synthetic(workloads=("counter_private",), threads=(2,), blocks=2).write(
        tmp_path, {"": break_invariant})

    found = summarize(load(run))

    assert found["choices"][0]["leader"] is None
    assert "no subject has a number here" in to_html(found)


def test_more_threads_than_cores_only_where_nothing_else_was_measured(tmp_path: Path) -> None:
    run = Synthetic(workloads=("counter_private",), threads=(4, 8), blocks=2).write(tmp_path)

    choice = summarize(load(run))["choices"][0]

    assert (choice["threads"], choice["oversubscribed"]) == (4, True)


def test_the_matrix_has_every_job_and_subject_ours_first_then_the_best(
    summary: dict[str, Any]
) -> None:
    found = matrix(summary)

    assert len(found.cells) == len(found.jobs) == 3
    assert found.subjects[:2] == ("atom", "fetch_add")
    assert set(found.subjects) == {"atom", "fetch_add", "cas_loop", "mutex", "shared_mutex",
                                   LOST, BROKEN}, "nothing planted, not the harness"
    for job, line in zip(found.jobs, found.cells):
        for name, place in zip(found.subjects, line):
            assert place is not None
            row = summary["cases"][place]
            assert (row["workload"], row["group"], row["threads"], row["subject"]) == (
                job["workload"], job["group"], job["threads"], name)


def test_the_heat_map_shows_ratios_intervals_ties_and_what_broke(summary: dict[str, Any]) -> None:
    found = matrix(summary)
    said = texts(heat_picture(summary, found).svg)

    for line in found.cells:
        for place in line:
            row = summary["cases"][place]
            if row["ratio_best"]:
                assert f"{row['ratio_best']['ratio']:.2f}" in said
    assert {"broken", "crashed", "best", "ratio to the best", "counter_private"} <= set(said)
    assert any(re.fullmatch(r"0\.\d\d–0\.\d\d", one) for one in said)


def test_every_cell_leads_to_its_case_and_stays_out_of_the_tab_order(
    summary: dict[str, Any]
) -> None:
    found = matrix(summary)
    root = ElementTree.fromstring(heat_picture(summary, found).svg)
    links = [(one.get("href"), one.get("tabindex")) for one in root.iter(f"{{{SVG}}}a")]

    wanted = [(f"#{summary['cases'][place]['id']}", "-1") for line in found.cells
              for place in line if place is not None]
    assert links == wanted
    assert root.get("role") == "group", "links inside an image could not be reached"


def test_hostile_names_are_inert_in_the_heat_map() -> None:
    name = '<script>"x"&$\\alpha_1$'

    svg = to_svg(heat_map([Job(name, name)], [name], [[Cell(0.5, name)]]), "p", name, {"0": name},
                 {"0": "#case"})

    assert "<script" not in svg and name in texts(svg)


def test_a_name_that_no_font_and_no_xml_can_write_is_drawn_all_the_same() -> None:
    name = "bell\x07 \u2066\U0001fae8"

    said = texts(to_svg(heat_map([Job(name, "")], [name], [[Cell(0.5, "1")]]), "p", "label"))

    assert said.count("bell\ufffd \u2066\U0001fae8") == 2


def test_colours_grow_with_the_ratio_and_text_on_them_can_be_read() -> None:
    assert [heat(ratio)[0] for ratio in (0.0, 0.1, 0.25, 0.5, 0.8, 0.95)] == [
        pair[0] for pair in HEAT.values()]
    assert heat(1.7) == heat(1.0) and heat(0.949) != heat(0.95)
    named = {light: dark for light, dark in (HEAT | ON_HEAT).values()}
    for ratio in (0.0, 0.1, 0.25, 0.5, 0.8, 0.95):
        face, ink = heat(ratio)
        assert contrast(face, ink) >= 4.5 and contrast(named[face], named[ink]) >= 4.5


def test_a_light_colour_stands_for_one_dark_one_only() -> None:
    lights = [light for light, _ in variables().values()]

    assert len(set(lights)) == len(lights)


def test_the_course_shows_each_process_and_the_mean_of_its_block(summary: dict[str, Any]) -> None:
    picture = course_picture(summary)
    marks = picture.svg.count("<use ")
    expected = sum(len(row["replicates"]) for row in summary["cases"])

    assert marks >= expected and picture.detailed
    assert {"0", "1", "2", "3", "4", "block, in run order"} <= set(texts(picture.svg))


def test_blocks_that_differ_look_different_and_many_processes_stay_small() -> None:
    def drawn(factor: float, count: int) -> str:
        steps = [Step(block, tuple([factor ** block] * count), factor ** block)
                 for block in range(4)]
        assert draws_all(steps) == (count < 1000)
        return to_svg(run_course(steps), "p", "label")

    assert drawn(1.0, 10) != drawn(0.9, 10)
    assert {"1.00×", "0.90×", "0.81×", "0.73×"} <= set(texts(drawn(0.9, 10)))
    assert len(drawn(0.9, 20_000)) < 40_000


def test_one_block_has_no_course(tmp_path: Path) -> None:
    run = Synthetic(workloads=("counter_private",), threads=(1,), blocks=1).write(tmp_path)

    assert course_picture(summarize(load(run))).svg == ""


def test_a_spark_has_a_dot_per_block_at_the_blocks_place() -> None:
    def heights(svg: str) -> list[float]:
        return [float(one) for one in re.findall(r'cy="([\d.]+)"', svg)]

    whole, gap = spark({"0": 1.0, "1": 2.0, "2": 4.0}, 3), spark({"0": 1.0, "3": 1.0}, 4)

    assert heights(whole) == sorted(heights(whole), reverse=True) and len(heights(whole)) == 3
    assert "block 0: 1.00/s; block 1: 2.00/s" in whole
    assert gap.count("M") == 2 and "L" not in gap, "blocks that are missing are not bridged"
    assert spark({"0": 1.0}, 5) == spark({}, 5) == ""
    steady = heights(spark({"0": 100.0, "1": 101.0}, 2))
    assert abs(steady[0] - steady[1]) < 3, "one percent must not look like a fall"


def test_contents_are_the_sections_that_are_there() -> None:
    page = ('<h2 id="a">First &lt;b&gt;</h2><h3><a class="anchor" href="#w">work <i>x</i></a></h3>'
            '<h2 id="b" data-nav="Short">A much longer title</h2><h2>no id</h2>')

    found = contents(page)

    assert [(one.anchor, one.title) for one in found] == [("a", "First &lt;b&gt;"), ("b", "Short")]
    assert [(one.anchor, one.title) for one in found[0].parts] == [("w", "work x")]


def test_every_section_of_a_page_is_in_its_margin(summary: dict[str, Any]) -> None:
    page = to_html(summary)
    margin = page[page.index("<nav"):page.index("</nav>")]

    for anchor in re.findall(r'<h2 id="([^"]+)"', page):
        assert f'href="#{anchor}"' in margin
    assert 'href="#workload-read_mostly"' in margin and margin.count('href="#summary"') == 1
