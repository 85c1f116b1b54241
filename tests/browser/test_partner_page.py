"""A partner logs in, reads a statement, has it worked out in the browser, and says which row does not fit."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import FilePayload, Page, Route, expect

from engine.database import create_engine
from engine.shops import find_shop
from tests.browser.conftest import Visit
from tests.support.browser import Demo, assert_nothing_beside, assert_sound
from tests.support.partner_pages import altered_row, merchant_does
from tests.support.trading import TEN_A_DOLLAR, Trading, purchase


async def _trade(demo: Demo, customer: int) -> int:
    """A partner that reported three purchases, of which the second one is over a limit of its agreement."""
    engine = create_engine(str(demo.facts["database_url"]))
    async with engine.connect() as connection:
        shop = await find_shop(connection, str(demo.facts["shop"]))
    assert shop is not None
    trading = Trading(engine, shop)
    cap = {"kind": "issued", "period": "month", "points": 300}
    partner = await trading.partner(f"cafe-{time.time_ns()}", caps=[cap])
    claim = await trading.claim(await trading.offer(partner, TEN_A_DOLLAR), customer)
    now = await trading.now()
    for number, amount in ((1, "20.00"), (2, "25.00"), (3, "4.50")):
        await trading.report(partner, **purchase(number, now, amount, member=claim.code))
    await engine.dispose()
    return partner.partner_id


def _assert_sound(page: Page, what: str) -> None:
    """Nothing is wrong with the page as it is, nothing of it lies beside the screen, in whatever direction it reads."""
    assert_sound(page.main_frame, what)
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert_nothing_beside(page.main_frame, f"{what} from right to left")
    page.evaluate("document.documentElement.dir = 'ltr'")


def test_given_a_statement_when_its_partner_checks_it_here_then_a_row_that_does_not_fit_is_named(
    demo: Demo, visit: Visit, viewport: dict[str, int]
) -> None:
    with ThreadPoolExecutor(1) as elsewhere:  # in this thread Playwright's own loop runs
        partner_id = elsewhere.submit(asyncio.run, _trade(demo, demo.new_customer("Guest"))).result()
    partner = f"gid://laurel/Partner/{partner_id}"
    made = merchant_does(demo, "partnerKeyCreate", "PartnerKeyCreateInput", "secret", partnerId=partner, label="Till")
    merchant_does(demo, "statementIssue", "StatementIssueInput", "statement { number }", partnerId=partner)
    page = visit(viewport=viewport)

    # Given the way in, which no wrong key opens
    page.goto(str(demo.facts["partner"]["page_url"]))
    _assert_sound(page, "login")
    page.get_by_label("Key").fill(made["secret"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    expect(page.get_by_text("3 purchases in 30 days; the most on one day: 3.")).to_be_visible()
    _assert_sound(page, "overview")
    page.get_by_role("link", name="Earn there").click()
    _assert_sound(page, "offer")

    # When a purchase was declined, it is appealed for
    page.get_by_role("link", name="Purchases", exact=True).click()
    page.get_by_role("link", name="Declined").click()
    page.locator("summary").click()
    page.get_by_label("Why should it count?").fill("It was within the limit.")
    _assert_sound(page, "purchases")
    page.get_by_role("button", name="Send the appeal").click()
    expect(page.get_by_text("the shop has not decided yet")).to_be_visible()

    # Then the statement holds, as it is
    page.get_by_role("link", name="Statements", exact=True).click()
    _assert_sound(page, "statements")
    page.get_by_role("heading", name="Statement 1").get_by_role("link").click()
    told, check = page.locator("#verified"), page.get_by_role("button", name="Check now")
    check.click()
    expect(told).to_have_text("It holds: 2 rows, every signature good, the same root hash, the same sums.")
    _assert_sound(page, "statement")

    # And not with a row that was changed on its way
    with page.expect_download() as taken:
        page.get_by_role("link", name="Signed rows").click()
    file = taken.value.path().read_text()
    forged, event = altered_row(file, 2, points=46)

    def forge(route: Route) -> None:
        route.fulfill(body=forged, content_type="application/jsonl")

    page.route("**/statements/1.jsonl", forge)
    check.click()
    expect(told).to_contain_text(f"Row 2 (event {event}): its signature is not good.")
    expect(told).to_contain_text(f"Row 2 (event {event}): this page shows something else than what was signed.")
    expect(told).to_contain_text("Points to members, USD: the rows come to something else than the statement says.")
    expect(told).to_contain_text("The rows give another root hash:")
    page.unroute("**/statements/1.jsonl")

    # And where the partner's own copy differs, the answer names that row
    copy = FilePayload(name="own.jsonl", mimeType="application/jsonl", buffer=forged.encode())
    page.get_by_label("Your own copy").set_input_files(copy)
    check.click()
    expect(told).to_contain_text(f"Row 2 (event {event}): your copy says something else: points 46.")
    expect(page.locator("tr.differs")).to_contain_text("#3")
    expect(page.get_by_label("Rows that say something else with you")).to_have_value("2")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("rows that differ: 1.")).to_be_visible()
    expect(page.locator("#open")).to_contain_text("The two say something else")
    page.get_by_role("button", name="I agree").click()
    expect(page.get_by_text("You agreed on")).to_be_visible()
    page.get_by_role("link", name="简体中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("结算单 1")
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("合作伙伴登录")
