"""Files are read in a process apart: the same answers, the same refusals, and limits that end it without harm."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from instruments import registry, sandbox
from instruments.errors import Ambiguous, FileRefused, NothingToImport, NotRecognised, RecipeError, UnknownAdapter
from instruments.sandbox import Limits, limits_missing, parse_apart, propose_apart
from instruments.source import MAX_BYTES
from instruments.wire import line_of, result_of
from tests.instruments.examples import EXAMPLES, ICPMS_ROWS, VISIONLITE, workbook
from tests.instruments.test_recipe_kinds import KINDS, SIMPLE, simple_file


def refused(content: bytes, limits: Limits = sandbox.LIMITS, adapter: str | None = None) -> FileRefused:
    with pytest.raises(FileRefused) as refusal:
        parse_apart(content, adapter, limits=limits)
    return refusal.value


def still_reads() -> bool:
    return parse_apart(VISIONLITE.encode()).adapter == "thermo_visionlite"


@pytest.mark.parametrize("key", EXAMPLES)
def test_apart_a_file_says_what_it_says_inside(key: str) -> None:
    assert parse_apart(EXAMPLES[key][0]) == registry.read(EXAMPLES[key][0])
    assert parse_apart(EXAMPLES[key][0], key) == registry.read(EXAMPLES[key][0], key)


@pytest.mark.parametrize("kind", KINDS)
def test_apart_a_recipe_says_what_it_says_inside(kind: str) -> None:
    recipe, data = KINDS[kind]
    document = json.dumps(recipe).encode()
    assert parse_apart(data, recipe=document) == registry.read_by_recipe(data, document)


def test_refusals_keep_their_kind_code_and_parameters() -> None:
    with pytest.raises(NotRecognised) as foreign:
        parse_apart(VISIONLITE.encode(), "lab_two_dimensional")
    assert (foreign.value.code, foreign.value.params["candidates"]) == ("NOT_THIS_ADAPTER", ("thermo_visionlite",))
    with pytest.raises(NothingToImport) as curve:
        parse_apart(b"Tea,01/02/2024 10:00,SN1,Anna\nnm,A\n200.0,0.1\n201.0,0.2\n")
    assert (curve.value.params["because"], curve.value.adapter) == ("RAW_CURVE", "thermo_visionlite")
    with pytest.raises(UnknownAdapter):
        parse_apart(VISIONLITE.encode(), "nonesuch")
    with pytest.raises(RecipeError) as wrong:
        parse_apart(b"a,b\n1,2\n", recipe=b"{}")
    assert wrong.value.params["field"] == "recipe"
    with pytest.raises(Ambiguous) as twice:
        result_of(line_of({"refused": ["Ambiguous", "AMBIGUOUS", {"candidates": ["a", "b"]}, None]}))
    assert twice.value.candidates == ("a", "b")


@pytest.mark.parametrize("line", [
    b"", b"x", b"7", b"[]", b"{}", b'{"parsed":[]}', b'{"refused":[]}', b'{"refused":["FileRefused",7,{},null]}',
    b'{"parsed":["a","1","utf-8",1,[],[],[]]}', 
    b'{"parsed":["a","1","utf-8",1,[],[],[["s",1,"v","","","","","","",1,{}]]]}',
    b'{"proposal":["[]",[],"",1,true]}',
])
def test_an_answer_that_is_none_is_not_believed(line: bytes) -> None:
    with pytest.raises(ValueError, match="."):
        result_of(line)


def test_a_killed_process_is_a_refusal_and_the_next_file_is_read() -> None:
    still_reads()
    slow = (b"Sample Name,Dilution factor,Ordinate [A],Concentration [mg/L],Error\n" + b"S,1,0.1,2.0,\n" * 100_000)
    stop = threading.Event()
    killer = threading.Thread(target=_kill_workers, args=(stop,))
    killer.start()
    try:
        refusal = refused(slow)
    finally:
        stop.set()
        killer.join()
    assert (refusal.code, refusal.params["signal"]) == ("READER_CRASHED", "SIGKILL")
    assert still_reads()


def _kill_workers(stop: threading.Event) -> None:
    """Kill the reading process of this test, found among its own children, once it is at work."""
    while not stop.wait(0.15):
        for child in _children():
            os.kill(child, signal.SIGKILL)


def _children() -> list[int]:
    shown = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    words = (line.split(maxsplit=2) for line in shown.splitlines() if "instruments.worker" in line)
    return [int(pid) for pid, parent, _ in words if int(parent) == os.getpid()]


def test_a_process_killed_while_it_waited_costs_no_file() -> None:
    assert still_reads()
    for child in _children():
        os.kill(child, signal.SIGKILL)
    time.sleep(0.05)
    assert still_reads()


def test_time_and_memory_end_with_a_code() -> None:
    rows = b"Sample Name,Dilution factor,Ordinate [A],Concentration [mg/L],Error\n" + b"S,1,0.1,2.0,\n" * 300_000
    assert refused(rows, Limits(wall=1)).code == "READER_TIME"
    assert refused(rows, Limits(memory_for_text=90 * 1024 * 1024)).code == "READER_MEMORY"
    assert still_reads()


def test_work_beyond_its_seconds_ends_with_a_code() -> None:
    recipe = {**SIMPLE, "skip_rows": [{"column": "No.", "regex": "a*" * 8 + "b", "reason": "x"}]}
    names = "".join("a" * 290 + f"{n};1\n" for n in range(5))
    with pytest.raises(FileRefused) as refusal:
        parse_apart(("No.;Pb\n" + names).encode(), recipe=json.dumps(recipe).encode(), limits=Limits(cpu=0))
    assert refusal.value.code == "READER_TIME"
    with pytest.raises(FileRefused) as refusal:
        parse_apart(("No.;Pb\n" + names).encode(), recipe=json.dumps(recipe).encode())
    assert refusal.value.code == "PATTERN_TOO_SLOW"


def test_a_warm_process_reads_a_small_file_quickly() -> None:
    still_reads()
    before = time.perf_counter()
    for _ in range(20):
        still_reads()
    assert (time.perf_counter() - before) / 20 < 0.1


def test_many_threads_read_at_once() -> None:
    answers: list[bool] = []
    threads = [threading.Thread(target=lambda: answers.append(still_reads())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 6
    assert len(_children()) <= 2


def test_the_process_has_no_secrets_no_way_out_and_no_folder_but_its_own() -> None:
    probe = """
import os, socket, subprocess, sys
from instruments import worker
worker._confined(); sys.addaudithook(worker._watch)
def tried(act):
    try:
        act(); return "done"
    except PermissionError:
        return "refused"
print(tried(lambda: socket.create_connection(("127.0.0.1", 9))), tried(lambda: subprocess.run(["true"])),
      tried(lambda: open("/tmp/outside-of-it", "w")), tried(lambda: open("inside", "w").close()),
      tried(lambda: os.fork()), tried(lambda: os.remove("/tmp/outside-of-it")))
"""
    root = str(Path(sandbox.__file__).resolve().parents[1])
    folder = Path(sandbox.tempfile.mkdtemp())
    out = subprocess.run([sys.executable, "-P", "-c", probe], capture_output=True, text=True, cwd=folder, check=True,
                         env={"PYTHONPATH": root}).stdout
    assert out.split() == ["refused", "refused", "refused", "done", "refused", "refused"]
    sandbox.shutil.rmtree(folder)


def test_the_environment_of_the_server_stays_with_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMS_SECRET", "do not tell")
    sandbox.close()
    assert still_reads()
    (child,) = _children()
    if sys.platform.startswith("linux"):
        assert b"do not tell" not in Path(f"/proc/{child}/environ").read_bytes()
        assert "memory" not in limits_missing()


def test_a_file_larger_than_allowed_is_not_even_sent() -> None:
    assert refused(b"x" * (MAX_BYTES + 1)).code == "TOO_LARGE"


def hostile() -> Iterator[tuple[str, bytes, tuple[str, ...]]]:
    yield "zip bomb", _workbook_with("xl/media/zeros.bin", bytes(8 * 1024 * 1024)), ("TOO_LARGE",)
    yield "nested zip", _workbook_with("xl/embeddings/inner.zip", b"PK"), ("NESTED_CONTAINER",)
    bomb = "<!DOCTYPE l [<!ENTITY a 'ha'>" + "".join(
        f"<!ENTITY {b} '{('&' + a + ';') * 10}'>"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)) + "]><sst>&i;</sst>"
    yield "entity expansion", _workbook_with("xl/sharedStrings.xml", bomb.encode()), ("XML_DECLARES_ENTITIES",)
    yield "entity expansion as text", bomb.encode(), ("NOT_RECOGNISED", "XML_DECLARES_ENTITIES")
    xxe = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><QUANDATASET><X>&e;</X></QUANDATASET>'
    yield "external entity in a workbook", _workbook_with("xl/workbook.xml", xxe.encode()), ("XML_DECLARES_ENTITIES",)
    yield "external entity as text", xxe.encode(), ("NOT_RECOGNISED", "XML_DECLARES_ENTITIES")
    yield "path traversal", _only_member("../../etc/cron.d/x"), ("NOT_A_WORKBOOK",)
    yield "path traversal under xl", _only_member("xl/../../../etc/x.xml"), ("CORRUPT_WORKBOOK", "NOT_A_WORKBOOK")
    yield "a million columns", b"a" + b",b" * 1_000_000 + b"\n", ("TOO_LARGE",)
    yield "formula without value", workbook([["Sample", "Conc"], ["S-1", "=1+1"]]), ("FORMULA_WITHOUT_VALUE",)
    yield "NUL bytes", VISIONLITE.encode().replace(b"TEA", b"T\x00A"), ("NOT_TEXT",)
    yield "only NUL bytes", bytes(100_000), ("NOT_TEXT",)
    yield "one line without end", b"x" * (MAX_BYTES // 8), ("TOO_LARGE", "READER_MEMORY")
    yield "one quoted cell without end", b'a,b\n"' + b"x,\n" * 1_000_000, (
        "TOO_LARGE", "BROKEN_QUOTES", "READER_MEMORY")
    yield "many empty cells", b",\n" * 4_000_000, ("TOO_LARGE", "READER_MEMORY", "NOT_RECOGNISED")
    yield "deep markup", b"<a>" * 200_000, ("NOT_RECOGNISED", "CORRUPT_HEADER", "XML_TOO_DEEP", "CORRUPT_XML")
    yield "half a surrogate", "Sample\ud800".encode("utf-16", "surrogatepass"), ("NOT_TEXT",)
    yield "cut workbook", workbook(ICPMS_ROWS)[:-40], ("CORRUPT_WORKBOOK",)
    yield "noise", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + os.urandom(5_000), ("CORRUPT_WORKBOOK",)


def _workbook_with(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(ICPMS_ROWS))) as source, zipfile.ZipFile(
            stream, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.namelist():
            if member != name:
                target.writestr(member, source.read(member))
        target.writestr(name, content)
    return stream.getvalue()


def _only_member(name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        target.writestr(name, b"<x/>")
    return stream.getvalue()


HOSTILE = [pytest.param(content, codes, id=name) for name, content, codes in hostile()]


@pytest.mark.parametrize(("content", "codes"), HOSTILE)
def test_a_file_made_to_harm_is_refused_and_the_next_is_read(content: bytes, codes: tuple[str, ...]) -> None:
    refusal = refused(content)
    assert refusal.code in codes
    assert not Path("/etc/cron.d/x").exists()
    assert still_reads()


@pytest.mark.long
def test_fifty_megabytes_in_one_line_are_refused() -> None:
    assert refused(b"x" * (MAX_BYTES - 1)).code in ("TOO_LARGE", "READER_MEMORY")
    assert still_reads()


class Endless(io.RawIOBase):
    """A gigabyte in one line, made as it is asked for; counts what was taken."""

    def __init__(self) -> None:
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        size = min(len(view), 1024 ** 3 - self.taken)
        view[:size] = b"x" * size
        self.taken += size
        return size


def test_a_line_of_a_gigabyte_is_refused_after_fifty_megabytes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from lims.cli.read import main

    endless = Endless()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(endless)))
    assert main(["-"]) == 3
    assert json.loads(capsys.readouterr().out)["summary"]["reason"] == "TOO_LARGE"
    assert endless.taken < MAX_BYTES + 2 * 1024 * 1024


def test_a_recipe_is_proposed_apart() -> None:
    proposal = propose_apart(simple_file(["0.1", "ND"]).encode(), ["S-1"])
    assert proposal.recipe["columns"] == {"sample": "No."}
    parsed = parse_apart(simple_file(["0.1", "ND"]).encode(), recipe=json.dumps(proposal.recipe).encode())
    assert [reading.value for reading in parsed.readings] == ["0.1", "ND"]
