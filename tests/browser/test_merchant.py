"""The merchant's side: the app in the admin's frame, orders that are refunded and cancelled, the app embed's switch."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.support.browser import DESKTOP, Demo, launcher, log_in


def test_given_an_order_when_the_merchant_opens_the_app_then_it_is_live_and_tells_of_the_points(
    demo: Demo, visit: Visit, viewport: dict[str, int]
) -> None:
    customer = demo.new_customer("Patron")
    order = demo.buy(customer, "wool-throw")["order"]
    page = visit(viewport=viewport)
    log_in(page, demo, customer)
    expect(launcher(page)).to_contain_text("229")
    page.goto(demo.admin)

    app = page.frame_locator("#app")

    expect(app.get_by_role("heading", name="Laurel Rewards is live")).to_be_visible()
    expect(app.locator("#embed-badge")).to_have_text("On")
    expect(app.locator(".laurel-figures")).to_contain_text(re.compile(r"Points issued\s*[1-9]"))
    expect(app.locator(".laurel-activity")).to_contain_text(f"Order {order['name']}")
    expect(app.locator(".laurel-activity")).to_contain_text("+129")


def test_given_the_embed_is_switched_off_when_shoppers_and_merchant_look_then_both_see_it(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=DESKTOP)
    page.goto(f"{demo.admin}/themes")
    page.get_by_role("button", name="Switch off").click()
    try:
        expect(page.get_by_role("button", name="Switch on")).to_be_visible()
        page.goto(demo.store)
        expect(page.locator("laurel-launcher")).to_have_count(0)
        page.goto(demo.admin)
        app = page.frame_locator("#app")
        expect(app.locator("#embed-badge")).to_have_text("Off")
        app.get_by_text("Switch it on").or_(app.locator("#embed-link")).first.click()
        page.wait_for_url("**/admin/themes")
        page.get_by_role("button", name="Switch on").click()
        expect(page.get_by_role("button", name="Switch off")).to_be_visible()
    finally:
        demo.ask("embed", enabled=True)
    page.goto(demo.store)
    expect(launcher(page)).to_be_visible()


def test_given_an_order_when_the_merchant_refunds_and_cancels_then_the_buyer_sees_each(
    demo: Demo, visit: Visit
) -> None:
    customer = demo.new_customer("Fickle")
    order = demo.ask("checkout", lines=[{"handle": "linen-napkins", "quantity": 2}], customer_id=customer)["order"]
    shopper = visit()
    log_in(shopper, demo, customer)
    expect(launcher(shopper)).to_contain_text("174")  # 100 + 73.50, half to even
    page = visit()
    page.goto(f"{demo.admin}/orders")
    page.get_by_role("link", name=order["name"], exact=True).click()

    page.get_by_label("Refund", exact=True).fill("1")
    page.get_by_role("button", name="Refund").click()
    expect(page.get_by_text("1 left")).to_be_visible()
    expect(launcher(shopper)).to_contain_text("137")  # 74 × 36.75 ÷ 73.50 = 37 taken back
    page.get_by_role("button", name=f"Cancel {order['name']}").click()
    expect(page.locator("h1")).to_contain_text("Cancelled")

    expect(launcher(shopper)).to_contain_text("100")
