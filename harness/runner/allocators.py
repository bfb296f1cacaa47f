"""Where is the library that a case with `allocator:NAME` must be started with?"""

import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.runner.catalog import Conditions

CONDITION = "allocator"
SYSTEM = "system"  # the C library's: nothing to preload
LDCONFIG = ("ldconfig", "/sbin/ldconfig")  # often not on the path of users


@dataclass(frozen=True)
class Allocator:
    """The names that a library may have, the best first, and the package that brings it."""

    libraries: tuple[str, ...]
    package: str


KNOWN = {
    "jemalloc": Allocator(("libjemalloc.so.2",), "libjemalloc2"),
    "tcmalloc": Allocator(
        ("libtcmalloc_minimal.so.4", "libtcmalloc.so.4"), "libtcmalloc-minimal4"
    ),
    "mimalloc": Allocator(("libmimalloc.so.2", "libmimalloc.so.2.0"), "libmimalloc2.0"),
}


def wanted(conditions: Conditions) -> str:
    """Returns the allocator that a case asks for."""
    return str(conditions.get(CONDITION, SYSTEM))


def preload(conditions: Conditions) -> str | None:
    """Returns the library to preload, or None: for the system's, or when it is not there."""
    known = KNOWN.get(wanted(conditions))
    if known is None:
        return None
    paths = _libraries()
    return next((paths[name] for name in known.libraries if name in paths), None)


def why_not(conditions: Conditions, kind: str) -> str:
    """Returns why a case's allocator cannot be had here, or an empty string."""
    name = wanted(conditions)
    if name == SYSTEM:
        return ""
    if kind != "run":
        return "not applicable: a sanitizer build brings its own allocator"
    if name not in KNOWN:
        return f"not applicable: no library is known for the allocator {name}"
    if preload(conditions) is None:
        return f"not installed: the allocator {name} (apt-get install {KNOWN[name].package})"
    return ""


def parse(listing: str) -> dict[str, str]:
    """Reads what `ldconfig -p` prints: paths by library, the first of each name."""
    paths: dict[str, str] = {}
    for line in listing.splitlines():
        name, arrow, path = line.partition(" => ")
        if arrow:
            paths.setdefault(name.split()[0], path.strip())
    return paths


@cache
def _libraries() -> dict[str, str]:
    for program in LDCONFIG:
        try:
            asked = subprocess.run([program, "-p"], capture_output=True, text=True, timeout=30)
        except (OSError, subprocess.TimeoutExpired):
            continue
        found = parse(asked.stdout)
        return {name: path for name, path in found.items() if Path(path).exists()}
    return {}
