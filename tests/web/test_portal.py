"""The public page: one sentence about a certificate, for anybody; the search box: a number to its page."""

from __future__ import annotations

import pytest

from lims.services import certificate
from lims.web.portal import verify
from lims.web.portal.rate import Counter
from tests import builders as b
from tests.web.people import Door, door
from tests.web.test_release import approved

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
def at(laboratory: b.Laboratory, monkeypatch: pytest.MonkeyPatch) -> Door:
    monkeypatch.setattr(verify, "asked", Counter())
    return door(laboratory)


@pytest.fixture
def issued(laboratory: b.Laboratory) -> certificate.Issued:
    lot_no, _ = approved(laboratory)
    b.decided(laboratory, lot_no, "RELEASE")
    return b.certified(laboratory, lot_no)


def said(at: Door, path: str) -> tuple[int, str]:
    answer = at.app.test_client().get(path)
    found = answer.text.partition('data-verdict="')[2].partition('"')[0]
    return answer.status_code, found


def test_number_and_code_say_genuine_in_two_languages_without_an_account(at: Door, issued: certificate.Issued) -> None:
    answer = at.app.test_client().get(f"/verify/{issued.no}?c={issued.verify_code}")
    assert answer.status_code == 200
    assert "本证书真实有效" in answer.text and "genuine and current" in answer.text
    assert issued.digest in answer.text
    assert "Hainan" not in answer.text, "no more than the sentence and what to compare"


def test_the_number_with_its_printed_revision_is_the_same_document(at: Door, issued: certificate.Issued) -> None:
    assert said(at, f"/verify/{issued.no}-0?c={issued.verify_code}") == (200, "current")


@pytest.mark.parametrize("code", ["", "x", "é", "0" * 5000])
def test_a_wrong_code_is_answered_like_an_unknown_number(at: Door, issued: certificate.Issued, code: str) -> None:
    assert said(at, f"/verify/{issued.no}?c={code}") == said(at, "/verify/HK2026P999999?c=x") == (404, "unknown")


def test_a_withdrawn_document_says_so(at: Door, issued: certificate.Issued, laboratory: b.Laboratory) -> None:
    with laboratory.acting(laboratory.cast.chen) as tx:
        certificate.ask_withdrawal(tx, issued.no, "typo")
    with laboratory.acting(laboratory.cast.quentin, "withdraw") as tx:
        certificate.withdraw(tx, issued.no, "typo")
    assert said(at, f"/verify/{issued.no}?c={issued.verify_code}") == (200, "withdrawn")


def test_one_address_may_ask_only_so_often(at: Door, issued: certificate.Issued) -> None:
    path = f"/verify/{issued.no}?c=guess"
    assert [said(at, path)[0] for _ in range(31)] == [404] * 30 + [429]


def test_the_window_slides_and_addresses_do_not_share_it(engine_name: str) -> None:
    counter = Counter(per_window=2, window=60)
    assert [counter.too_many("a", 0), counter.too_many("a", 1), counter.too_many("a", 2)] == [False, False, True]
    assert not counter.too_many("b", 2)
    assert not counter.too_many("a", 61)


def test_a_number_in_the_box_opens_the_page_of_what_it_names(at: Door, issued: certificate.Issued) -> None:
    chen = at.enter("chen")
    for number, page in (
        (issued.no, f"/release/certificates/{issued.no}"),
        (f"{issued.no}-0", f"/release/certificates/{issued.no}"),
        ("26-11-00001", "/intake/samples/26-11-00001"),
        ("rq-2611-0001", "/intake/requests/RQ-2611-0001"),
        ("530120261100044187", "/intake/requests/RQ-2611-0001"),
    ):
        assert chen.client.get("/find", query_string={"q": number}).headers["Location"] == page
    chen.get("/find?q=nothing", 404)


def test_an_analyst_who_scans_a_sample_lands_on_it_in_the_grid(at: Door, laboratory: b.Laboratory) -> None:
    sample_no = b.received(laboratory, b.lodged(laboratory, "FISH"))
    made = b.on_worksheets(laboratory, sample_no, ("GB 5009.15-2023",))
    anna = at.enter("anna")
    place = anna.client.get(f"/find?q={sample_no}").headers["Location"]
    assert place == f"/bench/worksheets/{made[0]}?sample={sample_no}"
