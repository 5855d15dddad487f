"""The catalogue on a real database: seeding, four eyes over every change, facts on a day, registers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, func, select

from lims.domain import disposition
from lims.domain.reference import KINDS
from lims.domain.rules.actor import SYSTEM, Actor
from lims.domain.rules.errors import BadInput, Conflict, Forbidden, LimsError, Refused
from lims.persistence.account import UserRow
from lims.persistence.catalogue import ReferenceVersionRow
from lims.persistence.schema import upgrade
from lims.persistence.session import make_engine
from lims.persistence.trail import EventRow, broken
from lims.services import catalogue, equipment, equipment_check, facts, register
from lims.services.catalogue import ProposeVersion, seed_rows
from lims.services.equipment import Identity
from lims.services.equipment_check import RecordCheck
from lims.services.reading import catalogue as shelves
from lims.services.reading import equipment as instruments
from lims.services.reading import look_back as look_backs
from lims.services.reading import register as books
from lims.services.transaction import Installation, Signature, Transaction, transaction, view

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
KATE = Actor(1, "Kate", frozenset({"catalogue"}))
BOTH = Actor(2, "Both", frozenset({"catalogue", "quality"}))
QUENTIN = Actor(3, "Quentin", frozenset({"quality"}))
RITA = Actor(4, "Rita", frozenset({"reception"}))
MAX = Actor(5, "Max", frozenset())
CD_IN_RICE = "L0024"


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the seed and five people, copied by every test that writes."""
    home = tmp_path_factory.mktemp("seeded")
    place = _place(home)
    with transaction(place, SYSTEM, NOW, "seed") as tx:
        catalogue.seed(tx)
        for actor in (KATE, BOTH, QUENTIN, RITA, MAX):
            name = actor.name.lower()
            tx.add(
                UserRow(id=actor.id, email=f"{name}@lab", username=name, fs_uniquifier=name, name_en=actor.name), "add"
            )
    place.engine.dispose()  # closing the last connection brings the log home into the one file
    return home / "lims.db"


@pytest.fixture
def place(seeded: Path, tmp_path: Path) -> Iterator[Installation]:
    (tmp_path / "lims.db").write_bytes(seeded.read_bytes())
    here = _place(tmp_path)
    yield here
    here.engine.dispose()


def _place(home: Path) -> Installation:
    engine = make_engine(f"sqlite:///{home / 'lims.db'}")
    upgrade(engine)
    return Installation(engine, home, ZoneInfo("Asia/Shanghai"))


def by(place: Installation, actor: Actor, signs: bool = False) -> AbstractContextManager[Transaction]:
    signature = Signature(actor.id, "released") if signs else None
    return transaction(place, actor, NOW, "test", signature)


def a_change(place: Installation, **other: Any) -> ProposeVersion:
    with view(place, KATE, NOW) as tx:
        row = tx.session.scalar(select(ReferenceVersionRow).where(ReferenceVersionRow.code == CD_IN_RICE))
        content = {**row.content, "value": "0.15"}
    cmd = ProposeVersion("limit", CD_IN_RICE, content, date(2027, 1, 1), None, "GB 2762-2026")
    return replace(cmd, **other)


def refused(caught: pytest.ExceptionInfo[LimsError]) -> list[str]:
    error = caught.value
    return [reason.code for reason in error.refusals] if isinstance(error, Refused) else [error.code]


def test_every_row_of_the_seed_is_released_once_with_its_event(place: Installation) -> None:
    kinds = KINDS.values()
    with view(place, KATE, NOW) as tx:
        assert shelves.counts(tx) == {kind.kind: len(seed_rows(kind.file)) for kind in kinds}
        columns = (ReferenceVersionRow.state, ReferenceVersionRow.number, ReferenceVersionRow.proposed_by)
        states = tx.session.execute(select(*columns).distinct()).all()
        assert [tuple(row) for row in states] == [("released", 1, 0)]
        events = tx.session.scalars(select(EventRow).where(EventRow.object_type == "reference_version")).all()
        assert len(events) == sum(shelves.counts(tx).values())
        assert {(one.verb, broken(one, "0" * 64, 1)) for one in events} == {("install", None)}


def test_seeding_again_adds_nothing(place: Installation) -> None:
    with by(place, SYSTEM) as tx:
        assert set(catalogue.seed(tx).values()) == {0}


def test_only_the_system_seeds(place: Installation) -> None:
    with by(place, SYSTEM) as tx:
        tx.session.execute(ReferenceVersionRow.__table__.delete().where(ReferenceVersionRow.code == "RICE"))
    with pytest.raises(Forbidden), by(place, KATE) as tx:
        catalogue.seed(tx)


def test_every_shipped_item_can_be_read_as_what_it_is(place: Installation) -> None:
    for kind in KINDS.values():
        for record in seed_rows(kind.file):
            kind.check(record[kind.key], record)


def test_a_version_is_not_released_by_its_author(place: Installation) -> None:
    with by(place, BOTH) as tx:
        new = catalogue.propose(tx, a_change(place))
    with pytest.raises(Refused) as caught, by(place, BOTH, signs=True) as tx:
        catalogue.release(tx, new.id)
    assert refused(caught) == ["DUTIES_APART"]


def test_a_release_is_a_signing_act(place: Installation) -> None:
    with by(place, KATE) as tx:
        new = catalogue.propose(tx, a_change(place))
    with pytest.raises(Refused) as caught, by(place, QUENTIN) as tx:
        catalogue.release(tx, new.id)
    assert refused(caught) == ["SIGNATURE_NEEDED"]


def test_a_release_closes_the_former_version_the_day_before(place: Installation) -> None:
    with by(place, KATE) as tx:
        new = catalogue.propose(tx, a_change(place))
    with by(place, QUENTIN, signs=True) as tx:
        catalogue.release(tx, new.id)
    with view(place, KATE, NOW) as tx:
        assert facts.limit(tx, CD_IN_RICE, date(2026, 12, 31)).value == "0.2"
        assert facts.limit(tx, CD_IN_RICE, date(2027, 1, 1)).value == "0.15"
        former = tx.session.scalar(
            select(ReferenceVersionRow).where(ReferenceVersionRow.code == CD_IN_RICE, ReferenceVersionRow.number == 1)
        )
        assert (former.valid_to, former.state) == (date(2026, 12, 31), "released")
        verbs = tx.session.scalars(
            select(EventRow.verb).where(EventRow.object_no == CD_IN_RICE).order_by(EventRow.id)
        ).all()
        assert verbs == ["install", "propose", "release", "succeed"]


def test_a_proposed_or_rejected_version_is_in_force_on_no_day(place: Installation) -> None:
    with by(place, KATE) as tx:
        new = catalogue.propose(tx, a_change(place, valid_from=None))
    with view(place, KATE, NOW) as tx:
        assert facts.limit(tx, CD_IN_RICE, TODAY).version == 1
    with by(place, QUENTIN) as tx:
        catalogue.reject(tx, new.id, "figure not found in the standard")
    with view(place, KATE, NOW) as tx:
        assert facts.limit(tx, CD_IN_RICE, TODAY).version == 1


def test_a_version_whose_time_is_over_is_not_released(place: Installation) -> None:
    with by(place, KATE) as tx:
        new = catalogue.propose(tx, a_change(place, valid_from=None, valid_to=date(2026, 1, 1)))
    with pytest.raises(Refused) as caught, by(place, QUENTIN, signs=True) as tx:
        catalogue.release(tx, new.id)
    assert refused(caught) == ["VALIDITY_OVER"]


def test_one_version_waits_at_a_time(place: Installation) -> None:
    with by(place, KATE) as tx:
        catalogue.propose(tx, a_change(place))
    with pytest.raises(Refused) as caught, by(place, BOTH) as tx:
        catalogue.propose(tx, a_change(place))
    assert refused(caught) == ["VERSION_WAITS_ALREADY"]


def test_a_retired_item_stays_in_force_through_its_last_day(place: Installation) -> None:
    with by(place, QUENTIN) as tx:
        row = facts.limit(tx, CD_IN_RICE, TODAY)
        catalogue.retire(tx, row.id, TODAY, "withdrawn standard")
    with view(place, KATE, NOW) as tx:
        assert facts.limit(tx, CD_IN_RICE, TODAY) is not None
        assert facts.limit(tx, CD_IN_RICE, date(2026, 11, 25)) is None


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"kind": "price"}, "UNKNOWN_CHOICE"),
        ({"reason": " "}, "FIELD_NEEDED"),
        ({"code": ""}, "FIELD_NEEDED"),
        ({"valid_to": date(2026, 12, 1)}, "RANGE_ENDS"),
        ({"content": {"colour": "red"}}, "UNKNOWN_FIELD"),
        ({"content": {}}, "FIELD_NEEDED"),
    ],
)
def test_what_cannot_stand_is_not_proposed(place: Installation, other: dict[str, Any], code: str) -> None:
    with pytest.raises(BadInput) as caught, by(place, KATE) as tx:
        catalogue.propose(tx, a_change(place, **other))
    assert caught.value.code == code


def test_a_limit_points_at_items_of_the_catalogue(place: Installation) -> None:
    cmd = a_change(place)
    with pytest.raises(BadInput) as caught, by(place, KATE) as tx:
        catalogue.propose(tx, replace(cmd, content={**cmd.content, "analyte": "XX"}))
    assert (caught.value.code, caught.value.params["field"]) == ("NOT_IN_THE_CATALOGUE", "analyte")


def test_who_has_no_right_changes_nothing(place: Installation) -> None:
    for actor in (MAX, QUENTIN, RITA):
        with pytest.raises(Forbidden), by(place, actor) as tx:
            catalogue.propose(tx, a_change(place))


def test_a_line_is_proposed_by_product_or_by_hs_code(place: Installation) -> None:
    with view(place, KATE, NOW) as tx:
        by_code = facts.proposal(tx, "RICE", "CN", TODAY)
        by_hs = facts.proposal(tx, "1006.30.20", "CN", TODAY)
        assert by_code == by_hs
        assert (by_code.product, by_code.category, by_code.gap) == ("RICE", "GRO", "")
        assert [(one.analyte, one.limit.value, one.method.code) for one in by_code.requirements] == [
            ("PB", "0.2", "GB 5009.12-2023"),
            ("CD", "0.2", "GB 5009.15-2023"),
            ("HG", "0.02", "GB 5009.17-2021"),
            ("AS", "0.2", "GB 5009.11-2024"),
            ("AFB1", "10", "GB 5009.22-2016 (HPLC-FLD)"),
        ]


@pytest.mark.parametrize(
    ("wanted", "jurisdiction", "gap"),
    [
        ("0302.11", "CN", "AMBIGUOUS_PRODUCT"),
        ("9999.00", "CN", "UNKNOWN_PRODUCT"),
        ("", "CN", "UNKNOWN_PRODUCT"),
        ("RICE", "TW", "NO_LIMITS"),
    ],
)
def test_what_is_unknown_is_a_gap(place: Installation, wanted: str, jurisdiction: str, gap: str) -> None:
    with view(place, KATE, NOW) as tx:
        found = facts.proposal(tx, wanted, jurisdiction, TODAY)
        assert (found.requirements, found.gap) == ((), gap)


def test_a_proposal_is_a_constant_number_of_queries(place: Installation) -> None:
    counted: list[str] = []
    with view(place, KATE, NOW) as tx:
        tx.session.connection()
        event.listen(place.engine, "before_cursor_execute", lambda c, cur, sql, *rest: counted.append(sql))
        facts.proposal(tx, "RICE", "CN", TODAY)
        few = len(counted)
        facts.proposal(tx, "TEX_A", "CN", TODAY)
        assert (few, len(counted) - few) == (5, 5)


def test_an_asked_for_analysis_takes_the_limit_in_force_and_the_method_named(place: Installation) -> None:
    with view(place, KATE, NOW) as tx:
        found = facts.requirement(tx, "RICE", "CD", "GB 5009.268-2016 (Cd)", "CN", TODAY)
        assert (found.limit.code, found.method.code) == (CD_IN_RICE, "GB 5009.268-2016 (Cd)")
        unlimited = facts.requirement(tx, "RICE", "CR", "GB 5009.123-2023", "CN", TODAY)
        assert unlimited.limit is None
        with pytest.raises(BadInput):
            facts.requirement(tx, "RICE", "CD", "GB 5009.12-2023", "CN", TODAY)


def test_limits_of_the_general_product_are_offered_and_not_proposed(place: Installation) -> None:
    with view(place, KATE, NOW) as tx:
        own = facts.proposal(tx, "CRUST", "CN", TODAY)
        more = facts.offered(tx, "CRUST", "CN", TODAY)
        assert {one.analyte for one in own.requirements} == {"PB", "CD"}
        assert {"CAP", "AOZ"} <= {one.analyte for one in more}
        assert {one.limit.product for one in more} == {"AQU_ANY"}
        assert "IAS" not in {one.analyte for one in facts.offered(tx, "FISH", "CN", TODAY)}
        assert facts.offered(tx, "AQU_ANY", "CN", TODAY) == ()
        asked = facts.requirement(tx, "CRUST", "CAP", "", "CN", TODAY)
        assert (asked.limit.operator, asked.method.code) == ("ND", "GB/T 22338-2008")


def test_the_goods_class_of_a_product_is_its_own_or_that_of_its_category(place: Installation) -> None:
    with view(place, KATE, NOW) as tx:
        classes = [facts.goods_class(tx, code) for code in ("RICE", "SUSPECT_WASTE", "TEX_A", "NOPE")]
        assert classes == ["FOOD", "SOLID_WASTE", "GENERAL", "GENERAL"]


def test_the_disposition_table_answers_from_the_catalogue(place: Installation) -> None:
    with view(place, KATE, NOW) as tx:
        rules = facts.disposition_rules(tx)
        assert disposition.propose(rules, disposition.Facts("CN", "FOOD", "FAIL", "SHE")).rule_id == "FOOD-SHE"
        assert disposition.propose(rules, disposition.Facts("CN", "FOOD", "PASS", "NONE")).disposition == "RELEASE"


def test_search_finds_by_code_by_either_name_and_by_hs_code(place: Installation) -> None:
    with view(place, KATE, NOW) as tx:
        for text in ("RICE", "大米", "Rice", "1006.30", "10063020"):
            assert "RICE" in {one.code for one in shelves.search(tx, text)["product"]}, text
        assert CD_IN_RICE in {one.code for one in shelves.search(tx, CD_IN_RICE)["limit"]}
        assert shelves.search(tx, "100%_") == {}


def test_a_limit_goes_by_the_names_of_its_product_and_its_analyte(place: Installation) -> None:
    with view(place, KATE, NOW) as tx:
        item = shelves.detail(tx, "limit", CD_IN_RICE)
        assert "大米" in item.name_zh
        assert "Cadmium" in item.name_en


def test_lists_are_walked_by_key_without_gaps(place: Installation) -> None:
    with view(place, KATE, NOW) as tx:
        codes: list[str] = []
        after: str | None = ""
        while after is not None:
            page = shelves.listing(tx, "limit", after=after, size=200)
            codes += [one.code for one in page.items]
            after = page.next
        assert codes == sorted({one["limit_id"] for one in seed_rows("limits")})


def test_the_item_page_shows_what_a_release_would_change_and_who_may_not(place: Installation) -> None:
    with by(place, BOTH) as tx:
        catalogue.propose(tx, a_change(place))
    with view(place, BOTH, NOW) as tx:
        item = shelves.detail(tx, "limit", CD_IN_RICE)
    newest = item.versions[0]
    assert [(one.field, one.before, one.after) for one in newest.changes] == [("value", "0.2", "0.15")]
    refusals = {verb.verb: [why.code for why in verb.refusals] for verb in newest.verbs}
    assert refusals["release"] == ["DUTIES_APART"]
    assert [one.in_force for one in item.versions] == [False, True]


def test_an_instrument_is_used_only_in_service_and_in_calibration(place: Installation) -> None:
    with by(place, QUENTIN) as tx:
        what = Identity("石墨炉", "Furnace", "GFAAS")
        equipment.register_instrument(tx, equipment.RegisterInstrument("AAS-1", what))
    with pytest.raises(Refused), by(place, QUENTIN) as tx:
        equipment.put_in_service(tx, "AAS-1", "zero and slope checked")
    with by(place, QUENTIN) as tx:
        passed = RecordCheck("AAS-1", "calibration", date(2026, 1, 5), "", "CAL-26-001", outcome="pass", due=TODAY)
        equipment_check.record(tx, passed)
        equipment.put_in_service(tx, "AAS-1", "zero and slope checked")
    with view(place, QUENTIN, NOW) as tx:
        row = equipment.instrument(tx, "AAS-1")
        assert facts.instrument_refusal(tx, row, TODAY) is None
        assert facts.instrument_refusal(tx, row, date(2026, 11, 25)).code == "CALIBRATION_PAST"
        assert instruments.instruments(tx).items[0].calibration == "soon"
    with by(place, QUENTIN) as tx:
        back = equipment.take_out(tx, "AAS-1", "lamp drifts")
    with view(place, QUENTIN, NOW) as tx:
        assert instruments.instrument(tx, "AAS-1").unfit.code == "INSTRUMENT_NOT_IN_SERVICE"
        assert look_backs.one(tx, back).results == 0


def test_nobody_grants_their_own_competence(place: Installation) -> None:
    grant = register.Authorise("quentin", "test", "GB 5009.15-2023", TODAY, None, "TR-7")
    with pytest.raises(Refused) as caught, by(place, QUENTIN) as tx:
        register.authorise(tx, grant)
    assert refused(caught) == ["OWN_COMPETENCE"]
    with pytest.raises(Forbidden), by(place, KATE) as tx:
        register.authorise(tx, grant)


def test_an_authorisation_holds_for_its_method_and_time(place: Installation) -> None:
    with by(place, QUENTIN) as tx:
        grant = register.Authorise("max", "test", "GB 5009.15-2023", TODAY, None, "TR-7")
        made = register.authorise(tx, grant)
        register.authorise(tx, register.Authorise("max", "sign", "GRO", TODAY, None, "TR-8"))
    with view(place, QUENTIN, NOW) as tx:
        assert facts.may_test(tx, MAX.id, "GB 5009.15-2023", TODAY) is None
        assert facts.may_review(tx, MAX.id, "GB 5009.15-2023", TODAY).code == "NOT_AUTHORISED"
        assert facts.may_sign(tx, MAX.id, "GRO", TODAY) is None
        assert facts.may_sign(tx, MAX.id, "TEX", TODAY).code == "NOT_AUTHORISED"
        assert [one.name for one in books.authorisations(tx, "GB 5009.15-2023")] == ["Max"]
    with by(place, QUENTIN) as tx:
        register.end_authorisation(tx, made, TODAY, "left the section")
    with view(place, QUENTIN, NOW) as tx:
        assert facts.may_test(tx, MAX.id, "GB 5009.15-2023", date(2026, 11, 25)) is not None


def test_marks_follow_the_scope(place: Installation) -> None:
    line = register.AddScope("CNAS", "L0001", "GRO", "GB 5009.15-2023", "*", TODAY, None)
    with by(place, KATE) as tx:
        register.add_scope(tx, line)
    with by(place, SYSTEM) as tx:
        assert catalogue.seed_demo_scope(tx, {"CMA": "DEMO-1"}, TODAY) > 138
    with pytest.raises(Forbidden), by(place, KATE) as tx:
        catalogue.seed_demo_scope(tx, {"CMA": "DEMO-1"}, TODAY)
    with view(place, KATE, NOW) as tx:
        assert facts.marks(tx, "GB 5009.15-2023", "CD", "GRO", TODAY) == (("CMA", "DEMO-1"), ("CNAS", "L0001"))
        assert facts.marks(tx, "GB 5009.12-2023", "PB", "TEX", TODAY) == ()
        assert books.scope(tx).items[0].in_force
    with pytest.raises(BadInput), by(place, KATE) as tx:
        register.add_scope(tx, replace(line, method="GB 5009.15-1999"))


def test_an_organisation_changed_meanwhile_is_not_overwritten(place: Installation) -> None:
    first = register.Organisation("IMP-9", "importer", "九号进口商", "", "CN")
    with by(place, RITA) as tx:
        register.add_organisation(tx, first)
    with view(place, RITA, NOW) as tx:
        seen = books.organisation(tx, "IMP-9")
    assert seen.name_en == "九号进口商"
    with by(place, RITA) as tx:
        register.edit_organisation(tx, replace(first, name_en="Nine", version=seen.version), "name known")
    with pytest.raises(Conflict), by(place, RITA) as tx:
        register.edit_organisation(tx, replace(first, name_en="Neun", version=seen.version), "name known")
    with pytest.raises(BadInput), by(place, RITA) as tx:
        register.add_organisation(tx, first)
    with view(place, RITA, NOW) as tx:
        number = tx.session.scalar(select(func.count()).where(EventRow.object_type == "organisation"))
        assert number == 2
