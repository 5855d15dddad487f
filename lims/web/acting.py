"""One act from a page: done, the browser goes on to where it shows; refused, the page comes back with its reasons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect

from lims.domain.rules.errors import LimsError
from lims.services.transaction import Signature, Transaction
from lims.web.unit import writing


def act(
    do: Callable[[Transaction], object],
    then: str,
    again: Callable[[LimsError], str],
    proof: Callable[[], Signature] | None = None,
) -> Any:
    """``then`` is the address after the act; ``again`` draws the page as it now stands, with what was typed (409);
    ``proof`` signs.
    """
    try:
        with writing(proof() if proof else None) as tx:
            do(tx)
    except LimsError as error:
        return again(error), 409
    return redirect(then, 303)
