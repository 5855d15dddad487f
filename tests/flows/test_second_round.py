"""A whole re-inspection: found wanting, treated, drawn and tested anew; what the first round found stays for ever."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from lims.domain.rules.errors import Conflict, LimsError, Refused
from lims.services import certificate, lot, request, sample, worksheet
from lims.services.reading import certificate as certificates
from lims.services.reading import lot as lots
from lims.services.reading import request as requests
from lims.services.reading import sample as samples
from lims.services.reading import worksheet as worksheets
from lims.services.transaction import view
from reports.signing import verify
from tests import builders as b
from tests.api.client import an_api, ok, refused

BAD = {"PEROXIDE": "0.31 g/100 g"}
PROOF = "refined again under supervision, record 5301-2026-77"


def seen(lab: b.Laboratory, lot_no: str) -> Any:
    with view(lab.place, lab.cast.rita, b.NOW) as tx:
        return lots.detail(tx, lot_no)


def analyses_of(lab: b.Laboratory, sample_no: str) -> Any:
    with view(lab.place, lab.cast.rita, b.NOW) as tx:
        return samples.detail(tx, sample_no).analyses


def passing(row: Any) -> str:
    return "ND" if row.operator == "ND" else "CONFORMS" if row.operator == "OUTCOME" else "0.001"


def carried(lab: b.Laboratory, request_no: str, texts: dict[str, str]) -> str:
    """One sample drawn, received, tested, verified and approved; returns its number."""
    sample_no = b.received(lab, request_no)
    rows = analyses_of(lab, sample_no)
    b.on_worksheets(lab, sample_no, tuple(dict.fromkeys(row.method for row in rows)))
    for row in rows:
        b.entered(lab, row.id, texts.get(row.analyte, passing(row)))
        b.verified(lab, row.id)
    b.approved(lab, sample_no)
    return sample_no


def failing(lab: b.Laboratory) -> tuple[str, str, str]:
    """Oil whose peroxide value is too high, which is no safety item: (request, lot, sample)."""
    no = b.lodged(lab, "OIL")
    sample_no = carried(lab, no, BAD)
    return no, f"{no}-L1", sample_no


def treated(lab: b.Laboratory) -> tuple[str, str, str, str]:
    """The same, decided for treatment, certified as not conforming and treated: (request, lot, sample, document)."""
    no, lot_no, sample_no = failing(lab)
    assert b.decided(lab, lot_no, "TECHNICAL_TREATMENT", "peroxide value; to be refined").rule == "FOOD-OTHER"
    issued = b.certified(lab, lot_no)
    assert (issued.kind, issued.lot_state) == ("FAIL", "certified")
    with lab.acting(lab.cast.dana) as tx:
        lot.prove(tx, lot_no, PROOF)
    return no, lot_no, sample_no, issued.no


def reinspected(lab: b.Laboratory, lot_no: str, version: int | None = None) -> int:
    with lab.acting(lab.cast.dana) as tx:
        return lot.reinspect(tx, lot_no, version)


def test_treated_goods_pass_a_second_round_and_the_first_stays_as_it_was(laboratory: b.Laboratory) -> None:
    no, lot_no, first, failed = treated(laboratory)
    before = seen(laboratory, lot_no)
    assert reinspected(laboratory, lot_no) == 2
    opened = seen(laboratory, lot_no)
    assert (opened.state, opened.round, opened.verdict, opened.disposition) == ("awaiting_samples", 2, "", "")
    assert [(row.analyte, row.state, row.limit, row.rule) for row in opened.analyses] == [
        (row.analyte, "proposed", row.limit, row.rule) for row in before.analyses
    ]
    second = carried(laboratory, no, {})
    assert b.decided(laboratory, lot_no, "RELEASE", "conforms after treatment").verdict == "PASS"
    issued = b.certified(laboratory, lot_no)
    assert (issued.kind, issued.lot_state) == ("PASS", "disposed")

    after = seen(laboratory, lot_no)
    assert [one.number for one in after.decisions] == [1, 2]
    assert [one[0] for one in after.samples] == [second] and second != first
    (past,) = after.rounds
    assert (past.number, past.verdict, past.treatment) == (1, "FAIL", PROOF)
    assert (past.report_no, past.samples[0][0]) == (before.report_no, first)
    assert past.analyses == before.analyses and past.report_no != after.report_no
    assert [one.choice for one in past.decisions] == ["TECHNICAL_TREATMENT"]
    with view(laboratory.place, laboratory.cast.chen, b.NOW) as tx:
        assert requests.detail(tx, no).state == "closed"
        old, new = certificates.detail(tx, failed), certificates.detail(tx, issued.no)
        pdf = certificate.pdf(tx, issued.no)
    assert (old.item.state, old.replaced_by, new.item.state, new.replaces) == (
        "superseded", issued.no, "issued", failed,
    )  # fmt: skip
    found = verify(pdf, [(laboratory.place.home / "keys" / "laboratory.pem").read_bytes()])
    assert found.status == "VALID" and found.content is not None
    assert (found.content["replaces"], found.content["verdict"]) == (failed, "PASS")


def test_goods_that_fail_again_are_returned_or_destroyed_and_closed_on_a_proof_of_their_own(
    laboratory: b.Laboratory,
) -> None:
    no, lot_no, _, _ = treated(laboratory)
    reinspected(laboratory, lot_no)
    carried(laboratory, no, BAD)
    assert seen(laboratory, lot_no).proposal.choices == ("RETURN", "DESTROY", "HOLD")
    assert b.decided(laboratory, lot_no, "DESTROY", "fails after treatment").rule == "FOOD-AFTER-FAIL"
    b.certified(laboratory, lot_no)
    with pytest.raises(Refused) as refused, laboratory.acting(laboratory.cast.dana) as tx:
        lot.close(tx, lot_no)
    assert refused.value.code == "PROOF_NEEDED", "the treatment of the first round proves nothing now"


def test_no_round_is_opened_without_a_treatment_ordered_and_proven(laboratory: b.Laboratory) -> None:
    _, lot_no, _ = failing(laboratory)
    assert refusal_of(laboratory, lot_no) == "NOT_IN_THIS_STATE"
    b.decided(laboratory, lot_no, "TECHNICAL_TREATMENT")
    assert refusal_of(laboratory, lot_no) == "TREATMENT_NOT_PROVEN"
    b.certified(laboratory, lot_no)
    with laboratory.acting(laboratory.cast.dana) as tx:
        lot.redecide(tx, lot.DecideLot(lot_no, "RETURN", "the importer gives up"))
    assert refusal_of(laboratory, lot_no) == "NOT_TO_BE_TREATED"
    assert seen(laboratory, lot_no).round == 1
    assert {row.state for row in seen(laboratory, lot_no).analyses} == {"verified"}


def refusal_of(lab: b.Laboratory, lot_no: str) -> str:
    with pytest.raises(Refused) as refused:
        reinspected(lab, lot_no)
    return refused.value.code


def test_a_second_click_and_an_old_page_open_no_third_round(laboratory: b.Laboratory) -> None:
    _, lot_no, _, _ = treated(laboratory)
    version, wanted = seen(laboratory, lot_no).version, len(seen(laboratory, lot_no).analyses)
    reinspected(laboratory, lot_no, version)
    with pytest.raises(Conflict) as stale:
        reinspected(laboratory, lot_no, version)
    assert stale.value.code == "PAGE_STALE"
    assert refusal_of(laboratory, lot_no) == "NOT_IN_THIS_STATE"
    after = seen(laboratory, lot_no)
    assert (after.round, len(after.analyses)) == (2, wanted)


def test_two_officers_at_the_same_moment_open_one_round(laboratory: b.Laboratory) -> None:
    _, lot_no, _, _ = treated(laboratory)
    wanted = len(seen(laboratory, lot_no).analyses)
    gate, said = threading.Barrier(2), []

    def click() -> None:
        gate.wait()
        try:
            said.append(str(reinspected(laboratory, lot_no)))
        except LimsError as error:
            said.append(error.code)

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said.count("2") == 1 and len(said) == 2, said
    after = seen(laboratory, lot_no)
    assert (after.round, len(after.analyses)) == (2, wanted)


def test_a_decision_made_anew_is_a_version_and_its_document_supersedes(laboratory: b.Laboratory) -> None:
    _, lot_no, _, failed = treated(laboratory)
    version = seen(laboratory, lot_no).version
    anew = lot.DecideLot(lot_no, "RETURN", "the importer chose to return it", version)
    with laboratory.acting(laboratory.cast.dana) as tx:
        assert lot.redecide(tx, anew).state == "decided"
    with pytest.raises(Conflict), laboratory.acting(laboratory.cast.dana) as tx:
        lot.redecide(tx, anew)
    with pytest.raises(Refused) as held, laboratory.acting(laboratory.cast.dana) as tx:
        lot.redecide(tx, lot.DecideLot(lot_no, "HOLD", "x"))
    assert held.value.code == "CHOICE_NOT_OFFERED"
    with pytest.raises(Refused), laboratory.acting(laboratory.cast.dana) as tx:
        lot.decide(tx, lot.DecideLot(lot_no, "RETURN", "a first decision is not made twice"))
    now = seen(laboratory, lot_no)
    assert [(one.number, one.choice) for one in now.decisions] == [(1, "TECHNICAL_TREATMENT"), (2, "RETURN")]
    assert now.proof == "" and now.certificates[0][2] == "issued", "in force until the next one is issued"
    issued = b.certified(laboratory, lot_no)
    papers = {no: state for no, _, state in seen(laboratory, lot_no).certificates}
    assert papers == {failed: "superseded", issued.no: "issued"} and issued.kind == "RETURN"


def paused(lab: b.Laboratory, no: str) -> None:
    with lab.acting(lab.cast.rita) as tx:
        request.pause(tx, no, "the importer owes the contract")


def test_a_pause_stops_drawing_and_assigning_until_it_ends(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "OIL")
    with laboratory.acting(laboratory.cast.igor) as tx:
        under_way = sample.draw(tx, sample.DrawSample(f"{no}-L1", "Igor", "Olga", "HK-1")).no
    paused(laboratory, no)
    with pytest.raises(Refused) as refused, laboratory.acting(laboratory.cast.igor) as tx:
        sample.draw(tx, sample.DrawSample(f"{no}-L1", "Igor", "Olga", "HK-2"))
    assert refused.value.code == "REQUEST_PAUSED"
    with laboratory.acting(laboratory.cast.rita) as tx:
        sample.receive(tx, sample.ReceiveSample(under_way))  # what arrives is taken in
    methods = tuple(dict.fromkeys(row.method for row in analyses_of(laboratory, under_way)))
    with pytest.raises(Refused) as assigning:
        b.on_worksheets(laboratory, under_way, methods[:1])
    assert (assigning.value.code, assigning.value.params["no"]) == ("REQUEST_PAUSED", under_way)
    with view(laboratory.place, laboratory.cast.anna, b.NOW) as tx:
        assert worksheets.waiting_methods(tx) == () and worksheets.waiting(tx, methods[0]) == ()
    with laboratory.acting(laboratory.cast.rita) as tx:
        request.resume(tx, no)
    assert len(b.on_worksheets(laboratory, under_way, methods)) == len(methods)
    with view(laboratory.place, laboratory.cast.rita, b.NOW) as tx:
        assert [one.no for one in requests.detail(tx, no).lots[0].samples] == [under_way]


def test_a_pause_stops_deciding_issuing_and_another_round_but_not_the_bench(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "OIL")
    sample_no, lot_no = b.received(laboratory, no), f"{no}-L1"
    rows = analyses_of(laboratory, sample_no)
    b.on_worksheets(laboratory, sample_no, tuple(dict.fromkeys(row.method for row in rows)))
    paused(laboratory, no)
    for row in rows:
        b.entered(laboratory, row.id, BAD.get(row.analyte, passing(row)))
        b.verified(laboratory, row.id)
    assert b.approved(laboratory, sample_no) == "FAIL"
    with pytest.raises(Refused) as deciding:
        b.decided(laboratory, lot_no, "TECHNICAL_TREATMENT")
    assert deciding.value.code == "REQUEST_PAUSED"
    assert (seen(laboratory, lot_no).state, seen(laboratory, lot_no).decisions) == ("reported", ())
    with laboratory.acting(laboratory.cast.rita) as tx:
        request.resume(tx, no)
    b.decided(laboratory, lot_no, "TECHNICAL_TREATMENT")
    paused(laboratory, no)
    with pytest.raises(Refused) as issuing:
        b.certified(laboratory, lot_no)
    assert issuing.value.code == "REQUEST_PAUSED" and seen(laboratory, lot_no).certificates == ()


def test_a_paused_request_opens_no_further_round(laboratory: b.Laboratory) -> None:
    no, lot_no, _, _ = treated(laboratory)
    paused(laboratory, no)
    assert refusal_of(laboratory, lot_no) == "REQUEST_PAUSED"
    assert seen(laboratory, lot_no).proof == PROOF


def test_a_sample_drawn_after_a_rejected_one_is_tested_for_the_same(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "OIL")
    first = b.received(laboratory, no)
    with laboratory.acting(laboratory.cast.rita) as tx:
        sample.reject(tx, first, "damaged", "bottle cracked")
    second, third = b.received(laboratory, no), b.received(laboratory, no)
    wanted = sorted(row.analyte for row in analyses_of(laboratory, first))
    for one in (second, third):
        rows = analyses_of(laboratory, one)
        assert sorted(row.analyte for row in rows) == wanted and {row.state for row in rows} == {"waiting"}


def test_whoever_receives_takes_over_from_whoever_had_it_last(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "OIL")
    with laboratory.acting(laboratory.cast.igor) as tx:
        drawn = sample.draw(tx, sample.DrawSample(f"{no}-L1", "Igor", "Olga", "HK-1")).no
        sample.dispatch(tx, drawn, "courier Wang", True, "-18.5 °C")
    with laboratory.acting(laboratory.cast.rita) as tx:
        sample.receive(tx, sample.ReceiveSample(drawn, temperature="-17.9 °C"))
    with view(laboratory.place, laboratory.cast.rita, b.NOW) as tx:
        steps = [(giver, taker, purpose) for giver, taker, _, _, _, purpose in samples.detail(tx, drawn).custody]
    assert steps == [("Igor", "courier Wang", "transport"), ("courier Wang", "Rita", "reception")]


def test_a_worksheet_for_several_is_refused_for_the_paused_one_alone(laboratory: b.Laboratory) -> None:
    going, stopped = b.lodged(laboratory, "OIL"), b.lodged(laboratory, "OIL", declaration="530120261100044188")
    free, held = b.received(laboratory, going), b.received(laboratory, stopped)
    paused(laboratory, stopped)
    method = analyses_of(laboratory, free)[0].method
    with pytest.raises(Refused) as refused, laboratory.acting(laboratory.cast.anna) as tx:
        worksheet.make(tx, worksheet.MakeWorksheet(method, sample_nos=(free, held)))
    assert [reason.params["no"] for reason in refused.value.refusals] == [held]
    assert {row.state for row in analyses_of(laboratory, free)} == {"waiting"}


def test_the_same_acts_over_http_with_the_version_that_was_seen(
    laboratory: b.Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    no, lot_no, _, failed = treated(laboratory)
    api = an_api(laboratory, monkeypatch)
    at_request, at_lot = f"/inspection-requests/{no}", f"/lots/{lot_no}"
    old = {"If-Match": api.rita.get(at_request).headers["ETag"]}
    paused_now = ok(api.rita.post(at_request + "/pause", {"reason": "the contract is owed"}, headers=old))
    assert paused_now["state"] == "paused"
    problem = refused(api.dana.post(at_lot + "/reinspect"), 422, "REQUEST_PAUSED")
    assert [one["code"] for one in problem["refusals"]] == ["REQUEST_PAUSED"]
    stale = api.rita.post(at_request + "/resume", headers=old)
    refused(stale, 412, "PAGE_STALE")
    ok(api.rita.post(at_request + "/resume", headers={"If-Match": stale.headers["ETag"]}))
    refused(api.boris.post(at_lot + "/reinspect"), 403, "NO_RIGHT")
    seen_at = {"If-Match": api.dana.get(at_lot).headers["ETag"]}
    opened = ok(api.dana.post(at_lot + "/reinspect", headers=seen_at))
    assert (opened["round"], opened["state"], {one["state"] for one in opened["analyses"]}) == (
        2, "awaiting_samples", {"proposed"},
    )  # fmt: skip
    refused(api.dana.post(at_lot + "/reinspect", headers=seen_at), 412, "PAGE_STALE")
    refused(api.dana.post(at_lot + "/redecide", {"disposition": "RETURN", "reason": "x"}), 422, "NOT_IN_THIS_STATE")
    assert ok(api.chen.get(f"/certificates/{failed}"))["state"] == "issued"


def test_a_decision_is_made_anew_over_http_and_never_by_sending_the_first_twice(
    laboratory: b.Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    no, lot_no, _ = failing(laboratory)
    api = an_api(laboratory, monkeypatch)
    first = {"lots": [{"lot": lot_no, "disposition": "TECHNICAL_TREATMENT", "reason": "to be refined"}]}
    ok(api.dana.post(f"/inspection-requests/{no}/decide", first))
    refused(api.dana.post(f"/inspection-requests/{no}/decide", first), 422, "NOT_IN_THIS_STATE")
    anew = {"disposition": "RETURN", "reason": "the importer chose to return it"}
    done = ok(api.dana.post(f"/lots/{lot_no}/redecide", anew))
    assert (done["state"], done["disposition"], done["verdict"]) == ("decided", "RETURN", "FAIL")
    assert [one.choice for one in seen(laboratory, lot_no).decisions] == ["TECHNICAL_TREATMENT", "RETURN"]
