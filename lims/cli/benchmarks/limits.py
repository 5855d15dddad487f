"""A library of limits loaded with its trail, and what the finder costs once it is there."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

from sqlalchemy import insert

from lims.cli.benchmarks.timing import Measured, ratio, scratch
from lims.domain.rules.actor import SYSTEM
from lims.persistence.catalogue import ReferenceVersionRow
from lims.persistence.trail import EventRow
from lims.services import facts, limit_library
from lims.services.catalogue import seed_rows
from lims.services.limit_library import LibraryRow
from lims.services.limit_sheet import rows_of
from lims.services.transaction import Installation, transaction, view

LOADED, SMALL, LARGE, ROUNDS = 58_000, 500, 75_000, 3
NOW, TODAY = datetime(2026, 11, 24, tzinfo=UTC), date(2026, 11, 24)
EACH = 40
"""Limits of one product, as in a national library of pesticides."""
COLUMNS = (
    "limit_id", "jurisdiction", "product", "analyte", "operator", "value", "unit", "standard", "clause", "valid_from",
    "severity", "note",
)  # fmt: skip


def measure(loaded: int = LOADED, large: int = LARGE, rounds: int = ROUNDS) -> list[Measured]:
    table = a_table(loaded)
    places = iter([_with_products(loaded // EACH + 1) for _ in range(2 * (rounds + 1))])
    load = ratio(lambda: _load(next(places), table), lambda: floor(next(places), table), rounds)
    few, many = _finder(_loaded(SMALL)), _finder(_loaded(large))
    return [
        Measured(f"load {loaded:,} limits", load, "4", "the same rows parsed and inserted in bulk with one event each"),
        Measured(f"finder, {large:,} : {SMALL} limits", ratio(many, few, 15), "1.5", f"the same at {SMALL} limits"),
    ]


def floor(place: Installation, table: bytes) -> None:
    """Parse, one number a row; insert the rows, and one event each with the digest of its values."""
    rows, events = [], []
    for id, line in enumerate(csv.DictReader(StringIO(table.decode())), 1_000_000):
        Decimal(line["value"])
        row = {
            "id": id, "version": 1, "kind": "limit", "code": line["limit_id"], "number": 1, "state": "released",
            "product": line["product"], "analyte": line["analyte"], "jurisdiction": line["jurisdiction"],
            "valid_from": date.fromisoformat(line["valid_from"]), "content": line, "proposed_by": 0,
        }  # fmt: skip
        text = json.dumps(line, sort_keys=True)
        event = {
            "object_type": "reference_version", "object_id": id, "object_no": line["limit_id"], "seq": 1,
            "actor_id": 0, "actor_name": "", "role": "system", "at": NOW, "verb": "install", "reason": "floor",
            "request_id": "", "before": {}, "after": line, "prev_hash": "",
            "hash": hashlib.sha256(text.encode()).hexdigest(),
        }  # fmt: skip
        rows.append(row)
        events.append(event)
    with place.engine.begin() as connection:
        connection.execute(insert(ReferenceVersionRow.__table__), rows)
        connection.execute(insert(EventRow), events)


def a_table(limits: int) -> bytes:
    """So many limits of made-up goods as CSV: inclusive and strict bounds of pesticides in digits as printed."""
    analytes = [row["analyte"] for row in seed_rows("analytes")][:EACH]
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for number in range(limits):
        product, place = divmod(number, EACH)
        bound, value = "LT" if number % 50 == 0 else "LE", f"0.{number % 97 + 1:02}"
        standard = ("mg/kg", "Food code 2026", f"annex {place}", "2026-01-01", "SHE", "from the bench")
        writer.writerow((f"B{number:06}", "KR", f"B{product:05}", analytes[place], bound, value, *standard))
    return out.getvalue().encode()


def _with_products(products: int) -> Installation:
    place = scratch()
    goods = [
        LibraryRow(number, f"B{number:05}", {
            "category": "AQU", "name_zh": f"货物 {number}", "name_en": f"Goods {number}",
            "hs_examples": f"{number % 80 + 10}{number // 80 % 90 + 10}.{number % 90 + 10}",
        })
        for number in range(products)
    ]  # fmt: skip
    with transaction(place, SYSTEM, NOW, "bench") as tx:
        limit_library.load(tx, goods, "goods of the bench", "product")
    return place


def _load(place: Installation, table: bytes) -> None:
    with transaction(place, SYSTEM, NOW, "bench") as tx:
        done = limit_library.load(tx, rows_of(table), "bench")
    assert not done.refused and not done.unchanged, done.refused[:3]


def _loaded(limits: int) -> Installation:
    """A laboratory with so many limits, those of the seed among them."""
    more = max(limits - len(seed_rows("limits")), 0)
    place = _with_products(more // EACH + 1)
    _load(place, a_table(more))
    return place


def _finder(place: Installation) -> Callable[[], None]:
    """What a declared line of milled rice needs, found by its HS code."""

    def find() -> None:
        with view(place, SYSTEM, NOW, "bench") as tx:
            found = facts.proposal(tx, "1006.30", "CN", TODAY)
        assert found.requirements and not found.gap, found

    return find
