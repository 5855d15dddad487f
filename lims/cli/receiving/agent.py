"""``lims instruments agent``: stands beside a balance or pH meter and posts its stable values with a device token.

It needs no database and no laboratory on its machine. What cannot be sent now waits on disk.
"""

from __future__ import annotations

import logging
import secrets
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from instruments.receivers import balance, serial
from lims.cli.receiving import port, queue
from lims.cli.receiving.stop import Stop, clock
from lims.domain.rules.refusal import Refusal

LOG = logging.getLogger("lims.agent")
AWAY = 5
"""Seconds between tries of a port that is not there and of a server that does not answer."""


@dataclass(frozen=True)
class Agent:
    port: str
    protocol: str
    url: str
    instrument: str
    token: str
    queue: Path
    speed: int = 9600
    parity: str = "8N1"
    every: Decimal | None = None


def run(agent: Agent, stop: Stop) -> None:
    """Listen until told to stop; the sending goes on beside it, so that no value waits for the network."""
    sender = threading.Thread(target=_send, args=(agent, stop), daemon=True)
    sender.start()
    while not stop():
        try:
            _listen(agent, stop)
        except OSError as error:
            LOG.warning("port %s: %s", agent.port, error)
            stop.wait(AWAY)
    sender.join(20)
    queue.send(agent.queue, agent.url, agent.instrument, agent.token)


def _listen(agent: Agent, stop: Stop) -> None:
    line = port.opened(agent.port, agent.speed, agent.parity)
    name, last = "", ""
    try:
        if agent.protocol == "sics":
            line.write(b"I4\r\n")  # the balance names itself before it weighs
        print(f"listening to {agent.port}", flush=True)
        ask = serial.ASK[agent.protocol]
        for text in serial.listen(line.read, line.write, ask, agent.every, clock, stop):
            name = balance.serial_of(text) or name
            if balance.serial_of(text):
                continue
            read = balance.read(text, agent.protocol)
            if isinstance(read, Refusal):
                LOG.warning("%s: not taken, %s", ascii(text), read.code)
                last = ""
            elif agent.every is None or text != last:  # asked all the time, a load that lies there is told once
                last = text
                _keep(agent, text, name)
    finally:
        line.close()


def _keep(agent: Agent, text: str, name: str) -> None:
    moment = datetime.now(UTC)
    key = f"{moment:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
    value = {"text": text, "protocol": agent.protocol, "serial_no": name, "taken_at": moment.isoformat()}
    queue.put(agent.queue, key, value)
    print(f"kept {ascii(text.strip())}", flush=True)


def _send(agent: Agent, stop: Stop) -> None:
    while not stop():
        sent, refused = queue.send(agent.queue, agent.url, agent.instrument, agent.token)
        if sent or refused:
            LOG.info("sent %s, refused %s", sent, refused)
        waits = any(agent.queue.glob("*.json"))
        stop.wait(AWAY if waits else 0.3)
