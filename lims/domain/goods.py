"""Kinds of goods of the catalogue, and which of them a product code or an HS code means.

A vague declaration is asked about and not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lims.domain.method import listed
from lims.domain.rules.errors import BadInput


@dataclass(frozen=True)
class Product:
    """A kind of goods of the catalogue with the HS headings it is known under."""

    code: str
    category: str
    name_zh: str
    name_en: str
    hs_codes: tuple[str, ...]
    goods_class: str = ""


FULL_HS = 6
"""Digits of an HS code that names a subheading; a shorter one is vague."""


def find_products(wanted: str, products: Iterable[Product]) -> tuple[Product, ...]:
    """The products meant by a product code or by an HS code: none, one, or several to choose from.

    An HS code finds the products whose heading is its longest prefix; a declared code of fewer than six
    digits also finds the headings below it, so that a vague declaration is asked about and not guessed.
    """
    known = tuple(products)
    by_code = tuple(product for product in known if product.code in (wanted.strip(), wanted.strip().upper()))
    digits = hs_digits(wanted)
    if by_code or not digits:
        return by_code
    ranked = [(max((_match(digits, hs) for hs in product.hs_codes), default=0), product) for product in known]
    longest = max((length for length, _ in ranked), default=0)
    found = [product for length, product in ranked if length and length == longest]
    if len(digits) < FULL_HS:
        below = [p for p in known if any(hs_digits(hs).startswith(digits) for hs in p.hs_codes)]
        found = list(dict.fromkeys([*found, *below])) if longest < len(digits) else found
    return tuple(sorted(found, key=lambda product: product.code))


def hs_digits(text: str) -> str:
    """The digits of an HS code written with or without points and spaces; empty when it is not one."""
    bare = re.sub(r"[.\s]", "", text)
    return bare if re.fullmatch(r"[0-9]{2,12}", bare) else ""


def _match(digits: str, heading: str) -> int:
    """How many digits of the declared code the heading explains; a range of chapters explains the least."""
    span = re.fullmatch(r"(\d\d)-(\d\d)", heading)
    if span:
        return 1 if span.group(1) <= digits[:2] <= span.group(2) else 0
    bare = hs_digits(heading)
    return len(bare) if bare and digits.startswith(bare) else 0


def search_words(kind: str, content: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """(sort, word) of everything that a version of a product or of a method is looked up by; nothing for others."""
    if kind == "product":
        words = {word for heading in listed(content.get("hs_examples", "")) for word in _heading_words(heading)}
        return tuple(("hs", word) for word in sorted(words))
    if kind == "method":
        lists = (("analyte", "analytes"), ("category", "categories"))
        return tuple((sort, word) for sort, name in lists for word in sorted(set(listed(content.get(name, "")))))
    return ()


def _heading_words(heading: str) -> tuple[str, ...]:
    """The digits of a heading; a range of chapters is the chapters in it, each marked as explaining least."""
    span = re.fullmatch(r"(\d\d)-(\d\d)", heading)
    if span:
        return tuple(f"{CHAPTER}{number:02}" for number in range(int(span[1]), int(span[2]) + 1))
    bare = hs_digits(heading)
    return (bare,) if bare else ()


CHAPTER = "-"
"""What stands before a chapter that comes from a range."""


def heading_words(digits: str) -> tuple[str, ...]:
    """The words of all headings that can explain a declared code; those below a vague one are found by its digits."""
    return (*(digits[:length] for length in range(2, len(digits) + 1)), f"{CHAPTER}{digits[:2]}")


def product_from(code: str, content: Mapping[str, str]) -> Product:
    """Reads the stored fields of a product; raises BadInput naming the field that cannot stand."""
    for name in ("category", "name_zh", "name_en"):
        if not (content.get(name) or "").strip():
            raise BadInput("FIELD_NEEDED", field=name)
    headings = listed(content.get("hs_examples", ""))
    for heading in headings:
        if heading != "any" and not hs_digits(heading) and not re.fullmatch(r"\d\d-\d\d", heading):
            raise BadInput("NOT_AN_HS_CODE", field="hs_examples", value=heading)
    return Product(
        code,
        content["category"],
        content["name_zh"],
        content["name_en"],
        headings,
        content.get("goods_class", ""),
    )
