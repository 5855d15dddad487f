"""The disk is full, or the folder of stored files is no folder any more: said plainly, nothing half done, then on."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from lims.domain.rules.errors import LimsError, NotFound, Unavailable
from lims.persistence.session import make_engine
from lims.services import attachment, certificate, run
from lims.services.transaction import view
from tests import builders as b
from tests.faults import stages
from tests.web.people import PASSWORD, door


@contextmanager
def no_folder(files: Path) -> Iterator[None]:
    """A file stands where the folder of stored files should be."""
    aside = files.with_name("files-aside")
    if files.exists():
        files.rename(aside)
    files.write_bytes(b"")
    try:
        yield
    finally:
        files.unlink()
        if aside.exists():
            aside.rename(files)


@contextmanager
def no_room(files: Path) -> Iterator[None]:
    """The system stops every file of this process at a few bytes, in the middle of writing it."""
    held = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, held[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, held)


Trouble = Callable[[Path], AbstractContextManager[None]]
TROUBLES: dict[Trouble, str] = {no_folder: "STORE_UNWRITABLE", no_room: "DISK_FULL"}


def issuing(lab: b.Laboratory) -> Callable[[], object]:
    lot_no = stages.decided(lab)
    return lambda: b.certified(lab, lot_no)


def bringing_a_file_in(lab: b.Laboratory) -> Callable[[], object]:
    cmd = stages.to_bring_in(lab)

    def bring() -> object:
        with lab.acting(lab.cast.anna) as tx:
            return run.preview(tx, cmd)

    return bring


def attaching_a_paper(lab: b.Laboratory) -> Callable[[], object]:
    cmd = attachment.Attach(stages.declared(lab), "invoice.pdf", "application/pdf", b"%PDF-1.7 the whole invoice")

    def attach() -> object:
        with lab.acting(lab.cast.igor) as tx:
            return attachment.attach(tx, cmd)

    return attach


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__)
@pytest.mark.parametrize("ready", [issuing, bringing_a_file_in, attaching_a_paper], ids=lambda ready: ready.__name__)
def test_what_cannot_be_stored_is_refused_whole_and_done_later(
    laboratory: b.Laboratory, ready: Callable[[b.Laboratory], Callable[[], object]], trouble: Trouble
) -> None:
    act = ready(laboratory)
    before, files = stages.counted(laboratory), laboratory.place.home / "files"
    with pytest.raises(Unavailable) as told, trouble(files):
        act()
    assert told.value.code == TROUBLES[trouble] and told.value.code in stages.worded()
    assert stages.counted(laboratory) == before
    assert stray(files) == []
    assert stages.intact(laboratory) and stages.half_done(laboratory) == []
    act()
    assert stages.grown(before, stages.counted(laboratory))
    assert stages.intact(laboratory) and stages.half_done(laboratory) == []


def stray(files: Path) -> list[str]:
    """Files of the store whose names are not digests: remains of what was not finished."""
    return [path.name for path in files.rglob("*") if path.is_file() and len(path.name) != 64]


def test_the_page_says_why_and_keeps_what_was_typed(laboratory: b.Laboratory) -> None:
    lot_no = stages.decided(laboratory)
    chen = door(laboratory).enter("chen", "zh")
    path, form = f"/release/lots/{lot_no}/certify", {"password": PASSWORD, "meaning": "我签发此证书"}
    with no_folder(laboratory.place.home / "files"):
        answer = chen.client.post(path, data={"csrf_token": chen.token, **form})
    assert 400 <= answer.status_code < 600 and "文件存储目录无法写入" in answer.text
    assert "我签发此证书" in answer.text
    assert chen.post(path, **form).startswith("/release/certificates/")


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda path: path.unlink(), "FILE_MISSING"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "FILE_DAMAGED"),
        (lambda path: path.write_bytes(b"%PDF-1.7 another document"), "FILE_DAMAGED"),
        (lambda path: shutil.rmtree(path.parent), "FILE_MISSING"),
    ],
    ids=["gone", "cut", "another", "folder gone"],
)
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_stored_document_that_is_not_what_was_stored_is_never_handed_out(
    laboratory: b.Laboratory, harm: Callable[[Path], object], code: str
) -> None:
    issued = b.certified(laboratory, stages.decided(laboratory))
    harm(laboratory.place.home / "files" / issued.digest[:2] / issued.digest)
    with pytest.raises(NotFound) as told, view(laboratory.place, laboratory.cast.chen, b.NOW) as tx:
        certificate.pdf(tx, issued.no)
    assert told.value.code == code
    assert door(laboratory).enter("chen").client.get(f"/release/certificates/{issued.no}.pdf").status_code == 404


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_bytes_that_come_again_mend_a_stored_file_that_was_cut(laboratory: b.Laboratory) -> None:
    store, content = laboratory.place.files, b"a reading\n" * 40
    digest = store.put(content)
    (store.root / digest[:2] / digest).write_bytes(content[:7])
    assert store.put(content) == digest
    assert store.get(digest) == content


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_database_without_room_refuses_and_reads_on(laboratory: b.Laboratory) -> None:
    """SQLite is told that its file may not grow: lodging is refused until there is room, reading is not."""
    stages.declared(laboratory)
    before = stages.counted(laboratory)
    engine = full(laboratory.place.engine.url.render_as_string(hide_password=False))
    cramped = replace(laboratory, place=replace(laboratory.place, engine=engine))
    with pytest.raises(LimsError) as told:
        for n in range(2, 60):
            stages.declared(cramped, n)
    assert told.value.code == "DISK_FULL"
    assert stages.intact(cramped)
    engine.dispose()
    lodged = stages.counted(laboratory)["request"]
    stages.declared(laboratory, 99)
    assert stages.counted(laboratory)["request"] == lodged + 1 > before["request"]
    assert stages.intact(laboratory)


def full(url: str) -> Engine:
    engine = make_engine(url)

    @event.listens_for(engine, "connect")
    def connect(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count={pages + 4}")
        cursor.close()

    return engine
