"""What each kind of reward comes to in the panel and in the demo store, offered by the merchant as the test goes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.support.browser import Demo
from tests.support.redeeming import Answer, ask_merchant, at_the_panel, choose, offered, redeem, shopper

DOLLARS = {"currencyCode": "USD"}


def fixed(title: str, value: Answer, points: int = 200, **further: object) -> Answer:
    """A reward with a fixed price."""
    return {"title": title, "cost": {"points": points}, "value": value, **further}


def test_given_a_slider_when_points_are_chosen_by_keyboard_then_the_code_is_worth_them(
    demo: Demo, visit: Visit
) -> None:
    page = visit()
    customer = shopper(demo, "Slider")
    steps = {"step": 100, "minimumPoints": 100, "maximumPoints": 1000, "valuePerStep": [{"amount": "1.00", **DOLLARS}]}
    pay = {"title": "Pay with points", "cost": {"slider": steps}, "value": {"amountOff": {}}}
    with offered(demo, "slider", pay):
        panel = at_the_panel(page, demo, customer, 616)
        choose(panel, "Redeem: Pay with points")
        chosen = panel.get_by_role("slider", name="How many points to use")
        expect(chosen).to_have_attribute("aria-valuetext", "600 points for $6")
        expect(panel.locator(".cap")).to_have_text("Limited by your points.")
        for _ in range(3):
            chosen.press("ArrowLeft")
        expect(chosen).to_have_attribute("aria-valuetext", "300 points for $3")
        expect(panel.locator(".terms")).to_contain_text(re.compile(r"Left afterwards\s*316 points"))

        panel.get_by_role("button", name="Redeem for 300 points").click()

        code = panel.locator(".big-code code")
        expect(code).to_be_visible()
        order = demo.ask("checkout", lines=[{"handle": "wool-throw"}], customer_id=customer, discount=code.inner_text())
    assert order["order"]["total_discounts"] == "3.00"


def test_given_a_reward_by_hand_when_the_team_gives_it_then_the_open_panel_shows_their_note(
    demo: Demo, visit: Visit
) -> None:
    page = visit()
    with offered(demo, "tour", fixed("Roastery tour", {"manual": {}}, description="An hour with our roaster.")):
        panel = at_the_panel(page, demo, shopper(demo, "Guest"), 616)
        choose(panel, "Redeem: Roastery tour")
        panel.get_by_role("button", name="Redeem for 200 points").click()
        expect(panel.locator(".story")).to_contain_text("Your 200 points are set aside.")
        waiting = ask_merchant(demo, "{ redemptions(first: 1) { nodes { id } } }")["redemptions"]["nodes"][0]["id"]
        fulfill = (
            "mutation ($input: RedemptionFulfillInput!) { redemptionFulfill(input: $input) { userErrors { code } } }"
        )

        ask_merchant(demo, fulfill, input={"redemptionId": waiting, "note": "Any Saturday at ten. Ask for Mira."})

        expect(panel.locator(".note")).to_have_text("Any Saturday at ten. Ask for Mira.")
        expect(panel.locator(".ticket .status")).to_have_text("Done")
        expect(panel.locator(".purse")).to_have_text("416 points")


@pytest.mark.parametrize(
    ("kind", "story"),
    [
        ("storeCredit", "It was added to your account with this shop."),
        ("giftCard", "Enter the code at checkout to pay with it."),
    ],
)
def test_given_money_as_a_reward_when_it_is_redeemed_then_it_is_there(
    demo: Demo, visit: Visit, kind: str, story: str
) -> None:
    page = visit()
    money = {kind: {"amounts": [{"amount": "2.00", **DOLLARS}]}}
    with offered(demo, kind.lower(), fixed(f"Two dollars {kind}", money)):
        panel = at_the_panel(page, demo, shopper(demo, "Saver"), 616)
        choose(panel, f"Redeem: Two dollars {kind}")

        panel.get_by_role("button", name="Redeem for 200 points").click()

        expect(panel.locator(".story")).to_have_text(story)
        expect(panel.get_by_role("button", name="Give it back")).to_have_count(0)


def test_given_the_last_one_when_it_is_redeemed_then_it_is_out_of_stock_and_says_so(demo: Demo, visit: Visit) -> None:
    page = visit()
    variant = next(one for one in demo.facts["products"] if one["handle"] == "stoneware-mug")
    value = {"freeProductVariantIds": [f"gid://shopify/ProductVariant/{variant.get('variant_id', variant['id'])}"]}
    with offered(demo, "mug", fixed("Stoneware mug", value, stock=1)):
        panel = at_the_panel(page, demo, shopper(demo, "Collector"), 616)
        card = panel.locator(".card", has_text="Stoneware mug")
        expect(card).to_contain_text("Only 1 left")

        redeem(panel, "Redeem: Stoneware mug", 200)

        expect(panel.locator(".story")).to_contain_text("Put the product into your cart")
        panel.get_by_role("button", name="Back", exact=True).click()
        expect(card.locator(".lock")).to_have_text("None is left.")


def test_given_a_shop_that_refuses_when_a_reward_is_redeemed_then_the_points_are_back_and_it_is_said(
    demo: Demo, visit: Visit
) -> None:
    page = visit()
    panel = at_the_panel(page, demo, shopper(demo, "Refused"), 616)
    demo.ask("misbehave", user_error_next=1, user_error_code="INVALID")
    try:
        choose(panel)
        panel.get_by_role("button", name="Redeem for 500 points").click()
        expect(panel.locator(".ticket .status")).to_have_text("Not given")
    finally:
        demo.ask("misbehave", reset=True)
    expect(panel.locator(".story")).to_have_text("The shop could not give it to you. Your 500 points are back.")
    expect(panel.locator(".purse")).to_have_text("616 points")
