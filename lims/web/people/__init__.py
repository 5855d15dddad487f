"""The people room: authorisations, accounts for the administrator, and everybody's own account."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("people", __name__, url_prefix="/people")

from lims.web.people import accounts, authorisations, own  # noqa: E402, F401  (they add the routes)
