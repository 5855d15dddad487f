"""Proposes a recipe for a file nobody has a recipe for, with its reasons. A person looks at it before it is used.

A pure function of the bytes and, where they are known, of open sample numbers. It chooses by structure and by the
headings' own words, never by a file's name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from instruments.errors import FileRefused
from instruments.reading import Notice
from instruments.recipes import headings
from instruments.recipes.column_facts import Facts, facts_of
from instruments.recipes.document import recipe_of
from instruments.recipes.layout import adapter_of
from instruments.recipes.plate import Plate, Values
from instruments.recipes.proposal import Document, Proposal
from instruments.source import FileView, view_of
from instruments.tools.grid import Row, Sheet, collapsed
from instruments.tools.marks import digits_of

_LOOKED_AT = 50
_BELOW = 60
_SECTION = re.compile(r"^\[(?P<name>.+)\]$")


def propose(data: bytes, known: Sequence[str] = (), key: str = "proposed") -> Proposal:
    """The recipe that fits best; FileRefused with NO_TABLE_FOUND where nothing in the file looks like results."""
    return propose_for(view_of(data), known, key)


def propose_for(view: FileView, known: Sequence[str] = (), key: str = "proposed") -> Proposal:
    """The same for a file that is decoded already."""
    numbers = frozenset(" ".join(number.split()).casefold() for number in known if number.strip())
    tried = [found for sheet in view.sheets if (found := _sheet(sheet, numbers)) is not None]
    if not tried:
        raise FileRefused("NO_TABLE_FOUND")
    score, sheet, line, document, reasons = max(tried, key=lambda found: found[0])
    document = {"key": key, "version": "1", **document}
    if len(view.sheets) > 1:
        document["file"] = {"sheet": {"name": sheet.name}}
        reasons.append(_why("PROPOSED_SHEET", sheet=sheet.name, of=len(view.sheets)))
    return Proposal(document, tuple(reasons), sheet.name, line, _reads(document, view))


Found = tuple[int, Sheet, int, Document, list[Notice]]


def _why(code: str, **params: Any) -> Notice:
    return Notice(code, params)


def _reads(document: Document, view: FileView) -> bool:
    return adapter_of(recipe_of(document)).recognise(view)


def _sheet(sheet: Sheet, known: frozenset[str]) -> Found | None:
    return (_plate(sheet) or _sections(sheet, known) or _blocks(sheet, known) or _table(sheet, known)
            or _no_header(sheet, known))


def _plate(sheet: Sheet) -> Found | None:
    for wells in (96, 384):
        try:
            grids = Plate(wells, "", (Values("", "", ""),), frozenset(), None).grids(sheet)
        except FileRefused:
            continue
        if not grids:
            continue
        columns = 12 if wells == 96 else 24
        words = [grid for grid in grids if _share_of_numbers([text for _, _, text in grid.texts(columns)]) < 40]
        titles = [grid.titles[0] for grid in grids if grid not in words and grid.titles]
        values = [{"title": title, "analyte": title} for title in dict.fromkeys(titles)]
        plate: Document = {"wells": wells, "values": values if len(titles) == len(grids) - len(words) else [{}]}
        reasons = [_why("PROPOSED_PLATE", wells=wells, grids=len(grids))]
        if words and words[0].titles:
            plate["layout"] = {"title": words[0].titles[0]}
            reasons.append(_why("PROPOSED_PLATE_LAYOUT", title=words[0].titles[0]))
        document = {"recipe": "plate", "plate": plate, "quantity": "absorbance"}
        return 10_000, sheet, grids[0].rows[0].line - 1, document, reasons
    return None


def _share_of_numbers(texts: Sequence[str]) -> int:
    """Percent of the texts that are numbers, words for no number counted with them."""
    used = [text for text in texts if text]
    numbers = sum(1 for text in used if digits_of(text) is not None or headings.state_of(text))
    return numbers * 100 // len(used) if used else 0


def _sections(sheet: Sheet, known: frozenset[str]) -> Found | None:
    """Two or more ``[Name]`` lines: the section with the best table."""
    starts = [(index, mark["name"]) for index, row in enumerate(sheet.rows)
              if (mark := _SECTION.match(next(filter(None, row.cells), ""))) and sum(map(bool, row.cells)) == 1]
    if len(starts) < 2:
        return None
    best: tuple[Found, str] | None = None
    for (start, name), end in zip(starts, [*(index for index, _ in starts[1:]), len(sheet.rows)], strict=True):
        inside = Sheet(sheet.name, sheet.rows[start + 1: end], delimited=sheet.delimited)
        found = _table(inside, known)
        if found is not None and found[3]["recipe"] in ("rows", "wide") and (best is None or found[0] > best[0][0]):
            best = found, name
    if best is None:
        return None
    (score, _, line, document, reasons), name = best
    sections: Document = {"table": name, "columns_are": document.pop("recipe")}
    names = [other for _, other in starts]
    if names.count(names[0]) > 1:
        sections["begins"] = names[0]
    reasons.insert(0, _why("PROPOSED_SECTION", section=name))
    return score, sheet, line, {"recipe": "sections", "sections": sections, **document}, reasons


def _blocks(sheet: Sheet, known: frozenset[str]) -> Found | None:
    """The same header again and again, each time under a line whose label stays and whose text changes."""
    header = _header_at(sheet)
    again = [index for index, row in enumerate(sheet.rows) if header and row.cells == sheet.rows[header[1]].cells]
    if header is None or len(again) < 2 or again[0] == 0:
        return None
    last = again[0]
    label = _label(sheet, again)
    found = _table(Sheet(sheet.name, sheet.rows[last: again[1] - 1], delimited=sheet.delimited), known)
    if not label or found is None or found[3]["recipe"] not in ("rows", "wide"):
        return None
    gives = "sample" if headings.is_called(label, headings.SAMPLE) is not None else "analyte"
    document = _one_line(facts_of(sheet.rows[last], sheet.rows[last + 1: again[1] - 1], known), found[4], (gives,))
    if document is None:
        return None
    block: Document = {"key": {"gives": gives, "label": label}, "table": document.pop("recipe"),
                       "may_be_empty": True}
    document["columns"].pop(gives, None)
    found[4].insert(0, _why("PROPOSED_BLOCKS", label=label, blocks=len(again)))
    return header[0], sheet, sheet.rows[last].line, {"recipe": "blocks", "block": block, **document}, found[4]


def _label(sheet: Sheet, headers: Sequence[int]) -> str:
    """The first text of the nearest line above every header that says something else each time."""
    for back in (1, 2, 3):
        above = [[text for text in sheet.rows[at - back].cells if text] for at in headers if at >= back]
        labels = {texts[0] for texts in above if len(texts) == 2}
        said = {texts[1] for texts in above if len(texts) == 2}
        if len(labels) == 1 and len(said) > 1 and all(len(texts) == 2 for texts in above):
            return labels.pop().rstrip(":：")
    return ""


def _table(sheet: Sheet, known: frozenset[str]) -> Found | None:
    header = _header_at(sheet)
    if header is None:
        return None
    score, at = header
    row = sheet.rows[at]
    reasons = [_why("PROPOSED_HEADER", line=row.line)]
    facts = facts_of(row, sheet.rows[at + 1: at + 1 + _BELOW], known)
    if at + 1 < len(sheet.rows) and _is_units(sheet.rows[at + 1]):
        document = _unit_line(sheet, at, facts_of(row, sheet.rows[at + 2: at + 2 + _BELOW], known), reasons)
    elif _crosswise(facts, known):
        document = _transposed(facts, reasons)
    elif at and _repeats(row):
        document = _two_lines(sheet, at, facts, reasons)
    else:
        document = _one_line(facts, reasons)
    return (score, sheet, row.line, document, reasons) if document else None


def _header_at(sheet: Sheet) -> tuple[int, int] | None:
    """(score, index) of the line of words with the most columns of numbers under it; the earliest where equal."""
    best: tuple[int, int] | None = None
    for at, row in enumerate(sheet.rows[:_LOOKED_AT]):
        texts = [text for text in row.cells if text]
        if len(texts) < 2 or any(digits_of(text) is not None for text in texts):
            continue
        facts = facts_of(row, sheet.rows[at + 1: at + 1 + _BELOW], frozenset())
        numeric = sum(1 for fact in facts if fact.numeric)
        said = sum(1 for fact in facts if fact.meaning)
        score = numeric * 30 + said * 20 + min(len(texts), 40)
        if numeric and (best is None or score > best[0]):
            best = score, at
    return best


def _is_units(row: Row) -> bool:
    texts = [text for text in row.cells if text]
    return len(texts) > 1 and sum(map(headings.is_unit, texts)) * 10 >= len(texts) * 7


def _repeats(row: Row) -> bool:
    names = [collapsed(text).casefold() for text in row.cells if text]
    return len(set(names)) < len(names)


def _crosswise(facts: tuple[Facts, ...], known: frozenset[str]) -> bool:
    """Sample numbers stand in the header, or the first column lists chemical elements."""
    if sum(1 for fact in facts if fact.heading.casefold() in known) > 1:
        return True
    first = [text for text in facts[0].texts if text]
    elements = sum(1 for text in first if text.split(" ")[0] in headings.ELEMENTS)
    return bool(first) and len(first) > 1 and elements * 10 >= len(first) * 7 and bool(facts[0].heading) and (
        facts[0].meaning in ("", "analyte")) and not any(fact.meaning in ("sample", "value") for fact in facts)


def _transposed(facts: tuple[Facts, ...], reasons: list[Notice]) -> Document:
    analyte = next((fact for fact in facts if fact.meaning == "analyte"), facts[0])
    unit = next((fact for fact in facts if fact.meaning == "unit"), None)
    own = {analyte.place, *([unit.place] if unit else [])}
    ignore = [fact.heading for fact in facts if fact.place not in own and fact.heading and not fact.numeric]
    reasons.append(_why("PROPOSED_TRANSPOSED", column=analyte.heading))
    layout: Document = {"analyte": analyte.heading, "ignore": ignore}
    if unit:
        layout["unit"] = unit.heading
    values = [fact for fact in facts if fact.numeric and fact.place not in own]
    return {"recipe": "transposed", "transposed": layout, **_numbers(values, reasons)}


def _sample(facts: tuple[Facts, ...], reasons: list[Notice]) -> Facts:
    """By known numbers in it, else by its heading, else the first column with a text of its own on most lines."""
    by_number = max(facts, key=lambda fact: fact.known)
    if by_number.known:
        reasons.append(_why("PROPOSED_ID_BY_NUMBERS", column=by_number.shown, found=by_number.known))
        return by_number
    called = [fact for fact in facts if fact.meaning == "sample"]
    if called:
        best = min(called, key=lambda fact: fact.rank)
        reasons.append(_why("PROPOSED_ID_BY_HEADING", column=best.shown))
        return best
    distinct = next((fact for fact in facts if fact.heading and not fact.numeric and fact.distinct), facts[0])
    reasons.append(_why("PROPOSED_ID_BY_GUESS", column=distinct.shown))
    return distinct


def _one_line(facts: tuple[Facts, ...], reasons: list[Notice], given: tuple[str, ...] = ()) -> Document | None:
    """One result a row where analytes and results have columns of their own, else analytes across.

    ``given`` is what key lines above the table say.
    """
    sample = _sample(facts, reasons)
    if not sample.heading:
        return None
    analyte = _called(facts, "analyte", sample)
    value = _called(facts, "value", sample, numeric=True) or _response(facts)
    columns: Document = {"sample": sample.heading}
    if value is not None and ("analyte" in given or (analyte is not None and not analyte.numeric)):
        named = analyte.heading if analyte else ""
        reasons.append(_why("PROPOSED_ROWS", analyte=named, value=value.shown))
        columns |= {"analyte": named, "value": value.heading} | _beside(facts, ("unit", "role", "flag"))
        beside = next((fact for fact in facts if fact.place == value.place + 1), None)
        if beside is not None and beside.meaning == "unit":
            # By its own name where that is its alone, so that a renamed value column does not take it along.
            alone = [fact.heading for fact in facts].count(beside.heading) == 1
            columns["unit"] = beside.heading if beside.heading and alone else {"right_of": value.heading}
        unit = headings.split_unit(value.heading)[1]
        document: Document = {"recipe": "rows", "columns": columns, **_numbers([value], reasons)}
        if value.meaning != "value":
            document["quantity"] = headings.RESPONSE[headings.bare(value.heading)]
        return document | ({"unit": unit} if unit and "unit" not in columns else {}) | _skips(sample)
    across = [fact for fact in facts if fact.numeric and fact.heading and fact is not sample and not fact.no_result]
    across = across or [fact for fact in facts if fact.numeric and fact.heading and fact is not sample]
    if not across:
        return None
    reasons.append(_why("PROPOSED_WIDE", columns=", ".join(fact.heading for fact in across[:12])))
    columns |= _beside(facts, ("role", "flag"))
    return {"recipe": "wide", "columns": columns, "analytes": [_analyte(fact, reasons) for fact in across],
            **_numbers(across, reasons), **_skips(sample)}


def _called(facts: tuple[Facts, ...], meaning: str, sample: Facts, numeric: bool = False) -> Facts | None:
    found = [fact for fact in facts if fact.meaning == meaning and fact is not sample
             and (fact.numeric or not numeric)]
    return min(found, key=lambda fact: fact.rank, default=None)


def _response(facts: tuple[Facts, ...]) -> Facts | None:
    """Where no concentration is exported: the area, the cycle or the absorbance, told apart by its quantity."""
    found = [fact for fact in facts if fact.numeric and headings.bare(fact.heading) in headings.RESPONSE]
    return found[0] if found else None


def _beside(facts: tuple[Facts, ...], words: tuple[str, ...]) -> Document:
    found: Document = {}
    names = [fact.heading for fact in facts]
    for fact in facts:
        if names.count(fact.heading) == 1 and (fact.meaning in words or fact.meaning in headings.BESIDE):
            found.setdefault(fact.meaning, fact.heading)
    return found


def _analyte(fact: Facts, reasons: list[Notice]) -> Document:
    name, unit = headings.split_unit(fact.heading)
    if unit:
        reasons.append(_why("PROPOSED_UNIT", column=fact.heading, unit=unit))
    return {"column": fact.heading, "analyte": name, "unit": unit}


def _two_lines(sheet: Sheet, at: int, facts: tuple[Facts, ...], reasons: list[Notice]) -> Document | None:
    """Names that repeat stand under titles: the repeated name that means a result is taken from each group."""
    names = [fact.heading for fact in facts if fact.numeric]
    again = [fact for fact in facts if fact.numeric and names.count(fact.heading) > 1]
    ranked = sorted(again, key=lambda fact: (fact.meaning != "value", fact.no_result, fact.rank, fact.place))
    single = tuple(fact for fact in facts if fact.heading and names.count(fact.heading) < 2)
    if not ranked or not single:
        return None
    sample = _sample(single, reasons)
    name = ranked[0].heading
    reasons.append(_why("PROPOSED_WIDE2", line=sheet.rows[at - 1].line, column=name))
    analytes: Document = {"value_column": name}
    if any("ISTD" in text for text in sheet.rows[at - 1].cells):
        analytes["exclude_regex"] = "ISTD"
    mine = [fact for fact in facts if fact.heading == name]
    unit = headings.split_unit(name)[1]
    columns = {"sample": sample.heading, **_beside(single, ("role", "flag"))}
    return {"recipe": "wide2", "header": {"rows": 2, "fill": "right"}, "columns": columns, "analytes": analytes,
            **({"unit": unit} if unit else {}), **_numbers(mine, reasons), **_skips(sample)}


def _unit_line(sheet: Sheet, at: int, facts: tuple[Facts, ...], reasons: list[Notice]) -> Document | None:
    sample = _sample(facts, reasons)
    under = sheet.rows[at + 1]
    across = [fact for fact in facts if fact.numeric and fact.heading and fact is not sample
              and headings.is_unit(under.at(fact.place))]
    pattern = "^(?:" + "|".join(re.escape(fact.heading) for fact in across) + ")$"
    if not across or len(pattern) > 200 or not sample.heading:
        return None
    reasons.append(_why("PROPOSED_UNIT_LINE", line=under.line))
    return {"recipe": "wide2", "header": {"rows": 2, "unit_row": 2}, "columns": {"sample": sample.heading},
            "analytes": {"value_column_regex": pattern}, **_numbers(across, reasons), **_skips(sample)}


def _no_header(sheet: Sheet, known: frozenset[str]) -> Found | None:
    """Numbers from the first line on: columns by number, for a person to say what they are."""
    rows = sheet.rows[:_BELOW]
    if len(rows) < 2 or len({len(row.cells) for row in rows}) > 2:
        return None
    facts = facts_of(Row(0, ("",) * max(len(row.cells) for row in rows)), rows, known)
    across = [fact for fact in facts if fact.numeric and fact.known == 0]
    if not across or len(across) == len(facts):
        return None
    reasons = [_why("PROPOSED_POSITIONAL", columns=len(facts))]
    sample = _sample(facts, reasons)
    used = [fact for fact in across if fact is not sample]
    widths = [len(row.cells) for row in sheet.rows]
    analytes = [{"column": fact.place + 1, "analyte": f"column {fact.place + 1}"} for fact in used]
    shape = {str(sample.place + 1): "text"} | {str(fact.place + 1): "any" for fact in used}
    shape |= {str(fact.place + 1): "number" for fact in used if fact.pure}
    document = {"recipe": "positional", "columns": {"sample": sample.place + 1}, "analytes": analytes, "shape": shape,
                "width": {"least": min(widths), "most": max(widths)}, **_numbers(used, reasons)}
    return (len(used), sheet, rows[0].line, document, reasons) if used else None


def _numbers(values: Sequence[Facts], reasons: list[Notice]) -> Document:
    """The number marks the columns prove, and what the words among their numbers mean."""
    found: Document = {}
    marks = {fact.marks for fact in values if fact.marks is not None and fact.marks.decimal == ","}
    if any(fact.marks is None for fact in values):
        doubtful = next(fact for fact in values if fact.marks is None)
        reasons.append(_why("PROPOSED_MARKS_DOUBTFUL", column=doubtful.shown))
    elif marks:
        found["number"] = {"decimal": ",", "group": "." if any(mark.group == "." for mark in marks) else ""}
        reasons.append(_why("PROPOSED_DECIMAL_COMMA", column=values[0].shown))
    tokens: Mapping[str, str] = {text: headings.state_of(text) for fact in values for text in fact.words}
    for text, state in tokens.items():
        reasons.append(_why("PROPOSED_TOKEN" if state else "PROPOSED_TOKEN_UNKNOWN", text=text[:80], state=state))
    meant = {text: state for text, state in tokens.items() if state and len(text) <= 200}
    return found | ({"tokens": meant} if meant else {})


def _skips(sample: Facts) -> Document:
    found = sorted({text for text in sample.texts if text.casefold() in headings.SUMMARIES})
    return {"skip_rows": [{"column": sample.heading, "equals": found, "reason": "SUMMARY_ROW"}]} if found else {}
