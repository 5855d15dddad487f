"""PDF pages into an archive file: PDF/A-3b with an output intent, XMP and one associated attachment.

Must run before signing: a signed file is never rewritten.
"""

from __future__ import annotations

import hashlib
from functools import cache
from io import BytesIO
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

PRODUCER = "lims"
XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<pdf:Producer>{producer}</pdf:Producer>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


def archived(pdf: bytes, *, attachment: bytes, name: str, title: str, author: str) -> bytes:
    """The same pages as PDF/A-3b with ``attachment`` (JSON) embedded; equal input gives equal bytes."""
    with Pdf.open(BytesIO(pdf)) as document:
        _describe(document, title, author)
        _intend_colours(document)
        _attach(document, attachment, name)
        document.trailer.ID = _identifier(pdf, attachment)
        out = BytesIO()
        document.save(
            out,
            deterministic_id=True,
            min_version="1.7",
            fix_metadata_version=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            compress_streams=True,
        )
        return out.getvalue()


def _identifier(pdf: bytes, attachment: bytes) -> Array:
    mark = hashlib.sha256(pdf + attachment).digest()[:16]
    return Array([String(mark), String(mark)])


def _describe(document: Pdf, title: str, author: str) -> None:
    words = {"title": _xml(title), "author": _xml(author), "producer": PRODUCER}
    stream = document.make_stream(XMP.format(**words).encode("utf-8"))
    stream.Type, stream.Subtype = Name.Metadata, Name.XML
    document.Root.Metadata = stream
    if "/Info" in document.trailer:
        del document.trailer["/Info"]  # the XMP says the same once; two places could disagree
    document.Root.MarkInfo = Dictionary(Marked=False)
    document.Root.Lang = String("zh-CN")


def _xml(text: str) -> str:
    """Text that XML can hold: control characters cannot stand in it at all."""
    return escape("".join(sign if sign.isprintable() else " " for sign in text))


def _intend_colours(document: Pdf) -> None:
    profile = document.make_stream(srgb_profile())
    profile.N = 3
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        DestOutputProfile=profile,
        OutputConditionIdentifier=String("sRGB"),
        Info=String("sRGB IEC61966-2.1"),
    )
    document.Root.OutputIntents = Array([document.make_indirect(intent)])


@cache
def srgb_profile() -> bytes:
    """An sRGB profile whose date is fixed, so that equal documents stay equal."""
    from PIL.ImageCms import ImageCmsProfile, createProfile

    raw = bytearray(ImageCmsProfile(createProfile("sRGB")).tobytes())
    raw[24:36] = bytes.fromhex("07ea00010001000000000000")  # 2026-01-01 00:00:00
    raw[84:100] = bytes(16)  # the profile's own digest covers the date: zero means "not computed"
    return bytes(raw)


def _attach(document: Pdf, raw: bytes, name: str) -> None:
    stream = document.make_stream(raw)
    stream.Type, stream.Subtype = Name.EmbeddedFile, Name("/application/json")
    digest = hashlib.md5(raw, usedforsecurity=False).digest()
    stream.Params = Dictionary(Size=len(raw), CheckSum=String(digest), ModDate=String("D:20260101000000Z"))
    spec = document.make_indirect(
        Dictionary(
            Type=Name.Filespec,
            F=String(name),
            UF=String(name),
            AFRelationship=Name.Source,
            Desc=String("machine-readable content of this document"),
            EF=Dictionary(F=stream, UF=stream),
        )
    )
    document.Root.AF = Array([spec])
    document.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([String(name), spec])))
