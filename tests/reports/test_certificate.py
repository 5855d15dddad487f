"""What stands on a certificate is what its content says, on every page and in every reader."""

from __future__ import annotations

import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from io import BytesIO
from typing import Any

import pypdf
import pytest

from lims.domain.rules.errors import BadInput
from reports import page
from reports.certificate.content import CertificateContent, Pair, Signatory
from reports.certificate.render import draw, render
from reports.certificate.words import SENTENCES
from tests.reports import reading
from tests.reports.papers import URL, a_content, a_row, rows

KINDS = ("PASS", "FAIL", "RETURN", "TEST_REPORT")
HOSTILE = (
    '<font color="[[[getattr(pow,Word)(1)]]]">',
    "O'Brien <b>bold</b> & sons",
    "=1+1",
    "龘龘",
    "<unichar code=65/>",
    '<img src="file:///etc/passwd"/>',
    "a<b & c>d",
    "]]>-->",
    "%s %(x)s {0} {x}",
    "^XZ^FS",
    "\\u0041\\n",
    "()\\(",
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tool", ["pypdf", "pdftotext"])
def test_every_word_and_number_of_the_content_is_in_the_text(kind: str, tool: str) -> None:
    content = a_content(kind, 7)
    pdf = render(content)
    text = "".join(reading.pages(pdf)) if tool == "pypdf" else reading.pdftotext(pdf)
    seen = reading.squeezed(text)
    for value in _shown(content):
        assert reading.squeezed(value) in seen, value
    assert content.digest() in seen
    for sentence in SENTENCES:
        assert reading.squeezed(sentence.zh) in seen
        assert reading.squeezed(sentence.en) in seen


def _shown(content: CertificateContent) -> list[str]:
    names = (
        "issued_at",
        "declaration",
        "consignee",
        "consignor",
        "producer",
        "hs",
        "quantity",
        "packages",
        "lot",
        "container",
        "seal",
        "entry_date",
        "received",
        "work_from",
        "work_to",
        "verify_code",
    )
    pairs = (
        content.laboratory.name,
        content.laboratory.address,
        content.goods,
        content.origin,
        content.port,
        content.summary,
        content.disposition,
        content.legal_basis,
        content.condition,
        *(rule.sentence for rule in content.rules),
        *(row.analyte for row in content.rows),
        *(person.role for person in content.signatories),
    )
    row_values = [
        value
        for row in content.rows
        for value in (
            row.method,
            row.result,
            row.uncertainty,
            row.limit,
            row.unit,
            row.standard,
            row.clause,
            row.worked,
            row.lod,
            row.loq,
            row.sample,
        )
    ]
    people = [value for person in content.signatories for value in (person.name, person.at, person.reference)]
    english = [pair.en for pair in pairs if pair is not content.disposition]
    return [
        content.number + "-0",
        *(getattr(content, name) for name in names),
        *(pair.zh for pair in pairs),
        *english,
        content.disposition.en.upper(),
        *row_values,
        *people,
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_markup_in_a_name_is_printed_as_it_was_typed(name: str) -> None:
    pair = Pair(name, name)
    content = a_content(
        "FAIL",
        0,
        consignee=name,
        consignor=name,
        producer=name,
        lot=name,
        goods=pair,
        reason=pair,
        rows=(a_row(analyte=pair, result=name, limit=name, unit=name, method=name, worked=name),),
        signatories=(Signatory("ISSUED", name, pair, "2026-11-23"),),
    )
    seen = reading.squeezed("".join(reading.pages(render(content))))
    assert seen.count(reading.squeezed(name)) >= 11


@pytest.mark.parametrize("sign", ["😀", "ع", "א", "\u202e", "\u200b", "\x01", "\U0002a6d6"])
def test_a_sign_the_font_lacks_is_drawn_as_a_box_and_kept_in_the_text(sign: str) -> None:
    without, box, with_sign = (_line(f"A{text}B") for text in ("", "□", sign))
    assert reading.ink(with_sign) == reading.ink(box) > reading.ink(without)
    if sign.isprintable():
        assert reading.pages(with_sign)[0].strip() == f"A{sign}B"


def _line(text: str) -> bytes:
    return page.document([page.text_block(text)], page.Sheet(40, 40, 40, lambda pen, place: None), title="line")


@pytest.mark.parametrize("letter", list("šžčřůőűłąęşțıĦ⁰⁵⁹⁻₀₂℃µ²³≤≥±–—…✓▲▼◆镕喆䶮é"))
def test_letters_of_producers_and_powers_of_ten_have_glyphs_of_their_own(letter: str) -> None:
    from reports import fonts

    for font in fonts.load().values():
        glyphs = font.face.charToGlyph
        assert glyphs[ord(letter)] != glyphs[ord("□")]
        assert font.face.glyphPos[glyphs[ord(letter)] + 1] > font.face.glyphPos[glyphs[ord(letter)]]


def test_long_names_wrap_inside_their_cell() -> None:
    long = "超长的检测项目名称" * 12
    content = a_content("PASS", 0, consignee=long, rows=(a_row(analyte=Pair(long, "x" * 200), unit="µg/(kg·d·m²)"),))
    seen = reading.squeezed("".join(reading.pages(render(content))))
    assert seen.count(long) == 2
    assert "x" * 200 in seen
    pdf = pypdf.PdfReader(BytesIO(draw(content)))
    edges: list[float] = []
    pdf.pages[0].extract_text(visitor_text=lambda text, cm, tm, font, size: edges.append(tm[4]))
    assert min(edge for edge in edges if edge) >= 44


@pytest.mark.parametrize("count", [0, 1, 20, 400])
def test_every_page_names_the_document_and_says_which_of_how_many_it_is(count: int) -> None:
    content = a_content("RETURN", count)
    texts = reading.pages(render(content))
    for number, text in enumerate(texts, start=1):
        seen = reading.squeezed(text)
        assert f"第{number}页共{len(texts)}页Page{number}of{len(texts)}" in seen
        assert "HK2026R000187-0" in seen
        assert content.verify_code in seen
        assert ("报告结束Endofreport" in seen) == (number == len(texts))
    assert (len(texts) > 1) == (count > 5)


def test_a_long_table_repeats_its_head_and_loses_no_row() -> None:
    texts = reading.pages(render(a_content("RETURN", 400)))
    numbered = []
    for text in texts:
        if "GB5009" in reading.squeezed(text):
            assert "Limit/standard" in reading.squeezed(text)
        numbered += re.findall(r"^(\d{1,3}) ?\n", text, flags=re.MULTILINE)
    assert [int(number) for number in numbered] == list(range(1, 401))


def test_the_qr_code_is_the_address_to_verify_at() -> None:
    assert URL in reading.barcodes(render(a_content()))


def test_equal_contents_give_equal_bytes_and_another_digit_another_file() -> None:
    assert render(a_content()) == render(a_content())
    assert render(a_content()) != render(a_content(quantity="24 001 kg"))


def test_documents_drawn_at_the_same_time_do_not_disturb_one_another() -> None:
    contents = [a_content(kind, 12, lot=f"LOT-{kind}") for kind in KINDS] * 3
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(render, contents))
    assert together == [render(content) for content in contents]


def test_no_font_is_left_outside_the_file() -> None:
    found = reading.fonts(render(a_content("FAIL", 60, demo=True)))
    assert found
    assert all(embedded and "NotoSansSC" in name for name, embedded in found)


def test_the_content_travels_inside_the_file() -> None:
    content = a_content()
    attached = pypdf.PdfReader(BytesIO(render(content))).attachments["certificate.json"][0]
    assert attached == content.to_json()
    assert CertificateContent.from_json(attached) == content


def test_a_demonstration_says_so_on_every_page() -> None:
    texts = reading.pages(render(a_content("PASS", 30, demo=True)))
    assert len(texts) > 1
    assert all("演示 DEMO" in text for text in texts)
    assert "DEMO" not in "".join(reading.pages(render(a_content("PASS", 30))))


def test_drawing_opens_no_file_and_no_connection() -> None:
    render(a_content())  # fonts and profile are loaded once a process
    watching, seen = True, []

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event.startswith(("open", "socket", "subprocess", "urllib", "os.system", "exec", "compile")):
            seen.append((event, arguments))

    sys.addaudithook(watch)
    render(a_content("FAIL", 30, consignee='<img src="http://example.org/x.png"/>'))
    watching = False
    assert seen == []


def test_the_canonical_json_has_sorted_keys_and_is_read_back_equal() -> None:
    content = a_content("FAIL", 3)
    raw = content.to_json()
    tree = json.loads(raw)
    assert raw == json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert set(tree) == {field.name for field in fields(CertificateContent)}
    assert CertificateContent.from_json(raw).digest() == content.digest()


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "other/1"},
        {"surplus": 1},
        {"revision": "0"},
        {"revision": True},
        {"rows": {}},
        {"goods": "虾"},
        {"kind": "MAYBE"},
    ],
)
def test_json_that_is_not_a_certificate_is_refused(change: dict[str, Any]) -> None:
    tree = {**json.loads(a_content().to_json()), **change}
    with pytest.raises(BadInput):
        CertificateContent.from_json(json.dumps(tree).encode())


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"\xff", b'{"schema":"lims-certificate/1"}'])
def test_other_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(BadInput):
        CertificateContent.from_json(raw)


def test_figures_stand_with_their_decimal_points_below_one_another() -> None:
    results = ("0.62", "12.4", "110.05", "7")
    content = a_content(
        "PASS",
        0,
        rows=tuple(
            a_row(seq, result=text, uncertainty="", verdict="PASS", worked="", limit="", operator="")
            for seq, text in enumerate(results, start=1)
        ),
    )
    points = [round(_point_of(draw(content), text), 1) for text in results]
    assert len(set(points)) == 1


def _point_of(pdf: bytes, text: str) -> float:
    """Where the decimal point (or the end of a whole number) of a printed figure stands."""
    from reports import fonts, style

    found: list[float] = []
    pypdf.PdfReader(BytesIO(pdf)).pages[0].extract_text(
        visitor_text=lambda seen, cm, tm, font, size: found.append(tm[4]) if seen.strip() == text else None
    )
    left = text.partition(".")[0]
    return found[0] + fonts.width(left, fonts.REGULAR, style.BODY)


def test_rows_of_one_table_need_not_share_their_coverage_factor() -> None:
    mixed = (a_row(1, coverage="2"), a_row(2, coverage="2.11"))
    seen = reading.squeezed("".join(reading.pages(render(a_content("FAIL", 0, rows=mixed)))))
    assert "U(k" not in seen
    assert "k=2.11" in seen
    assert "U(k=2)" in reading.squeezed("".join(reading.pages(render(a_content("FAIL", 0, rows=rows(3))))))


def test_an_amended_document_says_above_all_which_it_replaces_and_why() -> None:
    changes = Pair("更正单位。", "A unit was corrected.")
    content = a_content("FAIL", 1, replaces="HK2026R000187-0", changes=changes, revision=1)
    first = reading.squeezed(reading.pages(render(content))[0])
    assert "ReplacesHK2026R000187-0" in first
    assert first.index("更正单位。Aunitwascorrected.") < first.index("Consignee")
    assert "HK2026R000187-1" in first


def test_a_figure_wider_than_its_column_is_set_smaller_and_never_broken() -> None:
    row = a_row(2, result="1.2345×10⁻³", uncertainty="0.125×10⁻³")
    lines = "\n".join(reading.pages(render(a_content("PASS", 0, rows=(row,)))))
    assert "1.2345×10⁻³" in lines
    assert "0.125×10⁻³" in lines
