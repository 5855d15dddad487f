"""``lims entry``: how typed texts are read, one a line in, one JSON object a line out, in the same order.

It stores nothing and knows no limit; it shows the one grammar that the bench, the API and every import use.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from lims.domain.numbers.entry import Entry, read_entry
from lims.domain.numbers.marks import Note
from lims.domain.numbers.rounding import plain

ANSWERED, MALFORMED = 0, 2

_NOTES: Mapping[str, tuple[str, str]] = {
    "READ_AS": ("read as {read}", "读作 {read}"),
    "AMBIGUOUS_NUMBER": (
        '"{text}" can be read two ways: {one} or {two}; declare the decimal mark, or type one of them',
        "“{text}”有两种读法：{one} 或 {two}；请声明小数点符号，或输入其一",
    ),
    "MARK_NOT_DECLARED": (
        'the mark "{mark}" in "{text}" is not declared, neither as decimal mark nor as mark of groups',
        "“{text}”中的符号“{mark}”既未声明为小数点，也未声明为分组符号",
    ),
    "BAD_GROUPING": ('the groups of digits in "{text}" are not of three', "“{text}”中的数字分组不是三位一组"),
    "NOT_A_NUMBER": ('"{text}" is not a number', "“{text}”不是一个数"),
    "NOT_A_RESULT": ("not a result: {text}", "不是结果：{text}"),
    "A_RANGE": ('"{text}" is a range, not one result', "“{text}”是一个范围，不是一个结果"),
    "APPROXIMATE": ('"{text}" is only approximate; enter the value itself', "“{text}”只是近似值；请输入数值本身"),
    "UNKNOWN_UNIT": ('"{unit}" is not a unit of the laboratory', "“{unit}”不是实验室使用的单位"),
    "SEVERAL_UNITS": ("several units in one text: {units}", "一段文本中有多个单位：{units}"),
    "KIND_NEEDS_CONTEXT": (
        "{unit} stays as written: only the limit tells whether it is by mass or by volume",
        "{unit} 按原样保留：是质量比还是体积比，由限量决定",
    ),
    "SHARE_OF_VALUE": ("the uncertainty is read as {percent} % of the value", "不确定度读作数值的 {percent} %"),
    "MINUS_ONE_IS_ND": ("-1 is read as not detected, as declared", "按声明，-1 读作未检出"),
    "LOST_EXPONENT": (
        '"{text}" seems to have lost the sign of its power; write 1.2e5 or 1.2x10^5',
        "“{text}”似乎丢失了乘方符号；请写作 1.2e5 或 1.2x10^5",
    ),
    "OUT_OF_BOUNDS": ("the number is too large or too small to be a result", "该数过大或过小，不可能是结果"),
    "TOO_MANY_DIGITS": ("a number has at most {most} digits", "一个数最多 {most} 位数字"),
    "TOO_LONG": ("a result has at most {most} characters", "一个结果最多 {most} 个字符"),
    "HIDDEN_CHARACTERS": ("the text holds hidden characters", "文本含有隐藏字符"),
    "UNREADABLE_CHARACTER": (
        "a character was lost before this text came here; it may have been a sign: {read}",
        "文本到达之前丢失了一个字符，可能是符号：{read}",
    ),
}
"""What every note says, in English and in Chinese."""


def main(argv: list[str]) -> int:
    """Exit 0: every line got an answer; 2: the words of the call or a line of the input are malformed."""
    try:
        words = _parser().parse_args(argv)
    except SystemExit as leaving:
        return int(leaving.code or 0)
    if words.decimal is not None and words.decimal == words.group:
        print("entry: --decimal and --group cannot be the same mark", file=sys.stderr)
        return MALFORMED
    speak_utf8()
    code = ANSWERED
    try:
        with opened(words.file) as stream:
            for number, line in enumerate(lines_of(stream), 1):
                code = max(code, _answer(words, number, line))
    except OSError as error:
        return unopened("entry", words.file, error)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lims entry", description="Read typed results, one a line: plain, or a JSON string."
    )
    parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="the texts, or - for standard input")
    parser.add_argument("--decimal", choices=(".", ","), help="the declared decimal mark")
    parser.add_argument("--group", choices=(",", ".", "space"), default="", help="the declared mark of digit groups")
    parser.add_argument("--minus-one-is-nd", action="store_true", help="-1 means not detected")
    parser.add_argument("--language", choices=("en", "zh"), default="en", help="the language of the notes")
    return parser


def _answer(words: argparse.Namespace, number: int, line: bytes) -> int:
    try:
        text = line.decode("utf-8")
        if text.startswith('"'):
            text = json.loads(text)
    except (ValueError, RecursionError) as error:
        print(f"entry: {words.file}, line {number}: text: {error}", file=sys.stderr)
        say({"id": None, "verdict": "INVALID", "reason": "BAD_CASE", "line": number,
             "text": line.decode("utf-8", "replace"), "status": "refused", "note": "the line is malformed"})
        return MALFORMED
    say(as_json(read_entry(text, words.decimal, words.group, words.minus_one_is_nd), words.language))
    return ANSWERED


def as_json(entry: Entry, language: str = "en") -> dict[str, Any]:
    """The entry as the public interface shows it: figures as text, without exponents, with the digits as typed."""
    answer: dict[str, Any] = {
        "text": entry.text,
        "status": entry.status,
        "qualifier": entry.qualifier,
        "value": _value(entry),
        "unit": entry.unit,
        "expanded": _expanded(entry),
        "values": [_member(member) for member in entry.values],
        "note": None if entry.note is None else note_words(entry.note, language),
        "note_code": None if entry.note is None else entry.note.code,
    }
    for name, figure in (("lod", entry.lod), ("loq", entry.loq), ("k", entry.coverage)):
        if figure is not None:
            answer[name] = plain(figure)
    if entry.value is not None:
        answer["digits"] = entry.digits
    return answer


def _value(entry: Entry) -> str | None:
    return entry.word if entry.value is None else plain(entry.value)


def _expanded(entry: Entry) -> str | None:
    if entry.expanded is None:
        return None
    return f"{plain(entry.expanded)}%" if entry.expanded_percent else plain(entry.expanded)


def _member(member: Entry) -> dict[str, Any]:
    """One result of a list; what is no number says by its status what it is."""
    told = {"qualifier": member.qualifier, "value": _value(member), "status": member.status}
    further = {"expanded": _expanded(member), "lod": member.lod and plain(member.lod),
               "loq": member.loq and plain(member.loq)}
    return told | {name: figure for name, figure in further.items() if figure is not None}


def note_words(note: Note, language: str = "en") -> str:
    """A note as a sentence; a parameter that the note does not carry stays empty."""
    words = _NOTES.get(note.code)
    if words is None:
        return note.code
    params = dict.fromkeys(("text", "unit", "read", "most", "mark", "units", "percent", "one", "two"), "")
    return words[language == "zh"].format_map(params | dict(note.params)).rstrip(": ：")


# ---- lines in, lines out: shared with ``lims decide`` ----------------------------------------------------------------


@contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """The file of that name, or standard input for ``-``."""
    if name == "-":
        yield sys.stdin.buffer
        return
    with Path(name).open("rb") as stream:
        yield stream


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """Lines without their ends; only a line feed ends a line, and a byte order mark may stand before the first."""
    for number, line in enumerate(stream):
        line = line.removesuffix(b"\n").removesuffix(b"\r")
        yield line.removeprefix(b"\xef\xbb\xbf") if number == 0 else line


def say(answer: Mapping[str, Any]) -> None:
    """One JSON object on one line, for readers that also take U+2028 or U+0085 for the end of a line."""
    line = json.dumps(answer, ensure_ascii=False)
    if not line.isascii() and not (line.isprintable() and _encodes(line)):
        line = json.dumps(answer)
    sys.stdout.write(f"{line}\n")


def _encodes(line: str) -> bool:
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:  # half a surrogate pair out of a JSON string
        return False
    return True


def unopened(command: str, name: str, error: OSError) -> int:
    if isinstance(error, BrokenPipeError):
        raise error
    print(f"{command}: {name}: {error.strerror or error}", file=sys.stderr)
    return MALFORMED


def speak_utf8() -> None:
    """Answers are UTF-8 whatever the terminal's locale says."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", newline="\n")
