"""Quality control at the door of the web: held positions, control charts, proficiency tests."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event, select

from lims.persistence.control_chart import ChartLimitsRow, ControlChartRow
from lims.services.transaction import view
from tests import builders as b
from tests.services import test_control_chart as qc
from tests.web.people import Door, door

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
def at(laboratory: b.Laboratory) -> Door:
    return door(laboratory)


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2] or page))


def counted(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []
    listener = lambda *args: statements.append(args[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", listener)
    yield statements
    event.remove(engine, "before_cursor_execute", listener)


def test_held_positions_stand_on_the_worksheet_the_batch_page_and_go_with_a_reason(
    at: Door, laboratory: b.Laboratory
) -> None:
    lab = laboratory
    qc.a_plan(lab)
    no = qc.a_run(lab, 2)
    there = qc.positions(lab, no)
    anna, boris, control = at.enter("anna"), at.enter("boris"), f"/quality/worksheets/{no}"
    entry = f"{control}/positions/{there['CCV-2'].id}/found"
    anna.post(entry, analyte=qc.CD, text="1.40 ug/L", aspect="")
    anna.post(entry, 409, analyte=qc.CD, text="rubbish", aspect="")
    anna.post(f"{control}/positions/{there['CRM-1'].id}/drop", 409, reason=" ")
    anna.post(f"{control}/positions/{there['CRM-1'].id}/drop", reason="used up")
    anna.post(f"{control}/positions", kind="blank", material="", expected="", of_position="")
    page = text(anna.get(control))
    assert "calibration check 1.40 ug/L, 140 % of 1.00 ug/L; window 85–115 %" in page
    assert "left out: used up" in page and "BLK-2" in page
    assert "校准核查 1.40 ug/L" in text(at.enter("anna", "zh").get(f"/bench/worksheets/{no}"))
    page = boris.get("/quality/batches")
    assert "window 85–115 %" in text(page)
    (path,) = set(re.findall(r'action="(/quality/brackets/\d+/release)"', page))
    anna.post(path, 403, reason="mine")
    boris.post(path, 409, reason=" ")
    boris.post(path, reason="re-run")
    assert "No batch" in boris.get("/quality/batches")
    anna.post(f"{control}/positions/{there['BLK-1'].id}/found", analyte=qc.CD, text="0.5 mg/kg", aspect="")
    boris.post(f"/quality/batches/{no}/fail", reason="contaminated")
    assert "contaminated" not in text(boris.get("/quality/batches?state=failed")) and no in boris.get(
        "/quality/batches?state=failed"
    )


def test_a_chart_is_drawn_with_the_numbers_of_its_table(at: Door, laboratory: b.Laboratory) -> None:
    lab = laboratory
    chart_id = qc.crm_points(lab, qc.BASE)
    quentin, boris, path = at.enter("quentin"), at.enter("boris"), f"/quality/charts/{chart_id}"
    quentin.post(f"{path}/limits", 409, reason="")
    quentin.post(f"{path}/limits", reason="first twenty")
    with view(lab.place, lab.cast.boris, b.NOW) as tx:
        limits_id = tx.session.scalars(select(ChartLimitsRow.id)).one()
    quentin.post(f"{path}/limits/{limits_id}/release", 409)
    boris.post(f"{path}/limits/{limits_id}/release")
    qc.crm_points(lab, ["0.1199", "0.131"])
    page = boris.get(path)
    assert "Westgard 1-3s" in text(page) and "out of control" in text(page) and "0.131" in page
    assert "失控" in text(at.enter("boris", "zh").get(path))
    answer = boris.client.get(f"{path}.svg")
    drawn = ET.fromstring(answer.text)
    assert answer.mimetype == "image/svg+xml" and "style" not in answer.text and "script" not in answer.text
    titles = [one.text or "" for one in drawn.iter("{http://www.w3.org/2000/svg}title")]
    assert len(titles) == 23 and any("0.131" in one and "Westgard 1-3s" in one for one in titles)
    point = re.findall(r"points/(\d+)/exclude", page)[0]
    boris.post(f"{path}/points/{point}/exclude", 409, reason="")
    boris.post(f"{path}/points/{point}/exclude", reason="wrong flask")
    assert "wrong flask" in boris.get(path)
    boris.post(f"{path}/rules", family=["westgard", "nelson"], reason="both")
    assert "Westgard, Nelson" in text(boris.get("/quality/charts"))
    at.enter("anna").post(f"{path}/rules", 403, family="nelson", reason="mine")
    with view(lab.place, lab.cast.boris, b.NOW) as tx:
        assert tx.session.scalars(select(ControlChartRow.alarm)).one() == ""


def test_the_queries_of_a_chart_do_not_grow_with_its_points(at: Door, laboratory: b.Laboratory) -> None:
    chart_id = qc.crm_points(laboratory, qc.BASE[:3])
    quentin, numbers = at.enter("quentin"), []
    for more in (1, 12):
        qc.crm_points(laboratory, qc.BASE[:more])
        for statements in counted(laboratory.place.engine):
            quentin.get(f"/quality/charts/{chart_id}")
            numbers.append(len(statements))
    assert numbers[0] == numbers[1]


def test_a_round_is_scored_and_a_bad_score_concluded_on_its_page(at: Door, laboratory: b.Laboratory) -> None:
    anna, quentin = at.enter("anna"), at.enter("quentin")
    anna.post("/quality/proficiency", 409, provider="CNCA", scheme="", round="2026-1")
    anna.post("/quality/proficiency", 409, provider="CNCA", scheme="A", round="1", closed_on="someday")
    of_round = {"provider": "CNCA", "scheme": "CNCA-26-06", "round": "2026-1", "closed_on": "2026-11-01"}
    path = anna.post("/quality/proficiency", **of_round)
    anna.post("/quality/proficiency", 409, **of_round)
    fields = {"method": qc.METHOD, "analyte": "CD", "assigned": "0.200", "unit": "mg/kg", "sigma_pt": "0.012"}
    anna.post(f"{path}/scores", 409, value="ND", **fields)
    anna.post(f"{path}/scores", value="0.24 ± 0.02 mg/kg", u_assigned="0.002", **fields)
    page = anna.get(path)
    assert "z = 3.333" in text(page) and "unsatisfactory" in text(page) and "awaiting a conclusion" in text(page)
    (score,) = set(re.findall(r"/quality/proficiency/scores/(\d+)\.svg", page))
    assert "z = 3.333" in anna.client.get(f"/quality/proficiency/scores/{score}.svg").text
    assert "Proficiency scores to conclude on" in quentin.get("/")
    anna.post(f"{path}/scores/{score}/conclude", 403, conclusion="mine")
    quentin.post(f"{path}/scores/{score}/conclude", 409, conclusion=" ")
    quentin.post(f"{path}/scores/{score}/conclude", conclusion="standard degraded, replaced")
    assert "standard degraded, replaced" in quentin.get(path)
    assert "不满意" in text(at.enter("quentin", "zh").get(path))
    assert "No round." in text(quentin.get("/quality/proficiency?open=1"))
