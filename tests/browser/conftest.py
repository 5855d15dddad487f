"""A laboratory served on a port of its own, and a browser for each person of the cast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from lims.app import create_app
from tests.builders import Laboratory
from tests.web.people import PASSWORD, give_passwords

SIZE = {"width": 1366, "height": 768}


@dataclass(frozen=True)
class Served:
    lab: Laboratory
    url: str


@pytest.fixture
def served(laboratory: Laboratory) -> Iterator[Served]:
    """The application on a free port; certificates carry its own address in their code."""
    give_passwords(laboratory)
    server = make_server("127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    laboratory.place = replace(laboratory.place, public_url=url)
    app = create_app(laboratory.place, "s" * 40, testing=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Served(laboratory, url)
    finally:
        server.shutdown()
        thread.join()


Enter = Callable[[str], Page]


@pytest.fixture
def enter(served: Served, browser: Browser) -> Iterator[Enter]:
    """Signs a person in, in a browser of their own; a fault of a page's script fails the test."""
    faults: list[str] = []
    opened = []

    def open_for(name: str) -> Page:
        context = browser.new_context(viewport=SIZE, base_url=served.url, locale="en")
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: faults.append(f"{name}: {error}"))
        page.goto("/sign-in")
        page.fill("[name=username]", name)
        page.fill("[name=password]", PASSWORD)
        page.click("main button")
        return page

    yield open_for
    for context in opened:
        context.close()
    assert not faults
