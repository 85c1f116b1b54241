"""The merchant looks a member up, understands why points came, corrects them, merges two and takes it back."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.support.browser import DESKTOP, Demo, launcher, log_in
from tests.support.merchant_app import button, field, find_member, open_app, told


def test_given_a_member_when_points_are_adjusted_then_the_reason_is_asked_for_and_stays(
    demo: Demo, visit: Visit, viewport: dict[str, int]
) -> None:
    customer = demo.new_customer("Corrected")
    page, shopper = visit(viewport=viewport), visit()
    log_in(shopper, demo, customer)
    app = find_member(page, demo, customer)
    form = app.locator("#adjust")
    field(form, "points").fill("-250")
    button(app, "Adjust points").click()
    expect(form.locator('[data-field="reason"]').get_by_role("alert")).to_have_text("Fill this in.")
    field(form, "reason").fill("Double booking")
    button(app, "Adjust points").click()
    expect(form.locator('[data-field="points"]').get_by_role("alert")).to_be_visible()
    expect(field(form, "reason")).to_have_value("Double booking")

    field(form, "points").fill("25")
    field(form, "points").press("Enter")

    told(page, "Points adjusted")
    expect(app.locator('[data-figure="available"] dd')).to_have_text("125")
    expect(app.locator("[data-transaction]").first).to_contain_text("+25")
    expect(launcher(shopper)).to_contain_text("125")
    app.locator("[data-why]").first.click()
    expect(app.locator(".laurel-why").first).to_contain_text("Staff")


def test_given_an_order_when_asked_why_then_its_derivation_is_told(demo: Demo, visit: Visit) -> None:
    customer = demo.new_customer("Curious")
    order = demo.buy(customer, "linen-napkins")["order"]
    page = visit(viewport=DESKTOP)
    app = find_member(page, demo, customer)
    entry = app.locator("[data-transaction]").filter(has_text=order["name"])

    entry.locator("[data-why]").click()

    why = entry.locator(".laurel-why")
    expect(why).to_contain_text(re.compile(r"Purchases, version \d+ of the program"))
    expect(why).to_contain_text("Exactly 36.75 points")
    expect(why).to_contain_text("Rounded to 37 points")
    entry.get_by_role("button", name="Why").click()
    expect(why).to_be_hidden()
    app = open_app(page, demo, "/members")
    app.get_by_label("Order number").fill(str(order["id"]))
    button(app, "Explain").click()
    expect(app.locator("#order-why-result")).to_contain_text(f"Order {order['name']}: It earned points.")
    app.get_by_label("Order number").fill("none")
    button(app, "Explain").click()
    expect(app.locator("#order-why-result")).to_contain_text("No order of this number is known here.")


def test_given_two_customers_who_are_one_when_merged_and_parted_then_points_follow(demo: Demo, visit: Visit) -> None:
    kept, other = demo.new_customer("Kept"), demo.new_customer("Other")
    page = visit(viewport=DESKTOP)
    find_member(page, demo, other)
    app = find_member(page, demo, kept)
    field(app, "other").fill("1")
    button(app, "Merge into this member").first.click()
    app.locator("[data-merge-now]").click()
    expect(app.locator('[data-field="other"]').get_by_role("alert")).to_have_text("No member has this customer number.")

    field(app, "other").fill(str(other))
    button(app, "Merge into this member").first.click()
    app.locator("[data-merge-now]").click()

    told(page, "The members are one now")
    expect(app.locator('[data-figure="available"] dd')).to_have_text("200")
    app.locator("s-button[data-unmerge]").click()
    told(page, "The members are two again")
    expect(app.locator('[data-figure="available"] dd')).to_have_text("100")
