"""How does a summary become one page that needs nothing but itself?"""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from reports import formats
from reports.contents import contents
from reports.history_figure import in_words, timeline
from reports.latency_sections import latency_sections
from reports.matrix import matrix
from reports.naming import slug
from reports.numbers import Numbers, breakable, step
from reports.overview import course_picture, heat_picture
from reports.palette import variables
from reports.plots import Panel, panels, styles
from reports.sections import workload_sections
from reports.sparks import spark
from reports.svg import to_svg

TEMPLATES = Path(__file__).resolve().parent / "templates"
STATES = {
    "ok": "verified", "partial": "partly measured", "broken": "invariant broken",
    "failed": "failed", "crashed": "crashed", "timeout": "timed out",
    "unstartable": "could not start", "missing": "no record",
}
FLAGS = {
    "overlap<0.95": "the threads ran together for less than 95 % of the window; with more threads"
                    " than cores this is to be expected",
    "disturbed": "with a core for each thread, threads still waited for one for more than 5 % of"
                 " their time: something else ran",
    "slow-reading": "reading all counts took longer than 1 % of the window",
    "idle-thread": "a thread completed no operation in the window",
}


def to_html(summary: dict[str, Any], detectors: dict[str, Any] | None = None) -> str:
    """Returns the page; all its numbers are those of the summary."""
    environment = _environment()
    facts = _facts(summary, detectors)
    main = Markup(environment.get_template("report.html.j2").render(facts))
    return environment.get_template("page.html.j2").render(
        facts,
        main=main,
        contents=contents(main),
        style=Markup(_read("style.css")),
        colours=Markup(_colours()),
        script=Markup(_read("script.js")),
    )


def _facts(summary: dict[str, Any], detectors: dict[str, Any] | None) -> dict[str, Any]:
    """Returns what the templates may ask for."""
    places = matrix(summary)
    return dict(
        s=summary,
        detectors=detectors,
        n=Numbers(summary),
        timed=summary["kind"] == "run",
        pictures=_pictures(summary),
        history_pictures=_history_pictures(summary),
        matrix=places,
        heat=heat_picture(summary, places),
        course=course_picture(summary),
        case_at={(row["workload"], row["group"], row["threads"], row["subject"]): place
                 for place, row in enumerate(summary["cases"])},
        workload_ids={one["name"]: one["id"] for one in summary["workloads"]},
        subjects={one["name"]: one for one in summary["subjects"]},
        sections=workload_sections(summary),
        latency=latency_sections(summary, styles(summary["subjects"])),
        at={row["name"]: place for place, row in enumerate(summary["cases"])},
        thread_columns=sorted({entry["threads"] for entry in summary["leaders"]}),
        leaders=_leader_places(summary),
        ours=_own_places(summary),
        embedded=htmlsafe_json_dumps(summary, separators=(",", ":"), ensure_ascii=False),
        states=STATES,
        flag_words=FLAGS,
    )


def detectors_page(detectors: dict[str, Any]) -> str:
    """Returns the page of a run that has mutants and nothing else (see detectors.py)."""
    return _environment().get_template("detectors_page.html.j2").render(
        detectors=detectors, style=Markup(_read("style.css")), colours=Markup(_colours()),
        script=Markup(_read("script.js")),
    )


def litmus_page(litmus: dict[str, Any]) -> str:
    """Returns the page of litmus programs and nothing else (see litmus.py)."""
    return _environment().get_template("litmus_page.html.j2").render(
        litmus=litmus, style=Markup(_read("style.css")), colours=Markup(_colours()),
        script=Markup(_read("script.js")),
    )


def claims_page(claims: dict[str, Any]) -> str:
    """Returns the page of claims (see claims.py)."""
    return _environment().get_template("claims_page.html.j2").render(
        claims=claims, style=Markup(_read("style.css")), colours=Markup(_colours()),
        script=Markup(_read("script.js")),
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        finalize=formats.without_turns,
    )
    environment.filters.update(
        si=formats.si, whole=formats.whole, percent=formats.percent, seconds=formats.seconds,
        ratio=formats.ratio, significant=formats.significant, breakable=breakable,
        step=step, spark=spark, slug=slug,
    )
    return environment


def _pictures(summary: dict[str, Any]) -> dict[str, dict[str, Panel]]:
    """Returns the pictures by workload and group of conditions."""
    looks = styles(summary["subjects"])
    return {
        workload["name"]: {panel.group: panel for panel in panels(
            workload, summary["cases"], looks, summary["cores"])}
        for workload in summary["workloads"]
    } if summary["kind"] == "run" else {}


def _history_pictures(summary: dict[str, Any]) -> dict[str, str]:
    """Returns a timeline for each history that is shown."""
    return {
        row["id"]: to_svg(
            timeline(row["history"]), f"{row['id']}-timeline", in_words(row["history"]),
            {str(number): one["text"] for number, one in enumerate(row["history"]["operations"])})
        for row in summary["histories"]
    }


def _leader_places(summary: dict[str, Any]) -> dict[tuple[str, str, int], int]:
    return {(entry["workload"], entry["group"], entry["threads"]): place
            for place, entry in enumerate(summary["leaders"])}


def _own_places(summary: dict[str, Any]) -> dict[tuple[str, str, int], list[int]]:
    """Returns our own subjects' cases where they are not the fastest."""
    found: dict[tuple[str, str, int], list[int]] = {}
    for place, row in enumerate(summary["cases"]):
        best = row["ratio_best"]
        if row["kind"] == "ours" and best and best["to"] != row["subject"]:
            found.setdefault((row["workload"], row["group"], row["threads"]), []).append(place)
    return found


def _read(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _colours() -> str:
    """Returns the pictures' colours as style rules, for light and for dark."""
    light = "".join(f"{name}:{pair[0]};" for name, pair in variables().items())
    dark = "".join(f"{name}:{pair[1]};" for name, pair in variables().items())
    return (f":root{{{light}}}\n"
            f"@media (prefers-color-scheme: dark){{:root{{{dark}}}}}\n"
            f"@media print{{:root{{{light}}}}}\n")
