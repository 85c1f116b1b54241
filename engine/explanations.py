"""Why an order earned what it did, or nothing: the stored facts run through the same pure function that decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.awards import Award, AwardKey, read_awards
from engine.known_orders import KnownOrder, OrderKey
from engine.order_awards import asks_for_tenders
from engine.order_facts import read_order
from engine.program import ProgramVersion, version_at
from engine.publishing import versions
from engine.rules.deciding import decide_order
from engine.rules.derivations import derivation_of
from engine.rules.facts import DecidedFrom
from engine.rules.nearest import missed, nearest
from engine.rules.outcomes import OrderDecision, Reason, RuleOutcome
from engine.transaction_explanations import TransactionExplanation, explain

__all__ = [
    "ExplainedLine",
    "OrderExplanation",
    "RuleExplanation",
    "TransactionExplanation",
    "explain",
    "explain_order",
]

Json = dict[str, Any]
ExplainedReason = Reason | str
"""A rule's reason, or "no_version", "unclaimed_guest", "awaiting", "awaiting_payment_details" or "capped"."""


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """One line's part of a base, in minor units of the money used. `left_out` says why it counts nothing."""

    line_id: int
    units: int
    base: int
    gift_card: bool
    left_out: str | None = None
    factor: str = "1"
    points: int = 0


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """What one rule made of an order. `missed` are the comparisons that it missed, the nearest first."""

    handle: str
    title: str
    reason: Reason
    desired: int
    granted: int | None
    caps: tuple[str, ...]
    """The caps, by their handles, that it is bound by where they left less than it wanted."""

    points: int
    taken_back: int
    posted: int
    currency: str
    base: int
    refunded: int
    rate: Decimal
    missed: tuple[Json, ...]
    derivation: Json


@dataclass(frozen=True, slots=True)
class OrderExplanation:
    """The derivation of an order's points, by each rule and in all.

    `base`, `refunded`, `rate` and `lines` are those of the rule that gave most or, where none gave anything, came
    nearest; `points` are before refunds and after caps.
    """

    order_id: int
    name: str
    reason: ExplainedReason
    version: int | None
    currency: str
    base: int
    refunded: int
    rate: Decimal
    points: int
    taken_back: int
    posted: int
    lines: list[ExplainedLine]
    rules: tuple[RuleExplanation, ...] = ()
    nearest: RuleExplanation | None = None
    """Where it earned nothing: the rule that came nearest, with what it missed."""


async def explain_order(
    connection: AsyncConnection, program_id: int, shop_id: int, order_id: int
) -> OrderExplanation | None:
    """Explain an order, or None when nothing is known of it."""
    known = await read_order(connection, OrderKey(program_id, shop_id, order_id))
    if known is None or known.snapshot is None:
        return None
    published = await versions(connection, program_id)
    version = _decided_by(known, published)
    if version is None:
        return _nothing(known, "no_version")
    definition = version.definition
    state = known.state()
    assert state is not None
    facts = known.decided_from or DecidedFrom(state.order.occurred_at)
    decision = decide_order(definition, state, facts)
    keys = {
        rule.handle: AwardKey(program_id, shop_id, "order", str(order_id), rule.handle) for rule in definition.rules
    }
    awards = await read_awards(connection, keys.values())
    rules = tuple(_rule(one, awards.get(keys[one.rule.handle])) for one in decision.outcomes)
    return _explanation(known, version, _reason(known, version, decision, rules), rules)


def _decided_by(known: KnownOrder, published: list[ProgramVersion]) -> ProgramVersion | None:
    """The version that decided it, else the one that would."""
    if known.decided_version is not None:
        return next(one for one in published if one.version == known.decided_version)
    assert known.snapshot is not None
    return version_at(published, known.snapshot.occurred_at)


def _reason(
    known: KnownOrder, version: ProgramVersion, decision: OrderDecision, rules: tuple[RuleExplanation, ...]
) -> ExplainedReason:
    if decision.reason != "earned":
        return decision.reason
    if known.decided_version is not None:
        return "earned" if any(rule.points for rule in rules) else "capped"
    if known.member_id is None:
        return "unclaimed_guest"
    waits = known.snapshot is not None and known.snapshot.tenders is None and asks_for_tenders(version.definition)
    return "awaiting_payment_details" if waits else "awaiting"


def _rule(outcome: RuleOutcome, award: Award | None) -> RuleExplanation:
    granted = award.granted if award else None
    points = outcome.desired if granted is None else min(outcome.desired, granted)
    caps = tuple(cap.handle for cap in outcome.rule.caps) if points < outcome.desired else ()
    derivation = derivation_of(outcome, granted, caps[0] if len(caps) == 1 else None)
    return RuleExplanation(
        outcome.rule.handle, outcome.rule.title, outcome.reason, outcome.desired, granted, caps, points,
        points - outcome.due(granted), award.posted if award else 0, outcome.currency, outcome.base, outcome.refunded,
        outcome.rate, tuple(missed(derivation)), derivation,
    )  # fmt: skip


def _explanation(
    known: KnownOrder, version: ProgramVersion, reason: ExplainedReason, rules: tuple[RuleExplanation, ...]
) -> OrderExplanation:
    by_handle = {rule.handle: rule for rule in rules}
    found = nearest(rule.derivation for rule in rules)
    closest = by_handle[found["rule"]] if found is not None else None
    shown = max(rules, key=lambda rule: rule.points, default=None)
    if shown is not None and shown.points == 0:
        shown = closest
    return OrderExplanation(
        known.key.order_id, _name(known), reason, version.version, shown.currency if shown else "",
        shown.base if shown else 0, shown.refunded if shown else 0, shown.rate if shown else Decimal(0),
        sum(rule.points for rule in rules), sum(rule.taken_back for rule in rules), sum(rule.posted for rule in rules),
        [_line(line, known) for line in shown.derivation["lines"]] if shown else [], rules,
        closest if not any(rule.points for rule in rules) else None,
    )  # fmt: skip


def _line(line: Mapping[str, Any], known: KnownOrder) -> ExplainedLine:
    gift_cards = {one.line_id for one in known.snapshot.lines if one.gift_card} if known.snapshot else set()
    base = line["base"] if line["left_out"] is None else 0
    return ExplainedLine(
        line["line_id"], line["units"], base, line["line_id"] in gift_cards, line["left_out"], line["factor"],
        line["points"],
    )  # fmt: skip


def _nothing(known: KnownOrder, reason: str) -> OrderExplanation:
    return OrderExplanation(known.key.order_id, _name(known), reason, None, "", 0, 0, Decimal(0), 0, 0, 0, [])


def _name(known: KnownOrder) -> str:
    return known.snapshot.name if known.snapshot else ""
