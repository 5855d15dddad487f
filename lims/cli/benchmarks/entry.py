"""Typed results read by the one grammar, against one regular expression that takes the simplest of them apart."""

from __future__ import annotations

import re

from lims.cli.benchmarks.timing import Measured, ratio
from lims.domain.numbers.entry import read_entry

EACH, ROUNDS = 360, 25
FORMS = {
    "numbers": ("0.21", "0.21 mg/kg", "12.5 ug/kg", "3300 mg/kg", "{n}.4", "7.{n}", "1.2e-3 mg/L", "{n}", "6.8 pH"),
    "censored": ("<0.01", "< 0.05 mg/kg", "<10 CFU/g", ">110", ">2400 MPN/100mL", "<LOQ", "<0.{n}"),
    "words": ("ND", "Not Detected", "未检出", "BQL", "TR", "Detected", "阴性", "N/A"),
    "lists": ("<10, 240, <10, 93, <10 MPN/g", "Detected/125g", "{n} ± 0.3 mg/kg"),
    "full-width": ("０．２１ｍｇ／ｋｇ", "＜０．０５", "０．{n}％", "１２．５ ｍｇ／Ｌ"),
}
"""As they stand in the files of border laboratories; ``{n}`` is another number each time, so that nothing is kept."""
PATTERN = re.compile(
    r"\s*(?P<qualifier><=|>=|<|>|≤|≥)?\s*(?P<number>[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)?"
    r"\s*(?P<unit>[^\s0-9][^\s]*)?(?P<rest>.*)",
    re.DOTALL,
)


def measure(each: int = EACH, rounds: int = ROUNDS) -> list[Measured]:
    """All forms in equal shares, which is harder than any file of results, and each form by itself."""
    mixed = [text for form in FORMS for text in texts(form, each)]
    found = [_against(mixed, "entry", "12", rounds)]
    return found + [_against(texts(form, each), f"entry, {form} only", "reported", rounds) for form in FORMS]


def texts(form: str, count: int) -> list[str]:
    forms = FORMS[form]
    return [forms[number % len(forms)].replace("{n}", str(number + 11)) for number in range(count)]


def _against(these: list[str], name: str, target: str, rounds: int) -> Measured:
    found = ratio(lambda: [read_entry(text) for text in these], lambda: [floor(text) for text in these], rounds)
    return Measured(name, found, target, "one compiled expression over the same text, its groups taken")


def floor(text: str) -> tuple[str | None, ...]:
    found = PATTERN.fullmatch(text)
    assert found is not None
    return found.groups()
