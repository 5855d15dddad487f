"""Papers that come with a request: put beside it, handed out again as a download, never shown in place."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.wrappers import Response

from lims.services import attachment
from lims.web.access import needs
from lims.web.intake import blueprint
from lims.web.intake.download import handed_out
from lims.web.intake.requests import act
from lims.web.unit import reading


@blueprint.post("/requests/<no>/papers")
@needs("request:lodge")
def paper_add(no: str) -> Any:
    file = request.files.get("file")
    cmd = attachment.Attach(
        no,
        (file.filename or "") if file else "",
        (file.mimetype or "") if file else "",
        file.read(attachment.LARGEST + 1) if file else b"",
    )
    return act(no, lambda tx: attachment.attach(tx, cmd))


@blueprint.get("/papers/<int:attachment_id>")
@needs("request:see")
def paper(attachment_id: int) -> Response:
    with reading() as tx:
        found = attachment.fetch(tx, attachment_id)
    return handed_out(found.content, found.name, "application/octet-stream", inline=False)
