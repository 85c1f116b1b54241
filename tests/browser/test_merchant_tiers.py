"""The merchant changes tiers by a plan that shows first whom it moves, and gives a member a tier and days by hand."""

from __future__ import annotations

import re

from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.conftest import Visit
from tests.support.browser import DESKTOP, NARROW, Demo
from tests.support.merchant_app import assert_app_sound, button, field, find_member, open_app, told


def planned(app: FrameLocator, page: Page) -> FrameLocator:
    """Save the form, and wait until what it would do is counted."""
    button(app, "See what changes").click()
    told(page, "Counting what would change")
    expect(app.locator('[data-plan][data-state="READY"]')).to_be_visible()
    return app


def test_given_the_ladder_when_a_tier_is_planned_then_nothing_changes_before_it_is_applied(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=DESKTOP)
    app = open_app(page, demo, "/tiers")
    expect(app.locator("[data-tier] h3")).to_contain_text(["Gold", "Silver", "Bronze"])
    assert_app_sound(page, "tiers")
    app.get_by_role("link", name="Members in Silver").click()
    expect(app.get_by_text("Only members whose tier is silver.")).to_be_visible()
    app = open_app(page, demo, "/tiers")
    app.get_by_role("link", name="Edit tiers").click()
    button(app, "Add tier").click()
    button(app, "See what changes").click()
    added = app.locator("details[data-row]").last
    expect(added.get_by_text("Fill this in.")).to_be_visible()
    expect(added.get_by_text("Check the amounts.")).to_be_visible()
    assert_app_sound(page, "form with errors")

    field(added, "name").fill("Platinum")
    added.locator("laurel-amount input").last.fill("10000")
    button(app, "Move Platinum one step lower").press("Enter")
    expect(app.locator("details[data-row] [data-name]")).to_have_text(["Bronze", "Silver", "Platinum", "Gold"])
    button(app, "Move Platinum one step higher").press("Enter")
    planned(app, page)

    expect(app.locator('#plan-chart [data-tier="platinum"]')).to_contain_text("New")
    expect(app.locator('#plan-chart [data-tier="platinum"] td').last).to_have_text(re.compile(r"→\s*0"))
    expect(app.locator('[data-figure="down"] dd')).to_have_text("0")
    expect(app.locator("ol [data-tier]")).to_have_count(3)
    assert_app_sound(page, "planned change")
    button(app, "Drop change").click()
    told(page, "The change was dropped")
    expect(app.locator("#tier-history")).to_contain_text("Dropped")
    expect(app.locator("#plan-chart")).to_have_count(0)


def test_given_a_phone_when_a_change_is_applied_then_it_is_the_next_version(demo: Demo, visit: Visit) -> None:
    page = visit(viewport=NARROW)
    app = open_app(page, demo, "/tiers/edit")
    assert_app_sound(page, "form")
    field(app.locator("details[data-row]").last, "description").fill("For those who are here often")
    planned(app, page)
    expect(app.locator('[data-figure="up"] dd')).to_have_text("0")
    assert_app_sound(page, "planned change")

    button(app, "Apply change").first.click()
    app.locator("[data-apply-now]").click()

    told(page, "Your new tiers are live")
    expect(app.locator('ol [data-tier="gold"]')).to_contain_text("For those who are here often")
    expect(app.locator("#tier-history")).to_contain_text("Applied")
    app = open_app(page, demo, "/tiers", "zh-CN")
    expect(app.get_by_role("heading", level=1)).to_have_text("等级")
    assert_app_sound(page, "等级")


def test_given_a_member_when_tier_and_days_are_given_by_hand_then_both_can_be_taken_back(
    demo: Demo, visit: Visit
) -> None:
    customer = demo.new_customer("Favored")
    demo.buy(customer, "wool-throw")
    page = visit(viewport=NARROW)
    app = find_member(page, demo, customer)
    expect(app.locator("#member-tier")).to_contain_text("Bronze")
    app.locator("#member-tier summary").filter(has_text="Give a tier by hand").click()
    button(app, "Give tier").click()
    expect(app.locator("#override").get_by_role("alert")).to_contain_text(["Fill this in."])
    app.get_by_label("Tier", exact=True).select_option("gold")
    field(app.locator("#override"), "reason").fill("A complaint that was ours")
    button(app, "Give tier").click()
    told(page, "The tier was given")
    expect(app.locator("#member-tier")).to_contain_text("Given by hand")
    expect(app.locator("#overrides")).to_contain_text("A complaint that was ours")

    app.locator("#member-memberships summary").click()
    field(app.locator("#grant"), "days").fill("10")
    field(app.locator("#grant"), "reason").fill("A late parcel")
    button(app, "Give days").click()
    told(page, "The days were given")
    expect(app.locator("[data-membership]")).to_contain_text("Given by you")
    assert_app_sound(page, "member")
    button(app, "End membership: Laurel Plus").click()
    modal = app.locator("#membership-cancel")
    modal.get_by_label("When").select_option("NOW")
    modal.get_by_label("Reason").fill("They asked for it")
    app.locator('[data-membership-now="cancel"]').click()
    told(page, "The membership ends")
    expect(app.locator("[data-membership]")).to_contain_text("Ended")
    button(app, "Withdraw Gold").click()
    told(page, "Withdrawn")
    expect(app.locator("#member-tier .laurel-standing")).to_contain_text("Bronze")
