"""Instruments on a real database: checks that take them out, the look-back, uses counted, bookings, the logbook."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from lims.domain.equipment_check import Point
from lims.domain.rules.errors import BadInput, Conflict, Forbidden, LimsError, Refused
from lims.services import attachment, booking, equipment, equipment_check, facts, look_back, worksheet
from lims.services.booking import Book
from lims.services.equipment import EditInstrument, Identity, RegisterInstrument
from lims.services.equipment_check import PlanChecks, RecordCheck
from lims.services.equipment_intake import Known, KnownPlan, take_over
from lims.services.look_back import JudgeResults
from lims.services.reading import equipment as books
from lims.services.reading import logbook as logs
from lims.services.reading import look_back as backs
from lims.services.transaction import Transaction, view
from tests import builders as b
from tests.builders import Laboratory

METHOD = "GB 5009.12-2023"
CODE = "ICPMS-01"
TODAY = date(2026, 11, 24)
OUTSIDE = (Point("Pb 208", "0.9", "1.1", "µg/L", "1.3"),)
one_engine = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def refused(error: LimsError) -> list[str]:
    return [one.code for one in error.refusals] if isinstance(error, Refused) else [error.code]


def measured(lab: Laboratory, booking_reason: str = "") -> tuple[str, int]:
    """A result that Anna took with the instrument: the worksheet and the analysis."""
    no = b.received(lab, b.lodged(lab, "FISH", declaration=f"5301202611000{lab.step:05}"))
    with lab.acting(lab.cast.anna) as tx:
        cmd = worksheet.MakeWorksheet(METHOD, sample_nos=(no,), instrument=CODE, booking_reason=booking_reason)
        made = worksheet.make(tx, cmd)
    b.entered(lab, made.analysis_ids[0], "0.012 mg/kg")
    return made.no, made.analysis_ids[0]


def seen(lab: Laboratory, actor: str = "quentin") -> Transaction:
    return view(lab.place, getattr(lab.cast, actor), lab.now + timedelta(minutes=lab.step))  # type: ignore[return-value]


def test_a_failed_check_takes_the_instrument_out_and_every_result_since_the_last_good_one_is_judged(
    laboratory: Laboratory,
) -> None:
    _, analysis_id = measured(laboratory)
    with laboratory.acting(laboratory.cast.anna) as tx:
        done = equipment_check.record(tx, RecordCheck(CODE, "intermediate", TODAY, points=OUTSIDE))
        attachment.attach_evidence(
            tx, attachment.AttachEvidence("equipment_check", done.id, "scan.pdf", "application/pdf", b"%PDF-1.4")
        )
    assert (done.outcome, done.due) == ("fail", None)
    with seen(laboratory) as tx:
        row = equipment.instrument(tx, CODE)
        assert facts.instrument_refusal(tx, row, TODAY).code == "INSTRUMENT_NOT_IN_SERVICE"
        assert (row.state, "intermediate" in row.out_reason) == ("out_of_service", True)
        (touched,) = backs.touched(tx, done.look_back_id).items
        assert (touched.analysis_id, touched.text, touched.state, touched.certificates) == (
            analysis_id, "0.012 mg/kg", "submitted", ""
        )  # fmt: skip
        assert [one.unjudged for one in backs.open_ones(tx)] == [1]
        (check,) = books.checks(tx, CODE).items
        assert (check.points[0]["found"], [name for _, name in check.papers]) == ("fail", ["scan.pdf"])
        assert attachment.evidence(tx, check.papers[0][0]).content == b"%PDF-1.4"
        with pytest.raises(LimsError):
            attachment.fetch(tx, check.papers[0][0])
    mark = JudgeResults(done.look_back_id, (touched.id,), "no_influence", "control sample of the day agreed")
    with pytest.raises(Forbidden), laboratory.acting(laboratory.cast.anna) as tx:
        look_back.judge(tx, mark)
    with laboratory.acting(laboratory.cast.boris) as tx:
        assert look_back.judge(tx, mark)
    with seen(laboratory) as tx:
        assert backs.open_ones(tx) == ()
        assert [one.conclusion for one in backs.every(tx, done.look_back_id)] == ["no_influence"]
    with pytest.raises(Refused) as caught, laboratory.acting(laboratory.cast.quentin) as tx:
        equipment.put_in_service(tx, CODE, "cones cleaned")
    assert refused(caught.value) == ["CHECK_FAILED"]
    with laboratory.acting(laboratory.cast.quentin) as tx:
        equipment_check.record(tx, RecordCheck(CODE, "intermediate", TODAY, outcome="pass"))
        equipment.put_in_service(tx, CODE, "cones cleaned, check passed")
        assert facts.instrument_refusal(tx, equipment.instrument(tx, CODE), TODAY) is None


@one_engine
def test_found_outside_and_mended_stays_in_use_and_still_questions_the_past(laboratory: Laboratory) -> None:
    measured(laboratory)
    mended = (Point("Pb 208", "0.9", "1.1", "µg/L", "1.3", "1.0"),)
    cert = RecordCheck(CODE, "calibration", TODAY, "NIM", "CAL-1", points=mended, due=date(2027, 11, 24))
    with pytest.raises(Forbidden), laboratory.acting(laboratory.cast.anna) as tx:
        equipment_check.record(tx, cert)
    with laboratory.acting(laboratory.cast.quentin) as tx:
        done = equipment_check.record(tx, cert)
    with seen(laboratory) as tx:
        now = books.instrument(tx, CODE)
        assert (done.outcome, now.state, now.calibration_due, now.unfit) == (
            "adjusted", "in_service", date(2027, 11, 24), None
        )  # fmt: skip
        assert backs.one(tx, done.look_back_id).results == 1
        assert backs.one(tx, done.look_back_id).since.date() == date(2026, 3, 1)  # the day of the calibration, in UTC


@one_engine
def test_a_look_back_after_a_good_check_lists_nothing_older(laboratory: Laboratory) -> None:
    measured(laboratory)
    laboratory.now += timedelta(days=2)
    with laboratory.acting(laboratory.cast.quentin) as tx:
        good = RecordCheck(CODE, "qualification", date(2026, 11, 26), outcome="pass")
        equipment_check.record(tx, good)
        back = equipment.take_out(tx, CODE, "lid broken")
        assert backs.one(tx, back).concluded_at == tx.now


def test_uses_are_counted_where_they_happened_and_a_new_check_starts_anew(laboratory: Laboratory) -> None:
    with laboratory.acting(laboratory.cast.quentin) as tx:
        equipment_check.plan(tx, PlanChecks(CODE, "intermediate", None, 1, "worksheets"))
        equipment_check.plan(tx, PlanChecks(CODE, "maintenance", 90, 1000, "hours"))
    measured(laboratory)
    with laboratory.acting(laboratory.cast.anna) as tx:
        booking.write(tx, CODE, "ran overnight", 950)
    with seen(laboratory) as tx:
        now = books.instrument(tx, CODE)
        assert [(one.kind, one.used, one.word) for one in now.dues] == [
            ("intermediate", 1, "past"), ("maintenance", 950, "soon")
        ]  # fmt: skip
        assert now.unfit.code == "CHECK_USED_UP"
        assert [one.code for one in books.instruments(tx, due="past").items] == [CODE]
        assert books.instruments(tx, due="soon").items == ()
    with pytest.raises(Refused) as caught:
        measured(laboratory)
    assert refused(caught.value) == ["CHECK_USED_UP"]
    with laboratory.acting(laboratory.cast.anna) as tx:
        equipment_check.record(tx, RecordCheck(CODE, "intermediate", TODAY, outcome="pass"))
    with seen(laboratory) as tx:
        assert [one.used for one in books.instrument(tx, CODE).dues] == [0, 950]
        assert [one.code for one in books.instruments(tx, due="soon").items] == [CODE]


@one_engine
def test_new_software_asks_for_a_check_before_the_next_use(laboratory: Laboratory) -> None:
    what = Identity("质谱仪", "ICP-MS", "ICP-MS", software="MassHunter 5.3", place="A-101")
    with laboratory.acting(laboratory.cast.quentin) as tx:
        equipment.edit_instrument(tx, EditInstrument(CODE, what, "update"))
    with pytest.raises(Refused) as caught:
        measured(laboratory)
    assert refused(caught.value) == ["CHECK_NEEDED"]
    with laboratory.acting(laboratory.cast.anna) as tx:
        equipment_check.record(tx, RecordCheck(CODE, "intermediate", TODAY, outcome="pass"))
    measured(laboratory)
    with pytest.raises(Conflict), laboratory.acting(laboratory.cast.quentin) as tx:
        equipment.edit_instrument(tx, EditInstrument(CODE, what, "again", version=1))
    with seen(laboratory) as tx:
        kinds = [(one.kind, one.word) for one in logs.logbook(tx, CODE).items]
    assert kinds == [("worksheet", "open"), ("check", "intermediate"), ("act", "change_software"), ("act", "install")]


@one_engine
def test_a_component_has_one_parent_and_no_ring_comes_about(laboratory: Laboratory) -> None:
    part = Identity("", "Autosampler", "ICP-MS")
    with laboratory.acting(laboratory.cast.quentin) as tx:
        equipment.register_instrument(tx, RegisterInstrument("AS-1", part, parent=CODE))
        assert books.instrument(tx, CODE).components == ("AS-1",)
    for code in (CODE, "AS-1"):
        with pytest.raises(BadInput), laboratory.acting(laboratory.cast.quentin) as tx:
            equipment.edit_instrument(tx, EditInstrument(code, part, "turn round", parent="AS-1"))


def at(lab: Laboratory, start: int, end: int, purpose: str = "metals") -> Book:
    """Booked from so many minutes after the morning until so many."""
    return Book(CODE, lab.now + timedelta(minutes=start), lab.now + timedelta(minutes=end), purpose)


@one_engine
def test_an_instrument_booked_by_another_is_used_only_with_a_reason(laboratory: Laboratory) -> None:
    with laboratory.acting(laboratory.cast.boris) as tx:
        made = booking.book(tx, at(laboratory, 0, 600))
    with pytest.raises(Refused) as caught, laboratory.acting(laboratory.cast.anna) as tx:
        booking.book(tx, at(laboratory, 599, 660))
    assert refused(caught.value) == ["INSTRUMENT_BOOKED"]
    with laboratory.acting(laboratory.cast.anna) as tx:
        booking.book(tx, at(laboratory, 600, 660))
    with pytest.raises(Refused) as caught:
        measured(laboratory)
    assert refused(caught.value) == ["INSTRUMENT_BOOKED"]
    no, _ = measured(laboratory, "urgent, Boris agrees")
    with pytest.raises(Forbidden), laboratory.acting(laboratory.cast.anna) as tx:
        booking.cancel(tx, made, "not hers")
    with seen(laboratory, "anna") as tx:
        assert books.instrument(tx, CODE).booked_by == "Boris"
        assert f"{no}: urgent, Boris agrees" in {one.what for one in logs.logbook(tx, CODE).items}
    with laboratory.acting(laboratory.cast.boris) as tx:
        booking.cancel(tx, made, "sample not there")
    with laboratory.acting(laboratory.cast.anna) as tx:
        booking.book(tx, at(laboratory, 300, 600))
        assert len(books.bookings(tx, CODE)) == 2


def test_of_two_bookings_at_once_one_wins(laboratory: Laboratory) -> None:
    def book(name: str) -> str:
        try:
            with laboratory.acting(getattr(laboratory.cast, name)) as tx:
                booking.book(tx, at(laboratory, 60, 120, name))
        except LimsError as error:
            return error.code
        return "booked"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(book, ("anna", "boris"))) == ["INSTRUMENT_BOOKED", "booked"]
    with seen(laboratory) as tx:
        assert len(books.bookings(tx, CODE)) == 1


@one_engine
def test_a_register_taken_over_is_listed_page_by_page_with_a_constant_number_of_queries(
    laboratory: Laboratory,
) -> None:
    def known(n: int) -> Known:
        due = TODAY + timedelta(days=n * 10 - 30)
        what = RegisterInstrument(f"BAL-{n:02}", Identity("", "Balance", "weighing", asset_no=f"CTC-{n}"))
        plans = (KnownPlan("intermediate", 30, 500, "injections"),)
        return Known(what, due - timedelta(days=365), due, f"CAL-{n}", "NIM", plans, TODAY, "worn" if n == 9 else "")

    with laboratory.acting(laboratory.cast.quentin) as tx:
        take_over(tx, [known(n) for n in range(12)], "moved in")
        with pytest.raises(BadInput):
            take_over(tx, [known(3)], "twice")
    counts: list[int] = []
    with seen(laboratory) as tx:
        asked: list[str] = []
        tx.session.connection()  # its BEGIN is no question
        event.listen(laboratory.place.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        codes, after = [], ""
        while after is not None:
            before = len(asked)
            page = books.instruments(tx, after=after, size=5)
            counts.append(len(asked) - before)
            codes += [one.code for one in page.items]
            after = page.next
        assert codes == [*(f"BAL-{n:02}" for n in range(12)), CODE]
        assert len(set(counts)) == 1 and counts[0] <= 3
        past = [one.code for one in books.instruments(tx, due="past").items]
        assert past == ["BAL-00", "BAL-01", "BAL-02"]
        soon = [one.code for one in books.instruments(tx, due="soon").items]
        assert soon == ["BAL-03", "BAL-04", "BAL-05", "BAL-06"]
        assert [one.code for one in books.instruments(tx, due="out_of_service").items] == ["BAL-09"]
        assert {one.standing for one in books.instruments(tx, due="past").items} == {"past"}
        assert {one.standing for one in books.instruments(tx, due="soon").items} == {"soon"}


@one_engine
def test_the_logbook_goes_on_by_key_without_gap_or_repetition(laboratory: Laboratory) -> None:
    for n in range(3):
        with laboratory.acting(laboratory.cast.anna) as tx:
            booking.write(tx, CODE, f"one {n}")
            booking.write(tx, CODE, f"two {n}")
            equipment_check.record(tx, RecordCheck(CODE, "maintenance", TODAY, outcome="pass", remark=f"oil {n}"))
    with seen(laboratory) as tx:
        whole = [one.what for one in logs.logbook(tx, CODE).items]
        found, after = [], ""
        while after is not None:
            page = logs.logbook(tx, CODE, after, 2)
            found += [one.what for one in page.items]
            after = page.next
        assert found == whole
        assert len(set(whole)) == len(whole) == 10
        assert logs.logbook(tx, CODE, "rubbish~x~y").items[0].what == whole[0]
