"""The decision rule of a request: by limit, jurisdiction, contract; frozen at acceptance; printed with its risk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims.domain.rules.errors import BadInput, Refused
from lims.persistence.analysis import AnalysisRow
from lims.persistence.catalogue import ReferenceVersionRow
from lims.persistence.request import LotRow, RequestRow
from lims.services import catalogue, certificate, judging, request
from lims.services.catalogue import ProposeVersion
from lims.services.reading import analysis as analyses
from lims.services.reading import lot as lots
from lims.services.reading import request as requests
from lims.services.request import AcceptRequest, AddAnalysis, LineCommand, LodgeRequest
from lims.services.ruling import ContractRule
from lims.services.transaction import view
from reports.signing import verify
from tests import builders as b
from tests.flows.test_chain import carried_through

TODAY = date(2026, 11, 24)
GUARDED = {"name": "GUARDED", "r": "0.83", "p_min": ""}


def rows_of(lab: b.Laboratory, no: str) -> Sequence[AnalysisRow]:
    query = select(AnalysisRow).join(LotRow).join(RequestRow).where(RequestRow.no == no)
    with view(lab.place, lab.cast.quentin, b.NOW) as tx:
        return tx.session.scalars(query.options(joinedload(AnalysisRow.result)).order_by(AnalysisRow.id)).all()


def by_jurisdiction(lab: b.Laboratory, no: str) -> list[AnalysisRow]:
    return [row for row in rows_of(lab, no) if row.requirement["rule"]["by"] == "jurisdiction"]


def changed(lab: b.Laboratory, code: str, **fields: str) -> None:
    """A new version of the rule, proposed by Kate and released by Quentin, in force from today."""
    with lab.acting(lab.cast.kate) as tx:
        row = tx.session.scalar(select(ReferenceVersionRow).where(ReferenceVersionRow.code == code))
        cmd = ProposeVersion("decision_rule", code, {**row.content, **fields}, TODAY, None, "contract of 2026")
        version = catalogue.propose(tx, cmd).id
    with lab.acting(lab.cast.quentin, "release the rule") as tx:
        catalogue.release(tx, version)


def under_contract(lab: b.Laboratory, rule: ContractRule, product: str = "RICE", jurisdiction: str = "CODEX") -> str:
    line = LineCommand("", product, "大米", "Rice", "24000", "kg")
    cmd = LodgeRequest("D-1", jurisdiction, "HAK", "IMP", "TH", (line,), contract_rule=rule)
    with lab.acting(lab.cast.igor) as tx:
        return request.lodge(tx, cmd).no


def accepted(lab: b.Laboratory, no: str) -> None:
    with lab.acting(lab.cast.rita) as tx:
        request.accept(tx, AcceptRequest(no))


def test_a_rule_is_proposed_at_lodging_and_frozen_at_acceptance(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH", accept=False)
    before = rows_of(laboratory, no)
    assert before and all(row.rule is None for row in before)
    assert {row.requirement["rule"]["by"] for row in before} == {"limit", "jurisdiction"}
    accepted(laboratory, no)
    for row in rows_of(laboratory, no):
        assert row.rule == row.requirement["rule"]
        assert (row.rule["version"], row.rule["name"]) == ("1", "SIMPLE")
        assert row.rule["code"] == (row.limit["rule_hint"] or "CN_DEFAULT")


def test_a_later_change_of_the_catalogue_does_not_alter_what_was_frozen(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH")
    frozen = {row.id: row.rule for row in rows_of(laboratory, no)}
    changed(laboratory, "CN_DEFAULT", **GUARDED)
    assert {row.id: row.rule for row in rows_of(laboratory, no)} == frozen
    row = by_jurisdiction(laboratory, no)[0]
    assert judging.rule_of(row.rule).name == "SIMPLE"
    later = b.lodged(laboratory, "FISH", declaration="530120261100044188")
    rule = by_jurisdiction(laboratory, later)[0].rule
    assert (rule["code"], rule["version"], rule["name"], rule["r"]) == ("CN_DEFAULT", "2", "GUARDED", "0.83")


def test_what_is_in_force_on_the_day_of_acceptance_counts_and_the_proposal_stays_to_be_read(
    laboratory: b.Laboratory,
) -> None:
    no = b.lodged(laboratory, "FISH", accept=False)
    changed(laboratory, "CN_DEFAULT", **GUARDED)
    accepted(laboratory, no)
    row = by_jurisdiction(laboratory, no)[0]
    assert (row.requirement["rule"]["version"], row.rule["version"]) == ("1", "2")


def test_a_contract_chooses_where_neither_limit_nor_jurisdiction_does(laboratory: b.Laboratory) -> None:
    no = under_contract(laboratory, ContractRule("G8_GUARDED", "agreement 2026-14"))
    accepted(laboratory, no)
    rows = rows_of(laboratory, no)
    assert rows and {(row.rule["code"], row.rule["by"]) for row in rows} == {("G8_GUARDED", "contract")}
    with view(laboratory.place, laboratory.cast.rita, b.NOW) as tx:
        seen = requests.detail(tx, no)
        assert (seen.contract_rule, seen.contract_reason) == ("G8_GUARDED", "agreement 2026-14")


def test_a_contract_never_replaces_the_rule_of_a_limit_or_of_a_jurisdiction(laboratory: b.Laboratory) -> None:
    no = under_contract(laboratory, ContractRule("G8_GUARDED", "agreement 2026-14"), jurisdiction="CN")
    accepted(laboratory, no)
    assert {row.rule["by"] for row in rows_of(laboratory, no)} <= {"limit", "jurisdiction"}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (ContractRule("LENIENT", "because"), "UNKNOWN_DECISION_RULE"),
        (ContractRule("G8_GUARDED", " "), "FIELD_NEEDED"),
        (ContractRule("", "because"), "UNKNOWN_DECISION_RULE"),
    ],
)
def test_a_contract_names_a_rule_in_force_and_its_reason(
    laboratory: b.Laboratory, asked: ContractRule, code: str
) -> None:
    with pytest.raises(BadInput) as caught:
        under_contract(laboratory, asked)
    assert caught.value.code == code


def test_without_any_of_them_it_is_simple_acceptance_by_full_value(laboratory: b.Laboratory) -> None:
    no = under_contract(laboratory, ContractRule("", ""))
    accepted(laboratory, no)
    found = {(row.rule["by"], row.rule["name"], row.rule["comparison"]) for row in rows_of(laboratory, no)}
    assert found == {("default", "SIMPLE", "FULL")}


def test_a_rule_that_a_limit_names_and_that_ended_stops_the_acceptance(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH", accept=False)
    with laboratory.acting(laboratory.cast.quentin) as tx:
        row = tx.session.scalar(select(ReferenceVersionRow).where(ReferenceVersionRow.code == "CN_GB8170_FULL"))
        catalogue.retire(tx, row.id, TODAY - timedelta(days=1), "withdrawn")
    with pytest.raises(Refused) as caught:
        accepted(laboratory, no)
    assert (caught.value.code, caught.value.params["rule"]) == ("DECISION_RULE_NOT_IN_FORCE", "CN_GB8170_FULL")


def test_an_analysis_added_after_acceptance_has_its_rule_frozen_at_once(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH")
    with laboratory.acting(laboratory.cast.rita) as tx:
        added = request.add_analysis(tx, AddAnalysis(no, 1, "CAP", "", "alert of another port"))
    row = next(row for row in rows_of(laboratory, no) if row.id == added)
    assert (row.limit is None) == (row.rule is None)
    assert row.limit and row.rule["by"] in ("limit", "jurisdiction")


def test_the_document_and_the_pages_say_rule_r_u_k_and_risk(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH")
    sample_no = b.received(laboratory, no)
    carried_through(laboratory, sample_no, CD="0.08 ± 0.02 mg/kg")
    b.approved(laboratory, sample_no)
    lot_no = f"{no}-L1"
    with view(laboratory.place, laboratory.cast.dana, b.NOW) as tx:
        cadmium = next(one for one in lots.detail(tx, lot_no).analyses if one.analyte == "CD")
    assert cadmium.rule_line == (
        "simple acceptance, full-value comparison (GB/T 8170-2008 4.3.1); r = 0, U = 0.02, k = 2; "
        "risk of false acceptance 2.3 %"
    )
    assert cadmium.rule_line_zh.endswith("误接受风险 2.3 %")
    with view(laboratory.place, laboratory.cast.boris, b.NOW) as tx:
        assert analyses.detail(tx, cadmium.id).analysis.rule_line == cadmium.rule_line
    b.decided(laboratory, lot_no, "RELEASE")
    issued = b.certified(laboratory, lot_no)
    with view(laboratory.place, laboratory.cast.chen, b.NOW) as tx:
        pdf = certificate.pdf(tx, issued.no)
    content: dict[str, Any] = verify(pdf, [(laboratory.place.home / "keys" / "laboratory.pem").read_bytes()]).content
    row = next(row for row in content["rows"] if row["analyte"]["en"] == cadmium.analyte_en)
    assert row["rule"].endswith(" v1") and row["rule_name"]["zh"] == "简单接受，全数值比较法"
    assert (row["r"], row["uncertainty"], row["coverage"]) == ("0", "0.02", "2")
    assert row["risk"] == {"zh": "误接受风险 2.3 %", "en": "risk of false acceptance 2.3 %"}
    other = next(row for row in content["rows"] if row["analyte"]["en"] != cadmium.analyte_en and row["verdict"])
    assert other["risk"]["en"] == "risk of false acceptance up to 50 %"
    (rule,) = content["rules"]
    assert set(rule["code"].split(", ")) == {row["rule"] for row in content["rows"] if row["rule"]}
    assert (rule["r"], rule["k"]) == ("0", "2")
    assert rule["risk"]["en"] == "risk of false acceptance up to 50 %; risk of false rejection up to 50 %"


def test_a_u_of_zero_is_a_u_when_judged_again(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "RICE", jurisdiction="EU")
    sample_no = b.received(laboratory, no)
    rows = rows_of(laboratory, no)
    b.on_worksheets(laboratory, sample_no, tuple(dict.fromkeys(row.method for row in rows)))
    row = next(row for row in rows if row.rule["name"] == "GUARDED_REJECTION")
    assert b.entered(laboratory, row.id, "0.001 mg/kg", expanded="0").verdict == "PASS"
    again = next(one for one in rows_of(laboratory, no) if one.id == row.id)
    assert judging.judge_stored(again).verdict == "PASS"
