"""One certificate rendered and signed against a bare reportlab page and a bare pyHanko signature."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

from lims.cli.benchmarks.timing import Measured, ratio
from reports.certificate.content import CertificateContent, Laboratory, Pair, ResultRow, Signatory
from reports.certificate.render import render
from reports.signing import make_laboratory_key, sign

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def content() -> CertificateContent:
    rows = tuple(
        ResultRow(
            n,
            "26-11-00001",
            Pair("镉", "Cadmium, total"),
            "GB 5009.15-2023",
            "0.62",
            "mg/kg",
            "0.05",
            "2",
            "0.5",
            "LE",
            "GB 2762-2022",
            "4.2",
            "FAIL",
            worked="0.62 mg/kg > 0.5 mg/kg",
        )
        for n in range(1, 19)
    )
    return CertificateContent(
        "RETURN",
        "BN2026R000001",
        0,
        "2026-11-24",
        Laboratory(Pair("实验室", "Laboratory")),
        Pair("冻虾", "Shrimp"),
        "FAIL",
        Pair("镉不符合标准。", "Cadmium does not meet the standard."),
        rows,
        (Signatory("ISSUED", "陈诚 Chen", Pair("签证", "Certificate officer"), "2026-11-24 11:00"),),
        "http://127.0.0.1:8000/verify/BN2026R000001?c=abcdefghijklmnopqrstuv",
        "abcdefghijklmnopqrstuv",
    )


def measure() -> list[Measured]:
    key, chain = make_laboratory_key("Bench")
    whole = content()

    def product() -> bytes:
        return sign(render(whole), key, chain, name="Bench", reason="bench", signed_at=NOW)

    bare = floor(key, chain)
    return [Measured("certificate", ratio(product, bare), "2", "a bare reportlab page with the same table + PdfSigner")]


def floor(key: bytes, chain: bytes):  # type: ignore[no-untyped-def]
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import PdfSignatureMetadata, PdfSigner
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate, Table

    from reports.signing import _signer

    signer = PdfSigner(PdfSignatureMetadata(field_name="S"), signer=_signer(key, chain))
    cells = [[str(n), "镉 Cadmium", "GB 5009.15-2023", "0.62", "0.05", "0.5", "mg/kg", "FAIL"] for n in range(18)]

    def page() -> bytes:
        out = BytesIO()
        SimpleDocTemplate(out, pagesize=A4).build([Table(cells)])
        return signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(out.getvalue()))).getvalue()

    return page
