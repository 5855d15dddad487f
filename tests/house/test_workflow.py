"""Every cell of every workflow: what the table allows goes where it says, all else is refused with its reason."""

from __future__ import annotations

import csv
from collections import Counter
from types import SimpleNamespace

import pytest

from lims.domain.rules.errors import Refused
from lims.domain.rules.permissions import ACTION_OF, duty_pairs, matrix
from lims.domain.rules.refusal import Refusal
from lims.domain.rules.workflow import find, open_verbs, states, verbs
from lims.persistence.base import Audited, Base
from lims.persistence.tables import metadata
from lims.services.transition import Over, act
from tests.house.sources import ROOT


def _rows() -> list[dict[str, str]]:
    with (ROOT / "lims/domain/rules/states.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = _rows()
ALLOWED = {(row["noun"], source, row["verb"]): row for row in ROWS for source in row["from"].split("|")}
NOUNS = tuple(dict.fromkeys(row["noun"] for row in ROWS))
STATES = {
    noun: sorted({part for row in ROWS if row["noun"] == noun for part in (*row["from"].split("|"), row["to"])}
                 - {"", "="})
    for noun in NOUNS
}
VERBS = {noun: sorted({row["verb"] for row in ROWS if row["noun"] == noun}) for noun in NOUNS}
CELLS = [(noun, state, verb) for noun in NOUNS for state in ("", *STATES[noun]) for verb in VERBS[noun]]


@pytest.mark.parametrize(("noun", "state", "verb"), CELLS, ids=lambda part: part or "new")
def test_a_cell_is_what_the_table_says(noun: str, state: str, verb: str) -> None:
    found = find(noun, state, verb)
    row = ALLOWED.get((noun, state, verb))
    if row is None:
        assert isinstance(found, Refusal)
        assert (found.code, found.params["state"], found.params["verb"]) == ("NOT_IN_THIS_STATE", state, verb)
        return
    assert not isinstance(found, Refusal)
    assert found.goes_to(state) == (state if row["to"] == "=" else row["to"])
    assert found.duties == frozenset(filter(None, row["duty"].split("|")))
    assert (found.signs, found.wants_reason) == (row["sign"] == "sign", "reason" in row["needs"])


@pytest.mark.parametrize(("noun", "state", "verb"), [cell for cell in CELLS if cell not in ALLOWED],
                         ids=lambda part: part or "new")
def test_the_writer_of_states_refuses_what_the_table_does_not_name(noun: str, state: str, verb: str) -> None:
    row = SimpleNamespace(noun=noun, state=state or None)
    with pytest.raises(Refused) as refused:
        act(None, row, verb, Over())  # type: ignore[arg-type]  # refused before anything is asked of the transaction
    assert refused.value.code == "NOT_IN_THIS_STATE"
    assert row.state == (state or None)


@pytest.mark.parametrize("noun", NOUNS)
def test_states_and_verbs_are_those_of_the_table(noun: str) -> None:
    assert sorted(states(noun)) == STATES[noun]
    assert sorted(verbs(noun)) == VERBS[noun]
    for state in STATES[noun]:
        assert set(open_verbs(noun, state)) == {verb for one, there, verb in ALLOWED if (one, there) == (noun, state)}


def test_no_cell_is_named_twice() -> None:
    named = Counter((row["noun"], source, row["verb"]) for row in ROWS for source in row["from"].split("|"))
    assert [cell for cell, times in named.items() if times > 1] == []


@pytest.mark.parametrize("noun", NOUNS)
def test_every_state_can_be_reached_from_the_beginning(noun: str) -> None:
    reached, waiting = set(), [""]
    while waiting:
        state = waiting.pop()
        for (one, source, _), row in ALLOWED.items():
            target = state if row["to"] == "=" else row["to"]
            if (one, source) == (noun, state) and target not in reached:
                reached.add(target)
                waiting.append(target)
    assert reached - {""} == set(STATES[noun])


@pytest.mark.parametrize("row", [row for row in ROWS if row["duty"]], ids=lambda row: f"{row['noun']}-{row['verb']}")
def test_what_people_do_stands_under_a_written_right(row: dict[str, str]) -> None:
    action = ACTION_OF.get((row["noun"], row["verb"]))
    assert action in matrix()
    assert matrix()[str(action)], "a right that nobody holds"


def test_rights_are_only_given_over_verbs_that_exist() -> None:
    known = {(row["noun"], row["verb"]) for row in ROWS}
    assert set(ACTION_OF) - known == set()


def test_duties_kept_apart_are_duties_that_somebody_does() -> None:
    done = {duty for row in ROWS for duty in row["duty"].split("|") if duty}
    inside = {"sampler", "disposer_1", "disposer_2"}  # parts of an act: drawing, and the two people of a disposal
    written = {duty for pair in duty_pairs() for duty in (pair.first, pair.second)}
    assert written - done == inside


def test_every_noun_of_the_table_that_has_rows_has_a_state_column() -> None:
    assert metadata is Base.metadata
    rows = {mapper.class_.noun: mapper for mapper in Base.registry.mappers if issubclass(mapper.class_, Audited)}
    kept = [noun for noun in NOUNS if noun in rows]
    assert {"request", "lot", "sample", "analysis", "certificate"} <= set(kept)
    assert [noun for noun in kept if "state" not in rows[noun].columns] == []
