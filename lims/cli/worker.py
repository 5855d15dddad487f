"""``lims worker``: housekeeping that nobody waits for: old idempotency answers, expired invitations, old failures."""

from __future__ import annotations

import argparse
import json
import time
from datetime import UTC, datetime

from lims import installation
from lims.domain.rules.actor import SYSTEM
from lims.services import housekeeping
from lims.services.transaction import transaction


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lims worker", description=__doc__)
    parser.add_argument("--once", action="store_true", help="one sweep, then stop")
    parser.add_argument("--every", type=int, default=3600, help="seconds between sweeps")
    words = parser.parse_args(argv)
    place = installation.opened().place
    while True:
        with transaction(place, SYSTEM, datetime.now(UTC), "worker") as tx:
            swept = housekeeping.sweep(tx)
        print(json.dumps(swept), flush=True)
        if words.once:
            return 0
        time.sleep(words.every)
