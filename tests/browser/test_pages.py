"""Every page of the chain in both languages: nothing that keeps people out, nothing sideways, no style of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests import builders as b
from tests.browser.conftest import Enter, Served
from tests.web.test_release import approved, entered

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)]
GRAVE = {"serious", "critical"}

PAGES = {
    "igor": ("/intake/requests", "/intake/requests/new", "/intake/requests/{request}", "/intake/lots/{lot}/draw"),
    "rita": ("/intake/receive", "/intake/samples", "/intake/samples/{sample}"),
    "anna": ("/bench/", "/bench/worksheets", "/bench/worksheets/WS-2611-001", "/bench/analyses/1"),
    "boris": ("/release/review",),
    "vera": ("/release/samples", "/release/samples/{sample}"),
    "dana": ("/release/lots", "/release/lots/{lot}"),
    "chen": ("/release/certify", "/release/certificates", "/release/certificates/{certificate}"),
    "quentin": ("/quality/trail?verify=1", "/quality/batches", "/find?q=nothing", "/verify"),
}


@pytest.fixture
def numbers(served: Served) -> dict[str, str]:
    """A lot in the middle of its work, another with its certificate."""
    lab = served.lab
    certified, _ = approved(lab)
    b.decided(lab, certified, "RELEASE")
    with ThreadPoolExecutor() as pool:  # the browser's driver keeps an event loop on this thread
        issued = pool.submit(b.certified, lab, certified).result()
    lot_no, sample_no, ids = entered(lab, "0.62 ± 0.05", declaration="530120261100044188")
    b.verified(lab, ids[0])
    return {
        "lot": lot_no,
        "sample": sample_no,
        "request": lot_no.rpartition("-")[0],
        "certificate": issued.no,
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_of_the_chain_keep_nobody_out(
    served: Served, enter: Enter, numbers: dict[str, str], language: str
) -> None:
    found: list[str] = []
    for name, paths in PAGES.items():
        page = enter(name)
        in_language(page, language)
        for path in paths:
            page.goto(path.format(**numbers))
            found += [f"{name} {path}: {problem}" for problem in problems(page)]
    assert not found, "\n".join(found)


def in_language(page: Page, language: str) -> None:
    if page.get_attribute("html", "lang") != {"zh": "zh-Hans", "en": "en"}[language]:
        page.click("form[action='/language'] button")


def problems(page: Page) -> list[str]:
    told = [
        f"{one['id']} {one['nodes'][0]['html'][:120]}"
        for one in Axe().run(page).response["violations"]
        if one["impact"] in GRAVE
    ]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        told.append("wider than the window")
    if page.locator("[style]").count():
        told.append("a style of its own")
    return told
