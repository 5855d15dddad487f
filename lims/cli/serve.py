"""``lims serve``: serves the installation with waitress; refuses to run a real one as root."""

from __future__ import annotations

import argparse
import logging
import os
import sys

from lims import installation

PROXY = "127.0.0.1"


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lims serve", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--proxy", default=PROXY, help=f"address of the TLS proxy whose X-Forwarded-For is believed (default {PROXY})"
    )
    words = parser.parse_args(argv)
    opened = installation.opened()
    if not opened.place.demo and _is_root() and os.environ.get("LIMS_ALLOW_ROOT") != "1":
        print("a real installation does not run as root; make a user for it and try again", file=sys.stderr)
        return 2
    return run(opened, words.host, words.port, words.proxy)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def run(opened: installation.Opened, host: str, port: int, proxy: str = PROXY) -> int:
    """Serve until interrupted; the address is said on standard error once it listens."""
    from waitress import create_server

    from lims.app import create_app
    from lims.jobs import here

    app = create_app(opened.place, opened.secret)
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("lims").setLevel(logging.INFO)
    server = create_server(
        app,
        host=host,
        port=port,
        threads=8,
        ident=None,
        trusted_proxy=proxy,
        trusted_proxy_headers={"x-forwarded-for", "x-forwarded-proto"},
        clear_untrusted_proxy_headers=True,
    )
    print(f"serving on http://{host}:{port}", file=sys.stderr, flush=True)
    here.welcome(opened.place)
    try:
        server.run()
    except KeyboardInterrupt:
        server.close()
    finally:
        here.rest(opened.place)
    return 0
