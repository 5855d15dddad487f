"""Every real export as another program would have written it: the same rows, or a refusal; never a false row.

The table of what came of each file is printed at the end (``pytest -s`` or ``-rP`` shows it).
"""

from __future__ import annotations

import json
import random
from collections import Counter
from importlib.resources import files

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instruments.errors import FileRefused
from instruments.registry import read, read_by_recipe
from instruments.sandbox import parse_apart
from lims.domain.numbers.entry import read_entry
from tests.instruments.altered import (
    ENCODINGS,
    Outcome,
    comma,
    encoded,
    outcome,
    point,
    row_of,
    shuffled,
    spoiled,
    text_of,
    with_commas,
)
from tests.instruments.corpus import names, real
from tests.instruments.examples import EXAMPLES, doubtful_lines
from tests.instruments.test_recipe_kinds import KINDS

NAMES = names() or [pytest.param("", marks=pytest.mark.skip(reason="the real instrument exports are not here"))]
HEADERLESS = {"senaite.core/Eltra BOG.txt", "senaite.core/icp output.csv"}
"""Columns without a header mean what they are by their number alone; moved, they are another file."""
TOKENS = ("-----", "----", "N/A", "NF", "n.a.", "ND", "N.D.", "Undetermined", "<LOD", "< LOD", "OVRFLW", "MISSED",
          "***", "Out of range", "未检出", "@@?", "Positif", "#DIV/0!", "NaN", "-")
TABLE: dict[str, dict[str, str]] = {}
_KNOWN: dict[str, Outcome] = {}


def base(name: str) -> Outcome:
    if name not in _KNOWN:
        _KNOWN[name] = outcome(real(name), name)
    return _KNOWN[name]


def noted(name: str, column: str, word: str) -> str:
    TABLE.setdefault(name, {})[column] = word
    return word


@pytest.fixture(scope="module", autouse=True)
def table() -> object:
    yield None
    columns = [*ENCODINGS, "shuffled", "comma", "cut", "spoiled"]
    print("\n" + " | ".join(["file".ljust(46), "rows", *(column.ljust(14) for column in columns)]))
    for name, words in sorted(TABLE.items()):
        rows = len(base(name).parsed.readings) if base(name).parsed else base(name).code
        print(" | ".join([name[-46:].ljust(46), str(rows), *(words.get(c, "").ljust(14) for c in columns)]))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", NAMES)
def test_another_encoding_says_the_same(name: str, encoding: str) -> None:
    text = text_of(real(name))
    again = encoded(text, encoding) if text is not None else None
    if again is None:
        noted(name, encoding, "workbook" if text is None else "cannot")
        return
    said = outcome(again, name)
    assert noted(name, encoding, said.beside(base(name))) == (base(name).code or "same")


@pytest.mark.parametrize("name", NAMES)
def test_moved_columns_say_the_same_or_are_refused(name: str) -> None:
    whole = base(name)
    if whole.parsed is None or name in HEADERLESS:
        return
    moved = shuffled(real(name), whole.parsed.adapter)
    if moved is None:
        noted(name, "shuffled", "old workbook")
        return
    said = outcome(moved, name)
    noted(name, "shuffled", said.beside(whole))
    assert said.parsed is None or said.rows == whole.rows


@pytest.mark.parametrize("name", NAMES)
def test_decimal_commas_are_kept_as_printed_or_refused(name: str) -> None:
    whole = base(name)
    again = with_commas(real(name)) if whole.parsed is not None else None
    if whole.parsed is None or again is None:
        return
    said = outcome(again, name)
    plain = Counter(tuple(point(text) for text in row) for row in said.rows.elements())
    wanted = Counter(tuple(point(comma(text)) for text in row) for row in whole.rows.elements())
    noted(name, "comma", said.code or ("same" if plain == wanted else "OTHER"))
    assert said.parsed is None or plain == wanted


def _cuts_say_nothing_false(name: str, most: int) -> None:
    data, whole = real(name), base(name)
    places = range(1, len(data), 100)
    step = max(1, len(places) // most)
    told: Counter[str] = Counter()
    for cut in places[::step]:
        said = outcome(data[:cut], name)
        told[said.code or "fewer"] += 1
        if said.parsed is None:
            continue
        doubtful = doubtful_lines(said.parsed)
        sure = Counter(row_of(reading) for reading in said.parsed.readings if reading.source.line not in doubtful)
        assert not sure - whole.rows, cut
        assert said.parsed.result_cells == len(said.parsed.readings) + sum(n for _, n in said.parsed.skipped)
    noted(name, "cut", ", ".join(f"{code} {count}" for code, count in told.most_common(2)))


@pytest.mark.parametrize("name", NAMES)
def test_a_cut_file_says_nothing_that_the_whole_one_does_not(name: str) -> None:
    _cuts_say_nothing_false(name, 8)


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_a_file_cut_at_every_hundredth_byte_says_nothing_false(name: str) -> None:
    _cuts_say_nothing_false(name, 300)


@pytest.mark.parametrize("name", NAMES)
def test_one_spoiled_cell_is_shown_as_it_is_and_changes_no_other(name: str) -> None:
    whole = base(name)
    if whole.parsed is None:
        return
    dice = random.Random(5)
    told: Counter[str] = Counter()
    for reading in dice.sample(whole.parsed.readings, min(30, len(whole.parsed.readings))):
        word = dice.choice(("@@?", "ND", "12x4"))
        data = spoiled(real(name), reading, word) if told.total() < 3 else None
        if data is None:
            continue
        said = outcome(data, name)
        told[said.code or "kept"] += 1
        if said.parsed is not None:
            lost = whole.rows - said.rows
            new = said.rows - whole.rows
            assert set(lost) <= {row_of(other) for other in whole.parsed.readings
                                 if other.source.line == reading.source.line}
            assert all(word in row[2] or word in row[4] for row in new)
    noted(name, "spoiled", ", ".join(f"{code} {count}" for code, count in told.items()))


SHIPPED = [path for path in sorted((files("instruments.recipes") / "shipped").iterdir(), key=lambda path: path.name)
           if path.name.endswith(".json")]


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_reads_decimal_commas_as_declared_and_refuses_them_otherwise(name: str) -> None:
    """Every file that a shipped recipe reads, under that recipe with its number marks declared."""
    whole = base(name)
    again = with_commas(real(name))
    mine = [path for path in SHIPPED if whole.parsed and path.name == f"{whole.parsed.adapter}.json"]
    if not mine or again is None:
        return
    recipe = json.loads(mine[0].read_text(encoding="utf-8"))
    with_comma = json.dumps(recipe | {"number": {"decimal": ",", "group": ""}}).encode()
    with_point = json.dumps(recipe | {"number": {"decimal": ".", "group": ""}}).encode()
    said = read_by_recipe(again, with_comma)
    assert [point(reading.value) for reading in said.readings] == [
        point(comma(reading.value)) for reading in whole.parsed.readings]
    if not any("," in comma(reading.value) for reading in whole.parsed.readings):
        return  # whole numbers are the same under every mark
    for data, wrong in ((again, with_point), (real(name), with_comma)):
        with pytest.raises(FileRefused) as refused:
            read_by_recipe(data, wrong)
        assert refused.value.code == "NUMBER_MARKS"


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("key", sorted(set(EXAMPLES) - {"agilent_icpms_batch"}))
def test_no_token_ever_becomes_a_number(key: str, token: str) -> None:
    data = EXAMPLES[key][0]
    for reading in read(data).readings[:3]:
        changed = spoiled(data, reading, token)
        if changed is None:
            continue
        try:
            said = read(changed)
        except FileRefused:
            continue
        again = [other.value for other in said.readings if other.source == reading.source
                 and other.sample_id == reading.sample_id]
        entry = read_entry(token)
        assert entry.status != "numeric"
        assert all(value == token or read_entry(value).status != "numeric" for value in again)


def apart(data: bytes, recipe: bytes | None = None) -> None:
    """Whatever comes, the reading process answers with readings that balance, or with a refusal."""
    try:
        parsed = parse_apart(data, recipe=recipe)
    except FileRefused:
        return
    assert parsed.result_cells == len(parsed.readings) + sum(count for _, count in parsed.skipped)
    assert all(reading.value for reading in parsed.readings)


def flipped(data: bytes, dice: random.Random) -> bytes:
    spoilt = bytearray(data)
    for _ in range(dice.randint(1, 6)):
        act, place = dice.randrange(3), dice.randrange(len(spoilt))
        if act == 0:
            spoilt[place] = dice.randrange(256)
        elif act == 1:
            del spoilt[place: place + dice.randint(1, 40)]
            spoilt = spoilt or bytearray(b"x")
        else:
            spoilt[place:place] = spoilt[place: place + dice.randint(1, 40)]
    return bytes(spoilt)


@pytest.mark.parametrize("key", EXAMPLES)
def test_flipped_bytes_never_leave_the_process_as_an_exception(key: str) -> None:
    dice = random.Random(17)
    for _ in range(15):
        apart(flipped(EXAMPLES[key][0], dice))


@pytest.mark.parametrize("kind", KINDS)
def test_flipped_bytes_never_break_a_recipe(kind: str) -> None:
    recipe, data = KINDS[kind]
    document = json.dumps(recipe).encode()
    dice = random.Random(19)
    for _ in range(20):
        apart(flipped(data, dice), document)


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_flipped_bytes_of_real_exports_never_break_the_process(name: str) -> None:
    dice = random.Random(23)
    for _ in range(20):
        apart(flipped(real(name), dice))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.one_of(
    st.binary(max_size=300),
    st.lists(st.lists(st.text(max_size=8), max_size=6), max_size=8).map(
        lambda rows: "\n".join(",".join(row) for row in rows).encode("utf-8", "replace")),
))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    apart(data)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(cells=st.lists(st.one_of(
    st.sampled_from(TOKENS), st.from_regex(r"[<>]?-?[0-9]{1,4}([.,][0-9]{1,3})?", fullmatch=True), st.text(max_size=6),
), min_size=1, max_size=6))
def test_whatever_stands_in_a_value_cell_is_kept_as_printed(cells: list[str]) -> None:
    recipe = {"version": "1", "recipe": "wide", "columns": {"sample": "No."}, "analytes": ["Pb"]}
    clean = [cell for cell in (" ".join(cell.split()) for cell in cells) if not set(cell) & set(';"\x00')]
    data = "No.;Pb\n" + "".join(f"S-{number};{cell}\n" for number, cell in enumerate(clean))
    try:
        parsed = parse_apart(data.encode("utf-8", "replace"), recipe=json.dumps(recipe).encode())
    except FileRefused:
        return
    shown = [cell.encode("utf-8", "replace").decode().strip() for cell in clean]
    values = {reading.sample_id: reading.value + reading.unit for reading in parsed.readings}
    for number, cell in enumerate(shown):
        assert values.get(f"S-{number}", "").replace(" ", "") == cell.replace(" ", "")
