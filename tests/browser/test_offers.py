"""Offers of partners in the panel: seen, agreed to and claimed; what is had of them, what is refused, what is live."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.support.browser import PHONE, Demo, axe_violations, open_panel, said, settle
from tests.support.offer_answers import (
    CODE,
    MILES,
    NUMBER,
    claim,
    claimed,
    had,
    offer,
    offered,
    opened,
    purchase,
    quoted,
    refused,
)
from tests.support.redeeming import at_the_panel, shopper
from tests.support.reward_answers import Stage, in_days

TERMS = "One code for each customer.\nOnline only."
EARNS = {"text": "2 points for each $1"}
BAG = offer(1, "20% off a bag", terms=TERMS, remaining=12, endsAt=in_days(9), validDays=14, earning=EARNS)
SALE = offer(2, "Members' sale", "LINK", **refused("TIER_REQUIRED", "This offer is for Gold members."))
CUPS = offer(3, "Every cup", "ACCRUAL", earning=EARNS, **had(3))
TRIP = offer(4, "Miles for points", "EXCHANGE", exchange=MILES, terms=TERMS)
CARD = claim(3, "Every cup", "ACCRUAL", code=NUMBER)


def test_given_an_offer_with_terms_when_it_is_claimed_then_they_are_read_first_and_the_code_is_there_to_copy(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE, color_scheme="dark", reduced_motion="reduce")
    panel, answers = opened(demo, page, offered([BAG, SALE, CUPS, TRIP], [CARD]))
    body = panel.locator(".body")
    for words in ("Harbor Coffee \u00b7 A code for their shop", "Only 12 left", "This offer is for Gold members."):
        expect(body).to_contain_text(words)
    settle(page)
    assert axe_violations(page) == []

    panel.get_by_role("button", name="View: 20% off a bag").press("Enter")
    expect(panel.get_by_role("heading", name="20% off a bag")).to_be_focused()
    terms = body.get_by_text("Online only.")
    expect(terms).not_to_be_visible()
    panel.get_by_role("button", name="Get the code").press("Enter")
    expect(terms).to_be_visible()
    expect(panel.get_by_role("group", name="By going on you accept the terms above.")).to_be_visible()
    settle(page)
    assert axe_violations(page) == []

    sent = Stage(page, "offer_claim", claimed(None, ("SOLD_OUT", "None of these are left.")))
    panel.get_by_role("button", name="Get the code").press("Enter")
    expect(panel.get_by_role("alert")).to_have_text("None of these are left.")
    made = claim(1, "20% off a bag", expiresAt=in_days(14))
    sent.data = claimed(made)
    answers.data = offered([{**BAG, **had(1)}, SALE, CUPS, TRIP], [made, CARD])
    panel.get_by_role("button", name="Get the code").press("Enter")
    panel.get_by_role("button", name="Get the code").press("Enter")

    expect(panel.get_by_role("heading", name="20% off a bag")).to_be_focused()
    expect(panel.get_by_role("button", name=f"Copy: {CODE}")).to_be_visible()
    expect(said(panel, "Use this code in the shop of Harbor Coffee.")).to_have_count(1)
    assert [asked["input"]["offerId"] for asked in sent.asked] == ["gid://laurel/Offer/1"] * 2
    assert sent.asked[0] == sent.asked[1]  # the same wish, so that it is one claim
    assert axe_violations(page) == []


def test_given_an_exchange_when_a_number_is_typed_then_a_quote_is_promised_and_taken_or_dropped(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE, reduced_motion="reduce")
    panel, _ = opened(demo, page, offered([TRIP]))
    panel.get_by_role("button", name="View: Miles for points").click()
    ask = panel.get_by_role("button", name="See what you get")
    ask.click()
    expect(panel.get_by_role("alert")).to_have_text("Please fill in: Your traveler number")
    panel.get_by_label("Your traveler number").fill("TR-9")
    panel.get_by_label("How many points?").fill("1,004")
    quotes = Stage(page, "offer_quote", quoted(1000, 800))
    ask.click()
    expect(panel.locator(".exchange")).to_contain_text("From 500 to 5,000 points at a time")
    expect(panel.locator("#question")).to_have_text("1,000 points become 800 miles. This cannot be undone.")
    expect(panel.locator(".deck")).to_contain_text("more seconds")
    expect(panel.get_by_text("Online only.")).to_be_visible()
    assert axe_violations(page) == []
    panel.get_by_role("button", name="Not now").click()
    expect(ask).to_be_focused()
    ask.click()
    expect(panel.locator("#question")).to_have_text("1,000 points become 800 miles. This cannot be undone.")
    assert [asked["input"]["points"] for asked in quotes.asked] == [1004, 1004]
    made = claim(4, "Miles for points", "EXCHANGE", "USED", points=1000, gives=800, account="TR-9")
    sent = Stage(page, "offer_claim", claimed(made))
    panel.get_by_role("button", name="Exchange", exact=True).click()

    expect(panel.locator(".ticket")).to_contain_text("800 miles")
    expect(panel.locator(".story")).to_have_text("Harbor Coffee adds them to your account TR-9.")
    given = sent.asked[0]["input"]
    assert (given["account"], given["quoteId"]) == ("TR-9", "gid://laurel/OfferQuote/3")


def test_given_claims_and_purchases_when_all_is_looked_at_then_each_says_how_it_stands_and_where_it_leads(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE, reduced_motion="reduce")
    link = claim(5, "Harbor sale", "LINK", url="https://laurel.example/offers/out/x")
    evil = claim(6, "Evil sale", "LINK", url="javascript:alert(1)")
    gone = claim(7, "A tasting", "REDEMPTION", "VOID", points=300, note="The shop was closed.")
    bought = [purchase(1, "PENDING", 48, "Comes on Nov 29."), purchase(2, "DECLINED", 0, "Declined: cancelled.")]
    panel, answers = opened(demo, page, offered([], [CARD, link, evil, gone], bought))
    panel.get_by_role("button", name="All 4").click()
    body = panel.locator(".body")
    for words in (
        "There are no offers at the moment",
        "Taken back",
        "+48 points",
        "Comes on Nov 29.",
        "Does not count",
    ):
        expect(body).to_contain_text(words)
    links = panel.get_by_role("link", name="Go to Harbor Coffee")
    expect(links).to_have_count(1)
    expect(links).to_have_attribute("href", "https://laurel.example/offers/out/x")
    expect(links).to_have_attribute("rel", "noopener")
    settle(page)
    assert axe_violations(page) == []
    panel.get_by_role("button", name="A tasting").click()
    for words in ("The shop was closed.", "You have your 300 points again.", "300 points"):
        expect(body).to_contain_text(words)
    panel.get_by_role("button", name="Back").click()
    panel.get_by_role("button", name="Every cup").click()
    expect(panel.get_by_role("button", name=f"Copy: {NUMBER}")).to_be_visible()

    ended = {**CARD, "status": "EXPIRED", "code": None}
    answers.data = offered([BAG], [ended])
    page.keyboard.press("Escape")
    panel = open_panel(page)
    panel.get_by_role("button", name="All 1").click()
    panel.get_by_role("button", name="Every cup").click()
    expect(panel.locator(".story")).to_have_text("It was not used in time.")
    expect(panel.locator(".big-code")).to_have_count(0)


def test_given_the_demos_partner_when_a_member_takes_its_offers_then_what_they_get_is_their_own_and_is_there_again(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE, reduced_motion="reduce")
    panel = at_the_panel(page, demo, shopper(demo, "Taker"), 616)
    panel.get_by_role("button", name="All 5").click()
    panel.get_by_role("button", name="View: A free bag for the first fifty").click()
    panel.get_by_role("button", name="Get the code").click()
    panel.get_by_role("group", name="By going on").get_by_role("button", name="Get the code").click()
    code = panel.locator(".big-code code")
    expect(code).to_have_text(re.compile(r"^HARBOR-[A-Z0-9]{16}$"))
    own = code.inner_text()
    panel.get_by_role("button", name="Back").click()
    panel.get_by_role("button", name="View: A cup on us").click()
    panel.get_by_role("button", name="Get it for 400 points").click()
    panel.get_by_role("group", name="By going on").get_by_role("button", name="Get it for 400 points").click()
    expect(panel.locator(".story")).to_have_text("Use this voucher at Harbor Coffee.")
    expect(panel.locator(".purse")).to_have_text("216 points")

    page.reload()
    panel = open_panel(page)
    panel.get_by_role("button", name="Yours: A free bag for the first fifty").click()
    expect(panel.locator(".big-code code")).to_have_text(own)


def test_given_a_chinese_page_or_an_outage_when_offers_are_shown_then_they_speak_chinese_or_stay_away(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE, locale="zh-CN", reduced_motion="reduce")
    panel, _ = opened(demo, page, offered([BAG, CUPS], [CARD]), "/zh")
    expect(panel.locator(".body")).to_contain_text("合作品牌优惠")
    expect(panel.locator(".body")).to_contain_text("仅剩 12 份")

    page = visit(viewport=PHONE, expect_complaints=True, reduced_motion="reduce")
    panel, answers = opened(demo, page, offered([BAG]))
    answers.data = None
    page.reload()
    panel = open_panel(page)
    expect(panel.locator(".ways")).to_be_visible()
    expect(panel.get_by_text("Partner offers")).to_have_count(0)
