"""How far is the run, said on stderr: a bar on a terminal, one line per unit otherwise?"""

import contextlib
import os
import sys
import time
from typing import Any, Protocol


class Progress(Protocol):
    """Hears of every unit."""

    def starts(self, key: str) -> None:
        """A unit is about to start."""

    def ends(self, unit: dict[str, Any], as_it_should: bool) -> None:
        """A unit has ended."""

    def says(self, text: str) -> None:
        """Something else that a person should read now."""

    def close(self) -> None:
        """No more units come."""


def choose(units: int) -> Progress:
    """Returns the bar when stderr is a terminal that can show one."""
    if sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb":
        return Bar(units)
    return Lines(units)


class Lines:
    """One line per unit."""

    def __init__(self, units: int) -> None:
        self._units = units
        self._done = 0
        self._started = time.monotonic()

    def starts(self, key: str) -> None:
        """Nothing: the line comes when the unit has ended."""

    def ends(self, unit: dict[str, Any], as_it_should: bool) -> None:
        self._done += 1
        left = (time.monotonic() - self._started) / self._done * (self._units - self._done)
        width = len(str(self._units))
        self.says(
            f"[{self._done:{width}}/{self._units}] {left:4.0f} s left"
            f"  {verdict(unit, as_it_should)}"
        )

    def says(self, text: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # the run goes on without a listener
            print(text, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Nothing is held back."""


class Bar:
    """A bar with the time left.

    Why it is drawn only between units: a bar that refreshes itself takes a core's time from the
    unit that is being measured.
    """

    def __init__(self, units: int) -> None:
        from rich import progress
        from rich.console import Console

        console = Console(stderr=True, highlight=False)
        self._bar = progress.Progress(
            progress.TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            progress.BarColumn(),
            progress.TimeRemainingColumn(),
            progress.TextColumn("left  {task.description}", markup=False),
            console=console,
            auto_refresh=False,
        )
        self._task = self._bar.add_task("", total=units)
        self._bar.start()

    def starts(self, key: str) -> None:
        self._bar.update(self._task, description=key, refresh=True)

    def ends(self, unit: dict[str, Any], as_it_should: bool) -> None:
        self._bar.advance(self._task)
        if not as_it_should:
            self.says(verdict(unit, as_it_should))

    def says(self, text: str) -> None:
        self._bar.console.print(text, markup=False, soft_wrap=True)

    def close(self) -> None:
        self._bar.update(self._task, description="", refresh=True)
        self._bar.stop()


def verdict(unit: dict[str, Any], as_it_should: bool) -> str:
    """Returns one line on a unit: status, case, block, time; the reason when there is one."""
    status = unit["status"]
    if as_it_should and status == "broken":
        status = "caught"
    block = unit["key"].rpartition(".")[2]
    line = f"{status:<8} {unit['case']} {block} {unit['seconds']:.2f} s"
    return line if as_it_should else f"{line}: {unit['message']}"
