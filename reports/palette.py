"""How does a reader tell subjects apart: by colour, by marker and by line style?

Colours follow Okabe and Ito, whose hues stay apart for colour-blind readers. Where a page is light
or dark, lightness is adjusted so that every line has contrast; the figures carry names of colours
(CSS variables), and the page decides.
"""

from dataclasses import dataclass

# name: (on a light page, on a dark page)
SUBJECTS = {
    "blue": ("#0072b2", "#58a8e8"),
    "vermillion": ("#d55e00", "#f4813a"),
    "green": ("#00906a", "#2cc295"),
    "purple": ("#b9609a", "#e3a0ca"),
    "black": ("#1c2024", "#e8eaed"),
    "orange": ("#c18700", "#f0b537"),
    "sky": ("#3c9fd8", "#a3daff"),
    "yellow": ("#8f8500", "#efe55a"),
}

SURFACES = {
    "ink": ("#1c2023", "#e6e8eb"),
    "muted": ("#5b636b", "#a2abb4"),
    "faint": ("#d9dde1", "#363d44"),
    "shade": ("#f1f3f4", "#22272c"),
}

# From far behind to the best: one hue, so that only lightness has to be told apart.
HEAT = {
    "heat-0": ("#f3f6f9", "#1e252c"),
    "heat-1": ("#dbe8f4", "#20384c"),
    "heat-2": ("#b9d4ea", "#26506f"),
    "heat-3": ("#8bb8dc", "#2f6690"),
    "heat-4": ("#2f78b7", "#86c1ee"),
    "heat-5": ("#0b4f8a", "#c6e4fc"),
}
ON_HEAT = {  # text on the lower and on the upper steps
    "on-low": ("#1c2026", "#e6e8ec"),
    "on-high": ("#fffffd", "#0d1216"),
}
HEAT_STEPS = (0.1, 0.25, 0.5, 0.8, 0.95)  # where one step ends and the next begins

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")
DASHES = ("-", (0, (5, 1.6)), (0, (1.2, 1.4)), (0, (6, 1.6, 1.2, 1.6)), (0, (8, 2, 2, 2)),
          (0, (3, 1)), (0, (4, 1.5, 1, 1.5, 1, 1.5)), (0, (2, 2)))


@dataclass(frozen=True)
class Style:
    """How one subject is drawn, everywhere in a report."""

    colour: str
    marker: str
    dash: object
    width: float
    harness: bool = False
    ours: bool = False


def style(position: int, kind: str) -> Style:
    """Returns the style of the subject at a position among all subjects of the report."""
    if kind == "harness":
        return Style(SURFACES["muted"][0], "|", (0, (1, 2)), 1.2, harness=True)
    names = list(SUBJECTS)
    colour = SUBJECTS[names[position % len(names)]][0]
    turn = position // len(names)  # more subjects than colours: the same colour, another marker
    marker = MARKERS[(position + turn) % len(MARKERS)]
    width = 2.3 if kind == "ours" else 1.5
    dash = "-" if kind == "ours" else DASHES[(position + turn) % len(DASHES)]
    return Style(colour, marker, dash, width, ours=kind == "ours")


def heat(ratio: float) -> tuple[str, str]:
    """Returns the colours of a cell and of the text on it, for a ratio to the best."""
    step = sum(ratio >= edge for edge in HEAT_STEPS)
    return HEAT[f"heat-{step}"][0], ON_HEAT["on-high" if step > 3 else "on-low"][0]


def variables() -> dict[str, tuple[str, str]]:
    """Returns every colour as CSS variable: name, on a light page, on a dark page."""
    return {f"--plot-{name}": pair
            for name, pair in (SUBJECTS | SURFACES | HEAT | ON_HEAT).items()}
