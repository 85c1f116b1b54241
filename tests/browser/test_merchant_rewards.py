"""The merchant makes a reward that the storefront shows, hands one over by hand, and refuses one."""

from __future__ import annotations

import time

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.support.browser import DESKTOP, Demo, log_in, open_panel
from tests.support.merchant_app import button, field, find_member, open_app, told
from tests.support.redeeming import choose


def make_reward(page: Page, demo: Demo, title: str, kind: str, points: str) -> None:
    """A reward with nothing but its kind, title and price."""
    app = open_app(page, demo, "/rewards/new")
    app.get_by_label("Kind").select_option(kind)
    field(app, "title").fill(title)
    app.locator('[data-field="points"]:visible input').fill(points)
    button(app, "Save").last.click()
    told(page, "Saved. Shoppers see it now.")
    expect(app.locator("[data-reward]").filter(has_text=title)).to_contain_text("Live")


def archive(page: Page, demo: Demo, title: str) -> None:
    """Take a reward out of the list again."""
    app = open_app(page, demo, "/rewards")
    app.get_by_role("link", name=f"Edit: {title}").click()
    button(app, "Archive reward").first.click()
    app.locator("[data-archive-reward]").click()
    told(page, "The reward is archived")


def test_given_a_new_reward_when_saved_then_the_storefront_shows_it_until_it_is_archived(
    demo: Demo, visit: Visit, viewport: dict[str, int]
) -> None:
    title = f"Fifteen percent {time.time_ns() % 10_000}"
    page = visit(viewport=viewport)
    app = open_app(page, demo, "/rewards/new")
    app.get_by_label("Kind").select_option("percent_off")
    field(app, "title").fill(title)
    app.locator('[data-field="percentOff"] input').fill("15")
    app.locator('[data-field="points"]:visible input').fill("750")
    expect(app.locator("#reward-preview")).to_contain_text(title)
    expect(app.locator("#reward-preview")).to_contain_text("750 points")

    button(app, "Save").last.click()

    told(page, "Saved. Shoppers see it now.")
    expect(app.locator("[data-reward]").filter(has_text=title)).to_contain_text("15% off")
    customer = demo.new_customer("Reader")
    shopper = visit(viewport=viewport)
    log_in(shopper, demo, customer)
    panel = open_panel(shopper)
    expect(panel.get_by_text(title).first).to_be_visible()
    archive(page, demo, title)
    app = open_app(page, demo, "/rewards")
    app.locator("summary").filter(has_text="Archived").click()
    expect(app.locator("[data-reward]").filter(has_text=title)).to_contain_text("Archived")


def test_given_a_reward_that_changed_meanwhile_when_saved_then_the_merchant_decides(demo: Demo, visit: Visit) -> None:
    title = f"Mug {time.time_ns() % 10_000}"
    first, second = visit(viewport=DESKTOP), visit(viewport=DESKTOP)
    make_reward(first, demo, title, "manual", "40")
    mine = open_app(first, demo, "/rewards")
    mine.get_by_role("link", name=f"Edit: {title}").click()
    expect(field(mine, "title")).to_have_value(title)
    theirs = open_app(second, demo, "/rewards")
    theirs.get_by_role("link", name=f"Edit: {title}").click()
    field(theirs, "description").fill("In blue")
    button(theirs, "Save").last.click()
    told(second, "Saved. Shoppers see it now.")

    field(mine, "description").fill("In green")
    button(mine, "Save").last.click()

    expect(mine.locator("[data-conflict]")).to_be_visible()
    expect(mine.locator("[data-problems]")).to_be_hidden()
    expect(field(mine, "description")).to_have_value("In green")
    button(mine, "Save mine anyway").click()
    told(first, "Saved. Shoppers see it now.")
    archive(first, demo, title)


def test_given_redemptions_by_hand_when_settled_then_the_member_keeps_or_gets_back_the_points(
    demo: Demo, visit: Visit
) -> None:
    title = f"Roastery tour {time.time_ns() % 10_000}"
    page, shopper = visit(viewport=DESKTOP), visit(viewport=DESKTOP)
    make_reward(page, demo, title, "manual", "30")
    customer = demo.new_customer("Guest")
    log_in(shopper, demo, customer)
    for _ in range(2):
        redeem(shopper, demo, title)

    app = open_app(page, demo, "/redemptions")
    waiting = app.locator("li[data-redemption]").filter(has_text=f"Customer {customer}")
    expect(waiting).to_have_count(2)
    waiting.first.get_by_role("button", name="Hand over").click()
    app.locator("#settle-fulfill").get_by_label("Note for the member").fill("Saturday, 10 o'clock")
    app.locator('[data-settle-now="fulfill"]').click()
    told(page, "Marked as handed over")
    expect(waiting).to_have_count(1)
    waiting.first.get_by_role("button", name="Refuse").click()
    app.locator('[data-settle-now="refuse"]').click()
    expect(app.locator("#settle-refuse").get_by_role("alert")).to_have_text("Fill this in.")
    app.locator("#settle-refuse").get_by_label("Reason for the member").fill("Fully booked")
    app.locator('[data-settle-now="refuse"]').click()
    told(page, "Refused; the points are back")

    expect(waiting).to_have_count(0)
    app = find_member(page, demo, customer)
    expect(app.locator('[data-figure="available"] dd')).to_have_text("70")  # 100 − 30, and 30 given back
    expect(app.locator("tr").filter(has_text="Fully booked")).to_contain_text("Failed")
    archive(page, demo, title)


def redeem(shopper: Page, demo: Demo, title: str) -> None:
    """Spend points on a reward by hand, in the storefront's panel."""
    shopper.goto(demo.store)
    panel = open_panel(shopper)
    choose(panel, f"Redeem: {title}")
    panel.get_by_role("button", name="Redeem for 30 points").click()
    expect(panel.locator(".ticket .status")).to_be_visible()
