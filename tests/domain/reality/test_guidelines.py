"""7,441 pesticide results of one province, most of them below a reporting limit that may lie above the guideline."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest

from tests.domain.reality.published import Row, answer, rows

Judged = tuple[Row, str, str | None]
ABOVE = 1110
COUNTED = {
    ("PASS", None): 4442, ("NO_LIMIT", None): 1826, ("INCONCLUSIVE", "LOQ_ABOVE_LIMIT"): ABOVE, ("FAIL", None): 63,
}


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    """Each different question is asked once; the answer belongs to every row that asks it."""
    said: dict[tuple[str, str], tuple[str, str | None]] = {}
    found: list[Judged] = []
    for row in rows("results_ca_pei/pesticides_water.csv"):
        text, guideline = f"{row['Result']} {row['Result Unit']}", row["Guideline Value"]
        if (text, guideline) not in said:
            limit = {"operator": "LE", "value": guideline, "unit": row["Guideline Unit"]} if guideline else None
            got = answer({"results": [{"text": text}], "limit": limit})
            said[text, guideline] = got["verdict"], got["reason"]
        found.append((row, *said[text, guideline]))
    return found


def expected(row: Row) -> tuple[str, str | None]:
    """Worked out here from the columns, without reading the text of the result."""
    if not row["Guideline Value"]:
        return "NO_LIMIT", None
    figure, guideline = Fraction(row["Result Less Than or Equal To"]), Fraction(row["Guideline Value"])
    if row["Result"].startswith("<"):
        return ("PASS", None) if figure <= guideline else ("INCONCLUSIVE", "LOQ_ABOVE_LIMIT")
    return ("PASS" if figure <= guideline else "FAIL"), None


def test_a_reporting_limit_above_the_guideline_is_inconclusive_and_never_a_pass(judged: list[Judged]) -> None:
    assert [row for row, *said in judged if tuple(said) != expected(row)] == []
    above = [
        said for row, *said in judged
        if row["Guideline Value"] and row["Result"].startswith("<")
        and Fraction(row["Result"].lstrip("< ")) > Fraction(row["Guideline Value"])
    ]
    assert len(above) == ABOVE
    assert all(said == ["INCONCLUSIVE", "LOQ_ABOVE_LIMIT"] for said in above)


def test_the_verdicts_are_counted(judged: list[Judged]) -> None:
    counted = Counter((verdict, reason) for _, verdict, reason in judged)
    print(*(f"{count:5} {verdict} {reason or ''}" for (verdict, reason), count in counted.most_common()), sep="\n")
    assert len(judged) == 7441
    assert counted == COUNTED
