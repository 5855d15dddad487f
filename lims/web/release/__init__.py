"""The release room: verifying results, approving samples, deciding lots, certificates."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("release", __name__, url_prefix="/release")

from lims.web.release import approvals, certificates, issuing, lots, review  # noqa: E402, F401  (they add the routes)
