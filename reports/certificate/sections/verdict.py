"""The framed answer: conformity, disposition, the sentence that says why, and the law it rests on."""

from __future__ import annotations

from reports import fonts, style
from reports.certificate.content import CertificateContent, Pair
from reports.certificate.words import LABELS, VERDICTS
from reports.page import Block, Pen, gap
from reports.text import wrap

PAD_X, PAD_Y = 11.0, 7.0
BASIS = 0.32  # share of the frame's width for the legal basis


def blocks(content: CertificateContent) -> list[Block]:
    return [_frame(content), gap()]


def heading(content: CertificateContent) -> Pair:
    words = VERDICTS[content.verdict]
    more = content.disposition
    return Pair(
        " · ".join(part for part in (words.zh, more.zh) if part),
        " — ".join(part for part in (words.en, more.en) if part),
    )


def _frame(content: CertificateContent) -> Block:
    inner = style.WIDTH - 2 * PAD_X
    right = inner * BASIS if content.legal_basis else 0.0
    left = inner - right - (18 if right else 0)
    words = heading(content)
    size = style.VERDICT
    head_zh = wrap(words.zh, fonts.BOLD, size, left)
    head_en = wrap(words.en.upper(), fonts.REGULAR, style.BODY, left)
    sentences = [part for pair in (content.summary, content.reason) for part in (pair.zh, pair.en) if part]
    lines = [line for text in dict.fromkeys(sentences) for line in wrap(text, fonts.REGULAR, style.BODY, left)]
    basis = _basis(content.legal_basis, right)
    tall = (
        len(head_zh) * style.leading(size)
        + len(head_en) * style.leading(style.BODY)
        + 2
        + len(lines) * style.leading(style.BODY)
    )
    height = max(tall, len(basis) * style.leading(style.SMALL)) + 2 * PAD_Y

    def draw(pen: Pen, y: float) -> None:
        pen.frame(style.LEFT, y, style.WIDTH, height, 1.0)
        x, top = style.LEFT + PAD_X, y + PAD_Y
        top = pen.lines(x, top, head_zh, size, bold=True)
        top = pen.lines(x, top, head_en, style.BODY, grey=style.DARK) + 2
        pen.lines(x, top, lines, style.BODY)
        pen.lines(style.LEFT + style.WIDTH - PAD_X - right, y + PAD_Y + 2, basis, style.SMALL, grey=style.DARK)

    return Block(height, draw)


def _basis(basis: Pair, width: float) -> list[str]:
    if not basis:
        return []
    label = LABELS["basis"]
    parts = (f"{label.zh} {label.en}", basis.zh, basis.en)
    return [line for part in parts if part for line in wrap(part, fonts.REGULAR, style.SMALL, width)]
