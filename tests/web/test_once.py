"""A form sent twice is done once: by a double click, by going back, or by two windows of one page."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lims.persistence.instrument import AuthorisationRow
from lims.persistence.sample import SampleRow
from tests import builders as b
from tests.web.people import Door, Person, door


@pytest.fixture
def at(laboratory: b.Laboratory) -> Door:
    return door(laboratory)


def count(laboratory: b.Laboratory, kind: type) -> int:
    with Session(laboratory.place.engine) as session:
        return int(session.scalar(select(func.count()).select_from(kind)) or 0)


def once_of(page: str) -> str:
    return re.findall(r'name="once" value="([^"]+)"', page)[-1]


def twice(person: Person, page: str, path: str, status: int, **fields: str) -> str:
    fields["once"] = once_of(person.get(page))
    person.post(path, **fields)
    return re.sub(r"\s+", " ", person.post(path, status, **fields))


def test_a_sample_is_drawn_once_by_a_double_click(at: Door, laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH")
    path = f"/intake/lots/{no}-L1/draw"
    record = {"sampler_1": "Igor", "sampler_2": "Olga", "seal_no": "HK-1"}
    page = twice(at.enter("igor"), path, path, 422, **record)
    assert "it was sent twice. Nothing was done" in page
    assert count(laboratory, SampleRow) == 1


def test_a_refused_form_may_be_corrected_and_sent_again(at: Door, laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH")
    igor, path = at.enter("igor"), f"/intake/lots/{no}-L1/draw"
    record = {"sampler_1": "Igor", "seal_no": "HK-1", "once": once_of(igor.get(path))}
    igor.post(path, 422, sampler_2="Igor", **record)
    igor.post(path, sampler_2="Olga", **record)
    assert count(laboratory, SampleRow) == 1


def test_an_authorisation_is_granted_once_by_a_double_click(at: Door, laboratory: b.Laboratory) -> None:
    before = count(laboratory, AuthorisationRow)
    quentin = at.enter("quentin")
    grant = {
        "username": "anna", "activity": "test", "over": "GB 5009.17-2021", "valid_from": "2026-01-01",
        "evidence": "training record 7",
    }  # fmt: skip
    page = twice(quentin, "/people/authorisations", "/people/authorisations", 409, **grant)
    assert "sent twice" in page
    assert count(laboratory, AuthorisationRow) == before + 1
