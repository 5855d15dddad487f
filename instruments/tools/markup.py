"""XML into a small tree of elements with their lines. No document type, no entity, no reference outside.

Depth and number of elements are bounded, and a text that is no well-formed XML is refused with its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml import DefusedXmlException
from defusedxml.expatreader import create_parser

from instruments.errors import FileRefused, too_large

MAX_DEPTH = 100
MAX_ELEMENTS = 500_000
_OPENING = re.compile(r"^\ufeff?\s*<(?:\?xml\b|[A-Za-z_!])")
_DECLARES = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_CHUNK = 1024 * 1024


@dataclass
class Element:
    """``tag`` and the attribute names are as written, without a namespace prefix."""

    tag: str
    attributes: Mapping[str, str]
    line: int
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def get(self, *names: str) -> str:
        """The trimmed text of the first of these attributes that is there and not empty."""
        for name in names:
            if self.attributes.get(name, "").strip():
                return self.attributes[name].strip()
        return ""

    def all(self, tag: str) -> Iterator[Element]:
        """Every descendant of that tag, in document order."""
        for child in self.children:
            if child.tag == tag:
                yield child
            yield from child.all(tag)

    def child(self, tag: str) -> Element | None:
        return next((child for child in self.children if child.tag == tag), None)


def is_markup(text: str) -> bool:
    return bool(_OPENING.match(text))


def root_tag(text: str) -> str:
    """The name of the first element without reading further; empty where there is none near the top."""
    found = re.search(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)[\s>/]", text[:4096])
    return found[1] if found and is_markup(text) else ""


def tree_of(text: str) -> Element:
    """The root element; FileRefused for declared entities, broken or boundless XML."""
    if _DECLARES.search(text):
        raise FileRefused("XML_DECLARES_ENTITIES", member="")
    parser = create_parser(forbid_dtd=True, forbid_entities=True, forbid_external=True)
    builder = _Builder(parser.getLineNumber)
    parser.setContentHandler(builder)
    try:
        for start in range(0, len(text), _CHUNK):
            parser.feed(text[start:start + _CHUNK])
        parser.close()
    except DefusedXmlException as error:
        raise FileRefused("XML_DECLARES_ENTITIES", member="") from error
    except SAXParseException as error:
        raise FileRefused("BROKEN_XML", line=error.getLineNumber()) from error
    except SAXException as error:
        raise FileRefused("BROKEN_XML", line=0) from error
    if builder.root is None:
        raise FileRefused("BROKEN_XML", line=0)
    return builder.root


class _Builder(ContentHandler):
    def __init__(self, line: Callable[[], int]) -> None:
        super().__init__()
        self.root: Element | None = None
        self._line = line
        self._open: list[Element] = []
        self._count = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the parser's name
        self._count += 1
        if self._count > MAX_ELEMENTS:
            raise too_large("elements", self._count, MAX_ELEMENTS)
        if len(self._open) >= MAX_DEPTH:
            raise too_large("depth", len(self._open) + 1, MAX_DEPTH)
        element = Element(_local(name), {_local(key): attrs[key] for key in attrs.getNames()}, self._line())
        if self._open:
            self._open[-1].children.append(element)
        elif self.root is None:
            self.root = element
        self._open.append(element)

    def endElement(self, name: str) -> None:  # noqa: N802
        self._open.pop()

    def characters(self, content: str) -> None:
        if self._open:
            self._open[-1].text += content


def _local(name: str) -> str:
    return name.rpartition(":")[2]
