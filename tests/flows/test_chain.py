"""The main job through the use-cases, read back from a second session, on both databases."""

from __future__ import annotations

import pytest

from lims.domain.rules.errors import BadInput, Conflict, Forbidden, Refused
from lims.persistence.trail import EventRow
from lims.services import certificate, result, worksheet
from lims.services.reading import lot as lots
from lims.services.reading import request as requests
from lims.services.reading import sample as samples
from lims.services.transaction import view
from reports.signing import verify
from tests import builders as b


def analyses_of(lab: b.Laboratory, sample_no: str) -> tuple:
    with view(lab.place, lab.cast.rita, b.NOW) as tx:
        return samples.detail(tx, sample_no).analyses


def carried_through(lab: b.Laboratory, sample_no: str, text: str = "0.001", **texts: str) -> None:
    """Every analysis of the sample on worksheets, entered by Anna and verified by Boris."""
    rows = analyses_of(lab, sample_no)
    b.on_worksheets(lab, sample_no, tuple(dict.fromkeys(row.method for row in rows)))
    for row in rows:
        b.entered(lab, row.id, texts.get(row.analyte, text))
        b.verified(lab, row.id)


def test_a_conforming_lot_is_released_with_a_certificate_that_verifies(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH")
    sample_no = b.received(laboratory, no)
    carried_through(laboratory, sample_no)
    assert b.approved(laboratory, sample_no) == "PASS"
    assert b.decided(laboratory, f"{no}-L1", "RELEASE").rule == "PASS"
    issued = b.certified(laboratory, f"{no}-L1")
    with view(laboratory.place, laboratory.cast.chen, b.NOW) as tx:
        pdf = certificate.pdf(tx, issued.no)
        assert lots.detail(tx, f"{no}-L1").state == "disposed"
        assert requests.detail(tx, no).state == "closed"
    found = verify(pdf, [(laboratory.place.home / "keys" / "laboratory.pem").read_bytes()])
    assert found.status == "VALID"
    assert found.content is not None
    assert found.content["number"] == issued.no
    assert [row["result"] for row in found.content["rows"]] == ["0.001"] * len(found.content["rows"])


def test_a_failing_safety_item_offers_return_or_destroy_and_never_release(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH")
    sample_no = b.received(laboratory, no)
    carried_through(laboratory, sample_no, CD="0.62 ± 0.05 mg/kg")
    assert b.approved(laboratory, sample_no) == "FAIL"
    with pytest.raises(Refused) as refused:
        b.decided(laboratory, f"{no}-L1", "RELEASE")
    assert refused.value.code == "CHOICE_NOT_OFFERED"
    assert b.decided(laboratory, f"{no}-L1", "RETURN", "cadmium").rule == "FOOD-SHE"
    assert b.certified(laboratory, f"{no}-L1").kind == "RETURN"


def test_a_loq_above_the_limit_is_inconclusive_and_the_lot_can_only_be_held(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH")
    sample_no = b.received(laboratory, no)
    carried_through(laboratory, sample_no, CD="<0.5")
    assert b.approved(laboratory, sample_no) == "INCONCLUSIVE"
    with pytest.raises(Refused):
        b.decided(laboratory, f"{no}-L1", "RELEASE")
    assert b.decided(laboratory, f"{no}-L1", "HOLD", "retest asked").state == "held"


def test_an_analysis_is_not_verified_by_the_person_who_entered_it(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH")
    sample_no = b.received(laboratory, no)
    row = analyses_of(laboratory, sample_no)[0]
    b.on_worksheets(laboratory, sample_no, (row.method,))
    b.entered(laboratory, row.id, "0.01")
    both = laboratory.cast.anna.__class__(
        **{**laboratory.cast.anna.__dict__, "roles": frozenset({"analyst", "reviewer"})}
    )
    with pytest.raises(Refused) as refused, laboratory.acting(both) as tx:
        result.verify(tx, row.id)
    assert "DUTIES_APART" in {refusal.code for refusal in refused.value.refusals}


def test_what_is_typed_is_kept_and_a_text_that_is_no_result_changes_nothing(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH")
    sample_no = b.received(laboratory, no)
    row = analyses_of(laboratory, sample_no)[0]
    b.on_worksheets(laboratory, sample_no, (row.method,))
    with pytest.raises(BadInput) as ambiguous:
        b.entered(laboratory, row.id, "1,234")
    assert ambiguous.value.code == "AMBIGUOUS_NUMBER"
    assert analyses_of(laboratory, sample_no)[0].result is None
    with laboratory.acting(laboratory.cast.anna) as tx:
        result.enter(tx, result.EnterResult(row.id, "＜０．０５０", submit=False))
    kept = analyses_of(laboratory, sample_no)[0].result
    assert (kept.text, kept.reported) == ("＜０．０５０", "<0.050")
    with laboratory.acting(laboratory.cast.anna) as tx:
        result.enter(tx, result.EnterResult(row.id, "0.50", submit=False))
    newer = analyses_of(laboratory, sample_no)[0].result
    assert (newer.number, newer.reported) == (2, "0.50")


def test_a_stale_writer_is_told_of_both_values(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH")
    sample_no = b.received(laboratory, no)
    row = analyses_of(laboratory, sample_no)[0]
    b.on_worksheets(laboratory, sample_no, (row.method,))
    seen = analyses_of(laboratory, sample_no)[0].version
    with laboratory.acting(laboratory.cast.anna) as tx:
        result.enter(tx, result.EnterResult(row.id, "0.12", submit=False, version=seen))
    with pytest.raises(Conflict) as conflict, laboratory.acting(laboratory.cast.anna) as tx:
        result.enter(tx, result.EnterResult(row.id, "0.15", submit=False, version=seen))
    assert (conflict.value.params["theirs"], conflict.value.params["yours"]) == ("0.12", "0.15")


def test_max_may_do_nothing(laboratory: b.Laboratory) -> None:
    with pytest.raises(Forbidden), laboratory.acting(laboratory.cast.max) as tx:
        worksheet.make(tx, worksheet.MakeWorksheet("GB 5009.12-2023", sample_nos=("26-11-00001",)))


def test_a_certificate_is_not_issued_by_the_officer_who_decided(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH")
    sample_no = b.received(laboratory, no)
    carried_through(laboratory, sample_no)
    b.approved(laboratory, sample_no)
    b.decided(laboratory, f"{no}-L1", "RELEASE")
    roles = frozenset({"decision_officer", "certificate_officer"})
    both = laboratory.cast.dana.__class__(**{**laboratory.cast.dana.__dict__, "roles": roles})
    with pytest.raises(Refused) as refused, laboratory.acting(both, "issue") as tx:
        certificate.issue(tx, certificate.IssueCertificate(f"{no}-L1"))
    assert refused.value.code == "DUTIES_APART"


def test_every_act_left_its_event(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH")
    with view(laboratory.place, laboratory.cast.rita, b.NOW) as tx:
        verbs = [row.verb for row in tx.session.query(EventRow).filter(EventRow.object_no == no)]
    assert verbs == ["lodge", "accept"]
