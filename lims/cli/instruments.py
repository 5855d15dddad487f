"""``lims instruments``: what listens to instruments (folders, an ASTM line, a balance), and the tokens of devices."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from instruments.receivers.astm import LARGEST_MESSAGE, Habits
from instruments.receivers.balance import PROTOCOLS
from lims.domain.rules.errors import BadInput

TOKEN = "LIMS_DEVICE_TOKEN"


def main(argv: list[str]) -> int:
    words = _parser().parse_args(argv)
    logging.basicConfig(stream=sys.stderr, level="INFO", format="%(asctime)s %(levelname)s %(name)s %(message)s")
    do = {"watch": _watch, "astm": _astm, "agent": _agent, "token": _token}[words.verb]
    return do(words)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lims instruments", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    watch = verbs.add_parser("watch", help="take files from drop folders")
    watch.add_argument("--folder", action="append", required=True, metavar="PATH=INSTRUMENT")
    watch.add_argument("--quiet", type=Decimal, default=Decimal(5), help="seconds that a file must not have changed")
    watch.add_argument("--every", type=Decimal, default=Decimal(2), help="seconds between two looks")
    watch.add_argument("--once", action="store_true", help="until nothing is left that could be taken, then stop")
    astm = verbs.add_parser("astm", help="listen for an instrument that speaks ASTM E1381 / LIS01 over TCP")
    astm.add_argument("--listen", required=True, metavar="HOST:PORT", help="an address of the instruments' own network")
    astm.add_argument("--instrument", required=True)
    astm.add_argument("--peer", action="append", required=True, metavar="ADDRESS", help="who may connect")
    astm.add_argument("--largest", type=int, default=LARGEST_MESSAGE, help="bytes of the largest message")
    astm.add_argument("--strict", action="store_true", help="frames with checksums only")
    agent = verbs.add_parser("agent", help="post the values of a balance or pH meter")
    agent.add_argument("--port", required=True)
    agent.add_argument("--balance", required=True, choices=PROTOCOLS)
    agent.add_argument("--url", required=True, help="address of the laboratory's server")
    agent.add_argument("--instrument", required=True)
    agent.add_argument("--token", default="", help=f"better in {TOKEN}: others see the words of a command")
    agent.add_argument("--queue", type=Path, default=Path.home() / ".lims-agent")
    agent.add_argument("--speed", type=int, default=9600)
    agent.add_argument("--parity", choices=("8N1", "7E1", "7O1"), default="8N1")
    agent.add_argument("--ask", type=Decimal, default=None, metavar="SECONDS", help="ask; else wait for its print key")
    token = verbs.add_parser("token", help="make or revoke the token of an instrument's device")
    token.add_argument("--instrument", help="make one, printed once")
    token.add_argument("--place", default="", help="where the device stands")
    token.add_argument("--revoke", metavar="PREFIX")
    token.add_argument("--reason", default="")
    return parser


def _watch(words: argparse.Namespace) -> int:
    from lims import installation
    from lims.cli.receiving import watch
    from lims.cli.receiving.stop import Stop

    place = installation.opened().place
    folders = watch.opened(place, words.folder)
    stop = Stop()
    if words.once:
        watch.once(place, folders, words.quiet, stop)
    else:
        watch.run(place, folders, words.quiet, words.every, stop)
    return 0


def _astm(words: argparse.Namespace) -> int:
    from lims import installation
    from lims.cli.receiving import astm
    from lims.cli.receiving.stop import Stop
    from lims.jobs import receiving

    host, _, port = words.listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise BadInput("LISTEN_WHERE", field="listen", text=words.listen[:80])
    place = installation.opened().place
    owner = receiving.instrument_id(place, words.instrument)
    habits = Habits(words.strict, words.strict, words.largest)
    stop = Stop()
    astm.run(astm.Listener(place, words.instrument, owner, frozenset(words.peer), habits), host, int(port), stop)
    return 0


def _agent(words: argparse.Namespace) -> int:
    from lims.cli.receiving import agent
    from lims.cli.receiving.stop import Stop

    token = words.token or os.environ.get(TOKEN, "")
    if not token:
        raise BadInput("FIELD_NEEDED", field="token")
    if not words.url.startswith(("http://", "https://")):
        raise BadInput("FIELD_NEEDED", field="url")
    told = agent.Agent(
        words.port, words.balance, words.url, words.instrument, token, words.queue, words.speed, words.parity, words.ask
    )
    agent.run(told, Stop())
    return 0


def _token(words: argparse.Namespace) -> int:
    from lims import installation
    from lims.domain.rules.actor import SYSTEM
    from lims.services import device
    from lims.services.transaction import transaction

    said: dict[str, Any]
    with transaction(installation.opened().place, SYSTEM, datetime.now(UTC), "cli") as tx:
        if words.revoke:
            device.revoke_token(tx, words.revoke, words.reason)
            said = {"revoked": words.revoke}
        elif words.instrument:
            said = {"instrument": words.instrument, "token": device.new_token(tx, words.instrument, words.place)}
        else:
            raise BadInput("FIELD_NEEDED", field="instrument")
    print(json.dumps(said))
    return 0
