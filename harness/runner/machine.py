"""What do /proc and /sys say, when anything in them may be missing?"""

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    """The files of a machine below a root (another root in tests)."""

    root: Path = Path("/")

    def text(self, path: str) -> str | None:
        """Returns a file's text without the blanks around it, or None."""
        try:
            return (self.root / path).read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return None

    def number(self, path: str) -> int | None:
        """Returns the whole number in a file, or None."""
        text = self.text(path)
        return int(text) if text is not None and re.fullmatch(r"-?\d+", text) else None

    def paths(self, pattern: str) -> list[Path]:
        """Returns the paths that match, in order."""
        try:
            return sorted(self.root.glob(pattern))
        except OSError:
            return []

    def under(self, path: Path, name: str) -> str:
        """Returns the path of a file in a found directory, relative to the root."""
        return str(path.relative_to(self.root) / name)

    def field(self, path: str, key: str) -> str | None:
        """Returns the value of the first `key : value` or `key=value` line of a file."""
        found = re.search(rf"^{re.escape(key)}\s*[:=]\s*(.*)$", self.text(path) or "", re.MULTILINE)
        return found[1].strip().strip('"') if found else None

    def selected(self, path: str) -> str | None:
        """Returns the [selected] word of a file such as `always [madvise] never`."""
        found = re.search(r"\[(\w+)\]", self.text(path) or "")
        return found[1] if found else None
