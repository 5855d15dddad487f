"""The first page of everyone: what needs me next."""

from __future__ import annotations

from flask import Blueprint, render_template

from lims.services.reading import home as books
from lims.web.access import signed_in
from lims.web.unit import reading

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@signed_in
def home() -> str:
    with reading() as tx:
        tasks = books.tasks(tx)
    return render_template("home/home.html", tasks=tasks)
