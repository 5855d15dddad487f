"""What would change when a standard is replaced, and one result beside the limits of several jurisdictions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

import pytest
from sqlalchemy import event, select

from lims.domain.conformity import Conformity
from lims.domain.rules.errors import Forbidden
from lims.domain.rules.refusal import refusal
from lims.persistence.analysis import AnalysisRow
from lims.services import catalogue
from lims.services import limit_library as library
from lims.services.limit_library import LibraryRow
from lims.services.reading import catalogue as shelves
from lims.services.reading.as_if import margin
from lims.services.reading.replacing import WouldChange, would_change
from lims.services.reading.side_by_side import side_by_side
from lims.services.transaction import view
from tests import builders as b
from tests.builders import Laboratory

CD, METHOD = "L0024", "GB 5009.15-2023"
"""Cadmium in rice, CN: 0.2 mg/kg, and the method for it."""
one_engine = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
"""The queries are the same for all of them; those of the last two tests run on both engines."""


@pytest.mark.parametrize(("value", "edges", "told"), [
    ("0.17", (None, "0.2"), "+15.0 %"), ("0.21", (None, "0.2"), "-5.0 %"), ("0.2", (None, "0.2"), "0.0 %"),
    ("7.3", ("4.0", "7.5"), "+2.7 %"), ("3.9", ("4.0", "7.5"), "-2.5 %"), ("1", (None, "0"), ""),
    (None, (None, "1"), ""),
])  # fmt: skip
def test_a_margin_is_the_way_to_the_nearer_edge(value: str | None, edges: tuple[str | None, ...], told: str) -> None:
    low, high = (Decimal(edge) if edge else None for edge in edges)
    assert margin(Conformity("PASS", None, Decimal(value) if value else None, edges=(low, high))) == told


class Rice(NamedTuple):
    """A lot of rice at work; ``cadmium`` is the analysis that has a result."""

    cadmium: int
    lot_no: str
    sample_no: str


@pytest.fixture
def rice(laboratory: Laboratory) -> Rice:
    """Cadmium is entered as 0.17 mg/kg with U 0.02; another lot has no sample yet."""
    lab = laboratory
    request_no = b.lodged(lab, "RICE")
    sample_no = b.received(lab, request_no)
    b.lodged(lab, "RICE", declaration="530120261100044188", accept=False)
    with view(lab.place, lab.cast.kate, lab.now) as tx:
        query = select(AnalysisRow.id).where(AnalysisRow.analyte == "CD", AnalysisRow.sample_id.is_not(None))
        found = tx.session.scalars(query).one()
    b.on_worksheets(lab, sample_no, (METHOD,))
    b.entered(lab, found, "0.17 mg/kg", expanded="0.02")
    return Rice(found, f"{request_no}-L1", sample_no)


def content_of(lab: Laboratory, code: str, **changes: str) -> dict[str, str]:
    with view(lab.place, lab.cast.kate, lab.now) as tx:
        return {**dict(shelves.detail(tx, "limit", code).versions[0].content), **changes}


def proposed(lab: Laboratory, kind: str, code: str, content: dict[str, str]) -> int:
    with lab.acting(lab.cast.kate) as tx:
        return catalogue.propose(tx, catalogue.ProposeVersion(kind, code, content, None, None, "new edition")).id


def foreseen(lab: Laboratory, *ids: int, days_later: int = 0, **asked: object) -> WouldChange:
    with view(lab.place, lab.cast.quentin, lab.now + timedelta(days=days_later)) as tx:
        return would_change(tx, ids, **asked)  # type: ignore[arg-type]


@one_engine
def test_a_stricter_limit_shows_which_open_work_would_fail(laboratory: Laboratory, rice: Rice) -> None:
    lab = laboratory
    version = proposed(lab, "limit", CD, content_of(lab, CD, value="0.15"))
    seen = foreseen(lab, version)
    assert (seen.open, seen.recent, seen.changed, seen.changed_open, seen.without_result) == (2, 0, 1, 1, 1)
    first, second = seen.page.items
    assert (first.analysis_id, first.value, first.old_limit, first.new_limit) == (
        rice.cadmium, "0.17", "≤ 0.2 mg/kg", "≤ 0.15 mg/kg",
    )  # fmt: skip
    assert (first.old_verdict, first.new_verdict, first.margin, first.changed) == ("PASS", "FAIL", "-13.3 %", True)
    assert (second.old_verdict, second.new_verdict, second.sample_no) == ("", "", "")
    page = foreseen(lab, version, size=1).page
    assert [one.analysis_id for one in page.items] == [rice.cadmium]
    assert [one.key for one in foreseen(lab, version, after=page.next).page.items] == [second.key]
    with pytest.raises(Forbidden), view(lab.place, lab.cast.anna, lab.now) as tx:
        would_change(tx, [version])


@one_engine
def test_a_limit_on_another_basis_or_kind_of_unit_judges_nothing_and_says_so(
    laboratory: Laboratory, rice: Rice
) -> None:
    lab = laboratory
    version = proposed(lab, "limit", CD, content_of(lab, CD, basis="dry"))
    (one, _) = foreseen(lab, version).page.items
    assert (one.new_verdict, one.changed) == ("", True)
    assert one.why == refusal("BASIS_DIFFERS", basis="dry", other="wet")
    with lab.acting(lab.cast.quentin) as tx:
        catalogue.reject(tx, version, "wrong basis")
    version = proposed(lab, "limit", CD, content_of(lab, CD, basis="wet", unit="mg/L"))
    (one, _) = foreseen(lab, version).page.items
    assert one.why == refusal("INCOMPATIBLE_UNIT", source="mg/kg", target="mg/L")


@one_engine
def test_a_batch_and_a_new_edition_of_a_method_are_foreseen_as_well(laboratory: Laboratory, rice: Rice) -> None:
    lab = laboratory
    rows = [
        LibraryRow(2, CD, content_of(lab, CD, value="0.17")),
        LibraryRow(3, "NEW-1", content_of(lab, CD, jurisdiction="KR", value="0.1")),
    ]
    with lab.acting(lab.cast.kate) as tx:
        assert library.load(tx, rows, "GB 2762-2027").added == 2
    seen = foreseen(lab, library="GB 2762-2027")
    assert (seen.versions, seen.open, seen.changed) == (2, 2, 0)
    assert seen.page.items[0].margin == "0.0 %"
    with view(lab.place, lab.cast.kate, lab.now) as tx:
        method = b.validated_method(dict(shelves.detail(tx, "method", METHOD).versions[0].content), analytes="CD")
    version = proposed(lab, "method", "GB 5009.15-2027", method | {"uncertainty": "", "loq": "0.3", "lod": "0.1"})
    seen = foreseen(lab, version)
    assert {one.method for one in seen.page.items} == {METHOD}
    assert seen.open == 2


def test_decided_work_is_looked_back_over_for_so_many_days_in_few_queries(
    laboratory: Laboratory, rice: Rice
) -> None:
    lab = laboratory
    with view(lab.place, lab.cast.kate, lab.now) as tx:
        done = AnalysisRow.sample_id.is_not(None)
        analyses = tx.session.execute(select(AnalysisRow.id, AnalysisRow.method).where(done)).all()
    for id, method in analyses:
        if id != rice.cadmium:
            b.on_worksheets(lab, rice.sample_no, (method,))
            b.entered(lab, id, "0.0001 mg/kg")
        b.verified(lab, id)
    b.approved(lab, rice.sample_no)
    b.decided(lab, rice.lot_no, "RELEASE")
    version = proposed(lab, "limit", CD, content_of(lab, CD, value="0.15"))
    statements: list[str] = []
    event.listen(lab.place.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    assert [foreseen(lab, version, days_later=later, days=90).recent for later in (1, 89, 91)] == [1, 1, 0]
    assert len(statements) / 3 < 25


def test_one_result_is_judged_for_each_jurisdiction_by_its_own_rule(laboratory: Laboratory, rice: Rice) -> None:
    lab = laboratory
    rows = [
        LibraryRow(2, "KR-1", content_of(lab, CD, jurisdiction="KR", unit="ug/kg", value="150", standard="MFDS")),
        LibraryRow(3, "US-1", content_of(lab, CD, jurisdiction="US", basis="dry", standard="21 CFR")),
    ]
    with lab.acting(lab.cast.kate) as tx:
        library.load(tx, rows, "elsewhere")
    with lab.acting(lab.cast.quentin, "checked") as tx:
        library.release(tx, "elsewhere")
    with view(lab.place, lab.cast.anna, lab.now) as tx:
        seen = side_by_side(tx, rice.cadmium)
    lines = {line.jurisdiction: line for line in seen.lines}
    assert [line.own for line in seen.lines] == [True] + [False] * (len(seen.lines) - 1)
    assert {place: line.verdict for place, line in lines.items()} == {
        "CN": "PASS", "CODEX": "PASS", "EU": "PASS", "KR": "FAIL", "US": "",
    }  # fmt: skip
    assert "guarded rejection" in lines["EU"].rule_en and "U = 0.02" in lines["EU"].worked
    assert lines["KR"].steps == ("0.17 mg/kg = 170 ug/kg", "U 0.02 mg/kg = 20 ug/kg", "1 mg/kg = 1000 ug/kg")
    assert lines["US"].why == refusal("BASIS_DIFFERS", basis="dry", other="wet")
