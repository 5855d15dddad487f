"""The states of every noun and the verbs that move them, read once from states.csv.

It says what may follow what; who may do it is permissions.py, and what else must be true is the noun's own file.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from lims.domain.rules.refusal import Refusal, refusal

STAYS = "="


@dataclass(frozen=True)
class Transition:
    """One cell of the table: ``noun`` in one of ``sources`` may ``verb`` to ``target``."""

    noun: str
    sources: frozenset[str]
    verb: str
    target: str
    duties: frozenset[str]
    """The duty the act counts as (duties.csv); empty when the system does it inside another act."""
    needs: str
    signs: bool
    """A signing act: the actor proves identity again and states a meaning."""

    @property
    def by_system(self) -> bool:
        return not self.duties

    @property
    def wants_reason(self) -> bool:
        return "reason" in self.needs

    def goes_to(self, state: str) -> str:
        return state if self.target == STAYS else self.target


def read_table(name: str) -> list[dict[str, str]]:
    """Rows of one of the rule tables that ship beside this file."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def transitions() -> tuple[Transition, ...]:
    return tuple(
        Transition(
            noun=row["noun"],
            sources=frozenset(filter(None, row["from"].split("|"))),
            verb=row["verb"],
            target=row["to"],
            duties=frozenset(filter(None, row["duty"].split("|"))),
            needs=row["needs"],
            signs=bool(row["sign"]),
        )
        for row in read_table("states.csv")
    )


@cache
def _cells() -> Mapping[tuple[str, str, str], Transition]:
    """Every (noun, state, verb) that exists; a noun without a state yet stands under the empty state."""
    return {(move.noun, state, move.verb): move for move in transitions() for state in (move.sources or {""})}


def find(noun: str, state: str | None, verb: str) -> Transition | Refusal:
    """The transition, or the reason why this verb is not of this state."""
    move = _cells().get((noun, state or "", verb))
    if move is None:
        return refusal("NOT_IN_THIS_STATE", noun=noun, state=state or "", verb=verb)
    return move


@cache
def states(noun: str) -> tuple[str, ...]:
    """All states of a noun, in the order in which the table first names them."""
    seen: dict[str, None] = {}
    for move in transitions():
        if move.noun == noun:
            seen.update(dict.fromkeys(sorted(move.sources)))
            if move.target != STAYS:
                seen[move.target] = None
    return tuple(seen)


@cache
def verbs(noun: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(move.verb for move in transitions() if move.noun == noun))


def open_verbs(noun: str, state: str) -> tuple[str, ...]:
    """What may be done to a noun in this state, in the order of the table."""
    return tuple(v for v in verbs(noun) if (noun, state, v) in _cells())
