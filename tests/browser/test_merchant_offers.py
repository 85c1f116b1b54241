"""The merchant brings in codes, writes an offer of them, publishes it, and takes a claim back."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import expect

from engine.database import create_engine, tenant_transaction
from engine.offers.catalog import offer_by_handle
from engine.offers.claiming import claim_offer
from engine.partners.facts import Partner
from engine.shops import ShopReference, find_shop
from tests.browser.conftest import Visit
from tests.support.browser import Demo
from tests.support.merchant_app import button, field, open_app, told
from tests.support.trading import Trading


async def _meet(demo: Demo) -> tuple[ShopReference, Partner]:
    engine = create_engine(str(demo.facts["database_url"]))
    async with engine.connect() as connection:
        shop = await find_shop(connection, str(demo.facts["shop"]))
    assert shop is not None
    partner = await Trading(engine, shop).partner(f"roastery-{time.time_ns()}")
    await engine.dispose()
    return shop, partner


async def _claim(demo: Demo, shop: ShopReference, handle: str, customer: int) -> str | None:
    engine = create_engine(str(demo.facts["database_url"]))
    async with tenant_transaction(engine, shop.program_id) as connection:
        offer = await offer_by_handle(connection, shop.program_id, handle)
        assert offer is not None
        claim = await claim_offer(connection, shop.program_id, shop.shop_id, customer, offer.offer_id, "browser")
    await engine.dispose()
    return claim.code


def test_given_a_file_of_codes_when_an_offer_is_written_and_published_then_claims_are_listed_and_taken_back(
    demo: Demo, visit: Visit, viewport: dict[str, int]
) -> None:
    with ThreadPoolExecutor(1) as elsewhere:  # in this thread Playwright's own loop runs
        shop, partner = elsewhere.submit(asyncio.run, _meet(demo)).result()
    page = visit(viewport=viewport)
    customer = demo.new_customer("Bean")

    # A pool is made and filled; what is no code is told by its row
    app = open_app(page, demo, f"/partners/{partner.partner_id}/codes")
    field(app.locator("#make-pool"), "name").fill("Spring")
    field(app.locator("#make-pool"), "lowWater").fill("1")
    button(app, "Make pool").click()
    pool = app.locator('[data-pool="Spring"]')
    pool.locator("[data-fill-pool]").click()
    table = b"code\nBEAN-0001\nBEAN-0002\nBEAN-0001\nno\n"
    app.locator("#file input").set_input_files({"name": "spring.csv", "mimeType": "text/csv", "buffer": table})
    app.locator("[data-upload-now]").click()
    told(page, "Codes brought in")
    expect(pool).to_contain_text("2 brought in")
    expect(pool).to_contain_text("1 known already")
    pool.locator("summary").click()
    expect(pool).to_contain_text("a code has 4 to 64 characters")

    # An offer of these codes: what is missing is told at its field, then it is saved and published
    app = open_app(page, demo, f"/partners/{partner.partner_id}/offers/new")
    title = f"A free roast {time.time_ns()}"
    app.locator('[data-object="code"] [data-switch="source"] select').select_option("pool")
    app.locator('[data-switch="unit"] select').select_option("CLAIMS")
    button(app, "Save").last.click()
    expect(app.locator("#offer [data-problems]")).to_be_visible()
    field(app.locator("#offer"), "title").fill(title)
    field(app.locator("#offer"), "amount").fill("2")
    button(app, "Save").last.click()
    told(page, "Offer saved")
    entry = app.locator(".laurel-entry", has_text=title)
    expect(entry).to_contain_text("Draft")
    handle = str(entry.get_attribute("data-offer"))
    entry.get_by_text("Open").click()
    button(app, "Publish").click()
    told(page, "Published: members can claim it")

    # A claim is listed; taken back as never shown, its code and budget are free again
    with ThreadPoolExecutor(1) as elsewhere:
        code = elsewhere.submit(asyncio.run, _claim(demo, shop, handle, customer)).result()
    assert code == "BEAN-0001"
    number = page.frames[1].url.partition("/offers/")[2].partition("?")[0]
    app = open_app(page, demo, f"/partners/{partner.partner_id}/offers/{number}")
    claim = app.locator("[data-claim]")
    expect(claim).to_contain_text("Ready")
    expect(app.locator(".laurel-figures div", has_text="Free")).to_contain_text("1")
    claim.locator("[data-void-claim]").click()
    app.locator("[data-void-now]").click()
    expect(app.locator("#void").get_by_role("alert").first).to_be_visible()
    field(app.locator("#void"), "reason").fill("Asked for it twice")
    app.locator("[data-void-now]").click()
    told(page, "Taken back")
    expect(claim).to_contain_text("Asked for it twice")
    expect(app.locator(".laurel-figures div", has_text="Free")).to_contain_text("2")
    button(app, "Close").first.click()
    told(page, "Closed: nobody can claim it any more")
