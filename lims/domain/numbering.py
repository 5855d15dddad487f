"""How the numbers of the house look. Series that must have no gap are named by laboratory, year and type."""

from __future__ import annotations

from datetime import date


def series(kind: str, on: date) -> str:
    """Monthly series for work, so that people can say them aloud."""
    return f"{kind}:{on:%y%m}"


def request_no(on: date, n: int) -> str:
    return f"RQ-{on:%y%m}-{n:04d}"


def lot_no(request: str, seq: int) -> str:
    return f"{request}-L{seq}"


def sample_no(on: date, n: int) -> str:
    """The blind number: it says when, never whose (ISO/IEC 17025 4.2, 7.4.2)."""
    return f"{on:%y-%m}-{n:05d}"


def portion_no(sample: str, seq: int) -> str:
    return f"{sample}-{seq}"


def worksheet_no(on: date, n: int) -> str:
    return f"WS-{on:%y%m}-{n:03d}"


def run_no(on: date, n: int) -> str:
    return f"RUN-{on:%y%m}-{n:04d}"


def document_series(laboratory: str, year: int, kind: str) -> str:
    return f"doc:{laboratory}:{year}:{kind}"


def document_no(laboratory: str, year: int, kind: str, n: int) -> str:
    """``{lab}{yyyy}{type}{nnnnnn}``; the revision is printed behind it as ``-0``, ``-1`` …"""
    return f"{laboratory}{year}{kind}{n:06d}"
