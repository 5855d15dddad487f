"""What a paused request stops: nothing new is begun and nothing goes out; what is on the bench already is finished."""

from __future__ import annotations

from lims.domain.rules.refusal import Refusal, refusal
from lims.persistence.request import RequestRow


def while_paused(request: RequestRow, no: str) -> list[Refusal]:
    """The reason for drawing, assigning, deciding, issuing or re-inspecting what is called ``no``; empty when free."""
    return [refusal("REQUEST_PAUSED", no=no)] if request.state == "paused" else []
