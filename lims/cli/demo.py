"""``lims demo``: builds a laboratory with a day's work in it, prints a login per role, and serves it here."""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import webbrowser
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lims import installation
from lims.cli.init import install
from lims.cli.serve import run
from lims.demo import history, instruments, materials, people, quality, site, story
from lims.domain.rules.actor import SYSTEM
from lims.services import catalogue
from lims.services.transaction import transaction

NAME = {"laboratory": "HK", "name_zh": "某海关技术中心", "name_en": "Customs Technical Centre"}


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lims demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=int, default=0, help="so many thousand samples of history besides")
    parser.add_argument("--reset", action="store_true", help="delete the demo's own folder first")
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--no-serve", action="store_true", help="build the data and stop")
    words = parser.parse_args(argv)
    folder = demo_home()
    problem = _unusable(folder)
    if problem:
        print(problem, file=sys.stderr)
        return 2
    if words.reset and (folder / installation.DEMO_MARK).exists():
        shutil.rmtree(folder)
    os.environ.pop("LIMS_DATABASE_URL", None)
    url = f"http://127.0.0.1:{words.port}"
    if not (folder / "ready").exists():
        if folder.exists():
            shutil.rmtree(folder)
        build(folder, url, words.seed, words.scale)
    print(f"\n{url}\n\n{(folder / 'logins.txt').read_text(encoding='utf-8')}", flush=True)
    if words.no_serve:
        return 0
    if not words.no_browser:
        webbrowser.open(url)
    return run(installation.opened(folder), "127.0.0.1", words.port)


def demo_home() -> Path:
    return Path(os.environ.get("LIMS_HOME") or ".lims-demo").resolve()


def _unusable(folder: Path) -> str:
    """Why the folder may not be used: it holds something that the demo did not make."""
    if not folder.exists() or not any(folder.iterdir()) or (folder / installation.DEMO_MARK).exists():
        return ""
    return f"{folder} is not empty and was not made by the demo; set LIMS_HOME to another folder"


def build(folder: Path, url: str, seed: int, scale: int = 0) -> None:
    """The whole demo through the use-cases; ``ready`` is written last, so that an interrupted build starts anew."""
    place = install(folder, {**NAME, "public_url": url}, demo=True)
    now = datetime.now(UTC)
    since = (now - timedelta(days=400)).date()
    with transaction(place, SYSTEM, now - timedelta(days=30), "demo") as tx:
        actors, passwords = people.hire(tx, random.SystemRandom())
    with transaction(place, actors["rita"], now - timedelta(days=30), "demo") as tx:
        site.organisations(tx)
    with transaction(place, actors["quentin"], now - timedelta(days=30), "demo") as tx:
        people.authorise(tx, since)
        instruments.instruments(tx, now.date())
    with transaction(place, actors["kate"], now - timedelta(days=30), "demo") as tx:
        site.scope(tx, _scope_methods(), since)
    site.contract_limit(place, actors["kate"], actors["quentin"], now - timedelta(days=29))
    stock = materials.stock(place, actors, now)
    count = story.tell(place, actors, now, seed, _progress)
    with transaction(place, actors["boris"], now, "demo") as tx:
        instruments.questioned(tx)
        instruments.booked(tx)
    materials.use(place, actors, now, stock)
    quality.tell(place, actors, now, seed)
    print(f"\n{count} consignments", file=sys.stderr)
    if scale > 0:
        history.tell(place, actors, now, scale, lambda done, total: _progress(done, total, "samples of history"))
        print(file=sys.stderr)
    (folder / "logins.txt").write_text(_logins(passwords), encoding="utf-8")
    (folder / "logins.txt").chmod(0o600)
    (folder / "ready").touch()
    place.engine.dispose()


def _scope_methods() -> tuple[tuple[str, str], ...]:
    """Methods that the seed marks as accredited for demonstration, with their first category."""
    rows = catalogue.seed_rows("methods")
    return tuple(
        (row["method"], category) for row in rows if row["demo_cma"] == "Y" for category in row["categories"].split(";")
    )


def _progress(done: int, total: int, what: str = "consignments") -> None:
    bar = "█" * (30 * done // total)
    print(f"\r{bar:<30} {done} of {total} {what}", end="", file=sys.stderr, flush=True)


def _logins(passwords: dict[str, str]) -> str:
    lines = []
    for person in people.PEOPLE:
        who = f"{person.name_zh} {person.name_en} · {', '.join(person.roles)}"
        lines.append(f"{person.username:<8} {passwords[person.username]:<40} {who}")
        lines.append(f"         first task: {person.task_en} · {person.task_zh}")
    return "\n".join(lines) + "\n"
