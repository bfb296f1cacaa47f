"""How does a matplotlib figure become a picture that can live inside a page?

Text stays text in the page's own font; colours become CSS variables, so that one picture suits a
light and a dark page; ids get a prefix, so that pictures do not reach into each other; what belongs
to one subject becomes one group with a title. The same figure gives the same bytes.
"""

import io
import re
import warnings
from collections.abc import Iterator
from xml.etree import ElementTree

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from reports.palette import variables

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
REFERENCE = re.compile(r"url\(#([^)]+)\)")
COLOUR = re.compile(r"#[0-9a-f]{6}\b")
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # XML has no way to write these
SERIES = "series."  # gid "series.3.line": a part of series 3
STILL = {"svg.fonttype": "none", "svg.hashsalt": "tussle"}
NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


def to_svg(figure: Figure, prefix: str, label: str, titles: dict[str, str] | None = None,
           links: dict[str, str] | None = None) -> str:
    """Returns the figure as an SVG element; `titles` names the series by their number, `links` are
    the places in the page that they lead to."""
    root = _draw(figure)
    for element in root.findall(f"{{{SVG}}}metadata"):
        root.remove(element)
    _frame(root, prefix, label)
    groups = _group_series(root, titles or {})
    _remove_global_style(root)
    for element in root.iter():
        _prefix_ids(element, prefix)
        _restyle(element)
    _link_series(root, groups, links or {})
    return ElementTree.tostring(root, encoding="unicode")


def _draw(figure: Figure) -> ElementTree.Element:
    stream = io.BytesIO()
    with matplotlib.rc_context(STILL), warnings.catch_warnings():
        # Text is drawn by the page, in a font of its own.
        warnings.filterwarnings("ignore", "Glyph .* missing from current font")
        FigureCanvasSVG(figure).print_svg(stream, metadata=NO_METADATA)
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    return ElementTree.fromstring(CONTROL.sub("\ufffd".encode(), stream.getvalue()))


def _frame(root: ElementTree.Element, prefix: str, label: str) -> None:
    """Leaves the size to the page and says in words what the picture shows."""
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    root.set("role", "img")
    root.set("aria-labelledby", "title")
    root.set("class", "plot")
    root.set("id", prefix)
    title = ElementTree.Element(f"{{{SVG}}}desc", {"id": "title"})
    title.text = label
    root.insert(0, title)


def _group_series(root: ElementTree.Element,
                  titles: dict[str, str]) -> dict[str, ElementTree.Element]:
    """Moves the parts of each series into one group, drawn in the order of the series."""
    parents = {child: parent for parent in root.iter() for child in parent}
    groups: dict[str, ElementTree.Element] = {}
    parts = [e for e in root.iter() if e.get("id", "").startswith(SERIES)]
    for part in parts:
        number = part.attrib.pop("id").split(".")[1]
        if number not in groups:
            groups[number] = _group(titles.get(number, ""))
        parents[part].remove(part)
        groups[number].append(part)
    for number in sorted(groups, key=int):
        root.append(groups[number])
    return groups


def _group(title: str) -> ElementTree.Element:
    group = ElementTree.Element(f"{{{SVG}}}g", {"class": "series"})
    ElementTree.SubElement(group, f"{{{SVG}}}title").text = title
    return group


def _link_series(root: ElementTree.Element, groups: dict[str, ElementTree.Element],
                 links: dict[str, str]) -> None:
    """Makes links of the series. They stay out of the order of the tab key: what a picture leads to,
    the table beside it leads to as well."""
    if links:
        root.set("role", "group")  # what is inside an image cannot be reached
    for number, address in links.items():
        link = ElementTree.Element(f"{{{SVG}}}a", {"href": address, "tabindex": "-1"})
        root[list(root).index(groups[number])] = link
        link.append(groups[number])


def _remove_global_style(root: ElementTree.Element) -> None:
    """Drops matplotlib's rule for `*`, which would reach the whole page; the page has its own."""
    for parent in root.iter():
        for child in [c for c in parent if c.tag == f"{{{SVG}}}style"]:
            parent.remove(child)


def _prefix_ids(element: ElementTree.Element, prefix: str) -> None:
    for name, value in list(element.attrib.items()):
        if name == "id" and value != prefix or name == "aria-labelledby":
            element.set(name, f"{prefix}-{value}")
        elif name == f"{{{XLINK}}}href" and value.startswith("#"):
            del element.attrib[name]
            element.set("href", f"#{prefix}-{value[1:]}")
        elif "url(#" in value:
            element.set(name, REFERENCE.sub(rf"url(#{prefix}-\1)", value))


def _restyle(element: ElementTree.Element) -> None:
    """Lets the page choose colours and font."""
    declared = element.get("style")
    if declared is not None:
        element.set("style", "; ".join(_declarations(declared)))


def _declarations(style: str) -> Iterator[str]:
    named = {light: f"var({name}, {light})" for name, (light, _) in variables().items()}
    for declaration in filter(None, (part.strip() for part in style.split(";"))):
        name, value = (part.strip() for part in declaration.split(":", 1))
        if name == "font":
            size = re.search(r"[\d.]+px", value)
            yield f"font-size: {size.group() if size else '10px'}"
            if re.search(r"\b(bold|[6-9]00)\b", value):
                yield "font-weight: 600"
        else:
            yield f"{name}: {COLOUR.sub(lambda c: named.get(c.group(), c.group()), value)}"
