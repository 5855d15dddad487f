"""Whatever is shown has words in both languages, with the same places to fill in each."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from lims.domain.rules.workflow import states, transitions, verbs
from tests.house.sources import ROOT, Source, modules

TRANSLATIONS = ROOT / "lims" / "translations"
PO_FILES = sorted(TRANSLATIONS.glob("**/*.po"))
TABLES = sorted(TRANSLATIONS.glob("**/*.csv"))
PERCENT = re.compile(r"%\(\w+\)[a-z]|%[sd]")


def faults_of_po(content: bytes) -> list[str]:
    """Messages that a reader would see untranslated, unsure, or with a place that nothing fills."""
    return [fault for message in read_po(BytesIO(content)) if message.id for fault in _faults(message)]


def _faults(message: Message) -> Iterator[str]:
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    if not all(strings):
        yield f"untranslated: {ids[0]!r}"
        return
    if message.fuzzy:
        yield f"unsure: {ids[0]!r}"
    wanted = places(ids[-1])
    yield from (f"other places: {ids[0]!r}" for text in strings if places(text) != wanted)


def places(text: str) -> list[str]:
    """The places to fill, in any order: ``%(name)s`` and ``{name}``."""
    named = (name for _, name, _, _ in Formatter().parse(text) if name) if _is_format(text) else ()
    return sorted([*PERCENT.findall(text), *(f"{{{name}}}" for name in named)])


def _is_format(text: str) -> bool:
    return text.count("{") == text.count("}") and "{" in text


def faults_of_table(text: str) -> list[str]:
    """Rows of a table of words that lack a language, stand twice, or name other places in the other language."""
    rows = list(csv.DictReader(text.splitlines(), delimiter="|", quoting=csv.QUOTE_NONE))
    keys = [(row.get("kind", ""), row["code"]) for row in rows]
    twice = [f"twice: {key}" for key in dict.fromkeys(keys) if keys.count(key) > 1]
    empty = [f"empty: {row['code']}" for row in rows if not (row["zh"] or "").strip() or not (row["en"] or "").strip()]
    other = [f"other places: {row['code']}" for row in rows
             if row["zh"] and row["en"] and set(places(row["zh"])) != set(places(row["en"]))]
    return twice + empty + other


@pytest.mark.parametrize("path", PO_FILES, ids=lambda path: path.relative_to(TRANSLATIONS).as_posix())
def test_a_translation_is_complete(path: Path) -> None:
    assert faults_of_po(path.read_bytes()) == []


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.relative_to(TRANSLATIONS).as_posix())
def test_a_table_of_words_speaks_both_languages(path: Path) -> None:
    assert faults_of_table(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(("entry", "fault"), [
    ('msgid "Sample"\nmsgstr ""', "untranslated"),
    ('#, fuzzy\nmsgid "Sample"\nmsgstr "样品"', "unsure"),
    ('msgid "Sample %(no)s"\nmsgstr "样品"', "other places"),
    ('msgid "Sample {no}"\nmsgstr "样品 {number}"', "other places"),
    ('msgid "%(n)d day"\nmsgid_plural "%(n)d days"\nmsgstr[0] "天"', "other places"),
])
def test_a_planted_fault_of_a_translation_is_found(entry: str, fault: str) -> None:
    head = 'msgid ""\nmsgstr ""\n"Language: zh\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    assert [found.partition(":")[0] for found in faults_of_po((head + entry + "\n").encode())] == [fault]
    assert faults_of_po((head + 'msgid "{a} of %(b)s"\nmsgstr "%(b)s 之 {a}"\n').encode()) == []


@pytest.mark.parametrize(("row", "fault"), [
    ("A||nothing in Chinese", "empty"),
    ("A|只有中文|", "empty"),
    ("A|样品 {no}|sample", "other places"),
    ("A|样品|sample\nA|样品|sample", "twice"),
])
def test_a_planted_fault_of_a_table_is_found(row: str, fault: str) -> None:
    assert [found.partition(":")[0] for found in faults_of_table(f"code|zh|en\n{row}")] == [fault]


REASONS = re.compile(r"[A-Z][A-Z0-9_]+")
MAKERS = frozenset({
    "refusal", "Refusal", "BadInput", "NotFound", "Forbidden", "Conflict", "Malformed", "NotInstalled", "FileRefused",
    "NotRecognised", "TooManyTries", "Unprocessable", "Unproven", "PreconditionFailed",
})
"""Whatever makes a reason for people; faults of the program are not among them."""


def codes(source: Source) -> dict[str, str]:
    """Codes of reasons that a file makes -> where."""
    found = {}
    for call in (node for node in ast.walk(source.tree) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        first = call.args[0] if call.args else None
        if name in MAKERS and isinstance(first, ast.Constant) and REASONS.fullmatch(str(first.value)):
            found[str(first.value)] = f"{source.path}:{call.lineno}"
    return found


def test_every_reason_that_the_code_gives_has_words() -> None:
    known = set(_column("reasons.csv", "code"))
    given = {code: place for source in modules() for code, place in codes(source).items()}
    assert len(given) > 50
    assert {code: place for code, place in given.items() if code not in known} == {}


def test_every_state_and_every_verb_has_words() -> None:
    known = set(zip(_column("words.csv", "kind"), _column("words.csv", "code"), strict=True))
    nouns = {move.noun for move in transitions()}
    wanted = {("state", state) for noun in nouns for state in states(noun)}
    wanted |= {("verb", verb) for noun in nouns for verb in verbs(noun)}
    assert wanted - known == set()


def test_a_reason_is_found_where_it_is_given() -> None:
    text = 'raise Refused(refusal("TOO_LATE", by=1))\nraise NotFound("NO_SAMPLE")\nprint("HELLO")\nrefusal(code)'
    assert set(codes(Source("lims/x.py", text))) == {"TOO_LATE", "NO_SAMPLE"}


def _column(table: str, name: str) -> list[str]:
    text = (TRANSLATIONS / table).read_text(encoding="utf-8")
    return [row[name] for row in csv.DictReader(text.splitlines(), delimiter="|", quoting=csv.QUOTE_NONE)]


def said_in_pages() -> set[str]:
    """Every string that a page or a module marks for translation, lazily or at once."""
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    keywords = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(str(ROOT / "lims"), methods, keywords=keywords, strip_comment_tags=True)
    return {one if isinstance(one, str) else one[0] for _, _, one, _, _ in found}


def test_every_string_of_a_page_is_in_every_translation() -> None:
    said = said_in_pages()
    assert len(said) > 600
    for path in (ROOT / "lims" / "translations").glob("*/LC_MESSAGES/messages.po"):
        known = {message.id if isinstance(message.id, str) else message.id[0] for message in read_po(path.open("rb"))}
        assert sorted(said - known) == [], path
