"""Who may do what: the rights of rights.csv and the duties apart of duties.csv, as lookups over plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from lims.domain.rules.actor import ROLES, Actor
from lims.domain.rules.workflow import read_table

ROLE_OF_DUTY = {"sampler": "inspector"}
"""A duty carries the name of its role, but for the one that two roles may do."""

ACTION_OF: Mapping[tuple[str, str], str] = {
    ("request", "lodge"): "request:lodge",
    ("request", "ask"): "request:ask",
    ("request", "answer"): "request:answer",
    ("request", "reject"): "request:ask",
    ("request", "accept"): "request:accept",
    ("request", "pause"): "request:ask",
    ("request", "resume"): "request:ask",
    ("request", "cancel"): "request:cancel",
    ("request", "close"): "request:close",
    ("lot", "hold"): "lot:hold",
    ("lot", "unhold"): "lot:hold",
    ("lot", "decide"): "lot:decide",
    ("lot", "redecide"): "lot:hold",
    ("lot", "prove"): "lot:prove",
    ("lot", "close"): "lot:hold",
    ("lot", "reinspect"): "lot:hold",
    ("lot", "cancel"): "lot:cancel",
    ("sample", "draw"): "sample:draw",
    ("sample", "dispatch"): "sample:draw",
    ("sample", "take_reserve"): "sample:receive",
    ("sample", "receive"): "sample:receive",
    ("sample", "reject"): "sample:reject",
    ("sample", "approve"): "sample:approve",
    ("sample", "reopen"): "sample:reopen",
    ("sample", "retain"): "portion:store",
    ("sample", "list_for_disposal"): "portion:dispose",
    ("sample", "dispose"): "portion:dispose",
    ("analysis", "assign"): "analysis:assign",
    ("analysis", "unassign"): "result:enter",
    ("analysis", "enter"): "result:enter",
    ("analysis", "correct"): "result:enter",
    ("analysis", "submit"): "result:enter",
    ("analysis", "settle"): "result:settle",
    ("analysis", "verify"): "result:verify",
    ("analysis", "return"): "result:retest",
    ("analysis", "retest"): "result:retest",
    ("analysis", "cancel"): "analysis:choose",
    ("worksheet", "make"): "worksheet:make",
    ("worksheet", "close"): "worksheet:make",
    ("worksheet", "reopen"): "worksheet:make",
    ("batch", "release"): "batch:release_held",
    ("batch", "fail"): "batch:release_held",
    ("bracket", "release"): "batch:release_held",
    ("bracket", "fail"): "batch:release_held",
    ("chart_limits", "propose"): "chart:edit",
    ("chart_limits", "release"): "chart:release",
    ("chart_limits", "reject"): "chart:release",
    ("run", "receive"): "run:import",
    ("run", "parse"): "run:import",
    ("run", "refuse"): "run:import",
    ("run", "accept"): "run:import",
    ("run", "accept_some"): "run:import",
    ("run", "reverse"): "run:import",
    ("run", "supersede"): "run:import",
    ("spool", "refuse"): "run:import",
    ("amendment", "ask"): "run:import",
    ("amendment", "grant"): "result:retest",
    ("amendment", "decline"): "result:retest",
    ("certificate", "draft"): "certificate:issue",
    ("certificate", "discard"): "certificate:issue",
    ("certificate", "issue"): "certificate:issue",
    ("certificate", "amend"): "certificate:amend",
    ("certificate", "ask_withdrawal"): "certificate:withdraw",
    ("certificate", "withdraw"): "certificate:withdraw",
    ("appeal", "lodge"): "appeal:lodge",
    ("appeal", "accept"): "appeal:judge",
    ("appeal", "refuse"): "appeal:judge",
    ("appeal", "conclude"): "appeal:judge",
    ("reference_version", "propose"): "catalogue:propose",
    ("reference_version", "release"): "catalogue:release",
    ("reference_version", "reject"): "catalogue:release",
    ("reference_version", "retire"): "catalogue:release",
    ("instrument", "register"): "instrument:edit",
    ("instrument", "put_in_service"): "instrument:edit",
    ("instrument", "take_out"): "instrument:out_of_service",
    ("material_lot", "receive"): "material:receive",
    ("material_lot", "prepare"): "material:prepare",
    ("material_lot", "open"): "material:use",
    ("material_lot", "extend"): "material:withdraw",
    ("material_lot", "use_up"): "material:use",
    ("material_lot", "expire"): "material:use",
    ("material_lot", "withdraw"): "material:withdraw",
    ("nonconformity", "open"): "nonconformity:open",
    ("nonconformity", "act"): "nonconformity:close",
    ("nonconformity", "close"): "nonconformity:close",
}
"""Which right each verb stands under; a verb that is missing here is done by the system only."""


@dataclass(frozen=True)
class Grant:
    """A role that gives the right, and over what: ``yes``, ``own_port``, ``method``, ``field``, ``two`` …"""

    role: str
    over: str


@cache
def matrix() -> Mapping[str, tuple[Grant, ...]]:
    """The written matrix: action -> grants, in the order of the roles."""
    return {
        row["action"]: tuple(Grant(role, row[role]) for role in ROLES if row[role]) for row in read_table("rights.csv")
    }


def grants(actor: Actor, action: str) -> tuple[Grant, ...]:
    """Every way in which the actor holds the right; empty means no. An unknown action is a fault."""
    return tuple(grant for grant in matrix()[action] if grant.role in actor.roles)


@dataclass(frozen=True)
class DutyPair:
    """Two duties that one person may not hold over the same ``scope`` (analysis, sample, lot …)."""

    first: str
    second: str
    scope: str
    why: str


@cache
def duty_pairs() -> tuple[DutyPair, ...]:
    return tuple(DutyPair(row["duty_a"], row["duty_b"], row["scope"], row["why"]) for row in read_table("duties.csv"))


@cache
def apart_from(duty: str) -> tuple[tuple[str, str], ...]:
    """(other duty, scope) of every pair in which the duty stands."""
    pairs = [(p.second, p.scope) for p in duty_pairs() if p.first == duty]
    pairs += [(p.first, p.scope) for p in duty_pairs() if p.second == duty]
    return tuple(pairs)
