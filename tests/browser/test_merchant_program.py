"""The merchant changes a rate: draft, preview, publication, and what was earned before keeps the rate of its day."""

from __future__ import annotations

import re

from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.conftest import Visit
from tests.support.browser import DESKTOP, Demo, launcher, log_in
from tests.support.merchant_app import button, field, open_app, told


def set_dollar_rate(page: Page, demo: Demo, rate: str) -> FrameLocator:
    """Write another rate into the draft; returns the program's page afterwards."""
    app = open_app(page, demo, "/program/rules/purchase")
    field(app.locator("#rates [data-row]").first, "pointsPerUnit").fill(rate)
    button(app, "Save to draft").click()
    told(page, "Saved to the draft")
    return open_app(page, demo, "/program")


def publish(page: Page, app: FrameLocator) -> None:
    """Publish the draft now."""
    button(app, "Publish").first.click()
    app.locator("[data-publish-now]").click()
    told(page, "Your program is live")
    expect(app.locator("#draft-state")).to_have_text("Everything is live")


def roll_back(page: Page, demo: Demo, version: int) -> None:
    """Make an earlier version the newest again."""
    app = open_app(page, demo, "/program")
    button(app, f"Roll back to version {version}").click()
    app.locator("[data-rollback-now]").click()
    told(page, f"Version {version} is live again")


def test_given_a_new_rate_when_published_then_new_orders_earn_by_it_and_old_ones_are_refunded_by_theirs(
    demo: Demo, visit: Visit
) -> None:
    customer = demo.new_customer("Steady")
    yesterday = demo.buy(customer, "wool-throw")["order"]
    shopper, page = visit(viewport=DESKTOP), visit(viewport=DESKTOP)
    log_in(shopper, demo, customer)
    expect(launcher(shopper)).to_contain_text("229")  # 100 for joining, 129 × 1

    app = set_dollar_rate(page, demo, "2")
    expect(app.locator("#draft-state")).to_have_text("Unpublished changes")
    expect(app.locator("#differences")).to_contain_text("“Purchases” was changed")
    expect(app.locator('[data-rule="purchase"]')).to_contain_text("2 points per 1 USD")
    button(app, "Preview draft").click()
    numbers = app.locator("#preview-numbers")
    expect(numbers.locator("tr").filter(has_text="An order of $100")).to_contain_text(
        re.compile("100 points.*200 points")
    )
    expect(numbers.locator("tr").filter(has_text=re.compile("All .* orders"))).to_be_visible()
    try:
        publish(page, app)
        demo.buy(customer, "harbor-blend")
        expect(launcher(shopper)).to_contain_text("266")  # 18.50 × 2 more
        demo.ask("refund", order_id=yesterday["id"], all=True)
        expect(launcher(shopper)).to_contain_text("137")  # 129 taken back, not 258
    finally:
        roll_back(page, demo, 1)
    app = open_app(page, demo, "/program")
    expect(app.locator("#versions")).to_contain_text("Staff")
    expect(app.locator('[data-rule="purchase"]')).to_contain_text("1 point per 1 AUD, CAD, EUR, GBP or USD")


def test_given_two_tabs_when_both_save_then_the_second_is_told_and_loses_nothing(demo: Demo, visit: Visit) -> None:
    first, second = visit(viewport=DESKTOP), visit(viewport=DESKTOP)
    mine = open_app(first, demo, "/program/rules/sign-up")
    theirs = open_app(second, demo, "/program/rules/sign-up")
    field(theirs, "title").fill("Welcome")
    button(theirs, "Save to draft").click()
    told(second, "Saved to the draft")

    field(mine, "title").fill("Hello there")
    button(mine, "Save to draft").click()

    expect(mine.locator("[data-conflict]")).to_contain_text("Changed in the meantime")
    expect(field(mine, "title")).to_have_value("Hello there")
    button(mine, "Save mine anyway").click()
    told(first, "Saved to the draft")
    expect(mine.get_by_role("heading", level=1)).to_have_text("Hello there")
    field(mine, "title").fill("Joining")
    button(mine, "Save to draft").click()
    expect(mine.get_by_role("heading", level=1)).to_have_text("Joining")


def test_given_a_rule_with_everything_when_saved_then_its_sentence_says_so_and_its_form_keeps_it(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=DESKTOP)
    app = open_app(page, demo, "/program/rules/new")
    field(app, "title").fill("Tea days")
    for summary in ("For whom and when", "Multipliers and campaigns", "Limits", "When points can be spent"):
        app.locator("summary").filter(has_text=summary).click()
    condition = app.locator('laurel-condition[data-field="condition"]').first
    condition.get_by_role("button", name="Add condition").click()
    condition.get_by_label("What", exact=True).select_option("order.base")
    condition.get_by_label("Value", exact=True).fill("50")
    button(app, "Add limit").click()
    app.get_by_label("Points can be spent").select_option("until")

    button(app, "Save to draft").click()

    rule = app.locator('[data-rule="tea-days"]')
    expect(rule).to_contain_text(
        "1 point per 1 USD, only when the amount that earns is at least 50, at most 500 a day, "
        "held until 14 days after delivery, gone after 365 days."
    )
    button(app, "Edit: Tea days").or_(app.get_by_role("link", name="Edit: Tea days")).click()
    expect(app.get_by_label("Value", exact=True)).to_have_value("50")
    button(app, "Archive rule").click()
    app.locator("[data-archive-rule]").click()
    told(page, "The rule left the draft")
    expect(app.locator('[data-rule="tea-days"]')).to_have_count(0)


def test_given_wrong_entries_when_saved_then_each_is_told_beside_its_field_and_nothing_is_lost(
    demo: Demo, visit: Visit, viewport: dict[str, int]
) -> None:
    page = visit(viewport=viewport)
    app = open_app(page, demo, "/program/rules/new")
    app.get_by_label("Points are for").select_option("BIRTHDAY")
    expect(app.get_by_label("How points are worked out")).to_have_value("fixed")
    points = app.locator('[data-field="fixed"]')
    points.locator("input").fill("ten")
    button(app, "Save to draft").click()
    expect(points.get_by_role("alert")).to_have_text("Enter a whole number.")
    expect(app.locator('[data-field="title"]').get_by_role("alert")).to_have_text("Fill this in.")

    field(app, "title").fill("Ten")
    points.locator("input").fill("0")
    button(app, "Save to draft").click()

    expect(points.get_by_role("alert")).to_have_text("Enter 1 or more.")
    expect(field(app, "title")).to_have_value("Ten")
