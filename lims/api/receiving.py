"""What devices deliver over HTTP with a token of their instrument: files to be read, and single values of balances."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, Field

from instruments.receivers.balance import PROTOCOLS
from lims.api.body import Answer, Body, Number, Optional, Short, one_of
from lims.api.operation import writes
from lims.services import device, spool, weighing
from lims.services.transaction import Transaction


class Delivery(Body):
    """Nothing but the file: its instrument stands in the path, its key is its own SHA-256."""


class DeliveryAnswer(Answer):
    id: int
    state: str
    new: bool = Field(description="false: the same bytes of this instrument were here already")
    digest: str = Field(description="SHA-256 of the bytes as stored")


class Weight(Body):
    text: Short = Field(min_length=1, description="the line as the device sent it")
    protocol: one_of(PROTOCOLS)  # type: ignore[valid-type]
    serial_no: Optional = Field("", description="as the device names itself")
    tare: Optional = Field("", description="with its unit")
    taken_at: AwareDatetime | None = Field(None, strict=False, description="left out: now")


class WeightAnswer(Answer):
    id: int
    value: Number
    unit: str


@writes(
    "POST", "/instruments/<code>/imports", device.DELIVER, DeliveryAnswer,
    "Deliver a file of an instrument; kept when answered, read afterwards", body=Delivery, status=201, file=True,
)  # fmt: skip
def deliver(tx: Transaction, sent: tuple[Delivery, str, bytes], code: str) -> Any:
    _, name, content = sent
    kept = spool.put(tx, spool.Deliver(code, "api", name, content, peer=tx.actor.name))
    return DeliveryAnswer(id=kept.id, state=kept.state, new=kept.new, digest=kept.digest)


@writes(
    "POST", "/instruments/<code>/weights", device.DELIVER, WeightAnswer, "Deliver one stable value of a balance",
    body=Weight, status=201, example={"text": "S S     2.0014 g", "protocol": "sics"},
)  # fmt: skip
def weigh(tx: Transaction, body: Weight, code: str) -> Any:
    moment: datetime | None = body.taken_at
    cmd = weighing.TakeWeight(
        code, body.text, body.protocol, "agent", serial_no=body.serial_no, tare=body.tare, taken_at=moment
    )
    taken = weighing.take(tx, cmd)
    return WeightAnswer(id=taken.id, value=format(taken.value, "f"), unit=taken.unit)
