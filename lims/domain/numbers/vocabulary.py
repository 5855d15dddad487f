"""The words that stand for a result, in the languages and abbreviations of laboratories; numbers are read elsewhere."""

from __future__ import annotations

DETECTED = "DETECTED"

_SPOKEN: dict[str, str] = {
    "not_detected": (
        "nd|n.d.|n.d|n. d.|n/d|not detected|not-detected|non-detected|non detected|none detected|none found"
        "|no residue found|not found|nf|n.f.|absent|absence|negative|neg|neg.|not isolated"
        "|nondetect|non-detect|not present|target not detected|<lod|<=lod|<l.o.d.|<mdl|<dl|<ld|bdl|bld"
        "|below lod|below mdl|below detection limit|below the detection limit|below limit of detection"
        "|below the limit of detection|<limit of detection|<detection limit"
        "|未检出|未檢出|没有检出|没检出|未发现|未發現|阴性|陰性|低于检出限|低於檢出限|小于检出限|小於檢出限|<检出限|<檢出限"
        "|不検出|検出せず|検出されず|検出しない|検出限界未満|検出下限未満"
        "|불검출|미검출|검출되지 않음|음성|검출한계 미만"
        "|non détecté|non détectée|non détectés|non détectées|non detecte|non detectee|absente|négatif|négative|negatif"
        "|<limite de détection|no detectado|no detectada|no detectados|no detectadas|no detectable|ausente|ausencia"
        "|negativo|negativa|<límite de detección|não detectado|não detectada|non rilevato|non rilevata|assente"
        "|nicht nachweisbar|nicht nachgewiesen|n.n.|n. n.|negativ|<nachweisgrenze|unter nachweisgrenze"
        "|unter der nachweisgrenze|<ng|<nwg"
    ),
    "below_loq": (
        "<loq|<=loq|<l.o.q.|bloq|bql|blq|b.q.l.|<lloq|<ql|<mql|<lq|<rl|<pql|<mrl(loq)|below loq|below lloq|below ql"
        "|below rl|below quantification limit|below limit of quantification|below the limit of quantification"
        "|<limit of quantification|<reporting limit|below reporting limit|below the reporting limit|not quantifiable"
        "|低于定量限|低於定量限|小于定量限|小於定量限|<定量限|定量下限未満|定量限界未満|정량한계 미만"
        "|<limite de quantification|<límite de cuantificación|<bestimmungsgrenze|unter bestimmungsgrenze"
        "|unter der bestimmungsgrenze|<bg"
    ),
    "trace": (
        "tr|tr.|trace|traces|trace amount|trace amounts|痕量|微量|痕跡|흔적|trazas|traza|spuren|spur"
        "|detected below loq|detected,below loq|detected(below loq)|detected but below loq|detected<loq|detected,<loq"
        "|detected(<loq)|detected bql|detected,bql|detected but not quantified|detected,not quantified"
        "|detected but not quantifiable|detected,not quantifiable"
        "|检出<定量限|检出,低于定量限|检出低于定量限|检出但低于定量限|检出(低于定量限)|检出(<定量限)|检出,<loq|检出<loq|检出(<loq)"
    ),
    "over_range": (
        "ovrflw|overflow|over|over range|overrange|over-range|out of range|above range|o.r.|tntc|tmtc"
        "|too numerous to count|too many to count|uncountable|>uloq|>max|aloq|saturated|off scale|off-scale"
        "|超量程|超出量程|超范围|多不可计|不可计数|无法计数|無法計數|溢出|계수불능"
        "|incontable|incontables|indénombrable|indénombrables|nicht auszählbar"
    ),
    "not_measured": (
        "n/a|na|n.a.|n.a|ns|n.s.|nt|n.t.|nm|#n/a|not available|not applicable|not sampled|not analysed|not analyzed"
        "|not tested|not measured|not determined|no sample|/|未测|未測|未检|未检测|未檢測|不适用|不適用"
        "|未測定|未実施|該当なし|해당없음|해당 없음|미실시|non applicable|non analysé|non analysée"
        "|no aplica|no aplicable|no analizado|no analizada"
        "|nicht untersucht|nicht bestimmt|entfällt"
    ),
    "detected": (
        "detected|present|presence|positive|pos|found|检出|檢出|阳性|陽性|検出|검출|양성"
        "|détecté|détectée|présent|présente|présence|positif|positive|detectado|detectada|presente|presencia|positivo"
        "|positiva|nachgewiesen|nachweisbar|positiv"
    ),
    "outcome": (
        "pass|passed|fail|failed|conform|conforms|does not conform|complies|does not comply|compliant|non-compliant"
        "|satisfactory|unsatisfactory|acceptable|not acceptable|yes|no|normal|abnormal"
        "|合格|不合格|符合|不符合|符合要求|不符合要求|符合规定|不符合规定|正常|异常|異常|是|否|適合|不適合|적합|부적합"
        "|conforme|non conforme|no conforme|konform|nicht konform"
    ),
}


def _keyed() -> dict[str, str]:
    return {key_of(word): status for status, words in _SPOKEN.items() for word in words.split("|")}


def key_of(text: str) -> str:
    """Words are compared without case, with single spaces, and without spaces around signs."""
    words = " ".join(text.split()).casefold()
    for sign in "<>(),/":
        words = words.replace(f" {sign}", sign).replace(f"{sign} ", sign)
    return words


STATUS_OF: dict[str, str] = _keyed()
"""Status (or ``detected``, ``outcome``) by key."""

READ_ANEW: dict[str, str] = {
    **dict.fromkeys(("none", "nil", "nda", "ndb", "ndc", "nd*"), "not_detected"),
    **dict.fromkeys(("nq", "n.q.", "not quantified"), "below_loq"),
}
"""Words that could say something else too, and words with the mark of a footnote; they are read with a note."""

SIGNS_BEFORE: tuple[tuple[str, str], ...] = (
    ("<=", "less than or equal to|小于等于|小于或等于|不大于|不高于|inférieur ou égal à"),
    (
        ">=",
        "greater than or equal to|more than or equal to|at least|大于等于|大于或等于|不小于|不低于|不少于|至少"
        "|mindestens",
    ),
    (
        "<",
        "less than|lower than|smaller than|fewer than|below|under|小于|小於|低于|低於|少于|少於|不足|未满"
        "|inférieure à|inférieur à|inf. à|moins de|menor que|menor de|menor a|menos de|inferior a"
        "|kleiner als|weniger als|unter",
    ),
    (
        ">",
        "greater than|higher than|more than|above|over|大于|大於|高于|高於|多于|超过|超過"
        "|supérieure à|supérieur à|plus de|mayor que|mayor de|mayor a|más de|superior a|größer als|mehr als|über",
    ),
)
"""Words before a figure that say what a sign says. ``max.`` and ``not more than`` are limits, not results."""

SIGNS_BEHIND: dict[str, str] = {
    "未満": "<", "未满": "<", "미만": "<", "以下": "<=", "이하": "<=", "以上": ">=", "이상": ">=", "초과": ">",
    "を超える": ">",
}
"""The same behind a figure and its unit."""
