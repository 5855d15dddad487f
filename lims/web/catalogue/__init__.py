"""The catalogue room: reference items, libraries of limits, organisations, instruments and the accreditation scope."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("catalogue", __name__, url_prefix="/catalogue")

from lims.web.catalogue import (  # noqa: E402, F401  (they add the routes)
    instrument_book,
    instrument_checks,
    instruments,
    items,
    libraries,
    look_backs,
    organisations,
    recipes,
    replacing,
    scope,
)
