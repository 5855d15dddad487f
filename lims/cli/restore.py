"""``lims restore --from DIR --into EMPTY``: an installation from its backup, every hash and the whole trail checked."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from lims import installation
from lims.cli import trail
from lims.persistence.session import make_engine
from lims.services import backup
from lims.services.backup import BackupRefused, Manifest

ANSWERED, MALFORMED, REFUSED = 0, 2, 3


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lims restore", description=__doc__)
    parser.add_argument("--from", dest="source", required=True, type=Path, metavar="DIR")
    parser.add_argument("--into", required=True, type=Path, metavar="EMPTY", help="the new LIMS_HOME")
    words = parser.parse_args(argv)
    try:
        return _restore(words.source.resolve(), words.into.resolve())
    except BackupRefused as error:
        print(json.dumps({"into": str(words.into), "status": "REFUSED", "reason": error.code, **error.params}))
        return REFUSED
    except OSError as error:
        print(f"lims restore: {error.filename or words.into}: {error.strerror}", file=sys.stderr)
        return MALFORMED


def _restore(source: Path, into: Path) -> int:
    """The trail is checked in the restored database; what does not hold there is said and exits 3."""
    backup.refuse_unless_empty(into)
    manifest = backup.verified(source)
    engine = make_engine(_url(manifest, into))
    backup.restore_files(source, manifest, into)
    backup.restore_database(source, manifest, engine)
    engine.dispose()
    if manifest.engine == "sqlite":
        os.environ.pop("LIMS_DATABASE_URL", None)
    found = trail.checked(installation.opened(into).place)
    print(json.dumps({"into": str(into), **backup.told(manifest), **trail.told(found)}, ensure_ascii=False))
    return ANSWERED if found.intact else REFUSED


def _url(manifest: Manifest, into: Path) -> str:
    """SQLite goes into the new folder, never into the database that a running laboratory has named."""
    named = os.environ.get("LIMS_DATABASE_URL", "")
    if manifest.engine == "sqlite":
        if named.startswith("postgresql"):
            raise BackupRefused("OTHER_DATABASE", backup=manifest.engine, given="postgresql")
        return f"sqlite:///{into / 'lims.db'}"
    if not named.startswith("postgresql"):
        raise BackupRefused("DATABASE_URL_NEEDED", backup=manifest.engine)
    return named
