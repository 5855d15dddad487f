"""A certificate's content into one PDF, drawn from its sections; equal content gives equal bytes.

Knows no clock, no database and no reader's language: the document speaks its own two.
"""

from __future__ import annotations

from reports import page
from reports.archive import archived
from reports.certificate.content import CertificateContent
from reports.certificate.sections import frame, header, notes, parties, results, signatures, verdict

ATTACHMENT = "certificate.json"


def render(content: CertificateContent) -> bytes:
    """The document as PDF/A-3b with its content embedded as ``certificate.json``; not yet signed."""
    return archived(
        draw(content),
        attachment=content.to_json(),
        name=ATTACHMENT,
        title=title_of(content),
        author=content.laboratory.name.en or content.laboratory.name.zh,
    )


def draw(content: CertificateContent) -> bytes:
    """The bare pages, uncompressed: making the archive file compresses them, once."""
    blocks = [
        *header.blocks(content),
        *parties.blocks(content),
        *verdict.blocks(content),
        *results.blocks(content),
        *notes.blocks(content),
        *signatures.blocks(content),
    ]
    return page.document(blocks, frame.sheet(content), title=title_of(content), compress=False)


def title_of(content: CertificateContent) -> str:
    return f"{header.title(content).en} {content.number}-{content.revision}"
