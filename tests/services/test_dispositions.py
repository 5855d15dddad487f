"""The decision table as the laboratory keeps it: its vectors, its changes by two people, its last row, its findings."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from lims.domain.disposition import Facts, findings, propose
from lims.domain.rules.errors import BadInput, LimsError, Refused
from lims.persistence.catalogue import ReferenceVersionRow
from lims.persistence.request import RequestRow
from lims.services import catalogue, facts, lot
from lims.services.catalogue import ProposeVersion
from lims.services.lot import DecideLot
from lims.services.reading import catalogue as shelves
from lims.services.reading import disposition as dispositions
from lims.services.reading import lot as lots
from lims.services.transaction import view
from tests import builders as b
from tests.domain.shared import table
from tests.flows.test_chain import carried_through

TODAY = date(2026, 11, 24)


def the_row(lab: b.Laboratory, code: str) -> ReferenceVersionRow:
    with view(lab.place, lab.cast.kate, b.NOW) as tx:
        return tx.session.scalars(select(ReferenceVersionRow).where(ReferenceVersionRow.code == code)).one()


def proposed(lab: b.Laboratory, code: str, like: str, **fields: str) -> int:
    content = {**the_row(lab, like).content, **fields}
    with lab.acting(lab.cast.kate) as tx:
        return catalogue.propose(
            tx, ProposeVersion("disposition_rule", code, content, TODAY, None, "practice agreed with customs")
        ).id


def refused(do: Any) -> str:
    with pytest.raises(LimsError) as caught:
        do()
    return caught.value.code


def test_every_vector_finds_its_row_in_the_table_as_it_is_kept(laboratory: b.Laboratory) -> None:
    examples = table("disposition_examples.csv")
    assert len(examples) == 18
    with view(laboratory.place, laboratory.cast.dana, b.NOW) as tx:
        rules = facts.disposition_rules(tx)
        for row in examples:
            asked = Facts(
                row["jurisdiction"], row["goods_class"], row["verdict"], row["worst_severity"], row["state"]
            )
            found = propose(rules, asked)
            assert (found.rule_id, found.disposition) == (row["expected_rule"], row["expected_disposition"]), row["id"]


def test_the_page_of_the_table_shows_every_row_with_its_ground_in_order(laboratory: b.Laboratory) -> None:
    shipped = {row["rule_id"]: row for row in table("disposition_rules.csv")}
    with view(laboratory.place, laboratory.cast.max, b.NOW) as tx:
        shown = dispositions.table(tx)
    assert [row.rule_id for row in shown] == sorted(shipped, key=lambda code: int(shipped[code]["priority"]))
    for row in shown:
        there = shipped[row.rule_id]
        assert (row.legal_basis, row.document, row.deadline) == (
            there["legal_basis"], there["document"], there["deadline"],
        )  # fmt: skip
        assert row.legal_basis and row.document and row.deadline


def test_a_row_is_changed_by_two_people_and_the_change_counts(laboratory: b.Laboratory) -> None:
    version = proposed(laboratory, "GEN-AFTER-FAIL", "GEN-AFTER-FAIL", disposition="RETURN_OR_DESTROY")
    asked = Facts("CN", "GENERAL", "FAIL", "OTHER", "TREATMENT_FAILED_OR_LATE")
    with view(laboratory.place, laboratory.cast.dana, b.NOW) as tx:
        assert propose(facts.disposition_rules(tx), asked).disposition == "RETURN"
    with laboratory.acting(laboratory.cast.quentin, "release the row") as tx:
        catalogue.release(tx, version)
    with view(laboratory.place, laboratory.cast.dana, b.NOW) as tx:
        assert propose(facts.disposition_rules(tx), asked).disposition == "RETURN_OR_DESTROY"


def test_the_last_row_is_neither_changed_nor_ended(laboratory: b.Laboratory) -> None:
    row = the_row(laboratory, "DEFAULT")
    assert refused(lambda: proposed(laboratory, "DEFAULT", "DEFAULT", disposition="RELEASE")) == "ITEM_FIXED"
    assert refused(lambda: proposed(laboratory, "DEFAULT", "DEFAULT")) == "ITEM_FIXED"
    with pytest.raises(Refused) as caught, laboratory.acting(laboratory.cast.quentin) as tx:
        catalogue.retire(tx, row.id, TODAY, "not needed")
    assert caught.value.code == "ITEM_FIXED"
    with view(laboratory.place, laboratory.cast.quentin, b.NOW) as tx:
        (version,) = shelves.detail(tx, "disposition_rule", "DEFAULT").versions
        (retire,) = [verb for verb in version.verbs if verb.verb == "retire"]
        assert [reason.code for reason in retire.refusals] == ["ITEM_FIXED"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"verdict": "ANY", "disposition": "RELEASE"}, "RELEASE_WITHOUT_PASS"),
        ({"verdict": "FAIL", "disposition": "RELEASE", "state": "NONE"}, "RELEASE_WITHOUT_PASS"),
        ({"verdict": "FAIL", "disposition": "RELEASE", "state": "ANY"}, "RELEASE_WITHOUT_PASS"),
        ({"verdict": "INCONCLUSIVE", "disposition": "RELEASE", "state": "TREATED_RETEST_PASS"}, "RELEASE_WITHOUT_PASS"),
        ({"allowed_choices": "RETURN;RELEASE"}, "RELEASE_WITHOUT_PASS"),
        ({"priority": "99", "disposition": "RETURN"}, "NOT_BEHIND_THE_LAST_ROW"),
        ({"priority": "first"}, "NOT_A_NUMBER"),
        ({"legal_basis": ""}, "FIELD_NEEDED"),
        ({"document": ""}, "FIELD_NEEDED"),
        ({"deadline": ""}, "FIELD_NEEDED"),
    ],
)
def test_no_row_releases_by_default_or_stands_without_its_ground(
    laboratory: b.Laboratory, fields: dict[str, str], code: str
) -> None:
    assert refused(lambda: proposed(laboratory, "OWN", "GEN-OTHER", **fields)) == code


def a_failing_lot(lab: b.Laboratory, goods_class: str, purpose: str = "") -> str:
    """A reported lot of fish with too much cadmium, its product put into a class and its request given a purpose."""
    no = b.lodged(lab, "FISH")
    sample_no = b.received(lab, no)
    carried_through(lab, sample_no, CD="0.62 ± 0.05 mg/kg")
    b.approved(lab, sample_no)
    with lab.acting(lab.cast.kate) as tx:
        row = tx.session.scalars(select(ReferenceVersionRow).where(ReferenceVersionRow.code == "FISH")).one()
        cmd = ProposeVersion("product", "FISH", {**row.content, "goods_class": goods_class}, TODAY, None, "class")
        version = catalogue.propose(tx, cmd).id
    with lab.acting(lab.cast.quentin, "release") as tx:
        catalogue.release(tx, version)
    if purpose:
        with lab.acting(lab.cast.rita) as tx:
            request = tx.session.scalars(select(RequestRow).where(RequestRow.no == no)).one()
            request.purpose = purpose
            tx.record(request, "declare")
    return f"{no}-L1"


def test_plant_products_wait_until_it_is_established_whether_a_treatment_exists(laboratory: b.Laboratory) -> None:
    lot_no = a_failing_lot(laboratory, "ANIMAL_OR_PLANT_PRODUCT")
    with view(laboratory.place, laboratory.cast.dana, b.NOW) as tx:
        seen = lots.detail(tx, lot_no)
        assert (seen.proposal.rule_id, seen.proposal.choices) == ("DEFAULT", ("HOLD",))
        assert seen.findings == (
            "REINSPECTION_PENDING", "EFFECTIVE_TREATMENT_EXISTS", "NO_TREATMENT_OR_TREATMENT_FAILED",
        )  # fmt: skip
        treated = lots.detail(tx, lot_no, "EFFECTIVE_TREATMENT_EXISTS").proposal
        assert (treated.rule_id, treated.disposition) == ("QUAR-TREAT", "DISINFEST_TREATMENT")
        assert lots.detail(tx, lot_no, "TREATED_RETEST_PASS").proposal == seen.proposal
    with pytest.raises(BadInput) as caught, laboratory.acting(laboratory.cast.dana) as tx:
        lot.decide(tx, DecideLot(lot_no, "RELEASE", "it looks good", finding="TREATED_RETEST_PASS"))
    assert caught.value.code == "UNKNOWN_FINDING"
    assert refused(lambda: b.decided(laboratory, lot_no, "DISINFEST_TREATMENT")) == "CHOICE_NOT_OFFERED"
    with laboratory.acting(laboratory.cast.dana) as tx:
        cmd = DecideLot(lot_no, "DISINFEST_TREATMENT", "fumigation", finding="EFFECTIVE_TREATMENT_EXISTS")
        assert lot.decide(tx, cmd).rule == "QUAR-TREAT"
    with view(laboratory.place, laboratory.cast.dana, b.NOW) as tx:
        (kept,) = lots.detail(tx, lot_no).decisions
        assert (kept.rule, kept.document, kept.deadline) == (
            "QUAR-TREAT", "quarantine treatment notice", "set by customs",
        )  # fmt: skip
        assert kept.legal_basis.startswith("Animal and Plant Quarantine Law")


def test_a_monitoring_sample_reports_and_holds_no_lot(laboratory: b.Laboratory) -> None:
    lot_no = a_failing_lot(laboratory, "FOOD", purpose="risk_monitoring")
    assert b.decided(laboratory, lot_no, "REPORT").rule == "MONITOR-ONLY"


def test_what_the_laboratory_knows_by_itself_is_no_finding() -> None:
    rules = table("disposition_rules.csv")
    assert findings(rules, Facts("CN", "FOOD", "FAIL", "OTHER")) == ("REINSPECTION_PENDING",)
    assert findings(rules, Facts("US", "FOOD", "FAIL", "SHE")) == ("TESTIMONY_REJECTED",)
    assert findings(rules, Facts("XX", "FOOD", "FAIL", "SHE")) == ()
