"""The panel and the launcher: invitation, languages, looks, keyboard, and how they behave when something is wrong."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit
from tests.support.browser import PHONE, Demo, launcher, log_in, open_panel, settle


def focused(page: Page) -> str:
    """What has the focus, inside the widgets' shadow roots too: its class, label or text."""
    found: str = page.evaluate(
        """() => { let e = document.activeElement; while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
            return e.getAttribute('aria-label') || e.className || e.textContent; }"""
    )
    return found


def test_given_nobody_is_logged_in_when_the_panel_opens_then_it_invites(
    demo: Demo, visit: Visit, viewport: dict[str, int]
) -> None:
    page = visit(viewport=viewport)
    page.goto(demo.store)

    panel = open_panel(page)

    expect(panel).to_contain_text("Join Laurel Rewards")
    expect(panel).to_contain_text("100 points to start with")
    expect(panel.locator(".way").first).to_contain_text("1 point for every $1")
    expect(panel.get_by_role("link", name="Create account")).to_have_attribute("href", f"{demo.store}/account/register")
    panel.get_by_role("link", name="Sign in").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_given_a_guest_when_they_look_at_a_product_then_they_see_what_it_earns(demo: Demo, visit: Visit) -> None:
    page = visit()
    page.goto(f"{demo.store}/products/harbor-blend")
    block = page.locator("laurel-product-points")
    expect(block).to_contain_text("Earn 18 points with this product")  # 18.50, half to even

    block.get_by_role("button", name="Free to join").click()

    expect(page.locator("laurel-panel dialog[open]")).to_contain_text("Join Laurel Rewards")


def test_given_a_gift_card_when_it_is_looked_at_then_no_points_are_promised(demo: Demo, visit: Visit) -> None:
    page = visit()
    page.goto(f"{demo.store}/products/gift-card")

    expect(page.get_by_role("heading", name="Gift Card")).to_be_visible()
    expect(page.locator("laurel-product-points")).to_have_count(0)


def test_given_a_variant_with_another_price_when_it_is_chosen_then_the_points_follow(demo: Demo, visit: Visit) -> None:
    page = visit()
    page.goto(f"{demo.store}/products/stoneware-mug")
    block = page.locator("laurel-product-points")
    expect(block).to_contain_text("Earn 24 points")

    page.evaluate(
        """() => { document.querySelector('laurel-product-points').dataset.variants += ' 77:9950';
            const chosen = document.querySelector('form[action$="/cart/add"] [name=id]');
            chosen.value = '77'; chosen.dispatchEvent(new Event('change', {bubbles: true})); }"""
    )

    expect(block).to_contain_text("Earn 100 points")  # 99.50, half to even


def test_given_chinese_when_a_member_opens_the_panel_then_every_word_is_chinese(demo: Demo, visit: Visit) -> None:
    customer = demo.new_customer("Yun")
    demo.buy(customer, "pour-over-set")
    page = visit(viewport=PHONE, locale="zh-CN")
    log_in(page, demo, customer)
    page.goto(f"{demo.store}/zh/products/wool-throw")
    expect(page.locator("laurel-product-points")).to_contain_text("购买本商品可得 129 积分")
    expect(launcher(page)).to_contain_text("164")

    panel = open_panel(page)

    for text in ("您好，Yun", "积分", "赚取积分", "积分明细", "感谢加入会员", "订单 #"):
        expect(panel).to_contain_text(text)
    expect(panel.get_by_role("button", name="关闭", exact=True)).to_be_visible()


def test_given_a_dark_page_when_the_panel_opens_then_it_is_dark(demo: Demo, visit: Visit) -> None:
    page = visit(color_scheme="dark")
    page.goto(demo.store)

    panel = open_panel(page)

    expect(panel).to_have_css("background-color", "rgb(22, 27, 25)")


def test_given_only_a_keyboard_when_the_panel_is_used_then_focus_stays_in_it_and_returns(
    demo: Demo, visit: Visit
) -> None:
    page = visit(viewport=PHONE)
    page.goto(demo.store)
    launcher(page).focus()
    page.keyboard.press("Enter")
    panel = page.locator("laurel-panel dialog[open]")
    panel.get_by_role("button", name="View: Laurel Plus").wait_for()
    panel.get_by_role("button", name="Badges").wait_for()
    panel.get_by_role("button", name="View: A free bag for the first fifty").wait_for()
    assert focused(page) == "Close"

    seen = []
    for _ in range(14):
        page.keyboard.press("Tab")
        seen.append(focused(page))
    page.keyboard.press("Shift+Tab")

    goals = ["goal-open"] * 4  # badges, challenges, a board, a league
    titles = ("A free bag for the first fifty", "Points at Harbor Coffee", "Order ahead, earn twice")
    offers = ["link", *(f"View: {title}" for title in titles)]
    standing = ["Details: All levels", "View: Laurel Plus"]
    assert seen == ["action", "action second", "body", *standing, *goals, *offers, "Close"]
    assert focused(page) == offers[-1]
    page.keyboard.press("Escape")
    expect(page.locator("laurel-panel dialog[open]")).to_have_count(0)
    assert focused(page) == "launcher"


def test_given_a_pointer_when_it_presses_beside_the_panel_then_it_closes(demo: Demo, visit: Visit) -> None:
    page = visit()
    page.goto(demo.store)
    open_panel(page)
    settle(page)

    page.mouse.click(200, 400)

    expect(page.locator("laurel-panel dialog[open]")).to_have_count(0)


def test_given_a_page_from_right_to_left_when_it_is_drawn_then_the_widgets_are_mirrored(
    demo: Demo, visit: Visit
) -> None:
    page = visit()
    page.goto(demo.store)
    page.evaluate("document.documentElement.dir = 'rtl'")

    panel = open_panel(page)
    settle(page)

    box = panel.bounding_box()
    assert box is not None
    assert box["x"] == 20
    button = launcher(page).bounding_box()
    assert button is not None
    assert button["x"] == 20


def test_given_the_script_and_the_block_twice_when_the_page_runs_then_there_is_one_launcher(
    demo: Demo, visit: Visit
) -> None:
    page = visit()
    page.goto(demo.store)
    launcher(page).wait_for()

    page.evaluate(
        """() => { const again = document.createElement('script'); again.src = '/extensions/laurel/assets/laurel.js';
            const twin = document.querySelector('laurel-launcher').cloneNode(true);
            document.body.append(again, twin);
            return new Promise((done) => again.addEventListener('load', done)); }"""
    )

    expect(page.locator("laurel-launcher:visible")).to_have_count(1)
    open_panel(page)
    expect(page.locator("laurel-panel")).to_have_count(1)


@pytest.mark.parametrize("failure", ["status", "offline", "nonsense"])
def test_given_the_app_does_not_answer_when_a_member_shops_then_the_shop_is_unharmed(
    demo: Demo, visit: Visit, failure: str
) -> None:
    page = visit(expect_complaints=True)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    log_in(page, demo, demo.new_customer("Patient"))

    def fail(route: Route) -> None:
        if failure == "offline":
            route.abort()
        else:
            route.fulfill(status=500 if failure == "status" else 200, body="<html>")

    page.route("**/apps/laurel/**", fail)
    page.goto(f"{demo.store}/products/wool-throw")

    expect(page.locator("laurel-product-points")).to_be_hidden()
    expect(launcher(page)).to_have_text("Rewards")
    panel = open_panel(page)
    expect(panel.get_by_role("alert")).to_contain_text("Your points are safe")
    page.unroute("**/apps/laurel/**")
    panel.get_by_role("button", name="Try again").click()
    expect(panel.locator(".number")).to_have_text("100")
    assert errors == []


def test_given_a_product_page_when_it_loads_then_nothing_moves(
    demo: Demo, visit: Visit, viewport: dict[str, int]
) -> None:
    page = visit(viewport=viewport)
    page.add_init_script(
        "window.shifts = 0; new PerformanceObserver((list) => { for (const one of list.getEntries()) "
        "window.shifts += one.value; }).observe({type: 'layout-shift', buffered: true});"
    )
    page.goto(f"{demo.store}/products/pour-over-set")
    expect(page.locator("laurel-product-points")).to_contain_text("Earn 64 points")
    settle(page)

    assert page.evaluate("window.shifts") == 0


def test_given_less_motion_is_wanted_when_points_arrive_then_nothing_flies(demo: Demo, visit: Visit) -> None:
    customer = demo.new_customer("Calm")
    page = visit(reduced_motion="reduce")
    log_in(page, demo, customer)
    expect(launcher(page)).to_contain_text("100")
    panel = open_panel(page)

    demo.buy(customer, "beeswax-candle")

    expect(panel.locator(".number")).to_have_text("122")
    expect(panel.locator(".leaves")).to_have_count(0)
    assert page.locator("laurel-panel").evaluate("(host) => host.shadowRoot.getAnimations().length") == 0
