"""The quality room: trail and chain, held batches, control charts, proficiency tests, severities of sampling."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("quality", __name__, url_prefix="/quality")

from lims.web.quality import batches, charts, proficiency, sampling, trail  # noqa: E402, F401  (they add the routes)
