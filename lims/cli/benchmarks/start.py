"""From process start to the first page: the server against a bare Flask and SQLAlchemy program."""

from __future__ import annotations

import os
import subprocess
import sys

from lims.cli.benchmarks.timing import Measured, ratio, scratch

PRODUCT = """
from lims import installation
from lims.app import create_app
opened = installation.opened()
assert create_app(opened.place, opened.secret).test_client().get('/sign-in').status_code == 200
"""
FLOOR = """
from flask import Flask, render_template_string
from sqlalchemy import create_engine, text
app, engine = Flask('floor'), create_engine('sqlite://')
@app.get('/')
def page():
    with engine.connect() as connection:
        return render_template_string('{{ n }}', n=connection.execute(text('select 1')).scalar())
assert app.test_client().get('/').status_code == 200
"""


def measure() -> list[Measured]:
    environment = {**os.environ, "LIMS_HOME": str(scratch().home)}

    def run(program: str) -> None:
        subprocess.run([sys.executable, "-c", program], check=True, env=environment)

    found = ratio(lambda: run(PRODUCT), lambda: run(FLOOR), 5)
    return [Measured("start to first page", found, "4", "a bare Flask + SQLAlchemy program")]
