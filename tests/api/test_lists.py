"""Lists go on by key, newest first, filtered, and show nobody what is not theirs."""

from __future__ import annotations

import pytest

from lims.domain.rules.actor import SYSTEM
from lims.persistence.organisation import OrganisationRow
from lims.services import account
from lims.services.transaction import transaction
from tests.api.client import Api, lodging, ok
from tests.cast import NOW


@pytest.fixture
def five(api: Api) -> list[str]:
    """Five requests of Haikou and one of Shanghai, which Rita lodged; the numbers of the five."""
    numbers = [ok(api.igor.post("/inspection-requests", lodging(f"D-{n}")), 201)["no"] for n in range(5)]
    ok(api.rita.post("/inspection-requests", {**lodging("D-S"), "port": "SHA"}), 201)
    return numbers


def test_pages_follow_each_other_without_gap_or_repetition(api: Api, five: list[str]) -> None:
    seen, after = [], ""
    for _ in range(4):
        page = ok(api.igor.get(f"/inspection-requests?limit=2&after={after}"))
        seen += [one["no"] for one in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == five[::-1]
    assert len(ok(api.rita.get("/inspection-requests"))["items"]) == 6


def test_filters_narrow_the_list(api: Api, five: list[str]) -> None:
    ok(api.rita.post(f"/inspection-requests/{five[1]}/accept"))
    assert [one["no"] for one in ok(api.rita.get("/inspection-requests?state=accepted"))["items"]] == [five[1]]
    assert [one["no"] for one in ok(api.rita.get("/inspection-requests?q=D-3"))["items"]] == [five[3]]
    assert ok(api.rita.get("/lots?state=awaiting_samples"))["items"][0]["no"] == f"{five[1]}-L1"
    assert ok(api.rita.get("/lots?state=awaiting_samples,in_test"))["next"] is None
    for strange in ("abc", "99999999999999999999", "²", "-1"):
        assert api.rita.get(f"/inspection-requests?after={strange}").status_code == 200


def test_an_inspector_sees_the_goods_of_his_port_only(api: Api, five: list[str]) -> None:
    shanghai = ok(api.rita.get("/inspection-requests?q=D-S"))["items"][0]["no"]
    ok(api.rita.post(f"/inspection-requests/{shanghai}/accept"))
    body = {"lot": f"{shanghai}-L1", "samplers": ["Olga", "Pei"], "seal_no": "S-1"}
    sample = ok(api.rita.post("/samples", body), 201)["no"]
    assert len(ok(api.rita.get("/lots"))["items"]) == 6
    assert {one["no"] for one in ok(api.igor.get("/lots"))["items"]} == {f"{no}-L1" for no in five}
    assert ok(api.igor.get("/samples"))["items"] == []
    for path in (f"/lots/{shanghai}-L1", f"/samples/{sample}", f"/inspection-requests/{shanghai}"):
        assert api.igor.get(path).status_code == 404


def test_an_importer_sees_his_own_only(api: Api, five: list[str]) -> None:
    with transaction(api.lab.place, SYSTEM, NOW, "importer") as tx:
        other = OrganisationRow(code="IMP-9", kind="importer", name_zh="别家", name_en="Another", country="CN",
                                address="", contact="")  # fmt: skip
        tx.add(other, "add")
        own = tx.session.query(OrganisationRow).filter_by(code="IMP").one()
        ivo = account.by_name(tx, "ivo")
        ivo.organisation_id = own.id
        tx.record(ivo, "edit")
    theirs = ok(api.rita.post("/inspection-requests", {**lodging("D-T"), "importer": "IMP-9"}), 201)["no"]
    assert len(ok(api.ivo.get("/inspection-requests"))["items"]) == 6
    assert len(ok(api.ivo.get("/lots"))["items"]) == 6
    assert api.ivo.get(f"/inspection-requests/{theirs}").status_code == 404
    assert ok(api.ivo.get("/certificates"))["items"] == []


def test_the_catalogue_is_open_to_everybody_signed_in(api: Api) -> None:
    assert ok(api.max.get("/catalogue"))["kinds"]["limit"] > 100
    page = ok(api.max.get("/limits?q=FISH&limit=3"))
    assert len(page["items"]) == 3 and page["next"] == page["items"][-1]["code"]
    method = ok(api.max.get("/methods?q=GB 5009.15"))["items"][0]["code"]
    assert ok(api.max.get(f"/methods/{method}"))["versions"][0]["in_force"]
    assert ok(api.max.get("/products?q=0302"))["items"]
    assert ok(api.max.get("/instruments"))["items"][0]["code"] == "ICPMS-01"


def test_events_are_read_by_those_who_may(api: Api, five: list[str]) -> None:
    events = ok(api.quentin.get(f"/events?object_no={five[0]}"))["items"]
    assert [(one["verb"], one["actor"]) for one in events] == [("lodge", "Igor")]
    assert api.rita.get("/events").status_code == 403


