"""axe-core over every page that a shopper or a merchant sees, in light and dark, on a phone and on a desktop."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.support.browser import LOOKS, Demo, axe_violations, launcher, log_in, open_panel, settle

Scheme = Literal["light", "dark"]
PAGES = ("/", "/products/wool-throw", "/cart", "/account/login", "/account/register", "/nowhere", "/zh")


@pytest.mark.parametrize(("viewport", "scheme"), LOOKS)
def test_given_a_guest_when_pages_are_checked_then_axe_finds_nothing(
    demo: Demo, visit: Visit, viewport: dict[str, int], scheme: Scheme
) -> None:
    page = visit(viewport=viewport, color_scheme=scheme, expect_complaints=True)
    for path in PAGES:
        page.goto(demo.store + path, wait_until="networkidle")
        launcher(page).wait_for()
        settle(page)
        assert axe_violations(page) == [], path
    open_panel(page)
    settle(page)
    assert axe_violations(page) == []


@pytest.mark.parametrize(("viewport", "scheme"), LOOKS)
def test_given_a_member_when_pages_and_panel_are_checked_then_axe_finds_nothing(
    demo: Demo, visit: Visit, viewport: dict[str, int], scheme: Scheme
) -> None:
    customer = demo.new_customer("Checker")
    order = demo.buy(customer, "oak-serving-board")["order"]
    page = visit(viewport=viewport, color_scheme=scheme)
    log_in(page, demo, customer)
    expect(launcher(page)).to_contain_text("158")
    demo.ask("refund", order_id=order["id"], all=True)
    expect(launcher(page)).to_contain_text("100")
    for path in ("/products/wool-throw", f"/account/orders/{order['token']}", "/account"):
        page.goto(demo.store + path, wait_until="networkidle")
        expect(launcher(page)).to_contain_text("100")
        settle(page)
        assert axe_violations(page) == [], path
    panel = open_panel(page)
    expect(panel.locator(".entry")).to_have_count(3)
    settle(page)
    assert axe_violations(page) == []


def test_given_a_merchant_when_the_admin_is_checked_then_axe_finds_nothing(
    demo: Demo, visit: Visit, viewport: dict[str, int]
) -> None:
    page = visit(viewport=viewport)
    for path in ("/orders", "/customers", "/themes"):
        page.goto(demo.admin + path)
        assert axe_violations(page) == [], path
    page.goto(demo.admin)
    app = page.frame_locator("#app")
    expect(app.locator("#embed-badge")).to_have_text("On")
    assert axe_violations(page) == []
    assert axe_violations(page.frames[1]) == []
