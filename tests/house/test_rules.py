"""The tree keeps the rules of the house, and each rule finds what it is there to find."""

from __future__ import annotations

import ast
import sys
from dataclasses import replace

import pytest

from tests.house.rules import RULES, Rule
from tests.house.sources import ROOT, Source, modules, templates

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.law.replace(" ", "-"))


@each_rule
def test_the_tree_keeps_the_rule(rule: Rule) -> None:
    broken = [words for source in (*modules(), *modules("tests"), *templates()) for words in rule.broken_by(source)]
    assert broken == []


@each_rule
def test_the_rule_finds_every_planted_breach(rule: Rule) -> None:
    assert [source.text for source in rule.planted if not rule.broken_by(source)] == []


@each_rule
def test_the_rule_leaves_the_innocent_alone(rule: Rule) -> None:
    assert [words for source in rule.innocent for words in rule.broken_by(source)] == []


@each_rule
def test_an_excuse_is_struck_out_when_it_is_no_longer_needed(rule: Rule) -> None:
    bare = replace(rule, excused={})
    breaking = [source for source in modules() if bare.broken_by(source)]
    needed = {place for place in rule.excused if any(source.is_in(place) for source in breaking)}
    assert set(rule.excused) - needed - LASTING == set()


LASTING = {"lims/persistence/account.py", "instruments/tools/spreadsheet.py"}
"""Rooms that house rules name, whether or not they use their liberty today."""


def test_the_walk_sees_every_floor() -> None:
    seen = {source.path for source in modules()}
    assert {"lims/services/transition.py", "instruments/registry.py", "reports/signing.py"} <= seen
    assert len(seen) > 150
    assert any(source.path.endswith(".html") for source in templates())


@pytest.mark.parametrize("name", ["lims/__main__.py", "lims/bootstrap.py"])
def test_what_runs_before_anything_is_installed_needs_only_the_standard_library(name: str) -> None:
    assert _foreign(Source(name, (ROOT / name).read_text(encoding="utf-8"))) == set()


def test_a_foreign_import_before_the_installation_is_found() -> None:
    planted = Source("lims/bootstrap.py", "import os, flask\nfrom lims.cli import main\nfrom lims import bootstrap")
    assert _foreign(planted) == {"flask", "lims.cli"}


def test_the_first_package_is_empty() -> None:
    """Python imports it before anything can be checked, on a machine where nothing is installed yet."""
    assert (ROOT / "lims" / "__init__.py").read_text(encoding="utf-8").strip() == ""


def _foreign(source: Source) -> set[str]:
    """Imports that the standard library does not answer; what runs once inside is left to run."""
    inside = {"lims", "lims.bootstrap", "reports._build"}
    named: set[str] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            named.add(node.module or "")
    return {name for name in named if name.split(".")[0] not in sys.stdlib_module_names} - inside
