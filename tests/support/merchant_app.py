"""Steps that a merchant takes in the app: its pages inside the admin's frame, their fields and their toasts."""

from __future__ import annotations

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.support.browser import Demo, assert_sound


def open_app(page: Page, demo: Demo, path: str, locale: str = "en") -> FrameLocator:
    """A page of the app in the admin's frame, once its scripts are there."""
    separator = "&" if "?" in path else "?"
    page.goto(f"{demo.admin}/apps/laurel{path}{separator}locale={locale}")
    app = page.frame_locator("#app")
    app.locator("#page").wait_for()
    page.frames[1].wait_for_load_state("load")
    return app


def assert_app_sound(page: Page, what: str) -> None:
    """Nothing is wrong with the app's page as it is."""
    assert_sound(page.frames[1], what)


def told(page: Page, text: str) -> None:
    """The admin shows a toast."""
    expect(page.locator(".toasts")).to_contain_text(text)


def field(app: FrameLocator | Locator, name: str) -> Locator:
    """The input of a form's field, by the name that it has in the mutation."""
    return app.locator(f'[data-field="{name}"]').locator("input, textarea, select").first


def button(app: FrameLocator, name: str) -> Locator:
    """A button by its exact name."""
    return app.get_by_role("button", name=name, exact=True)


def find_member(page: Page, demo: Demo, customer_id: int) -> FrameLocator:
    """Search for a customer by number, with the keyboard, and open the member's page."""
    demo.settle()
    app = open_app(page, demo, "/members")
    search = app.get_by_label("Find a member")
    search.fill(str(customer_id))
    search.press("Enter")
    expect(app.get_by_role("heading", name="Found")).to_be_visible()
    app.get_by_role("link", name=f"Customer {customer_id}").click()
    expect(app.get_by_role("heading", level=1)).to_contain_text(str(customer_id))
    return app
