"""The reader's language: the person's own, else the choice in the session, else the browser's."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request, session
from flask_babel import Babel, get_locale

from lims.web.messages import say, say_all, word

LANGUAGES = ("zh", "en")


def choose() -> str:
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    if g.get("actor") is not None and g.actor.language in LANGUAGES:
        return str(g.actor.language)
    return request.accept_languages.best_match(LANGUAGES) or "zh"


def current() -> str:
    locale = get_locale()
    return locale.language if locale is not None else "zh"


def install(app: Flask) -> None:
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "en")
    Babel(app, locale_selector=choose, default_translation_directories=str(app.root_path) + "/translations")
    app.jinja_env.add_extension("jinja2.ext.do")

    @app.context_processor
    def words() -> dict[str, Any]:
        language = current()
        return {
            "lang": language,
            "say": lambda item: say(item, language),
            "say_all": lambda error: say_all(error, language),
            "word": lambda kind, code: word(kind, code, language),
            "named": lambda zh, en: (zh or en) if language == "zh" else (en or zh),
        }
