"""Every state of rewards and redemptions in the panel: what it says, what it lets do, and to whom it is readable."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.support.browser import (
    DESKTOP,
    LOOKS,
    PHONE,
    Demo,
    axe_violations,
    launcher,
    log_in_quietly,
    open_panel,
    settle,
    whole,
)
from tests.support.offer_answers import offered
from tests.support.redeeming import altered
from tests.support.reward_answers import Answer, Stage, in_days, locked, redemption, reward, slider, told
from tests.support.standing_answers import standing

EVERYTHING = told(
    rewards=[
        reward(1, "$5 off", 80, terms="One code per order.", stockLeft=7, endsAt=in_days(20)),
        slider(2, "Pay with points"),
        locked(3, "15% off everything", "NOT_ENOUGH_POINTS", "You need 60 points more.", 160),
        locked(4, "Stoneware mug", "TIER_LOCKED", "For members of the tier Gold.", 90),
        locked(5, "Roastery tour", "OUT_OF_STOCK", "None is left.", 90),
    ],
    redemptions=[
        redemption(12, "READY"),
        redemption(11, "PENDING", None),
        redemption(10, "UNKNOWN", None),
        redemption(9, "USED"),
        redemption(8, "FAILED", None),
        redemption(7, "CANCELED", None),
    ],
    expiring=[
        {"points": 120, "expiresAt": in_days(1), "daysLeft": 0},
        {"points": 80, "expiresAt": in_days(7), "daysLeft": 6},
        {"points": 200, "expiresAt": in_days(30), "daysLeft": 29},
    ],
)


def opened(demo: Demo, page: Page, data: Answer | None = EVERYTHING, path: str = "/") -> tuple[Locator, Stage]:
    """The panel of a member with 100 points, for whom the app answers `data` about rewards."""
    log_in_quietly(page, demo, demo.new_customer("Stager"))
    stage = Stage(page, "rewards", data)
    Stage(page, "standing", standing())
    Stage(page, "offers", offered([]))
    page.goto(demo.store + path)
    expect(launcher(page)).to_contain_text("100")
    return open_panel(page), stage


def press(panel: Locator, name: str) -> None:
    """Press the button whose name starts so."""
    panel.get_by_role("button", name=re.compile(f"^{re.escape(name)}")).first.click()


def test_given_a_button_that_is_held_down_when_news_arrives_then_it_is_still_pressed(demo: Demo, visit: Visit) -> None:
    panel, _ = opened(demo, visit())
    page = panel.page
    whole(panel).get_by_role("button", name="See all (5)").hover()
    page.mouse.down()
    page.evaluate("{ const now = performance.now.bind(performance); performance.now = () => now() + 1_000 }")
    with page.expect_response("**/graphql*"):
        page.evaluate("document.querySelector('laurel-panel').scene.retry()")
    page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")

    page.mouse.up()

    expect(panel.locator(".card", has_text="Roastery tour")).to_be_visible()


@pytest.mark.parametrize(
    ("title", "words"),
    [("Stoneware mug", "For members of the tier Gold."), ("Roastery tour", "None is left.")],
)
def test_given_a_lock_other_than_points_when_it_is_shown_then_it_says_why_in_the_apis_words(
    demo: Demo, visit: Visit, title: str, words: str
) -> None:
    panel, _ = opened(demo, visit())
    press(panel, "See all (5)")
    card = panel.locator(".card", has_text=title)
    expect(card.locator(".lock")).to_contain_text(words)
    expect(card.get_by_role("progressbar")).to_have_count(0)

    press(panel, f"Details: {title}")

    expect(panel.locator(".lock")).to_contain_text(words)
    expect(panel.get_by_role("button", name=re.compile("^Redeem"))).to_have_count(0)


def test_given_no_rewards_when_the_panel_opens_then_it_says_so_kindly(demo: Demo, visit: Visit) -> None:
    panel, _ = opened(demo, visit(), told())

    expect(panel.locator(".empty").first).to_contain_text("Your points stay yours")


def test_given_points_that_end_on_several_days_when_the_panel_opens_then_all_of_them_are_listed(
    demo: Demo, visit: Visit
) -> None:
    panel, _ = opened(demo, visit())

    rows = panel.locator(".ends li")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text(re.compile(r"120 points\s*today"))
    expect(rows.nth(1)).to_contain_text(re.compile(r"80 points\s*in 6 days"))
    expect(rows.nth(2)).to_contain_text(re.compile(r"200 points\s*in 29 days"))


@pytest.mark.parametrize(
    ("shown", "status", "story"),
    [
        (redemption(1, "PENDING", None), "In progress", "We are making your code."),
        (
            redemption(1, "UNKNOWN", None),
            "Being checked",
            "Within 15 minutes you have your code, or all 500 points back",
        ),
        (redemption(1, "FAILED", None), "Not given", "Your 500 points are back."),
        (redemption(1, "CANCELED", None), "Given back", "Your 500 points are yours again."),
        (redemption(1, "EXPIRED", None), "Expired", "not used in time"),
        (redemption(1, "USED"), "Used", "You have used it."),
        (redemption(1, "PENDING"), "In progress", "We are closing this code."),
    ],
)
def test_given_a_redemption_in_a_state_when_it_is_opened_then_it_says_what_is_going_on(
    demo: Demo, visit: Visit, shown: Answer, status: str, story: str
) -> None:
    panel, _ = opened(demo, visit(), told(redemptions=[shown]))

    panel.locator(".stub-open").click()

    expect(panel.locator(".ticket .status")).to_have_text(status)
    expect(panel.locator(".story")).to_contain_text(story)
    expect(panel.get_by_role("link", name="Apply to cart")).to_have_count(0)


def test_given_points_that_are_back_at_once_when_a_code_is_given_back_then_that_is_the_last_word(
    demo: Demo, visit: Visit
) -> None:
    page = visit()
    panel, stage = opened(demo, page, told(redemptions=[redemption(1, "READY")]))
    Stage(page, "redemption_cancel", {"redemptionCancel": {"redemption": redemption(1, "PENDING"), "userErrors": []}})
    panel.locator(".stub-open").click()
    press(panel, "Give it back for your points")
    stage.data = told(redemptions=[redemption(1, "CANCELED")])

    panel.get_by_role("button", name="Give it back", exact=True).click()

    expect(panel.locator(".ticket .status")).to_have_text("Given back")
    expect(panel.get_by_role("heading", name="$5 off")).to_be_focused()
    expect(panel.get_by_role("status").last).to_contain_text("Your 500 points are yours again")


def test_given_a_slider_when_arrow_keys_move_it_then_steps_are_whole_and_the_price_is_the_apis(
    demo: Demo, visit: Visit
) -> None:
    page = visit()
    quotes = Stage(
        page, "quote", {"reward": {"quote": {**slider(2, "")["quote"], "points": 500, "bindingCapMessage": None}}}
    )
    panel, _ = opened(demo, page)
    press(panel, "Redeem: Pay with points")
    range_input = panel.get_by_role("slider", name="How many points to use")
    expect(range_input).to_have_attribute("aria-valuetext", "600 points for $6")
    expect(panel.locator(".cap")).to_have_text("Limited by your points.")
    quotes.data = {
        "reward": {
            "quote": {**slider(2, "")["quote"], "points": 500, "money": {"amount": "5.00", "currencyCode": "USD"}}
        }
    }

    range_input.press("ArrowLeft")

    expect(range_input).to_have_value("500")
    expect(range_input).to_have_attribute("aria-valuetext", "500 points for $5")
    expect(panel.locator(".cap")).to_be_hidden()
    expect(panel.get_by_role("button", name="Redeem for 500 points")).to_be_visible()
    expect(range_input).to_be_focused()
    assert quotes.asked == [{"id": "gid://laurel/Reward/2", "points": 500}]
    range_input.press("Home")
    expect(range_input).to_have_value("100")
    range_input.press("End")
    expect(range_input).to_have_value("600")


def test_given_a_birthday_rule_when_the_day_is_told_then_it_is_saved_and_locked(demo: Demo, visit: Visit) -> None:
    page = visit()
    with_birthday = {"kind": "BIRTHDAY", "title": "Birthday", "description": "", "limits": [], "points": 200}
    member = Stage(
        page,
        "member_update",
        {"memberUpdate": {"userErrors": [{"code": "BIRTHDAY_IS_TODAY", "message": "Not on the day itself."}]}},
    )
    altered(page, "panel", lambda data: data["program"]["waysToEarn"].append(with_birthday))
    panel, stage = opened(demo, page)
    press(panel, "Save")
    expect(panel.get_by_role("alert")).to_have_text("Please choose a month and a day.")
    panel.get_by_label("Month").select_option("February")
    expect(panel.get_by_label("Day").get_by_role("option")).to_have_count(30)
    panel.get_by_label("Day").select_option("29")
    press(panel, "Save")
    expect(panel.get_by_role("alert")).to_have_text("Not on the day itself.")
    member.data = {"memberUpdate": {"userErrors": []}}
    stage.data = told(birthday={"month": 2, "day": 29, "changeableFrom": in_days(365)[:10]})

    press(panel, "Save")

    expect(panel.locator(".birthday")).to_contain_text("February 29")
    expect(panel.locator(".birthday")).to_contain_text("Can be changed from")
    assert member.asked == [{"input": {"birthday": {"month": 2, "day": 29}}}] * 2


def test_given_rewards_that_do_not_answer_when_the_panel_opens_then_the_rest_of_it_works(
    demo: Demo, visit: Visit
) -> None:
    panel, stage = opened(demo, visit(expect_complaints=True), None)
    expect(panel.locator(".number")).to_have_text("100")
    expect(panel.locator(".entry")).to_have_count(1)
    expect(panel.get_by_text("The rewards can’t be loaded right now.")).to_be_visible()
    stage.data = EVERYTHING

    press(panel, "Try again")

    expect(panel.locator(".card")).to_have_count(4)


def test_given_texts_that_look_like_markup_when_they_are_shown_then_they_stay_text_and_no_script_is_linked(
    demo: Demo, visit: Visit
) -> None:
    evil = "<img src=x onerror=alert(1)>"
    hostile = redemption(
        1, "READY", note=evil, applyUrl="javascript:alert(1)", reward={"id": "x", "title": evil, "kind": evil}
    )
    panel, _ = opened(demo, visit(), told([reward(1, evil, description=evil, terms=evil)], [hostile]))
    expect(panel.locator(".card")).to_contain_text(evil)

    panel.locator(".stub-open").click()

    expect(panel.locator(".ticket")).to_contain_text(evil)
    expect(panel.locator(".note")).to_have_text(evil)
    expect(panel.locator("img, a[href^='javascript']")).to_have_count(0)
    expect(panel.get_by_role("link")).to_have_count(0)


def test_given_only_a_keyboard_when_a_reward_is_looked_at_then_the_focus_goes_there_and_comes_back(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE)
    panel, _ = opened(demo, page)
    redeem = panel.get_by_role("button", name="Redeem: $5 off")
    redeem.focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("heading", name="$5 off")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(panel.get_by_role("button", name="Back")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(panel.get_by_role("button", name="Redeem for 80 points")).to_be_focused()
    page.keyboard.press("Tab")
    expect(panel.get_by_role("button", name="Back")).to_be_focused()

    page.keyboard.press("Enter")

    expect(redeem).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("laurel-panel dialog[open]")).to_have_count(0)
    expect(launcher(page)).to_be_focused()


def test_given_a_page_from_right_to_left_when_a_slider_is_drawn_then_it_is_mirrored_and_codes_are_not(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE)
    panel, _ = opened(demo, page)
    page.evaluate("document.documentElement.dir = 'rtl'")
    expect(panel.locator("code").first).to_have_css("direction", "ltr")
    press(panel, "Redeem: Pay with points")
    back, close = (
        panel.get_by_role("button", name="Back").bounding_box(),
        panel.get_by_role("button", name="Close", exact=True).bounding_box(),
    )
    assert back is not None
    assert close is not None
    assert back["x"] > close["x"]
    range_input = panel.get_by_role("slider")

    range_input.press("ArrowRight")

    expect(range_input).to_have_value("500")


def test_given_chinese_when_rewards_are_shown_then_every_word_is_chinese(demo: Demo, visit: Visit) -> None:
    page = visit(viewport=PHONE, locale="zh-CN")
    panel, _ = opened(demo, page, path="/zh")
    for text in ("我的奖励", "积分奖励", "可使用", "处理中", "核实中", "还差 60 积分", "即将到期", "今天"):
        expect(panel).to_contain_text(text)
    panel.get_by_role("button", name="$5 off", exact=True).first.click()
    for text in ("您的奖励", "在购物车中使用", "退回并返还积分", "仅限您本人使用一次"):
        expect(panel).to_contain_text(text)
    expect(panel.get_by_role("link", name="在购物车中使用")).to_have_attribute(
        "href", re.compile(r"redirect=%2Fzh%2Fcart$")
    )


@pytest.mark.parametrize(("viewport", "scheme"), LOOKS)
def test_given_each_page_of_rewards_when_it_is_checked_then_axe_finds_nothing(
    demo: Demo, visit: Visit, viewport: dict[str, int], scheme: Literal["light", "dark"]
) -> None:
    page = visit(viewport=viewport, color_scheme=scheme)
    panel, _ = opened(demo, page)
    for way in (
        ["Redeem: $5 off"],
        ["Redeem: Pay with points"],
        ["See all (5)", "Details: Stoneware mug"],
        ["$5 off", "Give it back for your points"],
    ):
        for name in way:
            settle(page)
            assert axe_violations(page) == [], name
            press(panel, name)
        settle(page)
        assert axe_violations(page) == [], way
        while panel.get_by_role("button", name="Back").count():
            press(panel, "Back")


@pytest.mark.parametrize("size", [(640, 430), (195, 422)])
def test_given_a_zoom_of_200_percent_when_a_reward_is_redeemed_then_nothing_is_cut_off(
    demo: Demo, visit: Visit, size: tuple[int, int]
) -> None:
    page = visit(viewport={"width": size[0], "height": size[1]})
    panel, _ = opened(demo, page)
    fits = "(body) => body.scrollWidth <= body.clientWidth"
    assert panel.locator(".body").evaluate(fits)
    press(panel, "Redeem: Pay with points")
    assert panel.locator(".body").evaluate(fits)
    panel.get_by_role("slider").scroll_into_view_if_needed()
    expect(panel.get_by_role("slider")).to_be_in_viewport()
    expect(panel.get_by_role("button", name="Redeem for 600 points")).to_be_in_viewport()


def test_given_less_motion_is_wanted_when_a_code_is_being_made_then_nothing_moves(demo: Demo, visit: Visit) -> None:
    page = visit(viewport=DESKTOP, reduced_motion="reduce")
    panel, _ = opened(demo, page)
    panel.locator(".stub-open").nth(1).click()

    expect(panel.locator(".spinner")).to_be_visible()
    assert page.locator("laurel-panel").evaluate("(host) => host.shadowRoot.getAnimations().length") == 0
