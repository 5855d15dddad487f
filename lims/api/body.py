"""Shapes that every noun shares: strict bodies, list filters, signatures, pages. Measured values are strings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

Item = TypeVar("Item")

Short = Annotated[str, StringConstraints(max_length=300)]
Text = Annotated[str, StringConstraints(max_length=4000)]
Id = Annotated[int, Field(ge=1, le=999_999_999)]
Number = Annotated[str, StringConstraints(max_length=40)]
"""A measured or declared figure as text: its digits are kept."""


def _nothing(value: Any) -> Any:
    return "" if value is None else value


Optional = Annotated[
    str, StringConstraints(max_length=4000), BeforeValidator(_nothing), WithJsonSchema({"type": ["string", "null"]})
]
"""A text that may be left out, empty or null, which all mean the same."""


def one_of(words: Sequence[str]) -> Any:
    """A word of a closed list: the contract names them, the use-case refuses the others with its own code."""
    return Annotated[str, StringConstraints(max_length=80), WithJsonSchema({"type": "string", "enum": list(words)})]


class Body(BaseModel):
    """A body from outside: unknown fields are refused and nothing is turned into another type."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=False, defer_build=True)


class Query(BaseModel):
    """Filters and the key of a page; an unknown filter is refused."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class PageQuery(Query):
    after: str = Field("", max_length=200, description="the value of `next` from the page before")
    limit: int = Field(50, ge=1, le=200)


class Answer(BaseModel):
    """What the API says; built from views, never read from outside."""

    model_config = ConfigDict(arbitrary_types_allowed=False, defer_build=True)


Made = TypeVar("Made", bound=Answer)


def taken(model: type[Made], seen: Any, **built: Any) -> Made:
    """An answer whose fields are those of the view by the same names, but for the ones built here."""
    same = {name: getattr(seen, name) for name in model.model_fields if name not in built}
    return model(**{name: list(value) if isinstance(value, tuple) else value for name, value in same.items()}, **built)


class PageOf(Answer, Generic[Item]):
    items: list[Item]
    next: str | None = Field(description="pass as `after` for the next page; null on the last")


class SignatureBody(Body):
    """Proof of identity for this very act: a token alone never signs."""

    password: str = Field(max_length=256)
    meaning: Text = Field(min_length=1, description="what the signature means, in words")


class Signed(Body):
    signature: SignatureBody


class Reason(Body):
    reason: Text = Field(min_length=1)


class Empty(Body):
    """Nothing is asked; an empty object or no body at all."""


SIGNATURE_EXAMPLE = {"password": "correct horse battery staple", "meaning": "I approve this report"}
