"""Are pictures the same every time, honest about spread and cores, and at home in any page?"""

import locale
import math
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from reports.axes import label_places, limits, spans_decades
from reports.figures import Point, Series, ranking, throughput
from reports.palette import DASHES, MARKERS, SUBJECTS, style, variables
from reports.plots import panels, styles
from reports.svg import SVG, to_svg


def series(count: int = 3, threads: tuple[int, ...] = (1, 2, 4),
           factor: float = 1.0) -> list[Series]:
    return [
        Series(f"subject_{number}", style(number, "ours" if number == 0 else "baseline"), tuple(
            Point(n, rate := 1e6 * n * (1 + number * factor), rate * 0.9, rate * 1.1,
                  (rate * 0.9, rate, rate * 1.1)) for n in threads))
        for number in range(count)
    ]


def texts(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    return ["".join(element.itertext()) for element in root.iter(f"{{{SVG}}}text")]


def test_the_same_data_give_the_same_bytes() -> None:
    first, again = (to_svg(throughput(series(), 2), "p", "label") for _ in range(2))

    assert first == again
    assert first != to_svg(throughput(series(factor=1.01), 2), "p", "label")


def test_text_is_text_and_says_names_units_and_cores() -> None:
    said = texts(to_svg(throughput(series(), 2), "p", "label"))

    assert {"subject_0", "subject_1", "subject_2", "threads", "operations per second",
            "more threads than cores (2)"} <= set(said)
    assert {"1", "2", "4"} <= set(said)


def test_cores_are_marked_where_they_end_or_not_at_all() -> None:
    beyond = to_svg(throughput(series(), 2), "p", "label")
    within = to_svg(throughput(series(), 64), "p", "label")

    assert "more threads than cores" in beyond and "more threads than cores" not in within


def test_spread_is_drawn() -> None:
    narrow = [Series(s.subject, s.style, tuple(
        Point(p.threads, p.median, p.median, p.median) for p in s.points)) for s in series()]

    assert to_svg(throughput(series(), 2), "p", "l") != to_svg(throughput(narrow, 2), "p", "l")


def test_ids_are_prefixed_and_every_reference_meets_one() -> None:
    svg = to_svg(throughput(series(), 2), "plot-x", "label")

    ids = re.findall(r'\bid="([^"]+)"', svg)
    targets = re.findall(r'href="#([^"]+)"', svg) + re.findall(r"url\(#([^)]+)\)", svg)
    assert len(ids) == len(set(ids)) and targets
    assert all(name.startswith("plot-x") for name in ids)
    assert set(targets) <= set(ids)


def test_two_pictures_share_no_id() -> None:
    one, other = (set(re.findall(r'\bid="([^"]+)"', to_svg(throughput(series(), 2), name, "l")))
                  for name in ("a", "b"))

    assert not one & other


def test_colours_are_the_pages_and_nothing_is_painted_white() -> None:
    svg = to_svg(throughput(series(), 2), "p", "label") + to_svg(ranking(series()), "q", "label")

    outside = re.sub(r"var\([^)]*\)", "", svg)
    assert "var(--plot-blue, #0072b2)" in svg
    assert not re.findall(r"#[0-9a-f]{6}", outside), "a colour that no dark page can change"
    assert "<style" not in svg and "font-family" not in svg


def test_a_picture_names_itself_and_its_series() -> None:
    root = ElementTree.fromstring(to_svg(throughput(series(), 2), "p", "what it shows", {"0": "A"}))

    groups = [g for g in root if g.get("class") == "series"]
    assert root.find(f"{{{SVG}}}desc").text == "what it shows"  # type: ignore[union-attr]
    assert len(groups) == 3 and groups[0][0].text == "A"
    assert "width" not in root.attrib and root.get("role") == "img"


def test_hostile_names_are_inert_in_pictures() -> None:
    name = '<script>"x"&$\\alpha_1$'
    hostile = [Series(name, style(0, "ours"), series()[0].points)]

    for figure in (throughput(hostile, 2), ranking(hostile)):
        svg = to_svg(figure, "p", name, {"0": name})
        assert "<script" not in svg
        assert name in texts(svg)


def test_axes_are_logarithmic_where_values_span_decades() -> None:
    assert spans_decades([1e6, 2e7]) and not spans_decades([1e6, 4e6])
    assert limits([1e6, 4e6])[0] == 0.0 and limits([1e6, 2e7])[0] > 0
    assert limits([]) == (0.0, 1.0)
    near, far = (throughput(series(factor=f), 2).axes[0].get_yscale() for f in (0.1, 30.0))
    assert (near, far) == ("linear", "log")


def test_labels_never_overlap_and_keep_their_order() -> None:
    wanted = [10.0, 10.5, 11.0, 50.0, 51.0, 99.0, 99.5]

    places = label_places(wanted, 5, 0, 100)

    assert all(b - a >= 5 - 1e-6 for a, b in zip(places, places[1:]))
    assert min(places) >= 0 and max(places) <= 100
    assert label_places([], 5, 0, 100) == []
    assert label_places([3.0] * 50, 5, 0, 100)[-1] <= 100 + 1e-6
    assert label_places([30.0, 70.0], 5, 0, 100) == [30.0, 70.0]


def test_subjects_differ_by_colour_marker_and_line() -> None:
    assert len(SUBJECTS) == len(MARKERS) == len(DASHES)
    looks = [style(number, "baseline") for number in range(3 * len(SUBJECTS))]
    assert len({(look.colour, look.marker) for look in looks}) == len(looks)


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else math.pow((p + 0.055) / 1.055, 2.4) for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", [f"--plot-{name}" for name in SUBJECTS])
def test_every_line_stands_out_from_a_light_and_a_dark_page(name: str) -> None:
    light, dark = variables()[name]

    assert contrast(light, "#ffffff") >= 2.9 and contrast(dark, "#14171a") >= 4.5


@pytest.fixture
def german() -> Iterator[None]:
    before = locale.setlocale(locale.LC_ALL)
    for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8"):
        try:
            locale.setlocale(locale.LC_ALL, name)
            break
        except locale.Error:
            continue
    yield
    locale.setlocale(locale.LC_ALL, before)


def test_a_locale_changes_nothing(german: None) -> None:
    said = texts(to_svg(throughput(series(1, (1, 2)), 2), "p", "l"))

    assert any(re.fullmatch(r"\d\.\d\u202fM", text) for text in said)
    assert not any("," in text for text in said)


def test_a_name_without_end_leaves_room_for_the_picture() -> None:
    name = "first_" + "very_long_" * 40 + "last"
    endless = [Series(name, style(0, "ours"), series()[0].points)]

    for figure in (throughput(endless, 2), ranking(endless)):
        said = texts(to_svg(figure, "p", name, {"0": name}))
        assert figure.axes[0].get_position().width > 0.3
        assert any(text.startswith("first_") and text.endswith("last") and "…" in text
                   for text in said)


@pytest.mark.parametrize(("count", "dropped"), [(14, 0), (40, 26)])
def test_lines_that_nobody_could_follow_are_left_out_slowest_first(count: int, dropped: int) -> None:
    names = [f"subject_{number}" for number in range(count)]
    looks = styles([{"name": name, "kind": "ours" if name == "subject_0" else "baseline"}
                    for name in names])
    rows = [{"workload": "w", "group": "", "subject": name, "threads": threads,
             "replicates": {"0": 1.0}, "ops_per_s": {"median": 1e6 + number, "interval": None}}
            for number, name in enumerate(names) for threads in (1, 2)]
    workload = {"name": "w", "groups": [{"key": "", "label": "", "usual": True}]}

    (panel,) = panels(workload, rows, looks, 2)

    drawn = {text for text in texts(panel.over_threads) if text.startswith("subject")}
    assert panel.dropped == dropped
    assert drawn == {names[0], *names[dropped + 1:]}, "ours is drawn although it is the slowest"
    assert {text for text in texts(panel.ranking) if text.startswith("subject")} == set(names)
