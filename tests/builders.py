"""Builders: a laboratory ready to work and the steps of its main job, each one call of the use-case."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from lims.domain.rules.actor import SYSTEM, Actor
from lims.persistence.instrument import InstrumentRow
from lims.persistence.organisation import OrganisationRow
from lims.persistence.session import make_engine
from lims.services import (
    approval,
    catalogue,
    certificate,
    lookup,
    lot,
    request,
    result,
    sample,
    sampling,
    transition,
    worksheet,
)
from lims.services.reading import catalogue as shelves
from lims.services.request import AcceptRequest, LineCommand, LodgeRequest, LotCommand
from lims.services.transaction import Installation, Signature, Transaction, transaction
from tests.cast import NOW, PORT, Cast, hire


@dataclass
class Laboratory:
    place: Installation
    cast: Cast
    now: datetime = NOW
    step: int = field(default=0)

    def acting(self, actor: Actor, signing: str = "") -> object:
        """One unit of work of the actor; time goes on by a minute with each."""
        self.step += 1
        signature = Signature(actor.id, signing) if signing else None
        moment = self.now + timedelta(minutes=self.step)
        return transaction(self.place, actor, moment, f"step-{self.step}", signature)


def a_laboratory(url: str, home: Path) -> Laboratory:
    """A laboratory on a migrated, empty database: catalogue, organisations, one instrument, keys and the cast."""
    place = Installation(make_engine(url), home, ZoneInfo("Asia/Shanghai"), laboratory="HK")
    with transaction(place, SYSTEM, NOW, "seed") as tx:
        catalogue.seed(tx)
        for row in organisations():
            tx.add(row, "add")
        transition.install(tx, an_instrument(), "in_service", "builder")
    make_keys(home)
    return Laboratory(place, hire(place))


def organisations() -> list[OrganisationRow]:
    def row(code: str, kind: str, zh: str, en: str, country: str = "CN") -> OrganisationRow:
        return OrganisationRow(
            code=code,
            kind=kind,
            name_zh=zh,
            name_en=en,
            country=country,
            address="江东新区 Jiangdong New District",
            contact="+86 000 0000 0000",
        )

    return [
        row("SITE", "site", "某海关技术中心", "Customs Technical Centre"),
        row(PORT, "customs_office", "海口", "Haikou"),
        row("SHA", "customs_office", "上海", "Shanghai"),
        row("IMP", "importer", "海南远洋水产有限公司", "Hainan Ocean Aquatic Co."),
        row("PRO", "producer", "", "Pesquera del Pacífico S.A.", "EC"),
    ]


def an_instrument(
    code: str = "ICPMS-01", adapter: str = "agilent.icpms_batch", due: date = date(2027, 3, 2)
) -> InstrumentRow:
    return InstrumentRow(
        code=code,
        name_zh="电感耦合等离子体质谱仪",
        name_en="ICP-MS",
        technique="ICP-MS",
        maker="Agilent",
        model="7900",
        serial_no="JP0001",
        place="A-101",
        adapter=adapter,
        aliases={},
        calibrated_on=date(2026, 3, 2),
        calibration_due=due,
        out_reason="",
    )


def make_keys(home: Path) -> None:
    from reports.signing import make_laboratory_key

    keys = home / "keys"
    keys.mkdir(parents=True, exist_ok=True)
    key, chain = make_laboratory_key("Customs Technical Centre")
    (keys / "laboratory.key").write_bytes(key)
    (keys / "laboratory.key").chmod(0o600)
    (keys / "laboratory.pem").write_bytes(chain)


def lodged(
    lab: Laboratory,
    product: str,
    *,
    hs: str = "",
    jurisdiction: str = "CN",
    declaration: str = "530120261100044187",
    origin: str = "EC",
    accept: bool = True,
    acknowledged: dict[int, str] | None = None,
) -> str:
    """A consignment of one line and one lot, lodged by Igor and accepted by Rita; returns its number."""
    line = LineCommand(
        hs, product, "冻去壳虾", "Frozen peeled shrimp", "24000", "kg", "1200", (LotCommand("PP-1", "24000", "kg"),)
    )
    cmd = LodgeRequest(declaration, jurisdiction, PORT, "IMP", origin, (line,), "PRO", {"containers": "OOLU 418733 5"})
    with lab.acting(lab.cast.igor) as tx:
        no = request.lodge(tx, cmd).no
    if accept:
        with lab.acting(lab.cast.rita) as tx:
            request.accept(tx, AcceptRequest(no, acknowledged or {}))
    return no


def received(lab: Laboratory, request_no: str, seq: int = 1) -> str:
    """The lot's sample, drawn by Igor with a colleague and received by Rita; returns its blind number."""
    with lab.acting(lab.cast.igor) as tx:
        drawn = sample.draw(
            tx, sample.DrawSample(f"{request_no}-L{seq}", "Igor", "Olga", "HK-55012", "hold 2", "5 of 60")
        )
        inspected(tx, f"{request_no}-L{seq}")
    with lab.acting(lab.cast.rita) as tx:
        sample.receive(tx, sample.ReceiveSample(drawn.no, temperature="-18 °C"))
    return drawn.no


def inspected(tx: Transaction, lot_no: str) -> None:
    """Every piece that the lot's plans ask for, and nothing found; nothing to do where none ask."""
    row = lookup.lot(tx, lot_no)
    found = {key for key, made in sampling.made_in(tx, row).items() if made.accepted is not None}
    for one in sampling.pieces_of(tx, row):
        if one.plan and one.setting.key not in found:
            sampling.record_inspection(tx, sampling.RecordInspection(lot_no, one.setting.key, one.plan.n, 0))


def on_worksheets(lab: Laboratory, sample_no: str, methods: tuple[str, ...]) -> list[str]:
    numbers = []
    for method in methods:
        with lab.acting(lab.cast.anna) as tx:
            numbers.append(worksheet.make(tx, worksheet.MakeWorksheet(method, sample_nos=(sample_no,))).no)
    return numbers


def entered(lab: Laboratory, analysis_id: int, text: str, **more: str) -> result.Entered:
    with lab.acting(lab.cast.anna) as tx:
        return result.enter(tx, result.EnterResult(analysis_id, text, **more))


def verified(lab: Laboratory, analysis_id: int) -> None:
    with lab.acting(lab.cast.boris) as tx:
        result.verify(tx, analysis_id)


def approved(lab: Laboratory, sample_no: str) -> str:
    with lab.acting(lab.cast.vera, "approve the report") as tx:
        return approval.approve(tx, sample_no)


def decided(lab: Laboratory, lot_no: str, disposition: str, reason: str = "as the table proposes") -> lot.Decided:
    with lab.acting(lab.cast.dana) as tx:
        return lot.decide(tx, lot.DecideLot(lot_no, disposition, reason))


def certified(lab: Laboratory, lot_no: str) -> certificate.Issued:
    with lab.acting(lab.cast.chen, "issue the certificate") as tx:
        return certificate.issue(tx, certificate.IssueCertificate(lot_no))


def validated_method(content: dict[str, str], **changes: str) -> dict[str, str]:
    """The content of a method with a validation record that has no gaps, and what else is changed in it."""
    unit = content.get("loq_unit") or "mg/kg"
    loq = Decimal(content.get("loq") or "1")
    lod = content.get("lod") or format(loq / 3, ".2g")
    levels = [{"level": format(loq * times, "f"), "n": "6", "mean": "98", "rsd": "4"} for times in (1, 10, 100)]
    record = {
        "unit": unit, "lod": lod, "loq": format(loq, "f"), "lowest": format(loq, "f"),
        "highest": format(loq * 100, "f"), "recoveries": levels,
        "uncertainty": {"kind": "relative", "figure": "20", "k": "2", "source": "VR-2026-014"},
        "matrices": content["categories"], "performed_by": "Anna", "performed_on": "2026-03-02",
        "approved_by": "Quentin", "approved_on": "2026-03-09", "report": "VR-2026-014",
    }  # fmt: skip
    return {**content, "validation": json.dumps(record), **changes}


def released_method(lab: Laboratory, code: str, **changes: str) -> None:
    """A new version of a method of the seed, validated, proposed by Kate and released by Quentin."""
    with lab.acting(lab.cast.kate) as tx:
        content = validated_method(dict(shelves.detail(tx, "method", code).versions[0].content), **changes)
        made = catalogue.propose(
            tx, catalogue.ProposeVersion("method", code, content, date(2026, 1, 1), None, "validated")
        )
    with lab.acting(lab.cast.quentin, "released") as tx:
        catalogue.release(tx, made.id)
