"""Nothing that was acknowledged is lost, whatever the line does; half a value is no value; a file is taken at rest."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import pytest

from instruments import registry
from instruments.receivers import astm, balance, folder, serial
from lims.domain.rules.refusal import Refusal

ENQ, ACK, NAK, EOT = astm.ENQ, astm.ACK, astm.NAK, astm.EOT
RECORDS = (
    b"H|\\^&|||Analyser^1.0|||||||P|E 1394-97|20261124094000",
    b"P|1",
    b"O|1|H2O-0001||^^^PB",
    b"R|1|^^^PB|0.012|mg/kg||N||F",
    b"L|1|N",
)


def frames(records: tuple[bytes, ...] = RECORDS, sums: bool = True, at: int = 0) -> list[bytes]:
    """Each record a frame, the result split over two by ETB."""
    parts = [(record, True) for record in records]
    parts[3:4] = [(records[3][:9], False), (records[3][9:], True)]
    made = []
    for number, (text, last) in enumerate(parts, start=1 + at):
        inner = b"%d" % (number % 8) + text + (b"\r" + astm.ETX if last else astm.ETB)
        made.append(astm.STX + inner + (b"%02X" % (sum(inner) % 256) if sums else b"") + b"\r\n")
    return made


MESSAGE = b"".join(frames())


@dataclass
class Disk:
    """What would be there if the machine stopped now, and every ACK that was given with what was there at that time."""

    link: astm.Link = field(default_factory=astm.Link)
    held: bytes = b""
    stored: list[tuple[bytes, str]] = field(default_factory=list)
    said: bytes = b""
    given: list[bytes] = field(default_factory=list)
    closed: str = ""

    def hear(self, data: bytes, now: int = 0) -> None:
        self.link, actions = astm.feed(self.link, data, Decimal(now))
        self.do(actions)

    def wait(self, now: int) -> None:
        self.link, actions = astm.tick(self.link, Decimal(now))
        self.do(actions)

    def cut(self) -> None:
        self.do(astm.hang_up(self.link))
        self.link = astm.Link(self.link.habits)

    def do(self, actions: list[astm.Action]) -> None:
        for action in actions:
            match action:
                case astm.Hold(content):
                    self.held += content
                case astm.Store(content, why):
                    self.stored.append((content, why))
                    self.held = b""
                case astm.Send(content):
                    self.said += content
                    if content == ACK:
                        self.given.append(self.held or (self.stored[-1][0] if self.stored else b""))
                case astm.Close(problem):
                    self.closed = problem

    def whole(self) -> set[bytes]:
        return {content for content, why in self.stored if not why}


def test_a_message_is_stored_before_its_last_frame_is_acknowledged() -> None:
    disk = Disk()
    disk.hear(ENQ)
    for n, frame in enumerate(frames(), start=1):
        disk.hear(frame)
        assert disk.said == ACK * (n + 1)
        assert disk.given[-1] == b"".join(frames()[:n])
    disk.hear(EOT)
    assert disk.stored == [(MESSAGE, "")]
    assert [reading.value for reading in registry.read(MESSAGE, "astm_e1394").readings] == ["0.012"]


def test_however_the_bytes_are_split_or_merged_the_message_is_one() -> None:
    stream = ENQ + MESSAGE + EOT
    for size in (1, 2, 3, 7, 64, len(stream)):
        disk = Disk()
        for at in range(0, len(stream), size):
            disk.hear(stream[at : at + size])
        assert (disk.stored, disk.said) == ([(MESSAGE, "")], ACK * 7), size


def test_a_line_cut_at_any_byte_loses_nothing_that_was_acknowledged() -> None:
    stream = ENQ + MESSAGE + EOT
    for at in range(len(stream) + 1):
        disk = Disk()
        for one in range(at):
            disk.hear(stream[one : one + 1])
        acknowledged = disk.said.count(ACK)
        disk.cut()
        kept = b"".join(content for content, _ in disk.stored)
        assert kept.startswith(b"".join(frames()[: max(acknowledged - 1, 0)])), at
        disk.hear(stream)  # the instrument sends it again on a new line
        assert disk.whole() == {MESSAGE}, at
        assert all(MESSAGE.startswith(content) for content, _ in disk.stored), at


def test_a_frame_that_is_sent_twice_counts_once() -> None:
    disk = Disk()
    disk.hear(ENQ)
    for frame in frames():
        disk.hear(frame + frame)
    disk.hear(EOT)
    assert (disk.stored, disk.said.count(ACK)) == ([(MESSAGE, "")], 13)


def test_several_messages_of_one_session_are_several() -> None:
    second = b"".join(frames(at=6))
    disk = Disk()
    disk.hear(ENQ + MESSAGE + second + EOT)
    assert disk.stored == [(MESSAGE, ""), (second, "")]


def test_a_wrong_sum_is_refused_and_the_right_one_taken_after_it() -> None:
    disk = Disk()
    first, *rest = frames()
    disk.hear(ENQ + first[:-4] + b"00\r\n")
    assert disk.said == ACK + NAK
    disk.hear(first + b"".join(rest))
    assert disk.stored == [(MESSAGE, "")]


def test_after_six_refusals_the_line_is_free_again_and_what_came_is_kept() -> None:
    first, second, *_ = frames()
    disk = Disk()
    disk.hear(ENQ + first + (second[:-4] + b"00\r\n") * 6)
    assert disk.stored == [(first, "TOO_MANY_NAKS")]
    assert (disk.said, disk.link.open) == (ACK * 2 + NAK * 6, False)


def test_a_frame_out_of_turn_is_refused() -> None:
    disk = Disk()
    disk.hear(ENQ + frames()[0] + frames()[2])
    assert disk.said == ACK * 2 + NAK


def test_a_silent_line_is_given_up_after_thirty_seconds() -> None:
    disk = Disk()
    disk.hear(ENQ + frames()[0])
    disk.wait(29)
    assert disk.link.open
    disk.wait(30)
    assert (disk.link.open, disk.stored) == (False, [(frames()[0], "LINE_SILENT")])


def test_an_instrument_that_begins_anew_is_answered_and_its_first_try_kept() -> None:
    disk = Disk()
    disk.hear(ENQ + frames()[0] + frames()[1][:7] + ENQ + MESSAGE)
    assert disk.stored == [(frames()[0], "RESTARTED"), (MESSAGE, "")]


def test_a_frame_without_end_closes_the_line_and_takes_no_room() -> None:
    disk = Disk()
    disk.hear(ENQ + astm.STX + b"1H|")
    for _ in range(100):
        disk.hear(b"x" * 4096)
        assert len(disk.link.buffer) <= astm.LONGEST_FRAME + 4096
        if disk.closed:
            break
    assert (disk.closed, disk.said, disk.link.buffer) == ("FRAME_ENDLESS", ACK + NAK, b"")


def test_a_message_without_end_closes_the_line_and_its_part_is_kept() -> None:
    disk = Disk(astm.Link(astm.Habits(largest=300)))
    disk.hear(ENQ)
    for number in range(1, 40):
        inner = b"%dR|1|^^^PB|0.012\r" % (number % 8) + astm.ETX
        disk.hear(astm.STX + inner + b"%02X\r\n" % (sum(inner) % 256))
        if disk.closed:
            break
    assert disk.closed == "MESSAGE_ENDLESS"
    assert 0 < len(disk.stored[0][0]) <= 300


@pytest.mark.parametrize("stream", [
    ENQ + b"".join(frames(sums=False)) + EOT,
    b"".join(frames()),
    b"\r".join(RECORDS) + b"\r",
    ENQ + b"\r\n".join(RECORDS) + b"\r\n" + EOT,
], ids=["without sums", "without session", "bare lines", "bare lines in a session"])
def test_a_lax_instrument_is_understood(stream: bytes) -> None:
    for size in (1, len(stream)):
        disk = Disk()
        for at in range(0, len(stream), size):
            disk.hear(stream[at : at + size])
        assert len(disk.whole()) == 1
        (content,) = disk.whole()
        assert [reading.value for reading in registry.read(content, "astm_e1394").readings] == ["0.012"]


def test_a_last_frame_without_sum_or_line_end_is_taken_when_nothing_more_comes() -> None:
    disk = Disk()
    disk.hear(ENQ + b"".join(frames(sums=False))[:-2])
    assert disk.whole() == set()
    disk.wait(15)
    assert len(disk.whole()) == 1


def test_a_strict_line_takes_no_frame_without_its_sum() -> None:
    disk = Disk(astm.Link(astm.Habits(frames_needed=True, sums_needed=True)))
    disk.hear(b"\r".join(RECORDS) + b"\r" + ENQ + frames(sums=False)[0])
    assert (disk.stored, disk.said) == ([], ACK + NAK)


def test_what_was_held_tells_whether_it_is_whole() -> None:
    made = frames()
    assert [astm.ended(b"".join(made[:n])) for n in range(1, 7)] == [False] * 5 + [True]


@pytest.mark.parametrize(("line", "protocol", "value", "unit"), [
    ("S S     100.00 g", "sics", "100.00", "g"),
    ("S S       2.0014 g\r\n", "sics", "2.0014", "g"),
    ("S S      -0.50 mg", "sics", "-0.50", "mg"),
    ("+    2.0014 g ", "sbi", "2.0014", "g"),
    ("N     +    2.0014 g ", "sbi", "2.0014", "g"),
    ("-  110.250 mg ", "sbi", "-110.250", "mg"),
    ("pH 7.01 25.0 C S", "ph", "7.01", "pH"),
    ("7.012 pH, 24.9 C, stable", "ph", "7.012", "pH"),
])
def test_a_value_at_rest_keeps_its_digits_its_unit_and_its_line(
    line: str, protocol: str, value: str, unit: str
) -> None:
    read = balance.read(line, protocol)
    assert read == balance.Stable(value, unit, line.rstrip("\r\n"))


@pytest.mark.parametrize(("line", "protocol", "code"), [
    ("S D     100.00 g", "sics", "WEIGHT_NOT_STABLE"),
    ("S I", "sics", "BALANCE_BUSY"),
    ("S +", "sics", "BALANCE_OVERLOAD"),
    ("S -", "sics", "BALANCE_UNDERLOAD"),
    ("ES", "sics", "BALANCE_ERROR"),
    ("ET", "sics", "BALANCE_ERROR"),
    ("EL", "sics", "BALANCE_ERROR"),
    ("S S     100.00", "sics", "WEIGHT_UNIT_UNKNOWN"),
    ("S S     100.00 lb", "sics", "WEIGHT_UNIT_UNKNOWN"),
    ("S     100.00 g", "sics", "NO_WEIGHT"),
    ("+    2.0014   ", "sbi", "WEIGHT_NOT_STABLE"),
    ("     High     ", "sbi", "BALANCE_OVERLOAD"),
    ("     Low      ", "sbi", "BALANCE_UNDERLOAD"),
    ("  Err 54      ", "sbi", "BALANCE_ERROR"),
    ("    2.0014 g ", "sbi", "NO_WEIGHT"),
    ("pH 7.01 25.0 C", "ph", "PH_NOT_STABLE"),
    ("pH 7.01 drift S", "ph", "PH_NOT_STABLE"),
    ("mV 12.1 S", "ph", "NO_PH"),
    ("S S 1.0 g", "kern", "BALANCE_PROTOCOL_UNKNOWN"),
])
def test_what_is_no_value_at_rest_says_why(line: str, protocol: str, code: str) -> None:
    read = balance.read(line, protocol)
    assert isinstance(read, Refusal)
    assert read.code == code


def test_a_weight_cut_at_any_byte_is_never_another_weight() -> None:
    for line, protocol in ((b"S S     100.25 g\r\n", "sics"), (b"N     +   100.25 g  \r\n", "sbi")):
        for at in range(len(line)):
            lines, whole = serial.split(serial.Lines(), line[at:] + line)
            values = [balance.read(text, protocol) for text in whole]
            assert {v.value for v in values if isinstance(v, balance.Stable)} == {"100.25"}, at
            assert serial.split(serial.Lines(), line[: min(at, len(line) - 2)])[1] == []
        assert lines == serial.Lines()


def test_a_line_that_never_ends_is_dropped_and_the_next_one_read() -> None:
    lines, whole = serial.split(serial.Lines(), b"x" * 500)
    assert (lines.rest, whole) == (b"", [])
    lines, whole = serial.split(lines, b"y" * 500)
    lines, whole = serial.split(lines, b"z\r\nS S     1.00 g\r\n")
    assert whole == ["S S     1.00 g"]


def test_the_serial_number_is_read_from_its_answer() -> None:
    assert (balance.serial_of('I4 A "B021002593"\r'), balance.serial_of("S S 1 g")) == ("B021002593", "")


A = folder.Seen("a.csv", 10, 1)


def test_a_file_is_taken_when_it_has_not_changed_for_a_while() -> None:
    tracks, ready = folder.settle({}, (A,), Decimal(0))
    assert ready == []
    tracks, ready = folder.settle(tracks, (replace(A, size=12),), Decimal(6))
    assert ready == []
    tracks, ready = folder.settle(tracks, (replace(A, size=12),), Decimal(11))
    assert [one.size for one in ready] == [12]


def test_after_each_failure_it_waits_twice_as_long_and_the_third_calls_people() -> None:
    tracks, _ = folder.settle({}, (A,), Decimal(0))
    now, waits, alarms = Decimal(10), [], []
    for _ in range(4):
        tracks, alarm = folder.put_off(tracks, "a.csv", now)
        waits.append(tracks["a.csv"].not_before - now)
        alarms.append(alarm)
        assert folder.settle(tracks, (A,), now)[1] == []
        now = tracks["a.csv"].not_before
        assert folder.settle(tracks, (A,), now)[1] == [A]
    assert (waits, alarms) == ([5, 10, 20, 40], [False, False, True, False])


def test_what_is_not_for_us_is_passed_over(tmp_path: Path) -> None:
    for name in ("run.csv", "~$run.xlsx", "run.tmp", ".hidden", "half.part"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "done").mkdir()
    (tmp_path / "link.csv").symlink_to("/etc/hostname")
    assert [one.name for one in folder.look(tmp_path)] == ["run.csv"]


def test_a_file_that_became_a_link_or_grew_is_not_taken(tmp_path: Path) -> None:
    file = tmp_path / "run.csv"
    file.write_bytes(b"abc")
    (seen,) = folder.look(tmp_path)
    assert folder.take(tmp_path, seen, 100) == b"abc"
    file.write_bytes(b"abcdef")
    with pytest.raises(folder.Unsettled):
        folder.take(tmp_path, seen, 100)
    file.unlink()
    file.symlink_to("/etc/hostname")
    with pytest.raises(folder.Unsettled):
        folder.take(tmp_path, seen, 100)


def test_a_file_put_away_overwrites_nothing_and_a_failed_one_is_explained(tmp_path: Path) -> None:
    for _ in range(2):
        (tmp_path / "run.csv").write_bytes(b"x")
        folder.put_away(tmp_path, "run.csv", folder.DONE)
    (tmp_path / "bad.csv").write_bytes(b"x")
    folder.put_away(tmp_path, "bad.csv", folder.FAILED, "NOT_RECOGNISED")
    assert folder.put_away(tmp_path, "run.csv", folder.DONE) is None
    found = sorted(str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*") if one.is_file())
    assert found == ["done/run.2.csv", "done/run.csv", "failed/bad.csv", "failed/bad.csv.reason.txt"]


def test_a_shelf_that_leads_elsewhere_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "done").symlink_to(tmp_path)
    (tmp_path / "in" / "run.csv").write_bytes(b"x")
    with pytest.raises(folder.Unsettled):
        folder.put_away(tmp_path / "in", "run.csv", folder.DONE)
    assert (tmp_path / "in" / "run.csv").exists()
