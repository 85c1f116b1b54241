"""What the pages of tiers and memberships make of the schema's answers: trees, widths, prices, the held billing."""

from __future__ import annotations

from typing import Any

import pytest

from plugin.merchant.billing import billing_values
from plugin.merchant.chart import widths_of
from plugin.merchant.perks import perk_fields
from plugin.merchant.plans import price_text
from plugin.merchant.tier_form import requirement_of
from plugin.merchant.tiers import compared, members_text
from plugin.merchant.words import Words

ENGLISH, CHINESE = Words("en", "America/New_York"), Words("zh-CN", "America/New_York")


def part(kind: str, parent: int | None = None, metric: str | None = None, amount: str | None = None) -> dict[str, Any]:
    """One part of a requirement as the schema lists it."""
    return {"kind": kind, "parent": parent, "metric": metric, "amount": amount, "moreThan": False}


def leaf(metric: str, amount: str) -> dict[str, Any]:
    """An amount in the form's tree."""
    return {"kind": "AT_LEAST", "metric": metric, "amount": amount, "moreThan": False, "parts": []}


def test_a_flat_requirement_becomes_the_tree_that_it_was() -> None:
    parts = [
        part("ANY"),
        part("AT_LEAST", 0, "SPEND", "2000.5000"),
        part("ALL", 0),
        part("AT_LEAST", 2, "ORDERS", "100"),
        part("AT_LEAST", 2, "REVIEWS", "3.000000"),
    ]

    tree = requirement_of(parts)

    assert tree is not None
    assert tree["kind"] == "ANY"
    assert tree["parts"][0] == leaf("SPEND", "2000.5")
    assert tree["parts"][1]["parts"] == [leaf("ORDERS", "100"), leaf("REVIEWS", "3")]
    assert requirement_of([]) is None


def test_bars_share_one_scale_and_whoever_is_there_is_seen() -> None:
    assert widths_of([0, 1, 5_000, 10_000], 600) == [0, 3, 300, 600]
    assert widths_of([], 600) == []
    assert widths_of([0, 0], 600) == [0, 0]


def test_a_planned_change_is_drawn_as_the_new_ladder_with_what_it_leaves_out_last() -> None:
    counts = [
        {"tier": {"handle": handle}, "before": before, "after": after}
        for handle, before, after in (("bronze", 30, 20), ("old", 10, 0), ("general", 0, 15), ("gold", 0, 5))
    ]

    rows = compared(counts, ["general", "bronze", "gold"])

    assert [row["tier"]["handle"] for row in rows] == ["gold", "bronze", "general", "old"]
    assert [(row["before_width"], row["after_width"]) for row in rows] == [(0, 100), (600, 400), (0, 300), (200, 0)]


@pytest.mark.parametrize(("count", "text"), [(0, "0 members"), (1, "1 member"), (1_234, "1,234 members")])
def test_members_are_counted_in_words(count: int, text: str) -> None:
    assert members_text(count, ENGLISH) == text


def test_a_perk_keeps_what_its_kind_has_and_begins_anew_for_the_others() -> None:
    nothing = dict.fromkeys(
        ("factor", "tag", "percentage", "codeDays", "rhythm", "targetKind", "targetHandle", "points", "url", "text")
    )
    perk: dict[str, Any] = {
        **nothing, "handle": "drop", "kind": "EARLY_ACCESS", "title": "Autumn drop", "targetHandle": "autumn",
        "maximumPrice": [], "opensAt": "2026-12-24T15:00:00+00:00", "membersFrom": "2026-12-20T15:00:00+00:00",
    }  # fmt: skip
    free = {**perk, "kind": "FREE_SHIPPING_CODE", "title": "Free delivery", "opensAt": None, "membersFrom": None}
    free["maximumPrice"] = [{"amount": "8.50", "currencyCode": "USD"}, {"amount": "7", "currencyCode": "EUR"}]

    fields = perk_fields(perk, ENGLISH)

    assert (fields["title"], fields["targetHandle"], fields["factor"]) == ("Autumn drop", "autumn", "2")
    assert (fields["opensAt"], fields["membersFrom"]) == ("2026-12-24T10:00", "2026-12-20T10:00")
    assert perk_fields(free, ENGLISH)["maximumPrice"] == "USD 8.50, EUR 7"
    assert perk_fields(free, ENGLISH)["title"] == ""


def test_a_price_says_for_how_long() -> None:
    usd = [{"amount": "9.90", "currencyCode": "USD"}]
    monthly = {"prices": usd, "daysPerUnit": None, "interval": {"text": "month"}}

    assert price_text(monthly, ENGLISH) == "$9.90 every month"
    assert price_text({**monthly, "daysPerUnit": 30}, ENGLISH) == "$9.90, 30 days for each unit sold"
    assert price_text({**monthly, "daysPerUnit": 30}, CHINESE) == "US$9.90、每售出一件 30 天"
    assert price_text({**monthly, "prices": []}, ENGLISH) == "No price yet"
    assert price_text({**monthly, "prices": [], "daysPerUnit": 1}, ENGLISH) == "1 day for each unit sold"


def test_held_billing_says_since_when_and_for_how_many() -> None:
    held = {"held": True, "heldSince": "2025-11-01T12:00:00+00:00", "contracts": 1}

    one, many = billing_values(held, ENGLISH), billing_values({**held, "contracts": 1_200}, ENGLISH)

    assert one is not None
    assert one["heading"] == "Billing is held since Nov 1, 2025, 08:00: 1 subscription"
    assert many is not None
    assert many["heading"].endswith(": 1,200 subscriptions")
    assert billing_values({"held": False, "heldSince": None, "contracts": 0}, ENGLISH) is None
