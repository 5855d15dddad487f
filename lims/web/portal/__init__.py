"""The public room: anybody may ask whether a certificate is genuine and current; it tells no more than the paper."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("portal", __name__)

from lims.web.portal import find, verify  # noqa: E402, F401  (they add the routes)
