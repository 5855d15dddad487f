"""Who acts: a person with roles, ports and a language, as one frozen value; knows no sign-in and no rows."""

from __future__ import annotations

from dataclasses import dataclass, field

ROLES = (
    "importer",
    "inspector",
    "reception",
    "analyst",
    "reviewer",
    "signatory",
    "decision_officer",
    "certificate_officer",
    "quality",
    "catalogue",
    "administrator",
)


@dataclass(frozen=True)
class Actor:
    """A signed-in person, a token acting for one, or the system itself (id 0)."""

    id: int
    name: str
    roles: frozenset[str]
    ports: frozenset[str] = field(default_factory=frozenset)
    """Codes of the customs offices whose requests an inspector may see and lodge."""
    organisation_id: int | None = None
    language: str = "zh"
    scopes: frozenset[str] | None = None
    """Scopes of an API token (permission words or ``*``); None for a person at a screen."""


SYSTEM = Actor(id=0, name="system", roles=frozenset())
