"""A shopper's walk through rewards: points become a code, the code a discount, and what is not used becomes points."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Visit
from tests.support.browser import Demo, check_out, launcher, open_panel
from tests.support.redeeming import CODE, at_the_panel, choose, on_operation, redeem, shopper

CLIPBOARD = ["clipboard-read", "clipboard-write"]


def test_given_enough_points_when_a_shopper_redeems_then_the_code_is_applied_paid_and_used(
    demo: Demo, visit: Visit, viewport: dict[str, int]
) -> None:
    page = visit(viewport=viewport, permissions=CLIPBOARD)
    panel = at_the_panel(page, demo, shopper(demo, "Redeemer"), 616, "/products/wool-throw")
    panel.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Add to cart").click()
    panel = open_panel(page)
    choose(panel)
    expect(panel.locator(".terms")).to_contain_text(re.compile(r"Left afterwards\s*116 points"))
    expect(panel.locator(".terms")).to_contain_text(re.compile(r"Other discounts\s*Combines with delivery discounts"))
    expect(panel.locator(".terms")).to_contain_text(re.compile(r"Code works for\s*90 days from now"))

    panel.get_by_role("button", name="Redeem for 500 points").click()

    expect(panel.locator(".big-code code")).to_have_text(CODE)
    code = panel.locator(".big-code code").inner_text()
    expect(panel.locator(".purse")).to_have_text("116 points")
    panel.get_by_role("button", name=f"Copy: {code}").click()
    expect(panel.locator(".told")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == code
    panel.get_by_role("link", name="Apply to cart").click()
    page.wait_for_url("**/cart")
    expect(page.locator(".applied")).to_contain_text(code)
    check_out(page)
    expect(page.get_by_role("heading", name="Thank you, Redeemer")).to_be_visible()
    expect(page.locator(".totals .saving")).to_contain_text(re.compile(rf"{code}\s*−\$5\.00"))
    expect(launcher(page)).to_contain_text("240")  # 116 and 124 for what was paid
    panel = open_panel(page)
    expect(panel.locator(".stub")).to_contain_text(re.compile(r"Used on order #\d+"))


def test_given_an_unused_code_when_it_is_given_back_then_the_points_are_back_and_the_code_is_dead(
    demo: Demo, visit: Visit
) -> None:
    page = visit()
    customer = shopper(demo, "Changer")
    panel = at_the_panel(page, demo, customer, 616)
    code = redeem(panel)
    expect(launcher(page)).to_contain_text("116")
    panel.get_by_role("button", name="Give it back for your points").click()
    expect(panel.get_by_role("button", name="Keep it")).to_be_focused()

    panel.get_by_role("button", name="Give it back", exact=True).click()

    expect(panel.locator(".ticket .status")).to_have_text("Given back")
    expect(panel.locator(".purse")).to_have_text("616 points")
    expect(panel.get_by_role("link", name="Apply to cart")).to_have_count(0)
    expect(panel.get_by_role("status").last).to_contain_text("Your 500 points are yours again")  # and were not earned
    with pytest.raises(AssertionError, match="not valid"):
        demo.ask("checkout", lines=[{"handle": "wool-throw"}], customer_id=customer, discount=code)


def test_given_an_order_with_a_code_when_it_is_refunded_then_the_points_come_back(demo: Demo, visit: Visit) -> None:
    page = visit()
    customer = shopper(demo, "Undoer")
    panel = at_the_panel(page, demo, customer, 616)
    code = redeem(panel)
    panel.get_by_role("button", name="Close", exact=True).click()
    order = demo.ask("checkout", lines=[{"handle": "wool-throw"}], customer_id=customer, discount=code)["order"]
    expect(launcher(page)).to_contain_text("240")

    demo.ask("refund", order_id=order["id"], all=True)

    expect(launcher(page)).to_contain_text("616")
    panel = open_panel(page)
    expect(panel.locator(".entry", has_text="+500")).to_be_visible()


def test_given_a_double_click_when_a_reward_is_redeemed_then_there_is_one(demo: Demo, visit: Visit) -> None:
    page = visit()
    panel = at_the_panel(page, demo, shopper(demo, "Hasty", 9), 1261)
    choose(panel)

    panel.get_by_role("button", name="Redeem for 500 points").dblclick()

    expect(panel.locator(".big-code code")).to_have_text(CODE)
    expect(panel.locator(".purse")).to_have_text("761 points")
    panel.get_by_role("button", name="Back", exact=True).click()
    expect(panel.locator(".stub")).to_have_count(1)
    expect(panel.locator(".stub-open")).to_be_focused()


def test_given_two_tabs_when_both_redeem_then_they_get_one_code_for_one_price(demo: Demo, visit: Visit) -> None:
    page = visit()
    panel = at_the_panel(page, demo, shopper(demo, "Twice", 9), 1261)
    other = page.context.new_page()
    other.goto(demo.store)
    other_panel = open_panel(other)
    choose(panel)
    choose(other_panel)

    for each in (panel, other_panel):
        each.get_by_role("button", name="Redeem for 500 points").click()

    expect(other_panel.locator(".big-code code")).to_have_text(CODE)
    code = other_panel.locator(".big-code code").inner_text()
    expect(panel.locator(".big-code code")).to_have_text(code)
    expect(panel.locator(".purse")).to_have_text("761 points")
    expect(other_panel.locator(".purse")).to_have_text("761 points")


def test_given_a_lost_answer_when_it_is_noticed_then_the_code_is_found_and_paid_once(demo: Demo, visit: Visit) -> None:
    page = visit(expect_complaints=True)
    keys: list[str] = []

    def lose(route: Route) -> None:
        keys.append((route.request.post_data_json or {})["variables"]["input"]["idempotencyKey"])
        route.fetch()
        route.abort()

    panel = at_the_panel(page, demo, shopper(demo, "Unlucky", 9), 1261)
    on_operation(page, "reward_redeem", lose)
    choose(panel)

    panel.get_by_role("button", name="Redeem for 500 points").click()

    expect(panel.locator(".big-code code")).to_have_text(CODE)
    expect(panel.locator(".purse")).to_have_text("761 points")
    assert len(keys) == 1


def test_given_no_answer_at_all_when_the_page_is_loaded_again_then_the_same_wish_is_sent(
    demo: Demo, visit: Visit
) -> None:
    page = visit(expect_complaints=True)
    keys: list[str] = []

    def lose(route: Route) -> None:
        keys.append((route.request.post_data_json or {})["variables"]["input"]["idempotencyKey"])
        route.abort() if len(keys) == 1 else route.continue_()

    panel = at_the_panel(page, demo, shopper(demo, "Patient"), 616)
    on_operation(page, "reward_redeem", lose)
    choose(panel)
    panel.get_by_role("button", name="Redeem for 500 points").click()
    expect(panel.get_by_role("alert")).to_contain_text("you will never get it or pay for it twice")
    page.reload()
    panel = open_panel(page)

    redeem(panel)

    assert keys == [keys[0]] * 2
    expect(panel.locator(".purse")).to_have_text("116 points")


def test_given_a_slow_shop_when_a_code_is_made_then_the_panel_says_so_and_shows_it_by_itself(
    demo: Demo, visit: Visit
) -> None:
    page = visit()
    panel = at_the_panel(page, demo, shopper(demo, "Waiter"), 616)
    demo.ask("misbehave", slow_ms=2_500)
    try:
        choose(panel)
        panel.get_by_role("button", name="Redeem for 500 points").click()
        expect(panel.get_by_role("status").last).to_contain_text("We are making your code")  # as the page said, too
        expect(panel.locator(".big-code code")).to_have_text(CODE)
    finally:
        demo.ask("misbehave", reset=True)
    expect(panel.get_by_role("status").last).to_contain_text("Apply it to your cart now")


def test_given_too_few_points_when_rewards_are_shown_then_each_says_how_many_are_missing(
    demo: Demo, visit: Visit
) -> None:
    page = visit()
    panel = at_the_panel(page, demo, demo.new_customer("Starter"), 100)
    card = panel.locator(".card", has_text=re.compile("5.* off"))

    expect(card).to_contain_text("400 more points")
    expect(card.get_by_role("progressbar")).to_have_attribute("value", "100")
    expect(card.get_by_role("progressbar")).to_have_attribute("max", "500")
    card.get_by_role("button", name=re.compile("^Details")).click()

    expect(panel.locator(".missing")).to_have_text("400 more points")
    expect(panel.get_by_role("button", name=re.compile("^Redeem"))).to_have_count(0)


def test_given_points_spent_elsewhere_when_an_old_page_redeems_then_it_is_told_why_not(
    demo: Demo, visit: Visit
) -> None:
    page = visit()
    customer = shopper(demo, "Late")
    panel = at_the_panel(page, demo, customer, 616)
    choose(panel)
    other = page.context.new_page()
    other.goto(demo.store)
    redeem(open_panel(other), re.compile("Free shipping"), 300)

    button = panel.get_by_role("button", name="Redeem for 500 points")
    expect(button).to_have_count(0)  # the open page follows within a second

    expect(panel.locator(".missing")).to_have_text("184 more points")
