"""What is given and taken back: a pure comparison, so every case is a line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from engine.perks.definitions import CustomerTag, Each
from engine.perks.entitlements import Entitlements
from engine.perks.planning import Given, Place, Plan, plan
from tests.support.perks import SINCE, TAG, gold, percent, plus, shipping

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 1, 4, 59, 59, tzinfo=UTC)
"""February 28, a second before midnight in New York."""
HERE, THERE = Place(1, 11, "USD"), Place(2, 22, "EUR")


def had(**changes: Any) -> Given:
    """A percent code of the tier that was given in February."""
    one = Given(5, 1, 11, "tier:gold", "ten", "percent_code", "once", "delivered", NOW - timedelta(days=10),
                NOW + timedelta(days=20))  # fmt: skip
    return replace(one, **changes)


def tagged(**changes: Any) -> Given:
    """The tag that the tier set."""
    one = had(perk="tag", kind="customer_tag", occasion="set", ends_at=None, tag="laurel-gold")
    return replace(one, **changes)


def made(entitlements: Entitlements, *given: Given, places: tuple[Place, ...] = (HERE,), now: datetime = NOW) -> Plan:
    return plan(entitlements, places, given, now, ZONE)


def occasions(planned: Plan) -> list[str]:
    return [one.occasion for one in planned.give]


@pytest.mark.parametrize(
    ("each", "given", "expected"),
    [
        ("once", [], ["once"]),
        ("once", [had()], []),
        ("once", [had(state="waiting")], []),
        ("once", [had(state="revoking")], []),
        ("once", [had(state="failed")], []),
        ("once", [had(used=True)], []),
        ("once", [had(state="revoked")], ["once #2"]),
        ("once", [had(state="revoked"), had(delivery_id=6, occasion="once #2", state="revoked")], ["once #3"]),
        ("once", [had(perk="other")], ["once"]),
        ("once", [had(grantor="plan:plus")], ["once"]),
        ("once", [had(shop_id=2)], ["once"]),
        ("once", [had(customer_id=12)], []),
        ("once", [had(customer_id=None)], []),
        ("term", [], ["term 2026-01-10"]),
        ("term", [had(created_at=SINCE)], []),
        ("term", [had(created_at=SINCE - timedelta(microseconds=1))], ["term 2026-01-10"]),
        ("month", [], ["2026-02"]),
        ("month", [had(created_at=datetime(2026, 2, 1, 5, tzinfo=UTC))], []),
        ("month", [had(created_at=datetime(2026, 2, 1, 4, 59, 59, tzinfo=UTC))], ["2026-02"]),
        ("month", [had(state="revoked", occasion="2026-02")], ["2026-02 #2"]),
    ],
)
def test_given_what_was_given_when_a_code_may_be_due_then_it_is_given_once_for_each_occasion(
    each: Each, given: list[Given], expected: list[str]
) -> None:
    assert occasions(made(gold(percent(each)), *given)) == expected


def test_given_midnight_of_the_programs_zone_when_a_month_begins_then_its_code_is_due_then() -> None:
    before = had(created_at=NOW - timedelta(days=20))
    assert occasions(made(gold(percent("month")), before)) == []
    assert occasions(made(gold(percent("month")), before, now=NOW + timedelta(seconds=1))) == ["2026-03"]


def test_given_news_that_moves_the_beginning_of_a_term_when_it_runs_on_then_it_is_no_new_term() -> None:
    given = had(occasion="term 2026-01-10", created_at=SINCE)
    assert occasions(made(gold(percent("term"), since=SINCE - timedelta(days=3)), given)) == []


def test_given_two_customers_in_one_shop_when_codes_and_tags_are_due_then_one_code_and_a_tag_for_each() -> None:
    planned = made(gold(TAG, percent()), places=(THERE, Place(1, 12, "USD"), HERE))
    assert sorted((one.perk.handle, one.place.shop_id, one.place.customer_id) for one in planned.give) == [
        ("tag", 1, 11), ("tag", 1, 12), ("tag", 2, 22), ("ten", 1, 11), ("ten", 2, 22),
    ]  # fmt: skip


def test_given_a_currency_without_a_highest_price_when_delivery_is_due_then_it_fails_and_says_why() -> None:
    planned = made(gold(shipping(maximum_price={"USD": 800})), places=(HERE, THERE))
    assert [one.failure for one in planned.give] == [None, "no highest price of delivery in EUR"]


@pytest.mark.parametrize(
    ("entitlements", "given", "revoked"),
    [
        (gold(percent()), had(), False),
        (gold(), had(), False),  # the merchant took the perk out of the tier: what was given stays
        (gold(tier="silver"), had(), True),
        (gold(tier="silver"), had(state="waiting"), True),
        (gold(tier="silver"), had(state="revoking"), False),
        (gold(tier="silver"), had(state="failed"), False),
        (gold(tier="silver"), had(used=True), False),
        (gold(tier="silver"), had(ends_at=NOW), False),
        (gold(tier="platinum", below=("silver", "gold")), had(), False),
        (plus(until=NOW + timedelta(seconds=1)), had(grantor="plan:plus"), False),
        (plus(until=NOW), had(grantor="plan:plus"), True),
        (gold(TAG), tagged(), False),
        (gold(), tagged(), True),
        (gold(TAG), tagged(tag="before"), True),
        (gold(tier="platinum", below=("gold",)), tagged(), True),
        (gold(), tagged(state="failed"), True),
        (gold(), tagged(state="revoked"), False),
    ],
)
def test_given_a_delivery_when_its_tier_or_plan_is_lost_then_what_nobody_used_is_taken_back(
    entitlements: Entitlements, given: Given, revoked: bool
) -> None:
    assert made(entitlements, given).revoke == ((5,) if revoked else ())


def test_given_a_plan_that_is_over_when_perks_are_planned_then_it_gives_nothing_more() -> None:
    assert made(plus(percent(), until=NOW)) == Plan()


def test_given_another_tag_under_the_same_name_when_it_is_wanted_then_the_old_one_goes_and_the_new_one_comes() -> None:
    planned = made(gold(CustomerTag(handle="tag", tag="vip")), tagged())
    assert (occasions(planned), planned.revoke) == (["set #2"], (5,))


KINDS = st.sampled_from([had(), had(state="revoked"), had(used=True), had(perk="delivery"), tagged(), had(shop_id=2)])
ENTITLED = st.sampled_from(
    [gold(percent(), TAG), gold(shipping("month"), percent("term")), plus(), gold(tier="silver")]
)


@for_all(ENTITLED, st.lists(KINDS, max_size=5))
def test_given_any_history_when_it_was_planned_once_then_planning_again_gives_nothing(
    entitlements: Entitlements, given: list[Given]
) -> None:
    before = [replace(one, delivery_id=number) for number, one in enumerate(given)]
    planned = plan(entitlements, (HERE, THERE), before, NOW, ZONE)
    after = [replace(one, state="revoking") if one.delivery_id in planned.revoke else one for one in before]
    after += [
        Given(100 + number, due.place.shop_id, due.place.customer_id, due.grantor, due.perk.handle, due.perk.kind,
              due.occasion, "waiting", NOW, None, False, getattr(due.perk, "tag", None))
        for number, due in enumerate(planned.give)
    ]  # fmt: skip
    names = [(one.shop_id, one.customer_id, one.grantor, one.perk, one.occasion) for one in after]
    new = names[len(before) :]

    assert plan(entitlements, (HERE, THERE), after, NOW, ZONE) == Plan()
    assert len(set(new)) == len(new)
    assert not set(new) & set(names[: len(before)])
