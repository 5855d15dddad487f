"""History for a demo of size: thousands of samples of the past year, carried through the same use-cases in blocks.

One transaction an act and block instead of one a sample: the events are all there, the disk is asked less often.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from lims.demo.steps import Consignment, Story, lodging
from lims.domain.rules.actor import Actor
from lims.services.transaction import Installation, Signature, Transaction, transaction

BLOCK = 50
CERTIFIED = 10
"""One lot in so many has its certificate: drawing and signing takes most of the time."""
FIRST = 100_000
"""Numbers of declarations, beyond those of the story."""
_GOODS = (
    ("FISH", "冻鱼", "Frozen fish", "0303.89", "EC 厄瓜多尔"),
    ("CRUST", "冻虾", "Frozen shrimp", "0306.17", "TH 泰国"),
    ("SAUCE_HVP", "调味汁", "Seasoning sauce", "2103.90", "JP 日本"),
    ("PICKLED_VEG", "酱腌菜", "Pickled vegetables", "2001.90", "KR 韩国"),
)


class Block(Story):
    """A story whose acts of one person share one transaction."""

    tx: Transaction

    @contextmanager
    def together(self, name: str, meaning: str = "") -> Iterator[None]:
        actor = self.people[name]
        signature = Signature(actor.id, meaning) if meaning else None
        self.moment = min(self.moment + timedelta(minutes=30), self.last)
        with transaction(self.place, actor, self.moment, "demo", signature) as self.tx:
            yield

    @contextmanager
    def acting(self, name: str, meaning: str = "") -> Iterator[Transaction]:
        yield self.tx


def tell(
    place: Installation, people: dict[str, Actor], now: datetime, thousands: int, progress: Callable[[int, int], None]
) -> int:
    """So many thousand samples, evenly over the past year; returns how many."""
    total, chance = thousands * 1000, random.Random(thousands)
    for done in range(0, total, BLOCK):
        begun = now - timedelta(days=2 + 363 * (total - done) / total)
        _block(Block(place, people, begun, now - timedelta(days=1)), FIRST + done, chance)
        progress(done + BLOCK, total)
    return total


def _block(story: Block, first: int, chance: random.Random) -> None:
    chosen = (chance.choice(_GOODS) for _ in range(BLOCK))
    goods = [Consignment(code, "CN", zh, en, hs, "OCEAN", origin, "decided") for code, zh, en, hs, origin in chosen]
    with story.together("igor"):
        requests = [story.lodge(lodging(item, first + n)) for n, item in enumerate(goods)]
    lots = [f"{no}-L1" for no in requests]
    with story.together("rita"):
        for no in requests:
            story.accept(no)
    with story.together("igor"):
        samples = [story.draw(lot, f"HK-{first + n}") for n, lot in enumerate(lots)]
    with story.together("rita"):
        for no in samples:
            story.receive(no)
    with story.together("anna"):
        for no in samples:
            story.assign(no)
    with story.together("anna"):
        for no in samples:
            story.test(no, {})
    with story.together("boris"):
        for no in samples:
            story.verify(no)
    with story.together("vera", "I approve the results of this sample"):
        for no in samples:
            story.approve(no)
    with story.together("dana"):
        for lot in lots:
            story.decide(lot, "RELEASE", "全部项目符合 all items conform")
    with story.together("chen", "I issue this certificate"):
        for lot in lots[::CERTIFIED]:
            story.certify(lot)
