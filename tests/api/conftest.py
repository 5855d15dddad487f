"""The cast over HTTP, on both databases."""

from __future__ import annotations

import pytest

from tests.api.client import Api, an_api
from tests.builders import Laboratory


@pytest.fixture
def api(laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch) -> Api:
    return an_api(laboratory, monkeypatch)
