"""The people of the demo: one a duty, with random passwords that are told once."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from lims.domain.rules.actor import Actor
from lims.services import account, register
from lims.services.transaction import Transaction

PORT = "HAK"


@dataclass(frozen=True)
class Person:
    username: str
    roles: tuple[str, ...]
    name_zh: str
    name_en: str
    task_zh: str
    task_en: str


PEOPLE = (
    Person("igor", ("inspector",), "何宜", "Igor He", "为待抽样的批抽样", "draw the lots that await samples"),
    Person(
        "rita", ("reception",), "林丽", "Rita Lin", "受理一份申请,收两个样品", "accept a request, receive two samples"
    ),
    Person("anna", ("analyst",), "李安", "Anna Li", "打开检测单,录入结果", "open a worksheet and enter its results"),
    Person("boris", ("reviewer",), "柏锐", "Boris Bai", "校核已提交的结果", "verify what has been submitted"),
    Person("vera", ("signatory",), "林薇", "Vera Lin", "批准检测完成的样品", "approve a tested sample"),
    Person("dana", ("decision_officer",), "吴丹", "Dana Wu", "评定不合格的批", "decide the lot that does not conform"),
    Person("chen", ("certificate_officer",), "陈诚", "Chen Cheng", "签发一份证书", "issue a certificate"),
    Person(
        "quentin", ("quality",), "秦恬", "Quentin Qin", "查看校准过期的仪器", "look at the instrument past calibration"
    ),
    Person("kate", ("catalogue",), "柯特", "Kate Ke", "提出一项限量更改", "propose a change of a limit"),
    Person("ada", ("administrator",), "艾达", "Ada Ai", "查看用户", "look at the people"),
)
_WORDS = (
    "harbour",
    "lantern",
    "copper",
    "meadow",
    "violin",
    "saddle",
    "thunder",
    "pebble",
    "maple",
    "orbit",
    "velvet",
    "canyon",
    "ribbon",
    "walnut",
    "glacier",
    "pepper",
    "anchor",
    "willow",
    "falcon",
    "marble",
    "timber",
    "bamboo",
    "jasmine",
    "ember",
    "tundra",
    "cobalt",
    "quartz",
    "saffron",
    "juniper",
    "lagoon",
)


def hire(tx: Transaction, chance: random.Random) -> tuple[dict[str, Actor], dict[str, str]]:
    """Everybody's actor and password. ``chance`` is a secure source, never the seed of the story."""
    actors, passwords = {}, {}
    for person in PEOPLE:
        password = "-".join(chance.sample(_WORDS, 4)) + f"-{chance.randrange(10, 99)}"
        new = account.NewUser(
            person.username,
            person.roles,
            person.name_zh,
            person.name_en,
            PORT if "inspector" in person.roles else "",
            "zh",
        )
        actors[person.username] = account.actor_of(account.add_user(tx, new, password))
        passwords[person.username] = password
    return actors, passwords


def authorise(tx: Transaction, since: date) -> None:
    """Anna tests, Boris reviews, Vera signs; granted by quality."""
    for username, activity in (("anna", "test"), ("boris", "review"), ("vera", "sign")):
        register.authorise(tx, register.Authorise(username, activity, "*", since, None, "demo"))
