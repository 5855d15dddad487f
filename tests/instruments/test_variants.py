"""The same techniques as other sites, languages and versions write them: the right rows, or a refusal that is true."""

from __future__ import annotations

import csv
import io
import random
from decimal import Decimal

import pytest

from instruments import registry
from instruments.allotropy_extra import layout as converter
from instruments.errors import FileRefused, NotRecognised
from instruments.source import view_of
from instruments.tools.delimited import delimiter_of
from instruments.tools.header_words import english
from tests.instruments.variants import FOREIGN, VARIANTS

_OF_LISTS = ("result_list", "sciex_os", "thermo_tracefinder", "handheld_xrf", "biorad_cfx", "leco_cornerstone")
LISTS = [key for key, (_, adapter, _, _) in VARIANTS.items() if adapter in _OF_LISTS]


@pytest.mark.parametrize("key", VARIANTS)
def test_a_file_of_another_site_gives_its_rows_and_loses_no_cell(key: str) -> None:
    encoding, adapter, text, rows = VARIANTS[key]
    said = registry.read(text.encode(encoding))
    assert said.adapter == adapter
    assert tuple((r.sample_id, r.analyte, r.value, r.unit, r.role) for r in said.readings) == rows
    assert said.result_cells == len(said.readings) + sum(count for _, count in said.skipped)
    assert all(reading.source.line > 0 and reading.source.column for reading in said.readings)


@pytest.mark.parametrize("key", LISTS)
def test_the_columns_of_a_list_stand_in_any_order(key: str) -> None:
    encoding, _, text, rows = VARIANTS[key]
    mark = delimiter_of(text)
    table = list(csv.reader(io.StringIO(text), delimiter=mark))
    order = list(range(max(map(len, table))))
    random.Random(3).shuffle(order)
    moved = io.StringIO()
    csv.writer(moved, delimiter=mark, lineterminator="\n").writerows(
        [[row[place] if place < len(row) else "" for place in order] for row in table])
    said = registry.read(moved.getvalue().encode(encoding))
    assert sorted((r.sample_id, r.analyte, r.value, r.unit, r.role) for r in said.readings) == sorted(rows)


@pytest.mark.parametrize("key", FOREIGN)
def test_a_file_of_a_program_nobody_knows_is_refused_as_foreign(key: str) -> None:
    with pytest.raises(NotRecognised):
        registry.read(FOREIGN[key].encode())


def test_a_list_of_no_known_maker_is_read_only_where_no_maker_claims_it() -> None:
    for key, (encoding, adapter, text, _) in VARIANTS.items():
        found = [one.key for one in registry.candidates(view_of(text.encode(encoding)))]
        assert found == [adapter], key


@pytest.mark.parametrize(("printed", "meant"), [
    ("Probenname", "Sample Name"), ("Konz. [ ppb ]", "Conc. [ ppb ]"), ("峰面积", "Area"), ("試料名", "Sample Name"),
    ("Nom de l’échantillon", "Sample Name"), ("Kohlenstoff %", "Carbon %"), ("浓度（mg/L）", "Conc. （mg/L）"),
    ("Pb", "Pb"), ("260/280", "260/280"),
])  # fmt: skip
def test_a_header_word_is_known_in_the_languages_of_its_program(printed: str, meant: str) -> None:
    assert english(printed) == meant


def test_what_the_converter_made_of_a_word_is_never_a_value() -> None:
    """Overflow comes back as -0.0 and a lost cycle as no number: both refuse the file."""
    for made in (Decimal("-0.0"), "NaN", None, "N/A"):
        with pytest.raises(FileRefused) as refused:
            list(converter._measurements({"absorbance": {"value": made, "unit": "mAU"}}, "S-1", 0))
        assert refused.value.code == "CONVERTER_LOST_A_VALUE"


def test_a_value_of_the_converter_needs_a_cell_of_the_file_that_prints_it() -> None:
    places = converter._places(view_of(b"Sample;Abs\nS-1;0,250\nS-2;0,250\n"))
    assert converter._place_of(places, "S-2", "absorbance", Decimal("0.25")) == ("", 3, 2, "0,250")
    with pytest.raises(FileRefused) as refused:
        converter._place_of(places, "S-2", "absorbance", Decimal("0.26"))
    assert refused.value.code == "CONVERTER_CHANGED_A_VALUE"


def test_a_row_that_the_converter_drops_refuses_the_file() -> None:
    view = view_of(b"Sample;Abs\nS-1;0,250\nS-2;OVRFLW\nS-3;0,1\n")
    with pytest.raises(FileRefused) as refused:
        converter._refuse_lost_samples(view, {"S-1", "S-3"}, {"S-1", "S-3"})
    assert (refused.value.code, refused.value.params) == ("CONVERTER_LOST_A_ROW", {"line": 3})
