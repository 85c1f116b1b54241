"""What a plan may say, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from engine.memberships.definitions import PlanDefinition

PLAN: dict[str, Any] = {"title": "Plus", "prices": {"USD": 900}}


@pytest.mark.parametrize(
    "parts",
    [
        {"title": ""}, {"title": "a\x00b"}, {"prices": {}}, {"prices": {"XYZ": 900}}, {"prices": {"USD": 0}},
        {"color": "red"}, {"color": "#12345G"}, {"days_per_unit": 0}, {"interval": {"unit": "year", "count": 11}},
        {"interval": {"unit": "day", "count": 0}}, {"dunning": [1, 3]}, {"dunning": [0, 5, 3]}, {"dunning": []},
        {"minimum_cycles": 3, "maximum_cycles": 2}, {"product_ids": [5, 5]}, {"product_ids": [0]},
        {"fixed_day": {"day": 32}}, {"fixed_day": {"day": 1}, "interval": {"unit": "week"}}, {"unknown": 1},
        {"product_handle": "a/b"}, {"grace_days": -1}, {"trial_days": 366},
    ],
)  # fmt: skip
def test_given_a_plan_that_makes_no_sense_then_it_is_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PlanDefinition.model_validate({**PLAN, **parts})


def test_given_the_least_then_a_plan_has_sensible_rules() -> None:
    plan = PlanDefinition.model_validate(PLAN)
    assert (plan.interval.months, plan.grace_days, plan.dunning, plan.final_action) == (1, 7, (0, 3, 5, 7), "cancel")
    assert (plan.unused_refund, plan.test_orders, plan.trial_days) == ("less_benefits", False, 0)
