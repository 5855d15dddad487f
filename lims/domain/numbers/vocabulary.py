"""The words that stand for a result, in the languages and abbreviations of laboratories; numbers are read elsewhere."""

from __future__ import annotations

DETECTED = "DETECTED"

_SPOKEN: dict[str, str] = {
    "not_detected": (
        "nd|n.d.|n.d|n/d|not detected|not-detected|none detected|none found|no residue found|not found|nf|n.f."
        "|absent|negative"
        "|nondetect|non-detect|not present|target not detected|<lod|<mdl|<dl|<ld|bdl|bld|below lod|below mdl"
        "|below detection limit|below the detection limit|below limit of detection"
        "|未检出|未檢出|没有检出|阴性|陰性|低于检出限|低於檢出限|小于检出限|<检出限"
        "|non détecté|no detectado|nicht nachweisbar|n.n."
    ),
    "below_loq": (
        "<loq|bloq|bql|blq|b.q.l.|<lloq|<ql|<mql|<lq|<rl|<pql|<mrl(loq)|below loq|below lloq|below ql|below rl"
        "|below quantification limit|below limit of quantification|below the limit of quantification"
        "|below reporting limit|not quantifiable|低于定量限|低於定量限|小于定量限|<定量限"
    ),
    "trace": (
        "tr|tr.|trace|traces|trace amount|trace amounts|痕量|微量"
        "|detected below loq|detected,below loq|detected(below loq)|detected but below loq|detected<loq|detected,<loq"
        "|detected(<loq)|detected bql|detected,bql|detected but not quantified|detected,not quantified"
        "|检出<定量限|检出,低于定量限|检出低于定量限|检出但低于定量限|检出(低于定量限)|检出(<定量限)|检出,<loq|检出<loq|检出(<loq)"
    ),
    "over_range": (
        "ovrflw|overflow|over|over range|overrange|over-range|out of range|above range|o.r.|tntc|too numerous to count"
        "|>uloq|>max|aloq|saturated|超量程|超出量程|超范围|多不可计|不可计数|溢出"
    ),
    "not_measured": (
        "n/a|na|n.a.|n.a|ns|n.s.|nt|n.t.|nm|#n/a|not available|not applicable|not sampled|not analysed|not analyzed"
        "|not tested|not measured|not determined|no sample|/|未测|未測|未检|未检测|未檢測|不适用|不適用"
    ),
    "detected": "detected|present|positive|pos|found|检出|檢出|阳性|陽性|détecté|detectado|nachgewiesen",
    "outcome": (
        "pass|fail|conform|conforms|does not conform|complies|does not comply|compliant|non-compliant|yes|no"
        "|normal|abnormal|合格|不合格|符合|不符合|正常|异常|異常|是|否"
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

READ_ANEW: dict[str, str] = dict.fromkeys(("none", "nil", "nda", "ndb", "ndc", "nd*"), "not_detected")
"""Words that could say something else too, and words with the mark of a footnote; they are read with a note."""
