"""Quality control of a run on both databases: plan, brackets, charts with frozen limits, second persons, scores."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from lims.domain.rules.errors import BadInput, LimsError, Refused
from lims.persistence.analysis import AnalysisRow
from lims.persistence.control_chart import ChartPointRow, ControlChartRow
from lims.persistence.worksheet import BatchRow, BracketRow, PositionRow, QcResultRow, WorksheetRow
from lims.services import (
    approval,
    batch,
    bracket,
    catalogue,
    control_chart,
    proficiency,
    qc_positions,
    result,
    trail_check,
    worksheet,
)
from lims.services.reading import control_chart as charts
from lims.services.reading import proficiency as rounds
from lims.services.reading import worksheet as sheets
from lims.services.transaction import view
from tests import builders as b
from tests.cast import NOW

ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
METHOD, CD = "GB 5009.15-2023", "CD"
PLAN = {
    "method": METHOD, "blank_every": "20", "crm_every": "20", "ccv_every": "2", "crm": "GBW10024 0.12±0.01 mg/kg",
    "ccv": "STD 1.00 ug/L",
}  # fmt: skip


def a_plan(lab: b.Laboratory, **changes: str) -> None:
    """Proposed by Kate, released by Quentin."""
    with lab.acting(lab.cast.kate) as tx:
        cmd = catalogue.ProposeVersion("qc_plan", METHOD, {**PLAN, **changes}, date(2026, 1, 1), None, "first plan")
        made = catalogue.propose(tx, cmd)
    with lab.acting(lab.cast.quentin, "released") as tx:
        catalogue.release(tx, made.id)


def samples(lab: b.Laboratory, count: int) -> tuple[str, ...]:
    return tuple(
        b.received(lab, b.lodged(lab, "FISH", declaration=f"53012026110004{n:04d}")) for n in range(count)
    )


def a_run(lab: b.Laboratory, count: int = 3, **more: object) -> str:
    numbers = samples(lab, count)
    with lab.acting(lab.cast.anna) as tx:
        return worksheet.make(tx, worksheet.MakeWorksheet(METHOD, sample_nos=numbers, **more)).no  # type: ignore[arg-type]


def positions(lab: b.Laboratory, no: str) -> dict[str, sheets.PositionView]:
    with view(lab.place, lab.cast.boris, NOW) as tx:
        return {one.label: one for one in sheets.grid(tx, no).positions}


def found(lab: b.Laboratory, position_id: int, text: str, aspect: str = "") -> None:
    with lab.acting(lab.cast.anna) as tx:
        result.enter_qc(tx, position_id, CD, text, aspect)


def entered(lab: b.Laboratory, no: str) -> list[int]:
    """Every analysis of the worksheet given out of hand; their ids in run order."""
    with view(lab.place, lab.cast.boris, NOW) as tx:
        query = select(AnalysisRow.id).order_by(AnalysisRow.position)
        ids = list(tx.session.scalars(query.where(AnalysisRow.worksheet_id.is_not(None))))
    for one in ids:
        b.entered(lab, one, "0.02 mg/kg")
    return ids


def test_a_broken_check_holds_its_bracket_until_a_second_person_releases_it(laboratory: b.Laboratory) -> None:
    lab = laboratory
    a_plan(lab)
    no = a_run(lab)
    there = positions(lab, no)
    order = [(one.kind, one.required) for one in sorted(there.values(), key=lambda one: one.seq)]
    assert [kind for kind, _ in order] == ["ccv", "blank", "crm", "ccv", "sample", "sample", "ccv", "sample", "ccv"]
    assert all(required == (kind != "sample") for kind, required in order)
    ids = entered(lab, no)
    found(lab, there["BLK-1"].id, "ND")
    found(lab, there["CRM-1"].id, "0.118 mg/kg")
    for label, text in (("CCV-1", "1.02 ug/L"), ("CCV-2", "0.99 ug/L"), ("CCV-3", "1.31 ug/L")):
        found(lab, there[label].id, text)
    with lab.acting(lab.cast.boris) as tx:
        held = {one.label: [x for x in sheets.grid(tx, no).brackets if x.holds(one.seq, CD)] for one in there.values()}
    samples_held = [label for label, brackets in held.items() if brackets and there[label].kind == "sample"]
    assert len(samples_held) == 3, "the check after it is not found yet, so it ends nothing"
    found(lab, there["CCV-4"].id, "0.97 ug/L")
    with view(lab.place, lab.cast.boris, NOW) as tx:
        row = tx.session.scalars(select(BracketRow)).one()
        state = tx.session.scalars(select(BatchRow.state)).one()
        assert (row.first_seq, row.last_seq, row.state, state) == (5, 8, "held", "passed")
        assert row.judged["code"] == "QC_CCV" and row.judged["params"]["share"] == "131"
        assert row.judged["params"]["source"] == f"{METHOD} v1"
    with pytest.raises(Refused, match="BRACKET_HELD"):
        b.verified(lab, ids[0])
    for who, reason in (("anna", "mine"), ("boris", " ")):
        with pytest.raises(LimsError), lab.acting(lab.cast.actors[who]) as tx:
            bracket.release(tx, row.id, reason)
    with lab.acting(lab.cast.boris) as tx:
        bracket.release(tx, row.id, "re-run since the last good check, results agree")
    for one in ids:
        b.verified(lab, one)
    found(lab, there["CCV-3"].id, "1.40 ug/L")
    with view(lab.place, lab.cast.boris, NOW) as tx:
        assert tx.session.scalars(select(BracketRow.state)).one() == "held", "a new finding holds it anew"
    with pytest.raises(Refused, match="BRACKET_HELD"), lab.acting(lab.cast.vera, "approve") as tx:
        approval.approve(tx, next(iter(there[label].label for label in samples_held)))
    with lab.acting(lab.cast.quentin) as tx:
        assert bracket.fail(tx, row.id, "detector drifted") == 3
    with view(lab.place, lab.cast.boris, NOW) as tx:
        assert {one.state for one in tx.session.scalars(select(AnalysisRow).where(AnalysisRow.id.in_(ids)))} == {
            "waiting"
        }
    with view(lab.place, lab.cast.quentin, NOW) as tx:
        assert trail_check.check(tx).intact


def crm_points(lab: b.Laboratory, values: list[str]) -> int:
    with lab.acting(lab.cast.quentin) as tx:
        for text in values:
            cmd = control_chart.RecordPoint(METHOD, CD, "crm", "GBW10024 0.12±0.01 mg/kg", Decimal(text), "mg/kg")
            chart_id = control_chart.record(tx, cmd)
    return chart_id


BASE = ["0.118", "0.122", "0.120", "0.119", "0.121"] * 4


def test_limits_are_frozen_by_two_people_and_a_rejecting_point_breaks_its_batch(laboratory: b.Laboratory) -> None:
    lab = laboratory
    chart_id = crm_points(lab, BASE[:19])
    cmd = control_chart.ProposeLimits(chart_id, "first points")
    with pytest.raises(BadInput, match="VALUES_TOO_FEW"), lab.acting(lab.cast.quentin) as tx:
        control_chart.propose(tx, cmd)
    crm_points(lab, BASE[19:])
    with lab.acting(lab.cast.quentin) as tx:
        limits_id = control_chart.propose(tx, cmd)
    with pytest.raises(Refused, match="LIMITS_WAIT_ALREADY"), lab.acting(lab.cast.boris) as tx:
        control_chart.propose(tx, cmd)
    with pytest.raises(Refused, match="DUTIES_APART"), lab.acting(lab.cast.quentin) as tx:
        control_chart.release(tx, limits_id)
    with lab.acting(lab.cast.boris) as tx:
        control_chart.release(tx, limits_id)
    a_plan(lab, ccv_every="", ccv="")
    no = a_run(lab, 1)
    there = positions(lab, no)
    entered(lab, no)
    found(lab, there["BLK-1"].id, "ND")
    found(lab, there["CRM-1"].id, "0.128 mg/kg")
    with view(lab.place, lab.cast.boris, NOW) as tx:
        seen = charts.chart(tx, chart_id)
        point = seen.points[-1]
        assert (point.worksheet, point.limits, point.mark, seen.item.alarm) == (no, 1, "reject", "reject")
        assert ("westgard", "1-3s", "reject") in point.signals
        held = tx.session.scalars(select(BatchRow)).one()
        assert held.state == "held" and held.judged[0]["code"] == "QC_CHART", "it is certified, the chart rejects it"
        outcomes = tx.session.scalars(select(QcResultRow.outcome).where(QcResultRow.analyte == CD)).all()
        assert sorted(outcomes) == ["broken", "good"]
    with pytest.raises(BadInput), lab.acting(lab.cast.quentin) as tx:
        control_chart.exclude(tx, point.id, " ")
    with lab.acting(lab.cast.quentin) as tx:
        control_chart.exclude(tx, point.id, "wrong flask")
    with pytest.raises(Refused, match="POINT_EXCLUDED_ALREADY"), lab.acting(lab.cast.quentin) as tx:
        control_chart.exclude(tx, point.id, "again")
    with view(lab.place, lab.cast.boris, NOW) as tx:
        seen = charts.chart(tx, chart_id)
        assert (seen.points[-1].mark, seen.counted, seen.item.alarm) == ("out", 20, "")
        assert tx.session.scalars(select(BatchRow.state)).one() == "held", "leaving a point out releases nothing"
    with lab.acting(lab.cast.boris) as tx:
        batch.release(tx, no, "CRM repeated from a new flask")
    with view(lab.place, lab.cast.boris, NOW) as tx:
        assert tx.session.scalars(select(BatchRow.state)).one() == "released"


@ONE_ENGINE
def test_a_trend_alarms_without_breaking_anything(laboratory: b.Laboratory) -> None:
    chart_id = crm_points(laboratory, BASE)
    with laboratory.acting(laboratory.cast.boris) as tx:
        limits_id = control_chart.propose(tx, control_chart.ProposeLimits(chart_id, "first points"))
    with laboratory.acting(laboratory.cast.quentin) as tx:
        control_chart.release(tx, limits_id)
    crm_points(laboratory, ["0.1190", "0.1192", "0.1199", "0.1201", "0.1204", "0.1209"])
    with view(laboratory.place, laboratory.cast.boris, NOW) as tx:
        row = tx.session.scalars(select(ControlChartRow)).one()
        assert (row.alarm, row.alarm_rules) == ("trend", "Nelson 3")
    crm_points(laboratory, ["0.1200"])
    with view(laboratory.place, laboratory.cast.boris, NOW) as tx:
        assert tx.session.scalars(select(ControlChartRow.alarm)).one() == ""
    with laboratory.acting(laboratory.cast.quentin) as tx:
        control_chart.set_rules(tx, chart_id, ("nelson",), "trends matter more here")
    with pytest.raises(BadInput), laboratory.acting(laboratory.cast.quentin) as tx:
        control_chart.set_rules(tx, chart_id, ("shewhart",), "unknown")


@ONE_ENGINE
def test_duplicates_are_followed_as_ranges_and_a_corrected_result_moves_its_point(laboratory: b.Laboratory) -> None:
    lab = laboratory
    no = a_run(lab, 1, duplicates=1, blanks=1)
    there = positions(lab, no)
    ids = entered(lab, no)
    found(lab, there["DUP-1"].id, "0.022 mg/kg")
    found(lab, there["BLK-1"].id, "ND")
    with view(lab.place, lab.cast.boris, NOW) as tx:
        point = tx.session.scalars(select(ChartPointRow)).one()
        assert tx.session.scalars(select(ControlChartRow.kind)).one() == "duplicate"
        assert abs(point.value - Decimal("9.5238")) < Decimal("0.0001")
    with lab.acting(lab.cast.anna) as tx:
        result.enter(tx, result.EnterResult(ids[0], "0.030 mg/kg", reason="typed wrong"))
    with lab.acting(lab.cast.boris) as tx:
        batch.judge(tx, tx.session.scalars(select(WorksheetRow.id).where(WorksheetRow.no == no)).one())
    with view(lab.place, lab.cast.boris, NOW) as tx:
        assert tx.session.scalars(select(BatchRow.state)).one() == "held", "the corrected result is no longer near it"
        assert tx.session.scalars(select(ChartPointRow.value)).one() > 30
    with lab.acting(lab.cast.boris) as tx:
        assert batch.fail(tx, no, "not repeatable") == 1
    with view(lab.place, lab.cast.boris, NOW) as tx:
        assert tx.session.scalars(select(AnalysisRow.state).where(AnalysisRow.id == ids[0])).one() == "waiting"


@ONE_ENGINE
def test_a_required_position_is_left_out_with_a_reason_only_and_more_may_be_added(laboratory: b.Laboratory) -> None:
    lab = laboratory
    a_plan(lab, ccv_every="", ccv="")
    no = a_run(lab, 1)
    there = positions(lab, no)
    with pytest.raises(BadInput, match="FIELD_NEEDED"), lab.acting(lab.cast.anna) as tx:
        qc_positions.drop(tx, there["CRM-1"].id, " ")
    with lab.acting(lab.cast.anna) as tx:
        qc_positions.drop(tx, there["CRM-1"].id, "material used up, ordered")
        qc_positions.add(tx, qc_positions.AddPosition(no, "blank"))
    with pytest.raises(BadInput, match="POSITION_DROPPED"):
        found(lab, there["CRM-1"].id, "0.12 mg/kg")
    there = positions(lab, no)
    found(lab, there["BLK-1"].id, "ND")
    with pytest.raises(Refused, match="POSITION_FOUND"), lab.acting(lab.cast.anna) as tx:
        qc_positions.drop(tx, there["BLK-1"].id, "looks bad")
    found(lab, there["BLK-2"].id, "ND")
    with view(lab.place, lab.cast.boris, NOW) as tx:
        assert tx.session.scalars(select(BatchRow.state)).one() == "passed"
    sample = next(one for one in there.values() if one.kind == "sample")
    found(lab, sample.id, "rt=5.02/5.05; ratio=0.30/0.50", "identity")
    with view(lab.place, lab.cast.boris, NOW) as tx:
        row = tx.session.scalars(select(BracketRow)).one()
        assert (row.first_seq, row.last_seq, row.aspect) == (sample.seq, sample.seq, "identity")


def test_two_who_enter_at_once_leave_the_batch_judged_by_both_findings(laboratory: b.Laboratory) -> None:
    lab = laboratory
    no = a_run(lab, 1, blanks=2)
    there = positions(lab, no)
    trouble: list[Exception] = []

    def enter(label: str) -> None:
        try:
            found(lab, there[label].id, "ND")
        except Exception as error:  # shown by the assertion below
            trouble.append(error)

    both = [threading.Thread(target=enter, args=(label,)) for label in ("BLK-1", "BLK-2")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    with view(lab.place, lab.cast.boris, NOW) as tx:
        assert not trouble
        assert tx.session.scalars(select(BatchRow.state)).one() == "passed"
        assert len(tx.session.scalars(select(PositionRow.id).where(PositionRow.kind == "blank")).all()) == 2


@ONE_ENGINE
def test_a_score_that_is_not_satisfactory_waits_for_a_conclusion(laboratory: b.Laboratory) -> None:
    lab = laboratory
    with lab.acting(lab.cast.anna) as tx:
        made = proficiency.register(tx, proficiency.RegisterRound("CNCA", "CNCA-26-06", "2026-1", "rice flour"))
        good = proficiency.EnterScore(made, METHOD, CD, "212 ± 21 ug/kg", "0.200", "mg/kg", "0.012", "0.002")
        proficiency.enter(tx, good)
        bad = proficiency.EnterScore(made, "GB 5009.12-2023", "PB", "0.29 mg/kg", "0.200", "mg/kg", "0.03")
        score_id = proficiency.enter(tx, bad)
    for again, code in ((good, "PT_SCORE_THERE"),):
        with pytest.raises(Refused, match=code), lab.acting(lab.cast.anna) as tx:
            proficiency.enter(tx, again)
    with pytest.raises(BadInput, match="PT_NOTHING_TO_SCORE"), lab.acting(lab.cast.anna) as tx:
        proficiency.enter(tx, proficiency.EnterScore(made, METHOD, "AS", "1", "1", "mg/kg"))
    with view(lab.place, lab.cast.anna, NOW) as tx:
        first, second = rounds.one(tx, made).scores
        assert [(kind, value) for kind, value, _ in first.scores][0] == ("z", Decimal(1))
        assert (first.decides, first.verdict, second.verdict) == ("z", "satisfactory", "unsatisfactory")
        assert [one.id for one in rounds.listing(tx, waiting=True).items] == [made]
    with pytest.raises(LimsError), lab.acting(lab.cast.anna) as tx:
        proficiency.conclude(tx, score_id, "mine")
    with lab.acting(lab.cast.quentin) as tx:
        proficiency.conclude(tx, score_id, "standard degraded; replaced, z = 0.4 in the repeat")
    with view(lab.place, lab.cast.anna, NOW) as tx:
        assert rounds.listing(tx, waiting=True).items == ()
