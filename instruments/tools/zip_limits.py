"""Looks at a zip container before anything opens it: counts, sizes, ratios, and what its XML declares."""

from __future__ import annotations

import io
import re
import zipfile

from instruments.errors import FileRefused, too_large

MAX_MEMBERS = 1_000
MAX_EXPANDED = 200 * 1024 * 1024
MAX_RATIO = 100
# Below this size even a perfect ratio does no harm, and short repetitive sheets reach it honestly.
_RATIO_COUNTS_FROM = 1024 * 1024
_NESTED = (".zip", ".xlsx", ".xlsm", ".xls", ".docx", ".jar", ".7z", ".gz")
_DECLARES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def inspect_zip(data: bytes) -> tuple[str, ...]:
    """The member names, or FileRefused. Sizes come from the directory, so nothing large is expanded."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _refuse_sizes(members)
            for member in members:
                _refuse_member(archive, member)
            return tuple(member.filename for member in members)
    except FileRefused:
        raise
    except Exception as error:  # zipfile, zlib and struct each complain in their own way
        raise FileRefused("CORRUPT_WORKBOOK", kind="zip") from error


def _refuse_sizes(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise too_large("members of the container", len(members), MAX_MEMBERS)
    expanded = sum(member.file_size for member in members)
    if expanded > MAX_EXPANDED:
        raise too_large("expanded bytes", expanded, MAX_EXPANDED)
    for member in members:
        ratio = member.file_size // max(member.compress_size, 1)
        if member.file_size > _RATIO_COUNTS_FROM and ratio > MAX_RATIO:
            raise too_large("compression ratio", ratio, MAX_RATIO)


def _refuse_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    name = member.filename.lower()
    if member.flag_bits & 1:
        raise FileRefused("ENCRYPTED")
    if name.endswith(_NESTED):
        raise FileRefused("NESTED_CONTAINER")
    if not name.endswith((".xml", ".rels", ".vml")):
        return
    content = archive.read(member)
    if _DECLARES.search(content) or _DECLARES.search(content.replace(b"\x00", b"")):
        raise FileRefused("XML_DECLARES_ENTITIES", member=member.filename[:80])
