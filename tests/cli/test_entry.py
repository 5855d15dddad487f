"""``lims entry``: what a typed text is read as, line by line, and that nothing typed is ever altered or lost."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lims.cli.entry import main, note_words
from lims.domain.numbers.marks import Note

Read = Callable[..., dict[str, Any]]


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], sent: bytes, *words: str
) -> tuple[int, list[dict[str, Any]], str]:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(sent)))
    code = main(["-", *words])
    said = capsys.readouterr()
    return code, [json.loads(line) for line in said.out.split("\n")[:-1]], said.err


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Read:
    def reading(typed: str, *words: str) -> dict[str, Any]:
        code, answers, _ = run(monkeypatch, capsys, json.dumps(typed).encode(), *words)
        assert code == 0 and len(answers) == 1
        assert answers[0]["text"] == typed
        return answers[0]

    return reading


# text; status, qualifier, value, unit, expanded; words of the note (None: no note)
NASTY: list[tuple[str, tuple[str, str | None, str | None, str | None, str | None], str | None]] = [
    ("0.50", ("numeric", None, "0.50", None, None), None),
    ("5e-3", ("numeric", None, "0.005", None, None), None),
    ("2.0e3", ("numeric", None, "2000", None, None), None),
    ("1.5E+05 CFU/g", ("numeric", None, "150000", "CFU/g", None), None),
    ("1.2x10^5", ("numeric", None, "120000", None, None), None),
    ("1.2×10⁵ CFU/g", ("numeric", None, "120000", "CFU/g", None), None),
    ("1.2x105", ("refused", None, None, None, None), "lost the sign of its power"),
    ("1e400", ("refused", None, None, None, None), "too large"),
    ("0", ("numeric", None, "0", None, None), None),
    ("-0.35", ("numeric", None, "-0.35", None, None), None),
    (".5", ("numeric", None, "0.5", None, None), None),
    ("  0.12 mg/kg  ", ("numeric", None, "0.12", "mg/kg", None), None),
    ("12.3mg/kg", ("numeric", None, "12.3", "mg/kg", None), None),
    ("12.3\u00a0mg/kg", ("numeric", None, "12.3", "mg/kg", None), None),
    ("5 ug/kg", ("numeric", None, "5", "µg/kg", None), None),
    ("5 μg/kg", ("numeric", None, "5", "µg/kg", None), None),
    ("5 mcg/kg", ("numeric", None, "5", "µg/kg", None), None),
    ("3.1 MG/CM^2", ("numeric", None, "3.1", "mg/cm2", None), None),
    ("5 ppm", ("numeric", None, "5", "ppm", None), "only the limit tells"),
    ("7 PPB", ("numeric", None, "7", "ppb", None), "only the limit tells"),
    ("58%", ("numeric", None, "58", "%", None), None),
    ("5 quux", ("refused", None, None, None, None), '"quux" is not a unit'),
    ("1,234", ("refused", None, None, None, None), "1.234 or 1234"),
    ("1.234", ("refused", None, None, None, None), "1.234 or 1234"),
    ("12,345 mg/kg", ("refused", None, None, None, None), "12.345 or 12345"),
    ("<1,234", ("refused", None, None, None, None), "1.234 or 1234"),
    ("0,123", ("numeric", None, "0.123", None, None), "read as 0.123"),
    ("0.123", ("numeric", None, "0.123", None, None), None),
    ("1,5", ("numeric", None, "1.5", None, None), "read as 1.5"),
    ("1234,567", ("numeric", None, "1234.567", None, None), "read as 1234.567"),
    ("1234.567", ("numeric", None, "1234.567", None, None), None),
    ("1,2345", ("numeric", None, "1.2345", None, None), "read as 1.2345"),
    ("1,234.5", ("numeric", None, "1234.5", None, None), "read as 1234.5"),
    ("1.234,5", ("numeric", None, "1234.5", None, None), "read as 1234.5"),
    ("1.234e3", ("numeric", None, "1234", None, None), None),
    ("1,234e3", ("numeric", None, "1234", None, None), "read as 1234"),
    ("1,234,567", ("numeric", None, "1234567", None, None), "read as 1234567"),
    ("1,23,456", ("refused", None, None, None, None), "not of three"),
    ("1.2.3", ("refused", None, None, None, None), ""),
    ("1..2", ("refused", None, None, None, None), ""),
    ("2 400", ("refused", None, None, None, None), "2400 or 2; 400"),
    ("≤0.1", ("censored", "<=", "0.1", None, None), None),
    ("≥ 5 mg/kg", ("censored", ">=", "5", "mg/kg", None), None),
    ("＜０．０１", ("censored", "<", "0.01", None, None), "read as <0.01"),
    ("＞１１０", ("censored", ">", "110", None, None), "read as >110"),
    ("< 0.026", ("censored", "<", "0.026", None, None), None),
    (">110", ("censored", ">", "110", None, None), None),
    ("=<0.1", ("censored", "<=", "0.1", None, None), None),
    ("<<0.1", ("refused", None, None, None, None), ""),
    ("<", ("refused", None, None, None, None), ""),
    ("0.05 ± 0.01", ("numeric", None, "0.05", None, "0.01"), None),
    ("0.62+/-0.05 mg/kg", ("numeric", None, "0.62", "mg/kg", "0.05"), None),
    ("(0.62 ± 0.05) mg/kg", ("numeric", None, "0.62", "mg/kg", "0.05"), None),
    ("0.62 mg/kg ± 10 %", ("numeric", None, "0.62", "mg/kg", "10%"), None),
    ("58 % ± 2 %", ("numeric", None, "58", "%", "2"), None),
    ("0.21 ± 0.03 mg/kg (k=2)", ("numeric", None, "0.21", "mg/kg", "0.03"), None),
    ("<0.05 ± 0.01", ("refused", None, None, None, None), ""),
    ("5-10", ("refused", None, None, None, None), "range"),
    ("5 – 10 mg/kg", ("refused", None, None, None, None), "range"),
    ("5 to 10", ("refused", None, None, None, None), "range"),
    ("~5", ("refused", None, None, None, None), "approximate"),
    ("see comment", ("refused", None, None, None, None), "not a result: see comment"),
    ("2024-01-05", ("refused", None, None, None, None), ""),
    ("NaN", ("refused", None, None, None, None), ""),
    ("Infinity", ("refused", None, None, None, None), ""),
    ("1_000", ("refused", None, None, None, None), ""),
    ("٣", ("refused", None, None, None, None), ""),
    ("½", ("refused", None, None, None, None), ""),
    ("0.5\u202e1", ("refused", None, None, None, None), "hidden characters"),
    ("0.5\x00", ("refused", None, None, None, None), "hidden characters"),
    ("\ufffd 2.3 mg/kg", ("refused", None, None, None, None), "a character was lost"),
    ("\ud800", ("refused", None, None, None, None), ""),
    ("9" * 50, ("refused", None, None, None, None), "at most"),
    ("x" * 5000, ("refused", None, None, None, None), "at most"),
    ("ND", ("not_detected", None, None, None, None), None),
    ("n.d.", ("not_detected", None, None, None, None), None),
    ("None Found", ("not_detected", None, None, None, None), None),
    ("none found", ("not_detected", None, None, None, None), None),
    ("未检出", ("not_detected", None, None, None, None), None),
    ("<LOD", ("not_detected", None, None, None, None), None),
    ("NONE", ("not_detected", None, None, None, None), "read as not detected"),
    ("Not detected/25g", ("not_detected", None, None, "/25 g", None), None),
    ("BQL", ("below_loq", None, None, None, None), None),
    ("<LOQ", ("below_loq", None, None, None, None), None),
    ("< loq", ("below_loq", None, None, None, None), None),
    ("TR", ("trace", None, None, None, None), None),
    ("Detected", ("qualitative", None, "DETECTED", None, None), None),
    ("Detected/125g", ("qualitative", None, "DETECTED", "/125 g", None), None),
    ("Detected\u00a0/25g", ("qualitative", None, "DETECTED", "/25 g", None), None),
    ("检出", ("qualitative", None, "DETECTED", None, None), None),
    ("OVRFLW", ("over_range", None, None, None, None), None),
    ("TNTC", ("over_range", None, None, None, None), None),
    ("", ("not_measured", None, None, None, None), None),
    ("   ", ("not_measured", None, None, None, None), None),
    ("-----", ("not_measured", None, None, None, None), None),
    ("N/A", ("not_measured", None, None, None, None), None),
    ("NS", ("not_measured", None, None, None, None), None),
]


@pytest.mark.parametrize(("typed", "expected", "note"), NASTY, ids=[ascii(row[0])[:40] for row in NASTY])
def test_a_typed_text_is_understood_or_refused_with_a_note(
    read: Read, typed: str, expected: tuple[str | None, ...], note: str | None
) -> None:
    said = read(typed)
    assert tuple(said[key] for key in ("status", "qualifier", "value", "unit", "expanded")) == expected
    assert (said["note"] is None) if note is None else (note in said["note"])
    assert said["values"] == []


DECLARED: list[tuple[str, list[str], str, str | None]] = [
    ("1,234", ["--decimal", "."], "refused", None),
    ("0,5", ["--decimal", "."], "refused", None),
    ("1,234", ["--decimal", ".", "--group", ","], "numeric", "1234"),
    ("1,234.5", ["--decimal", ".", "--group", ","], "numeric", "1234.5"),
    ("1,23", ["--decimal", ".", "--group", ","], "refused", None),
    ("1.234", ["--decimal", "."], "numeric", "1.234"),
    ("1.234", ["--decimal", ","], "refused", None),
    ("0.5", ["--decimal", ","], "refused", None),
    ("1,234", ["--decimal", ","], "numeric", "1.234"),
    ("1.234", ["--decimal", ",", "--group", "."], "numeric", "1234"),
    ("1.234,5", ["--decimal", ",", "--group", "."], "numeric", "1234.5"),
    ("1 234,5", ["--decimal", ",", "--group", "space"], "numeric", "1234.5"),
    ("2 400", ["--decimal", ".", "--group", "space"], "numeric", "2400"),
    ("2\u202f400", ["--decimal", ".", "--group", "space"], "numeric", "2400"),
    ("2 40", ["--decimal", ".", "--group", "space"], "refused", None),
    ("-1", [], "numeric", "-1"),
    ("-1", ["--minus-one-is-nd"], "not_detected", None),
    ("-1.0 ppm", ["--minus-one-is-nd"], "not_detected", None),
    ("-2", ["--minus-one-is-nd"], "numeric", "-2"),
]


@pytest.mark.parametrize(("typed", "words", "status", "value"), DECLARED)
def test_declared_marks_settle_what_the_digits_say(
    read: Read, typed: str, words: list[str], status: str, value: str | None
) -> None:
    said = read(typed, *words)
    assert (said["status"], said["value"]) == (status, value)
    assert status == "numeric" or said["note"]


def test_a_comma_that_is_not_declared_is_refused_even_where_it_could_only_be_a_group(read: Read) -> None:
    assert read("1,234.5", "--decimal", ".")["status"] == "refused"


def test_significant_digits_stand_beside_a_number_with_an_exponent(read: Read) -> None:
    assert read("2.0e3")["digits"] == 2
    assert read("5e-3")["digits"] == 1


@pytest.mark.parametrize(("typed", "lod", "unit"), [
    ("ND (<0.03)", "0.03", None), ("ND(<0.03)", "0.03", None), ("ND (LOD 0.03 mg/kg)", "0.03", "mg/kg"),
    ("未检出（检出限0.03 mg/kg）", "0.03", "mg/kg"),
])
def test_the_limit_of_detection_in_a_text_is_told(read: Read, typed: str, lod: str, unit: str | None) -> None:
    said = read(typed)
    assert (said["status"], said["lod"], said["unit"]) == ("not_detected", lod, unit)


LISTS: list[tuple[str, str | None, list[tuple[str | None, str | None]]]] = [
    ("<10, 240, <10, 93, <10 MPN/g", "MPN/g", [("<", "10"), (None, "240"), ("<", "10"), (None, "93"), ("<", "10")]),
    ("<2; <2; 5 MPN/g", "MPN/g", [("<", "2"), ("<", "2"), (None, "5")]),
    ("1.6, 2.5 mg/kg", "mg/kg", [(None, "1.6"), (None, "2.5")]),
    ("12 mg/kg, 18 mg/kg", "mg/kg", [(None, "12"), (None, "18")]),
    ("0,5; 0,7", None, [(None, "0.5"), (None, "0.7")]),
    ("<3, <3 and 43/g", "/g", [("<", "3"), ("<", "3"), (None, "43")]),
    ("ND; 5 CFU/g", "CFU/g", [(None, None), (None, "5")]),
    ("3\n4", None, [(None, "3"), (None, "4")]),
]


@pytest.mark.parametrize(("typed", "unit", "values"), LISTS)
def test_several_results_in_one_text_have_their_common_unit_once(
    read: Read, typed: str, unit: str | None, values: list[tuple[str | None, str | None]]
) -> None:
    said = read(typed)
    assert (said["status"], said["unit"], said["value"]) == ("list", unit, None)
    assert [(one["qualifier"], one["value"]) for one in said["values"]] == values
    assert all(one["value"] is not None or one["status"] != "numeric" for one in said["values"])


@pytest.mark.parametrize("typed", ["12 mg/kg, 18 µg/L", "12 mg/kg, see note", "1,234; 5"])
def test_a_list_with_one_bad_member_is_refused_as_a_whole(read: Read, typed: str) -> None:
    said = read(typed)
    assert said["status"] == "refused" and said["note"] and said["value"] is None


def test_lines_are_texts_and_only_a_line_feed_ends_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = b"\xef\xbb\xbf0.5\r\n\n\xe2\x80\xa80.7\n\"0.8\"\n0.9"
    code, answers, _ = run(monkeypatch, capsys, sent)
    assert code == 0
    assert [answer["text"] for answer in answers] == ["0.5", "", "\u20280.7", "0.8", "0.9"]


def test_a_malformed_line_is_answered_and_the_rest_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, answers, errors = run(monkeypatch, capsys, b'0.5\n"0.6\n\xff\n0.7\n')
    assert code == 2
    assert [answer.get("status") for answer in answers] == ["numeric", "refused", "refused", "numeric"]
    assert [answer.get("line") for answer in answers] == [None, 2, 3, None]
    assert all(answers[at]["reason"] == "BAD_CASE" and answers[at]["id"] is None for at in (1, 2))
    assert "line 2" in errors and "line 3" in errors


def test_words_of_the_call_that_contradict_themselves_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--decimal", ",", "--group", ","]) == 2
    assert main(["--decimal", ";"]) == 2
    assert main(["/nowhere/texts.txt"]) == 2
    assert "/nowhere/texts.txt" in capsys.readouterr().err


def test_notes_speak_both_languages(read: Read) -> None:
    assert read("1,5", "--language", "zh")["note"] == "读作 1.5"
    assert "两种读法" in read("1,234", "--language", "zh")["note"]


def test_every_note_of_the_grammar_has_words_in_both_languages() -> None:
    grammar = Path(__file__).parents[2] / "lims" / "domain" / "numbers"
    names = ("entry.py", "figure.py", "wording.py", "marks.py", "script.py")
    source = "".join((grammar / name).read_text(encoding="utf-8") for name in names)
    codes = set(re.findall(r'"([A-Z]+_[A-Z_]+)"', source)) - {"MOST_MEMBERS"}  # a name the module exports
    assert len(codes) > 12
    for code in codes:
        english, chinese = note_words(Note(code)), note_words(Note(code), "zh")
        assert english != code and chinese != english, code


REAL: list[tuple[str, str, set[str]]] = [
    ("results_us_ny_spice/spice.csv", "RESULT", {"numeric", "not_detected"}),
    ("results_us_nyc/metals_in_products.csv", "CONCENTRATION", {"numeric", "not_detected"}),
    ("results_ca_pei/pesticides_water.csv", "Result", {"numeric", "censored"}),
    ("results_us_fda/baby_food_compliance.csv", "reported_value", {"numeric", "not_detected"}),
    ("results_us_fda/infant_formula_survey.csv", "reported_value", {"numeric", "not_detected"}),
    ("results_us_fda/apple_juice_arsenic_speciation.csv", "inorganic_as_raw", {"numeric", "trace"}),
    ("results_et_literature/pest_raw.csv", "Mean", {"numeric", "not_detected"}),
    ("border_au_ifis/failing_foods.csv", "result_text",
     {"numeric", "list", "qualitative", "not_measured", "censored"}),
]


@pytest.mark.parametrize(("name", "column", "expected"), REAL, ids=[row[0] for row in REAL])
def test_texts_of_real_laboratories_are_read_or_refused_with_a_note(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, column: str, expected: set[str]
) -> None:
    shared = Path(os.environ.get("LIMS_SHARED") or Path(__file__).resolve().parents[3] / "shared")
    path = shared / "data" / name
    if not path.is_file():
        pytest.skip(f"{path} is not there; set LIMS_SHARED to the folder of shared test data")
    with path.open(encoding="utf-8", errors="replace", newline="") as stream:
        texts = [row[column] or "" for row in csv.DictReader(stream)]
    sent = "\n".join(json.dumps(one) for one in texts).encode()
    code, answers, _ = run(monkeypatch, capsys, sent, "--decimal", ".", "--minus-one-is-nd")
    assert code == 0
    assert [answer["text"] for answer in answers] == texts
    odd = {answer["text"]: answer["note"] for answer in answers if answer["status"] not in expected}
    assert all(odd.values()), odd
    assert len(odd) <= max(1, len(set(texts)) // 10), odd
