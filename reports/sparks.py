"""How did one case go from block to block? A line small enough for a table."""

from collections.abc import Mapping

from markupsafe import Markup

from reports.formats import si

WIDTH, HEIGHT, MARGIN = 64.0, 18.0, 2.5
REACH = 0.1  # values nearer together than this, relative to the largest, look as near as they are


def spark(replicates: Mapping[str, float], blocks: int) -> Markup:
    """Returns a dot per block at the block's own place, joined where blocks follow each other."""
    known = {int(block): value for block, value in replicates.items()}
    if len(known) < 2:
        return Markup("")
    places = {block: (_across(block, max(blocks, max(known) + 1)), _up(value, known))
              for block, value in known.items()}
    lines = [f"{'L' if block - 1 in places else 'M'}{x:.1f} {y:.1f}"
             for block, (x, y) in sorted(places.items())]
    dots = Markup("").join(Markup('<circle cx="{:.1f}" cy="{:.1f}" r="1.7"/>').format(x, y)
                           for x, y in places.values())
    said = "; ".join(f"block {block}: {si(value)}/s" for block, value in sorted(known.items()))
    return Markup('<svg class="spark" role="img" aria-label="{}" viewBox="0 0 {:g} {:g}">'
                  '<title>{}</title><path d="{}"/>{}</svg>').format(
        said, WIDTH, HEIGHT, said, " ".join(lines), dots)


def _across(block: int, blocks: int) -> float:
    return MARGIN + (WIDTH - 2 * MARGIN) * block / max(1, blocks - 1)


def _up(value: float, known: Mapping[int, float]) -> float:
    """Returns the height of a value between the smallest and the largest, larger on top."""
    low, high = min(known.values()), max(known.values())
    span = max(high - low, REACH * high) or 1.0
    middle = (low + high) / 2
    return HEIGHT / 2 - (HEIGHT - 2 * MARGIN) * (value - middle) / span
