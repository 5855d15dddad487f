"""Setting up a real laboratory from the command line: what is made, who may read it, what refuses to run."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from lims import cli, installation
from lims.app import create_app
from lims.cli import serve
from lims.domain.rules.actor import ROLES
from tests.house.sources import ROOT
from tests.web.people import token_of

PASSWORD = "pewter-cloud-anvil-moss-17"
Heard = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An installation as ``init`` leaves it, and what it printed."""
    folder = tmp_path_factory.mktemp("made") / "home"
    words = ["init", "--laboratory", "HK", "--name-en", "Customs Technical Centre", "--public-url", "http://127.0.0.1/"]
    done = subprocess.run([sys.executable, "-m", "lims", *words], cwd=ROOT, capture_output=True, text=True, check=False,
                          env={**_bare(), "LIMS_HOME": str(folder)}, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def _bare() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("LIMS_")}


@pytest.fixture
def home(made: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it that the test may spoil, named by LIMS_HOME."""
    folder = tmp_path / "home"
    shutil.copytree(made[0], folder)
    monkeypatch.setenv("LIMS_HOME", str(folder))
    monkeypatch.delenv("LIMS_DATABASE_URL", raising=False)
    monkeypatch.setenv("LC_ALL", "C")
    return folder


def told(heard: Heard, *words: str, code: int = 0) -> list[dict[str, Any]]:
    """The JSON lines that a command answers."""
    heard.readouterr()
    assert cli.main(list(words)) == code
    return [json.loads(line) for line in heard.readouterr().out.splitlines()]


def test_init_makes_a_laboratory_and_prints_one_link(made: tuple[Path, str]) -> None:
    folder, printed = made
    assert re.fullmatch(r"http://127\.0\.0\.1/invitation/[\w-]{32}\n", printed)
    assert {"lims.db", "secret", "settings.json", "keys"} <= {path.name for path in folder.iterdir()}
    settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    assert settings["laboratory"] == "HK"
    assert settings["public_url"] == "http://127.0.0.1"
    assert b"BEGIN CERTIFICATE" in (folder / "keys" / "laboratory.pem").read_bytes()
    assert "PRIVATE KEY" in (folder / "keys" / "laboratory.key").read_text()
    assert len((folder / "secret").read_text().strip()) == 64
    assert not (folder / installation.DEMO_MARK).exists()


def test_what_is_secret_is_readable_by_its_owner_only(made: tuple[Path, str]) -> None:
    folder, _ = made
    for name, mode in ((".", 0o700), ("keys", 0o700), ("secret", 0o600), ("keys/laboratory.key", 0o600)):
        assert stat.S_IMODE((folder / name).stat().st_mode) == mode, name


def test_init_again_changes_nothing(home: Path, heard: Heard) -> None:
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file() and "lims.db" not in path.name}
    people = told(heard, "user", "list")
    assert told(heard, "init", "--laboratory", "XX") == []
    assert {path: path.read_bytes() for path in before} == before
    assert told(heard, "user", "list") == people


@pytest.fixture
def heard(capsys: Heard) -> Heard:
    return capsys


def test_two_laboratories_share_no_secret(made: tuple[Path, str], tmp_path: Path) -> None:
    installation.create(tmp_path / "other", {})
    for name in ("secret", "keys/laboratory.key"):
        assert (tmp_path / "other" / name).read_bytes() != (made[0] / name).read_bytes()


def test_there_is_no_password_before_the_invitation_is_used(home: Path, made: tuple[Path, str]) -> None:
    opened = installation.opened()
    client = create_app(opened.place, opened.secret).test_client()
    path = made[1].strip().removeprefix("http://127.0.0.1")

    def send(target: str, **fields: str) -> int:
        token = token_of(client.get("/sign-in").text)
        return int(client.post(target, data={"csrf_token": token, **fields}).status_code)

    for guess in ("", "admin", "password", "lims"):
        assert send("/sign-in", username="admin", password=guess) == 403
    assert send(path, password=PASSWORD) == 303
    assert client.get("/").status_code == 200
    assert send(path, password=PASSWORD + "x") == 404


@pytest.mark.parametrize("secret", [None, "", "short"])
def test_nothing_is_served_without_a_proper_secret(home: Path, heard: Heard, secret: str | None) -> None:
    (home / "secret").unlink()
    if secret is not None:
        (home / "secret").write_text(secret)
    assert cli.main(["serve"]) == 2
    assert "[SECRET_MISSING]" in heard.readouterr().err


def test_nothing_is_served_where_nothing_was_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, heard: Heard
) -> None:
    monkeypatch.setenv("LIMS_HOME", str(tmp_path / "nowhere"))
    for name in ("serve", "upgrade", "worker"):
        assert cli.main([name]) == 2
        assert "[NOT_INSTALLED]" in heard.readouterr().err
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(("demo", "allowed", "code"), [(False, "", 2), (False, "1", 0), (True, "", 0)])
def test_a_real_laboratory_is_not_served_by_root(
    home: Path, heard: Heard, monkeypatch: pytest.MonkeyPatch, demo: bool, allowed: str, code: int
) -> None:
    if demo:
        (home / installation.DEMO_MARK).touch()
    monkeypatch.setenv("LIMS_ALLOW_ROOT", allowed)
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setattr(serve, "run", lambda *_words: 0)
    assert cli.main(["serve"]) == code
    assert ("does not run as root" in heard.readouterr().err) == (code == 2)


def test_the_person_who_runs_it_serves_pages_and_believes_only_its_proxy(home: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**_bare(), "LIMS_HOME": str(home), "LIMS_ALLOW_ROOT": "1"}
    command = [sys.executable, "-m", "lims", "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE) as running:
        try:
            assert _asked(f"http://127.0.0.1:{port}/healthz") == 200
            assert _asked(f"http://127.0.0.1:{port}/sign-in") == 200
            assert _asked(f"http://127.0.0.1:{port}/metrics") == 200
            assert _asked(f"http://127.0.0.1:{port}/metrics", {"X-Forwarded-For": "203.0.113.9"}) == 404
        finally:
            running.terminate()


def _asked(url: str, headers: dict[str, str] | None = None) -> int:
    """The status, once somebody listens."""
    for _ in range(150):
        try:
            with urlopen(Request(url, headers=headers or {}), timeout=10) as answer:
                return int(answer.status)
        except URLError as error:
            if hasattr(error, "code"):
                return int(error.code)
            time.sleep(0.1)
    raise AssertionError(f"nobody listens at {url}")


def test_a_person_is_added_with_a_password_from_standard_input(
    home: Path, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD + "\n"))
    (answer,) = told(heard, "user", "add", "anna", "--roles", "analyst,reviewer", "--password-stdin")
    assert (answer["name"], answer["roles"]) == ("anna", ["analyst", "reviewer"])
    assert "invitation" not in answer
    assert {"name": "anna", "roles": ["analyst", "reviewer"], "active": True} in told(heard, "user", "list")


def test_a_person_without_a_password_gets_a_link_and_another_when_it_is_lost(home: Path, heard: Heard) -> None:
    (first,) = told(heard, "user", "add", "rita", "--roles", "reception", "--name-zh", "林丽")
    (second,) = told(heard, "user", "invite", "rita")
    assert first["invitation"].startswith("http://127.0.0.1/invitation/")
    assert second["invitation"] != first["invitation"]


def test_a_person_is_closed_out_and_let_in_again(home: Path, heard: Heard) -> None:
    told(heard, "user", "add", "rita", "--roles", "reception")
    assert told(heard, "user", "close", "rita") == [{"name": "rita", "active": False}]
    assert {"name": "rita", "roles": ["reception"], "active": False} in told(heard, "user", "list")
    assert told(heard, "user", "reopen", "rita") == [{"name": "rita", "active": True}]


@pytest.mark.parametrize(("words", "code"), [
    (("user", "add", "x", "--roles", "king"), "UNKNOWN_ROLE"),
    (("user", "add", " ", "--roles", "analyst"), "FIELD_NEEDED"),
    (("user", "add", "Admin", "--roles", "analyst"), "USERNAME_TAKEN"),
    (("user", "invite", "nobody"), "NOT_FOUND"),
    (("token", "new", "--user", "nobody"), "NOT_FOUND"),
])  # fmt: skip
def test_what_cannot_be_done_for_people_is_told_with_its_reason(
    home: Path, heard: Heard, words: tuple[str, ...], code: str
) -> None:
    people = told(heard, "user", "list")
    assert cli.main(list(words)) == 2
    assert f"[{code}]" in heard.readouterr().err
    assert told(heard, "user", "list") == people


def test_a_weak_password_makes_no_account(home: Path, heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("password1234\n"))
    assert cli.main(["user", "add", "anna", "--roles", "analyst", "--password-stdin"]) == 2
    assert "[PASSWORD_WEAK]" in heard.readouterr().err
    assert [row["name"] for row in told(heard, "user", "list")] == ["admin"]


def test_a_token_is_printed_once_and_opens_the_api(home: Path, heard: Heard) -> None:
    told(heard, "user", "add", "rita", "--roles", ",".join(ROLES[:3]))
    (answer,) = told(heard, "token", "new", "--user", "rita", "--scopes", "sample,request:see", "--days", "3")
    assert answer["scopes"] == ["sample", "request:see"]
    assert answer["token"].encode() not in (home / "lims.db").read_bytes()
    opened = installation.opened()
    client = create_app(opened.place, opened.secret).test_client()
    headers = {"Authorization": f"Bearer {answer['token']}"}
    assert client.get("/api/v1/samples", headers=headers).status_code == 200
    told(heard, "user", "close", "rita")
    assert client.get("/api/v1/samples", headers=headers).status_code == 401


def test_upgrading_twice_changes_nothing(home: Path, heard: Heard) -> None:
    assert cli.main(["upgrade"]) == 0
    people = told(heard, "user", "list")
    assert cli.main(["upgrade"]) == 0
    assert told(heard, "user", "list") == people


def test_the_worker_sweeps_once_and_says_what(home: Path, heard: Heard) -> None:
    (swept,) = told(heard, "worker", "--once")
    assert swept == {"idempotency": 0, "invitation": 0, "user_session": 0, "sign_in_failure": 0}
