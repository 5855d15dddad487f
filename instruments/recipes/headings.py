"""What laboratories call the columns of their files, in the languages met so far; and the unit inside a heading."""

from __future__ import annotations

import re

from lims.domain.numbers import units
from lims.domain.numbers.vocabulary import STATUS_OF, key_of


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split("|"))


SAMPLE = _words(
    "sample id|sample no|sample number|sample name|lab number|lab no|sample|barcode|specimen|样品编号|实验室编号|样品号"
    "|样品名称|样品|编号|probe|probenname|échantillon|muestra|образец")
ANALYTE = _words(
    "analyte|analyte name|element|parameter|test name|test|compound|compound name|component|component name|assay|target"
    "|peak name|substance|检测项目|项目|元素|组分|参数|化合物|待测物|analyt|verbindung|показатель")
VALUE = _words(
    "final conc|reported conc|corr con|concentration|conc|result|amount|content|value|calc conc|结果|检测结果|浓度|含量"
    "|测定值|ergebnis|konzentration|résultat|результат")
RESPONSE = {"area": "area", "peak area": "area", "峰面积": "area", "cq": "Ct", "ct": "Ct", "absorbance": "absorbance",
            "od": "absorbance", "吸光度": "absorbance"}
UNIT = _words("unit|units|result unit|单位|einheit|unité|единица")
ROLE = _words("sample type|type|kind|样品类型|类型|probentyp")
FLAG = _words("flag|flags|error|errors|warning|remark|标记|备注")
BESIDE = {
    "dilution": _words("dilution|dilution factor|dil|total dil|稀释倍数|稀释因子"),
    "position": _words("vial|well|cup|position|位置|瓶号"),
    "datafile": _words("data file|filename|file name|数据文件"),
    "replicate": _words("rep|replicate|平行"),
}
NO_RESULT = _words(
    "rt|ret time|retention time|area|height|weight|volume|date|time|no|line|rsd|%rsd|sd|s/n|intensity|cps|wavelength|id"
    "|#|level|vial|index|保留时间|峰面积|峰高|称样量|定容体积|日期|时间|序号|强度|荧光强度")
SUMMARIES = frozenset(_words(
    "mean|average|sd|std. dev.|std dev|%rsd|rsd|rsd%|minimum|maximum|平均值|平均|标准偏差|mittelwert|moyenne"))
ELEMENTS = frozenset(_words(
    "Li|Be|B|Na|Mg|Al|Si|P|S|K|Ca|Sc|Ti|V|Cr|Mn|Fe|Co|Ni|Cu|Zn|Ga|Ge|As|Se|Br|Rb|Sr|Y|Zr|Nb|Mo|Ru|Rh|Pd|Ag|Cd|In|Sn"
    "|Sb|Te|I|Cs|Ba|La|Ce|Pr|Nd|Sm|Eu|Gd|Tb|Dy|Ho|Er|Tm|Yb|Lu|Hf|Ta|W|Re|Ir|Pt|Au|Hg|Tl|Pb|Bi|Th|U"))
NO_PEAK = frozenset({"-----", "----", "---", "--", "nf", "n/f", "no peak", "undetermined", "target not detected"})
_STATES = {"not_detected": "not_detected", "over_range": "over_range", "not_measured": "not_measured",
           "below_loq": "censored", "trace": "censored", "detected": "qualitative", "outcome": "qualitative"}
_SIGNS = re.compile(r"[.:：#]+$")
_BRACKETS = re.compile(r"(?P<name>.*?)\s*[\[(（]\s*(?P<unit>[^\[\]()（）]+?)\s*[\])）]")
_BEHIND = re.compile(r"(?P<name>.+?)(?:\s*[,，/]\s*|\s+)(?P<unit>\S+(?: [A-Z]\S*)?)")


def bare(heading: str) -> str:
    """The heading without its unit, its stops and its underlines, in lower case."""
    text = _SIGNS.sub("", split_unit(heading)[0].casefold()).strip()
    return " ".join(text.replace(".", " ").replace("_", " ").replace("(", " ").replace(")", " ").split())


def is_called(heading: str, words: tuple[str, ...], inside: bool = False) -> int | None:
    """How good a heading says one of the words: 0 is best; None where it does not.

    ``inside`` also takes a word inside a longer heading, as worse than any that says it plainly.
    """
    text = bare(heading)
    if text in words:
        return words.index(text)
    if not inside:
        return None
    found = [place for place, word in enumerate(words) if _inside(word, text)]
    return 100 + found[0] if found else None


def _inside(word: str, text: str) -> bool:
    return len(word) > 3 and f" {word} " in f" {text} " if word.isascii() else word in text


def split_unit(heading: str) -> tuple[str, str]:
    """``Pb [mg/kg]``, ``Pb (mg/kg)``, ``Pb, mg/kg`` and ``Pb mg/kg`` name lead in mg/kg; else the unit is empty."""
    for form in (_BRACKETS, _BEHIND):
        found = form.fullmatch(heading.strip())
        if found is not None and found["name"] and units.known(found["unit"]) is not None:
            return found["name"], found["unit"]
    return heading.strip(), ""


def is_unit(text: str) -> bool:
    return bool(text) and units.known(text.strip("[]() ")) is not None


def state_of(text: str) -> str:
    """What a word in a column of numbers means; empty where the vocabulary does not know it."""
    if text.casefold() in NO_PEAK:
        return "no_peak"
    return _STATES.get(STATUS_OF.get(key_of(text), ""), "")
