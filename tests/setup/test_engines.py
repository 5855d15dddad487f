"""What the two engines promise alike: exact digits, the trail, stale writers refused, numbers without gaps."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.attributes import set_committed_value

from lims.domain.rules.actor import SYSTEM
from lims.domain.rules.errors import Conflict
from lims.persistence.counters import take
from lims.persistence.organisation import OrganisationRow
from lims.persistence.schema import differences, upgrade
from lims.persistence.session import make_engine, reading, unit_of_work
from lims.persistence.trail import EventRow, broken
from lims.persistence.types import ExactDecimal
from lims.services.transaction import Transaction, transaction
from tests.builders import Laboratory
from tests.cast import NOW
from tests.engines import Templates


@pytest.mark.parametrize("digits", ["0.50", "0.5", "100", "0.000010", "-3.140", "12345678901234567890.120"])
def test_a_decimal_comes_back_with_the_digits_it_was_stored_with(database_url: str, digits: str) -> None:
    engine = make_engine(database_url)
    table = Table("probe", MetaData(), Column("id", Integer, primary_key=True), Column("value", ExactDecimal))
    table.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(table).values(id=1, value=Decimal(digits)))
    with engine.connect() as connection:
        assert format(connection.scalar(select(table.c.value)), "f") == digits
    engine.dispose()


def test_the_migrated_schema_is_the_one_the_rows_describe(database_url: str) -> None:
    engine = make_engine(database_url)
    assert differences(engine) == []
    engine.dispose()


def test_a_schema_made_after_one_on_another_engine_lacks_nothing(database_url: str, tmp_path: Path) -> None:
    """The library leaves its marks on the models when it makes a schema; a later one must not inherit them."""
    engine = make_engine(f"sqlite:///{tmp_path / 'later.db'}")
    upgrade(engine)
    assert differences(engine) == []
    engine.dispose()


def test_every_event_of_a_seeded_laboratory_follows_from_the_one_before(laboratory: Laboratory) -> None:
    tails: dict[tuple[str, int], tuple[int, str]] = {}
    with reading(laboratory.place.engine) as session:
        for row in session.scalars(select(EventRow).order_by(EventRow.object_type, EventRow.object_id, EventRow.seq)):
            seq, prev = tails.get((row.object_type, row.object_id), (0, "0" * 64))
            assert broken(row, prev, seq + 1) is None
            tails[(row.object_type, row.object_id)] = (row.seq, row.hash)
    assert len(tails) > 100


@pytest.mark.parametrize("statement", ["UPDATE event SET reason = 'other'", "DELETE FROM event"])
def test_an_event_is_neither_changed_nor_removed(laboratory: Laboratory, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), laboratory.place.engine.begin() as connection:
        connection.execute(text(statement))


def test_who_writes_over_a_change_not_seen_is_refused_as_stale(laboratory: Laboratory) -> None:
    with _acting(laboratory) as tx:
        row = _shanghai(tx)
        row.contact = "first"
        tx.record(row, "edit")
    with pytest.raises(Conflict) as refused, _acting(laboratory) as tx:
        row = _shanghai(tx)
        set_committed_value(row, "version", row.version - 1)  # what a page said that was opened before the change
        row.contact = "second"
        tx.record(row, "edit")
    assert refused.value.code == "STALE"
    assert _contact(laboratory) == "first"


@pytest.mark.parametrize("engine_name", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
def test_of_two_transactions_over_one_row_the_later_is_refused(laboratory: Laboratory) -> None:
    with pytest.raises(Conflict) as refused, _acting(laboratory) as late:
        slow = _shanghai(late)
        with _acting(laboratory) as early:
            quick = _shanghai(early)
            quick.contact = "early"
            early.record(quick, "edit")
        slow.contact = "late"
        late.record(slow, "edit")
    assert refused.value.code == "STALE"
    assert _contact(laboratory) == "early"


def test_two_takers_at_once_get_every_number_once_and_leave_no_gap(database_url: str) -> None:
    engine = make_engine(database_url)

    def twenty(_taker: int) -> list[int]:
        taken = []
        for _ in range(20):
            with unit_of_work(engine, SYSTEM, NOW, "numbers") as session:
                taken.append(take(session, "S-2026"))
        return taken

    with ThreadPoolExecutor(2) as pool:
        numbers = [number for part in pool.map(twenty, range(2)) for number in part]
    engine.dispose()
    assert sorted(numbers) == list(range(1, 41))


def test_a_number_that_was_rolled_back_is_given_again(database_url: str) -> None:
    engine = make_engine(database_url)
    with pytest.raises(ZeroDivisionError), unit_of_work(engine, SYSTEM, NOW, "numbers") as session:
        assert take(session, "S-2026") == 1
        raise ZeroDivisionError
    with unit_of_work(engine, SYSTEM, NOW, "numbers") as session:
        assert take(session, "S-2026") == 1
    engine.dispose()


def test_each_test_has_a_laboratory_of_its_own(templates: Templates, tmp_path: Path) -> None:
    with templates.fresh_laboratory(tmp_path / "one") as one, templates.fresh_laboratory(tmp_path / "two") as two:
        with _acting(one) as tx:
            row = _shanghai(tx)
            row.contact = "only here"
            tx.record(row, "edit")
        assert (_contact(one), _contact(two) != "only here") == ("only here", True)
        assert (two.place.home / "keys" / "laboratory.key").exists()


def _acting(laboratory: Laboratory) -> AbstractContextManager[Transaction]:
    return transaction(laboratory.place, SYSTEM, NOW, "engines")


def _shanghai(tx: Transaction) -> OrganisationRow:
    return tx.session.scalars(select(OrganisationRow).where(OrganisationRow.code == "SHA")).one()


def _contact(laboratory: Laboratory) -> str:
    with reading(laboratory.place.engine) as session:
        return str(session.scalar(select(OrganisationRow.contact).where(OrganisationRow.code == "SHA")))
