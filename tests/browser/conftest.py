"""One demo for each test process, one browser for each file; each test gets a fresh visit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.browser import CHROMIUM, CHROMIUM_ARGUMENTS, DESKTOP, PHONE, Demo, start_demo, stop_demo

Visit = Callable[..., Page]

# A demo and a browser share two processors with another test: what comes late is right, what never comes is wrong.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this room needs Chromium."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A running demo of our own."""
    process, demo = start_demo(tmp_path_factory.mktemp("demo") / "home")
    yield demo
    stop_demo(process)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for one file: while it runs, Playwright's event loop keeps asynchronous tests from running."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Opens a page in a fresh context; at the end, nothing may have gone wrong in any page's console."""
    opened: list[Page] = []
    complaints: list[str] = []

    def open_page(*, expect_complaints: bool = False, **options: Any) -> Page:
        page = browser.new_context(**{"viewport": DESKTOP, "locale": "en-US", **options}).new_page()
        page.set_default_timeout(60_000)
        if not expect_complaints:
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        opened.append(page)
        return page

    yield open_page
    for page in opened:
        page.unroute_all(behavior="ignoreErrors")  # answers that a test altered may still be on their way
        page.context.close()
    assert complaints == []


@pytest.fixture(params=["phone", pytest.param("desktop", marks=pytest.mark.prove)])
def viewport(request: pytest.FixtureRequest) -> dict[str, int]:
    """Phone first; `make prove` looks at the other width, too."""
    return PHONE if request.param == "phone" else DESKTOP
