"""What members do besides buying: fixed points, by the fields of the event and the member."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.events import FieldValue, MemberEvent
from engine.rules.deciding import decide_event
from engine.rules.definitions import Definition
from engine.rules.derivations import derivation_of
from engine.rules.facts import DecidedFrom, MemberFacts, ProductTraits
from engine.rules.looking import FactsLook
from engine.rules.re_evaluating import re_evaluate
from engine.rules.records import derivation_from, fill_in, record_of
from tests.support.rules import NOBODY, compare, fixed, program

AT = datetime(2026, 5, 1, 3, 30, tzinfo=UTC)


def happened(source: str = "review", **fields: FieldValue) -> MemberEvent:
    return MemberEvent(1, source, "r-1", AT, fields)


def decided(definition: Definition, event: MemberEvent, member: MemberFacts = NOBODY) -> dict[str, Any]:
    decision = decide_event(definition, event, DecidedFrom(AT, member))
    return {"reason": decision.reason, **{one.rule.handle: one.due() for one in decision.outcomes}}


def review(handle: str, points: int, **parts: Any) -> dict[str, Any]:
    return fixed(handle, points, trigger="review", **parts)


def test_an_event_earns_by_every_rule_for_its_source() -> None:
    definition = program(
        review("review", 50),
        review("photo", 25, condition=compare("event.fields.photo", "eq", True)),
        fixed("birthday", 200, trigger="birthday"),
        fixed("store", 10, trigger="custom", event_name="store-visit"),
    )

    assert decided(definition, happened(photo=True)) == {"reason": "earned", "review": 50, "photo": 25}
    assert decided(definition, happened()) == {"reason": "earned", "review": 50, "photo": 0}
    assert decided(definition, happened("custom:store-visit")) == {"reason": "earned", "store": 10}
    assert decided(definition, happened("custom:unheard-of")) == {"reason": "no_rule"}


def test_factors_of_events_multiply_and_are_rounded_by_the_rule() -> None:
    gold = {"factor": "1.5", "condition": compare("member.tier", "eq", "gold")}
    definition = program(review("review", 5, multipliers=[gold]), review("up", 5, multipliers=[gold], rounding="up"))

    assert decided(definition, happened(), MemberFacts(tier="gold")) == {"reason": "earned", "review": 8, "up": 8}
    assert decided(definition, happened()) == {"reason": "earned", "review": 5, "up": 5}


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"audience": compare("member.tags", "contains", "vip")}, "audience"),
        ({"window": {"starts_at": "2026-05-01T00:00"}}, "window"),
        ({"condition": compare("event.fields.rating", "ge", 4)}, "condition"),
        ({"exclude": {"customer_tags": ["b2b"]}}, "excluded_customer"),
        ({"multipliers": [{"factor": 0}]}, "nothing_eligible"),
    ],
)
def test_what_keeps_an_event_from_earning_is_named(parts: dict[str, Any], reason: str) -> None:
    definition = program(review("review", 50, **parts), time_zone="America/New_York")

    assert decided(definition, happened(rating=Decimal("3.5")), MemberFacts(tags=("B2B",))) == {
        "reason": reason, "review": 0,
    }  # fmt: skip


def test_days_and_hours_are_those_of_the_programs_zone() -> None:
    """03:30 UTC on Friday, 1 May is 23:30 on Thursday in New York."""
    asked = {
        "kind": "all",
        "conditions": [
            compare("event.date", "eq", "2026-04-30"), compare("event.weekday", "eq", 4),
            compare("event.hour", "eq", 23), compare("event.source", "eq", "review"),
            compare("member.days_since_joining", "eq", 10),
        ],
    }  # fmt: skip
    joined = MemberFacts(joined_at=AT - timedelta(days=10))
    definition = program(review("review", 50, condition=asked), time_zone="America/New_York")

    assert decided(definition, happened(), joined) == {"reason": "earned", "review": 50}
    assert decided(definition.model_copy(update={"time_zone": "UTC"}), happened(), joined)["reason"] == "condition"


def test_an_event_is_explained_by_its_record_and_what_is_still_known_of_it() -> None:
    definition = program(
        review(
            "review", 40, condition=compare("event.fields.rating", "ge", 4), multipliers=[{"factor": 2}], group="g",
            audience=compare("member.tags", "contains", "vip"),
        ),
        review("photo", 25, group="g"),
        groups=[{"handle": "g", "mode": "best_of"}],
    )  # fmt: skip
    event, facts = happened(rating=Decimal("4.5")), DecidedFrom(AT, MemberFacts(tags=("vip",)))
    other, outcome = decide_event(definition, event, facts).outcomes
    derivation = derivation_from(record_of(outcome, 60, "daily"), definition)

    assert (outcome.rule.handle, outcome.desired, other.reason) == ("review", 80, "not_best")
    assert derivation is not None
    assert derivation["condition"]["seen_kind"] == "erased"
    assert fill_in(derivation, FactsLook(facts, definition.zone, event)) == derivation_of(outcome, 60, "daily")
    assert re_evaluate(derivation) == 60


def test_what_was_decided_from_survives_its_way_through_json() -> None:
    bare = DecidedFrom(AT)
    full = DecidedFrom(
        AT,
        MemberFacts(("a", "b"), "gold", 3, AT, False),
        {7: ProductTraits(("sale",), (1, 2), "Shoes", "Acme"), 8: ProductTraits()},
    )

    assert DecidedFrom.from_json(json.loads(bare.to_json())) == bare
    assert DecidedFrom.from_json(json.loads(full.to_json())) == full
    assert bare.to_json() == '{"decided_at":"2026-05-01T03:30:00+00:00"}'


def test_of_a_group_of_events_the_first_rule_that_matches_gives() -> None:
    definition = program(
        review("photo", 9, group="g", priority=1, condition=compare("event.fields.photo", "eq", True)),
        review("any", 5, group="g", priority=2),
        review("late", 99, group="g", priority=3),
        groups=[{"handle": "g", "mode": "first_match"}],
    )

    assert decided(definition, happened(photo=True)) == {"reason": "earned", "photo": 9, "any": 0, "late": 0}
    assert decided(definition, happened()) == {"reason": "earned", "photo": 0, "any": 5, "late": 0}
