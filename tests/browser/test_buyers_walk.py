"""A buyer's walk through the demo: from the log-in to points that arrive by themselves."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.support.browser import Demo, check_out, launcher, log_in, open_panel, said

TWO_SECONDS_MS = 2_000


def stop_time(page: Page) -> None:
    """From now on, time passes on this page only where the test lets it: nothing depends on how fast the machine is."""
    page.clock.pause_at(page.evaluate("Date.now()") / 1_000 + 30)


def test_given_a_customer_when_they_buy_then_the_points_are_on_the_page_of_the_order(
    demo: Demo, visit: Visit, viewport: dict[str, int]
) -> None:
    customer = demo.new_customer("Walker")
    page = visit(viewport=viewport)
    log_in(page, demo, customer)
    expect(launcher(page)).to_contain_text("100")
    page.get_by_role("link", name="Pour-Over Set").click()
    expect(page.locator("laurel-product-points")).to_contain_text("Earn 64 points with this product")
    page.get_by_role("button", name="Add to cart").click()
    check_out(page)
    expect(page.get_by_role("heading", name="Thank you, Walker")).to_be_visible()
    expect(launcher(page)).to_contain_text("164")
    expect(page.locator("laurel-launcher .gain")).to_have_text("+64 points")

    panel = open_panel(page)

    expect(panel.locator(".number")).to_have_text("164")
    newest = panel.locator(".entry").first
    expect(newest).to_contain_text(re.compile(r"Order #1\d{3}"))
    expect(newest).to_contain_text("$64 × 1")
    expect(newest.locator("b")).to_have_text("+64")
    expect(panel.locator(".entry").nth(1).locator("b")).to_have_text("+100")


def test_given_an_open_panel_when_an_order_is_placed_elsewhere_then_it_shows_it_within_two_seconds(
    demo: Demo, visit: Visit, viewport: dict[str, int]
) -> None:
    customer = demo.new_customer("Watcher")
    page, elsewhere = visit(viewport=viewport), visit()
    page.clock.install()
    log_in(page, demo, customer)
    expect(launcher(page)).to_contain_text("100")
    panel = open_panel(page)
    expect(panel.locator(".number")).to_have_text("100")
    address = page.url
    stop_time(page)
    demo.buy(customer, "stoneware-mug")
    log_in(elsewhere, demo, customer)
    expect(launcher(elsewhere)).to_contain_text("124")

    page.clock.run_for(TWO_SECONDS_MS)

    expect(panel.locator(".entry")).to_have_count(2)
    assert page.url == address
    expect(panel.locator(".number")).to_have_text("124")
    expect(panel.locator(".entry.fresh")).to_have_count(1)
    expect(said(panel, "You earned 24 points. Your balance is now 124 points.")).to_have_count(1)
    page.clock.resume()
    expect(said(panel, "You earned the badge “First order”.")).to_have_count(1)


def test_given_a_refund_when_the_panel_is_open_then_it_says_what_was_taken_back_and_why(
    demo: Demo, visit: Visit
) -> None:
    customer = demo.new_customer("Returner")
    order = demo.buy(customer, "oak-serving-board")["order"]
    page = visit()
    log_in(page, demo, customer)
    expect(launcher(page)).to_contain_text("158")
    panel = open_panel(page)

    demo.ask("refund", order_id=order["id"], all=True)

    expect(panel.locator(".entry.less b")).to_have_text("−58")
    expect(panel.locator(".entry.less")).to_contain_text(f"Refund of order {order['name']}")
    expect(panel.locator(".number")).to_have_text("100")
    # Only the badge of the order may be told, which was taken back with it: points that go are never celebrated.
    expect(panel.get_by_role("status")).not_to_contain_text("points")


def test_given_a_hidden_tab_when_it_is_looked_at_again_then_it_asks_at_once(demo: Demo, visit: Visit) -> None:
    customer = demo.new_customer("Sleeper")
    page, elsewhere = visit(), visit()
    page.clock.install()
    log_in(page, demo, customer)
    expect(launcher(page)).to_contain_text("100")
    stop_time(page)
    pretend = "state => { Object.defineProperty(document, 'hidden', {configurable: true, get: () => state}); "
    page.evaluate(pretend + "document.dispatchEvent(new Event('visibilitychange')); }", True)
    log_in(elsewhere, demo, customer)
    expect(launcher(elsewhere)).to_contain_text("100")  # what was still on its way to the hidden tab is there, too
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    demo.buy(customer, "beeswax-candle")
    expect(launcher(elsewhere)).to_contain_text("122")
    page.clock.run_for(60_000)
    assert asked == []

    page.evaluate(pretend + "document.dispatchEvent(new Event('visibilitychange')); }", False)

    expect(launcher(page)).to_contain_text("122")  # in no time of this page's


def test_given_a_guest_when_they_make_an_account_then_they_are_a_member_with_the_welcome(
    demo: Demo, visit: Visit
) -> None:
    page = visit()
    page.goto(demo.store)
    panel = open_panel(page)
    panel.get_by_role("link", name="Create account").click()
    page.get_by_label("First name").fill("Nova")
    page.get_by_label("Last name").fill("Lund")
    page.get_by_label("E-mail").fill(f"nova-{time.time_ns()}@example.com")

    page.get_by_role("button", name="Create account").click()

    expect(page.get_by_role("heading", name="Nova Lund")).to_be_visible()
    expect(launcher(page)).to_contain_text("100")
