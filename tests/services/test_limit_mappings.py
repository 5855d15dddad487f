"""Real libraries by the mappings that come with the product: every row loaded and equal to its source, or told why."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from datetime import date
from io import StringIO

import pytest
from sqlalchemy import select

from lims.domain.rules.actor import SYSTEM
from lims.persistence.catalogue import ReferenceVersionRow as Row
from lims.services import limit_library as library
from lims.services.limit_library import Loaded
from lims.services.limit_sheet import Source, recipe_from, recipe_named, rows_of, shipped, source_of
from lims.services.transaction import transaction, view
from tests import builders as b
from tests.cast import NOW
from tests.domain.shared import slice_of
from tests.services import library_back as back

Stored = dict[str, tuple[dict[str, str], date, date | None]]


def test_three_mappings_come_with_the_product() -> None:
    assert shipped() == ("eu_2023_915", "kr", "us_fda")


def test_the_national_specifications_load_and_print_back(laboratory: b.Laboratory) -> None:
    _national(laboratory, 1_000)


@pytest.mark.long
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_all_58_000_national_specifications_load_and_print_back(laboratory: b.Laboratory) -> None:
    added, why = _national(laboratory, None)
    assert added + why.total() == 57_963 and added == 54_899, why
    assert why["MASS_OR_VOLUME unit ppm"] == 1_608


def _national(lab: b.Laboratory, most: int | None) -> tuple[int, Counter[str]]:
    added, why = 0, Counter[str]()
    for letter, name in (("C", "common_spec.csv.gz"), ("I", "individual_spec.csv.gz")):
        raw = slice_of(f"limits_kr/{name}").read_bytes()
        raw = raw if most is None else back.first_rows(raw, most)
        loaded, stored = _load(lab, source_of(raw, recipe_named("kr"), name), name)
        heads, *lines = back.table(raw)
        assert loaded.added + len(loaded.refused) == len(lines) and len(stored) == loaded.added
        for number, cells in enumerate(lines, 2):
            found = stored.pop(f"KR-{letter}{number:05}", None)
            if found is not None:
                _check_national(dict(zip(heads, cells, strict=True)), *found)
        assert not stored
        added, why = added + loaded.added, why + _why(loaded)
    _print(added, why)
    return added, why


def _check_national(line: dict[str, str], content: dict[str, str], first: date, last: date | None) -> None:
    wanted = {name: line[name].strip() for name in back.FIGURES}
    if content["operator"] == "OUTCOME":
        wanted["UNIT_NM"] = ""
    assert back.kr(content, first) == wanted
    assert (content["product"], content["analyte"]) == (line["PRDLST_CD"], line["TESTITM_CD"])
    assert (f"{last:%Y%m%d}" if last else "99991231") == line["VALD_END_DT"]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_the_european_annex_loads_through_its_shifting_columns(laboratory: b.Laboratory) -> None:
    file = slice_of("limits_eu/reg_2023_915_fr.csv")
    loaded, stored = _load(laboratory, source_of(file.read_bytes(), recipe_named("eu_2023_915")), "2023/915")
    assert (loaded.added, _codes(loaded)) == (442, {"ROW_HEADING": 104, "ROW_OUTSIDE": 41, "NO_LIMIT_SET": 30})
    lines = back.table(file.read_bytes(), ";")
    levels, by_number = back.eu_levels(lines), {}
    for content, first, last in stored.values():
        by_number.setdefault(content["clause"], []).append((content, first, last))
    printed = {number: back.eu(limits, levels[f"{number} unit"][0]) for number, limits in by_number.items()}
    assert printed == {number: cells for number, cells in levels.items() if not number.endswith("unit")}
    _against_the_second_reading(printed)
    told = {one.number for one in loaded.refused}
    assert {number for number, cells in enumerate(lines, 1) if any(cells)} == told | {1} | _lines(lines, by_number)
    early, late = (stored[f"EU915-1.8.2.1-ERGOT_ALK{since}"] for since in ("", "-2024-07-01"))
    assert (early[0]["value"], late[0]["value"], back.follows(early[2], late[1])) == ("100", "50", True)
    fat = stored["EU915-5.1.4-BAP"][0]
    assert (fat["unit"], fat["basis"], fat["value"]) == ("ug/kg", "fat", "5.0") and "beurre de cacao" in fat["note"]


def _against_the_second_reading(printed: dict[str, list[str]]) -> None:
    """It leaves out later days, says the sum of two alkaloids at each of them, and has later amendments."""
    other = back.eu_second(slice_of("limits_eu/reg_2023_915_data.json").read_bytes())
    both = other.keys() & printed.keys()
    differ = {number for number in both if back.figures(printed[number]) != other[number]}
    assert differ == {"1.8.1.2", "1.8.2.1", "1.8.2.3", *(f"2.2.{number}" for number in range(2, 10))}
    assert (len(both - differ), len(other.keys() - both)) == (278, 59)


def _lines(lines: list[list[str]], numbers: Iterable[str]) -> set[int]:
    wanted = set(numbers)
    return {number for number, cells in enumerate(lines, 1) if cells and cells[0] in wanted}


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_the_american_levels_load_where_parts_are_certainly_by_mass(laboratory: b.Laboratory) -> None:
    file = slice_of("limits_us_fda/contaminant_levels.csv")
    loaded, stored = _load(laboratory, source_of(file.read_bytes(), recipe_named("us_fda"), file.name), "FDA")
    assert (loaded.added, _codes(loaded)) == (286, {"MASS_OR_VOLUME": 13, "RATIO_OF_LEVELS": 1, "NOT_ONE_FIGURE": 1})
    with view(laboratory.place, SYSTEM, NOW) as tx:
        query = select(Row.code, Row.name_en).where(Row.kind == "product")
        goods = {row.code: row.name_en for row in tx.session.execute(query)}
    refused = {one.number for one in loaded.refused}
    for number, line in enumerate(csv.DictReader(StringIO(file.read_text(encoding="utf-8"))), 2):
        meant = {name: back.read_as_meant(text) for name, text in line.items()}
        found = stored.pop(f"FDA-{number:04}", None)
        assert (found is None) is (number in refused)
        if found is not None:
            printed = back.fda(found[0])
            assert printed == {name: meant[name] for name in printed}, number
            assert goods[found[0]["product"]].casefold() == meant["Commodity"].casefold()
            assert (found[0]["basis"] == "fat") is ("fat basis" in meant["Level"])
    assert not stored


UNDECLARED = """NUM;Produits;Contaminant;Limite;Remarques
1.1;Aflatoxines;Teneur maximale (μg/kg);Remarques;
;;B1;Somme;
1.1.1;Figues;6,0;10,0;séchées
1.1.2;Autres;;;
1.1.2.1;Noix;5,0 ou 6,0;;
1.1.2.2;Riz;1 250;;—
Abréviations;x;;;
"""


def test_a_figure_under_a_heading_that_is_not_declared_is_told_and_never_a_remark() -> None:
    recipe = recipe_named("eu_2023_915")
    rows = list(rows_of(UNDECLARED.encode(), recipe))
    assert [(one.number, one.trouble.code) for one in rows if one.trouble] == [
        (2, "ROW_HEADING"), (3, "ROW_HEADING"), (4, "WORD_UNKNOWN"), (5, "ROW_HEADING"), (6, "WORD_UNKNOWN"),
        (8, "ROW_OUTSIDE"),
    ]  # fmt: skip
    assert [(one.code, one.content["value"]) for one in rows if not one.trouble] == [
        ("EU915-1.1.1-AFB1", "6.0"), ("EU915-1.1.2.2-AFB1", "1250"),
    ]  # fmt: skip


def test_a_level_that_is_not_one_figure_is_not_read_by_its_beginning() -> None:
    step = '{"steps": [{"step": "level", "from": "L", "decimal": ".", "words": "unit"}]}'
    said = {}
    for level in ("0.35%", "<1 Bq/kg", "1,5 ppm", "3-5 ppm", "1.2.3 ppm", "about 3", "12 345.6 mg/kg"):
        (row,) = rows_of(f'limit_id,L\nA,"{level}"\n'.encode(), recipe_from(step))
        said[level] = row.trouble.code if row.trouble else tuple(row.content[k] for k in ("operator", "value", "unit"))
    assert said == {
        "0.35%": ("LE", "0.35", "%"), "<1 Bq/kg": ("LT", "1", "Bq/kg"), "1,5 ppm": "NOT_ONE_FIGURE",
        "3-5 ppm": ("LE", "3", "-5 ppm"), "1.2.3 ppm": "NOT_ONE_FIGURE", "about 3": "NOT_ONE_FIGURE",
        "12 345.6 mg/kg": ("LE", "12345.6", "mg/kg"),
    }  # fmt: skip


def _load(lab: b.Laboratory, source: Source, name: str) -> tuple[Loaded, Stored]:
    with transaction(lab.place, SYSTEM, NOW, "test") as tx:
        for kind, items in source.items.items():
            done = library.load(tx, library.unknown(tx, items, kind), f"{name}: {kind}", kind)
            assert done.refused == ()
        found = library.load(tx, source.rows, name)
    columns = (Row.code, Row.content, Row.valid_from, Row.valid_to)
    with view(lab.place, SYSTEM, NOW) as tx:
        rows = tx.session.execute(select(*columns).where(Row.library == name)).all()
    return found, {code: (content, first, last) for code, content, first, last in rows}


def _codes(loaded: Loaded) -> dict[str, int]:
    return dict(Counter(one.reason.code for one in loaded.refused))


def _why(loaded: Loaded) -> Counter[str]:
    return Counter(f"{one.reason.code} {one.field} {one.reason.params.get('value', '')}" for one in loaded.refused)


def _print(added: int, why: Counter[str]) -> None:
    print(f"\nloaded {added} of {added + why.total()}; not loaded:")
    for reason, count in why.most_common():
        print(f"  {count:6d}  {reason}")
