"""What somebody is entitled to at a moment, and what a definition of perks may say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from engine.memberships.definitions import PlanDefinition
from engine.perks.definitions import Content, EarlyAccess, EarnMultiplier, Perk, Perks
from engine.perks.entitlements import NOTHING, Entitlements, entitled, multiplier_of
from engine.perks.marks import Mark, TagPlan, is_nothing, plan_tags, wanted_of
from engine.perks.reading import HeldPlan, HeldTier, entitlements_of
from engine.tiers.definitions import default_tiers
from tests.support.perks import TAG, gold, plus

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DROP = EarlyAccess(
    handle="drop", title="The winter drop", target_kind="collection", target="winter", members_from=NOW,
    opens_at=NOW + timedelta(days=2),
)  # fmt: skip
LETTER = Content(handle="letter", title="A letter", text="Only for you")


@pytest.mark.parametrize(
    ("entitlements", "held"),
    [
        (gold(DROP), True),
        (gold(LETTER), False),
        (NOTHING, False),
        (plus(DROP, until=NOW + SECOND), True),
        (plus(DROP, until=NOW), False),
        (plus(DROP, until=None), True),
        (Entitlements("silver", (), (("tier:gold", DROP),)), False),
    ],
)
def test_given_a_tier_or_plan_when_it_holds_then_so_do_its_perks(entitlements: Entitlements, held: bool) -> None:
    assert entitled(entitlements, DROP, NOW) is held


def test_given_several_multipliers_when_points_are_earned_then_the_best_one_counts() -> None:
    one, two = EarnMultiplier(handle="more", factor=Decimal("1.5")), EarnMultiplier(handle="double", factor=Decimal(2))
    assert multiplier_of([("tier:gold", one), ("plan:plus", two), ("plan:plus", LETTER)]) == Decimal(2)
    assert multiplier_of([("plan:plus", LETTER)]) == Decimal(1)


def test_given_a_tier_and_plans_when_they_are_read_then_only_what_holds_is_in_and_the_tiers_below_are_named() -> None:
    ladder = default_tiers("USD")
    plan = PlanDefinition(title="Plus", prices={"USD": 900}, benefits=(TAG, LETTER))
    over = HeldPlan("old", plan, NOW, NOW - timedelta(days=9))
    early = HeldPlan("early", plan, None, NOW + SECOND)
    held = HeldPlan("plus", plan, NOW + SECOND, NOW - timedelta(days=9))

    found = entitlements_of(HeldTier(ladder, "gold", NOW), [over, held, early], NOW)

    assert (found.tier, found.tier_name, found.tiers_below) == ("gold", "Gold", ("bronze", "silver"))
    assert found.plans == (("plus", NOW + SECOND),)
    assert found.perks == (("plan:plus", TAG), ("plan:plus", LETTER))
    assert found.since == (("tier:gold", NOW), ("plan:plus", NOW - timedelta(days=9)))


def test_given_a_standing_when_it_is_shown_then_it_says_the_tier_and_the_plan_that_lasts_longest() -> None:
    both = Entitlements("gold", (("plus", NOW + SECOND), ("pro", None), ("old", NOW)), (("tier:gold", TAG),), "Gold")
    assert wanted_of(both, NOW) == {
        "standing": {
            "tier": "gold",
            "tier_name": "Gold",
            "plan": "pro",
            "plan_until": None,
            "plans": [
                {"plan": "plus", "until": "2026-11-22T12:00:01+00:00"},
                {"plan": "pro", "until": None},
            ],
        },
        "tags": ["laurel-gold"],
    }
    assert wanted_of(plus(until=NOW + SECOND), NOW)["standing"]["plan_until"] == "2026-11-22T12:00:01+00:00"
    assert [is_nothing(wanted_of(one, NOW)) for one in (NOTHING, plus(until=NOW), gold())] == [True, True, False]


def mark(wanted: tuple[str, ...], ours: tuple[str, ...] = (), adding: tuple[str, ...] = ()) -> Mark:
    """A customer's mark of which only the tags matter."""
    return Mark(1, 2, 3, 4, {"standing": {}, "tags": list(wanted)}, None, ours, adding)


@pytest.mark.parametrize(
    ("given", "present", "expected", "ours"),
    [
        (mark(("gold",)), [], TagPlan(("gold",), ()), ("gold",)),
        (mark(("gold",)), ["GOLD"], TagPlan((), ()), ()),  # the merchant's own
        (mark(("gold",), adding=("gold",)), ["gold"], TagPlan((), ()), ("gold",)),  # an answer was lost
        (mark(("gold",), ours=("gold",)), [], TagPlan(("gold",), ()), ("gold",)),  # somebody took it off
        (mark((), ours=("gold",)), ["gold", "vip"], TagPlan((), ("gold",)), ()),
        (mark((), adding=("gold",)), [], TagPlan((), ("gold",)), ()),  # it may still come
        (mark(()), ["gold"], TagPlan((), ()), ()),
        (mark(("silver",), ours=("gold",)), ["gold"], TagPlan(("silver",), ("gold",)), ("silver",)),
    ],
)
def test_given_the_tags_of_a_customer_when_others_are_wanted_then_only_what_differs_and_is_ours_is_touched(
    given: Mark, present: list[str], expected: TagPlan, ours: tuple[str, ...]
) -> None:
    planned = plan_tags(given, present)
    assert (planned, planned.ours(given)) == (expected, ours)


@pytest.mark.parametrize(
    "perks",
    [
        [{"kind": "nothing", "handle": "a"}],
        [{"kind": "earn_multiplier", "handle": "a", "factor": "0.5"}],
        [{"kind": "earn_multiplier", "handle": "a", "factor": "NaN"}],
        [{"kind": "customer_tag", "handle": "a", "tag": "one,two"}],
        [{"kind": "customer_tag", "handle": "a", "tag": "  "}],
        [{"kind": "customer_tag", "handle": "a", "tag": "t" * 256}],
        [{"kind": "percent_code", "handle": "a", "percentage": "100.01"}],
        [{"kind": "percent_code", "handle": "a", "percentage": "10", "code_days": 0}],
        [{"kind": "percent_code", "handle": "a", "percentage": "10", "each": "day"}],
        [{"kind": "free_shipping_code", "handle": "a", "maximum_price": {"XXQ": 1}}],
        [{"kind": "birthday_points", "handle": "a", "points": 0}],
        [{"kind": "content", "handle": "a", "title": "A"}],
        [{"kind": "content", "handle": "a", "title": "A", "url": "javascript:alert(1)"}],
        [{"kind": "content", "handle": "a", "title": "A", "url": "http://shop.test/"}],
        [{"kind": "content", "handle": "a", "title": "A", "url": "https://user:pass@shop.test/"}],
        [{"kind": "content", "handle": "a", "title": "A", "url": 'https://shop.test/"onload="'}],
        [{"kind": "content", "handle": "a", "title": "A", "url": "https://[shop.test/"}],
        [{"kind": "content", "handle": "a", "title": "A\x00", "text": "x"}],
        [{"kind": "early_access", "handle": "a", "title": "A", "target_kind": "page", "target": "x",
          "members_from": "2026-01-01T00:00:00Z", "opens_at": "2026-01-02T00:00:00Z"}],
        [{"kind": "early_access", "handle": "a", "title": "A", "target_kind": "product", "target": "x/../y",
          "members_from": "2026-01-01T00:00:00Z", "opens_at": "2026-01-02T00:00:00Z"}],
        [{"kind": "early_access", "handle": "a", "title": "A", "target_kind": "product", "target": "x",
          "members_from": "2026-01-02T00:00:00Z", "opens_at": "2026-01-02T00:00:00Z"}],
        [{"kind": "early_access", "handle": "a", "title": "A", "target_kind": "product", "target": "x",
          "members_from": "2026-01-01T00:00:00", "opens_at": "2026-01-02T00:00:00"}],
        [{"kind": "birthday_points", "handle": "a", "points": 1}] * 2,
        [{"kind": "birthday_points", "handle": f"a{number}", "points": 1} for number in range(31)],
    ],
)  # fmt: skip
def test_given_a_definition_that_means_nothing_good_when_it_is_read_then_it_is_refused(perks: list[Any]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Perks).validate_python(perks)


def test_given_every_kind_of_perk_when_it_is_stored_then_it_comes_back_the_same() -> None:
    perks: tuple[Perk, ...] = (TAG, DROP, LETTER, EarnMultiplier(handle="double", factor=Decimal("2.5")))
    adapter: TypeAdapter[tuple[Perk, ...]] = TypeAdapter(Perks)
    assert adapter.validate_json(adapter.dump_json(perks)) == perks
