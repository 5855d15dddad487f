"""Build hook: cuts the document fonts from a variable Noto Sans SC and compiles the translations.

Runs at ``pip install`` (as setuptools' build_py) and as a plain call, ``build_all()``. Imports the
standard library, setuptools, fontTools and babel only; knows nothing of the product it is built for.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

try:
    from setuptools.command.build_py import build_py
except ModuleNotFoundError:  # a plain build_all() in a finished environment needs no setuptools
    build_py = object

HERE = Path(__file__).resolve().parent
FONTS = HERE / "fonts"
TRANSLATIONS = HERE.parent / "lims" / "translations"
WEIGHTS = {"Regular": 400, "Bold": 700}
SOURCE_PACKAGE = "justmytype_intl_cjk"
SOURCE_FONT = "fonts/ofl/notosanssc/NotoSansSC[wght].ttf"
DROPPED_TABLES = ["BASE", "DSIG", "GDEF", "GPOS", "GSUB", "VORG", "gasp", "prep", "vhea", "vmtx"]
# Characters that have no ink and steer the text around them must stay out of the font: the page then
# shows the substitute box instead of letting a name read differently from what is stored.
INVISIBLE = {*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0xAD}


class BuildPy(build_py):
    """``build_py`` that first makes what the package data names."""

    def run(self) -> None:
        build_all()
        self.__dict__.pop("data_files", None)  # looked up before the files above were made
        super().run()


def build_all() -> None:
    """Make every generated file that is missing or older than this hook."""
    build_fonts()
    compile_translations()


def font_path(weight: str) -> Path:
    return FONTS / f"NotoSansSC-{weight}.ttf"


def build_fonts() -> None:
    stale = [weight for weight in WEIGHTS if not _is_fresh(font_path(weight))]
    if not stale or (all(font_path(weight).exists() for weight in WEIGHTS) and not _source_installed()):
        return  # an installed product brings its fonts and need not be able to cut them
    FONTS.mkdir(exist_ok=True)
    source = _source_font()
    shutil.copyfile(source.parent / "OFL.txt", FONTS / "OFL.txt")
    # One process a weight: interpolating some twenty thousand glyphs is the slow part.
    command = [sys.executable, "-m", "reports._build"]
    running = [subprocess.Popen([*command, weight, str(source)], cwd=HERE.parent) for weight in stale]
    codes = [process.wait() for process in running]
    if any(codes):
        raise RuntimeError("the document fonts could not be cut")


def compile_translations() -> None:
    for source in sorted(TRANSLATIONS.glob("**/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        _compile_catalog(source, target)


def cut(weight: str, source: Path) -> None:
    """Cut one static weight: subset first (fewer glyphs to interpolate), then fix the weight axis."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    from reports._letters import add_missing

    font = TTFont(source, recalcTimestamp=False)
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 4, 6, 13, 14]
    options.drop_tables = [*options.drop_tables, *DROPPED_TABLES]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=set(repertoire()))
    subsetter.subset(font)
    static = instantiateVariableFont(font, {"wght": WEIGHTS[weight]}, inplace=True)
    add_missing(static)
    _name(static, weight)
    partial = font_path(weight).with_suffix(".part")
    static.save(partial)
    partial.replace(font_path(weight))  # never a half-written font under the final name


def repertoire() -> Iterator[int]:
    """Every code point a document may need: GBK, its later additions, Latin, Greek, Cyrillic, signs."""
    for first in range(0x81, 0xFF):
        for second in range(0x40, 0xFF):
            text = bytes((first, second)).decode("gbk", errors="ignore")
            yield from map(ord, text)
    for start, stop in (
        (0x20, 0x250),
        (0x2B0, 0x530),
        (0x1E00, 0x2500),
        (0x25A0, 0x2800),
        (0x2E80, 0x3400),
        (0x4DAE, 0x4DAF),
        (0x9FA6, 0xA000),
        (0xFF00, 0xFFF0),
    ):
        yield from (code for code in range(start, stop) if code not in INVISIBLE)


def _is_fresh(path: Path) -> bool:
    made_by = max(source.stat().st_mtime for source in (HERE / "_build.py", HERE / "_letters.py"))
    return path.exists() and path.stat().st_mtime >= made_by


def _source_installed() -> bool:
    return importlib.util.find_spec(SOURCE_PACKAGE) is not None


def _source_font() -> Path:
    spec = importlib.util.find_spec(SOURCE_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"cutting the document fonts needs the package {SOURCE_PACKAGE.replace('_', '-')}")
    return Path(next(iter(spec.submodule_search_locations))) / SOURCE_FONT


def _name(font: object, weight: str) -> None:
    table = font["name"]  # type: ignore[index]
    words = {1: "Noto Sans SC", 2: weight, 4: f"Noto Sans SC {weight}", 6: f"NotoSansSC-{weight}"}
    table.names = [record for record in table.names if record.platformID == 3 and record.nameID not in words]
    for name_id, text in words.items():
        table.setName(text, name_id, 3, 1, 0x409)


def _compile_catalog(source: Path, target: Path) -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as stream:
        catalog = read_po(stream, locale=source.parent.parent.name)
    partial = target.with_suffix(".part")
    with partial.open("wb") as stream:
        write_mo(stream, catalog)
    partial.replace(target)


if __name__ == "__main__":
    cut(sys.argv[1], Path(sys.argv[2]))
