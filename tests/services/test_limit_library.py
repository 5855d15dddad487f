"""Libraries of limits: every row in with its event or listed with its reason, proposed by one, released by another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, func, select

from lims.domain.conformity import Measured, judge
from lims.domain.rules.actor import SYSTEM
from lims.domain.rules.errors import BadInput, Conflict, Forbidden, NotFound, Refused
from lims.domain.specification import frozen
from lims.persistence import bulk
from lims.persistence.catalogue import ReferenceVersionRow as Row
from lims.persistence.trail import DutyRow, EventRow
from lims.services import catalogue, facts, judging, trail_check
from lims.services import limit_library as library
from lims.services.catalogue import ProposeVersion
from lims.services.limit_library import LibraryRow, Loaded
from lims.services.transaction import Signature, transaction, view
from tests import builders as b
from tests.cast import NOW

DAY = date(2026, 11, 24)


def a_row(number: int = 2, code: str = "T1", **other: str) -> LibraryRow:
    dates = {name: other.pop(name) for name in ("valid_from", "valid_to") if name in other}
    content = {
        "jurisdiction": "KR", "product": "RICE", "analyte": "CD", "operator": "LE", "value": "0.20", "unit": "mg/kg",
        "standard": "Food Code", "severity": "SHE", **other,
    }  # fmt: skip
    return LibraryRow(number, code, content, **dates)


def load(lab: b.Laboratory, *rows: LibraryRow, actor: Any = SYSTEM, source: str = "Food Code") -> Loaded:
    with transaction(lab.place, actor, NOW, "test") as tx:
        return library.load(tx, rows, source)


def reasons(found: Loaded) -> list[tuple[int, str, str]]:
    return [(one.number, one.reason.code, one.field) for one in found.refused]


def intact(lab: b.Laboratory) -> bool:
    with view(lab.place, SYSTEM, NOW) as tx:
        return trail_check.check(tx).intact


def test_what_the_system_loads_is_in_force_with_its_event(laboratory: b.Laboratory) -> None:
    found = load(laboratory, a_row(), a_row(3, "T2", analyte="PB", valid_from="2020-01-01"))
    assert (found.added, found.unchanged, found.refused) == (2, 0, ())
    with view(laboratory.place, SYSTEM, NOW) as tx:
        limits = facts.limits_of(tx, "RICE", "KR", DAY)
        events = tx.session.scalars(select(EventRow).where(EventRow.object_no.in_(["T1", "T2"]))).all()
    assert [(one.code, one.value) for one in limits] == [("T1", "0.20"), ("T2", "0.20")]
    assert [(one.verb, one.reason, one.after["state"]) for one in events] == [("install", "Food Code", "released")] * 2
    assert intact(laboratory)


def test_loading_the_same_again_changes_nothing(laboratory: b.Laboratory) -> None:
    load(laboratory, a_row())
    found = load(laboratory, a_row(), a_row(3, "T2", analyte="PB"))
    assert (found.added, found.unchanged) == (1, 1)


def test_other_words_for_a_known_item_are_a_new_version_that_ends_the_former(laboratory: b.Laboratory) -> None:
    load(laboratory, a_row(valid_from="2020-01-01"))
    found = load(laboratory, a_row(value="0.15", valid_from="2026-01-01"))
    assert found.added == 1
    with view(laboratory.place, SYSTEM, NOW) as tx:
        rows = tx.session.scalars(select(Row).where(Row.code == "T1").order_by(Row.number)).all()
        assert [(one.number, one.valid_to) for one in rows] == [(1, date(2025, 12, 31)), (2, None)]
        assert [one.value for one in facts.limits_of(tx, "RICE", "KR", DAY)] == ["0.15"]
    assert intact(laboratory)


REFUSED = [
    ({"unit": ""}, "FIELD_NEEDED", "unit"),
    ({"operator": "MAX"}, "UNKNOWN_CHOICE", "operator"),
    ({"value": "0,2"}, "NOT_A_NUMBER", "value"),
    ({"value": "NaN"}, "NOT_A_NUMBER", "value"),
    ({"value": "Infinity"}, "NOT_A_NUMBER", "value"),
    ({"operator": "RANGE", "value": "5", "value2": "4"}, "RANGE_ENDS", "value2"),
    ({"operator": "NCM2", "n": "5", "c": "5", "m": "10", "value": ""}, "PLAN_C_NOT_BELOW_N", "c"),
    ({"analyte": "UNOBTAINIUM"}, "NOT_IN_THE_CATALOGUE", "analyte"),
    ({"product": "MOONROCK"}, "NOT_IN_THE_CATALOGUE", "product"),
    ({"valid_from": "yesterday"}, "NOT_A_DATE", "valid_from"),
    ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "RANGE_ENDS", "valid_to"),
    ({"colour": "red"}, "UNKNOWN_FIELD", "colour"),
]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_row_that_cannot_stand_is_listed_with_number_field_and_reason(laboratory: b.Laboratory) -> None:
    rows = [a_row(number, f"T{number}", **other) for number, (other, _, _) in enumerate(REFUSED, 2)]
    good = a_row(50, "GOOD")
    found = load(laboratory, *rows, good)
    assert reasons(found) == [(number, code, name) for number, (_, code, name) in enumerate(REFUSED, 2)]
    assert found.added == 1
    with view(laboratory.place, SYSTEM, NOW) as tx:
        assert reasons(library.check(tx, [replace(rows[0], code="")])) == [(2, "FIELD_NEEDED", "limit_id")]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_of_two_rows_for_one_thing_on_one_day_neither_goes_in(laboratory: b.Laboratory) -> None:
    first, second = a_row(2, "T1", valid_to="2026-06-30"), a_row(3, "T2", value="0.1", valid_from="2026-06-30")
    found = load(laboratory, first, second)
    assert reasons(found) == [(n, "OVERLAPPING_VALIDITY", "valid_from") for n in (2, 3)]
    after = replace(second, valid_from="2026-07-01")
    other = a_row(4, "T3", matrix="bran")
    assert load(laboratory, first, after, other).added == 3
    assert reasons(load(laboratory, a_row(9, "T9", valid_from="2030-01-01"))) == [
        (9, "OVERLAPPING_VALIDITY", "valid_from")
    ]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_code_stands_in_a_source_once(laboratory: b.Laboratory) -> None:
    assert reasons(load(laboratory, a_row(2), a_row(3, analyte="PB"))) == [(3, "ROW_TWICE", "code")]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_single_version_beside_another_limit_is_refused_too(laboratory: b.Laboratory) -> None:
    load(laboratory, a_row())
    cmd = ProposeVersion("limit", "T2", a_row().content, DAY, None, "a second one")
    with pytest.raises(Refused) as caught, transaction(laboratory.place, laboratory.cast.kate, NOW, "test") as tx:
        catalogue.propose(tx, cmd)
    assert [one.code for one in caught.value.refusals] == ["OVERLAPPING_VALIDITY"]
    with transaction(laboratory.place, laboratory.cast.kate, NOW, "test") as tx:
        catalogue.propose(tx, replace(cmd, content={**cmd.content, "matrix": "bran"}))
        catalogue.propose(tx, replace(cmd, code="T1", valid_from=DAY + timedelta(days=30)))


def test_a_library_is_proposed_by_one_and_released_by_another_with_one_signature(laboratory: b.Laboratory) -> None:
    kate, quentin = laboratory.cast.kate, laboratory.cast.quentin
    rows = [a_row(2, "T1"), a_row(3, "T2", analyte="PB", valid_from="2027-01-01")]
    assert load(laboratory, *rows, actor=kate).added == 2
    assert reasons(load(laboratory, a_row(2, "T1", value="0.3"), actor=kate)) == [(2, "VERSION_WAITS_ALREADY", "code")]
    with view(laboratory.place, quentin, NOW) as tx:
        assert library.waiting(tx) == (("Food Code", 2),)
        assert facts.limits_of(tx, "RICE", "KR", DAY) == ()
    with pytest.raises(Refused, match="SIGNATURE"), transaction(laboratory.place, quentin, NOW, "test") as tx:
        library.release(tx, "Food Code")
    signed = Signature(quentin.id, "released")
    with transaction(laboratory.place, quentin, NOW, "test", signed) as tx:
        assert library.release(tx, "Food Code") == 2
    with view(laboratory.place, quentin, NOW) as tx:
        assert library.waiting(tx) == ()
        assert [one.code for one in facts.limits_of(tx, "RICE", "KR", DAY)] == ["T1"]
        query = select(DutyRow.duty, func.count()).join(Row, Row.id == DutyRow.reference_id).group_by(DutyRow.duty)
        duties = {one[0]: one[1] for one in tx.session.execute(query.where(Row.library == "Food Code"))}
        verbs = tx.session.scalars(select(EventRow.verb).where(EventRow.object_no == "T1").order_by(EventRow.seq)).all()
    assert duties == {"author": 2, "releaser": 2} and verbs == ["propose", "release"]
    assert intact(laboratory)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_who_may_not_propose_or_release_cannot(laboratory: b.Laboratory) -> None:
    cast = laboratory.cast
    with pytest.raises(Forbidden):
        load(laboratory, a_row(), actor=cast.max)
    load(laboratory, a_row(), actor=cast.kate)
    both = replace(cast.kate, roles=frozenset({"catalogue", "quality"}))
    signed = Signature(both.id, "released")
    with pytest.raises(Refused, match="DUTIES_APART"), transaction(laboratory.place, both, NOW, "test", signed) as tx:
        library.release(tx, "Food Code")
    with transaction(laboratory.place, cast.quentin, NOW, "test") as tx:
        assert library.reject(tx, "Food Code", "wrong edition") == 1
    with pytest.raises(NotFound), transaction(laboratory.place, cast.quentin, NOW, "test") as tx:
        library.reject(tx, "Food Code", "again")
    assert intact(laboratory)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_kinds_that_hang_together_are_not_loaded_in_bulk(laboratory: b.Laboratory) -> None:
    with pytest.raises(BadInput, match="UNKNOWN_CHOICE"), transaction(laboratory.place, SYSTEM, NOW, "test") as tx:
        library.load(tx, [], "rules", "disposition_rule")


def test_a_bulk_change_of_rows_that_moved_on_is_stale(laboratory: b.Laboratory) -> None:
    load(laboratory, a_row())
    with pytest.raises(Conflict), transaction(laboratory.place, SYSTEM, NOW, "test") as tx:
        bulk.change(tx.session, Row, {10**6: {"reason": "x"}}, bulk.Act("succeed", "", "system"))
    with transaction(laboratory.place, SYSTEM, NOW, "test") as tx:
        row = tx.session.scalar(select(Row).where(Row.code == "T1"))
        bulk.change(tx.session, Row, {row.id: {"reason": "so"}}, bulk.Act("succeed", "", "system"))
        assert row.reason == "so" and row.version == 2
        row.reason = "and so"
        tx.record(row, "succeed")
    assert intact(laboratory)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_the_finder_asks_as_often_for_many_limits_as_for_few(laboratory: b.Laboratory) -> None:
    def queries() -> int:
        asked: list[str] = []
        engine = laboratory.place.engine
        with view(laboratory.place, SYSTEM, NOW) as tx:
            event.listen(engine, "before_cursor_execute", lambda *words: asked.append(words[2]))
            found = facts.proposal(tx, "1006.30", "CN", DAY)
        assert found.product == "RICE" and found.requirements
        return len(asked)

    few = queries()
    analytes = [row["analyte"] for row in catalogue.seed_rows("analytes")]
    load(laboratory, *(a_row(n, f"T{n}", analyte=code) for n, code in enumerate(analytes, 2)))
    assert queries() == few <= 7  # the six of the finder and the beginning of the transaction


def test_decimals_of_a_limit_lead_the_rounded_comparison_and_what_is_reported(laboratory: b.Laboratory) -> None:
    load(laboratory, a_row(value="0.2", decimals="2"), a_row(3, "T2", analyte="PB", value="0.2"))
    assert reasons(load(laboratory, a_row(4, "T3", analyte="AS", decimals="two"))) == [(4, "NOT_A_NUMBER", "decimals")]
    with view(laboratory.place, SYSTEM, NOW) as tx:
        kept = {one.code: frozen(one) for one in facts.limits_of(tx, "RICE", "KR", DAY)}
    rounded = judging.rule_of({"name": "SIMPLE", "comparison": "ROUNDED"})
    seen = {
        (code, text): judge([Measured("numeric", Decimal(text), "", "mg/kg")], judging.limit_of(limit), rounded)
        for code, limit in kept.items()
        for text in ("0.204", "0.206", "0.25")
    }
    assert {key: (one.verdict, str(one.compared)) for key, one in seen.items()} == {
        ("T1", "0.204"): ("PASS", "0.20"), ("T1", "0.206"): ("FAIL", "0.21"), ("T1", "0.25"): ("FAIL", "0.25"),
        ("T2", "0.204"): ("PASS", "0.2"), ("T2", "0.206"): ("PASS", "0.2"), ("T2", "0.25"): ("PASS", "0.2"),
    }  # fmt: skip
    figures = [judging.figures_of(kept["T1"], Decimal(text), "mg/kg", 5) for text in ("0.20649", "12.3456", "9.996")]
    assert figures == [2, 4, 4]
    assert judging.figures_of(kept["T2"], Decimal("0.20649"), "mg/kg", 5) == 5


def a_sum(number: int, code: str, members: str) -> LibraryRow:
    return LibraryRow(number, code, {"name_zh": code, "name_en": code, "kind": "sum", "sum_members": members})


def a_definition(number: int, code: str, analyte: str, members: str) -> LibraryRow:
    return LibraryRow(number, code, {"analyte": analyte, "jurisdiction": "", "members": members})


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_many_rows_are_refused_as_one_is_where_a_definition_comes_back_to_itself(laboratory: b.Laboratory) -> None:
    def bulk_of(kind: str, *rows: LibraryRow) -> list[tuple[int, str, str]]:
        with transaction(laboratory.place, SYSTEM, NOW, "test") as tx:
            return reasons(library.load(tx, rows, kind, kind))

    sums = [a_sum(2, "S1", "S2+CD"), a_sum(3, "S2", "PB+S3"), a_sum(4, "S3", "S1"), a_sum(5, "S4", "S4+PB")]
    assert bulk_of("analyte", *sums) == [(n, "CIRCULAR_DEFINITION", "sum_members") for n in (4, 5)]
    assert bulk_of("analyte", a_sum(2, "CD", "S1")) == [(2, "CIRCULAR_DEFINITION", "sum_members")]
    defined = [a_definition(2, "R1", "S1", "S2"), a_definition(3, "R2", "S2", "PB"), a_definition(4, "R3", "PB", "S1")]
    assert bulk_of("residue_definition", *defined) == [(4, "CIRCULAR_DEFINITION", "members")]
    with pytest.raises(BadInput, match="CIRCULAR"), transaction(laboratory.place, laboratory.cast.kate, NOW, "t") as tx:
        catalogue.propose(tx, ProposeVersion("analyte", "PB", a_sum(1, "PB", "S2").content, DAY, None, "circle"))


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_limits_may_come_with_what_they_speak_of_which_is_released_first(laboratory: b.Laboratory) -> None:
    cast = laboratory.cast
    goods = LibraryRow(2, "RYE", {"category": "GRO", "name_zh": "黑麦", "name_en": "Rye"})
    assert reasons(load(laboratory, a_row(product="RYE"), actor=cast.kate)) == [(2, "NOT_IN_THE_CATALOGUE", "product")]
    with transaction(laboratory.place, cast.kate, NOW, "test") as tx:
        assert library.unknown(tx, [goods, replace(goods, code="RICE")], "product") == [goods]
        library.load(tx, [goods], "goods", "product")
        assert library.load(tx, [a_row(product="RYE")], "limits", coming={"product": {"RYE"}}).added == 1
    signed = Signature(cast.quentin.id, "released")
    early = transaction(laboratory.place, cast.quentin, NOW, "test", signed)
    with pytest.raises(Refused, match="NOT_IN_THE_CATALOGUE"), early as tx:
        library.release(tx, "limits")
    with transaction(laboratory.place, cast.quentin, NOW, "test", signed) as tx:
        assert (library.release(tx, "goods"), library.release(tx, "limits")) == (1, 1)
