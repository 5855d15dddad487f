"""The commands by name, each loaded only when called, and what becomes of the errors that leave them.

Exit codes: 0 answered, 1 a fault of the program, 2 malformed words or input, 3 understood and refused.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from lims.domain.rules.errors import LimsError

ANSWERED, FAULT, MALFORMED, REFUSED, INTERRUPTED = 0, 1, 2, 3, 130


@dataclass(frozen=True)
class Command:
    """A module with ``main(argv) -> int``, and one line about it in both languages."""

    module: str
    zh: str
    en: str


def _at(name: str, zh: str, en: str) -> tuple[str, Command]:
    return name, Command(f"lims.cli.{name}", zh, en)


COMMANDS: Mapping[str, Command] = dict((
    _at("demo", "建立并运行演示实验室", "build and serve a demonstration laboratory"),
    _at("init", "建立一个真实的实验室", "set up a real laboratory"),
    _at("serve", "运行网站和接口", "serve the pages and the API"),
    _at("worker", "运行后台任务", "run the background jobs"),
    _at("upgrade", "把数据库升级到最新结构", "bring the database to the newest schema"),
    _at("backup", "备份数据库、文件和密钥", "back up database, files and keys"),
    _at("restore", "把备份恢复到空文件夹", "restore a backup into an empty folder"),
    _at("user", "管理人员账号", "manage people's accounts"),
    _at("token", "管理接口令牌", "manage tokens for the API"),
    _at("test", "运行本产品的测试", "run the product's own tests"),
    _at("decide", "逐行判定：结果与限量", "judge results against limits, one case a line"),
    _at("entry", "逐行读取录入的结果文本", "read typed results, one a line"),
    _at("read", "读取仪器文件", "read an instrument file"),
    _at("instruments", "接收仪器数据：文件夹、ASTM、天平", "receive from instruments: folders, ASTM, balances"),
    _at("verify", "验证证书 PDF", "verify a certificate PDF"),
    _at("certificate", "导出已签发的证书", "export issued certificates"),
    _at("limits", "检查或导入限量库", "check or import a library of limits"),
    _at("trail", "核查审计记录", "check the audit trail"),
    _at("bench", "与最低成本对比的性能测试", "benchmarks as ratios to a bare floor"),
))


def main(argv: Sequence[str]) -> int:
    """Call the command named first and return its exit code; nothing it raises gets further."""
    name, rest = (argv[0], list(argv[1:])) if argv else ("--help", [])
    try:
        if name in ("-h", "--help", "help"):
            print(usage(speaks_chinese(os.environ)))
            return ANSWERED
        command = COMMANDS.get(name)
        if command is None or not exists(command):
            return _unknown(name)
        return int(import_module(command.module).main(rest) or 0)
    except LimsError as error:
        return _refused(name, error)
    except BrokenPipeError:  # whoever read our answers has gone: nobody is left to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return FAULT
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        return _fault(name, error)


def exists(command: Command) -> bool:
    return find_spec(command.module) is not None


def available() -> dict[str, Command]:
    return {name: command for name, command in COMMANDS.items() if exists(command)}


def usage(chinese: bool) -> str:
    there = available()
    width = max(map(len, there))
    lines = [f"  {name:<{width}}  {command.zh if chinese else command.en}" for name, command in there.items()]
    head = "用法：lims <命令> [参数]   （lims <命令> --help 有详细说明）"
    if not chinese:
        head = "usage: lims COMMAND [WORDS]   (lims COMMAND --help tells more)"
    return "\n".join((head, "", *lines))


def speaks_chinese(environment: Mapping[str, str]) -> bool:
    """The language of the terminal, by the usual order of the variables."""
    named = (environment.get(key, "") for key in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return next(filter(None, named), "").lower().startswith("zh")


def _unknown(name: str) -> int:
    near = difflib.get_close_matches(name, available(), n=1)
    hint = f"; did you mean {near[0]}?" if near else "; lims --help lists them all"
    print(f"lims: there is no command {name!r}{hint}", file=sys.stderr)
    return MALFORMED


def _refused(name: str, error: LimsError) -> int:
    """Every reason on a line of its own, in the terminal's language, with the code that scripts may look for."""
    from lims.installation import SchemaDiffers
    from lims.web.messages import say_all

    for words in say_all(error, "zh" if speaks_chinese(os.environ) else "en"):
        print(f"lims {name}: {words} [{error.code}]", file=sys.stderr)
    return REFUSED if isinstance(error, SchemaDiffers) else MALFORMED


def _fault(name: str, error: Exception) -> int:
    """The trace for whoever mends it, and a code that is the same whenever the same fault comes again."""
    traceback.print_exception(error, file=sys.stderr)
    print(f"lims {name}: a fault of the program, reference {reference(error)}", file=sys.stderr)
    return FAULT


def reference(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = "|".join(f"{frame.name}:{frame.line}" for frame in frames)
    return hashlib.sha256(f"{type(error).__name__}|{place}".encode()).hexdigest()[:8].upper()
