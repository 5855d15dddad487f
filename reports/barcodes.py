"""QR, Data Matrix and Code 128 as drawings: filled squares and bars, no pictures, no text."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import zxingcpp

from reports.page import Pen

QUIET_QR, QUIET_MATRIX, QUIET_BARS = 4, 2, 10  # modules of white around, as the symbologies ask
Modules = tuple[tuple[bool, ...], ...]


@lru_cache(maxsize=256)
def qr_modules(text: str) -> Modules:
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ecLevel="M")
    return _modules(barcode)


@lru_cache(maxsize=4096)
def data_matrix_modules(text: str) -> Modules:
    return _modules(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, forceSquare=True))


@lru_cache(maxsize=1024)
def code128_modules(text: str) -> Modules:
    """One row of modules; draw it as high as needed."""
    return _modules(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128))[:1]


def _modules(barcode: Any) -> Modules:
    lines: Any = memoryview(barcode.to_image(scale=1, add_quiet_zones=False)).tolist()
    return tuple(tuple(cell == 0 for cell in line) for line in lines)


def draw_modules(pen: Pen, modules: Modules, x: float, y: float, width: float, height: float = 0) -> None:
    """The symbol with its top left at (x, y), quiet zone not counted, as one filled path."""
    step = width / len(modules[0])
    tall = height / len(modules) if height else step
    canvas = pen.canvas
    canvas.saveState()
    canvas.transform(step, 0, 0, -tall, x, pen.height - y)
    canvas.setFillGray(0)
    canvas.drawPath(_outline(modules), stroke=0, fill=1)
    canvas.restoreState()


class _Outline:
    """A path already written out; its unit is one module, counted from the top left."""

    def __init__(self, modules: Modules) -> None:
        self.code = " ".join(
            f"{start} {row} {length} 1 re" for row, cells in enumerate(modules) for start, length in _runs(cells)
        )

    def getCode(self) -> str:
        return self.code


@lru_cache(maxsize=4096)
def _outline(modules: Modules) -> _Outline:
    return _Outline(modules)


def _runs(cells: tuple[bool, ...]) -> list[tuple[int, int]]:
    """Neighbouring dark modules become one bar: fewer operators and no hairline gaps between them."""
    runs: list[tuple[int, int]] = []
    for column, dark in enumerate(cells):
        if not dark:
            continue
        if runs and sum(runs[-1]) == column:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((column, 1))
    return runs
