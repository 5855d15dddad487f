"""The whole chain in a browser: seven people, one a duty, from a declaration to a certificate that verifies."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from reports.signing import verify
from tests.browser.conftest import Enter, Served
from tests.reports.reading import barcodes
from tests.web.people import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)]
REASON = "conforms to GB 2762-2022"


def test_seven_people_bring_a_consignment_to_a_certificate_that_verifies(
    served: Served, enter: Enter, browser: Browser
) -> None:
    request_no = lodge(enter("igor"))
    accept(enter("rita"), request_no)
    sample_no = draw(enter("igor"), request_no)
    receive(enter("rita"), sample_no)
    measure(enter("anna"), sample_no)
    check(enter("boris"))
    approve(enter("vera"), sample_no)
    decide(enter("dana"), f"{request_no}-L1")
    pdf = issue(enter("chen"), f"{request_no}-L1")

    chain = (served.lab.place.home / "keys" / "laboratory.pem").read_bytes()
    with ThreadPoolExecutor() as pool:  # the browser's driver keeps an event loop on this thread
        found = pool.submit(verify, pdf, [chain]).result()
    assert found.status == "VALID"
    link = next(text for text in barcodes(pdf) if text.startswith("http"))
    anybody = browser.new_context(viewport={"width": 320, "height": 640}, base_url=served.url).new_page()
    anybody.goto(link)
    expect(anybody.locator("[data-verdict=current]")).to_contain_text("genuine and current")
    assert anybody.evaluate("document.documentElement.scrollWidth") <= 320
    same_file(anybody, pdf)
    anybody.context.close()


def lodge(page: Page) -> str:
    page.click("text=New inspection request")
    page.fill("[name=declaration_no]", "530120261100044187")
    page.select_option("[name=importer]", "IMP")
    page.select_option("[name=port]", "HAK")
    page.fill("[name=origin]", "EC")
    page.fill("[name='product.1']", "FISH")
    page.fill("[name='goods_en.1']", "Frozen fish")
    page.fill("[name='quantity.1']", "24000")
    page.click("button.primary:has-text('Lodge the request')")
    expect(page.locator("h1")).to_contain_text("RQ-")
    return page.locator("h1").inner_text()


def accept(page: Page, request_no: str) -> None:
    scan(page, request_no)
    page.click("text=Accept the request")
    expect(page.locator(".strip .tag").first).to_contain_text("accepted")


def scan(page: Page, number: str) -> None:
    page.fill("#scan", number)
    page.press("#scan", "Enter")
    page.wait_for_url(lambda url: "/find" not in url)


def draw(page: Page, request_no: str) -> str:
    scan(page, request_no)
    page.click("text=Draw a sample")
    page.fill("[name=sampler_2]", "Olga")
    page.fill("[name=seal_no]", "HK-55012")
    page.click("text=Record the sample")
    expect(page.locator("h1")).to_contain_text("26-")
    return page.locator("h1").inner_text()


def receive(page: Page, sample_no: str) -> None:
    page.goto("/intake/receive")
    page.fill("[name=temperature]", "-18 °C")
    page.fill("[name=no]", sample_no)
    page.press("[name=no]", "Enter")
    expect(page.locator(".live")).to_contain_text(sample_no)


def measure(page: Page, sample_no: str) -> None:
    """A worksheet for each method, every cell entered by keyboard and submitted by Ctrl+Enter."""
    while True:
        page.goto("/bench/")
        waiting = page.locator("a:has-text('make a worksheet')")
        if not waiting.count():
            break
        waiting.first.click()
        expect(page.locator("table")).to_contain_text(sample_no)
        page.click("text=Make the worksheet")
        expect(page.locator("h1")).to_contain_text("WS-")
        fill_grid(page)
    assert "Hainan" not in page.content()


def fill_grid(page: Page) -> None:
    cells = page.locator("td.cell input")
    for n in range(cells.count()):
        blank = "QC" in (cells.nth(n).get_attribute("aria-label") or "")
        cells.nth(n).fill("<" if blank else "0.001")
        cells.nth(n).press("Enter")
    expect(page.locator("[data-count]")).to_have_text(f"{cells.count()} saved")
    page.keyboard.press("Control+Enter")
    expect(page.locator("tbody tr .save").first).to_contain_text("to verify")


def check(page: Page) -> None:
    page.goto("/release/review")
    page.click("text=Verify what is ticked")
    expect(page.locator("main")).to_contain_text("Nothing waits to be verified")


def approve(page: Page, sample_no: str) -> None:
    page.goto("/release/samples")
    page.click(f"text={sample_no}")
    page.fill("[name=password]", PASSWORD)
    page.click("button:has-text('Approve the sample')")
    expect(page.locator("main")).to_contain_text("No sample waits")


def decide(page: Page, lot_no: str) -> None:
    page.goto("/release/lots")
    page.click(f"text={lot_no}")
    page.check("[name=disposition][value=RELEASE]")
    page.fill("[name=reason]", REASON)
    page.click("aside button.primary")
    expect(page.locator("aside")).to_contain_text(REASON)


def issue(page: Page, lot_no: str) -> bytes:
    page.goto("/release/certify")
    page.click(f"text={lot_no}")
    page.fill("[name=password]", PASSWORD)
    page.click("text=Sign and issue")
    expect(page.locator("h1")).to_contain_text(re.compile(r"HK\d{4}P\d{6}"))
    link = page.locator("a:has-text('Open the PDF as issued')").get_attribute("href")
    return page.request.get(urlsplit(link or "").path).body()


def same_file(page: Page, pdf: bytes) -> None:
    """The reader's own file is compared in the browser; a changed byte is found out."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    drop = page.locator(".drop input")
    drop.set_input_files({"name": "c.pdf", "mimeType": "application/pdf", "buffer": pdf})
    expect(page.locator(".answer")).to_contain_text("Identical")
    drop.set_input_files({"name": "c.pdf", "mimeType": "application/pdf", "buffer": pdf + b"\n"})
    expect(page.locator(".answer")).to_contain_text("Not the file")
    assert not sent, "the file does not leave the device"
