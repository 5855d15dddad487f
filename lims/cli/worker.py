"""``lims worker``: does ordered jobs in a process of its own, and the housekeeping that nobody waits for: old answers,
expired invitations, old sessions, old failures."""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sys
import time
from datetime import UTC, datetime

from lims import installation
from lims.domain.rules.actor import SYSTEM
from lims.jobs import here, work
from lims.services import housekeeping
from lims.services.transaction import Installation, transaction


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lims worker", description=__doc__)
    parser.add_argument("--once", action="store_true", help="one sweep and the jobs that wait now, then stop")
    parser.add_argument("--every", type=int, default=3600, help="seconds between sweeps")
    words = parser.parse_args(argv)
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    place = installation.opened().place
    if words.once:
        _sweep(place)
        for job_id in work.unfinished(place):
            work.work(place, job_id)
        return 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what keeps services says stop with it
    here.welcome(place, at_once=True)
    try:
        while True:
            _sweep(place)
            time.sleep(words.every)
    except KeyboardInterrupt:
        return 0
    finally:
        here.rest(place)


def _sweep(place: Installation) -> None:
    with transaction(place, SYSTEM, datetime.now(UTC), "worker") as tx:
        swept = housekeeping.sweep(tx)
    print(json.dumps(swept), flush=True)
