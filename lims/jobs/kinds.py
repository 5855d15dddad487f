"""The kinds of long work: each is one call of the use-case that a person would make for a single item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lims.domain.rules.refusal import Refusal
from lims.services import certificate, library_file, run
from lims.services.answering import afterwards
from lims.services.job import Made
from lims.services.reading import run as reading_run
from lims.services.transaction import Transaction

Values = Mapping[str, Any]


def import_run(tx: Transaction, payload: Values, item: Values) -> Made:
    """One stored file becomes a run to be looked at; one that cannot be read is kept, and says why it could not."""
    content = tx.place.files.get(item["digest"])
    cmd = run.ReceiveRun(payload["worksheet"], item["name"], content, payload["instrument"])
    previewed = run.preview(tx, cmd)
    with afterwards(tx) as after:
        seen = reading_run.detail(after, previewed.no)
    unread = tuple(Refusal(one["code"], one["params"]) for one in seen.notices) if seen.problem else ()
    return Made("run", previewed.no, unread)


def issue_certificate(tx: Transaction, _payload: Values, item: Values) -> Made:
    meaning = tx.signature.meaning if tx.signature else ""
    return Made("certificate", certificate.issue(tx, certificate.IssueCertificate(item["lot"], meaning=meaning)).no)


def load_library(tx: Transaction, _payload: Values, item: Values) -> Made:
    """One table is put up as one batch, whole or not at all."""
    return Made("library", library_file.put_up(tx, item["digest"]).library)


DO: Mapping[str, Callable[[Transaction, Values, Values], Made]] = {
    "import_runs": import_run,
    "issue_certificates": issue_certificate,
    "load_library": load_library,
}
