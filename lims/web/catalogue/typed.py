"""What was typed into a form of this room, as values; a malformed date is named, never guessed."""

from __future__ import annotations

from datetime import date

from flask import request

from lims.domain.rules.errors import BadInput

LONGEST_NUMBER = 9
"""Digits of the largest whole number that any form asks for; every database keeps that many."""


def text(name: str) -> str:
    return request.form.get(name, "").strip()


def day(name: str) -> date | None:
    typed = text(name)
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise BadInput("NOT_A_DATE", field=name, value=typed) from None


def needed_day(name: str) -> date:
    found = day(name)
    if found is None:
        raise BadInput("FIELD_NEEDED", field=name)
    return found


def count(name: str) -> int | None:
    """A whole number or nothing; what is typed and is no number is named."""
    found = whole(name)
    if found is None and text(name):
        raise BadInput("NOT_A_NUMBER", field=name, text=text(name)[:60])
    return found


def whole(name: str) -> int | None:
    typed = text(name)
    if not (typed.isascii() and typed.isdigit()):
        return None
    if len(typed) > LONGEST_NUMBER:
        raise BadInput("NOT_A_NUMBER", field=name, text=typed[:60])
    return int(typed)
