"""A shopper's tier in the panel: where they stand, what is missing, what keeps it, and what waits for a higher one."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.support.browser import (
    DESKTOP,
    PHONE,
    Demo,
    axe_violations,
    launcher,
    log_in_quietly,
    open_panel,
    said,
    settle,
    whole,
)
from tests.support.offer_answers import offered
from tests.support.reward_answers import Answer, Stage, in_days, locked, told
from tests.support.standing_answers import BRONZE, DOUBLE, GOLD, SILVER, mine, my_tier, plan, standing

LADDER = [BRONZE, SILVER, GOLD]
AT_RISK = my_tier(atRisk=True, graceUntil=in_days(12))
LOCKED = [
    locked(4, "Stoneware mug", "TIER_LOCKED", "For members of the tier Gold.", 90),
    locked(5, "Roastery tour", "PLAN_LOCKED", "For members of Laurel Plus.", 90),
]


def opened(demo: Demo, page: Page, data: Answer, path: str = "/") -> tuple[Locator, Stage]:
    """The panel of a member, for whom the app answers `data` about their standing."""
    log_in_quietly(page, demo, demo.new_customer("Climber"))
    Stage(page, "rewards", told(LOCKED))
    stage = Stage(page, "standing", data)
    Stage(page, "offers", offered([]))
    page.goto(demo.store + path)
    expect(launcher(page)).to_contain_text("100")
    return open_panel(page), stage


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")])
def test_given_a_tier_at_risk_when_it_is_looked_at_then_everything_about_it_is_said(
    demo: Demo, visit: Visit, size: dict[str, int], scheme: Literal["light", "dark"]
) -> None:
    page = visit(viewport=size, color_scheme=scheme)
    panel, _ = opened(demo, page, standing(AT_RISK, tiers=LADDER, perks=[mine("Silver", DOUBLE)]))
    card = panel.locator(".card", has_text="Silver").first
    expect(card).to_contain_text("Spend $1,379.50 more to reach Gold.")
    expect(card).to_contain_text("Silver is at risk. You keep it, with all that comes with it, until ")
    settle(page)
    assert axe_violations(page) == []

    panel.get_by_role("button", name="Details: Silver").click()

    expect(panel.get_by_role("heading", name="Silver", exact=True)).to_be_focused()
    for words in (
        "One of these is enough.",
        "$620.50 of $2,000.00",
        "Done \u00b7 2 of 2",
        "Spend $84.00 more to stay Silver.",
        "As things stand, you will be Bronze.",
        "\u2212$129",
        "What Silver gives you",
        "2 times the points",
        "What Gold adds",
        "A tier that you reached is yours.",
    ):
        expect(panel.locator(".body")).to_contain_text(words)
    expect(panel.get_by_role("progressbar", name="Spent: $620.50 of $2,000.00")).to_have_attribute("value", "31")
    expect(panel.locator(".step[aria-current=step]")).to_contain_text("You are here")
    settle(page)
    assert axe_violations(page) == []


def test_given_only_a_keyboard_when_the_ladder_is_unfolded_then_it_stays_so_while_the_panel_follows(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE, reduced_motion="reduce")
    panel, stage = opened(demo, page, standing(my_tier(), tiers=LADDER))
    panel.get_by_role("button", name="Details: Silver").press("Enter")
    fold = panel.locator("summary", has_text="4 benefits")
    fold.press("Enter")
    expect(panel.locator(".ladder")).to_contain_text("season by season.")
    assert page.locator("laurel-panel").evaluate("(host) => host.shadowRoot.getAnimations().length") == 0

    stage.data = standing(my_tier(**{key: GOLD[key] for key in ("handle", "name", "color")}, next=None), tiers=LADDER)
    panel.get_by_role("button", name="Back").press("Enter")
    page.keyboard.press("Escape")
    launcher(page).press("Enter")

    expect(said(panel, "You have reached Gold. Congratulations!")).to_have_count(1)
    panel.get_by_role("button", name="Details: Gold").press("Enter")
    expect(panel.locator(".badge")).to_contain_text("You have reached the top. Thank you!")
    expect(panel.locator(".ladder")).to_contain_text("season by season.")


def test_given_rewards_that_are_locked_when_one_asks_why_then_the_way_leads_to_what_opens_them(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=DESKTOP)
    panel, _ = opened(demo, page, standing(my_tier(), tiers=LADDER, plans=[plan()]))

    panel.get_by_role("button", name="See levels: Stoneware mug").click()

    expect(panel.locator(".badge")).to_contain_text("Silver")
    panel.get_by_role("button", name="Back").click()
    expect(panel.get_by_role("button", name="See levels: Stoneware mug")).to_be_focused()
    panel.get_by_role("button", name="Details: Roastery tour").click()
    panel.get_by_role("button", name="See memberships: Roastery tour").click()
    expect(panel.locator(".pass")).to_contain_text("$4.99 / 30 days")


def test_given_a_program_without_tiers_and_plans_when_the_panel_opens_then_nothing_speaks_of_them(
    demo: Demo, visit: Visit
) -> None:
    page = visit()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    panel, _ = opened(demo, page, standing())

    expect(panel.locator(".cards .card")).to_have_count(2)
    expect(whole(panel)).not_to_contain_text("Your status")
    assert not [address for address in fetched if "laurel-standing.js" in address]


def test_given_a_guest_when_the_panel_opens_then_the_levels_invite_and_chinese_is_chinese(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE, locale="zh-CN")
    Stage(page, "standing", {**standing(tiers=LADDER, plans=[plan()]), "me": None})
    page.goto(demo.store + "/zh")
    panel = open_panel(page)
    expect(panel).to_contain_text("3 个等级")

    panel.get_by_role("button", name="详情: 全部等级").click()

    for words in ("全部等级", "所有会员", "Spend $500.00", "1 项权益", "注册账户"):
        expect(panel).to_contain_text(words)
    expect(panel.locator("[aria-current]")).to_have_count(0)
    settle(page)
    assert axe_violations(page) == []
