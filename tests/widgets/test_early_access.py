"""The theme block for early access: who is let in, who is told what, and when it is gone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from plugin.devstore.liquid_blocks import EXTENSION_FOLDER, ThemeExtension

NOW = datetime.now(UTC)
Liquid = dict[str, Any]
SETTINGS: Liquid = {"tiers": "Gold, platinum", "plans": "laurel-plus", "audience": "Gold & Plus members"}


@pytest.fixture(scope="module")
def extension() -> ThemeExtension:
    """The blocks as they are shipped."""
    return ThemeExtension()


def day(days: float) -> str:
    """What a merchant types for a moment so many days from now."""
    return (NOW + timedelta(days=days)).strftime("%Y-%m-%d %H:%M")


def customer(**standing: object) -> Liquid:
    """A customer with this standing in their metafield."""
    usual = {"tier": "bronze", "tier_name": "Bronze", "plan": None, "plan_until": None}
    return {"id": 1, "metafields": {"laurel": {"standing": {"value": {**usual, **standing}}}}}


def rendered(extension: ThemeExtension, who: Liquid | None, language: str = "en", **changes: object) -> str:
    """The block's words, without markup, on a product's page."""
    product = {"id": 7, "collections": [{"id": 70}]}
    design_mode = bool(changes.pop("design_mode", False))
    objects = {
        "customer": who,
        "product": product,
        "request": {"locale": {"iso_code": language}, "design_mode": design_mode},
        "routes": {"account_login_url": "/account/login"},
    }
    return extension.render("early-access", objects, {**SETTINGS, "opens_at": day(3), **changes})


def words(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup)).strip()


def test_given_somebody_without_the_tier_when_the_page_is_gated_then_it_says_when_it_opens_and_for_whom_now(
    extension: ThemeExtension,
) -> None:
    opens = (NOW + timedelta(days=3)).strftime("%B %-d, %Y at %H:%M")

    markup = rendered(extension, customer(), learn_url="/pages/club")

    assert words(markup) == (
        f"Opens to everyone on {opens} Gold &amp; Plus members may enter now. How to become a member"
    )
    assert 'data-state="closed"' in markup
    assert "data-hides" in markup
    assert 'href="/pages/club"' in markup


@pytest.mark.parametrize(
    "who",
    [
        customer(tier="gold"),
        customer(tier="platinum"),
        customer(plan="laurel-plus", plan_until=f"{day(1)}:00Z"),
        customer(plan="laurel-plus"),
    ],
)
def test_given_a_member_who_may_when_the_page_is_gated_then_they_are_in_and_nothing_is_hidden(
    extension: ThemeExtension, who: Liquid
) -> None:
    markup = rendered(extension, who)

    assert words(markup).startswith("Come in, you are early. It opens to everyone on ")
    assert "data-hides" not in markup


@pytest.mark.parametrize(
    "who", [None, customer(plan="laurel-plus", plan_until=f"{day(-1)}:00Z"), customer(tier="old"), customer(tier="")]
)
def test_given_no_standing_or_one_that_ended_when_the_page_is_gated_then_they_wait(
    extension: ThemeExtension, who: Liquid | None
) -> None:
    markup = rendered(extension, who)

    assert 'data-state="closed"' in markup
    assert ("Sign in to enter" in markup) is (who is None)


def test_given_a_day_for_members_when_it_is_ahead_then_they_wait_as_well_and_chinese_is_chinese(
    extension: ThemeExtension,
) -> None:
    markup = rendered(extension, customer(tier="gold"), "zh-CN", members_from=day(1), audience="")

    member_day = (NOW + timedelta(days=1)).strftime("%Y年%-m月%-d日 %H:%M")
    assert words(markup).endswith(f"向所有人开放 我们的会员可于{member_day}进入。")
    assert "data-hides" in markup
    assert "data-hides" not in rendered(extension, customer(), hide_buying=False)


@pytest.mark.parametrize(
    "changes",
    [
        {"opens_at": day(-1)},
        {"opens_at": ""},
        {"opens_at": "soon"},
        {"product": {"id": 8}},
        {"collection": {"id": 71}},
    ],
)
def test_given_an_open_page_or_another_one_when_it_is_shown_then_only_the_editor_sees_the_block(
    extension: ThemeExtension, changes: Liquid
) -> None:
    assert words(rendered(extension, customer(), **changes)) == ""
    assert "Nothing is shown here" in rendered(extension, customer(), design_mode=True, **changes)


def test_given_a_product_of_the_collection_when_it_is_shown_then_it_is_gated(extension: ThemeExtension) -> None:
    assert 'data-state="closed"' in rendered(extension, customer(), collection={"id": 70})
    assert 'data-state="closed"' in rendered(extension, customer(), product={"id": 7})


def test_given_the_style_sheet_when_it_hides_buying_then_only_in_the_gates_own_section() -> None:
    sheet = (EXTENSION_FOLDER / "assets" / "laurel-gate.css").read_text("utf-8")

    hiding = [line for line in sheet.splitlines() if "data-hides" in line]

    assert len(hiding) == 2
    assert all(line.startswith(".shopify-section:has(") for line in hiding)
