"""Chemical formulas as instruments print them in headers, and the units that stand under or beside them."""

from __future__ import annotations

import re

_ONE_LETTER = "HBCNOFPSKVYIWU"
_TWO_LETTERS = ("He Li Be Ne Na Mg Al Si Cl Ar Ca Sc Ti Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Zr Nb Mo Tc Ru Rh "
                "Pd Ag Cd In Sn Sb Te Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta Re Os Ir Pt Au Hg "
                "Tl Pb Bi Po At Rn Fr Ra Ac Th Pa Np Pu Am Cm LOI")
_FORMULA = re.compile(rf"^(?:\(|\)\d*|(?:{_TWO_LETTERS.replace(' ', '|')}|[{_ONE_LETTER}])\d*)+$")
_UNIT = re.compile(r"^[(\[]?\s*(?P<unit>(?:(?:mass|wt|w|at|mol)[.\s-]?)?%|pp[mbt]|[mµμun]?g/k?g|"
                   r"[mµμun]?g/[mµμud]?l|g/t|k?cps)\s*[)\]]?$", re.IGNORECASE)
_LONGEST = 60
_WITH_UNIT = re.compile(r"^(?P<name>.+?)\s*[(\[]\s*(?P<unit>[^()\[\]]+?)\s*[)\]]$")


def is_formula(text: str) -> bool:
    return len(text) <= _LONGEST and _FORMULA.match(text) is not None


def unit_alone(text: str) -> str | None:
    """The unit where the whole text is one, with or without brackets; else None."""
    found = _UNIT.match(text)
    return found["unit"] if found else None


def name_and_unit(text: str) -> tuple[str, str]:
    """``EC (mS/m)`` is EC in mS/m; without brackets the unit is empty."""
    found = _WITH_UNIT.match(text) if len(text) <= _LONGEST else None
    return (found["name"], found["unit"]) if found else (text, "")
