"""The build hook: fonts are cut once and hold what names need; translations are compiled."""

from __future__ import annotations

from gettext import GNUTranslations
from pathlib import Path

import pytest

from reports import _build, fonts

PO = """\
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Sample"
msgstr "样品"
"""


def test_fonts_that_are_there_are_not_cut_again() -> None:
    before = {weight: _build.font_path(weight).stat().st_mtime_ns for weight in _build.WEIGHTS}
    _build.build_all()
    assert {weight: _build.font_path(weight).stat().st_mtime_ns for weight in _build.WEIGHTS} == before


def test_a_catalogue_is_compiled_into_what_gettext_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "zh" / "LC_MESSAGES" / "messages.po"
    source.parent.mkdir(parents=True)
    source.write_text(PO, encoding="utf-8")
    monkeypatch.setattr(_build, "TRANSLATIONS", tmp_path)
    _build.compile_translations()
    with source.with_suffix(".mo").open("rb") as stream:
        assert GNUTranslations(stream).gettext("Sample") == "样品"


def test_signs_without_ink_are_not_in_the_font() -> None:
    wanted = set(_build.repertoire())
    assert {ord("龘"), ord("镕"), ord("é"), ord("Ω"), ord("≤")} <= wanted
    assert not wanted & _build.INVISIBLE
    for font in fonts.load().values():
        assert not set(dict.keys(font.face.charToGlyph)) & _build.INVISIBLE


@pytest.mark.parametrize("weight", sorted(_build.WEIGHTS))
def test_all_digits_are_equally_wide(weight: str) -> None:
    font = fonts.load()[fonts.REGULAR if weight == "Regular" else fonts.BOLD]
    assert len({font.face.charWidths[ord(digit)] for digit in "0123456789"}) == 1


def test_the_two_weights_differ() -> None:
    regular, bold = (fonts.load()[name].face for name in (fonts.REGULAR, fonts.BOLD))
    assert regular.charWidths[ord("m")] != bold.charWidths[ord("m")]
