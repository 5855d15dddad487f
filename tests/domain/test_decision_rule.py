"""Which decision rule a limit is judged by, what stands of a rule in the catalogue, and what it risks."""

from __future__ import annotations

import csv
from decimal import Decimal
from importlib.resources import files

import pytest

from lims.domain.conformity import RULES
from lims.domain.conformity.risk import at_worst, factors, risk_of, specific, worst_said
from lims.domain.decision_rule import RuleVersion, chosen, decision_rule_from
from lims.domain.rules.errors import BadInput, Refused


def shipped() -> dict[str, RuleVersion]:
    text = files("lims").joinpath("catalogue", "decision_rules.csv").read_text(encoding="utf-8")
    return {row["rule_code"]: decision_rule_from(row["rule_code"], 1, row) for row in csv.DictReader(text.splitlines())}


SHIPPED = shipped()


@pytest.mark.parametrize(
    ("hint", "jurisdiction", "contract", "code", "by", "name", "expanded"),
    [
        ("CN_GB8170_FULL", "CN", "", "CN_GB8170_FULL", "limit", "SIMPLE", None),
        ("", "CN", "", "CN_DEFAULT", "jurisdiction", "SIMPLE", None),
        ("", "EU", "", "EU_DEFAULT", "jurisdiction", "GUARDED_REJECTION", None),
        ("EU_BEYOND_DOUBT", "EU", "", "EU_BEYOND_DOUBT", "limit", "GUARDED_REJECTION", None),
        ("EU_SANTE_50PCT", "EU", "", "EU_SANTE_50PCT", "limit", "GUARDED_REJECTION", "50%"),
        ("EU_SANTE_50PCT", "EU", "G8_GUARDED", "EU_SANTE_50PCT", "limit", "GUARDED_REJECTION", "50%"),
        ("", "CN", "G8_GUARDED", "CN_DEFAULT", "jurisdiction", "SIMPLE", None),
        ("", "CODEX", "G8_GUARDED", "G8_GUARDED", "contract", "GUARDED", None),
        ("", "CODEX", "", None, "default", "SIMPLE", None),
    ],
)
def test_the_rule_is_that_of_the_limit_then_of_the_jurisdiction_then_of_the_contract(
    hint: str, jurisdiction: str, contract: str, code: str | None, by: str, name: str, expanded: str | None
) -> None:
    rule = chosen(hint, jurisdiction, SHIPPED, contract)
    assert (rule.get("code"), rule["by"], rule["name"], rule.get("expanded")) == (code, by, name, expanded)
    assert rule["comparison"] == "FULL"
    assert rule["name_zh"] and rule["name_en"] and rule["source"]


@pytest.mark.parametrize(("hint", "contract", "by"), [("GONE", "", "limit"), ("", "GONE", "contract")])
def test_a_rule_that_is_asked_for_and_not_in_force_is_never_passed_over(hint: str, contract: str, by: str) -> None:
    with pytest.raises(Refused) as caught:
        chosen(hint, "CODEX", SHIPPED, contract)
    assert (caught.value.code, caught.value.params["rule"], caught.value.params["by"]) == (
        "DECISION_RULE_NOT_IN_FORCE", "GONE", by,
    )  # fmt: skip


GOOD = {"name": "GUARDED", "r": "1", "comparison": "FULL", "source": "ILAC-G8", "name_zh": "保护", "name_en": "g"}


@pytest.mark.parametrize(
    ("code", "other", "field"),
    [
        ("A", {"name": "LENIENT"}, "name"),
        ("A", {"comparison": "ROUNDED"}, "comparison"),
        ("A", {"comparison": ""}, "comparison"),
        ("A", {"r": ""}, "r"),
        ("A", {"r": "0"}, "r"),
        ("A", {"r": "-1"}, "r"),
        ("A", {"r": "NaN"}, "r"),
        ("A", {"r": "1e999999"}, "r"),
        ("A", {"p_min": "0.95"}, "p_min"),
        ("A", {"name": "SIMPLE"}, "r"),
        ("A", {"name": "PROBABILITY", "r": "", "p_min": "1.1"}, "p_min"),
        ("A", {"expanded": "50"}, "expanded"),
        ("A", {"expanded": "0%"}, "expanded"),
        ("A", {"name_zh": ""}, "name_zh"),
        ("A", {"source": " "}, "source"),
        ("CN_DEFAULT", {"jurisdiction": "EU"}, "jurisdiction"),
    ],
)
def test_a_rule_that_cannot_stand_is_refused_by_its_field(code: str, other: dict[str, str], field: str) -> None:
    assert decision_rule_from("A", 1, GOOD).r == "1"
    with pytest.raises(BadInput) as caught:
        decision_rule_from(code, 1, {**GOOD, **other})
    assert caught.value.params["field"] == field


@pytest.mark.parametrize(
    ("verdict", "p", "said"),
    [
        ("PASS", "0.9612", "risk of false acceptance 3.9 %"),
        ("CONDITIONAL_PASS", "0.7007", "risk of false acceptance 29.9 %"),
        ("FAIL", "0.3170", "risk of false rejection 31.7 %"),
        ("PASS", "0.9999", "risk of false acceptance < 0.1 %"),
        ("PASS", "0.0002", "risk of false acceptance > 99.9 %"),
        ("PASS", "0.5000", "risk of false acceptance 50 %"),
    ],
)
def test_with_u_known_the_risk_is_that_of_the_result(verdict: str, p: str, said: str) -> None:
    found = specific(verdict, p)
    assert found is not None and found.said.english == said


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"name": "SIMPLE"}, "risk of false acceptance up to 50 %; risk of false rejection up to 50 %"),
        ({"name": "GUARDED", "r": "0.5"}, "risk of false acceptance up to 15.9 %"),
        ({"name": "GUARDED", "r": "0.83"}, "risk of false acceptance up to 4.8 %"),
        ({"name": "GUARDED", "r": "1"}, "risk of false acceptance up to 2.3 %"),
        ({"name": "NON_BINARY", "r": "1.5"}, "risk of false acceptance up to 0.1 %"),
        ({"name": "GUARDED_REJECTION"}, "risk of false rejection up to 2.3 %"),
        ({"name": "PROBABILITY", "p_min": "0.99"}, "risk of false acceptance up to 1 %"),
    ],
)
def test_what_a_rule_risks_at_worst(rule: dict[str, str], said: str) -> None:
    """decision_rules.md section 3: 1 - Phi(2r)."""
    assert worst_said(rule).english == said


def test_the_risk_of_a_result_is_said_only_where_a_number_was_compared() -> None:
    simple = {"name": "SIMPLE"}
    assert risk_of(simple, "LE", "numeric", "PASS", None, False).chinese == "误接受风险最高 50 %"
    assert risk_of(simple, "LE", "numeric", "FAIL", None, False).english == "risk of false rejection up to 50 %"
    for operator, status, verdict, known in (
        ("NCM2", "list", "PASS", False), ("ND", "not_detected", "PASS", False), ("LE", "censored", "PASS", False),
        ("LE", "numeric", "INCONCLUSIVE", False), ("LE", "numeric", "PASS", True),
    ):  # fmt: skip
        assert risk_of(simple, operator, status, verdict, None, known).english == ""


@pytest.mark.parametrize("name", RULES)
def test_every_rule_says_its_risk_and_its_band(name: str) -> None:
    assert at_worst({"name": name})
    assert ("r = " in factors({"name": name}, "0.05", "2")) == (name != "PROBABILITY")
    assert factors({"name": name}, "0.05", "2").endswith("U = 0.05, k = 2")
    assert Decimal(at_worst({"name": name})[0].percent.removesuffix(" %")) <= 50
