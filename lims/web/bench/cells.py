"""One cell of the grid at a time: keep a result or a quality-control finding, answer what became of it as JSON."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request, url_for

from lims.domain.crossing import Fact
from lims.domain.rules.errors import BadInput, Conflict, LimsError
from lims.services import result as results
from lims.services.reading import worksheet as reading_worksheet
from lims.services.recording import EnterResult
from lims.services.result import Entered
from lims.web.access import needs
from lims.web.bench import blueprint
from lims.web.errors import status_of
from lims.web.language import current
from lims.web.messages import say_all, word
from lims.web.unit import reading, writing

CHOICES, FACT = "AMBIGUOUS_NUMBER", "FACT_NEEDED"
"""The refusal that offers its two readings to be chosen by one key, and the one that asks for a fact besides."""


@blueprint.post("/analyses/<int:analysis_id>/cell")
@needs("result:enter")
def cell_enter(analysis_id: int) -> Any:
    """Body: ``text``, ``version`` as last seen, ``reason`` where it was submitted already, ``facts`` by name."""
    body = _body()
    cmd = EnterResult(
        analysis_id, str(body.get("text", "")), reason=str(body.get("reason", "")), submit=False,
        version=_version(body), facts=_facts(body),
    )
    try:
        with writing() as tx:
            entered = results.enter(tx, cmd)
    except LimsError as error:
        page = url_for("bench.analysis_page", analysis_id=analysis_id, text=cmd.text)
        return _refused(error, cmd.text, page)
    return jsonify(_kept(entered, cmd.text))


@blueprint.post("/positions/<int:position_id>/cell")
@needs("result:enter")
def cell_finding(position_id: int) -> Any:
    """Body: ``text``, ``analyte``, ``worksheet``; the answer carries the state of the batch."""
    body = _body()
    text = str(body.get("text", ""))
    try:
        with writing() as tx:
            results.enter_qc(tx, position_id, str(body.get("analyte", "")), text)
        with reading() as tx:
            seen = reading_worksheet.grid(tx, str(body.get("worksheet", "")))
    except LimsError as error:
        return _refused(error, text)
    shown = word("state", seen.batch_state, current()).text
    batch = {"batch": seen.batch_state, "batch_word": shown, "finding": seen.batch_finding}
    return jsonify(kept=True, text=text, verdict="", **batch)


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise BadInput("NOT_JSON")
    return body


def _facts(body: dict[str, Any]) -> dict[str, Fact]:
    """``{"density": {"text": "0.92", "unit": "kg/L", "origin": "typed", "source": "label"}}``."""
    given = body.get("facts")
    if not isinstance(given, dict):
        return {}
    names = ("text", "unit", "origin", "source")
    return {
        str(name): Fact(**{key: str(one[key]) for key in names if one.get(key)})
        for name, one in given.items()
        if isinstance(one, dict)
    }


def _version(body: dict[str, Any]) -> int | None:
    version = body.get("version")
    return version if isinstance(version, int) else None


def _kept(entered: Entered, text: str) -> dict[str, Any]:
    return {
        "kept": True,
        "text": text,
        "state": entered.state,
        "version": entered.version,
        "status": entered.status,
        "verdict": entered.verdict,
        "verdict_word": word("verdict", entered.verdict, current()).text if entered.verdict else "",
        "worked": entered.worked_zh if current() == "zh" else entered.worked,
        "unit": entered.unit,
        "note": entered.note,
    }


def _refused(error: LimsError, text: str, page: str = "") -> Any:
    """The text goes back as it came; the page keeps it in the cell with the reason."""
    answer: dict[str, Any] = {
        "kept": False,
        "text": text,
        "code": error.code,
        "messages": [str(line) for line in say_all(error, current())],
    }
    if error.code == CHOICES:
        answer["choices"] = [error.params["one"], error.params["two"]]
    if error.code == FACT:
        answer["fact"], answer["page"] = error.params["fact"], page
    if isinstance(error, Conflict):
        answer["theirs"] = error.params.get("theirs", "")
        answer["version"] = error.params.get("version")
    return jsonify(answer), status_of(error)
