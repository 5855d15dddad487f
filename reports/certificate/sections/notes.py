"""What stands below the table: decision rules, sampling, receipt, dates, deviations, marks, statements."""

from __future__ import annotations

from reports import fonts, style
from reports.certificate.content import CertificateContent, DecisionRule, Pair, Sampling
from reports.certificate.words import (
    CUSTOMER_SIGN,
    CUSTOMER_SUPPLIED,
    LABELS,
    PROVIDER_SIGN,
    SENTENCES,
)
from reports.page import Block, Pen, gap
from reports.text import wrap

LABEL = 82.0


def blocks(content: CertificateContent) -> list[Block]:
    notes = [
        *(("rule", _rule(rule)) for rule in content.rules),
        ("sampling", _sampling(content.sampling)),
        ("receipt", _spaced(content.received, *_words(content.condition))),
        ("work", " – ".join(part for part in (content.work_from, content.work_to) if part)),
        ("deviations", _spaced(*_words(content.deviations))),
        ("opinions", _spaced(*_words(content.opinions))),
        ("subcontracted", _providers(content)),
        ("supplied", _supplied(content)),
        ("marks", _marks(content)),
        ("statements", " ".join(_spaced(*_words(pair)) for pair in (*SENTENCES, *content.sentences))),
    ]
    return [*(_note(key, text) for key, text in notes if text), gap(14)]


def _words(pair: Pair) -> tuple[str, str]:
    return pair.zh, pair.en


def _spaced(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _rule(rule: DecisionRule) -> str:
    """The rule in both languages, its factors, and the risk that goes with it (7.8.6.1)."""
    factors = ", ".join(f"{name} = {value}" for name, value in (("r", rule.r), ("k", rule.k)) if value)
    risk = " ".join(part for part in _words(rule.risk) if part)
    said = _spaced(*_words(rule.sentence), f"({factors})" if factors else "")
    return "; ".join(filter(None, (said, risk))) + f"  [{rule.code}]"


def _sampling(sampling: Sampling | None) -> str:
    if sampling is None:
        return ""
    seals = f"封志 seals {', '.join(sampling.seals)}" if sampling.seals else ""
    samplers = f"抽样人 samplers {', '.join(sampling.samplers)}" if sampling.samplers else ""
    parts = (
        _spaced(*_words(sampling.plan)),
        sampling.date,
        _spaced(*_words(sampling.place)),
        samplers,
        seals,
        _spaced(*_words(sampling.conditions)),
    )
    return "; ".join(part for part in parts if part)


def _providers(content: CertificateContent) -> str:
    names = dict.fromkeys(row.provider for row in content.rows if row.provider)
    return f"{PROVIDER_SIGN} {'; '.join(names)}" if names else ""


def _supplied(content: CertificateContent) -> str:
    return f"{CUSTOMER_SIGN} {_spaced(*_words(CUSTOMER_SUPPLIED))}" if content.customer_supplied else ""


def _marks(content: CertificateContent) -> str:
    return " ".join(_spaced(mark.sign, *_words(mark.legend)) for mark in content.marks if mark.legend)


def _note(key: str, text: str) -> Block:
    label = LABELS[key]
    lines = wrap(text, fonts.REGULAR, style.SMALL, style.WIDTH - LABEL)
    labels = wrap(f"{label.zh} {label.en}", fonts.REGULAR, style.FINE, LABEL - 8)
    height = max(len(lines) * style.leading(style.SMALL), len(labels) * style.leading(style.FINE)) + 1.6

    def draw(pen: Pen, y: float) -> None:
        pen.lines(style.LEFT, y + 0.4, labels, style.FINE, grey=style.MID)
        pen.lines(style.LEFT + LABEL, y, lines, style.SMALL, grey=style.DARK)

    return Block(height, draw)
