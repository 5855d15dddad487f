"""Sample labels as PDF: one a page for a label printer, or cut from an A4 sheet.

A label tells the bench what it needs and nothing of whose goods they are: number, short name, date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from reportlab.lib.units import mm

from reports import fonts, style
from reports.barcodes import QUIET_MATRIX, QUIET_QR, Modules, data_matrix_modules, draw_modules, qr_modules
from reports.page import Block, Pen, Place, Sheet, document, new_pages
from reports.text import fit, wrap


@dataclass(frozen=True)
class SampleLabel:
    """``name`` is the client-blind short name; ``lines`` are further short facts (storage, portion)."""

    number: str
    name: str
    date: str
    lines: tuple[str, ...] = ()


class Size(Enum):
    """Label sizes: width, height, type size of the number, of the rest, and how many lines of name."""

    SMALL = (40 * mm, 20 * mm, 8.5, 6.0, 2)
    LARGE = (60 * mm, 40 * mm, 12.0, 8.0, 3)


class Symbol(Enum):
    DATA_MATRIX = "DATA_MATRIX"
    QR = "QR"


MARGIN = 1.6 * mm


def roll(labels: Sequence[SampleLabel], size: Size = Size.SMALL, symbol: Symbol = Symbol.DATA_MATRIX) -> bytes:
    """One label a page, as a label printer takes them."""
    width, height = size.value[:2]
    return new_pages([_page(label, size, symbol) for label in labels], (width, height), title="Labels")
