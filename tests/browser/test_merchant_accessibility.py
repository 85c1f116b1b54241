"""The merchant's pages with axe-core, on a phone and on a desktop, with every part open; nothing scrolls sideways."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, Page

from tests.browser.conftest import Visit
from tests.support.browser import DESKTOP, PHONE, Demo, axe_violations, settle
from tests.support.merchant_app import button, find_member, open_app

PAGES = (
    "/program",
    "/program/settings",
    "/program/rules/new",
    "/program/rules/purchase",
    "/rewards",
    "/rewards/new",
    "/redemptions",
    "/members",
    "/import-export",
)


def checked(page: Page, path: str) -> None:
    """Nothing is wrong with the page as it is."""
    frame = page.frames[1]
    settle(page)
    assert axe_violations(frame) == [], path
    assert sideways(frame) == 0, path


def sideways(frame: Frame) -> int:
    """How far the page can be scrolled sideways."""
    return int(frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize(("viewport", "locale"), [(PHONE, "zh-CN"), (DESKTOP, "en")], ids=["phone", "desktop"])
def test_given_a_merchant_when_the_pages_are_checked_then_axe_finds_nothing(
    demo: Demo, visit: Visit, viewport: dict[str, int], locale: str
) -> None:
    page = visit(viewport=viewport)
    for path in PAGES:
        open_app(page, demo, path, locale)
        page.frames[1].evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        checked(page, path)


def test_given_open_forms_when_they_are_checked_then_axe_finds_nothing(
    demo: Demo, visit: Visit, viewport: dict[str, int]
) -> None:
    customer = demo.new_customer("Seen")
    demo.buy(customer, "wool-throw")
    page = visit(viewport=viewport)
    app = find_member(page, demo, customer)
    app.locator("[data-why]").first.click()
    app.locator(".laurel-why li").first.wait_for()
    checked(page, "member")
    app = open_app(page, demo, "/program/rules/new")
    app.locator("summary").first.click()
    for name in ("Add condition", "Add group"):
        app.locator('laurel-condition[data-field="condition"]').first.get_by_role("button", name=name).first.click()
    button(app, "Save to draft").click()  # every field that is missing says so now
    app.get_by_role("alert").first.wait_for()
    checked(page, "rule with errors")
    app = open_app(page, demo, "/program")
    button(app, "Preview draft").click()
    app.locator("#preview-numbers").wait_for()
    checked(page, "preview")
