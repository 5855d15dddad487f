"""Why a file was not read, by whose fault it is; every class hangs in the one LimsError tree.

FileRefused            the file: damaged, hostile, too large, foreign, or without results
  NotRecognised        nobody claims it, or the adapter fixed for the instrument does not
  Ambiguous            several claim it; they are named
  NothingToImport      recognised, and it holds no reportable result
RecipeError            the recipe's author: a field of it is wrong
UnknownAdapter         the caller named an adapter that does not exist
AdapterFault           ours: the reader itself broke; nothing of the file may be used
"""

from __future__ import annotations

from typing import Any

from lims.domain.rules.errors import BadInput, LimsError, NotFound


class FileRefused(BadInput):
    """The file is answered with a refusal: nothing of it is imported.

    ``adapter`` names who had claimed the file, once somebody had.
    """

    adapter: str | None = None


class NotRecognised(FileRefused):
    def __init__(self, code: str = "NOT_RECOGNISED", **params: Any) -> None:
        super().__init__(code, **params)


class Ambiguous(FileRefused):
    def __init__(self, candidates: tuple[str, ...]) -> None:
        super().__init__("AMBIGUOUS", candidates=candidates)
        self.candidates = candidates


class NothingToImport(FileRefused):
    """``because`` says what the file holds instead: RAW_CURVE, ONLY_EMPTY_CELLS, ..."""

    def __init__(self, because: str, **params: Any) -> None:
        super().__init__("NO_RESULTS", because=because, **params)


class RecipeError(BadInput):
    def __init__(self, field: str, because: str) -> None:
        super().__init__("BAD_RECIPE", field=field, because=because)


class UnknownAdapter(NotFound):
    def __init__(self, key: str, known: tuple[str, ...]) -> None:
        super().__init__("UNKNOWN_ADAPTER", key=key, known=known)


class AdapterFault(LimsError):
    """A fault of the program: an adapter broke its promises on a file it had claimed."""


def corrupt_header(**params: Any) -> FileRefused:
    return FileRefused("CORRUPT_HEADER", **params)


def cut_short(**params: Any) -> FileRefused:
    return FileRefused("CUT_SHORT", **params)


def too_large(what: str, found: int, limit: int) -> FileRefused:
    return FileRefused("TOO_LARGE", what=what, found=found, limit=limit)
