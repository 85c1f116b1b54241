"""The merchant settles purchases at a partner, decides an appeal, and hands in a file of reports."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from playwright.sync_api import expect

from engine.conversions.appeals import appeal
from engine.conversions.deciding import decline
from engine.database import create_engine, tenant_transaction
from engine.partners.facts import Partner
from engine.shops import find_shop
from tests.browser.conftest import Visit
from tests.support.browser import Demo
from tests.support.merchant_app import button, field, open_app, told
from tests.support.trading import TEN_A_DOLLAR, Trading, purchase


async def _trade(demo: Demo, customer: int) -> tuple[Partner, str]:
    """A partner with two purchases that are held, and one that was declined and is appealed for."""
    engine = create_engine(str(demo.facts["database_url"]))
    async with engine.connect() as connection:
        shop = await find_shop(connection, str(demo.facts["shop"]))
    assert shop is not None
    trading = Trading(engine, shop)
    partner = await trading.partner(f"bakery-{time.time_ns()}", hold_days=14)
    claim = await trading.claim(await trading.offer(partner, TEN_A_DOLLAR), customer)
    now = await trading.now()
    for number in (1, 2, 3):
        await trading.report(partner, **purchase(number, now - timedelta(days=number), member=claim.made_code))
    one = await trading.conversion(partner, "#3")
    assert one is not None
    async with tenant_transaction(engine, shop.program_id) as connection:
        await decline(connection, one.program_id, one.conversion_id, reason="Not a new customer", actor="staff:1")
    async with tenant_transaction(engine, shop.program_id) as connection:
        await appeal(connection, one.program_id, one.conversion_id, said="They are new.", actor="partner:k1")
    await engine.dispose()
    assert claim.made_code is not None
    return partner, claim.made_code


def test_given_purchases_when_settled_then_each_says_how_it_ended_and_a_file_brings_more(
    demo: Demo, visit: Visit, viewport: dict[str, int]
) -> None:
    with ThreadPoolExecutor(1) as elsewhere:  # in this thread Playwright's own loop runs
        partner, number = elsewhere.submit(asyncio.run, _trade(demo, demo.new_customer("Baker"))).result()
    page = visit(viewport=viewport)
    app = open_app(page, demo, f"/partners/{partner.partner_id}/purchases")
    first, second, third = (app.locator(f'[data-purchase="#{one}"]') for one in (1, 2, 3))

    # One is approved, one declined with a reason, one approved after all
    first.locator('[data-settle="approve"]').click()
    app.locator('[data-settle-now="approve"]').click()
    told(page, "Approved")
    expect(first.locator('[data-settle="reverse"]')).to_be_visible()
    second.locator('[data-settle="decline"]').click()
    app.locator('[data-settle-now="decline"]').click()
    expect(app.locator("#settle-decline").get_by_role("alert").first).to_be_visible()
    field(app.locator("#settle-decline"), "reason").fill("Bought by the staff")
    app.locator('[data-settle-now="decline"]').click()
    expect(second).to_contain_text("Bought by the staff")
    expect(third).to_contain_text("They are new.")
    third.locator('[data-settle="accept"]').click()
    app.locator('[data-settle-now="accept"]').click()
    told(page, "Approved after all")
    expect(third).to_contain_text("It was approved after all")

    # A file brings one more and says what is wrong with the other row
    day = "2099-01-01T00:00:00Z"
    table = "kind,report_id,order,occurred_at,amount,currency,member\nrefund,r-9,#9,2026-01-01T00:00:00Z,5.00,,\n"
    table += f"purchase,p-8,#8,{day},5.00,USD,{number}\npurchase,p-7,#7,soon,5.00,USD,{number}\n"
    app.locator("#file input").set_input_files({"name": "march.csv", "mimeType": "text/csv", "buffer": table.encode()})
    button(app, "Check file").click()
    told(page, "Checked: see below what it does")
    file = app.locator("[data-file]").filter(has_text="march.csv")
    expect(file).to_contain_text("occurred_at cannot be read")
    file.locator("[data-file-start]").click()
    expect(file).to_contain_text("Finished")
    expect(file).to_contain_text("1 wait for their purchase")
    file.locator("summary").click()
    expect(file).to_contain_text("occurred_at is in the future")
