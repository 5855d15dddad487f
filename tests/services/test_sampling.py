"""Sampling inspection on both engines: plans of lots, what is found by them, and the severities that follow."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from lims.demo.steps import passing
from lims.domain.rules.actor import SYSTEM
from lims.domain.rules.errors import BadInput, Forbidden, LimsError, Refused
from lims.persistence.analysis import AnalysisRow
from lims.persistence.catalogue import ReferenceVersionRow
from lims.persistence.sampling import InspectionRow, SwitchingRow
from lims.persistence.trail import EventRow
from lims.services import lookup, portions, request, reserve, sample, sampling, severity, trail_check
from lims.services.reading import sample as samples
from lims.services.reading import sampling as reading
from lims.services.request import LineCommand, LodgeRequest, LotCommand
from lims.services.transaction import view
from tests import builders as b
from tests.cast import NOW, PORT

ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
TOY = "TOY"


def toys(
    lab: b.Laboratory, n: int, quantity: str = "1200", producer: str = "PRO", unit: str = "pcs", product: str = ""
) -> str:
    """A lot of toys, accepted; its number."""
    line = LineCommand(
        "", product or product_of(TOY), "玩具", "Toys", quantity, unit, "", (LotCommand(f"T-{n}", quantity, unit),)
    )
    cmd = LodgeRequest(f"5301202612{n:08d}", "CN", PORT, "IMP", "CN", (line,), producer)
    with lab.acting(lab.cast.igor) as tx:
        no = request.lodge(tx, cmd).no
    with lab.acting(lab.cast.rita) as tx:
        request.accept(tx, request.AcceptRequest(no, {1: "no analyses"}))
    return f"{no}-L1"


def product_of(category: str) -> str:
    return next(row["product"] for row in b.catalogue.seed_rows("products") if row["category"] == category)


def drawn(lab: b.Laboratory, lot_no: str) -> str:
    with lab.acting(lab.cast.igor) as tx:
        return sample.draw(tx, sample.DrawSample(lot_no, "Igor", "Olga", "HK-1")).no


def inspected(lab: b.Laboratory, lot_no: str, defectives: int, n: int | None = None, **more: object) -> bool:
    with lab.acting(lab.cast.igor) as tx:
        wanted = n or planned(lab, lot_no).n
        cmd = sampling.RecordInspection(lot_no, "", wanted, defectives, **more)  # type: ignore[arg-type]
        return sampling.record_inspection(tx, cmd).accepted


def planned(lab: b.Laboratory, lot_no: str) -> sampling.Plan:
    found = pieces(lab, lot_no).plan
    assert found is not None
    return found


def pieces(lab: b.Laboratory, lot_no: str) -> sampling.Pieces:
    with view(lab.place, lab.cast.igor, NOW) as tx:
        (found,) = sampling.plan_for(tx, lookup.lot(tx, lot_no)).pieces
    return found


def settled(lab: b.Laboratory, lot_no: str) -> None:
    """What deciding the lot does to the switching rules; the decision itself is a test of its own below."""
    with lab.acting(lab.cast.dana) as tx:
        severity.count(tx, lookup.lot(tx, lot_no))


def a_run(lab: b.Laboratory, first: int, defectives: Sequence[int]) -> list[str]:
    """Lots one after the other, each inspected and settled; the severity due after each."""
    due = []
    for n, found in enumerate(defectives, start=first):
        lot_no = toys(lab, n)
        inspected(lab, lot_no, found)
        settled(lab, lot_no)
        due.append(state(lab).severity)
    return due


def state(lab: b.Laboratory) -> reading.SwitchingView:
    with view(lab.place, lab.cast.quentin, NOW) as tx:
        (found,) = reading.states(tx).items
    return found


def refused(lab: b.Laboratory, do: object, *words: object) -> list[str]:
    with pytest.raises(LimsError) as caught:
        do(lab, *words)  # type: ignore[operator]
    error = caught.value
    return [one.code for one in error.refusals] if isinstance(error, Refused) else [error.code]


def test_lots_go_from_normal_to_tightened_to_discontinued_and_are_resumed(laboratory: b.Laboratory) -> None:
    lab = laboratory
    assert a_run(lab, 1, [0, 9, 0, 9]) == ["normal", "normal", "normal", "tightened"]
    lot_no = toys(lab, 5)
    assert (planned(lab, lot_no).severity, planned(lab, lot_no).n, planned(lab, lot_no).ac) == ("tightened", 80, 3)
    assert a_run(lab, 6, [0, 9, 9, 9, 9]) == ["tightened"] * 5
    inspected(lab, lot_no, 9)
    settled(lab, lot_no)
    assert state(lab).severity == "discontinued"
    stopped = toys(lab, 20)
    assert pieces(lab, stopped).plan is None
    assert [one.code for one in pieces(lab, stopped).refusals] == ["SAMPLING_DISCONTINUED"]
    assert refused(lab, inspected, stopped, 0, 80) == ["SAMPLING_DISCONTINUED"]
    one = state(lab)
    with pytest.raises(Refused) as caught, lab.acting(lab.cast.quentin) as tx:
        severity.resume(tx, severity.Resume(one.id, True, False, "new tools"))
    assert [r.code for r in caught.value.refusals] == ["AUTHORITY_NOT_AGREED"]
    with lab.acting(lab.cast.quentin) as tx:
        severity.resume(tx, severity.Resume(one.id, True, True, "new tools, letter 7"))
    assert state(lab).severity == "tightened"
    assert a_run(lab, 21, [0, 0, 0, 0, 0]) == ["tightened"] * 4 + ["normal"]
    assert [(c.to, c.why.code) for c in state(lab).changes] == [
        ("normal", "SWITCH_FIVE_ACCEPTED"), ("tightened", "SWITCH_RESUMED"), ("discontinued", "SWITCH_DISCONTINUED"),
        ("tightened", "SWITCH_TWO_NOT_ACCEPTED"),
    ]  # fmt: skip
    with view(lab.place, lab.cast.quentin, NOW) as tx:
        assert trail_check.check(tx).bad is None


def test_reduced_inspection_needs_the_score_and_the_agreement_and_its_numbers(laboratory: b.Laboratory) -> None:
    lab = laboratory
    assert a_run(lab, 1, [0] * 10) == ["normal"] * 10
    assert state(lab).score == 30
    with lab.acting(lab.cast.quentin) as tx:
        severity.agree(tx, severity.Agree(state(lab).id, True, True, "letter 12"))
    assert state(lab).severity == "normal", "agreeing alone changes nothing"
    assert a_run(lab, 11, [0]) == ["reduced"]
    lot_no = toys(lab, 12)
    assert (planned(lab, lot_no).severity, planned(lab, lot_no).n, planned(lab, lot_no).ac) == ("reduced", 32, None)
    assert refused(lab, inspected, lot_no, 0) == ["REDUCED_NUMBERS_NOT_HELD"]
    with lab.acting(lab.cast.igor) as tx:
        cmd = sampling.RecordInspection(lot_no, "", 32, 1, 32, 3, 4)
        assert sampling.record_inspection(tx, cmd).accepted
    settled(lab, lot_no)
    assert state(lab).severity == "reduced"
    with lab.acting(lab.cast.quentin) as tx:
        severity.agree(tx, severity.Agree(state(lab).id, False, True, "withdrawn"))
    last = toys(lab, 13)
    with lab.acting(lab.cast.igor) as tx:
        sampling.record_inspection(tx, sampling.RecordInspection(last, "", 32, 0, 32, 3, 4))
    settled(lab, last)
    assert (state(lab).severity, state(lab).changes[0].why.code) == ("normal", "SWITCH_AGREEMENT_WITHDRAWN")


def test_the_decision_on_a_lot_counts_its_inspection_once(laboratory: b.Laboratory) -> None:
    lab = laboratory
    lot_no = toys(lab, 1)
    sample_no = drawn(lab, lot_no)
    assert inspected(lab, lot_no, 9) is False
    assert state(lab).recent == ()
    rows = through(lab, sample_no)
    assert rows, "toys are tested for something"
    with pytest.raises(Refused) as caught:
        b.decided(lab, lot_no, "RELEASE")
    (why,) = caught.value.refusals
    assert (why.code, why.params["found"], why.params["plan"][-19:]) == ("LOT_NOT_ACCEPTED", 9, "J, n 80, Ac 5, Re 6")
    made = b.decided(lab, lot_no, "TECHNICAL_TREATMENT")
    assert (made.rule, made.verdict) == ("GEN-OTHER", "FAIL"), "every sample passed; the lot did not"
    assert state(lab).recent == (False,)
    with lab.acting(lab.cast.dana) as tx:
        lot = lookup.lot(tx, lot_no)
        severity.count(tx, lot)
    assert state(lab).recent == (False,)
    assert refused(lab, inspected, lot_no, 0) == ["NOT_IN_THIS_STATE"]


def through(lab: b.Laboratory, sample_no: str) -> int:
    """The sample received, tested good and approved; how many analyses it had."""
    with lab.acting(lab.cast.rita) as tx:
        sample.receive(tx, sample.ReceiveSample(sample_no))
    return through_received(lab, sample_no)


def through_received(lab: b.Laboratory, sample_no: str) -> int:
    with view(lab.place, lab.cast.rita, NOW) as tx:
        rows = samples.detail(tx, sample_no).analyses
    b.on_worksheets(lab, sample_no, tuple(dict.fromkeys(row.method for row in rows)))
    for row in rows:
        b.entered(lab, row.id, passing(row))
        b.verified(lab, row.id)
    b.approved(lab, sample_no)
    return len(rows)


def test_who_inspected_a_lot_does_not_decide_it(laboratory: b.Laboratory) -> None:
    lot_no = toys(laboratory, 1)
    inspected(laboratory, lot_no, 0)
    with laboratory.acting(laboratory.cast.igor) as tx:
        over = lookup.over(lookup.lot(tx, lot_no))
        (why,) = b.transition.duty_refusals(tx, "decision_officer", over)
    assert (why.code, why.params["other"]) == ("DUTIES_APART", "inspector")
    for name in ("anna", "dana", "quentin"):
        with pytest.raises(Forbidden), laboratory.acting(getattr(laboratory.cast, name)) as tx:
            sampling.record_inspection(tx, sampling.RecordInspection(lot_no, "", 80, 0))
    with pytest.raises(Forbidden), laboratory.acting(laboratory.cast.igor) as tx:
        severity.agree(tx, severity.Agree(1, True, True, "mine"))


def test_a_plan_made_at_the_drawing_stands_though_the_severity_changes_and_then_counts_nowhere(
    laboratory: b.Laboratory,
) -> None:
    lab = laboratory
    early = toys(lab, 1)
    drawn(lab, early)
    assert a_run(lab, 2, [9, 9]) == ["normal", "tightened"]
    assert planned(lab, early).severity == "normal"
    inspected(lab, early, 0)
    settled(lab, early)
    with view(lab.place, lab.cast.igor, NOW) as tx:
        (seen,) = reading.of_lot_no(tx, early)
    assert (seen.counted, [one.code for one in seen.not_counted]) == (False, ["TIGHTENED_INSPECTION_DUE"])
    assert state(lab).severity == "tightened" and state(lab).recent == ()


def test_resuming_plans_anew_what_was_not_inspected(laboratory: b.Laboratory) -> None:
    lab = laboratory
    waiting = toys(lab, 1)
    drawn(lab, waiting)
    assert a_run(lab, 2, [9] * 7)[-1] == "discontinued"
    assert refused(lab, inspected, waiting, 0, 80) == ["SAMPLING_DISCONTINUED"]
    with lab.acting(lab.cast.quentin) as tx:
        severity.resume(tx, severity.Resume(state(lab).id, True, True, "improved"))
    assert (planned(lab, waiting).severity, planned(lab, waiting).ac) == ("tightened", 3)


def test_an_inspection_is_recorded_anew_only_with_a_reason(laboratory: b.Laboratory) -> None:
    lab = laboratory
    lot_no = toys(lab, 1)
    assert inspected(lab, lot_no, 2)
    assert refused(lab, inspected, lot_no, 3) == ["ALREADY_INSPECTED"]
    assert not inspected(lab, lot_no, 7, reason="two more were found")
    with view(lab.place, lab.cast.igor, NOW) as tx:
        row = tx.session.scalars(select(InspectionRow)).one()
        verbs = tx.session.scalars(select(EventRow.verb).where(EventRow.object_no == row.no).order_by(EventRow.seq))
        assert list(verbs) == ["plan", "inspect", "correct"]
    assert row.worked.endswith("nonconforming items 7 ≥ Re = 6: not accepted")


@ONE_ENGINE
@pytest.mark.parametrize(("n", "defectives", "code"), [
    (79, 0, "SAMPLE_NOT_OF_PLAN"), (81, 0, "SAMPLE_NOT_OF_PLAN"), (80, 81, "COUNT_OUT_OF_RANGE"),
    (80, -1, "COUNT_OUT_OF_RANGE"), (1201, 0, "COUNT_OUT_OF_RANGE"),
])  # fmt: skip
def test_counts_that_do_not_fit_the_plan_are_refused(
    laboratory: b.Laboratory, n: int, defectives: int, code: str
) -> None:
    assert refused(laboratory, inspected, toys(laboratory, 1), defectives, n) == [code]
    assert count_of(laboratory, InspectionRow) == 0, "nothing is left of a refused inspection"


def count_of(lab: b.Laboratory, kind: type) -> int:
    with view(lab.place, lab.cast.quentin, NOW) as tx:
        return len(list(tx.session.scalars(select(kind))))


@ONE_ENGINE
def test_a_lot_whose_size_is_not_declared_has_no_plan(laboratory: b.Laboratory) -> None:
    by_weight = pieces(laboratory, toys(laboratory, 1, "1200", unit="kg"))
    assert [one.code for one in by_weight.refusals] == ["LOT_SIZE_UNKNOWN"]
    one_item = pieces(laboratory, toys(laboratory, 2, "1"))
    assert [one.code for one in one_item.refusals] == ["LOT_TOO_SMALL"]
    small = planned(laboratory, toys(laboratory, 3, "5"))
    assert (small.n, small.whole_lot) == (5, True)


@ONE_ENGINE
def test_a_lot_without_a_producer_is_judged_and_counts_nowhere(laboratory: b.Laboratory) -> None:
    lot_no = toys(laboratory, 1, producer="")
    assert [one.code for one in pieces(laboratory, lot_no).notes] == ["PRODUCER_NOT_DECLARED"]
    assert not inspected(laboratory, lot_no, 9)
    settled(laboratory, lot_no)
    assert count_of(laboratory, SwitchingRow) == 0


@ONE_ENGINE
def test_food_is_not_inspected_piece_by_piece(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH")
    with pytest.raises(Refused, match="NOT_INSPECTED_BY_PIECE"), laboratory.acting(laboratory.cast.igor) as tx:
        sampling.record_inspection(tx, sampling.RecordInspection(f"{no}-L1", "", 5, 0))


def cheese(lab: b.Laboratory, **amounts: str) -> sample.DrawSample:
    """A lot of cheese with its microbiological plans, and how it is drawn: amounts in grams by use."""
    no = b.lodged(lab, "CHEESE")
    parts = tuple(sample.PortionCommand(use, amount, "g") for use, amount in amounts.items())
    return sample.DrawSample(f"{no}-L1", "Igor", "Olga", "HK-7", portions=parts)


def test_a_portion_too_small_is_drawn_with_a_reason_that_is_kept(laboratory: b.Laboratory) -> None:
    lab = laboratory
    cmd = cheese(lab, test="100", reserve="1000")
    with pytest.raises(Refused) as caught, lab.acting(lab.cast.igor) as tx:
        sample.draw(tx, cmd)
    short, ask = caught.value.refusals
    assert (short.code, ask.code) == ("TEST_PORTION_SHORT", "SHORTFALL_REASON_NEEDED")
    assert "GB 4789" in short.params["methods"] and short.params["drawn"] == "100 g"
    with lab.acting(lab.cast.igor) as tx:
        no = sample.draw(tx, sample.DrawSample(**{**cmd.__dict__, "shortfall_reason": "one box only"})).no
    with view(lab.place, lab.cast.rita, NOW) as tx:
        kept = reading.record_of(tx, lookup.sample(tx, no).id)
        event = tx.session.scalars(
            select(EventRow.reason).where(EventRow.object_no == no, EventRow.verb == "draw")
        ).one()
    assert (kept.reason, event) == ("one box only", "one box only")
    assert [one.code for one in kept.shortfall] == ["TEST_PORTION_SHORT"]
    assert "5 units of food" in kept.plan and "5 个单位样" in kept.plan_zh


@ONE_ENGINE
def test_enough_for_every_plan_needs_no_reason(laboratory: b.Laboratory) -> None:
    with laboratory.acting(laboratory.cast.igor) as tx:
        assert sample.draw(tx, cheese(laboratory, test="2000", reserve="2000", retained="2000")).no


@ONE_ENGINE
def test_a_portion_written_in_words_stops_nobody_from_drawing(laboratory: b.Laboratory) -> None:
    cmd = cheese(laboratory, test="1")
    with laboratory.acting(SYSTEM) as tx:
        for row in tx.session.scalars(select(AnalysisRow)):
            row.limit = {**(row.limit or {}), "portion": "one spoon"}
            tx.record(row, "install")
    with laboratory.acting(laboratory.cast.igor) as tx:
        plan = sampling.plan_for(tx, lookup.lot(tx, cmd.lot_no))
        assert plan.units == 5 and {need.portion for need in plan.wanted.needs} == {""}
        (drawn_from,) = portions.budgets(plan.wanted.needs, [("test", "1", "g")])
        assert drawn_from.shortfall == () and {one.code for one in drawn_from.notes} == {"PORTION_NOT_STATED"}
        assert sample.draw(tx, cmd).no


@ONE_ENGINE
def test_a_method_that_states_its_portion_and_determinations_is_reckoned_with(laboratory: b.Laboratory) -> None:
    lab, method = laboratory, "GB 5009.12-2023"
    with lab.acting(lab.cast.kate) as tx:
        content = dict(b.catalogue.seed_rows("methods")[0])
    assert content["method"] == method
    content = {key: value for key, value in content.items() if key in b.catalogue.KINDS["method"].fields}

    def propose(**more: str) -> int:
        with lab.acting(lab.cast.kate) as tx:
            cmd = b.catalogue.ProposeVersion(
                "method", method, {**content, **more}, b.date(2026, 1, 1), None, "portion"
            )
            return b.catalogue.propose(tx, cmd).id

    for more, field in (({"portion": "much"}, "portion"), ({"replicates": "0"}, "replicates")):
        with pytest.raises(BadInput) as caught:
            propose(**more)
        assert caught.value.params["field"] == field
    with lab.acting(SYSTEM) as tx:
        query = select(ReferenceVersionRow).where(ReferenceVersionRow.code == method)
        row = tx.session.scalars(query).one()
        row.content = {**row.content, "portion": "20 g", "replicates": "3"}
        tx.record(row, "install")
    no = b.lodged(lab, "FISH")
    with view(lab.place, lab.cast.igor, NOW) as tx:
        needs = sampling.plan_for(tx, lookup.lot(tx, f"{no}-L1")).wanted.needs
    own = {need.name: (need.portion, need.count, need.usual) for need in needs}
    assert own[method] == ("20 g", 3, False)
    assert own["GB 5009.15-2023"] == ("0.5 g", 2, False), "as the catalogue states it"
    cmd = sample.DrawSample(f"{no}-L1", "Igor", "Olga", "HK-8", portions=(sample.PortionCommand("test", "30", "g"),))
    with pytest.raises(Refused) as caught_short, lab.acting(lab.cast.igor) as tx:
        sample.draw(tx, cmd)
    short = caught_short.value.refusals[0]
    assert short.code == "TEST_PORTION_SHORT" and method in short.params["methods"]


@ONE_ENGINE
def test_a_method_without_a_portion_is_reckoned_with_that_usual_in_its_category(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "TEX_A")
    with laboratory.acting(laboratory.cast.igor) as tx:
        found = sampling.plan_for(tx, lookup.lot(tx, f"{no}-L1")).wanted.needs
    usual = {need.name: need.portion for need in found if need.usual}
    assert usual and set(usual.values()) == {"2 g"} and "GB/T 7573-2009" not in usual
    (drawn_from,) = portions.budgets(found, [("test", "90", "g")])
    told = {one.params["what"] for one in drawn_from.notes if one.code == "PORTION_BY_CATEGORY"}
    assert told == set(usual)


CHILD = "JEW_CHILD"


@ONE_ENGINE
def test_each_kind_of_nonconformity_has_its_own_aql_and_a_critical_one_fails_the_lot_as_unsafe(
    laboratory: b.Laboratory,
) -> None:
    lab, lot_no = laboratory, toys(laboratory, 1, product=CHILD)
    with view(lab.place, lab.cast.igor, NOW) as tx:
        planned = sampling.plan_for(tx, lookup.lot(tx, lot_no)).pieces
    shown = [(one.setting.key, str(one.setting.aql), one.setting.source) for one in planned]
    assert shown == [
        ("WORKMANSHIP/critical", "0.10", "IP-JEW_CHILD-CRI v1"), ("WORKMANSHIP/major", "2.5", "IP-JEW_CHILD-MAJ v1"),
        ("WORKMANSHIP/minor", "4.0", "IP-JEW_CHILD-MIN v1"),
    ]  # fmt: skip
    assert refused(lab, inspected, lot_no, 0, 80) == ["FIELD_NEEDED"]
    sample_no = drawn(lab, lot_no)
    with lab.acting(lab.cast.igor) as tx:
        sampling.record_inspection(tx, sampling.RecordInspection(lot_no, "WORKMANSHIP/minor", 80, 3))
        sampling.record_inspection(tx, sampling.RecordInspection(lot_no, "WORKMANSHIP/critical", planned[0].plan.n, 1))
    through(lab, sample_no)
    with pytest.raises(Refused) as caught:
        b.decided(lab, lot_no, "RELEASE")
    assert [(one.code, one.params["characteristic"]) for one in caught.value.refusals] == [
        ("LOT_NOT_ACCEPTED", "WORKMANSHIP/critical"), ("INSPECTION_NOT_RECORDED", "WORKMANSHIP/major"),
    ]  # fmt: skip
    made = b.decided(lab, lot_no, "RETURN")
    assert (made.rule, made.verdict) == ("GEN-SHE", "FAIL")
    keys = {one.characteristic for one in states(lab)}
    assert keys == {"WORKMANSHIP/critical", "WORKMANSHIP/major", "WORKMANSHIP/minor"}


def states(lab: b.Laboratory) -> Sequence[reading.SwitchingView]:
    with view(lab.place, lab.cast.quentin, NOW) as tx:
        return reading.states(tx).items


@ONE_ENGINE
def test_a_plan_of_ones_own_is_a_versioned_item_released_by_another_person(laboratory: b.Laboratory) -> None:
    lab = laboratory
    content = {"product": product_of(TOY), "characteristic": "WORKMANSHIP", "inspection_level": "S-2", "aql": "0.65"}

    def propose(code: str, **more: str) -> int:
        with lab.acting(lab.cast.kate) as tx:
            cmd = b.catalogue.ProposeVersion(
                "inspection_plan", code, {**content, **more}, b.date(2026, 1, 1), None, "buyers' complaint"
            )
            return b.catalogue.propose(tx, cmd).id

    for more, code in (
        ({"category": TOY}, "PRODUCT_OR_CATEGORY"), ({"nonconformity": "small"}, "UNKNOWN_CHOICE"),
        ({"aql": "3"}, "AQL_NOT_IN_TABLE"), ({"characteristic": "A/B"}, "FIELD_NEEDED"),
    ):  # fmt: skip
        with pytest.raises(BadInput, match=code):
            propose("IP-1", **more)
    before = toys(lab, 1)
    drawn(lab, before)
    made = propose("IP-1")
    assert planned(lab, toys(lab, 2)).level == "II", "not released yet"
    with lab.acting(lab.cast.quentin, "released") as tx:
        b.catalogue.release(tx, made)
    assert (planned(lab, toys(lab, 3)).level, planned(lab, before).level) == ("S-2", "II")
    with pytest.raises(BadInput, match="INSPECTION_PLAN_TWICE"):
        propose("IP-2")


@ONE_ENGINE
def test_a_lot_is_not_released_before_its_inspection_is_recorded(laboratory: b.Laboratory) -> None:
    lab, lot_no = laboratory, toys(laboratory, 1)
    through(lab, drawn(lab, lot_no))
    with pytest.raises(Refused, match="INSPECTION_NOT_RECORDED"):
        b.decided(lab, lot_no, "RELEASE")
    inspected(lab, lot_no, 2)
    assert b.decided(lab, lot_no, "RELEASE").verdict == "PASS"
    by_weight = toys(lab, 2, unit="kg")
    through(lab, drawn(lab, by_weight))
    assert b.decided(lab, by_weight, "RELEASE").state == "decided", "no plan of the tables is for it"


def test_the_reserve_becomes_a_sample_of_the_open_round_once(laboratory: b.Laboratory) -> None:
    lab, no = laboratory, b.lodged(laboratory, "FISH")
    first = b.received(lab, no)

    def taken(who: str, portion: str = f"{first}-2", **more: object) -> str:
        with lab.acting(getattr(lab.cast, who)) as tx:
            cmd = reserve.TakeReserve(portion, "test portion thawed", **more)  # type: ignore[arg-type]
            return reserve.take_reserve(tx, first, cmd)

    with view(lab.place, lab.cast.rita, NOW) as tx:
        kept = samples.detail(tx, first)
    assert [(use, number) for number, use, *_ in kept.portions if use == "reserve"] == [("reserve", f"{first}-2")]
    with pytest.raises(Refused, match="RESERVE_SEAL_BROKEN"):
        taken("rita", seal_intact=False)
    with pytest.raises(Forbidden):
        taken("anna")
    with pytest.raises(LimsError, match="NOT_FOUND"):
        taken("rita", f"{first}-3")
    with lab.acting(lab.cast.rita) as tx:
        sample.reject(tx, first, "warm", "thawed overnight")
    second = taken("rita")
    with view(lab.place, lab.cast.rita, NOW) as tx:
        seen = samples.detail(tx, second)
    assert (seen.state, seen.from_portion, seen.seal_no, len(seen.analyses)) == (
        "received", f"{first}-2", kept.seal_no, len(kept.analyses),
    )  # fmt: skip
    assert {one.state for one in seen.analyses} == {"waiting"} and seen.custody[0][5] == "reserve"
    with pytest.raises(Refused, match="RESERVE_TAKEN"):
        taken("rita")
    through_received(lab, second)
    with view(lab.place, lab.cast.rita, NOW) as tx:
        (why,) = samples.detail(tx, first).reserves
        assert {one.code for one in why.refusals} == {"RESERVE_TAKEN", "NO_ROUND_OPEN"}
