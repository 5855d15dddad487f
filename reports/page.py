"""Blocks onto A4 pages: breaks, repeated table heads, "page x of y", and the pen everything is drawn with.

Measures run down from the top of the page, in points. Knows nothing of certificates or worksheets.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from reports import fonts, style
from reports.text import wrap

# One document at a time in a process: a font file is read with one position, threads would move it.
DRAWING = threading.Lock()


class Pen:
    """Draws on one page, measuring down from its top edge."""

    def __init__(self, canvas: Any, height: float) -> None:
        self.canvas = canvas
        self.height = height

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = style.BODY,
        *,
        bold: bool = False,
        grey: float = style.BLACK,
        align: str = "left",
        space: float = 0,
    ) -> None:
        """One line with its baseline at ``y``; ``align`` says which point of it ``x`` is."""
        if not text:
            return
        font = fonts.BOLD if bold else fonts.REGULAR
        text = fonts.plain(text)
        if align != "left":
            wide = fonts.width(text, font, size) + space * (len(text) - 1)
            x -= wide if align == "right" else wide / 2
        canvas = self.canvas
        canvas.setFont(font, size)
        canvas.setFillGray(grey)
        canvas.drawString(x, self.height - y, text, charSpace=space or None)

    def lines(
        self,
        x: float,
        y: float,
        lines: Sequence[str],
        size: float = style.BODY,
        *,
        bold: bool = False,
        grey: float = style.BLACK,
        align: str = "left",
    ) -> float:
        """Lines one below the other, the first line's top at ``y``; returns where they end."""
        for line in lines:
            self.text(x, y + size * 1.02, line, size, bold=bold, grey=grey, align=align)
            y += style.leading(size)
        return y

    def rule(self, x: float, y: float, width: float, thick: float = style.RULE, grey: float = style.BLACK) -> None:
        self.canvas.setLineWidth(thick)
        self.canvas.setStrokeGray(grey)
        self.canvas.line(x, self.height - y, x + width, self.height - y)

    def shade(self, x: float, y: float, width: float, height: float, grey: float = style.SHADE) -> None:
        self.canvas.setFillGray(grey)
        self.canvas.rect(x, self.height - y - height, width, height, stroke=0, fill=1)

    def frame(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        thick: float = style.RULE,
        radius: float = 0,
        grey: float = style.BLACK,
    ) -> None:
        self.canvas.setLineWidth(thick)
        self.canvas.setStrokeGray(grey)
        self.canvas.roundRect(x, self.height - y - height, width, height, radius, stroke=1, fill=0)


@dataclass(frozen=True)
class Block:
    """Something of fixed height that is never cut; ``draw(pen, y)`` puts its top at ``y``.

    ``head`` is drawn again when this block opens a page. ``with_next`` keeps it with the block after it.
    """

    height: float
    draw: Callable[[Pen, float], None]
    head: Block | None = None
    with_next: bool = False


@dataclass(frozen=True)
class Place:
    """Which part of the document a page is, for its head and foot."""

    number: int
    count: int


@dataclass(frozen=True)
class Sheet:
    """The running parts of a document: heights reserved at top and bottom, and what to draw there."""

    first_top: float
    next_top: float
    bottom: float
    draw: Callable[[Pen, Place], None]
    first_bottom: float = 0
    size: tuple[float, float] = style.A4


def gap(height: float = style.GAP) -> Block:
    return Block(height, lambda pen, y: None)


def text_block(
    text: str,
    size: float = style.BODY,
    *,
    width: float = style.WIDTH,
    x: float = style.LEFT,
    bold: bool = False,
    grey: float = style.BLACK,
) -> Block:
    lines = wrap(text, fonts.BOLD if bold else fonts.REGULAR, size, width)

    def draw(pen: Pen, y: float) -> None:
        pen.lines(x, y, lines, size, bold=bold, grey=grey)

    return Block(len(lines) * style.leading(size), draw)


def paginate(blocks: Sequence[Block], sheet: Sheet) -> list[list[tuple[float, Block]]]:
    """Pages of (top, block). A chain of ``with_next`` blocks moves to the next page as one."""
    pages: list[list[tuple[float, Block]]] = [[]]
    y = sheet.first_top
    index = 0
    while index < len(blocks):
        chain = _chain(blocks, index)
        need = sum(block.height for block in chain)
        if y + need > _floor(sheet, len(pages)) and pages[-1]:
            pages.append([])
            y = sheet.next_top
            chain = _opening(chain)
        for block in chain:
            if pages[-1] or block.height:
                pages[-1].append((y, block))
            y += block.height
        index = index + len(_chain(blocks, index))
    return pages


def _chain(blocks: Sequence[Block], index: int) -> list[Block]:
    end = index
    while blocks[end].with_next and end + 1 < len(blocks):
        end += 1
    return list(blocks[index : end + 1])


def _opening(chain: list[Block]) -> list[Block]:
    """What a new page begins with: the table head again, if the first block belongs to a table."""
    head = chain[0].head
    return [replace(head, head=None), *chain] if head is not None else chain


def _floor(sheet: Sheet, page: int) -> float:
    reserved = sheet.first_bottom if page == 1 and sheet.first_bottom else sheet.bottom
    return sheet.size[1] - reserved


def document(blocks: Sequence[Block], sheet: Sheet, *, title: str, author: str = "", compress: bool = True) -> bytes:
    """The finished PDF; equal arguments give equal bytes."""
    with DRAWING:
        fonts.load()
        out = BytesIO()
        canvas = new_canvas(out, sheet.size, title, author, compress)
        pages = paginate(blocks, sheet)
        for number, placed in enumerate(pages, start=1):
            pen = Pen(canvas, sheet.size[1])
            sheet.draw(pen, Place(number, len(pages)))
            for y, block in placed:
                block.draw(pen, y)
            canvas.showPage()
        canvas.save()
        return out.getvalue()


def new_canvas(out: BytesIO, size: tuple[float, float], title: str, author: str, compress: bool) -> Canvas:
    """A canvas whose output depends on nothing but what is drawn, with no unembedded font in it."""
    canvas = Canvas(out, pagesize=size, invariant=1, pageCompression=int(compress), initialFontName=fonts.REGULAR)
    canvas.setTitle(title)
    canvas.setAuthor(author)
    return canvas
