"""From raw readings to a value by the formula of the method: arithmetic in Decimal, nothing else can be said in it.

Kept with its inputs and steps, so that the value can be worked out again (ISO/IEC 17025 7.5.1, 7.11.6).
"""

from __future__ import annotations

import ast
import decimal
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from simpleeval import InvalidExpression, SimpleEval

from lims.domain.numbers import units
from lims.domain.numbers.rounding import plain
from lims.domain.rules.errors import BadInput

LONGEST = 300
HIGHEST_POWER = 30
KEPT_DIGITS = 15
"""Of a quotient that does not end; fewer than are computed, so that 0.1 / 3 * 6 is 0.2 again."""
_CONTEXT = decimal.Context(
    prec=34, rounding=decimal.ROUND_HALF_EVEN,
    traps=[decimal.Overflow, decimal.DivisionByZero, decimal.InvalidOperation],
)


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    if abs(exponent) > HIGHEST_POWER or exponent != exponent.to_integral_value():
        raise InvalidExpression(f"powers are whole numbers up to {HIGHEST_POWER}")
    return base**exponent


def _mean(*values: Decimal) -> Decimal:
    return sum(values, Decimal(0)) / len(values)


_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: _power,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": min, "max": max, "abs": abs, "mean": _mean, "sqrt": Decimal.sqrt, "log10": Decimal.log10, "ln": Decimal.ln,
    "exp": Decimal.exp,
}


FUNCTION_NAMES = frozenset(_FUNCTIONS)


@dataclass(frozen=True)
class Calculation:
    """A value with all that made it: formula, inputs as typed, and every step that was worked out."""

    formula: str
    inputs: tuple[tuple[str, str], ...]
    value: Decimal
    steps: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    figures: int = 0
    """Significant figures to report; the value itself keeps all of its digits."""
    constants: tuple[tuple[str, str], ...] = ()
    declared: tuple[tuple[str, str, str, str], ...] = ()
    """(name, unit, meaning in English, meaning in Chinese) as the method said on the day."""

    def as_json(self) -> dict[str, Any]:
        return {
            "formula": self.formula, "inputs": dict(self.inputs), "value": plain(self.value),
            "steps": [{"of": part, "value": value} for part, value in self.steps],
            "constants": dict(self.constants), "unit": self.unit, "figures": self.figures,
            "worked": worked(self.formula, dict((*self.constants, *self.inputs))),
            "readings": [
                {"name": name, "unit": unit, "meaning_en": en, "meaning_zh": zh}
                for name, unit, en, zh in self.declared
            ],
        }


class _DecimalEval(SimpleEval):
    """simpleeval with numbers read as Decimal from their own text, arithmetic and a few functions only."""

    def __init__(self, names: Mapping[str, Decimal], formula: str) -> None:
        super().__init__(operators=_OPERATORS, functions=_FUNCTIONS, names=dict(names))
        allowed = (ast.Expr, ast.BinOp, ast.UnaryOp, ast.Name, ast.Constant, ast.Call)
        known: dict[type[ast.AST], Callable[..., Any]] = super().__getattribute__("nodes")
        self.nodes = {kind: act for kind, act in known.items() if kind in allowed}
        self.nodes[ast.BinOp] = self._eval_step(self.nodes[ast.BinOp])
        self.nodes[ast.Call] = self._eval_step(self.nodes[ast.Call])
        self.source = formula.encode()
        self.steps: list[tuple[str, str]] = []

    def _eval_step(self, act: Callable[[ast.AST], Any]) -> Callable[[ast.AST], Any]:
        def evaluated(node: ast.AST) -> Any:
            value = act(node)
            if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < 60:
                self.steps.append((self._text(node), plain(_trimmed(value))))
            return value

        return evaluated

    def _eval_constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise InvalidExpression("only numbers")
        return Decimal(self._text(node))

    def _text(self, node: ast.AST) -> str:
        """The part of the formula that the node was read from; a formula is one line."""
        return self.source[node.col_offset : node.end_col_offset].decode()  # type: ignore[attr-defined]


def names_in(formula: str) -> tuple[str, ...]:
    """The readings that a formula asks for, in the order of their first appearance. BadInput FORMULA_…"""
    found = sorted(
        (node for node in ast.walk(_parsed(formula)) if isinstance(node, ast.Name)),
        key=lambda node: (node.lineno, node.col_offset),
    )
    return tuple(dict.fromkeys(node.id for node in found if node.id not in _FUNCTIONS))


def calculate(formula: str, inputs: Mapping[str, Decimal]) -> Calculation:
    """Evaluate and keep. BadInput FORMULA_… says which reading is missing, not used, or what cannot be computed."""
    wanted = names_in(formula)
    missing = [name for name in wanted if name not in inputs]
    if missing:
        raise BadInput("FORMULA_INPUT_MISSING", field=f"inputs.{missing[0]}", name=missing[0])
    unused = [name for name in inputs if name not in wanted]
    if unused:
        raise BadInput("FORMULA_INPUT_UNKNOWN", field=f"inputs.{unused[0]}", name=unused[0])
    value, steps = _evaluated(formula, inputs)
    return Calculation(formula, tuple((name, plain(inputs[name])) for name in wanted), value, steps)


def worked(formula: str, texts: Mapping[str, str]) -> str:
    """The formula with the readings in the place of their names: ``(12.4 - 0.3) * 50 / 0.5012``."""
    text = formula.strip().encode()
    found = [node for node in ast.walk(_parsed(formula)) if isinstance(node, ast.Name) and node.id in texts]
    for node in sorted(found, key=lambda node: node.col_offset, reverse=True):
        given = texts[node.id]
        shown = f"({given})" if given.startswith(("-", "−")) else given
        text = text[: node.col_offset] + shown.encode() + text[node.end_col_offset :]
    return text.decode()


def quantity(formula: str, amounts: Mapping[str, Any]) -> Any:
    """What the formula means of quantities: powers of ten in it only change units, so they count as one.

    Numbers of another kind are taken as they stand; a constant of nature has a unit and is declared with it.
    BadInput FORMULA_UNITS_DIFFER names the part that adds what cannot be added.
    """
    with decimal.localcontext(_CONTEXT):
        return _meant(_parsed(formula).body, amounts)


def _meant(node: ast.AST, amounts: Mapping[str, Any]) -> Any:
    match node:
        case ast.Name(id=name):
            return amounts[name]
        case ast.Constant(value=value):
            number = Decimal(str(value))
            return Decimal(1) if number.normalize().as_tuple().digits == (1,) else number
        case ast.BinOp(op=ast.Pow()):
            return _reckoned(node, operator.pow, _meant(node.left, amounts), _exponent(node.right))
        case ast.BinOp() if type(node.op) in _OPERATORS:
            return _reckoned(
                node, _OPERATORS[type(node.op)], _meant(node.left, amounts), _meant(node.right, amounts)
            )
        case ast.UnaryOp() if type(node.op) in _OPERATORS:
            return _reckoned(node, _OPERATORS[type(node.op)], _meant(node.operand, amounts))
        case ast.Call(func=ast.Name(id=name)) if name in _OF_QUANTITIES:
            return _reckoned(node, _OF_QUANTITIES[name], *(_meant(one, amounts) for one in node.args))
    raise BadInput("FORMULA_CANNOT_BE_COMPUTED", field="formula", why=ast.unparse(node)[:120])


def _exponent(node: ast.AST) -> Decimal:
    """A power of a quantity is a number that stands in the formula: what else would its unit be?"""
    text = ast.unparse(node)
    if not re.fullmatch(r"-?[0-9]{1,2}", text) or abs(int(text)) > HIGHEST_POWER:
        raise BadInput("FORMULA_CANNOT_BE_COMPUTED", field="formula", why=f"** {text[:60]}")
    return Decimal(text)


def _reckoned(node: ast.AST, act: Callable[..., Any], *parts: Any) -> Any:
    try:
        return act(*parts)
    except (TypeError, ArithmeticError, ValueError):
        raise BadInput("FORMULA_UNITS_DIFFER", field="formula", part=ast.unparse(node)[:120]) from None


def _bare(act: Callable[[Decimal], Decimal]) -> Callable[[Any], Decimal]:
    """A function of pure numbers: a logarithm has no unit and is taken of none."""

    def applied(value: Any) -> Decimal:
        number = units.number_of(value, "1")
        if number is None:
            raise TypeError("not a pure number")
        return act(number)

    return applied


_OF_QUANTITIES: dict[str, Callable[..., Any]] = {
    "min": min, "max": max, "abs": abs, "mean": lambda *all: sum(all[1:], all[0]) / len(all),
    "sqrt": lambda value: value ** Decimal("0.5"), "log10": _bare(Decimal.log10), "ln": _bare(Decimal.ln),
    "exp": _bare(Decimal.exp),
}  # fmt: skip


def evaluate(formula: str, inputs: Mapping[str, Decimal]) -> Decimal:
    """The formula's value in Decimal; a value that is not finite or too large is refused (BadInput FORMULA_…)."""
    return _evaluated(formula, inputs)[0]


def _evaluated(formula: str, inputs: Mapping[str, Decimal]) -> tuple[Decimal, tuple[tuple[str, str], ...]]:
    text = formula.strip()
    tree = _parsed(formula)
    worker = _DecimalEval(inputs, text)
    try:
        with decimal.localcontext(_CONTEXT):
            value = worker.eval(text, previously_parsed=tree.body)
    except ZeroDivisionError:
        raise BadInput("FORMULA_DIVISION_BY_ZERO", field="inputs") from None
    except decimal.InvalidOperation as error:
        if decimal.DivisionUndefined in (error.args[0] if error.args else ()):
            raise BadInput("FORMULA_DIVISION_BY_ZERO", field="inputs") from None
        raise BadInput("FORMULA_CANNOT_BE_COMPUTED", field="formula", why="not defined") from None
    except (InvalidExpression, ArithmeticError, TypeError, ValueError, KeyError, RecursionError) as error:
        raise BadInput("FORMULA_CANNOT_BE_COMPUTED", field="formula", why=str(error)[:120]) from None
    if not isinstance(value, Decimal) or not value.is_finite() or abs(value.adjusted()) > 60:
        raise BadInput("FORMULA_CANNOT_BE_COMPUTED", field="formula", why="out of bounds")
    return _trimmed(value), tuple(worker.steps)


def _trimmed(value: Decimal) -> Decimal:
    """Without the tail of a division that does not end."""
    if len(value.as_tuple().digits) <= KEPT_DIGITS:
        return Decimal(plain(value))
    with decimal.localcontext(_CONTEXT) as context:
        context.prec = KEPT_DIGITS
        return Decimal(plain((+value).normalize()))


@lru_cache(maxsize=256)
def _parsed(formula: str) -> ast.Expression:
    if len(formula) > LONGEST:
        raise BadInput("FORMULA_TOO_LONG", field="formula", longest=LONGEST)
    if len(formula.strip().splitlines()) != 1:
        raise BadInput("FORMULA_NOT_READABLE", field="formula")
    try:
        return ast.parse(formula.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadInput("FORMULA_NOT_READABLE", field="formula") from None
