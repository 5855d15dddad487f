"""What every test may ask for: a fresh database on each engine, a laboratory ready to work, a browser.

A test that takes ``database_url`` or ``laboratory`` runs on SQLite and on PostgreSQL. One that is about one engine only
says ``@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)``.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lims.cli.test import find_browser
from tests.builders import Laboratory
from tests.engines import Sqlite, Templates, Unavailable, start_postgres

ON_EACH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture(params=ON_EACH)
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def templates(engine_name: str, request: pytest.FixtureRequest) -> Templates:
    """The copying machine of the engine that the test runs on."""
    found: Templates = request.getfixturevalue(f"{engine_name}_templates")
    return found


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    home = tmp_path_factory.mktemp("sqlite")
    return Templates(Sqlite(home), home)


@pytest.fixture(scope="session")
def postgresql_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    try:
        server = start_postgres()
    except Unavailable as reason:
        cannot_run(str(reason))
    try:
        yield Templates(server, tmp_path_factory.mktemp("postgresql"))
    finally:
        server.stop()


@pytest.fixture
def database_url(templates: Templates, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database of the test's own."""
    with templates.fresh_schema(tmp_path) as url:
        yield url


@pytest.fixture
def laboratory(templates: Templates, tmp_path: Path) -> Iterator[Laboratory]:
    """A laboratory of the test's own: catalogue, organisations, one instrument, keys and the cast."""
    with templates.fresh_laboratory(tmp_path / "home") as lab:
        yield lab


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium instead of one downloaded by Playwright; it must ask nobody outside for anything."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    path = find_browser(os.environ)
    return {**browser_type_launch_args, "args": quiet, **({"executable_path": path} if path else {})}


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and find_browser(os.environ) is None:
        cannot_run("no Chromium was found; set LIMS_BROWSER or install chromium")


def cannot_run(reason: str) -> None:
    """Where everything is expected to be there, its absence is a failure; elsewhere the test is skipped."""
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What could not run, and why; the runner's own closing line comes after it."""
    reasons: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        told = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[told.removeprefix("Skipped: ")] += 1
    left_out = sum("long" in item.keywords for item in terminalreporter.stats.get("deselected", []))
    if not reasons and not left_out:
        return
    terminalreporter.section("not run, and why")
    for reason, number in reasons.most_common():
        terminalreporter.write_line(f"{number:5d}  {reason}")
    if left_out:
        terminalreporter.write_line(f"{left_out:5d}  long; lims test --all runs them too")
