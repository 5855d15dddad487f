"""What is put into fields to break programs, the fields of a page, and how a page betrays that it broke."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VALUES: dict[str, str | bytes] = {
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "sql": "'; DROP TABLE sample; --",
    "template": "{{7*191}}",
    "statement": "{% raw %}",
    "formula": '=HYPERLINK("http://x","y")',
    "bidi": "PASS\u202e\u2066FAIL",
    "zero width": "LE\u200bAD\u2060\ufeff",
    "nul": "a\0b",
    "surrogate": b"a\xed\xa0\x80b",
    "long": "x" * 100_000,
    "digits": "9" * 6_000,
    "astral": "😀 镕喆 𠮷",
    "header": "a\r\nSet-Cookie: lims_session=x\r\n\r\n<b>",
    "path": "../../etc/passwd",
    "right to left": "شحنة 17 ק",
    "combining": "Z\u0351\u036b\u0343algo",
    "superscript": "²",
    "number": "99999999999999999999",
    "negative": "-1",
    "not a number": "NaN",
}
"""Name -> what is sent. Bytes are sent as they are: they are no text in UTF-8."""
TYPED = ("text", "textarea", "number", "date", "datetime-local", "hidden", "select", "file", "password", "search",
         "checkbox", "radio", "email", "tel")  # fmt: skip


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    value: str = ""
    needed: bool = False


@dataclass
class Form:
    action: str
    method: str
    multipart: bool
    id: str = ""
    fields: list[Field] = field(default_factory=list)


class _Forms(HTMLParser):
    """Every form of a page with its fields, also those that stand outside and name it by its id."""

    def __init__(self, path: str) -> None:
        super().__init__(convert_charrefs=True)
        self.path, self.forms, self.open = path, list[Form](), list[Form]()
        self.strays: list[tuple[str, Field]] = []
        self.select: tuple[str, list[tuple[str, bool]], bool, str] | None = None
        self.area: tuple[str, str, str] | None = None

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in given}
        if tag == "form":
            action = at.get("action") or self.path
            multipart = at.get("enctype") == "multipart/form-data"
            self.forms.append(Form(action, at.get("method", "get").lower(), multipart, at.get("id", "")))
            self.open.append(self.forms[-1])
        elif tag in ("input", "button") and at.get("name"):
            self._input(tag, at)
        elif tag == "select" and at.get("name"):
            self.select = (at["name"], [], "required" in at, at.get("form", ""))
        elif tag == "option" and self.select is not None:
            self.select[1].append((at.get("value", ""), "selected" in at))
        elif tag == "textarea" and at.get("name"):
            self.area = (at["name"], "", at.get("form", ""))

    def handle_startendtag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, given)

    def _input(self, tag: str, at: dict[str, str]) -> None:
        kind = "submit" if tag == "button" else at.get("type", "text")
        if kind in ("checkbox", "radio") and "checked" not in at:
            kind = f"unticked {kind}"
        self._put(Field(at["name"], kind, at.get("value", ""), "required" in at), at.get("form", ""))

    def _put(self, found: Field, form: str) -> None:
        if form or not self.open:
            self.strays.append((form, found))
        else:
            self.open[-1].fields.append(found)

    def handle_data(self, text: str) -> None:
        if self.area is not None:
            self.area = (self.area[0], self.area[1] + text, self.area[2])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.open:
            self.open.pop()
        elif tag == "select" and self.select is not None:
            name, options, needed, form = self.select
            chosen = [value for value, on in options if on] or [value for value, _ in options if value] or [""]
            self._put(Field(name, "select", chosen[0], needed), form)
            self.select = None
        elif tag == "textarea" and self.area is not None:
            self._put(Field(self.area[0], "textarea", self.area[1]), self.area[2])
            self.area = None


def forms_of(page: str, path: str) -> list[Form]:
    """The forms of the page with their fields; a button's name and value count as a field of their own kind."""
    parser = _Forms(path)
    parser.feed(page)
    by_id = {form.id: form for form in parser.forms if form.id}
    for form, stray in parser.strays:
        if form in by_id:
            by_id[form].fields.append(stray)
    return parser.forms


class _Live(HTMLParser):
    """Whatever in a page would run or load: scripts with a body, handlers, addresses that are none of ours."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        at = dict(given)
        if tag == "script" and not (at.get("src") or "").startswith("/static/"):
            self.found.append("a script of its own")
        self.found += [f"<{tag} {name}>" for name in at if name.startswith("on")]
        for name in ("href", "src", "action"):
            if re.match(r"\s*(javascript|vbscript|data:text)", at.get(name) or "", re.I):
                self.found.append(f"<{tag} {name}={at[name]!r}>")
        if tag == "img" and at.get("src") == "x":
            self.found.append("the planted picture")

    def handle_startendtag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, given)


def live_in(page: str) -> list[str]:
    """What a page would do that it should only show; a template that was worked out counts as well."""
    parser = _Live()
    parser.feed(page)
    return parser.found + (["a template was worked out"] if re.search(r"(?<!\d)1337(?!\d)", page) else [])


def shows(page: str, sent: str) -> bool:
    """Whether what was typed is still in the page, however it is escaped there."""
    flat = html.unescape(page).replace("\r\n", "\n")
    return sent.strip().replace("\r\n", "\n") in flat


def messages(page: str) -> Iterator[str]:
    """The reasons that a page of a refusal gives."""
    for line in re.findall(r"<p[^>]*>\s*<span[^>]*>▲</span>(.*?)</p>", page, re.S):
        yield html.unescape(re.sub(r"<[^>]+>", "", line)).strip()
