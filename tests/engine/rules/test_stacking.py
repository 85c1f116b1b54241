"""How rules stand to each other: groups, factors, one rounding for all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from engine.rules.facts import MemberFacts, ProductTraits
from tests.support.facts import PAID_AT, line, order, refund
from tests.support.rules import compare, fixed, outcomes, points, program, rule, with_lines

GOLD = MemberFacts(tier="gold")
IS_GOLD = compare("member.tier", "eq", "gold")
DOUBLE = {"kind": "per_money", "rates": {"USD": 2}}
TWENTY = order(1, [line("20.00")])


def group(mode: str) -> dict[str, Any]:
    return {"groups": [{"handle": "tiers", "mode": mode}]}


def test_a_tier_rule_beside_the_ordinary_one_earns_once_in_a_best_of_group() -> None:
    """Complaint: with a tier rule and the default rule both active a customer earned both."""
    rules = (rule("all", group="tiers"), rule("gold", group="tiers", audience=IS_GOLD, formula=DOUBLE))

    assert points(program(*rules, **group("best_of")), TWENTY, member=GOLD) == {"all": 0, "gold": 40}
    assert points(program(*rules, **group("best_of")), TWENTY) == {"all": 20, "gold": 0}
    assert points(program(*rules, **group("sum")), TWENTY, member=GOLD) == {"all": 20, "gold": 40}


def test_of_two_that_are_as_good_the_lower_priority_and_then_the_lower_handle_wins() -> None:
    equal = program(rule("b", group="tiers"), rule("a", group="tiers"), **group("best_of"))
    ranked = program(rule("b", group="tiers", priority=1), rule("a", group="tiers"), **group("best_of"))

    assert points(equal, TWENTY) == {"a": 20, "b": 0}
    assert points(ranked, TWENTY) == {"b": 20, "a": 0}


def test_the_first_rule_that_matches_wins_even_where_it_gives_less() -> None:
    rules = (
        rule("gold", group="tiers", audience=IS_GOLD, priority=1, formula={"kind": "per_money", "rates": {"USD": 0}}),
        rule("all", group="tiers", priority=2),
        rule("more", group="tiers", priority=3, formula=DOUBLE),
    )
    found = outcomes(program(*rules, **group("first_match")), TWENTY)
    blocked = outcomes(program(*rules, **group("first_match")), TWENTY, member=GOLD)

    assert {handle: one.reason for handle, one in found.items()} == {
        "gold": "audience", "all": "earned", "more": "not_first",
    }  # fmt: skip
    assert {handle: one.desired for handle, one in blocked.items()} == {"gold": 0, "all": 0, "more": 0}


def test_a_group_multiplies_what_its_other_rules_give_up_to_the_ceiling() -> None:
    rules = (
        rule("all", group="tiers"),
        rule("week", group="tiers", formula={"kind": "multiply", "factor": 3}),
        rule("gold", group="tiers", audience=IS_GOLD, formula={"kind": "multiply", "factor": "1.5"}),
        fixed("apart", 7),
    )

    assert points(program(*rules, **group("multiply")), TWENTY) == {"all": 60, "apart": 7}
    assert points(program(*rules, **group("multiply")), TWENTY, member=GOLD) == {"all": 90, "apart": 7}
    assert points(program(*rules, **group("multiply"), multiplier_ceiling=4), TWENTY, member=GOLD) == {
        "all": 80, "apart": 7,
    }  # fmt: skip


def test_a_rule_that_multiplies_its_group_leaves_out_what_it_excludes() -> None:
    double = {"kind": "multiply", "factor": 2}
    week = rule("week", group="tiers", formula=double, exclude={"product_ids": [12], "customer_tags": ["b2b"]})
    found = program(rule("all", group="tiers"), week, **group("multiply"))

    assert points(found, TWO_PRODUCTS) == {"all": 2 * 10 + 20}
    assert points(found, TWO_PRODUCTS, member=MemberFacts(tags=("b2b",))) == {"all": 30}


def test_rules_for_money_are_added_up_and_rounded_once() -> None:
    """0.4 + 0.4 = 0.8 → 1, to the lower handle; each for itself would be 0."""
    two = program(rule("b"), rule("a"))

    assert points(two, order(1, [line("0.40")])) == {"a": 1, "b": 0}
    assert len(outcomes(two, order(1, [line("0.40")]))["a"].pool) == 2
    assert points(two, order(1, [line("0.75")])) == {"a": 1, "b": 1}


def test_rules_that_round_otherwise_and_fixed_points_are_rounded_for_themselves() -> None:
    mixed = program(rule("down", rounding="down"), rule("up", rounding="up"), rule("half-up", rounding="half_up"))

    assert points(mixed, order(1, [line("2.50")])) == {"down": 2, "half-up": 3, "up": 3}
    assert points(program(rule(), fixed("extra", 1)), order(1, [line("0.50")])) == {"purchase": 0, "extra": 1}


SALE = {11: ProductTraits(tags=("sale",)), 12: ProductTraits(collection_ids=(5,))}
TWO_PRODUCTS = with_lines(order(1, [line("10.00"), line("20.00", line_id=2)]), [{"product_id": 11}, {"product_id": 12}])


def multiplied(*multipliers: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return rule(multipliers=list(multipliers), **parts)


@pytest.mark.parametrize(
    ("condition", "earned"),
    [
        (compare("product.tags", "contains", "SALE"), 40),
        (compare("product.collection_ids", "in", ["5", "6"]), 50),
        (compare("line.product_id", "eq", "11"), 40),
        (compare("line.price", "ge", 20), 50),
        (compare("member.tier", "eq", "gold"), 30),
        (None, 60),
    ],
)
def test_a_multiplier_counts_for_the_lines_that_meet_its_condition(condition: Any, earned: int) -> None:
    doubled = program(multiplied({"factor": 2, "condition": condition}))

    assert points(doubled, TWO_PRODUCTS, products=SALE) == {"purchase": earned}


def test_multipliers_multiply_each_other_or_the_best_counts_and_never_more_than_the_ceiling() -> None:
    factors = ({"factor": 2}, {"factor": 3})

    assert points(program(multiplied(*factors)), TWENTY) == {"purchase": 120}
    assert points(program(multiplied(*factors, multipliers_stack="best_of")), TWENTY) == {"purchase": 60}
    assert points(program(multiplied(*factors), multiplier_ceiling="2.5"), TWENTY) == {"purchase": 50}


def test_a_campaign_multiplies_from_its_first_instant_until_before_its_last_in_the_programs_zone() -> None:
    window = {"starts_at": "2026-11-27T00:00:00", "ends_at": "2026-11-30T00:00:00"}
    campaign = program(multiplied({"factor": 2, "window": window}), time_zone="America/New_York")

    def at(moment: str) -> int:
        return points(campaign, replace(TWENTY, occurred_at=datetime.fromisoformat(moment)))["purchase"]

    assert at("2026-11-27T04:59:59+00:00") == 20
    assert at("2026-11-27T05:00:00+00:00") == 40
    assert at("2026-11-30T04:59:59+00:00") == 40
    assert at("2026-11-30T05:00:00+00:00") == 20


def test_a_refund_takes_back_what_its_own_line_earned() -> None:
    """10.00 at twice the points and 20.00 at once: 20 + 20. The first line back takes 20, the second the rest."""
    doubled = program(multiplied({"factor": 2, "condition": compare("product.tags", "contains", "sale")}))
    first, second = refund(1, 1, "10.00"), refund(2, 1, "20.00", line_id=2)

    def due(*refunds: Any) -> int:
        return points(doubled, TWO_PRODUCTS, *refunds, products=SALE)["purchase"]

    assert [due(), due(first), due(second), due(first, second)] == [40, 20, 20, 0]
    assert due(refund(1, 1, None, moved=[(1500, "USD")])) == 20


def test_points_per_unit_and_per_line_count_units_and_lines_that_cost_something() -> None:
    lines = [line("10.00", 3), line("5.00", 2, line_id=2), line("4.00", line_id=3, discount="4.00")]
    one = order(1, lines)
    per_unit = {"kind": "per_unit", "points": 4}

    assert points(program(rule(formula=per_unit)), one) == {"purchase": 20}
    assert points(program(fixed("lines", 7, scope="line")), one) == {"lines": 14}
    assert points(program(fixed("order", 7)), one) == {"order": 7}
    assert points(program(rule(formula=per_unit)), one, refund(1, 1, "10.00")) == {"purchase": 16}


def test_a_line_rule_counts_only_the_lines_that_meet_its_condition() -> None:
    sale_only = program(rule(scope="line", condition=compare("product.tags", "contains", "sale")))

    assert points(sale_only, TWO_PRODUCTS, products=SALE) == {"purchase": 10}
    assert outcomes(sale_only, TWO_PRODUCTS)["purchase"].reason == "condition"
    assert points(sale_only, TWO_PRODUCTS, refund(1, 1, "20.00", line_id=2), products=SALE) == {"purchase": 10}


def test_a_minimum_spend_is_asked_of_the_base_before_refunds() -> None:
    from_fifty = program(rule(condition=compare("order.base", "ge", amounts={"USD": 50, "EUR": "45.50"})))
    sixty = order(1, [line("60.00")])

    assert points(from_fifty, order(1, [line("49.99")])) == {"purchase": 0}
    assert points(from_fifty, sixty) == {"purchase": 60}
    assert points(from_fifty, sixty, refund(1, 1, "30.00")) == {"purchase": 30}
    assert points(from_fifty, order(1, [line("60.00", discount="20.00")])) == {"purchase": 0}


def test_a_rule_for_sent_orders_waits_for_the_last_part() -> None:
    sent = program(fixed("sent", 30, trigger="order_fulfilled"))

    waiting = outcomes(sent, TWENTY)["sent"]
    arrived = outcomes(sent, replace(TWENTY, fulfilled_at=PAID_AT))["sent"]

    assert (waiting.reason, waiting.due()) == ("not_fulfilled", 0)
    assert (arrived.reason, arrived.due(), arrived.occurred_at) == ("earned", 30, PAID_AT)
