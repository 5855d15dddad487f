"""Codes to words: reasons, states, verbs, roles and verdicts in the reader's language, from two tables that ship."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lims.domain.rules.errors import LimsError, Refused
from lims.domain.rules.refusal import Refusal


@dataclass(frozen=True)
class Word:
    """A code's word with the glyph and hue that always go with it on screens."""

    text: str
    glyph: str = ""
    hue: str = "muted"


class _Blank(dict[str, str]):
    """Parameters that a message names and an error did not give stay empty instead of failing."""

    def __missing__(self, key: str) -> str:
        return ""


def table(name: str) -> list[dict[str, str]]:
    text = files("lims").joinpath("translations", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="|", quoting=csv.QUOTE_NONE))


@cache
def reasons() -> Mapping[str, dict[str, str]]:
    return {row["code"]: row for row in table("reasons.csv")}


@cache
def words() -> Mapping[tuple[str, str], dict[str, str]]:
    return {(row["kind"], row["code"]): row for row in table("words.csv")}


def say(item: Refusal | LimsError | str, language: str) -> str:
    """One reason in words; a code without words shows itself, so that nothing is hidden."""
    code = item if isinstance(item, str) else item.code
    params: Mapping[str, Any] = {} if isinstance(item, str) else item.params
    row = reasons().get(code)
    if row is None:
        return " ".join([code, *(f"{key}={value}" for key, value in params.items())])
    return row[language].format_map(_Blank({key: _worded(key, value, language) for key, value in params.items()}))


_KIND_OF_PARAM = {"duty": "role", "other": "role", "state": "state", "verb": "verb", "gap": "", "fact": "fact",
                  "characteristic": "characteristic", "check": "check_kind", "counted": "use_unit"}
_OF_A_KEY = ("characteristic", "nonconformity")
"""The parts of what lots are inspected for: ``SEAMS/major``."""


def _worded(key: str, value: Any, language: str) -> str:
    if isinstance(value, Mapping) and "code" in value:  # a reason within a reason
        return say(Refusal(str(value["code"]), value.get("params") or {}), language)
    kind = _KIND_OF_PARAM.get(key)
    if kind is None:
        return str(value)
    if not kind:
        return say(str(value), language)
    if kind == "characteristic":
        parts = zip(_OF_A_KEY, str(value).split("/"), strict=False)
        return " · ".join(word(of, code, language).text for of, code in parts)
    return word(kind, str(value), language).text


def say_all(error: LimsError | Iterable[Refusal], language: str) -> list[str]:
    """Every reason that an error carries."""
    found = error.refusals if isinstance(error, Refused) else [error] if isinstance(error, LimsError) else error
    return [say(item, language) for item in found]


def word(kind: str, code: str, language: str) -> Word:
    row = words().get((kind, code))
    return Word(row[language], row["glyph"], row["hue"] or "muted") if row else Word(code)
