"""A file with the members of a group: one result with its members, or none and a list of what is missing."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from lims.domain.rules.actor import SYSTEM
from lims.persistence.analysis import AnalysisRow
from lims.persistence.instrument import InstrumentRow
from lims.persistence.run import ReadingRow
from lims.services import run, transition, worksheet
from lims.services.reading import analysis as reading
from lims.services.reading import run as runs
from lims.services.reading import sample as samples
from lims.services.recording import EnterResult
from lims.services.transaction import transaction, view
from tests import builders as b

FILE = ",Aflatoxin B1,AFB2,1165-39-5,G2,Mg,end\n{0},1.2,-----,0.31,{1},7,\nend,,,,,,\n"
"""By name, by code, by CAS number, by an alias of the instrument; magnesium is not asked for."""


def prepared(lab: b.Laboratory) -> tuple[str, str, dict[str, int]]:
    """A worksheet for aflatoxins of a peanut lot: its number, that of the sample, the analyses by analyte."""
    with transaction(lab.place, SYSTEM, b.NOW, "builder") as tx:
        instrument: InstrumentRow = b.an_instrument("LC-9", "lab_two_dimensional", date(2027, 1, 1))
        instrument.aliases = {"G2": "AFG2"}
        transition.install(tx, instrument, "in_service", "builder")
    sample_no = b.received(lab, b.lodged(lab, "PEANUT", jurisdiction="EU"))
    with view(lab.place, lab.cast.anna, b.NOW) as tx:
        rows = {one.analyte: one for one in samples.detail(tx, sample_no).analyses}
    with lab.acting(lab.cast.anna) as tx:
        made = worksheet.make(
            tx, worksheet.MakeWorksheet(rows["AFT"].method, sample_nos=(sample_no,), instrument="LC-9")
        )
    return made.no, sample_no, {code: one.id for code, one in rows.items()}


def read(lab: b.Laboratory, sheet_no: str, content: str) -> runs.RunView:
    with lab.acting(lab.cast.anna) as tx:
        no = run.preview(tx, run.ReceiveRun(sheet_no, "list.csv", content.encode())).no
    with view(lab.place, lab.cast.anna, b.NOW) as tx:
        return runs.detail(tx, no)


def accepted(lab: b.Laboratory, no: str) -> run.Accepted:
    with lab.acting(lab.cast.anna) as tx:
        return run.accept(tx, no, None)


def calculation(lab: b.Laboratory, analysis_id: int) -> dict[str, object]:
    with view(lab.place, lab.cast.anna, b.NOW) as tx:
        result = reading.detail(tx, analysis_id).analysis.result
    assert result is not None
    return dict(result.calculation)


def test_the_members_in_a_file_are_one_result_with_the_place_of_each(laboratory: b.Laboratory) -> None:
    sheet_no, sample_no, ids = prepared(laboratory)
    seen = read(laboratory, sheet_no, FILE.format(sample_no, "ND"))
    assert seen.missing == () and {row.match for row in seen.readings} == {"matched", "no_analyte"}
    done = accepted(laboratory, seen.no)
    assert (done.written, done.left, done.state, done.missing) == (2 if "AFB1" in ids else 1, 0, "accepted", ())
    made = calculation(laboratory, ids["AFT"])
    members: list[dict[str, object]] = made["members"]  # type: ignore[assignment]
    assert [(one["code"], one["text"]) for one in members] == [
        ("AFB1", "1.2"), ("AFB2", "ND"), ("AFG1", "0.31"), ("AFG2", "ND"),
    ]  # fmt: skip
    places = {str(one["code"]): one["read"] for one in members}
    with view(laboratory.place, laboratory.cast.anna, b.NOW) as tx:
        stored = {row.n: row for row in tx.session.scalars(select(ReadingRow))}
        for place in places.values():
            assert place["run"] == seen.no and place["source"] == stored[place["row"]].source  # type: ignore[index]
        raw = stored[places["AFB2"]["row"]]  # type: ignore[index]
        assert raw.value_text == "-----" and raw.result_id is not None, "the instrument's own token is kept"
    with laboratory.acting(laboratory.cast.anna) as tx:
        run.reverse(tx, seen.no, "wrong sequence")
    with view(laboratory.place, laboratory.cast.anna, b.NOW) as tx:
        states = {tx.session.get_one(AnalysisRow, ids[code]).state for code in ids if code in ("AFT", "AFB1")}
    assert states == {"assigned"}


def test_a_group_that_the_file_does_not_fill_waits_for_the_rest(laboratory: b.Laboratory) -> None:
    sheet_no, sample_no, ids = prepared(laboratory)
    seen = read(laboratory, sheet_no, FILE.format(sample_no, "").replace(",G2", ",Lead"))
    assert [(one.analysis_id, one.members) for one in seen.missing] == [(ids["AFT"], ("AFG2",))]
    done = accepted(laboratory, seen.no)
    assert [one.members for one in done.missing] == [("AFG2",)] and done.left > 0
    with view(laboratory.place, laboratory.cast.anna, b.NOW) as tx:
        group, now = reading.detail(tx, ids["AFT"]).group, reading.detail(tx, ids["AFT"]).analysis.result
    assert now is None and group is not None
    cells = {one.code: one.read for one in group.members}
    assert cells == {"AFB1": "1.2", "AFB2": "ND", "AFG1": "0.31", "AFG2": ""}
    with laboratory.acting(laboratory.cast.anna) as tx:
        b.result.enter(tx, EnterResult(ids["AFT"], "", members={**cells, "AFG2": "<0.1"}))
    members: list[dict[str, object]] = calculation(laboratory, ids["AFT"])["members"]  # type: ignore[assignment]
    assert [bool(one.get("read")) for one in members] == [True, True, True, False]
