"""Groups on their page: a row a member, the bounds with the worked line, the reviewer's choice; and over the API."""

from __future__ import annotations

import re

import pytest

from tests import builders as b
from tests.api.client import an_api, ok
from tests.services.test_groups import AFLATOXINS, a_group, sensitive
from tests.web.people import Door, door

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
def at(laboratory: b.Laboratory) -> Door:
    return door(laboratory)


def rows(page: str, cls: str) -> list[list[str]]:
    """Texts of the cells of every table row that has such a table class."""
    table = re.search(rf'<table class="[^"]*{cls}[^"]*">(.*?)</table>', page, re.S)
    assert table
    found = re.findall(r"<tr[^>]*>(.*?)</tr>", table[1], re.S)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in found]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in cells]


def test_every_member_has_its_row_with_what_it_counts_by(laboratory: b.Laboratory, at: Door) -> None:
    one = a_group(laboratory, "FRESHVEG", "CARBOFURAN")
    page = at.enter("anna").get(f"/bench/analyses/{one}")
    head, parent, hydroxy = rows(page, "members")
    assert head == ["Member", "As typed", "Unit", "LOD", "LOQ", "Factor", "Own limit"]
    assert parent[0] == "Carbofuran, parent" and parent[5] == "1"
    assert hydroxy == ["3-Hydroxycarbofuran", "", "mg/kg", "–", "0.01", "× 221.26/237.25", ""]
    assert 'href="/catalogue/item/residue_definition/CARBOFURAN">CARBOFURAN v1</a>' in page
    chinese = at.enter("anna", "zh").get(f"/bench/analyses/{one}")
    assert rows(chinese, "members")[2][0] == "3-羟基克百威" and "各成员相加。" in chinese


def test_members_are_typed_kept_and_shown_with_their_bounds(laboratory: b.Laboratory, at: Door) -> None:
    one = a_group(laboratory, "PEANUT", "AFT", "EU")
    anna, path = at.enter("anna"), f"/bench/analyses/{one}"
    wrong = anna.post(path, 422, **{f"member.{code}": text for code, text in {**AFLATOXINS, "AFG1": ""}.items()})
    assert 'value="ND (&lt;0.03)"' in wrong and "The result of the member &#34;AFG1&#34; is missing." in wrong
    anna.post(path, submit="1", expanded="20%", **{f"member.{code}": text for code, text in AFLATOXINS.items()})
    page = anna.get(path)
    assert [row[:2] for row in rows(page, "bounds")] == [["LB", "1.2"], ["MB", "1.315"], ["UB", "1.43"]]
    assert "● judged" in page and "SUM: AFB1 1.2 + AFB2 &lt;0.1" in page
    assert 'value="ND (&lt;0.03)"' in page, "a correction begins with what was typed"


def test_the_reviewer_chooses_the_bound_on_the_page(laboratory: b.Laboratory, at: Door) -> None:
    one = sensitive(laboratory)
    boris, path = at.enter("boris"), f"/bench/analyses/{one}"
    queue = boris.get("/release/review")
    assert "first choose the bound" in queue and f'value="{one}" form="verify"' in queue
    assert "Choose the one that counts" in boris.get(path)
    assert "Choose the one that counts" not in at.enter("anna").get(path)
    boris.post(f"{path}/settle", 409, bound="UB", reason="")
    boris.post(f"{path}/settle", bound="UB", reason="infant food")
    page = boris.get(path)
    assert "Bound chosen by Boris: infant food" in page and "Choose the one that counts" not in page
    assert "first choose the bound" not in boris.get("/release/review")


def test_definitions_and_factors_have_their_pages(at: Door) -> None:
    kate = at.enter("kate", "zh")
    assert "残留物定义" in kate.get("/catalogue/") and "因子集" in kate.get("/catalogue/")
    assert "CARBOFURAN_3OH:237.25" in kate.get("/catalogue/item/residue_definition/CARBOFURAN")
    assert "PECDF23478:0.3" in kate.get("/catalogue/item/factor_set/WHO2005")
    circular = {"code": "X", "reason": "why", "content.analyte": "PPDDT", "content.members": "DDT;PPDDE"}
    told = kate.post("/catalogue/propose/residue_definition", 422, **circular)
    assert "定义循环引用" in told and "成员（代码:摩尔质量; …）" in told


def test_members_over_the_api(laboratory: b.Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
    one = a_group(laboratory, "PEANUT", "AFT", "EU")
    api = an_api(laboratory, monkeypatch)
    seen = ok(api.anna.get(f"/analyses/{one}"))
    assert (seen["group"]["combine"], seen["group"]["bound"]) == ("SUM", "LB")
    assert [member["code"] for member in seen["group"]["members"]] == list(AFLATOXINS)
    missing = api.anna.put(f"/analyses/{one}/result", {"members": {"AFB1": "1.2"}}, headers=if_match(seen))
    assert (missing.status_code, missing.get_json()["code"]) == (422, "MEMBER_MISSING")
    body = {"members": AFLATOXINS, "expanded": "20%"}
    told = ok(api.anna.put(f"/analyses/{one}/result", body, headers=if_match(seen)))
    assert (told["verdict"], told["value"]) == ("PASS", "1.2")
    result = ok(api.anna.get(f"/analyses/{one}"))["analysis"]["result"]
    assert result["calculation"]["bounds"] == {"LB": "1.2", "MB": "1.315", "UB": "1.43"}
    assert result["calculation"]["members"][3]["text"] == "ND (<0.03)"


def test_the_bound_over_the_api(laboratory: b.Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
    doubtful = sensitive(laboratory)
    api = an_api(laboratory, monkeypatch)
    verbs = ok(api.boris.get(f"/analyses/{doubtful}"))["verbs"]
    assert "settle" in {verb["verb"] for verb in verbs}
    settled = ok(api.boris.post(f"/analyses/{doubtful}/settle", {"bound": "LB", "reason": "as the method says"}))
    assert settled["analysis"]["result"]["verdict"] == "PASS"


def if_match(seen: dict[str, object]) -> dict[str, str]:
    return {"If-Match": f'"{seen["version"]}"'}
