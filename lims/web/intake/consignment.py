"""A new request as its form sends it: numbered fields to lines and lots; what is malformed is left to the use-case."""

from __future__ import annotations

from collections.abc import Mapping

from lims.services.request import LineCommand, LodgeRequest, LotCommand
from lims.services.ruling import ContractRule

FIELDS = ("vessel", "bill_no", "containers", "contract_no", "entry_date")
"""Facts of the transport, all optional."""
MOST_LINES = 60


def lines_typed(form: Mapping[str, str]) -> int:
    """How many rows of lines the form carries."""
    count = form.get("lines", "1")
    shown = int(count) if count.isascii() and count.isdigit() and len(count) < 6 else 1
    return min(MOST_LINES, max(1, shown))


def lodging(form: Mapping[str, str]) -> LodgeRequest:
    return LodgeRequest(
        declaration_no=_text(form, "declaration_no"),
        jurisdiction=_text(form, "jurisdiction") or "CN",
        port=_text(form, "port"),
        importer=_text(form, "importer"),
        producer=_text(form, "producer"),
        origin=_text(form, "origin"),
        transport={name: _text(form, name) for name in FIELDS if _text(form, name)},
        note=_text(form, "note"),
        trade_mode=_text(form, "trade_mode"),
        contract_rule=ContractRule(_text(form, "contract_rule"), _text(form, "contract_reason")),
        lines=tuple(_line(form, n) for n in range(1, lines_typed(form) + 1) if _filled(form, n)),
    )


def _text(form: Mapping[str, str], name: str) -> str:
    return form.get(name, "").strip()


def _filled(form: Mapping[str, str], n: int) -> bool:
    """A row counts as soon as anything is typed into it; an untouched one is not a line."""
    return any(_text(form, f"{name}.{n}") for name in ("hs_code", "product", "goods_zh", "goods_en", "quantity"))


def _line(form: Mapping[str, str], n: int) -> LineCommand:
    quantity, unit = _text(form, f"quantity.{n}"), _text(form, f"unit.{n}") or "kg"
    return LineCommand(
        hs_code=_text(form, f"hs_code.{n}"),
        product=_text(form, f"product.{n}"),
        goods_zh=_text(form, f"goods_zh.{n}"),
        goods_en=_text(form, f"goods_en.{n}"),
        quantity=quantity,
        unit=unit,
        packages=_text(form, f"packages.{n}"),
        lots=_lots(_text(form, f"lots.{n}"), quantity, unit),
        intended_use=_text(form, f"intended_use.{n}"),
    )


def _lots(text: str, quantity: str, unit: str) -> tuple[LotCommand, ...]:
    """One lot a text line: its mark, and behind ``=`` its quantity where it is not the whole of the line."""
    lots = []
    for one in filter(None, (part.strip() for part in text.replace("；", ";").replace("\n", ";").split(";"))):
        mark, _, part = one.partition("=")
        lots.append(LotCommand(mark.strip(), part.strip() or quantity, unit))
    return tuple(lots)
