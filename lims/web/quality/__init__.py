"""The quality room: the trail with its chain, batches that quality control holds, severities of sampling."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("quality", __name__, url_prefix="/quality")

from lims.web.quality import batches, sampling, trail  # noqa: E402, F401  (they add the routes)
