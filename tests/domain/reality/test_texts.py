"""The result texts of six sources: how many are understood, how many refused, and that none loses its number."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from lims.cli.entry import note_words
from lims.domain.numbers.entry import Entry, read_entry
from tests.domain.reality.published import SOURCES, Source, column, rows

QUALITATIVE = (re.compile(r"[\ufffd\s]*Detected\s*(/\s*[0-9]+\s?g)?"),)
"""A word for presence, with the portion it was looked for in."""
_FIGURE, _UNIT = r"[<>]?[0-9]+(\.[0-9]+)?", r"\s?(mg/kg|MPN/g|CFU/g|cfu/g|/g)"
LIST = (
    re.compile(rf"\s*{_FIGURE}(,\s{_FIGURE})+({_UNIT})?\s*"),  # 5900, 5900, <10 CFU/g
    re.compile(rf"{_FIGURE}{_UNIT}(,?\s{_FIGURE}{_UNIT})+"),  # 0.042 mg/kg, 0.031 mg/kg
    re.compile(rf"\s*{_FIGURE}(,\s{_FIGURE})+\sand\s[0-9]+{_UNIT}"),  # <2, <2, <2, 5 and 6/g
)
"""Several figures in one text; nothing else may come out as a list."""
DIGIT = re.compile("[1-9]")


def read(source: Source) -> list[tuple[str, Entry]]:
    """Every text of the source under the convention that it declares; the point is decimal in all of them."""
    return [(text, read_entry(text, ".", "", source.minus_one_is_nd)) for text in source.texts()]


def loses(text: str, entry: Entry) -> bool:
    """Whether a text with a digit above zero came out as nothing or as zero, or one without any digit as a number."""
    every = entry.values or (entry,)
    figures = [figure for one in every for figure in (one.value, one.lod, one.loq) if figure is not None]
    if not DIGIT.search(text):
        return bool(figures) and "0" not in text
    nothing = all(one.status == "not_measured" for one in every)
    zero = bool(figures) and all(figure == 0 for figure in figures)
    return nothing or zero


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_hardly_any_text_is_refused_and_each_that_is_can_be_read_by_a_person(source: Source, tmp_path: Path) -> None:
    found = read(source)
    refused = [(text, entry) for text, entry in found if entry.status == "refused"]
    path = tmp_path / f"{source.name}_refused.txt"
    lines = [f"{text!r}\t{note_words(entry.note) if entry.note else ''}" for text, entry in refused]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = Counter(entry.status for _, entry in found)
    print(f"{source.name}: {len(found)} texts, {len(refused) / len(found):.2%} refused ({path}); {dict(told)}")
    assert len(refused) <= source.most_refused * len(found)
    assert all(entry.note is not None for _, entry in refused)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_presence_and_lists_are_no_dustbin(source: Source) -> None:
    for text, entry in read(source):
        if entry.status == "qualitative":
            assert any(rule.fullmatch(text) for rule in QUALITATIVE), text
        if entry.status == "list":
            assert any(rule.fullmatch(text) for rule in LIST), text
            assert len(entry.values) == len(re.findall(r"[0-9]+(?:\.[0-9]+)?", text)), text


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_no_text_with_a_digit_becomes_nothing_or_zero(source: Source) -> None:
    dashes = [(text, read_entry(text)) for text in ("-----", "", "N/A", "NS", "none found", "BQL", "TR", "OVRFLW")]
    silent = [
        text for text, entry in [*dashes, *read(source)]
        if loses(text, entry) and not (source.minus_one_is_nd and text.startswith("-1 "))
    ]
    assert silent == []


def test_a_plain_number_is_read_with_the_digits_it_was_printed_with() -> None:
    plain = re.compile(r"([0-9]+(?:\.[0-9]+)?)(?: (?:ppm|ppb|PPB|g/kg|ng/ml))?")
    read_so = 0
    for source in SOURCES:
        for text, entry in read(source):
            found = plain.fullmatch(text)
            if found:
                assert (entry.status, str(entry.value)) == ("numeric", found[1]), text
                read_so += 1
    assert read_so > 8_000


def test_minus_one_is_not_detected_by_declaration_and_otherwise_a_number() -> None:
    texts = column("results_us_nyc/metals_in_products.csv", "CONCENTRATION")
    declared = [read_entry(text, minus_one_is_nd=True).status for text in texts if text == "-1"]
    assert declared == ["not_detected"] * 3747
    assert read_entry("-1").value == Decimal(-1)
    assert read_entry("-1.5", minus_one_is_nd=True).value == Decimal("-1.5")


def test_the_sentences_of_an_authority_are_refused_and_never_become_less_than_they_say() -> None:
    sentences = [row[name] for row in rows("border_tw/rows.csv") for name in ("detected_text_zh", "limit_text_zh")]
    for text in sentences:
        for decimal in (None, "."):
            entry = read_entry(text, decimal)
            assert not loses(text, entry), text
            assert entry.status != "refused" or entry.note is not None, text


HOSTILE = (
    "\u0660.\u0665 mg/kg", "\u0967\u0968", "0.\u0665", "1\u200e2", "\u202e5.0", "\u20660.5\u2069", "0.5\u202c mg/kg",
    "О.5", "1О", "0,5 мг/кг", "5 mg/кg", "l.5", "1.5.2", "\u00bd", "\u2460", "1\u03055", "½ mg/kg", "Ⅳ",
    "NaN", "nan", "sNaN", "Infinity", "-Infinity", "inf", "-inf", "∞", "1e999", "1e-999", "1E+1000000", "0x1F", "1_000",
    "5 mg/kg\x00", "\x1b[31m5", "5\ud800", "--5", "+-5", "5-", "<<5", "< >5", "5 mg/kg mg/kg", "1e", "e5", "1e1.5",
    "=1+1", "5;", "9" * 41, "0." + "0" * 61 + "1",
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:20])
@pytest.mark.parametrize("decimal", [None, ".", ","])
def test_mixed_scripts_hidden_marks_and_what_is_no_number_are_refused_with_a_reason(
    text: str, decimal: str | None
) -> None:
    entry = read_entry(text, decimal)
    assert (entry.status, entry.value) == ("refused", None)
    assert entry.note is not None
    assert note_words(entry.note)


ENDLESS = ("1" * 1_000_000, "0." + "3" * 1_000_000, "<" * 1_000_000, "1, " * 300_000, "(" * 1_000_000)


@pytest.mark.parametrize("text", ENDLESS, ids=["digits", "decimals", "signs", "members", "brackets"])
def test_a_million_characters_are_refused_at_once_with_a_reason(text: str) -> None:
    entry = read_entry(text)
    assert (entry.status, entry.note and entry.note.code) == ("refused", "TOO_LONG")
