"""What happens in the demo: a consignment of every category at every stage, and the lots that make one think."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from lims.demo.site import CONTRACT
from lims.demo.steps import STAGES, Consignment, Story, lodging, play
from lims.domain.rules.actor import Actor
from lims.services import catalogue
from lims.services.transaction import Installation

SPECIAL = (
    Consignment(
        "FISH",
        "CN",
        "冻带鱼",
        "Frozen hairtail",
        "0303.89",
        "OCEAN",
        "EC 厄瓜多尔",
        "certified",
        (("CD", "0.62 ± 0.05 mg/kg"),),
        "RETURN",
        "镉超标，进口商申请退运 cadmium above the limit, return asked for",
    ),
    Consignment(
        "CRUST",
        "CN",
        "冻去壳虾",
        "Frozen peeled shrimp",
        "0306.17",
        "OCEAN",
        "EC 厄瓜多尔",
        "reported",
        (("CD", "0.71 ± 0.06 mg/kg"),),
    ),
    Consignment(
        "CEREAL",
        "CN",
        "燕麦",
        "Oats",
        "1004.90",
        "OBRIEN",
        "AU 澳大利亚",
        "certified",
        (("PB", "0.31 ± 0.03 mg/kg"),),
        "DESTROY",
        "铅超标，监督销毁 lead above the limit, destroyed under supervision",
    ),
    Consignment("RICE", "CN", "大米", "Rice", "1006.30", "OBRIEN", "TH 泰国", "reported", (("CD", "<0.5 mg/kg"),)),
    Consignment(
        "FISH",
        "CN",
        "冻鳕鱼",
        "Frozen cod",
        "0303.63",
        "OCEAN",
        "NO 挪威",
        "certified",
        (
            ("PB", "c = 1.24; blank = 0.03; V = 50; DF = 1; m = 0.5012"),
            ("CD", "c = 0.231; blank = 0.012; V = 50; DF = 1; m = 0.5012"),
        ),
    ),
)
"""A return, one to decide, a destruction, an inconclusive one (LOQ above the limit), a release by raw readings."""


def ordinary(seed: int) -> list[Consignment]:
    """One consignment of each category that has a limit, food, cosmetics and textiles at several stages each."""
    chance = random.Random(seed)
    products = {row["product"]: row for row in catalogue.seed_rows("products")}
    limits = sorted([*catalogue.seed_rows("limits"), CONTRACT], key=lambda row: row["jurisdiction"] != "CN")
    firsts: dict[str, tuple[str, str]] = {}
    for row in limits:
        if row["operator"] != "INFO_LE":
            firsts.setdefault(products[row["product"]]["category"], (row["product"], row["jurisdiction"]))
    stages = [stage for stage in STAGES for _ in range(3)]
    chance.shuffle(stages)
    found = [
        _of(products[product], jurisdiction, stage)
        for (product, jurisdiction), stage in zip(firsts.values(), stages, strict=False)
    ]
    for category in ("FOD", "COS", "TEX"):
        product, jurisdiction = firsts[category]
        found += [_of(products[product], jurisdiction, stage) for stage in ("lodged", "drawn", "assigned", "submitted")]
    return found


def _of(product: Mapping[str, str], jurisdiction: str, stage: str) -> Consignment:
    importer = {"TEX": "SILK", "COS": "OBRIEN"}.get(product["category"], "OCEAN")
    hs_code = product["hs_examples"].split(";")[0]
    return Consignment(
        product["product"], jurisdiction, product["name_zh"], product["name_en"], hs_code, importer, "FR 法国", stage
    )


def tell(
    place: Installation, people: dict[str, Actor], now: datetime, seed: int, progress: Callable[[int, int], None]
) -> int:
    """Play every consignment, each begun some days before now; returns how many."""
    items = [*SPECIAL, *ordinary(seed)]
    for number, item in enumerate(items, start=1):
        days = 1 + STAGES.index(item.stage) / 2
        play(Story(place, people, now - timedelta(days=days), now - timedelta(minutes=5)), item, number)
        progress(number, len(items))
    return len(items) + shared_worksheet(
        Story(place, people, now - timedelta(hours=20), now - timedelta(minutes=5)), len(items)
    )


BENCH = (
    ("冻带鱼", "Frozen hairtail"),
    ("冻鳕鱼", "Frozen cod"),
    ("三文鱼", "Salmon"),
    ("鲈鱼", "Sea bass"),
    ("金枪鱼块", "Tuna loin"),
    ("黄花鱼", "Yellow croaker"),
)
TYPED = ("0.031", "＜0.04", "0.12", "ND", "c = 1.05; blank = 0.02; V = 50; DF = 1; m = 0.5034")
"""What stands in the first cells of the shared worksheet; the rest is for whoever tries the bench."""


def shared_worksheet(story: Story, number: int) -> int:
    """A worksheet as a bench knows it: several lots, a blank and a reference material, half of it typed."""
    sample_nos = []
    for n, (zh, en) in enumerate(BENCH, start=number + 1):
        no = story.lodge(lodging(Consignment("FISH", "CN", zh, en, "0303.89", "OCEAN", "NO 挪威", "received"), n))
        story.accept(no)
        sample_nos.append(story.draw(f"{no}-L1", f"HK-{56000 + n}"))
        story.receive(sample_nos[-1])
    analyses = story.worksheet("GB 5009.12-2023", tuple(sample_nos), "ICPMS-07")
    for analysis_id, text in zip(analyses, TYPED, strict=False):
        story.type(analysis_id, text)
    return len(BENCH)
