"""The decision table of dispositions: its own vectors, and that no goods are ever released by default."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.domain.disposition import Facts, propose
from tests.domain.shared import table

WORDS = {
    "jurisdiction": ("CN", "EU", "US", "TW", "XX"),
    "goods_class": ("FOOD", "GENERAL", "SOLID_WASTE", "LIVE_ANIMAL", "ANIMAL_OR_PLANT_PRODUCT", "COMPLETE_EQUIPMENT"),
    "verdict": ("FAIL", "INCONCLUSIVE"),
    "worst_severity": ("SHE", "OTHER", "OTHER_OR_SHE", "NONE"),
    "state": ("NONE", "REINSPECTION_PENDING", "TREATMENT_FAILED_OR_LATE", "OPERATOR_LATE", "nonsense"),
}


def asked(row: dict[str, str]) -> Facts:
    return Facts(row["jurisdiction"], row["goods_class"], row["verdict"], row["worst_severity"], row["state"])


def test_every_example_of_the_table_finds_its_row() -> None:
    rules, examples = table("disposition_rules.csv"), table("disposition_examples.csv")
    found = {row["id"]: propose(rules, asked(row)) for row in examples}
    assert len(examples) == 18
    assert {no: (one.rule_id, one.disposition) for no, one in found.items()} == {
        row["id"]: (row["expected_rule"], row["expected_disposition"]) for row in examples
    }


def test_the_order_of_the_rows_on_paper_does_not_matter() -> None:
    rules, examples = table("disposition_rules.csv"), table("disposition_examples.csv")
    for row in examples:
        assert propose(rules, asked(row)) == propose(list(reversed(rules)), asked(row))


def test_a_composite_disposition_is_offered_as_its_choices_and_holding_is_always_one() -> None:
    offered = propose(table("disposition_rules.csv"), Facts("CN", "FOOD", "FAIL", "SHE"))
    assert offered.disposition == "RETURN_OR_DESTROY"
    assert offered.choices == ("RETURN", "DESTROY", "HOLD")


def test_a_severity_that_the_laboratory_has_not_chosen_counts_as_the_graver_one() -> None:
    rules = table("disposition_rules.csv")
    undecided, grave = (Facts("CN", "FOOD", "FAIL", severity) for severity in ("OTHER_OR_SHE", "SHE"))
    assert propose(rules, undecided) == propose(rules, grave)


@pytest.mark.parametrize(
    ("goods", "rule", "choices"),
    [
        ("NON_CATALOGUE_GOODS", "SPOTCHECK", ("RETURN", "DESTROY", "HOLD")),
        ("VERIFICATION_GOODS", "VERIFY", ("RETURN", "DESTROY", "REFER", "HOLD")),
    ],
)
def test_goods_treated_as_general_goods_are_offered_what_those_would_be(
    goods: str, rule: str, choices: tuple[str, ...]
) -> None:
    offered = propose(table("disposition_rules.csv"), Facts("CN", goods, "FAIL", "SHE"))
    assert (offered.rule_id, offered.choices, offered.deadline) == (rule, choices, "set by customs")


def test_without_any_rule_the_lot_is_held() -> None:
    assert propose((), Facts("CN", "FOOD", "PASS", "NONE")).choices == ("HOLD",)


@pytest.mark.parametrize("goods", WORDS["goods_class"])
def test_a_lot_that_conforms_is_released(goods: str) -> None:
    assert propose(table("disposition_rules.csv"), Facts("CN", goods, "PASS", "NONE")).disposition == "RELEASE"


@given(st.fixed_dictionaries({column: st.sampled_from(words) for column, words in WORDS.items()}))
def test_nothing_that_fails_or_is_unsure_is_released_before_it_was_treated(row: dict[str, str]) -> None:
    offered = propose(table("disposition_rules.csv"), asked(row))
    assert offered.disposition != "RELEASE"
    assert "RELEASE" not in offered.choices


def test_every_row_of_the_table_that_releases_is_for_what_conforms_or_passed_after_treatment() -> None:
    """Row by row, because words drawn at random meet few of the states that rows speak of."""
    for row in table("disposition_rules.csv"):
        if "RELEASE" in (row["disposition"], *row["allowed_choices"].split(";")):
            assert row["verdict"] == "PASS" or row["state"] == "TREATED_RETEST_PASS", row["rule_id"]
