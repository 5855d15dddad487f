"""Analytes that are sums: none may be a member of itself, directly or by way of other sums. It knows no results."""

from __future__ import annotations

from collections.abc import Mapping

from lims.domain.rules.errors import BadInput


def members_of(content: Mapping[str, str]) -> tuple[str, ...]:
    """Codes of the members as they are stored, joined by ``+``."""
    return tuple(filter(None, (part.strip() for part in (content.get("sum_members") or "").split("+"))))


def check_among(code: str, content: Mapping[str, str], others: Mapping[str, Mapping[str, str]]) -> None:
    """Every way down from the sum must end; raises BadInput with the way that comes back to it.

    Only the sum itself is sought again: circles that do not lead through it were refused when they were closed.
    """
    way: dict[str, str] = {}
    open_ = [(code, member) for member in members_of(content)]
    while open_:
        above, member = open_.pop()
        if member == code:
            path = [member, above]
            while path[-1] != code:
                path.append(way[path[-1]])
            raise BadInput("CIRCULAR_DEFINITION", field="sum_members", member=member, path=" > ".join(reversed(path)))
        if member not in way:
            way[member] = above
            open_ += [(member, inner) for inner in members_of(others.get(member, {}))]
