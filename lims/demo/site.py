"""The demo's surroundings: organisations, the accreditation scope and a contract."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from lims.domain.rules.actor import Actor
from lims.services import catalogue, register
from lims.services.register import AddScope, Organisation
from lims.services.transaction import Installation, Signature, Transaction, transaction

ORGANISATIONS = (
    Organisation("HAK", "customs_office", "海口海关", "Haikou Customs", "CN"),
    Organisation("SHA", "customs_office", "上海海关", "Shanghai Customs", "CN"),
    Organisation("OCEAN", "importer", "海南远洋水产有限公司", "Hainan Ocean Aquatic Co.", "CN", "海口市", "0898-0000"),
    Organisation("SILK", "importer", "锦绣纺织进出口公司", "Silk Road Textiles", "CN", "上海市", "021-0000"),
    Organisation("OBRIEN", "importer", "奥布莱恩贸易(龘)", "O'Brien <b>& Sons</b> =1+1", "CN", "", ""),
    Organisation("PACIF", "producer", "", "Pesquera del Pacífico S.A.", "EC"),
    Organisation("BELLE", "producer", "", "Belle Cosmétique SARL", "FR"),
    Organisation("DHAKA", "producer", "", "Dhaka Garments Ltd.", "BD"),
)


def organisations(tx: Transaction) -> None:
    for item in ORGANISATIONS:
        register.add_organisation(tx, item)


def scope(tx: Transaction, methods: tuple[tuple[str, str], ...], since: date) -> None:
    """CMA for every method given, CNAS for every second one, so that documents show both cases."""
    for n, (method, category) in enumerate(methods):
        register.add_scope(tx, AddScope("CMA", "210000000000", category, method, "*", since, None))
        if n % 2 == 0:
            register.add_scope(tx, AddScope("CNAS", "L00000", category, method, "*", since, None))


CONTRACT = {
    "jurisdiction": "UN",
    "product": "LIQ_FLAM",
    "analyte": "FLASH",
    "operator": "GE",
    "value": "23",
    "unit": "degC",
    "standard": "Contract 2026-017",
    "clause": "3",
    "severity": "OTHER",
    "basis": "as is",
}
"""The seed only classifies dangerous goods; what conforms is agreed between the parties."""


def contract_limit(place: Installation, author: Actor, releaser: Actor, at: datetime) -> None:
    """A change of the catalogue as it is meant: proposed by one person, released by another who signs."""
    with transaction(place, author, at, "demo") as tx:
        proposed = catalogue.propose(
            tx, catalogue.ProposeVersion("limit", "C0001", CONTRACT, at.date() - timedelta(days=30), None, "contract")
        )
    with transaction(place, releaser, at, "demo", Signature(releaser.id, "I release this version")) as tx:
        catalogue.release(tx, proposed.id)
