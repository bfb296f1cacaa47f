"""What do the tests of this package share?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import reports
from reports.records import load
from reports.summary import summarize
from reports.tests.browser import Browser, browser, found
from reports.tests.runs import Synthetic, crash, time_out

SMALL: dict[str, Any] = {"workloads": ("counter_private", "read_mostly"), "threads": (1, 2, 4)}


def pytest_configure(config: pytest.Config) -> None:
    """Makes every warning an error, wherever the tests are started from."""
    config.addinivalue_line("filterwarnings", "error")
    config.addinivalue_line("filterwarnings", "ignore:This process .* is multi-threaded:DeprecationWarning")


@pytest.fixture(scope="session")
def timed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns a run in which one process crashed and one timed out."""
    directory = tmp_path_factory.mktemp("timed")
    return Synthetic(**SMALL).write(directory, {
        "read_mostly_mutex_read_share=0.99_threads=2.b1": crash,
        "read_mostly_spin_lock_read_share=0.5_threads=4": time_out,
    })


@pytest.fixture(scope="session")
def timed_summary(timed: Path) -> dict[str, Any]:
    """Returns the summary of that run."""
    return summarize(load(timed))


@pytest.fixture(scope="session")
def raced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns a race run that saw exactly the planted race."""
    return Synthetic(**SMALL, kind="race", blocks=1).write(tmp_path_factory.mktemp("raced"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Returns a browser, the same for all tests."""
    if found() is None:
        pytest.skip("chromium is not installed (scripts/setup --need browser)")
    with browser() as one:
        yield one


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns the page of a timing run in which one process crashed."""
    run = Synthetic(threads=(1, 2, 4), blocks=3).write(
        tmp_path_factory.mktemp("page"), {"counter_mutex_think=0_hold=0_threads=2.b1": crash})
    return reports.render(run)


@pytest.fixture(scope="session")
def race_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns the page of a race run."""
    run = Synthetic(threads=(1, 2), blocks=1, kind="race")
    return reports.render(run.write(tmp_path_factory.mktemp("race")))
