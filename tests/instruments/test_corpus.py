"""The real exports: each of a known format says exactly what is expected, every other one is refused."""

from __future__ import annotations

import pytest

from instruments.errors import FileRefused
from instruments.reading import Reading
from instruments.registry import ADAPTERS, read
from tests.instruments.corpus import CLAIMED, REFUSED, ROLE_ONLY_BY_NAME, expected, names, real
from tests.instruments.examples import doubtful_lines

CLAIMED_IN_ORDER = sorted(CLAIMED)


def _row(reading: Reading) -> dict[str, str]:
    named = ("sample_id", "analyte", "value", "unit", "flag", "role", "quantity")
    return {key: getattr(reading, key) for key in named} | dict(reading.extra)


@pytest.mark.parametrize("name", CLAIMED)
def test_a_real_export_says_exactly_its_expected_rows(name: str) -> None:
    data = real(name)
    parsed = read(data, name=name)
    assert parsed.adapter == CLAIMED[name]
    rows = [_row(reading) for reading in parsed.readings]
    wanted = expected(name)
    if name in ROLE_ONLY_BY_NAME:
        wanted = [{key: text for key, text in want.items() if key != "role"} for want in wanted]
    assert len(rows) == len(wanted)
    assert [{key: row.get(key) for key in want} for row, want in zip(rows, wanted, strict=True)] == wanted


@pytest.mark.parametrize("name", CLAIMED)
def test_every_result_cell_is_emitted_or_skipped_with_a_reason(name: str) -> None:
    parsed = read(real(name))
    assert parsed.result_cells == len(parsed.readings) + sum(count for _, count in parsed.skipped)
    assert all(reason for reason, _ in parsed.skipped)


@pytest.mark.parametrize("name", REFUSED)
def test_a_known_format_without_results_is_refused_by_its_own_adapter(name: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read(real(name))
    assert refused.value.code == REFUSED[name]
    assert refused.value.adapter is not None


def test_every_export_has_its_one_reader() -> None:
    assert [name for name in names() if name not in CLAIMED and name not in REFUSED] == []


@pytest.mark.parametrize("name", CLAIMED)
def test_an_adapter_fixed_for_the_instrument_refuses_an_export_of_another(name: str) -> None:
    keys = [adapter.key for adapter in ADAPTERS if adapter.key != CLAIMED[name]]
    with pytest.raises(FileRefused):
        read(real(name), keys[CLAIMED_IN_ORDER.index(name) % len(keys)])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "cp1252"])
@pytest.mark.parametrize("name", [name for name in CLAIMED if not name.lower().endswith((".xlsx", ".xls"))])
def test_the_same_export_in_another_encoding_says_the_same(name: str, encoding: str) -> None:
    data = real(name)
    source = read(data).encoding
    text = data.decode("utf-8-sig" if source == "utf-8" else source)
    if encoding == "cp1252" and text.encode("cp1252", "ignore").decode("cp1252") != text:
        return  # it holds signs that this encoding has not
    again = text.encode(encoding)
    assert read(again).readings == read(data).readings


@pytest.mark.parametrize("name", [*CLAIMED, *REFUSED])
def test_a_truncated_export_never_says_what_the_whole_one_does_not(name: str) -> None:
    """Cut anywhere: refused, or only rows of the whole file; a doubtful last line carries a notice."""
    data = real(name)
    try:
        whole = {_place(reading) for reading in read(data).readings}
    except FileRefused:
        whole = set()
    for cut in range(0, len(data), max(1, len(data) // 40)):
        try:
            parsed = read(data[:cut])
        except FileRefused:
            continue
        doubtful = doubtful_lines(parsed)
        said = {_place(reading) for reading in parsed.readings if reading.source.line not in doubtful}
        assert said <= whole, cut


def _place(reading: Reading) -> tuple[str, str, str, int]:
    return reading.sample_id, reading.analyte, reading.value, reading.source.line
