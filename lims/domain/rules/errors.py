"""The one tree of errors. Every error carries a code and parameters; words are made at the door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class LimsError(Exception):
    """Root of every error the product raises on purpose.

    ``code`` is a stable upper-case word that has messages in zh and en; ``params`` fill them.
    """

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: Mapping[str, Any] = params

    def __str__(self) -> str:
        words = ", ".join(f"{key}={value!r}" for key, value in self.params.items())
        return f"{self.code}({words})"


class BadInput(LimsError):
    """What came in is malformed: nothing was changed, the text can be mended and sent again."""


class NotFound(LimsError):
    """No such object, or not for this reader."""


class Forbidden(LimsError):
    """The actor lacks the right; the parameters say which."""


class Refused(LimsError):
    """Understood and refused by a rule of the laboratory; carries every reason at once."""

    def __init__(self, *refusals: Any) -> None:
        first = refusals[0]
        super().__init__(first.code, **dict(first.params))
        self.refusals = refusals


class Unavailable(LimsError):
    """What the installation stands on does not answer or has no room: nothing was changed; somebody must look."""


class Conflict(LimsError):
    """Somebody else changed the object first; parameters carry both versions."""
