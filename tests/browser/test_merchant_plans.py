"""The merchant sells a membership: finds its product, says what members get, sees who they are, and archives it."""

from __future__ import annotations

import time

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.support.browser import DESKTOP, NARROW, Demo
from tests.support.merchant_app import assert_app_sound, button, field, find_member, open_app, told


def test_given_a_product_when_a_plan_is_made_then_it_is_in_the_list_until_it_is_archived(
    demo: Demo, visit: Visit
) -> None:
    title = f"Tasting club {time.time_ns() % 10_000}"
    page = visit(viewport=NARROW)
    app = open_app(page, demo, "/plans/new")
    assert_app_sound(page, "new plan")
    button(app, "Save").last.click()
    expect(field(app, "title")).to_be_focused()
    field(app, "title").fill(title)
    product = app.get_by_label("Product", exact=True)
    product.fill("no-such-thing")
    product.press("Enter")
    expect(app.get_by_text("Your shop has no product like this.")).to_be_visible()
    button(app, "Save").last.click()
    expect(app.get_by_text("Press “Find product” first.")).to_be_visible()
    product.fill(f"{demo.store}/products/stoneware-mug")
    button(app, "Find product").click()
    expect(app.locator("laurel-products li")).to_contain_text("Stoneware")
    button(app, "Add perk").click()
    app.get_by_label("Perk", exact=True).select_option("PERCENT_CODE")
    field(app, "percentage").fill("12.5")
    assert_app_sound(page, "plan with a perk")

    button(app, "Save").last.click()

    told(page, "Saved.")
    listed = app.locator("[data-membership-plan]").filter(has_text=title)
    expect(listed).to_contain_text("12.5%")
    expect(listed).to_contain_text("30 days for each unit sold")
    assert_app_sound(page, "plans")
    app.get_by_role("link", name=f"Members of {title}").click()
    expect(app.get_by_text("No members yet")).to_be_visible()
    app.get_by_role("link", name="Paused").click()
    expect(app.get_by_text("Nobody has this status now.")).to_be_visible()
    app = open_app(page, demo, "/plans")
    app.get_by_role("link", name=f"Edit: {title}").click()
    button(app, "Archive plan").first.click()
    app.locator("[data-archive-plan]").click()
    told(page, "The plan is archived")
    app.locator("summary").filter(has_text="Archived").click()
    expect(app.locator("[data-membership-plan]").filter(has_text=title)).to_contain_text("Archived")


def test_given_a_purchase_when_the_merchant_looks_then_the_plan_has_a_member_and_revenue(
    demo: Demo, visit: Visit
) -> None:
    customer = demo.new_customer("Joiner")
    demo.buy(customer, "laurel-plus")
    page = visit(viewport=DESKTOP)
    app = find_member(page, demo, customer)
    expect(app.locator("[data-membership]")).to_contain_text("Laurel Plus")
    app = open_app(page, demo, "/plans")
    plus = app.locator('[data-membership-plan="laurel-plus"]')
    expect(plus.locator('[data-figure="revenue"] dd')).to_contain_text("$")
    plus.get_by_role("link", name="Members of Laurel Plus").click()
    row = app.locator("tr").filter(has_text=f"Customer {customer}")
    expect(row).to_contain_text("Active")
    expect(row).to_contain_text("Bought")
    assert_app_sound(page, "members of a plan")
    row.get_by_role("link").click()
    expect(app.locator("[data-membership]")).to_contain_text("Bought")
    assert_app_sound(page, "member with a membership")
    app = open_app(page, demo, "/plans/repairs", "zh-CN")
    expect(app.get_by_role("heading", level=1)).to_have_text("需要您处理的购买")
    assert_app_sound(page, "repairs")
