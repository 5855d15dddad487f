"""Preservatives used together: each within its maximum, too much of them together; nobody types the sum."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lims.domain.rules.errors import BadInput, Refused
from lims.persistence.analysis import AnalysisRow
from lims.services import judging, lookup, result
from lims.services.reading import request as requests
from lims.services.reading import sample as samples
from lims.services.reading.analysis import AnalysisView
from lims.services.recording import EnterResult
from lims.services.transaction import view
from tests import builders as b

METHOD = "GB 5009.28-2016"


def analyses(lab: b.Laboratory, sample_no: str) -> dict[str, AnalysisView]:
    with view(lab.place, lab.cast.rita, b.NOW) as tx:
        return {one.analyte: one for one in samples.detail(tx, sample_no).analyses}


def kept(lab: b.Laboratory, analysis_id: int) -> dict[str, object]:
    """What is kept of the newest result, after it was judged again to the same verdict."""
    with view(lab.place, lab.cast.rita, b.NOW) as tx:
        row = lookup.analysis(tx, analysis_id, lookup.joinedload(AnalysisRow.result))
        assert row.result is not None and judging.judge_stored(row).verdict == row.result.verdict
        return dict(row.result.calculation)


def test_a_drink_whose_preservatives_pass_one_by_one_fails_by_their_sum(laboratory: b.Laboratory) -> None:
    """0.15 of 0.2 and 0.3 of 0.5 g/kg: 0.75 + 0.6 = 1.35."""
    no = b.lodged(laboratory, "CARBDRINK")
    with view(laboratory.place, laboratory.cast.rita, b.NOW) as tx:
        proposed = {one.analyte: one for one in requests.detail(tx, no).lots[0].analyses}
    ratio = proposed["PRESERV_RATIO"]
    assert (ratio.limit, ratio.limit_code, ratio.standard, ratio.method) == ("1", "L0499", "GB 2760-2024", METHOD)
    assert ratio.why[:2] == ("LIMIT_IN_FORCE", "USED_TOGETHER")
    sample_no = b.received(laboratory, no)
    rows = analyses(laboratory, sample_no)
    b.on_worksheets(laboratory, sample_no, tuple(dict.fromkeys(one.method for one in rows.values())))
    assert b.entered(laboratory, rows["BENZOIC"].id, "0.15").verdict == "PASS"
    assert analyses(laboratory, sample_no)["PRESERV_RATIO"].result is None, "the other member is still to come"
    assert b.entered(laboratory, rows["SORBIC"].id, "0.30", expanded="10%").verdict == "PASS"
    reckoned = analyses(laboratory, sample_no)["PRESERV_RATIO"]
    assert reckoned.result is not None and reckoned.state == "submitted"
    assert (reckoned.result.verdict, reckoned.result.reported, reckoned.result.unit) == ("FAIL", "1.35", "")
    members = kept(laboratory, ratio.id)["members"]
    assert [(one["code"], one["low"], one["limit"]["code"]) for one in members] == [  # type: ignore[attr-defined]
        ("BENZOIC", "0.75", "L0116"), ("SORBIC", "0.6", "L0118"),
    ]  # fmt: skip
    b.entered(laboratory, rows["SUNSET"].id, "0.01")
    for one in rows.values():
        b.verified(laboratory, one.id)
    assert b.approved(laboratory, sample_no) == "FAIL"
    with laboratory.acting(laboratory.cast.dana) as tx, pytest.raises(Refused):
        b.lot.decide(tx, b.lot.DecideLot(f"{no}-L1", "RELEASE", "each by itself conforms"))


def test_the_sum_follows_an_amended_member_and_is_verified_anew(laboratory: b.Laboratory) -> None:
    sample_no = b.received(laboratory, b.lodged(laboratory, "SOYSAUCE"))
    rows = analyses(laboratory, sample_no)
    b.on_worksheets(laboratory, sample_no, (METHOD,))
    b.entered(laboratory, rows["BENZOIC"].id, "0.6")
    b.entered(laboratory, rows["SORBIC"].id, "0.5")
    ratio, first = rows["PRESERV_RATIO"].id, analyses(laboratory, sample_no)["PRESERV_RATIO"].result
    assert first is not None and (first.reported, first.verdict) == ("1.10", "FAIL"), "vector S06"
    with pytest.raises(BadInput, match="RATIO_IS_RECKONED"):
        b.entered(laboratory, ratio, "0.5", reason="by hand")
    with laboratory.acting(laboratory.cast.anna) as tx, pytest.raises(BadInput, match="MEMBER_HAS_RESULT"):
        result.enter(tx, EnterResult(ratio, "", members={"BENZOIC": "0.1", "SORBIC": "0.5"}, reason="by hand"))
    b.verified(laboratory, ratio)
    b.entered(laboratory, rows["SORBIC"].id, "<0.01", reason="another peak")
    again = analyses(laboratory, sample_no)["PRESERV_RATIO"]
    assert again.state == "submitted" and again.result is not None and again.verified_by == ""
    assert (again.result.number, again.result.verdict, Decimal(again.result.reported)) == (2, "PASS", Decimal("0.61"))
    assert kept(laboratory, ratio)["bounds"] == {"LB": "0.6", "MB": "0.605", "UB": "0.61"}
