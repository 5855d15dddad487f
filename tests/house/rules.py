"""The rules of the house that no tool knows, each as a function from a file to what in it breaks the rule."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.house.sources import Source

Finding = tuple[int, str]
EXACT = ("lims/domain", "lims/services", "lims/persistence", "instruments")
TIMELESS = (*EXACT, "reports")
FILE_LINES, FUNCTION_LINES = 400, 80
VAGUE = frozenset({"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc", "data", "info"})


@dataclass(frozen=True)
class Rule:
    """What is looked for, where, and the places that have a reason to be otherwise."""

    law: str
    find: Callable[[Source], Iterator[Finding]]
    folders: tuple[str, ...]
    planted: tuple[Source, ...]
    """Files made up to break the rule; a rule that misses one of them is worth nothing."""
    innocent: tuple[Source, ...] = ()
    excused: Mapping[str, str] = field(default_factory=dict)
    """File or folder -> why it may."""
    endings: tuple[str, ...] = (".py",)

    def broken_by(self, source: Source) -> list[str]:
        if source.is_in(*self.excused) or not source.is_in(*self.folders) or not source.path.endswith(self.endings):
            return []
        return [f"{source.path}:{line}: {words}" for line, words in self.find(source)]


def commits(source: Source) -> Iterator[Finding]:
    for call in _calls(source):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit":
            yield call.lineno, "commits"


def state_writes(source: Source) -> Iterator[Finding]:
    """An assignment to ``.state``, the same by setattr or by an UPDATE, and a row born with a state."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr == "state" and isinstance(node.ctx, ast.Store):
            yield node.lineno, "writes .state"
        if not isinstance(node, ast.Call):
            continue
        named = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if named == "setattr" and any(isinstance(word, ast.Constant) and word.value == "state" for word in node.args):
            yield node.lineno, "sets the attribute state"
        if (named == "values" or named.endswith("Row")) and any(word.arg == "state" for word in node.keywords):
            yield node.lineno, f"gives a state to {named}"


def floats(source: Source) -> Iterator[Finding]:
    for call in _calls(source):
        if getattr(call.func, "id", "") == "float":
            yield call.lineno, "makes a float"
        if any(isinstance(word, ast.Name) and word.id == "float" for word in call.args[:1]):
            yield call.lineno, "hands float on as a function"


CLOCK = frozenset({"now", "utcnow", "today"})
TICKS = frozenset({"time", "time_ns", "monotonic", "perf_counter", "localtime", "gmtime", "sleep"})


def clocks(source: Source) -> Iterator[Finding]:
    for call in _calls(source):
        func = call.func
        if not isinstance(func, ast.Attribute):
            continue
        owner = func.value.attr if isinstance(func.value, ast.Attribute) else getattr(func.value, "id", "")
        if owner in ("datetime", "date") and func.attr in CLOCK:
            yield call.lineno, f"asks {owner}.{func.attr}()"
        if owner == "time" and func.attr in TICKS:
            yield call.lineno, f"asks time.{func.attr}()"


def evaluations(source: Source) -> Iterator[Finding]:
    for call in _calls(source):
        if isinstance(call.func, ast.Name) and call.func.id in ("eval", "exec"):
            yield call.lineno, f"calls {call.func.id}"


def raw_markup(source: Source) -> Iterator[Finding]:
    """Text that goes into a page without being escaped, in Python and in templates."""
    if source.path.endswith(".py"):
        for node in ast.walk(source.tree):
            name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
            if isinstance(node, (ast.Name, ast.Attribute)) and name == "Markup":
                yield node.lineno, "uses Markup"
        return
    for number, line in enumerate(source.text.splitlines(), 1):
        if re.search(r"\|\s*safe\b|\bautoescape\s+false\b|\bMarkup\b", line):
            yield number, "does not escape"


def no_docstring(source: Source) -> Iterator[Finding]:
    if source.tree.body and not (ast.get_docstring(source.tree) or "").strip():
        yield 1, "does not say what it is"


def long_files(source: Source) -> Iterator[Finding]:
    lines = source.text.count("\n")
    if lines > FILE_LINES:
        yield 1, f"{lines} lines"


def long_functions(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield node.lineno, f"{node.name} has {lines} lines"


def vague_names(source: Source) -> Iterator[Finding]:
    for part in source.path.removesuffix(".py").split("/"):
        if part.strip("_").lower() in VAGUE:
            yield 1, f"{part!r} says nothing"


def _calls(source: Source) -> Iterator[ast.Call]:
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))


def _in(path: str, text: str) -> Source:
    return Source(path, text)


PYTHON = ("lims", "instruments", "reports")

RULES = (
    Rule(
        "one committer",
        commits,
        PYTHON,
        (_in("lims/services/x.py", "tx.session.commit()"), _in("lims/web/x.py", "db.session.commit()")),
        (_in("lims/services/x.py", "commit = 1\n'session.commit()'"),),
        {
            "lims/persistence/session.py": "the one committer",
            "lims/persistence/account.py": "the sign-in library keeps its own session over the credential tables",
        },
    ),
    Rule(
        "one writer of states",
        state_writes,
        PYTHON,
        tuple(
            _in("lims/services/x.py", text)
            for text in (
                "row.state = 'closed'",
                "row.a, row.state = 1, 2",
                "row.state += 'x'",
                "row.state: str = 'x'",
                "setattr(row, 'state', 'x')",
                "update(LotRow).values(state='held')",
                "LotRow(no='1', state='held')",
                "for row.state in states: pass",
            )
        ),
        (_in("lims/services/x.py", "state = row.state\nShown(state=row.state)\nif row.state == 'held': pass"),),
        {"lims/services/transition.py": "the one writer"},
    ),
    Rule(
        "no binary fractions",
        floats,
        EXACT,
        (_in("lims/domain/x.py", "float(text)"), _in("instruments/a/x.py", "list(map(float, cells))")),
        (_in("lims/web/x.py", "float(1)"), _in("lims/domain/x.py", "isinstance(value, float)")),
        {
            "lims/domain/numbers/statistics.py": "normal and t distributions, regression",
            "instruments/tools/spreadsheet.py": "cells that are binary on disk",
        },
    ),
    Rule(
        "no clock below the doors",
        clocks,
        TIMELESS,
        tuple(
            _in("reports/x.py", text)
            for text in ("datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()", "time.time()",
                         "time.sleep(1)")
        ),
        (_in("lims/services/x.py", "tx.now\nmoment.time()\ndatetime.fromisoformat(t)"),),
    ),
    Rule(
        "no text is run as a program",
        evaluations,
        PYTHON,
        (_in("lims/web/x.py", "eval(text)"), _in("instruments/x.py", "exec(text)")),
        (_in("lims/domain/x.py", "reader.eval(formula)"),),
    ),
    Rule(
        "nothing goes unescaped into a page",
        raw_markup,
        ("lims",),
        (
            _in("lims/web/x.py", "Markup(text)"),
            _in("lims/web/y.py", "markupsafe.Markup(text)"),
            _in("lims/templates/x.html", "{{ note|safe }}"),
            _in("lims/templates/y.html", "{{ note | safe }}"),
            _in("lims/templates/z.html", "{% autoescape false %}"),
        ),
        (_in("lims/templates/x.html", "{{ note|safely }} safe"),),
        endings=("",),
    ),
    Rule(
        "every file says what it is",
        no_docstring,
        PYTHON,
        (_in("lims/x.py", "import os"), _in("lims/y.py", '""" """\nimport os')),
        (_in("lims/__init__.py", ""), _in("lims/x.py", '"""What it is."""')),
    ),
    Rule(
        "no file grows without end",
        long_files,
        PYTHON,
        (_in("lims/x.py", "a = 1\n" * 401),),
        (_in("lims/x.py", "a = 1\n" * 400),),
    ),
    Rule(
        "no function grows without end",
        long_functions,
        PYTHON,
        tuple(_in("lims/x.py", f"{start} f():\n" + "    a = 1\n" * 80) for start in ("def", "async def")),
        (_in("lims/x.py", "def f():\n" + "    a = 1\n" * 79),),
    ),
    Rule(
        "names say what is inside",
        vague_names,
        (*PYTHON, "tests"),
        (_in("lims/utils.py", ""), _in("lims/common/x.py", ""), _in("tests/helpers.py", "")),
        (_in("lims/uncommon.py", ""),),
    ),
)
