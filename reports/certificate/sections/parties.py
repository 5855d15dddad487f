"""Who and what: consignee, consignor, producer, goods, declaration, transport, in two columns."""

from __future__ import annotations

from dataclasses import dataclass

from reports import fonts, style
from reports.certificate.content import CertificateContent, Pair
from reports.certificate.words import CUSTOMER_SIGN, LABELS
from reports.page import Block, Pen, gap
from reports.text import wrap

COLUMN_GAP = 21.0
COLUMN = (style.WIDTH - COLUMN_GAP) / 2
LABEL = 82.0
PAD = 3.2


@dataclass(frozen=True)
class Field:
    label: Pair
    value: tuple[str, ...]
    sign: str

    @property
    def height(self) -> float:
        labels = 2 * style.leading(style.FINE) - 1
        return max(labels, len(self.value) * style.leading(style.BODY)) + 2 * PAD


def blocks(content: CertificateContent) -> list[Block]:
    fields = [_field(content, key, names, value) for key, names, value in _entries(content)]
    pairs = [fields[index : index + 2] for index in range(0, len(fields), 2)]
    return [*(_row(pair) for pair in pairs), gap()]


def _entries(content: CertificateContent) -> list[tuple[str, tuple[str, ...], str]]:
    """Label key, the content fields shown under it, and their text; optional ones only when there."""
    entries = [
        ("consignee", ("consignee",), content.consignee),
        ("declaration", ("declaration",), content.declaration),
        ("consignor", ("consignor",), content.consignor),
        ("port", ("port", "entry_date"), _join(_both(content.port), content.entry_date)),
        ("goods", ("goods", "hs"), _join(_both(content.goods), content.hs)),
        ("quantity", ("quantity", "packages"), _join(content.quantity, content.packages)),
        ("origin", ("origin", "lot"), _join(_both(content.origin), content.lot)),
        ("container", ("container", "seal"), _join(content.container, content.seal)),
    ]
    for key in ("producer", "customer", "request"):
        value = getattr(content, key)
        if value:
            entries.append((key, (key,), value))
    return entries


def _field(content: CertificateContent, key: str, names: tuple[str, ...], value: str) -> Field:
    sign = CUSTOMER_SIGN if set(names) & set(content.customer_supplied) else ""
    return Field(LABELS[key], wrap(value or "—", fonts.REGULAR, style.BODY, COLUMN - LABEL), sign)


def _join(*parts: str) -> str:
    return " / ".join(part for part in parts if part)


def _both(pair: Pair) -> str:
    return " ".join(part for part in (pair.zh, pair.en) if part)


def _row(fields: list[Field]) -> Block:
    height = max(field.height for field in fields)

    def draw(pen: Pen, y: float) -> None:
        for column, field in enumerate(fields):
            x = style.LEFT + column * (COLUMN + COLUMN_GAP)
            pen.text(x, y + PAD + 6.6, f"{field.label.zh}{field.sign}", style.FINE, grey=style.MID)
            pen.text(x, y + PAD + 15, field.label.en, style.FINE, grey=style.MID)
            pen.lines(x + LABEL, y + PAD, field.value, style.BODY)
            pen.rule(x, y + height, COLUMN, style.THIN, style.HAIR)

    return Block(height, draw)
