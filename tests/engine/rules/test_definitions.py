"""What a program can say, and what is refused with a reason that a person understands."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from engine.program import default_definition
from engine.rules.definitions import Definition
from engine.rules.expiries import ExpiresAfter, NeverExpires
from tests.support.rules import DOLLAR_RATE, compare, fixed, program, rule


def nested(depth: int) -> dict[str, Any]:
    condition: dict[str, Any] = compare("member.tier", "eq", "gold")
    for _ in range(depth - 1):
        condition = {"kind": "not", "condition": condition}
    return condition


def circular() -> dict[str, Any]:
    condition: dict[str, Any] = {"kind": "all", "conditions": []}
    condition["conditions"].append(condition)
    return condition


def wide(parts: int) -> dict[str, Any]:
    return {"kind": "any", "conditions": [compare("member.tier", "eq", "gold")] * parts}


EVENT = {"trigger": "review", "formula": {"kind": "fixed", "points": 5}}


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"expiry": {"kind": "after", "days": -1}}, "greater than or equal to 1"),
        ({"expiry": {"kind": "after"}}, "a number of days or of months"),
        ({"expiry": {"kind": "calendar", "month": 2, "day": 30}}, "month 2 has no day 30"),
        ({"formula": {"kind": "per_money", "rates": {"USD": 10**9}}}, "less than or equal to 100000"),
        ({"formula": {"kind": "per_money", "rates": {"USD": "NaN"}}}, "finite"),
        ({"formula": {"kind": "per_money", "rates": {"XXQ": 1}}}, "unknown currency"),
        ({"formula": {"kind": "fixed", "points": 0}}, "greater than or equal to 1"),
        ({"formula": {"kind": "fixed", "points": 2**53}}, "less than or equal to 9007199254740991"),
        ({"formula": {"kind": "shell", "code": "rm"}}, "does not match any of the expected tags"),
        ({"window": {"starts_at": "2026-02-02T00:00", "ends_at": "2026-02-01T00:00"}}, "ends after it starts"),
        ({"window": {"starts_at": "2026-02-02T00:00Z"}}, "timezone"),
        ({"condition": nested(7)}, "nested at most 6 deep"),
        ({"condition": circular()}, "nested at most 6 deep"),
        ({"condition": wide(50)}, "at most 50 parts"),
        ({"condition": {"kind": "all", "conditions": []}}, "at least 1 item"),
        ({"condition": compare("member.password", "eq", "x")}, "unknown field"),
        ({"condition": compare("line.price", "gt", 3)}, "cannot ask about line.price"),
        ({"audience": compare("order.base", "gt", 3)}, "an audience cannot ask about order.base"),
        ({"scope": "event"}, "cannot have the scope event"),
        ({"event_name": "visit"}, "names its event"),
        ({**EVENT, "trigger": "custom"}, "names its event"),
        ({**EVENT, "formula": DOLLAR_RATE}, "only orders have money"),
        ({**EVENT, "hold": {"kind": "until", "event": "delivered"}}, "are for orders"),
        ({**EVENT, "exclude": {"tax": False}}, "are for orders"),
        ({"hold": {"kind": "until", "event": "return_window"}}, "length of a return window"),
        ({"hold": {"kind": "days", "days": 366}}, "less than or equal to 365"),
        ({"formula": {"kind": "multiply", "factor": 2}}, "group of the mode multiply"),
        ({"group": "nowhere"}, "does not exist"),
        ({"caps": [{"handle": "c", "period": "day", "points": 1}] * 2}, "same handle"),
        ({"multipliers": [{"factor": 10_000}]}, "less than or equal to 1000"),
        ({"title": "x" * 81}, "at most 80 characters"),
        ({"handle": "Not A Handle"}, "match pattern"),
        ({"unheard_of": 1}, "Extra inputs are not permitted"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_the_reason(part: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        program(rule(**part))


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"time_zone": "Mars/Olympus"}, "unknown time zone"),
        ({"time_zone": "../etc/passwd"}, "unknown time zone"),
        ({"groups": [{"handle": "g", "mode": "sum"}] * 2}, "two groups are both g"),
        ({"multiplier_ceiling": "0.5"}, "greater than or equal to 1"),
        ({"reminder_days": [7, 7]}, "two reminders are both 7"),
    ],
)
def test_a_program_that_makes_no_sense_is_refused_with_the_reason(parts: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        program(rule(), **parts)


def test_handles_are_unique_shared_caps_are_one_and_groups_have_one_trigger() -> None:
    day = {"handle": "daily", "period": "day", "points": 10}

    with pytest.raises(ValidationError, match="two rules are both purchase"):
        program(rule(), rule())
    with pytest.raises(ValidationError, match="the cap daily is not the same in two rules"):
        program(rule(caps=[day]), fixed("extra", 1, caps=[{**day, "points": 11}]))
    with pytest.raises(ValidationError, match="different triggers"):
        program(
            rule(group="g"), fixed("sent", 1, trigger="order_fulfilled", group="g"),
            groups=[{"handle": "g", "mode": "best_of"}],
        )  # fmt: skip
    with pytest.raises(ValidationError, match="at most 100 items"):
        program(*(fixed(f"rule-{number}", 1) for number in range(101)))


def test_a_definition_survives_its_way_through_json_exactly() -> None:
    definition = program(
        rule(
            audience=nested(6),
            window={"starts_at": "2026-02-02T00:00", "ends_at": "2026-03-01T12:30"},
            condition=compare("order.base", "ge", amounts={"USD": "49.90"}),
            multipliers=[{"factor": "1.25", "condition": compare("line.units", "in", [1, "2.5"])}],
            expiry={"kind": "calendar", "month": 12, "day": 31, "grace_days": 30},
            hold={"kind": "until", "event": "return_window", "days": 14},
        ),
        rule("review", **EVENT, condition=compare("event.fields.rating", "ge", 4)),
    )

    assert Definition.model_validate_json(definition.model_dump_json()) == definition


def test_versions_that_were_stored_in_the_first_shape_say_the_same_as_ever() -> None:
    old = {
        "name": "Laurel Rewards",
        "time_zone": "UTC",
        "purchase": {
            "kind": "purchase", "handle": "purchase", "rates": {"USD": "1", "JPY": "0.01"}, "test_orders": True,
            "expires_after_days": 365,
        },
        "sign_up": {"kind": "sign-up", "handle": "sign-up", "points": 100, "expires_after_days": None},
    }  # fmt: skip
    definition = Definition.model_validate_json(json.dumps(old))
    purchase, joining = definition.rules

    assert (purchase.handle, purchase.trigger, purchase.test_orders) == ("purchase", "order_paid", True)
    assert purchase.expiry == ExpiresAfter(days=365)
    assert (joining.handle, joining.trigger, joining.expiry) == ("sign-up", "sign_up", NeverExpires())
    assert Definition.model_validate({**old, "purchase": None, "sign_up": None}).rules == ()


def test_an_old_definition_that_is_broken_is_refused_like_any_other() -> None:
    with pytest.raises(ValidationError):
        Definition.model_validate({"name": "Old", "purchase": {"rates": None}, "sign_up": {}})


def test_the_default_program_reads_nothing_but_the_order() -> None:
    assert not default_definition().needs.member
    assert not default_definition().needs.products


def test_needs_name_what_has_to_be_read() -> None:
    asking = program(
        rule(audience=compare("member.tier", "exists"), exclude={"product_tags": ["sale"], "customer_tags": ["b2b"]}),
        fixed("off", 1, enabled=False, audience=compare("member.order_number", "eq", 1)),
    )

    assert asking.needs.model_dump() == {
        "tags": True, "tier": True, "plans": False, "order_number": False, "joined_at": False, "subscribed": False,
        "products": True,
    }  # fmt: skip


def test_a_program_of_endless_lists_is_refused() -> None:
    long = compare("member.tags", "in", [f"{number:0250}" for number in range(250)])

    with pytest.raises(ValidationError, match="at most 500000 characters"):
        program(*(rule(f"rule-{number}", audience=long) for number in range(9)))


def test_what_the_first_shape_can_say_is_stored_in_it_for_the_release_before() -> None:
    simple = default_definition()

    assert json.loads(simple.to_json()).keys() == {"name", "time_zone", "purchase", "sign_up"}
    assert Definition.model_validate_json(simple.to_json()) == simple


@pytest.mark.parametrize(
    "more",
    [
        {"rules": [rule(priority=5)]},
        {"rules": [rule(), rule("more")]},
        {"rules": [fixed("purchase", 5)]},
        {"rules": [rule(expiry={"kind": "after", "months": 3})]},
        {"rules": [rule(expiry={"kind": "after", "days": 30, "round": "month"})]},
        {"rules": [rule(enabled=False)]},
        {"tags_excluded": ["staff"]},
        {"reminder_days": [3]},
    ],
)
def test_whatever_says_more_is_stored_in_todays_shape(more: dict[str, Any]) -> None:
    definition = Definition.model_validate({"name": "Tested", **more})

    assert "rules" in json.loads(definition.to_json())
    assert Definition.model_validate_json(definition.to_json()) == definition
