"""Lots that a border authority refused, lodged and judged by the product from text and limit alone.

The rows come from the shared folder; nothing of them is in the product. What needs a rule of a later issue is listed
by row with its reason.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from lims.domain.conformity import DecisionRule, Limit, Measured, judge
from lims.domain.numbers.entry import read_entry
from lims.services import catalogue, certificate
from lims.services.reading import lot as lots
from lims.services.reading import sample as samples
from lims.services.transaction import view
from reports.signing import verify
from tests import builders as b

SHARED = Path(os.environ.get("LIMS_SHARED") or Path(__file__).resolve().parents[3] / "shared")
FOLDER = SHARED / "data" / "border_tw"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason=f"not run: no border data in {FOLDER}")
METHOD = "TW-BORDER"
UNITS = {
    "ppm": "mg/kg",
    "ppb": "µg/kg",
    "g/kg": "g/kg",
    "mg/kg": "mg/kg",
    "ug/cm2": "µg/cm2",
    "mpn/g": "MPN/g",
    "cfu/g": "CFU/g",
}
WANTED = 300
CERTIFICATES = 20


@dataclass(frozen=True)
class Finding:
    row_id: str
    origin: str
    hs_code: str
    goods: str
    analyte: str
    text: str
    operator: str
    limit: str
    unit: str
    disposition: str


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def later(lot: dict[str, str], found: list[dict[str, str]]) -> str:
    """Why a refused lot is not judged here yet; empty when it is."""
    if len(found) != 1:
        return "several findings: sums and ratios of additives come with a later rule"
    one = found[0]
    if one["limit_kind"] == "":
        return "no limit could be read from the authority's text"
    if one["unit"] not in UNITS or (one["limit_kind"] == "max" and one["limit_unit"] not in UNITS):
        return f"unit {one['unit']} against {one['limit_unit']}"
    if one["value_exceeds_limit"] != "1":
        return "the value is not above the limit (equal, or a compliant analyte of a failed lot)"
    if not one["analyte_zh"].strip():
        return "the authority's text names no analyte"
    return "" if lot["ccc_code"] else "no tariff code"


def chosen() -> tuple[list[Finding], Counter[str], list[tuple[str, str]]]:
    by_row: dict[str, list[dict[str, str]]] = {}
    for row in rows("findings.csv"):
        by_row.setdefault(row["row_id"], []).append(row)
    taken, reasons, left = [], Counter(), []
    for lot in rows("rows.csv"):
        found = by_row.get(lot["row_id"], [])
        why = later(lot, found)
        if why:
            reasons[why] += 1
            left.append((lot["row_id"], why))
            continue
        taken.append(_finding(lot, found[0]))
    return taken, reasons, left


def _finding(lot: dict[str, str], one: dict[str, str]) -> Finding:
    banned = one["limit_kind"] != "max"
    return Finding(
        lot["row_id"],
        lot["origin_zh"],
        lot["ccc_code"],
        lot["product_zh"],
        one["analyte_zh"],
        f"{one['value']} {UNITS[one['unit']]}",
        "ND" if banned else "LE",
        "" if banned else one["limit_value"],
        UNITS[one["unit"] if banned else one["limit_unit"]],
        lot["disposition_class"],
    )


def test_the_verdict_comes_from_text_and_limit_alone_and_flips_with_the_limit() -> None:
    taken, reasons, left = chosen()
    for why, count in reasons.most_common():
        print(f"{count:5} rows not judged here: {why}")
    print("by row:", "; ".join(f"{row}: {why[:20]}" for row, why in left[:40]), f"… {len(left)} in all")
    assert len(taken) >= WANTED
    for finding in taken:
        entry = read_entry(finding.text)
        assert entry.status == "numeric", finding
        measured = Measured(entry.status, entry.value, None, entry.unit or "")
        limit = Limit(finding.operator, finding.limit or None, unit=finding.unit)
        assert judge([measured], limit, DecisionRule(), None).verdict == "FAIL", finding
        assert entry.value is not None
        generous = Limit("LE", format(entry.value * 2, "f"), unit=entry.unit or "")
        assert judge([measured], generous, DecisionRule(), None).verdict == "PASS", finding


def limits(findings: list[Finding]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The authority's limits as reference items: an analyte and a product a row, so that the finder proposes them."""
    names = sorted({f.analyte for f in findings})
    yield (
        "method",
        METHOD,
        b.validated_method({
            "title": "border method",
            "technique": "LC-MS/MS",
            "analytes": ";".join(f"TWA{n:04d}" for n in range(len(names))),
            "matrix": "food",
            "categories": "FOD",
            "lod": "",
            "lod_unit": "",
            "loq": "",
            "loq_unit": "",
        }),
    )  # fmt: skip
    for n, name in enumerate(names):
        yield "analyte", f"TWA{n:04d}", {"name_zh": name, "name_en": name, "kind": "numeric", "default_unit": "mg/kg"}
    for f in findings:
        code = f"P{f.row_id}"
        yield "product", code, {"category": "FOD", "name_zh": f.goods, "name_en": f.goods, "hs_examples": ""}
        yield (
            "limit",
            f"L{f.row_id}",
            {
                "jurisdiction": "TW",
                "product": code,
                "analyte": f"TWA{names.index(f.analyte):04d}",
                "operator": f.operator,
                "value": f.limit,
                "unit": f.unit.replace("µ", "u"),
                "standard": "TW border notice",
                "clause": f.row_id,
                "severity": "SHE",
                "basis": "as is",
            },
        )


@pytest.mark.parametrize("every", [10, pytest.param(1, marks=pytest.mark.long)])
def test_three_hundred_refused_lots_end_non_conforming_with_return_or_destroy(
    laboratory: b.Laboratory, every: int
) -> None:
    """Each tenth of them in the short run, all in the long one."""
    findings = chosen()[0][:WANTED:every]
    for kind in ("product", "analyte", "method", "limit"):
        release(laboratory, [item for item in limits(findings) if item[0] == kind])
    numbers = [carried(laboratory, finding) for finding in findings]
    for n, (finding, lot_no) in enumerate(zip(findings, numbers, strict=True)):
        with view(laboratory.place, laboratory.cast.dana, b.NOW) as tx:
            seen = lots.detail(tx, lot_no)
        assert seen.verdict == "FAIL", finding
        assert seen.proposal is not None
        assert {"RETURN", "DESTROY"} <= set(seen.proposal.choices), finding
        assert "RELEASE" not in seen.proposal.choices
        if n < CERTIFICATES // every:
            returned(laboratory, finding, lot_no)


def release(laboratory: b.Laboratory, items: list[tuple[str, str, dict[str, str]]]) -> None:
    """Kate proposes, Quentin releases: what the limits point at must be in force before they are."""
    with laboratory.acting(laboratory.cast.kate) as tx:
        proposed = [
            catalogue.propose(
                tx, catalogue.ProposeVersion(kind, code, content, date(2006, 1, 1), None, "border list")
            ).id
            for kind, code, content in items
        ]
    with laboratory.acting(laboratory.cast.quentin, "release the border list") as tx:
        for version_id in proposed:
            catalogue.release(tx, version_id)


def carried(laboratory: b.Laboratory, finding: Finding) -> str:
    """From the port to the report; returns the lot's number."""
    no = b.lodged(
        laboratory,
        f"P{finding.row_id}",
        hs=finding.hs_code,
        jurisdiction="TW",
        declaration=finding.row_id,
        origin=finding.origin,
    )
    sample_no = b.received(laboratory, no)
    with view(laboratory.place, laboratory.cast.rita, b.NOW) as tx:
        rows_ = samples.detail(tx, sample_no).analyses
    assert len(rows_) == 1, finding
    b.on_worksheets(laboratory, sample_no, (METHOD,))
    b.entered(laboratory, rows_[0].id, finding.text)
    b.verified(laboratory, rows_[0].id)
    assert b.approved(laboratory, sample_no) == "FAIL", finding
    return f"{no}-L1"


def returned(laboratory: b.Laboratory, finding: Finding, lot_no: str) -> None:
    """The RETURN document: signed, read back as text, verified."""
    from io import BytesIO

    from pypdf import PdfReader

    b.decided(laboratory, lot_no, "RETURN", "refused at the border")
    issued = b.certified(laboratory, lot_no)
    with view(laboratory.place, laboratory.cast.chen, b.NOW) as tx:
        pdf = certificate.pdf(tx, issued.no)
    found = verify(pdf, [(laboratory.place.home / "keys" / "laboratory.pem").read_bytes()])
    assert found.status == "VALID"
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    for word in (issued.no, finding.text.split()[0], "不合格", "退运", finding.row_id):
        assert word in text, (finding, word)
