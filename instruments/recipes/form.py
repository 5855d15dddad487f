"""``cells``: a form sheet, read by address. Texts that must stand where the recipe says prove that it is the form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from instruments.errors import FileRefused, RecipeError
from instruments.reading import Tally
from instruments.recipes.column import nearest
from instruments.recipes.fields import Fields, address_of, text_of
from instruments.recipes.recipe import Cell, Recipe
from instruments.tools.grid import Sheet, same

Address = tuple[int, int]


@dataclass(frozen=True)
class Said:
    """A text of the recipe itself, or the address where the form has it."""

    text: str = ""
    address: Address | None = None
    shown: str = ""

    def on(self, form: Mapping[Address, str]) -> str:
        return self.text if self.address is None else form.get(self.address, "")


@dataclass(frozen=True)
class Result:
    value: Said
    analyte: Said
    unit: Said
    sample: Said


@dataclass(frozen=True)
class Form:
    anchors: tuple[Said, ...]
    results: tuple[Result, ...]
    role: Said
    extra: tuple[tuple[str, Said], ...]

    def recognise(self, recipe: Recipe, sheets: tuple[Sheet, ...]) -> bool:
        last = max(anchor.address[0] for anchor in self.anchors if anchor.address)
        return any(self._wrong(_texts(sheet, last)) is None for sheet in sheets)

    def cells(self, recipe: Recipe, sheets: tuple[Sheet, ...], tally: Tally) -> Iterator[Cell]:
        forms = [(sheet, _texts(sheet)) for sheet in sheets]
        mine = [(sheet, form) for sheet, form in forms if self._wrong(form) is None]
        if not mine:
            form = forms[0][1] if forms else {}
            wrong = self._wrong(form) or self.anchors[0]
            near = nearest(wrong.text, form.values())
            raise FileRefused("CELL_NOT_AS_EXPECTED", address=wrong.shown, expected=wrong.text,
                              found=form.get(wrong.address or (0, 0), ""), nearest=near[0] if near else "")
        for sheet, form in mine:
            yield from self._results(sheet.name, form, tally)

    def _wrong(self, form: Mapping[Address, str]) -> Said | None:
        """The first anchor whose text does not stand there."""
        return next((anchor for anchor in self.anchors
                     if not same(form.get(anchor.address or (0, 0), ""), anchor.text)), None)

    def _results(self, sheet: str, form: Mapping[Address, str], tally: Tally) -> Iterator[Cell]:
        extra = {word: said.on(form) for word, said in self.extra}
        tally.announce(len(self.results))
        for result in self.results:
            line, _ = result.value.address or (0, 0)
            yield Cell(sheet, line, result.value.shown, result.sample.on(form), result.analyte.on(form),
                       result.value.on(form), result.unit.on(form), "", self.role.on(form), extra)


def _texts(sheet: Sheet, last: int = 0) -> dict[Address, str]:
    """Every text by its address, down to the line ``last`` where one is given."""
    return {(row.line, place): text for row in (sheet.rows[:last] if last else sheet.rows)
            for place, text in enumerate(row.cells, start=1) if text}


def form_of(fields: Fields) -> Form:
    inside = fields.inside("cells", needed=True)
    anchors = []
    for item, field in inside.items("anchors"):
        entry = Fields(item, field)
        anchors.append(Said(entry.text("text"), address_of(entry.raw("at"), f"{field}.at"), entry.text("at")))
        entry.close()
    if not anchors:
        raise RecipeError("cells.anchors", "at least one text that proves the form")
    sample = _said(inside, "sample") if inside.has("sample") else None
    results = tuple(_result(item, field, sample) for item, field in inside.items("results"))
    if not results:
        raise RecipeError("cells.results", "at least one")
    extra = inside.inside("extra")
    found = Form(tuple(anchors), results, _said(inside, "role"),
                 tuple((word, _said(extra, word)) for word in extra.words()))
    inside.close()
    return found


def _result(item: object, field: str, sample: Said | None) -> Result:
    entry = Fields(item, field)
    own = _said(entry, "sample") if entry.has("sample") else sample
    if own is None:
        raise RecipeError(f"{field}.sample", "missing, here and for the whole form")
    value = Said("", address_of(entry.raw("at"), f"{field}.at"), entry.text("at").upper())
    if not entry.has("analyte"):
        raise RecipeError(f"{field}.analyte", "missing")
    found = Result(value, _said(entry, "analyte"), _said(entry, "unit"), own)
    entry.close()
    return found


def _said(fields: Fields, word: str) -> Said:
    """``"mg/kg"`` stands for itself, ``{"at": "D7"}`` for what the form has there."""
    value = fields.raw(word, "")
    if not isinstance(value, Mapping):
        return Said(text_of(value, fields.path(word), empty=True))
    inside = fields.inside(word)
    found = Said("", address_of(inside.raw("at"), inside.path("at")), inside.text("at").upper())
    inside.close()
    return found
