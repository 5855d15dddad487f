"""From raw readings to a value by the formula of the method: arithmetic in Decimal, nothing else can be said in it.

Kept with its inputs, so that the reported value can be worked out again (ISO/IEC 17025 7.5.1, 7.11.6).
"""

from __future__ import annotations

import ast
import decimal
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simpleeval import InvalidExpression, SimpleEval

from lims.domain.numbers.rounding import plain
from lims.domain.rules.errors import BadInput

LONGEST = 300
_CONTEXT = decimal.Context(
    prec=34, rounding=decimal.ROUND_HALF_EVEN,
    traps=[decimal.Overflow, decimal.DivisionByZero, decimal.InvalidOperation],
)
_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {"min": min, "max": max, "abs": abs}


class _DecimalEval(SimpleEval):
    """simpleeval with numbers read as Decimal from their own text and no operator beyond the four of arithmetic."""

    def __init__(self, names: Mapping[str, Decimal]) -> None:
        super().__init__(operators=_OPERATORS, functions=_FUNCTIONS, names=dict(names))
        allowed = (ast.Expr, ast.BinOp, ast.UnaryOp, ast.Name, ast.Constant, ast.Call)
        self.nodes = {kind: act for kind, act in self.nodes.items() if kind in allowed}
        self.source = ""

    def eval(self, expr: str, previously_parsed: Any = None) -> Any:
        self.source = expr
        return super().eval(expr, previously_parsed)

    def _eval_constant(self, node: ast.Constant) -> Any:
        text = ast.get_source_segment(self.source, node)
        if isinstance(node.value, bool) or not isinstance(node.value, int | float) or text is None:
            raise InvalidExpression("only numbers")
        return Decimal(text)


@dataclass(frozen=True)
class Calculation:
    """A value with all that made it."""

    formula: str
    inputs: tuple[tuple[str, str], ...]
    value: Decimal

    def as_json(self) -> dict[str, Any]:
        return {"formula": self.formula, "inputs": dict(self.inputs), "value": plain(self.value)}


def names_in(formula: str) -> tuple[str, ...]:
    """The readings that a formula asks for, in the order of their first appearance."""
    tree = _parsed(formula)
    found = sorted(
        (node for node in ast.walk(tree) if isinstance(node, ast.Name)), key=lambda node: (node.lineno, node.col_offset)
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
    value = evaluate(formula, inputs)
    return Calculation(formula, tuple((name, plain(inputs[name])) for name in wanted), value)


def evaluate(formula: str, inputs: Mapping[str, Decimal]) -> Decimal:
    """The formula's value in Decimal with 34 digits; a value that is not finite or too large is refused."""
    _parsed(formula)
    try:
        with decimal.localcontext(_CONTEXT):
            value = _DecimalEval(inputs).eval(formula.strip())
    except (decimal.DivisionByZero, ZeroDivisionError):
        raise BadInput("FORMULA_DIVISION_BY_ZERO", field="inputs") from None
    except (InvalidExpression, decimal.DecimalException, TypeError, ValueError, KeyError) as error:
        raise BadInput("FORMULA_CANNOT_BE_COMPUTED", field="formula", why=str(error)[:120]) from None
    if not isinstance(value, Decimal) or not value.is_finite() or abs(value.adjusted()) > 60:
        raise BadInput("FORMULA_CANNOT_BE_COMPUTED", field="formula", why="out of bounds")
    return _trimmed(value)


def _trimmed(value: Decimal) -> Decimal:
    """Without the tail of a division that does not end: at most 12 significant digits are kept."""
    if len(value.as_tuple().digits) <= 12:
        return Decimal(plain(value))
    with decimal.localcontext(_CONTEXT) as context:
        context.prec = 12
        return Decimal(plain((+value).normalize()))


def _parsed(formula: str) -> ast.Expression:
    if len(formula) > LONGEST:
        raise BadInput("FORMULA_TOO_LONG", field="formula", longest=LONGEST)
    try:
        return ast.parse(formula.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadInput("FORMULA_NOT_READABLE", field="formula") from None
