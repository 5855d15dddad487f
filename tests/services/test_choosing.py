"""Limits that the declaration does not settle: shown as a choice, settled by a person, and nothing goes on before."""

from __future__ import annotations

from datetime import date

import pytest

from lims.domain.rules.errors import BadInput, Refused
from lims.services import catalogue, choosing, request
from lims.services.reading import request as requests
from lims.services.reading.analysis import AnalysisView
from tests import builders as b


def with_limits(lab: b.Laboratory, *limits: dict[str, str]) -> None:
    """Limits for tin in rice beside the seed's, as Kate writes and Quentin releases them."""
    for number, more in enumerate(limits, start=1):
        content = {
            "jurisdiction": "CN", "product": "RICE", "analyte": "SN", "operator": "LE", "value": f"{number}0",
            "unit": "mg/kg", "standard": "House rule 1", "severity": "OTHER", "basis": "as is", **more,
        }  # fmt: skip
        with lab.acting(lab.cast.kate) as tx:
            made = catalogue.propose(
                tx, catalogue.ProposeVersion("limit", f"H{number}", content, date(2026, 1, 1), None, "for the test")
            )
        with lab.acting(lab.cast.quentin, "released") as tx:
            catalogue.release(tx, made.id)


def tin(lab: b.Laboratory, no: str) -> AnalysisView:
    with lab.acting(lab.cast.rita) as tx:
        (one,) = [one for one in requests.detail(tx, no).lots[0].analyses if one.analyte == "SN"]
    return one


def test_of_limits_for_parts_of_the_goods_a_person_takes_one_before_the_request_is_accepted(
    laboratory: b.Laboratory,
) -> None:
    with_limits(laboratory, {"matrix": "husked"}, {"matrix": "polished"})
    no = b.lodged(laboratory, "RICE", accept=False)
    open_one = tin(laboratory, no)
    assert [(one["limit"], one["matrix"]) for one in open_one.choices] == [("H1", "husked"), ("H2", "polished")]
    assert open_one.limit == "" and open_one.why[:2] == ("LIMIT_TO_CHOOSE", "SEVERAL_MATRICES")
    with laboratory.acting(laboratory.cast.rita) as tx, pytest.raises(Refused) as caught:
        request.accept(tx, request.AcceptRequest(no))
    assert [(one.code, one.params["limits"]) for one in caught.value.refusals] == [("LIMIT_TO_CHOOSE", "H1, H2")]

    def choose(limit: str, reason: str) -> int:
        with laboratory.acting(laboratory.cast.rita) as tx:
            return choosing.choose_limit(tx, choosing.ChooseLimit(no, open_one.id, limit, reason))

    with pytest.raises(BadInput, match="FIELD_NEEDED"):
        choose("H2", " ")
    with pytest.raises(BadInput, match="UNKNOWN_CHOICE"):
        choose("L0001", "it is there")
    assert choose("H2", "the label says polished") == 1
    settled = tin(laboratory, no)
    assert (settled.limit, settled.limit_code, settled.unit, settled.choices) == ("20", "H2", "mg/kg", ())
    with laboratory.acting(laboratory.cast.rita) as tx:
        request.accept(tx, request.AcceptRequest(no))


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_origin_narrows_the_limits_of_a_request(laboratory: b.Laboratory) -> None:
    with_limits(laboratory, {}, {"origin": "EC"}, {"origin": "JP"})
    assert tin(laboratory, b.lodged(laboratory, "RICE", origin="EC 厄瓜多尔", accept=False)).limit_code == "H2"
    other = b.lodged(laboratory, "RICE", origin="VN", declaration="530120261100044999", accept=False)
    assert tin(laboratory, other).limit_code == "H1"
