"""One analysis on its own page: enter or correct without the grid, calculate from raw readings, see every version."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from lims.domain.crossing import Fact
from lims.domain.numbers.quantity import USUAL_UNITS as FACTS
from lims.domain.rules.errors import LimsError
from lims.services import members
from lims.services import result as results
from lims.services.reading import analysis as reading_analysis
from lims.services.reading import material_tree
from lims.services.reading import product as products
from lims.services.reading import side_by_side as reading_side
from lims.services.reading import weighing as reading_weighing
from lims.services.recording import EnterResult
from lims.web.access import needs
from lims.web.bench import blueprint
from lims.web.catalogue import typed
from lims.web.unit import reading, writing

MOST_SETS = 4


@blueprint.get("/analyses/<int:analysis_id>")
@needs("result:see_raw")
def analysis_page(analysis_id: int) -> str:
    return _page(analysis_id)


@blueprint.get("/analyses/<int:analysis_id>/jurisdictions")
@needs("result:see_raw")
def analysis_jurisdictions(analysis_id: int) -> str:
    """The result beside the limits of every jurisdiction that has one; it is for looking at and changes nothing."""
    with reading() as tx:
        seen = reading_side.side_by_side(tx, analysis_id)
        named = products.names(tx, (seen.product, *(line.product for line in seen.lines)))
    return render_template("bench/jurisdictions.html", seen=seen, named_goods=named)


@blueprint.post("/analyses/<int:analysis_id>")
@needs("result:enter")
def analysis_enter(analysis_id: int) -> Any:
    cmd = EnterResult(
        analysis_id,
        request.form.get("text", ""),
        unit=typed.text("unit"),
        expanded=typed.text("expanded"),
        k=typed.text("k"),
        remark=typed.text("remark"),
        reason=typed.text("reason"),
        inputs=_inputs(),
        sets=_sets(),
        facts=_facts(),
        members=_beginning("member."),
        replicates=tuple(_beginning("replicate.").values()),
        plates=_lines("plates"),
        pools=_lines("pools"),
        basis=typed.text("basis"),
        basis_readings=_beginning("basis_reading."),
        recovery=typed.text("recovery"),
        submit="submit" in request.form,
        version=typed.whole("version"),
    )
    try:
        with writing() as tx:
            results.enter(tx, cmd)
    except LimsError as error:
        return _page(analysis_id, error), 422
    return redirect(url_for("bench.analysis_page", analysis_id=analysis_id), 303)


def _sets() -> tuple[dict[str, str], ...]:
    """The sets of raw readings where more than the first is given; each by ``input.``, ``input2.`` …"""
    found = [_beginning(f"input{number}." if number > 1 else "input.") for number in range(1, MOST_SETS + 1)]
    given = [one for one in found if one]
    return tuple(given) if any(found[1:]) else ()


def _inputs() -> dict[str, str]:
    return {} if _sets() else _beginning("input.")


def _facts() -> dict[str, Fact]:
    """``fact.density`` with ``fact_unit.density`` and ``fact_from.density``: typed, ``analysis:17`` or ``limit``."""
    found = {}
    for name in FACTS:
        origin, _, source = typed.text(f"fact_from.{name}").partition(":")
        text = typed.text(f"fact.{name}")
        if origin in ("analysis", "limit") and not text:
            found[name] = Fact(origin=origin, source=source)
        elif text:
            found[name] = Fact(text, typed.text(f"fact_unit.{name}"), "typed", typed.text(f"fact_source.{name}"))
    return found


def _lines(name: str) -> tuple[str, ...]:
    return tuple(filter(None, (line.strip() for line in request.form.get(name, "").splitlines())))


def _beginning(prefix: str) -> dict[str, str]:
    """What was typed into the fields whose names begin so, by the rest of the name, in the order of the form."""
    return {
        name.removeprefix(prefix): value.strip()
        for name, value in request.form.items()
        if name.startswith(prefix) and value.strip()
    }


@blueprint.post("/analyses/<int:analysis_id>/settle")
@needs("result:settle")
def analysis_settle(analysis_id: int) -> Any:
    try:
        with writing() as tx:
            members.settle_bound(tx, analysis_id, typed.text("bound"), typed.text("reason"))
    except LimsError as error:
        return _page(analysis_id, error), 409
    return redirect(url_for("bench.analysis_page", analysis_id=analysis_id), 303)


@blueprint.post("/analyses/<int:analysis_id>/submit")
@needs("result:enter")
def analysis_submit(analysis_id: int) -> Any:
    try:
        with writing() as tx:
            results.submit(tx, analysis_id)
    except LimsError as error:
        return _page(analysis_id, error), 409
    return redirect(url_for("bench.analysis_page", analysis_id=analysis_id), 303)


def _page(analysis_id: int, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = reading_analysis.detail(tx, analysis_id)
        versions = reading_analysis.history(tx, analysis_id)
        named = products.names(tx, (seen.product,))
        materials = material_tree.of_analysis(tx, analysis_id)
        weighings = reading_weighing.of_analysis(tx, analysis_id)
    return render_template(
        "bench/analysis.html",
        seen=seen,
        versions=versions,
        materials=materials,
        weighings=weighings,
        named_goods=named,
        given=request.form or request.args,
        sets=MOST_SETS,
        error=error,
    )
