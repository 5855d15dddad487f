"""Scan to use, the dilution tree both ways and what a withdrawn lot touched, through the use-cases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select, update

from lims.domain.rules.actor import SYSTEM
from lims.domain.rules.errors import BadInput, Forbidden, LimsError, Refused
from lims.persistence.material import MaterialPartRow
from lims.persistence.worksheet import PositionRow
from lims.services import material, material_use, preparation, trail_check, worksheet
from lims.services.preparation import Part, Prepare
from lims.services.reading import material as reading
from lims.services.reading import material_tree
from lims.services.transaction import Transaction, view
from tests import builders as b
from tests.cast import NOW

METHOD = "GB 5009.12-2023"
TODAY = NOW.date()
END = date(2027, 3, 31)
KINDS = (
    ("GBW08619", "铅单元素溶液", "crm", None), ("GBW10024", "扇贝", "crm", None), ("HNO3", "硝酸", "reagent", 365),
    ("WS-PB-10", "铅中间液", "standard", 30), ("WS-PB-01", "铅工作液", "standard", 7),
)  # fmt: skip


def defined(lab: b.Laboratory) -> None:
    with lab.acting(lab.cast.quentin) as tx:
        for code, name, kind, days in KINDS:
            material.define(tx, material.DefineMaterial(code, name, "", kind, open_days=days))


def in_use(lab: b.Laboratory, code: str, text: str = "", barcode: str = "", expiry: date = END) -> str:
    """A lot that was received and opened."""
    values = (("PB", text, ""),) if text else ()
    cmd = material.ReceiveLot(
        code, "B1", "NCS", "C-1", expiry, quantity="50", unit="mL", barcode=barcode, values=values
    )
    with lab.acting(lab.cast.anna) as tx:
        made = material.receive(tx, cmd)
        material.open_lot(tx, made)
    return made


def prepared(lab: b.Laboratory, code: str, *parts: tuple[str, str], barcode: str = "") -> str:
    taken = tuple(Part(lot, amount, "mL", "0.006") for lot, amount in parts)
    with lab.acting(lab.cast.anna) as tx:
        return preparation.prepare(tx, Prepare(code, taken, "100", "mL", "0.1", barcode=barcode))


def on_sheet(lab: b.Laboratory, crm: str = "") -> tuple[str, int]:
    """A worksheet for one fish's lead, and the id of its analysis."""
    sample_no = b.received(lab, b.lodged(lab, "FISH"))
    with lab.acting(lab.cast.anna) as tx:
        made = worksheet.make(tx, worksheet.MakeWorksheet(METHOD, sample_nos=(sample_no,), crm=crm))
    return made.no, made.analysis_ids[0]


@contextmanager
def refused(*codes: str) -> Iterator[None]:
    with pytest.raises(LimsError) as found:
        yield
    error = found.value
    told = [one.code for one in error.refusals] if isinstance(error, Refused) else [error.code]
    assert told == list(codes)


def scanned(lab: b.Laboratory, no: str, barcode: str) -> int:
    with lab.acting(lab.cast.anna) as tx:
        return material_use.scan(tx, no, barcode)


def test_from_a_result_back_to_the_certificate_and_from_a_lot_forward(laboratory: b.Laboratory) -> None:
    lab = laboratory
    defined(lab)
    stock, acid = in_use(lab, "GBW08619", "1000 ± 4 mg/L"), in_use(lab, "HNO3")
    middle = prepared(lab, "WS-PB-10", (stock, "1.00"), (acid, "5.0"))
    working = prepared(lab, "WS-PB-01", (middle, "1.00"), (acid, "5.0"))
    no, analysis_id = on_sheet(lab)
    assert scanned(lab, no, working.lower()) == scanned(lab, no, working), "the same scan twice is one use"
    b.entered(lab, analysis_id, "0.05 mg/kg")
    with lab.acting(lab.cast.boris) as tx:
        (used,) = material_tree.of_analysis(tx, analysis_id)
        seen, first = reading.detail(tx, stock), reading.detail(tx, working)
    assert [(line.depth, line.barcode, line.taken) for line in used.lines] == [
        (0, working, ""), (1, middle, "1.00 ± 0.006 mL"), (2, stock, "1.00 ± 0.006 mL"), (2, acid, "5.0 ± 0.006 mL"),
        (1, acid, "5.0 ± 0.006 mL"),
    ]  # fmt: skip
    assert (used.worksheet_no, used.versions) == (no, (1,))
    assert used.lines[0].values == (("PB", "0.1000 ± 0.0011 mg/L"),)
    assert [(line.depth, line.barcode) for line in seen.forward] == [(0, stock), (1, middle), (2, working)]
    (touched,) = seen.touched.results
    assert (touched.analysis_id, touched.lot, touched.worksheet_no) == (analysis_id, working, no)
    assert first.item.last_day == TODAY + timedelta(days=7) and first.touched.worksheets == ((no, "open", working),)
    assert seen.item.left == "49 mL"
    with lab.acting(lab.cast.quentin) as tx:
        material.withdraw(tx, stock, "recalled by its producer")
    with view(lab.place, SYSTEM, NOW) as tx:
        assert trail_check.check(tx).bad is None
    with refused("MATERIAL_FROM_WITHDRAWN"):
        scanned(lab, no, working)
    with refused("MATERIAL_FROM_WITHDRAWN"):
        prepared(lab, "WS-PB-01", (middle, "1.00"))
    with refused("MATERIAL_WITHDRAWN"):
        prepared(lab, "WS-PB-10", (stock, "1.00"))


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_control_takes_what_is_expected_from_the_lots_certificate(laboratory: b.Laboratory) -> None:
    lab = laboratory
    defined(lab)
    scallop, acid = in_use(lab, "GBW10024", "0.12 ± 0.01 mg/kg"), in_use(lab, "HNO3")
    no, _ = on_sheet(lab, crm="GBW10024")
    scanned(lab, no, acid)
    use_id = scanned(lab, no, scallop)
    with lab.acting(lab.cast.anna) as tx:
        uses = reading.on_worksheet(tx, no)
        assert [(use.barcode, use.expected) for use in uses] == [(acid, ""), (scallop, "PB=0.12 ± 0.01 mg/kg")]
        assert set(material_use.expected(tx, [use.position_id for use in uses if use.position_id]).values()) == {
            "0.12 ± 0.01 mg/kg"
        }
    with refused("REASON_NEEDED"), lab.acting(lab.cast.anna) as tx:
        material_use.strike(tx, use_id, " ")
    with lab.acting(lab.cast.anna) as tx:
        assert material_use.strike(tx, use_id, "wrong bottle") == no
    with lab.acting(lab.cast.anna) as tx:
        assert [use.barcode for use in reading.on_worksheet(tx, no)] == [acid]
        position = tx.session.scalars(select(PositionRow).where(PositionRow.kind == "crm")).one()
        assert position.expected == ""


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_lot_that_may_not_be_used_is_refused_with_its_reason_until_quality_extends_it(
    laboratory: b.Laboratory,
) -> None:
    lab = laboratory
    defined(lab)
    no, _ = on_sheet(lab)
    values = (("PB", "1000 ± 4 mg/L", ""),)
    with lab.acting(lab.cast.rita) as tx:
        shut = material.receive(tx, material.ReceiveLot("GBW08619", "B2", "", "C-2", TODAY, values=values))
    with refused("FIELD_NEEDED"), lab.acting(lab.cast.rita) as tx:
        material.receive(tx, material.ReceiveLot("GBW08619", "B2"))
    with refused("UNKNOWN_ANALYTE"), lab.acting(lab.cast.rita) as tx:
        material.receive(tx, material.ReceiveLot("HNO3", "B2", values=(("NOTHING", "1 mg/L", ""),)))
    with pytest.raises(Forbidden), lab.acting(lab.cast.rita) as tx:
        material_use.scan(tx, no, shut)
    with refused("MATERIAL_NOT_OPENED"):
        scanned(lab, no, shut)
    with lab.acting(lab.cast.anna) as tx:
        material.open_lot(tx, shut)
    with refused("MATERIAL_STILL_VALID"), lab.acting(lab.cast.anna) as tx:
        material.expire(tx, shut)
    lab.now = NOW + timedelta(days=2)
    with refused("MATERIAL_EXPIRED"):
        prepared(lab, "WS-PB-10", (shut, "1"))
    with lab.acting(lab.cast.anna) as tx:
        material.expire(tx, shut)
    with pytest.raises(Forbidden), lab.acting(lab.cast.anna) as tx:
        material.extend(tx, shut, END, "it is surely good")
    with refused("REASON_NEEDED"), lab.acting(lab.cast.quentin) as tx:
        material.extend(tx, shut, END, "")
    with lab.acting(lab.cast.quentin) as tx:
        material.extend(tx, shut, END, "agrees with lot B3 within 0.3 %")
    middle = prepared(lab, "WS-PB-10", (shut, "1"))
    scanned(lab, no, middle)
    with lab.acting(lab.cast.anna) as tx:
        material.use_up(tx, middle)
    with refused("MATERIAL_USED_UP"):
        scanned(lab, no, middle)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_preparation_is_refused_for_a_circle_too_little_or_too_long_a_life(laboratory: b.Laboratory) -> None:
    lab = laboratory
    defined(lab)
    stock = in_use(lab, "GBW08619", "1000 ± 4 mg/L", barcode="STOCK-01", expiry=TODAY + timedelta(days=5))
    middle = prepared(lab, "WS-PB-10", (stock, "1"))
    with lab.acting(lab.cast.anna) as tx:
        assert reading.detail(tx, middle).item.last_day == TODAY + timedelta(days=5), "its usual thirty days are cut"
    part, wanted = (Part(stock, "1", "mL"),), TODAY + timedelta(days=6)
    with refused("MATERIAL_OUTLIVES_PARENT"), lab.acting(lab.cast.anna) as tx:
        preparation.prepare(tx, Prepare("WS-PB-10", part, "100", "mL", expiry=wanted))
    with refused("CODE_TAKEN"), lab.acting(lab.cast.anna) as tx:
        preparation.prepare(tx, Prepare("WS-PB-10", part, "100", "mL", barcode=middle))
    with refused("MATERIAL_CIRCLE"):
        prepared(lab, "WS-PB-01", (middle, "1"), barcode=stock)
    with refused("MATERIAL_NOT_ENOUGH"):
        prepared(lab, "WS-PB-10", (stock, "25"), (stock, "24.5"))
    with pytest.raises(BadInput, match="PARTS_NEEDED"):
        prepared(lab, "WS-PB-10")


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_tree_is_read_in_as_many_queries_whatever_its_size_and_a_circle_in_the_data_ends(
    laboratory: b.Laboratory,
) -> None:
    lab = laboratory
    defined(lab)
    stock = in_use(lab, "GBW08619", "1000 ± 4 mg/L")
    first = prepared(lab, "WS-PB-10", (stock, "1"))
    lots = [first]
    few = queries(lab, stock)
    for _ in range(6):
        lots.append(prepared(lab, "WS-PB-10", (lots[-1], "1"), (stock, "1")))
    no, _ = on_sheet(lab)
    for lot in lots:
        scanned(lab, no, lot)
    assert queries(lab, stock) <= few + 2  # the results and certificates of what was used, asked for once there is any
    with lab.place.engine.begin() as connection:
        connection.execute(update(MaterialPartRow).where(MaterialPartRow.id == 1).values(parent_id=3))
    with lab.acting(lab.cast.anna) as tx:
        lines = reading.detail(tx, lots[-1]).back
        assert {line.barcode for line in lines} == {*lots, stock} and len(lines) < 30
        assert material_tree.made_from(tx, [lookup_id(tx, lots[-1])])[lots[-1]] == [lots[-2], stock]


def lookup_id(tx: Transaction, barcode: str) -> int:
    return material.lot(tx, barcode).id


def queries(lab: b.Laboratory, barcode: str) -> int:
    asked: list[str] = []
    listener = ("before_cursor_execute", lambda *args: asked.append(str(args[2])))
    event.listen(lab.place.engine, *listener)
    with lab.acting(lab.cast.anna) as tx:
        reading.detail(tx, barcode)
        reading.listing(tx)
    event.remove(lab.place.engine, *listener)
    return len(asked)
