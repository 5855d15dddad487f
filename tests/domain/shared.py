"""Finds the reference tables of the trade: those shipped in the catalogue first, else LIMS_SHARED."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def folder() -> Path:
    return Path(os.environ.get("LIMS_SHARED") or ROOT.parent / "shared")


def table(name: str) -> list[dict[str, str]]:
    """Rows of a table, or a skipped test that says why."""
    for path in (ROOT / "lims" / "catalogue" / name, folder() / "domain" / name):
        if path.is_file():
            return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    return pytest.skip(f"{name} is neither in lims/catalogue nor under LIMS_SHARED ({folder()})")


def slice_of(name: str) -> Path:
    """A file of the real data, or a skipped test that says why."""
    path = folder() / "data" / name
    if not path.is_file():
        pytest.skip(f"{path} is not there: set LIMS_SHARED to the folder of shared test data")
    return path
