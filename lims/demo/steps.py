"""The steps of the main job as the demo's people do them, each one unit of work with its own moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lims.domain.rules.actor import Actor
from lims.services import approval, certificate, lookup, lot, request, result, sample, sampling, worksheet
from lims.services.reading import sample as samples
from lims.services.reading.analysis import AnalysisView
from lims.services.request import AcceptRequest, LineCommand, LodgeRequest, LotCommand
from lims.services.transaction import Installation, Signature, Transaction, transaction, view

STAGES = (
    "lodged",
    "accepted",
    "drawn",
    "received",
    "assigned",
    "submitted",
    "tested",
    "reported",
    "decided",
    "certified",
)
"""How far a consignment of the demo has come, from the port to the certificate."""


def passing(analysis: AnalysisView) -> str:
    """A text that meets the limit, read off the limit itself."""
    if analysis.operator == "ND":
        return "ND"
    if analysis.operator in ("NCM2", "NCM3"):
        words = analysis.limit.split()
        n, m = int(words[words.index("n") + 1]), words[words.index("m") + 1]
        return "; ".join([m if m != "0" else "ND"] * n)
    if analysis.operator == "OUTCOME":
        return analysis.limit_value
    if analysis.operator == "LT":
        return "0"
    if analysis.operator == "GT":
        return f"{analysis.limit_value}9" if "." in analysis.limit_value else f"{analysis.limit_value}.9"
    return analysis.limit_value or "0"


def found(text: str) -> dict[str, Any]:
    """What the bench gives: a text as it is, or raw readings (``c = 1.24; blank = 0.03; …``) for the formula."""
    if "=" not in text:
        return {"text": text}
    pairs = (part.partition("=") for part in text.split(";"))
    return {"text": "", "inputs": {name.strip(): value.strip() for name, _, value in pairs}}


@dataclass
class Story:
    """Works one consignment forward; ``moment`` goes on by some minutes with each act."""

    place: Installation
    people: dict[str, Actor]
    moment: datetime
    last: datetime

    @contextmanager
    def acting(self, name: str, meaning: str = "") -> Iterator[Transaction]:
        self.moment = min(self.moment + timedelta(minutes=7), self.last)
        actor = self.people[name]
        signature = Signature(actor.id, meaning) if meaning else None
        with transaction(self.place, actor, self.moment, "demo", signature) as tx:
            yield tx

    def lodge(self, cmd: LodgeRequest) -> str:
        with self.acting("igor") as tx:
            return request.lodge(tx, cmd).no

    def accept(self, no: str) -> None:
        with self.acting("rita") as tx:
            request.accept(tx, AcceptRequest(no))

    def draw(self, lot_no: str, seal: str) -> str:
        with self.acting("igor") as tx:
            drawn = sample.draw(
                tx,
                sample.DrawSample(
                    lot_no, "何宜 Igor He", "韩鸥 Olga Han", seal, "堆场 Yard 3", "GB/T 2828.1, n = 13", 13
                ),
            )
            self.inspect(tx, lot_no)
        return drawn.no

    def inspect(self, tx: Transaction, lot_no: str) -> None:
        """Piece by piece where the goods are inspected so; a lot is not released without it."""
        for one in sampling.pieces_of(tx, lookup.lot(tx, lot_no)):
            if one.plan:
                found = 1 if one.plan.ac else 0
                sampling.record_inspection(
                    tx, sampling.RecordInspection(lot_no, one.setting.key, one.plan.n, found)
                )

    def receive(self, sample_no: str) -> None:
        with self.acting("rita") as tx:
            sample.receive(tx, sample.ReceiveSample(sample_no, temperature="-18 °C"))

    def analyses(self, sample_no: str) -> tuple[AnalysisView, ...]:
        with view(self.place, self.people["boris"], self.moment) as tx:
            return samples.detail(tx, sample_no).analyses

    def assign(self, sample_no: str) -> None:
        for method in dict.fromkeys(row.method for row in self.analyses(sample_no)):
            with self.acting("anna") as tx:
                worksheet.make(tx, worksheet.MakeWorksheet(method, sample_nos=(sample_no,), due_at=self.due()))

    def worksheet(self, method: str, sample_nos: tuple[str, ...], instrument: str) -> tuple[int, ...]:
        """One worksheet for several samples with its quality control; returns the ids of its analyses."""
        with self.acting("anna") as tx:
            cmd = worksheet.MakeWorksheet(
                method,
                sample_nos=sample_nos,
                instrument=instrument,
                blanks=1,
                duplicates=1,
                crm="GBW10024 0.12±0.01 mg/kg",
                due_at=self.due(),
            )
            return worksheet.make(tx, cmd).analysis_ids

    def type(self, analysis_id: int, text: str) -> None:
        with self.acting("anna") as tx:
            result.enter(tx, result.EnterResult(analysis_id, **found(text), submit=False))

    def due(self) -> datetime:
        return self.moment + timedelta(days=2)

    def test(self, sample_no: str, texts: dict[str, str]) -> None:
        for row in self.analyses(sample_no):
            with self.acting("anna") as tx:
                text = texts.get(row.analyte) or passing(row)
                expanded = "10%" if row.rule == "GUARDED_REJECTION" else ""
                result.enter(tx, result.EnterResult(row.id, **found(text), expanded=expanded))

    def verify(self, sample_no: str) -> None:
        for row in self.analyses(sample_no):
            with self.acting("boris") as tx:
                result.verify(tx, row.id)

    def approve(self, sample_no: str) -> None:
        with self.acting("vera", "I approve the results of this sample") as tx:
            approval.approve(tx, sample_no)

    def decide(self, lot_no: str, choice: str, reason: str) -> None:
        with self.acting("dana") as tx:
            lot.decide(tx, lot.DecideLot(lot_no, choice, reason))

    def certify(self, lot_no: str) -> str:
        with self.acting("chen", "I issue this certificate") as tx:
            return certificate.issue(tx, certificate.IssueCertificate(lot_no)).no


@dataclass(frozen=True)
class Consignment:
    """One consignment of the story: what comes in, how far it gets, what is found and what is decided."""

    product: str
    jurisdiction: str
    goods_zh: str
    goods_en: str
    hs_code: str
    importer: str
    origin: str
    stage: str
    texts: tuple[tuple[str, str], ...] = ()
    choice: str = "RELEASE"
    reason: str = "全部项目符合 all items conform"


def lodging(item: Consignment, number: int) -> LodgeRequest:
    """The declaration of a consignment with one line and one lot."""
    line = LineCommand(
        item.hs_code,
        item.product,
        item.goods_zh,
        item.goods_en,
        f"{1000 + 250 * number}",
        "kg",
        f"{40 + number} 箱 ctn",
        (LotCommand(f"LOT-{number:03d}", f"{1000 + 250 * number}", "kg"),),
    )
    transport = {
        "vessel": "MV Haikou Star",
        "bill_no": f"HKS{number:05d}",
        "containers": f"OOLU {410000 + number * 37} {number % 9}",
        "contract_no": f"C-{number:04d}",
        "consignor": "Pacific Export Ltd.",
    }
    return LodgeRequest(
        f"5301202611{number:08d}", item.jurisdiction, "HAK", item.importer, item.origin, (line,), "PACIF", transport
    )


def play(story: Story, item: Consignment, number: int) -> str:
    """Bring the consignment as far as its stage says; returns the request's number."""
    reach = STAGES.index(item.stage)
    no = story.lodge(lodging(item, number))
    lot_no, texts = f"{no}-L1", dict(item.texts)
    sample_no = ""

    def draw() -> None:
        nonlocal sample_no
        sample_no = story.draw(lot_no, f"HK-{55000 + number}")

    acts = (
        lambda: story.accept(no),
        draw,
        lambda: story.receive(sample_no),
        lambda: story.assign(sample_no),
        lambda: story.test(sample_no, texts),
        lambda: story.verify(sample_no),
        lambda: story.approve(sample_no),
        lambda: story.decide(lot_no, item.choice, item.reason),
        lambda: story.certify(lot_no),
    )
    for act in acts[:reach]:
        act()
    return no
