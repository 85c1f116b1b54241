"""The game in the panel: badges and their credentials, challenges, streaks, and what is news; looked at and played."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.support.browser import PHONE, Demo, axe_violations, launcher, log_in, open_panel, said, settle
from tests.support.game_answers import (
    ADVOCATE,
    LEVEL,
    REGULAR,
    VOICE,
    challenge,
    earned,
    game,
    goal,
    progress,
    stage,
    streak,
)
from tests.support.game_pages import answered, opened, press
from tests.support.reward_answers import Stage, in_days

NEARLY = progress(66, "2 of 3 reviews", "1 more review")
BADGES = [earned(REGULAR, 2)]
AHEAD = [
    goal(REGULAR, 3, progress(46, "23 of 50 orders", "27 more orders"), "27 more orders until Gold"),
    goal(VOICE, 1, NEARLY, "1 more review", windowEndsAt=in_days(9)),
    goal(ADVOCATE, 1, progress(0, "0 of 3 friends", "3 more friends"), "", lockedBy=[VOICE]),
]
TOUR = challenge(
    "tour",
    "Welcome tour",
    "OPEN",
    [
        stage("Order", progress(100, "1 of 1", ""), done_at=in_days(-1)),
        stage("Review", progress(50, "1 of 2 reviews", "1 more review")),
        stage("Invite", progress(0, "0 of 1 friend", "1 more friend"), locked=True),
    ],
    canJoin=True,
    message="1 more review.",
)
SHARED = {"progress": progress(62, "6,204 of 10,000 orders", "3,796 more orders")}
FOREST = challenge(
    "forest",
    "A forest together",
    "OPEN",
    [stage("Trees", SHARED["progress"])],
    community={**SHARED, "mine": "3", "mineText": "3 orders", "minimum": "5", "minimumText": "5 orders"},
)
PAST = challenge("past", "October tasting", "COMPLETED", [], completedAt=in_days(-20))


def test_given_badges_when_they_are_looked_at_then_each_says_what_it_took_and_what_is_left(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE, color_scheme="dark")
    panel, _ = opened(demo, page, game(level=LEVEL, badges=BADGES, badgeProgress=AHEAD, challenges=[TOUR]))
    home = panel.locator(".goals")
    for words in ("Explorer", "260 XP until Pathfinder", "1 of 3", "Welcome tour"):
        expect(home).to_contain_text(words)
    settle(page)
    assert axe_violations(page) == []

    press(panel, "Badges")
    body = panel.locator(".body")
    for words in ("1 badge is yours", "Silver", "Still to earn", "1 more review", "Locked", "Pathfinder \u00b7 1,500"):
        expect(body).to_contain_text(words)
    settle(page)
    assert axe_violations(page) == []

    press(panel, "Advocate")
    expect(body).to_contain_text("How to get Advocate.")
    press(panel, "Trusted voice")
    expect(body).to_contain_text("Ends in 8 days")
    expect(panel.get_by_role("progressbar", name="Trusted voice: 2 of 3 reviews")).to_have_attribute("value", "66")
    press(panel, "Back")
    press(panel, "Back")
    press(panel, "Regular")
    expect(panel.get_by_role("heading", name="Regular")).to_be_focused()
    for words in ("Earned on ", "27 more orders until Gold", "50 orders \u00b7 +500 points, +20 XP"):
        expect(body).to_contain_text(words)
    expect(panel.get_by_role("link", name="Download")).to_have_attribute("href", "https://example.com/badges/1.svg")
    expect(panel.get_by_role("button", name="Copy: laurel-6f1c")).to_be_visible()
    expect(panel.get_by_role("link", name="See the certificate")).to_have_attribute("rel", "noopener")
    settle(page)
    assert axe_violations(page) == []


def test_given_only_a_keyboard_when_a_challenge_is_joined_then_the_refusal_and_the_joining_are_both_said(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE, reduced_motion="reduce")
    panel, answers = opened(demo, page, game(challenges=[TOUR, FOREST, PAST]))
    panel.get_by_role("button", name="Challenges").press("Enter")
    body = panel.locator(".body")
    for words in (
        "1 more review.",
        "1 of 2 reviews",
        "All together",
        "6,204 of 10,000 orders",
        "You gave 3 orders so far. From 5 orders on the reward is yours, too.",
        "Behind you",
    ):
        expect(body).to_contain_text(words)
    join = panel.get_by_role("button", name="Join: Welcome tour")
    answered(page, "challenge_join", "This challenge is over.")
    join.press("Enter")
    expect(panel.get_by_role("alert")).to_have_text("This challenge is over.")
    expect(join).to_be_focused()

    joining = answered(page, "challenge_join")
    answers.data = game(challenges=[{**TOUR, "state": "JOINED", "canJoin": False, "canLeave": True}, FOREST, PAST])
    join.press("Enter")

    expect(panel.get_by_role("button", name="Leave this challenge: Welcome tour")).to_be_focused()
    expect(said(panel, "You take part in Welcome tour.")).to_have_count(1)
    assert joining.asked == [{"input": {"handle": "tour"}}]
    assert axe_violations(page) == []
    assert page.locator("laurel-panel").evaluate("(host) => host.shadowRoot.getAnimations().length") == 0


def test_given_a_broken_streak_when_it_is_repaired_and_an_absence_planned_then_both_are_asked_for_once(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE, color_scheme="dark", timezone_id="Europe/Berlin")
    broken = streak(0, "DONE", "FROZEN", "QUIET", "REPAIRED", "MISSED", "OPEN", repairableUntil=in_days(2), next=None)
    panel, answers = opened(demo, page, game(streaks=[broken]))
    press(panel, "Coffee every week")
    body = panel.locator(".body")
    for words in ("Your streak broke.", "Freeze used", "Days begin and end by Eastern Time.", "14 weeks", "1 of 2"):
        expect(body).to_contain_text(words)
    repair = answered(page, "streak_repair")
    answers.data = game(streaks=[streak(4, "DONE", "FROZEN", "QUIET", "REPAIRED", "REPAIRED", "OPEN")])
    press(panel, "Repair it")
    expect(panel.get_by_role("heading", name="4 weeks in a row")).to_be_focused()
    expect(body).to_contain_text("Otherwise it breaks in 2 days")
    assert repair.asked == [{"input": {"handle": "weekly"}}]

    pause = answered(page, "streak_pause", "That is too long.")
    panel.locator("summary", has_text="Going away?").click()
    press(panel, "Save")
    expect(panel.get_by_role("alert")).to_have_text("Please choose the first and the last day.")
    assert pause.asked == []
    panel.get_by_label("First day").fill("2027-01-04")
    panel.get_by_label("Last day").fill("2027-01-10")
    press(panel, "Save")
    expect(panel.get_by_role("alert")).to_have_text("That is too long.")
    assert pause.asked == [{"input": {"handle": "weekly", "firstDay": "2027-01-04", "lastDay": "2027-01-10"}}]
    zone = answered(page, "member_update")
    press(panel, "Go over to Central European Time")
    expect(said(panel, "Your next days follow your new time zone.")).to_have_count(1)
    assert zone.asked == [{"input": {"timeZone": "Europe/Berlin"}}]
    settle(page)
    assert axe_violations(page) == []


def test_given_a_first_order_placed_elsewhere_when_it_is_paid_then_the_open_panel_celebrates_the_badge(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE)
    customer = demo.new_customer("Starter")
    log_in(page, demo, customer)
    expect(launcher(page)).to_contain_text("100")
    panel = open_panel(page)
    expect(panel.locator(".goals")).to_contain_text("0 of ")

    demo.buy(customer, "harbor-blend")

    news = panel.locator(".reached", has_text="First order")
    expect(news).to_be_visible()
    news.get_by_role("button", name="Have a look").click()
    expect(panel.get_by_role("heading", name="First order")).to_be_focused()
    expect(panel.locator(".showcase.got img")).to_have_js_property("complete", True)
    assert panel.locator(".showcase.got img").evaluate("(image) => image.naturalWidth") > 0
    expect(panel.get_by_role("link", name="See the certificate")).to_be_visible()


def test_given_a_guest_when_the_panel_opens_then_the_goals_invite_and_chinese_is_chinese(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE, locale="zh-CN")
    public = {"badges": [REGULAR, VOICE], "challenges": [TOUR["challenge"]]}
    Stage(page, "game", {**game(), "me": None, "program": public})
    page.goto(demo.store + "/zh")
    panel = open_panel(page)

    panel.get_by_role("button", name="徽章").click()

    for words in ("等您赢取", "Trusted voice", "成为会员即可收集", "注册账户"):
        expect(panel.locator(".body")).to_contain_text(words)
    settle(page)
    assert axe_violations(page) == []
