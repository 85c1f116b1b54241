"""Boards and leagues in the panel: nobody is on one unasked, everybody finds their place, and leaving is at once."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.support.browser import DESKTOP, PHONE, Demo, axe_violations, launcher, log_in, open_panel, said, settle
from tests.support.game_answers import apart, board, board_head, game, league, league_head, quarantine, row
from tests.support.game_pages import answered, opened, press
from tests.support.reward_answers import Answer, Stage, in_days

APART = board_head(joined=False, displayName=None, me=None)


def on_board(demo: Demo, page: Page, head: Answer, data: Answer) -> tuple[Locator, Stage]:
    """The page of a board, for which the app answers `data`."""
    panel, _ = opened(demo, page, game(leaderboards=[head], leagues=[league_head()]))
    stage = Stage(page, "leaderboard", data)
    press(panel, "Leaderboard")
    return panel, stage


def test_given_a_place_further_down_when_the_board_is_read_then_the_first_and_those_around_are_there(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=DESKTOP)
    friends = [row(3, "Noor", isFriend=True), row(17, "Ada", isMe=True)]
    panel, _ = on_board(demo, page, board_head(), board(friends=friends))

    table = panel.get_by_role("table", name="Places on the board All-time points")
    expect(table.get_by_role("row")).to_have_count(16)  # a head, ten, five around; what stands for the rest is silent
    expect(table.locator("[aria-current]")).to_contain_text("17AdaYou983")
    body = panel.locator(".body")
    for words in ("#17", "86%", "Place 1: 500 points", "October 2026", "After later refunds it would be 390.", "Ada"):
        expect(body).to_contain_text(words)
    expect(panel.get_by_role("table", name="Friends on the board All-time points").get_by_role("row")).to_have_count(3)
    settle(page)
    assert axe_violations(page) == []

    known = [{"id": "gid://laurel/Friend/1", "displayName": "Noor", "since": in_days(-1)}]
    answers = Stage(page, "friends", {"me": {"friendCode": "MH5QSG63DBSBR4", "friends": known}})
    press(panel, "Manage")
    expect(panel.get_by_role("button", name="Copy: MH5QSG63DBSBR4").locator("code")).to_have_text("MH5QS G63DB SBR4")
    answered(page, "friend_add", "There is no such code.")
    panel.get_by_label("Your friend\u2019s code").fill("wrong")
    press(panel, "Add")
    expect(panel.get_by_role("alert")).to_have_text("There is no such code.")
    removing = answered(page, "friend_remove")
    answers.data = {"me": {"friendCode": "MH5QSG63DBSBR4", "friends": []}}
    press(panel, "Remove Noor")
    expect(panel.locator(".body")).to_contain_text("None of your friends is here yet.")
    assert removing.asked == [{"input": {"friendId": "gid://laurel/Friend/1"}}]
    settle(page)
    assert axe_violations(page) == []


def test_given_a_board_when_it_is_joined_under_a_name_then_refusals_are_said_and_leaving_is_as_easy(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE)
    panel, answers = on_board(demo, page, APART, apart())
    name = panel.get_by_label("The name that others see")
    expect(name).to_have_value("Ada")  # as in the league that is played already
    name.fill("")
    press(panel, "Take part")
    expect(panel.get_by_role("alert")).to_have_text("Please choose a name.")
    expect(name).to_be_focused()
    joining = answered(page, "leaderboard_opt_in", "This looks like an e-mail address.")
    name.fill("ada@example.com")
    name.press("Enter")
    expect(panel.get_by_role("alert")).to_have_text("This looks like an e-mail address.")
    expect(name).to_have_value("ada@example.com")

    answered(page, "leaderboard_opt_in")
    answers.data = board()
    name.fill("Ada")
    name.press("Enter")

    expect(said(panel, "You take part as Ada.")).to_have_count(1)
    expect(panel.get_by_role("heading", name="All-time points")).to_be_focused()
    assert joining.asked == [{"input": {"handle": "points-all-time", "displayName": "ada@example.com"}}]
    answered(page, "leaderboard_opt_out")
    answers.data = apart()
    press(panel, "Leave, and remove my name")
    expect(said(panel, "You left. Your name is gone from here.")).to_have_count(1)
    expect(name).to_be_visible()


def test_given_a_board_that_is_updated_or_an_entry_that_is_checked_then_the_page_says_so_and_follows(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE, color_scheme="dark")
    panel, answers = on_board(
        demo, page, board_head(), board(status="UPDATING", total=None, top=[], around=[], me=None)
    )
    expect(panel.get_by_role("status").filter(has_text="Updating")).to_be_visible()

    answers.data = board(quarantine=quarantine(), me={"rank": None, "scoreText": "983", "percentile": None}, around=[])

    notice = panel.get_by_role("group", name="Your entry is being checked")
    expect(notice).to_contain_text("Many orders were placed within one hour.")
    expect(panel.locator(".place")).to_have_text("983Score")
    appeal = answered(page, "quarantine_appeal")
    notice.get_by_role("textbox").fill("They were gifts for my team.")
    answers.data = board(
        quarantine=quarantine(appeal="They were gifts for my team.", appealedAt=in_days(0), canAppeal=False), around=[]
    )
    press(panel, "Send")
    expect(notice).to_contain_text("You wrote on ")
    expect(notice.get_by_role("textbox")).to_have_count(0)
    (asked,) = appeal.asked
    assert asked == {"input": {"quarantineId": "gid://laurel/Quarantine/1", "text": "They were gifts for my team."}}
    settle(page)
    assert axe_violations(page) == []


def test_given_a_league_when_it_is_read_from_right_to_left_then_both_lines_stand_between_the_right_members(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE)
    panel, _ = opened(demo, page, game(leagues=[league_head()]))
    Stage(page, "league", league())
    page.evaluate("document.documentElement.dir = 'rtl'")
    press(panel, "League")

    rows = panel.get_by_role("table").locator("tbody tr")
    expect(rows).to_have_count(26)
    expect(rows.nth(5)).to_contain_text("Up to here, one league up")
    expect(rows.nth(20)).to_contain_text("From here on, one league down")
    expect(panel.locator("[aria-current=step]")).to_contain_text("Silver league")
    expect(panel.locator(".body")).to_contain_text("One league up")
    assert panel.locator(".body").evaluate("(body) => body.scrollWidth - body.clientWidth") == 0
    settle(page)
    assert axe_violations(page) == []


def test_given_the_real_board_when_a_member_joins_and_buys_then_their_rank_and_score_come_by_themselves(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE)
    customer = demo.new_customer("Racer")
    log_in(page, demo, customer)
    panel = open_panel(page)
    panel.locator("[data-focus='goal:board']").click()
    panel.get_by_label("The name that others see").fill("Racer One")
    press(panel, "Take part")
    expect(panel.locator(".body")).to_contain_text("You take part.")

    demo.buy(customer, "oak-serving-board")

    expect(panel.locator("tr[aria-current]")).to_contain_text("Racer One")
    expect(panel.locator(".place")).to_contain_text("58")
    expect(launcher(page)).to_contain_text("158")
    press(panel, "Leave, and remove my name")
    expect(panel.get_by_label("The name that others see")).to_be_visible()
    expect(panel.locator(".body")).not_to_contain_text("Racer One")
