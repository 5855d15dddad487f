"""The receiving end of ASTM E1381 / CLSI LIS01: a state machine over the bytes of one line, without line or clock.

``feed``, ``tick`` and ``hang_up`` answer a new state and what is to be done, in order: what must be on disk always
stands before the ACK that gives it away. It knows of a message only where it ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

STX, ETX, EOT, ENQ, ACK, NAK, ETB = b"\x02", b"\x03", b"\x04", b"\x05", b"\x06", b"\x15", b"\x17"
LONGEST_FRAME = 64_000
LARGEST_MESSAGE = 5 * 1024 * 1024
BETWEEN_FRAMES = Decimal(30)
"""Seconds that a receiver waits for the next frame or EOT (E1381, 6.5.2)."""
INSIDE_FRAME = Decimal(15)
TRIES = 6
"""Times that one frame is refused before the transfer is given up."""
_FRAME_END = re.compile(rb"[\x03\x17]")
_SESSION_SIGN = re.compile(rb"[\x02\x04\x05]")
_LAST_RECORD = re.compile(rb"(?:\A|[\r\n])L[^\w\s][^\r\n]*[\r\n]*\Z")
_UNFRAMED = re.compile(rb"H[^\w\s\",;][^\r\n]{2,}")
_SUM = re.compile(rb"[0-9A-Fa-f]{2}")


@dataclass(frozen=True)
class Send:
    content: bytes


@dataclass(frozen=True)
class Hold:
    """Part of a message that is about to be acknowledged: to be on disk before whatever follows is done."""

    content: bytes


@dataclass(frozen=True)
class Store:
    """A message, to be stored for good before whatever follows is done; what was held is part of it.

    ``cut`` says why it is not whole: LINE_CUT, LINE_SILENT, TOO_MANY_NAKS, RESTARTED.
    """

    content: bytes
    cut: str = ""


@dataclass(frozen=True)
class Close:
    """The line is of no more use: FRAME_ENDLESS, MESSAGE_ENDLESS."""

    problem: str


Action = Send | Hold | Store | Close


@dataclass(frozen=True)
class Habits:
    """How far from the standard the instrument may be."""

    frames_needed: bool = False
    sums_needed: bool = False
    largest: int = LARGEST_MESSAGE


@dataclass(frozen=True)
class Link:
    """The line between two calls: bytes not yet understood, and the message as far as it was accepted."""

    habits: Habits = Habits()
    buffer: bytes = b""
    open: bool = False
    expected: int = 1
    last: bytes = b""
    """The frame accepted last, by which its repetition is known."""
    frames: tuple[bytes, ...] = ()
    """Accepted frames of the message that has not ended yet, as they came."""
    size: int = 0
    text: bytes = b""
    """The text since the last end of a record."""
    summed: bool = False
    """A frame of this session came with its sum: from then on each must."""
    naks: int = 0
    deadline: Decimal | None = None


def feed(link: Link, data: bytes, now: Decimal) -> tuple[Link, list[Action]]:
    """Take bytes as they come, however they are split or merged."""
    link = replace(link, buffer=link.buffer + data)
    done: list[Action] = []
    while True:
        step = _step(link)
        if step is None:
            break
        link, actions = step
        done += actions
        if any(isinstance(one, Close) for one in actions):
            return Link(link.habits), done
    return _waiting(link, now), done


def tick(link: Link, now: Decimal) -> tuple[Link, list[Action]]:
    """Time has gone by: a line that is silent for too long is given up and is free again."""
    if link.deadline is None or now < link.deadline:
        return link, []
    if _bare_end(link):  # a frame without its sum and without a line end: nothing more is coming
        return feed(replace(link, buffer=link.buffer + b"\r"), b"", now)
    return Link(link.habits), _left(link, "LINE_SILENT")


def hang_up(link: Link) -> list[Action]:
    """The line was cut: what had been acknowledged of a message that never ended is kept as such."""
    return _left(link, "LINE_CUT")


def ended(content: bytes) -> bool:
    """Whether bytes that were held are a whole message: the text of the last frames ends with its L record."""
    text = re.sub(rb"[\x03\x17](?:[0-9A-Fa-f]{2})?\r?\n?", b"", re.sub(rb"\x02[0-7]", b"", content))
    return _LAST_RECORD.search(text) is not None


def _waiting(link: Link, now: Decimal) -> Link:
    if not link.open and not link.buffer:
        return replace(link, deadline=None)
    return replace(link, deadline=now + (INSIDE_FRAME if link.buffer else BETWEEN_FRAMES))


def _left(link: Link, why: str) -> list[Action]:
    return [Store(b"".join(link.frames), why)] if link.frames else []


def _step(link: Link) -> tuple[Link, list[Action]] | None:
    """The first whole thing in the buffer; None when more bytes are needed."""
    buffer = link.buffer
    if not buffer:
        return None
    first, rest = buffer[:1], buffer[1:]
    if first == ENQ:
        return Link(link.habits, rest, open=True), [*_left(link, "RESTARTED"), Send(ACK)]
    if first == EOT:
        return Link(link.habits, rest), [Store(b"".join(link.frames))] if link.frames else []
    if first == STX:
        return _frame(link)
    if first == b"H" and _may_be_bare(link):
        return _unframed(link)
    return _noise(link)


def _may_be_bare(link: Link) -> bool:
    return not link.habits.frames_needed and not link.frames


def _noise(link: Link) -> tuple[Link, list[Action]]:
    """Line ends between frames, and whatever else no frame begins with, up to the next sign of the protocol."""
    signs = [at for at in (link.buffer.find(sign, 1) for sign in (ENQ, EOT, STX)) if at > 0]
    if _may_be_bare(link):
        header = link.buffer.find(b"H", 1)
        signs += [header] if header > 0 else []
    return replace(link, buffer=link.buffer[min(signs) :] if signs else b""), []


def _frame(link: Link) -> tuple[Link, list[Action]] | None:
    end = _FRAME_END.search(link.buffer)
    again = _SESSION_SIGN.search(link.buffer, 1, end.start() if end else len(link.buffer))
    if again:  # the sender lost patience in the middle of a frame and began anew
        return replace(link, buffer=link.buffer[again.start() :]), []
    if (end.start() if end else len(link.buffer)) > LONGEST_FRAME:
        return _endless(link, "FRAME_ENDLESS")
    if end is None:
        return None
    whole = _tail(link, end.end())
    if whole is None:
        return None
    sum_text, used = whole
    inner = link.buffer[1 : end.end()]
    link = replace(link, buffer=link.buffer[used:])
    good = sum_text.upper() == b"%02X" % (sum(inner) % 256) if sum_text else _may_lack_sum(link)
    if not good or inner[:1] not in (b"0", b"1", b"2", b"3", b"4", b"5", b"6", b"7"):
        return _refused(link)
    return _numbered(replace(link, summed=link.summed or bool(sum_text)), inner)


def _tail(link: Link, at: int) -> tuple[bytes, int] | None:
    """The sum after the end of a frame (empty: none was sent) and where the frame stops; None: not all there yet."""
    after = link.buffer[at : at + 4]
    if not after:
        return None
    if _SUM.fullmatch(after[:2]):
        if len(after) < 3:
            return None
        return after[:2], at + 2 + (after[2:3] == b"\r") + (after[2:4] == b"\r\n")
    if after[:1] in (b"\r", b"\n", STX, EOT, ENQ):
        return b"", at + (after[:1] in (b"\r", b"\n"))
    if len(after) == 1:
        return None
    return b"??", at + 2  # a sum that is none: the frame is refused


def _bare_end(link: Link) -> bool:
    """Whether the buffer is a frame that lacks nothing but what a lax instrument never sends."""
    return link.buffer.startswith(STX) and _may_lack_sum(link) and link.buffer.endswith((ETX, ETB))


def _may_lack_sum(link: Link) -> bool:
    return not (link.habits.sums_needed or link.summed)


def _numbered(link: Link, inner: bytes) -> tuple[Link, list[Action]]:
    number = int(inner[:1])
    expected = link.expected if link.open else number if not link.habits.frames_needed else 1
    if inner == link.last and number == (expected - 1) % 8:
        return replace(link, naks=0), [Send(ACK)]  # our ACK had been lost; it is answered again and counted once
    if number != expected % 8 or (not link.open and link.habits.frames_needed):
        return _refused(link)
    frame = STX + inner + b"%02X\r\n" % (sum(inner) % 256)
    if link.size + len(frame) > link.habits.largest:
        return _endless(link, "MESSAGE_ENDLESS")
    text = link.text + inner[1:-1]
    taken = replace(
        link, open=True, expected=(number + 1) % 8, last=inner, naks=0,
        frames=(*link.frames, frame), size=link.size + len(frame), text=text,
    )  # fmt: skip
    if inner.endswith(ETB):
        return taken, [Hold(frame), Send(ACK)]
    if _LAST_RECORD.search(text):
        return replace(taken, frames=(), size=0, text=b""), [Store(b"".join(taken.frames)), Send(ACK)]
    return replace(taken, text=b""), [Hold(frame), Send(ACK)]


def _refused(link: Link) -> tuple[Link, list[Action]]:
    if link.naks + 1 < TRIES:
        return replace(link, naks=link.naks + 1), [Send(NAK)]
    return Link(link.habits, link.buffer), [*_left(link, "TOO_MANY_NAKS"), Send(NAK)]


def _endless(link: Link, why: str) -> tuple[Link, list[Action]]:
    return Link(link.habits), [*_left(link, why), Send(NAK), Close(why)]


def _unframed(link: Link) -> tuple[Link, list[Action]] | None:
    """Records as plain lines, from H to L or to EOT; one answer for the whole."""
    end = re.search(rb"[\r\n]L[^\w\s][^\r\n]*[\r\n]|\x04", link.buffer)
    if end is None:
        return _endless(link, "MESSAGE_ENDLESS") if len(link.buffer) > link.habits.largest else None
    message, rest = link.buffer[: end.end()].rstrip(EOT), link.buffer[end.end() :]
    if not _UNFRAMED.match(message):
        return Link(link.habits, rest), []
    return Link(link.habits, rest), [Store(message), Send(ACK)]
