"""Everything a certificate says, as plain frozen values, and its canonical JSON.

The words are final: numbers are already rounded and written out, dates already in the laboratory's
time. Knows nothing of rows, readers or drawing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields, is_dataclass
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from lims.domain.rules.errors import BadInput

SCHEMA = "lims-certificate/1"
KINDS = ("PASS", "FAIL", "RETURN", "TEST_REPORT")


@dataclass(frozen=True)
class Pair:
    """The same words in the two languages of the document."""

    zh: str = ""
    en: str = ""

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)


@dataclass(frozen=True)
class Laboratory:
    name: Pair
    address: Pair = Pair()
    contact: str = ""


@dataclass(frozen=True)
class Mark:
    """An accreditation mark the document may carry: ``CMA`` or ``CNAS`` and its registration number.

    ``sign`` is what stands on rows outside the scope, ``legend`` explains it (empty: none outside).
    """

    kind: str
    number: str
    sign: str = ""
    legend: Pair = Pair()


@dataclass(frozen=True)
class Member:
    """One analyte of a group under its sum, as it was found."""

    name: Pair
    result: str
    unit: str = ""
    factor: str = ""  # by which it counts; empty: by one
    limit: str = ""  # its own, where it has one
    lod: str = ""
    loq: str = ""
    fails: bool = False


@dataclass(frozen=True)
class ResultRow:
    """One reported result with everything its verdict rests on (ISO/IEC 17025, 7.8.2 and 7.8.6)."""

    seq: int
    sample: str
    analyte: Pair
    method: str
    result: str
    unit: str = ""
    uncertainty: str = ""
    coverage: str = ""
    limit: str = ""
    operator: str = ""  # LE LT GE GT RANGE ND NCM2 NCM3 OUTCOME INFO_LE, or empty: no limit
    standard: str = ""
    clause: str = ""
    verdict: str = ""  # PASS FAIL INCONCLUSIVE CONDITIONAL_PASS CONDITIONAL_FAIL, or empty: none asked
    signs: str = ""
    worked: str = ""  # the comparison as it was made: "0.62 mg/kg > 0.5 mg/kg"
    lod: str = ""
    loq: str = ""
    limit_id: str = ""
    limit_version: str = ""
    rule: str = ""
    rule_name: Pair = Pair()
    r: str = ""  # the guard band in units of U
    risk: Pair = Pair()  # of a false acceptance or rejection, as it is printed
    provider: str = ""  # external provider, when subcontracted (7.8.2.1 p)
    bound: Pair = Pair()  # of a group: how its members are taken together and at which bound
    members: tuple[Member, ...] = ()


@dataclass(frozen=True)
class DecisionRule:
    """A decision rule used in this document: guard band factor r, coverage factor k, and what it risks at worst."""

    code: str
    sentence: Pair
    r: str = ""
    k: str = ""
    risk: Pair = Pair()


@dataclass(frozen=True)
class Sampling:
    """How the items were taken (7.8.5); absent when the customer brought them."""

    plan: Pair
    date: str
    samplers: tuple[str, ...] = ()
    place: Pair = Pair()
    seals: tuple[str, ...] = ()
    conditions: Pair = Pair()


@dataclass(frozen=True)
class Signatory:
    """Who took which responsibility: ``act`` is APPROVED, DECIDED or ISSUED."""

    act: str
    name: str
    role: Pair
    at: str
    reference: str = ""


@dataclass(frozen=True)
class CertificateContent:
    kind: str
    number: str
    revision: int
    issued_at: str
    laboratory: Laboratory
    goods: Pair
    verdict: str
    summary: Pair
    rows: tuple[ResultRow, ...]
    signatories: tuple[Signatory, ...]
    verify_url: str
    verify_code: str
    title: Pair = Pair()  # empty: the fixed title of the kind
    replaces: str = ""
    changes: Pair = Pair()  # what an amended document changes and why (7.8.8)
    customer: str = ""
    declaration: str = ""
    request: str = ""
    consignee: str = ""
    consignor: str = ""
    producer: str = ""
    hs: str = ""
    quantity: str = ""
    packages: str = ""
    origin: Pair = Pair()
    lot: str = ""
    container: str = ""
    seal: str = ""
    port: Pair = Pair()
    entry_date: str = ""
    disposition: Pair = Pair()
    legal_basis: Pair = Pair()
    reason: Pair = Pair()
    rules: tuple[DecisionRule, ...] = ()
    sampling: Sampling | None = None
    received: str = ""
    condition: Pair = Pair()
    work_from: str = ""
    work_to: str = ""
    deviations: Pair = Pair()
    opinions: Pair = Pair()
    customer_supplied: tuple[str, ...] = ()  # names of fields of this class the customer answers for
    marks: tuple[Mark, ...] = ()
    sentences: tuple[Pair, ...] = ()  # further fixed sentences, after the product's own
    demo: bool = False
    schema: str = SCHEMA

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadInput("CERTIFICATE_KIND_UNKNOWN", kind=self.kind)

    def to_json(self) -> bytes:
        """Canonical UTF-8: sorted keys, no spaces; equal contents give equal bytes."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode("utf-8")

    @classmethod
    def from_json(cls, raw: bytes) -> CertificateContent:
        """Read what ``to_json`` wrote; unknown fields, wrong types and other schemas are BadInput."""
        try:
            tree = json.loads(raw)
        except ValueError as error:
            raise BadInput("CERTIFICATE_JSON_BAD", at="") from error
        if not isinstance(tree, dict) or tree.get("schema") != SCHEMA:
            raise BadInput("CERTIFICATE_JSON_BAD", at="schema")
        content: CertificateContent = _read(cls, tree, "")
        return content

    def digest(self) -> str:
        return hashlib.sha256(self.to_json()).hexdigest()


def _read(kind: Any, value: Any, at: str) -> Any:
    """Turn parsed JSON into ``kind``; ``at`` is the path to name in a complaint."""
    if get_origin(kind) is UnionType:
        return None if value is None else _read(get_args(kind)[0], value, at)
    if get_origin(kind) is tuple:
        _expect(isinstance(value, list), at)
        return tuple(_read(get_args(kind)[0], item, f"{at}[{index}]") for index, item in enumerate(value))
    if is_dataclass(kind):
        return _read_fields(kind, value, at)
    _expect(type(value) is kind, at)
    return value


def _read_fields(kind: Any, value: Any, at: str) -> Any:
    _expect(isinstance(value, dict) and set(value) == {field.name for field in fields(kind)}, at)
    hints = get_type_hints(kind)
    return kind(**{name: _read(hints[name], item, f"{at}.{name}") for name, item in value.items()})


def _expect(truth: bool, at: str) -> None:
    if not truth:
        raise BadInput("CERTIFICATE_JSON_BAD", at=at)
