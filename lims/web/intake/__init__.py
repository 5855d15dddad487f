"""The intake room: inspection requests, drawing samples, labels, the counter and one sample's page."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("intake", __name__, url_prefix="/intake")

from lims.web.intake import (  # noqa: E402, F401  (they add the routes)
    analyses,
    counter,
    drawing,
    inspection,
    labels,
    moments,
    papers,
    requests,
    samples,
)
