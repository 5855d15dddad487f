"""What identifies a sample: its identifier, its name, or the data file that was recorded for it."""

from __future__ import annotations

import re

# Day, month and year in any order. Dashes count only after a four-digit year: 1-16-22 may well be a number.
_DATE = re.compile(r"^(?:[0-3]?\d[/.][0-3]?\d[/.](?:\d{2}|\d{4})|(?:19|20)\d{2}[/.-][01]?\d[/.-][0-3]?\d)$")
_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,4}$")


def is_date(text: str) -> bool:
    return bool(_DATE.match(text))


def is_dashes(text: str) -> bool:
    return bool(text) and set(text) <= {"-"}


def file_name(path: str) -> str:
    """The last part of a path, whichever way its slashes lean."""
    return re.split(r"[\\/]", path.strip().rstrip("\\/"))[-1]


def stem(path: str) -> str:
    """The file's name without its extension."""
    name = file_name(path)
    return _EXTENSION.sub("", name) or name
