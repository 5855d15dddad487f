"""What is wrong with a field of a recipe, in the reader's language; what is not known here is shown as it was said."""

from __future__ import annotations

import re

from flask_babel import lazy_gettext as _l

_SAID = (
    (r"missing", _l("it is missing")),
    (r"missing, here and for the whole form", _l("it is missing, here and for the whole form")),
    (r"unknown; known are (?P<known>.+)", _l("nobody knows this word; known are %(known)s")),
    (r"expected one of (?P<known>.+)", _l("it must be one of %(known)s")),
    (r"expected some of (?P<known>.+)", _l("it must be some of %(known)s")),
    (r"expected a text of at most (?P<most>\d+) characters", _l("a text of at most %(most)s characters is needed")),
    (r"expected a whole number from (?P<least>\d+) to (?P<most>\d+)",
     _l("a whole number from %(least)s to %(most)s is needed")),
    (r"expected an object", _l("an object { } is needed")),
    (r"expected a list(?: of words, or a regex instead)?", _l("a list [ ] is needed")),
    (r"expected an address like B12", _l("an address like B12 is needed")),
    (r"expected a format like (?P<like>.+)", _l("a format like %(like)s is needed")),
    (r"expected true or false", _l("true or false is needed")),
    (r"at least one(?: .+)?", _l("at least one is needed")),
    (r"without a header every column is a number", _l("without a header every column is told by its number")),
    (r"either a label or a regex", _l("either a label or a pattern is needed")),
    (r"either value_column or value_column_regex", _l("either the name or a pattern of the value column is needed")),
    (r"either results line by line, or a section with a table",
     _l("either results line by line or a section with a table is needed")),
    (r"the decimal mark groups nothing", _l("the decimal mark cannot part thousands")),
)  # fmt: skip
_KNOWN = tuple((re.compile(pattern), words) for pattern, words in _SAID)


def because(text: str) -> str:
    """The reason of a RecipeError in words."""
    for pattern, words in _KNOWN:
        found = pattern.fullmatch(text)
        if found is not None:
            return str(words) % found.groupdict() if found.groupdict() else str(words)
    return text
