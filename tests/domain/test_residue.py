"""Residue definitions: conversion by molar mass, definitions within definitions, and those that lead nowhere."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lims.domain.reference import KINDS
from lims.domain.residue import check_among, in_force_for, residue_from, shares
from lims.domain.rules.errors import BadInput
from lims.services.catalogue import seed_rows


def a(analyte: str, members: str, mass: str = "", jurisdiction: str = "") -> dict[str, str]:
    return {"analyte": analyte, "members": members, "molar_mass": mass, "jurisdiction": jurisdiction}


def seeded() -> dict[str, dict[str, str]]:
    kind = KINDS["residue_definition"]
    return {
        row[kind.key]: {name: row.get(name) or "" for name in kind.fields}
        for row in seed_rows("residue_definitions")
    }


def test_a_compound_counts_by_the_ratio_of_the_molar_masses() -> None:
    carbofuran = residue_from("CARBOFURAN", seeded()["CARBOFURAN"])
    parent, hydroxy = shares(carbofuran, {})
    assert (parent.analyte, parent.factor, parent.told) == ("CARBOFURAN_P", Decimal(1), "")
    assert (hydroxy.analyte, hydroxy.told) == ("CARBOFURAN_3OH", "221.26/237.25")
    assert hydroxy.factor == Decimal("0.9326027397260273972602739726027397")


def test_a_jurisdictions_own_definition_goes_before_the_general_one() -> None:
    every = [residue_from(code, content) for code, content in seeded().items()]
    assert in_force_for(every, "EU")["DDT"].code == "DDT@EU" and in_force_for(every, "CN")["DDT"].code == "DDT"
    general, european = (shares(in_force_for(every, place)["DDT"], {}) for place in ("CN", "EU"))
    assert {one.factor for one in general} == {Decimal(1)}
    assert [one.told for one in european] == ["", "", "354.48/318.02", "354.48/320.04"]


def test_a_member_may_have_a_definition_of_its_own() -> None:
    outer = residue_from("A", a("A", "B:200;C:100", "100"))
    inner = residue_from("B", a("B", "D:200;E:400", "200"))
    found = shares(outer, {"B": inner})
    assert [(one.analyte, one.factor, one.told) for one in found] == [
        ("D", Decimal("0.5"), "100/200"), ("E", Decimal("0.25"), "100/200×200/400"), ("C", Decimal(1), ""),
    ]  # fmt: skip


@pytest.mark.parametrize(("others", "content", "path"), [
    ({}, a("A", "A"), "A > A"),
    ({"B": a("B", "A")}, a("A", "B;C"), "A > B > A"),
    ({"B": a("B", "C"), "C": a("C", "A")}, a("A", "B"), "A > B > C > A"),
    ({"B@EU": a("B", "A", jurisdiction="EU")}, a("A", "B"), "A > B > A"),
])  # fmt: skip
def test_a_definition_that_comes_back_to_itself_is_refused(
    others: dict[str, dict[str, str]], content: dict[str, str], path: str
) -> None:
    with pytest.raises(BadInput) as caught:
        check_among("A", content, others)
    assert (caught.value.code, caught.value.params["field"]) == ("CIRCULAR_DEFINITION", "members")
    assert sorted(str(caught.value.params["path"]).split(" > ")[:-1]) == sorted(path.split(" > ")[:-1])


@pytest.mark.parametrize(("content", "code", "field"), [
    (a("", "B"), "FIELD_NEEDED", "analyte"),
    (a("A", ""), "FIELD_NEEDED", "members"),
    (a("A", "B:200", ""), "FIELD_NEEDED", "molar_mass"),
    (a("A", "B;C:1", "100"), "MOLAR_MASS_NEEDED", "members"),
    (a("A", "B:x", "100"), "NOT_A_NUMBER", "members"),
    (a("A", "B:NaN", "100"), "NOT_A_NUMBER", "members"),
    (a("A", "B:0", "100"), "NOT_POSITIVE", "members"),
    (a("A", "B:1E+400", "100"), "NOT_POSITIVE", "members"),
    (a("A", "B:1", "-1"), "NOT_POSITIVE", "molar_mass"),
    (a("A", "B;B"), "MEMBER_TWICE", "members"),
    (a("A", ";".join(f"M{n}" for n in range(101))), "TOO_MANY_MEMBERS", "members"),
])  # fmt: skip
def test_what_cannot_stand_names_its_field(content: dict[str, str], code: str, field: str) -> None:
    with pytest.raises(BadInput) as caught:
        residue_from("A", content)
    assert (caught.value.code, caught.value.params["field"]) == (code, field)


def test_one_compound_by_two_ways_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        check_among("A", a("A", "B;C"), {"B": a("B", "C;D")})
    assert caught.value.code == "MEMBER_TWICE"


def test_those_that_ship_stand_together() -> None:
    every = seeded()
    for code, content in every.items():
        check_among(code, content, {other: one for other, one in every.items() if other != code})
