"""The top of the first page: laboratory, marks, title, and the line that identifies the document."""

from __future__ import annotations

from reports import fonts, style
from reports.certificate.content import CertificateContent, Mark, Pair
from reports.certificate.words import LABELS, TITLES
from reports.page import Block, Pen, gap, text_block
from reports.text import fit, wrap

MARK_WIDTH, MARK_HEIGHT, MARK_GAP = 56.0, 30.0, 8.0


def title(content: CertificateContent) -> Pair:
    return content.title or TITLES[content.kind]


def blocks(content: CertificateContent) -> list[Block]:
    return [_laboratory(content), _title(title(content)), _identity(content), *_amendment(content)]


def _amendment(content: CertificateContent) -> list[Block]:
    """Which document this one replaces, what it changes and why (7.8.8)."""
    replaces, changes = LABELS["replaces"], LABELS["changes"]
    texts = []
    if content.replaces:
        texts.append(f"{replaces.zh} {replaces.en} {content.replaces}")
    if content.changes:
        texts.append(f"{changes.zh} {changes.en}: {content.changes.zh} {content.changes.en}")
    return [text_block("; ".join(texts), style.SMALL, grey=style.DARK), gap(4)] if texts else []


def _laboratory(content: CertificateContent) -> Block:
    lab = content.laboratory
    width = style.WIDTH - len(content.marks) * (MARK_WIDTH + MARK_GAP) - 10
    name = wrap(lab.name.zh or lab.name.en, fonts.BOLD, style.HEADING, width)
    english = wrap(lab.name.en, fonts.REGULAR, style.SMALL, width) if lab.name.zh and lab.name.en else ()
    address = " · ".join(part for part in (lab.address.zh, lab.address.en, lab.contact) if part)
    reach = wrap(address, fonts.REGULAR, style.SMALL, width) if address else ()
    small = (*english, *reach)
    height = len(name) * style.leading(style.HEADING) + len(small) * (style.leading(style.SMALL) + 1)

    def draw(pen: Pen, y: float) -> None:
        _marks(pen, y, content.marks)
        y = pen.lines(style.LEFT, y, name, style.HEADING, bold=True)
        for line in small:
            y = pen.lines(style.LEFT, y + 1, [line], style.SMALL, grey=style.MID)

    return Block(max(height, MARK_HEIGHT) + 13, draw)


def _marks(pen: Pen, y: float, marks: tuple[Mark, ...]) -> None:
    x = style.LEFT + style.WIDTH
    for mark in reversed(marks):
        x -= MARK_WIDTH
        pen.frame(x, y, MARK_WIDTH, MARK_HEIGHT, radius=2, grey=0.5)
        middle = x + MARK_WIDTH / 2
        pen.text(middle, y + 13, mark.kind, style.BODY, bold=True, grey=style.DARK, align="center")
        size = fit(mark.number, fonts.REGULAR, style.FINE, MARK_WIDTH - 6, 4)
        pen.text(middle, y + 23, mark.number, size, grey=style.DARK, align="center")
        x -= MARK_GAP


def _title(words: Pair) -> Block:
    middle = style.LEFT + style.WIDTH / 2
    space = 3.2 if len(words.zh) < 16 else 0
    size = fit(words.zh, fonts.BOLD, style.TITLE, style.WIDTH - 40 - space * len(words.zh), 10)

    def draw(pen: Pen, y: float) -> None:
        pen.text(middle, y + 17, words.zh, size, bold=True, align="center", space=space)
        english = words.en.upper()
        small = fit(english, fonts.REGULAR, 9, style.WIDTH - 40, 6)
        pen.text(middle, y + 32, english, small, grey=style.DARK, align="center", space=0.4)

    return Block(44, draw)


def _identity(content: CertificateContent) -> Block:
    """Number and date of issue; the page count stands at the right, drawn by the page itself."""
    parts = (("number", f"{content.number}-{content.revision}"), ("issued_at", content.issued_at))

    def draw(pen: Pen, y: float) -> None:
        pen.rule(style.LEFT, y, style.WIDTH, style.THICK)
        x = style.LEFT
        for key, value in parts:
            label = f"{LABELS[key].zh} {LABELS[key].en} "
            pen.text(x, y + 13.5, label, style.BODY)
            x += fonts.width(label, fonts.REGULAR, style.BODY)
            pen.text(x, y + 13.5, value, style.BODY, bold=True)
            x += fonts.width(value, fonts.BOLD, style.BODY) + 26
        pen.rule(style.LEFT, y + 20, style.WIDTH, style.RULE)

    return Block(25, draw)
