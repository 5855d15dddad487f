"""The standing cast: one person a duty, as every test of the house knows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import select

from lims.domain.rules.actor import ROLES, SYSTEM, Actor
from lims.persistence.account import RoleRow, UserRow
from lims.persistence.instrument import AuthorisationRow
from lims.services.transaction import Installation, transaction

ROLES_OF: dict[str, tuple[str, ...]] = {
    "igor": ("inspector",),
    "rita": ("reception",),
    "anna": ("analyst",),
    "boris": ("reviewer",),
    "vera": ("signatory",),
    "dana": ("decision_officer",),
    "chen": ("certificate_officer",),
    "quentin": ("quality",),
    "kate": ("catalogue",),
    "ada": ("administrator",),
    "ivo": ("importer",),
    "max": (),
}
"""Igor inspects at the port, Rita receives, Anna analyses, Boris verifies, Vera signs, Dana decides, Chen certifies,
Quentin keeps quality, Kate the catalogue, Ada administers, Ivo imports, Max may do nothing."""

PORT = "HAK"
NOW = datetime(2026, 11, 24, 2, 40, tzinfo=UTC)


@dataclass(frozen=True)
class Cast:
    actors: dict[str, Actor]

    def __getattr__(self, name: str) -> Actor:
        return self.actors[name]


def hire(place: Installation, now: datetime = NOW) -> Cast:
    """Write the cast into the installation with the authorisations that their duties need."""
    with transaction(place, SYSTEM, now, "cast") as tx:
        held = {row.name: row for row in tx.session.scalars(select(RoleRow))}
        for role in ROLES:
            if role not in held:
                held[role] = RoleRow(name=role, description=role)
                tx.session.add(held[role])
        rows = {}
        for name, roles in ROLES_OF.items():
            row = UserRow(
                email=f"{name}@lims.test",
                username=name,
                password=None,
                fs_uniquifier=f"uniq-{name}",
                name_en=name.capitalize(),
                name_zh="",
                language="en",
                ports=PORT if name == "igor" else "",
                roles=[held[role] for role in roles],
            )
            tx.add(row, "add")
            rows[name] = row
        tx.session.flush()
        for name, activity in (("anna", "test"), ("boris", "review"), ("vera", "sign")):
            tx.add(authorisation(rows[name].id, activity, rows["quentin"].id), "grant")
        actors = {
            name: Actor(
                id=row.id,
                name=row.name,
                roles=frozenset(ROLES_OF[name]),
                ports=frozenset({PORT} if name == "igor" else ()),
                language="en",
            )
            for name, row in rows.items()
        }
    return Cast(actors)


def authorisation(user_id: int, activity: str, granted_by: int) -> AuthorisationRow:
    """For every method and every field; narrower ones are a test's own matter."""
    return AuthorisationRow(
        user_id=user_id,
        activity=activity,
        method="*",
        field="*",
        valid_from=date(2020, 1, 1),
        valid_to=None,
        evidence="training record",
        granted_by=granted_by,
    )
