"""A definition tried out before it is published: on one order or event, or on all orders of some months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.backtests import Backtest, Change, backtest
from engine.events import MemberEvent
from engine.known_orders import OrderKey
from engine.past_orders import facts_as_of_today, lacking_facts, order_turns, past_order
from engine.publishing import versions
from engine.rules.deciding import decide_event, decide_order
from engine.rules.definitions import Definition
from engine.rules.derivations import derivation_of
from engine.rules.facts import DecidedFrom
from engine.rules.nearest import missed, nearest
from engine.rules.order_state import OrderState
from engine.rules.outcomes import Reason, RuleOutcome

__all__ = [
    "Backtest",
    "Change",
    "Preview",
    "PreviewedRule",
    "backtest",
    "preview_event",
    "preview_order",
    "preview_stored_order",
]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PreviewedRule:
    """What a rule gives, refunds taken back and before caps; `missed` are the comparisons it missed, nearest first."""

    handle: str
    title: str
    reason: Reason
    points: int
    missed: tuple[Json, ...]
    derivation: Json


@dataclass(frozen=True, slots=True)
class Preview:
    """What a definition gives for an order or event; where that is nothing, `nearest` is the rule that came nearest."""

    reason: Reason
    points: int
    rules: tuple[PreviewedRule, ...]
    nearest: PreviewedRule | None
    points_now: int | None = None
    """What the ledger holds for a stored order today."""


def preview_order(definition: Definition, state: OrderState, facts: DecidedFrom) -> Preview:
    """What a definition gives for an order, which nobody needs to have placed."""
    decision = decide_order(definition, state, facts)
    return _preview(decision.reason, decision.outcomes)


def preview_event(definition: Definition, event: MemberEvent, facts: DecidedFrom) -> Preview:
    """What a definition gives for something that a member does besides buying."""
    decision = decide_event(definition, event, facts)
    return _preview(decision.reason, decision.outcomes)


async def preview_stored_order(
    connection: AsyncConnection, program_id: int, definition: Definition, shop_id: int, order_id: int
) -> Preview | None:
    """What a definition gives for one of the shop's own orders, or None where it is not known or nobody's."""
    past = await past_order(connection, OrderKey(program_id, shop_id, order_id))
    state = past.known.state() if past else None
    if past is None or state is None:
        return None
    decided = [one for one in await versions(connection, program_id) if one.version == past.known.decided_version]
    lacking = lacking_facts(definition.needs, decided[0].definition.needs if decided else None)
    at = state.order.occurred_at
    turns = await order_turns(connection, program_id, at, at) if lacking.order_number else {}
    (facts,) = await facts_as_of_today(connection, [past], [lacking], turns)
    previewed = preview_order(definition, state, facts)
    now = sum(award.posted for award in past.awards.values())
    return Preview(previewed.reason, previewed.points, previewed.rules, previewed.nearest, now)


def _preview(reason: Reason, outcomes: Sequence[RuleOutcome]) -> Preview:
    rules = {}
    for outcome in outcomes:
        derivation = derivation_of(outcome)
        rules[outcome.rule.handle] = PreviewedRule(
            outcome.rule.handle,
            outcome.rule.title,
            outcome.reason,
            outcome.due(),
            tuple(missed(derivation)),
            derivation,
        )
    found = nearest(rule.derivation for rule in rules.values())
    gives = any(outcome.desired for outcome in outcomes)
    return Preview(
        reason, sum(rule.points for rule in rules.values()), tuple(rules.values()),
        None if gives or found is None else rules[found["rule"]],
    )  # fmt: skip
