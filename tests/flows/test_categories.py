"""Each of the 27 categories of goods goes from request to a signed PDF."""

from __future__ import annotations

import csv
from datetime import date
from importlib.resources import files

import pytest

from lims.demo.steps import passing
from lims.services import catalogue, certificate
from lims.services.reading import request as requests
from lims.services.reading import sample as samples
from lims.services.transaction import view
from reports.signing import verify
from tests import builders as b


def seeded(name: str) -> list[dict[str, str]]:
    text = files("lims.catalogue").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def product_of(category: str) -> tuple[str, str]:
    """The category's first product with a limit, and the jurisdiction of that limit: CN where it has one."""
    of_category = [row["product"] for row in seeded("products.csv") if row["category"] == category]
    limits = sorted(seeded("limits.csv"), key=lambda row: row["jurisdiction"] != "CN")
    return next((row["product"], row["jurisdiction"]) for row in limits if row["product"] in of_category)


@pytest.mark.parametrize("category", [row["category"] for row in seeded("categories.csv")])
def test_a_category_goes_from_request_to_signed_certificate(laboratory: b.Laboratory, category: str) -> None:
    product, jurisdiction = product_of(category)
    if category == "CHM":
        contract_limit(laboratory, product, jurisdiction)
    no = b.lodged(laboratory, product, jurisdiction=jurisdiction)
    sample_no = b.received(laboratory, no)
    with view(laboratory.place, laboratory.cast.rita, b.NOW) as tx:
        rows = samples.detail(tx, sample_no).analyses
    assert rows, "the catalogue proposed nothing"
    b.on_worksheets(laboratory, sample_no, tuple(dict.fromkeys(row.method for row in rows)))
    for row in rows:
        b.entered(laboratory, row.id, passing(row), expanded="10%" if row.rule == "GUARDED_REJECTION" else "")
        b.verified(laboratory, row.id)
    verdict = b.approved(laboratory, sample_no)
    assert verdict in ("PASS", "NO_LIMIT"), [
        (r.analyte, r.operator, r.limit, r.result.text, r.result.verdict, r.result.verdict_reason)
        for r in again(laboratory, sample_no)
    ]
    b.decided(laboratory, f"{no}-L1", "RELEASE")
    issued = b.certified(laboratory, f"{no}-L1")
    with view(laboratory.place, laboratory.cast.chen, b.NOW) as tx:
        pdf = certificate.pdf(tx, issued.no)
        assert requests.detail(tx, no).state == "closed"
    assert verify(pdf, [(laboratory.place.home / "keys" / "laboratory.pem").read_bytes()]).status == "VALID"


def contract_limit(laboratory: b.Laboratory, product: str, jurisdiction: str) -> None:
    """The seed only classifies chemicals; a contract between the parties states what conforms. Kate writes it, Quentin
    releases it."""
    content = {
        "jurisdiction": jurisdiction,
        "product": product,
        "analyte": "FLASH",
        "operator": "GE",
        "value": "23",
        "unit": "degC",
        "standard": "Contract 2026-017",
        "clause": "3",
        "severity": "OTHER",
        "basis": "as is",
    }
    with laboratory.acting(laboratory.cast.kate) as tx:
        proposed = catalogue.propose(
            tx, catalogue.ProposeVersion("limit", "C0001", content, date(2026, 1, 1), None, "contract")
        )
    with laboratory.acting(laboratory.cast.quentin, "release the limit") as tx:
        catalogue.release(tx, proposed.id)


def again(laboratory: b.Laboratory, sample_no: str) -> tuple:
    with view(laboratory.place, laboratory.cast.rita, b.NOW) as tx:
        return samples.detail(tx, sample_no).analyses
