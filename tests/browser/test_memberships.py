"""A shopper's membership in the panel: joining, what it gave, pausing, ending, taking that back, and trouble."""

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
    log_in,
    log_in_quietly,
    open_panel,
    said,
    settle,
)
from tests.support.offer_answers import offered
from tests.support.reward_answers import Answer, Stage, in_days, told
from tests.support.standing_answers import CIRCLE, DELIVERY, PLUS, TEN, membership, mine, plan, standing, usd

CODES = [mine("Laurel Plus", TEN, "PLUS-8QK2MX4Z", "DELIVERED"), mine("Laurel Plus", DELIVERY, state="WAITING")]
NOTHING = {"canCancel": False, "canCancelNow": False}
OTHER = plan(
    id=CIRCLE, handle="circle", title="Roasters\u2019 Circle", color="#e8c547", price=usd("99.00"), trialDays=14
)


def opened(demo: Demo, page: Page, data: Answer) -> tuple[Locator, Stage]:
    """The panel of a member, for whom the app answers `data` about their standing."""
    log_in_quietly(page, demo, demo.new_customer("Patron"))
    Stage(page, "rewards", told())
    stage = Stage(page, "standing", data)
    Stage(page, "offers", offered([]))
    page.goto(demo.store)
    expect(launcher(page)).to_contain_text("100")
    return open_panel(page), stage


def answered(page: Page, operation: str, *problems: str) -> Stage:
    """The app does what the operation `membership_…` asks for, or says why not."""
    errors = [{"code": "NO", "message": problem} for problem in problems]
    return Stage(page, f"membership_{operation}", {"any": {"membership": None, "userErrors": errors}})


def press(panel: Locator, name: str) -> None:
    panel.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")])
def test_given_a_membership_when_it_is_canceled_then_one_question_says_what_happens_before_it_does(
    demo: Demo, visit: Visit, size: dict[str, int], scheme: Literal["light", "dark"]
) -> None:
    page = visit(viewport=size, color_scheme=scheme)
    panel, stage = opened(demo, page, standing(memberships=[membership()], perks=CODES, plans=[plan(joined=True)]))
    cancel = answered(page, "cancel")
    expect(panel.locator(".card").first).to_contain_text("You saved $43.20 this year")
    press(panel, "Details: Laurel Plus")
    for words in ("Renews on December 12.", "10% off #1042", "$12.90", "Your code is being made", "Use before"):
        expect(panel.locator(".body")).to_contain_text(words)
    expect(panel.get_by_role("button", name="Copy: PLUS-8QK2MX4Z")).to_be_visible()
    settle(page)
    assert axe_violations(page) == []

    press(panel, "Cancel membership")
    expect(panel.get_by_role("radio", name="At the end You keep everything until")).to_be_checked()
    expect(panel.get_by_role("radio", name="Now")).to_have_accessible_name(
        "Now Your benefits stop right away. The shop owes you $3.20 back."
    )
    settle(page)
    assert axe_violations(page) == []
    press(panel, "Keep it")
    expect(panel.get_by_role("button", name="Cancel membership")).to_be_focused()
    assert cancel.asked == []
    press(panel, "Cancel membership")
    ending = membership("CANCEL_SCHEDULED", message="Ends on December 12.", cancelAt=in_days(20), canWithdraw=True)
    stage.data = standing(memberships=[ending], plans=[plan(joined=True)])
    press(panel, "Cancel membership")

    expect(panel.locator(".pass")).to_contain_text("Ends soon")
    expect(said(panel, "Your membership will end as you wished.")).to_have_count(1)
    expect(panel.get_by_role("heading", name="Laurel Plus")).to_be_focused()
    (asked,) = cancel.asked
    key = asked["input"].pop("idempotencyKey")
    assert key.startswith("panel-")
    assert asked == {"input": {"planId": PLUS, "when": "AT_END"}}


def test_given_a_scheduled_end_when_it_is_taken_back_without_an_answer_then_the_same_wish_is_sent_again(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE, expect_complaints=True)
    ending = membership("CANCEL_SCHEDULED", cancelAt=in_days(20), canWithdraw=True, canCancelNow=False)
    panel, stage = opened(demo, page, standing(memberships=[ending], plans=[plan(joined=True)]))
    resume = answered(page, "resume")
    resume.data, answer = None, resume.data
    press(panel, "Details: Laurel Plus")

    press(panel, "Keep my membership")
    expect(panel.get_by_role("alert")).to_have_text("No answer yet. Try again, it will never be done twice.")
    resume.data = answer
    stage.data = standing(memberships=[membership()], plans=[plan(joined=True)])
    press(panel, "Keep my membership")

    expect(panel.locator(".pass")).to_contain_text("Active")
    assert len(resume.asked) == 2
    assert resume.asked[0] == resume.asked[1]


def test_given_a_keyboard_when_a_membership_is_paused_and_refused_then_the_reason_is_read_and_the_focus_stays(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=DESKTOP, reduced_motion="reduce")
    panel, _ = opened(demo, page, standing(memberships=[membership()], plans=[plan(joined=True)]))
    pause = answered(page, "pause", "This membership cannot be paused now.")
    panel.get_by_role("button", name="Details: Laurel Plus").press("Enter")
    panel.get_by_role("button", name="Pause", exact=True).press("Enter")
    page.keyboard.press("Tab")
    expect(panel.get_by_role("radio", name="1 month")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(panel.get_by_role("radio", name="2 months")).to_be_checked()

    panel.get_by_role("button", name="Pause membership").press("Enter")

    expect(panel.get_by_role("alert")).to_have_text("This membership cannot be paused now.")
    expect(panel.get_by_role("button", name="Pause membership")).to_be_focused()
    assert pause.asked[0]["input"]["until"] > in_days(55)


def test_given_another_plan_when_it_is_chosen_then_what_it_costs_is_said_before_it_is_paid(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE)
    dear = plan(id=CIRCLE, title="Circle", price=usd("99.00"))
    panel, stage = opened(
        demo, page, standing(memberships=[membership(canChange=True)], plans=[plan(joined=True), dear])
    )
    change = answered(page, "change_plan")
    quoted = {"when": "NOW", "due": usd("89.12"), "effectiveAt": in_days(0)}
    Stage(page, "membership_change_quote", {"me": {"memberships": [{"plan": {"id": PLUS}, "changeQuote": quoted}]}})
    press(panel, "Details: Laurel Plus")

    press(panel, "Change plan")

    expect(panel.locator(".consequence")).to_have_text("It starts at once. You pay $89.12 now.")
    settle(page)
    assert axe_violations(page) == []
    over = membership("ENDED", canPause=False, **NOTHING)
    stage.data = standing(memberships=[membership(plan=dear), over], plans=[plan(), dear])
    press(panel, "Change plan")
    expect(panel.locator(".pass")).to_contain_text("Circle")
    expect(said(panel, "You are on your new plan.")).to_have_count(1)
    (asked,) = change.asked
    assert asked["input"].pop("idempotencyKey").endswith("-2-NOW")
    assert asked == {"input": {"planId": PLUS, "toPlanId": CIRCLE, "when": "NOW"}}


def test_given_each_other_state_when_it_is_shown_then_it_says_what_to_do(demo: Demo, visit: Visit) -> None:
    page = visit(viewport=PHONE, color_scheme="dark")
    due = membership("PAST_DUE", message="The last payment failed.", paymentUrl="https://bank.example/confirm")
    over = membership("ENDED", plan=OTHER, message="Ended on November 2.", canPause=False, **NOTHING)
    panel, stage = opened(demo, page, standing(memberships=[due, over], plans=[plan(joined=True), OTHER]))
    expect(panel.locator(".card").first).to_contain_text("The last payment failed.")

    press(panel, "Details: Laurel Plus")
    expect(panel.locator(".notice")).to_have_text("The last payment failed. Your bank asks you to confirm it.")
    expect(panel.get_by_role("link", name="Confirm the payment")).to_have_attribute(
        "href", "https://bank.example/confirm"
    )
    settle(page)
    assert axe_violations(page) == []
    press(panel, "Back")
    press(panel, "Details: Roasters\u2019 Circle")
    expect(panel.get_by_role("link", name="Join again \u00b7 $99 / 30 days")).to_have_attribute(
        "href", f"{demo.store}/products/laurel-plus"
    )
    expect(panel.get_by_role("button", name="Cancel membership")).to_have_count(0)
    settle(page)
    assert axe_violations(page) == []

    stage.data = standing(memberships=[membership("PAUSED", canResume=True, canPause=False)], plans=[OTHER])
    page.keyboard.press("Escape")
    launcher(page).click()
    press(panel, "Details: Laurel Plus")
    expect(panel.get_by_role("button", name="Resume now")).to_be_in_viewport()


def test_given_plans_when_one_is_looked_at_then_price_trial_and_terms_stand_before_the_way_to_join(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport={"width": 240, "height": 480})
    panel, stage = opened(demo, page, standing(plans=[plan(), OTHER]))
    expect(panel.get_by_role("heading", name="Membership")).to_be_visible()

    press(panel, "View: Roasters\u2019 Circle")

    for words in ("$99 / 30 days", "Free trial", "14 days", "Thirty days for each unit.", "Free for the first 14 days"):
        expect(panel).to_contain_text(words)
    expect(panel.get_by_role("link", name="Join \u00b7 $99 / 30 days")).to_be_in_viewport()
    assert panel.locator(".body").evaluate("(body) => body.scrollWidth <= body.clientWidth")
    settle(page)
    assert axe_violations(page) == []
    evil = "<img src=x onerror=alert(1)>"
    hostile = plan(title=evil, terms=evil, joinUrl="javascript:alert(1)", color="red;}", description=evil)
    stage.data = standing(plans=[hostile])
    page.keyboard.press("Escape")
    launcher(page).click()
    expect(panel.get_by_role("heading", name="Membership")).to_have_count(1)
    expect(panel.get_by_role("button", name=f"View: {evil}")).to_be_visible()
    panel.locator("[data-focus^='plan:']").click()
    expect(panel.locator(".pass")).to_have_text(evil + "$4.99 / 30 days")
    expect(panel.locator("img, a[href^='javascript']")).to_have_count(0)


def test_given_a_plan_that_is_bought_when_it_is_ended_kept_returned_and_bought_again_then_the_panel_follows(
    demo: Demo, visit: Visit
) -> None:
    customer = demo.new_customer("Mara")
    demo.ask("checkout", lines=[{"handle": "wool-throw", "quantity": 4}], customer_id=customer)
    bought = demo.buy(customer, "laurel-plus")["order"]
    page = visit(viewport=PHONE)
    log_in(page, demo, customer)
    expect(launcher(page)).to_contain_text("625")
    panel = open_panel(page)
    expect(panel.locator(".card", has_text="Silver")).to_contain_text("Spend $1,475.00 more to reach Gold.")
    press(panel, "Details: Laurel Plus")
    expect(panel.locator(".pass")).to_contain_text("Active")

    press(panel, "Cancel membership")
    press(panel, "Cancel membership")
    expect(panel.locator(".pass")).to_contain_text("Ends soon")
    press(panel, "Keep my membership")
    expect(panel.locator(".pass")).to_contain_text("Active")
    demo.ask("refund", order_id=bought["id"], all=True)
    expect(panel.locator(".pass")).to_contain_text("Ended")
    panel.get_by_role("link", name="Join again").click()
    page.get_by_role("button", name="Pay").click()

    expect(launcher(page)).to_contain_text("625")
    expect(open_panel(page).locator(".card", has_text="Laurel Plus")).to_contain_text("Active")
