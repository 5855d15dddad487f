"""What stands on every page: whose document it is, which page of how many, and how to verify it."""

from __future__ import annotations

from reports import fonts, style
from reports.barcodes import draw_modules, qr_modules
from reports.certificate.content import CertificateContent
from reports.certificate.sections.header import title
from reports.certificate.words import CODE, DEMO, LABELS, SCAN, SIGNED, page_words
from reports.page import Pen, Place, Sheet
from reports.text import wrap

QR = 54.0
FOOT = 28.0  # from the bottom edge to the lowest line
FIRST_BOTTOM = FOOT + QR + 10
NEXT_TOP = style.TOP + 26
NEXT_BOTTOM = FOOT + 22


def sheet(content: CertificateContent) -> Sheet:
    modules = qr_modules(content.verify_url)
    verify = _verify_lines(content)
    words = title(content)
    identity = f"{content.number}-{content.revision}"
    lab = content.laboratory.name.zh or content.laboratory.name.en

    def draw(pen: Pen, place: Place) -> None:
        if content.demo:
            _watermark(pen)
        bottom = pen.height - FOOT
        right = style.LEFT + style.WIDTH
        if place.number == 1:
            pen.text(right, _identity_base(content), page_words(place.number, place.count), align="right")
            draw_modules(pen, modules, right - QR, bottom - QR, QR)
            top = bottom - len(verify) * style.leading(style.FINE)
            pen.lines(style.LEFT, top, verify, style.FINE, grey=style.MID)
            return
        pen.text(style.LEFT, style.TOP + 8, f"{lab} · {words.zh} {identity}", style.SMALL, grey=style.DARK)
        pen.text(right, style.TOP + 8, page_words(place.number, place.count), style.SMALL, align="right")
        pen.rule(style.LEFT, style.TOP + 14, style.WIDTH, style.RULE)
        pen.text(style.LEFT, bottom, verify[1], style.FINE, grey=style.MID)

    return Sheet(style.TOP, NEXT_TOP, NEXT_BOTTOM, draw, FIRST_BOTTOM)


def _verify_lines(content: CertificateContent) -> list[str]:
    code = f" · {CODE.zh} {CODE.en} {content.verify_code}" if content.verify_code else ""
    place = content.verify_url.partition("?")[0]
    digest = LABELS["digest"]
    texts = (
        f"{SCAN.zh} · {SCAN.en}",
        f"{place}{code}",
        f"{digest.zh} {digest.en} SHA-256 {content.digest()}",
        f"{SIGNED.zh} · {SIGNED.en}",
    )
    return [line for text in texts for line in wrap(text, fonts.REGULAR, style.FINE, style.WIDTH - QR - 24)]


def _identity_base(content: CertificateContent) -> float:
    """The baseline of the line of number and date, which the header section draws."""
    from reports.certificate.sections.header import blocks

    above = blocks(content)[:2]
    return style.TOP + sum(block.height for block in above) + 13.5


def _watermark(pen: Pen) -> None:
    canvas = pen.canvas
    canvas.saveState()
    canvas.translate(style.A4[0] / 2, style.A4[1] / 2)
    canvas.rotate(52)
    canvas.setFont(fonts.BOLD, 92)
    canvas.setFillGray(0.93)
    canvas.drawCentredString(0, -30, DEMO)
    canvas.restoreState()
