"""Bytes as a download: the name is quoted, the type is said by us, and nothing in it is ever run."""

from __future__ import annotations

from urllib.parse import quote

from flask.wrappers import Response


def handed_out(content: bytes, name: str, media_type: str = "application/pdf", inline: bool = True) -> Response:
    answer = Response(content, mimetype=media_type)
    how = "inline" if inline else "attachment"
    answer.headers["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(name, safe='')}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
