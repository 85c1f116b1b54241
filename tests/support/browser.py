"""What browser tests share: a running demo, a browser that speaks to nobody else, and steps that a shopper takes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import httpx
import psycopg
from playwright.sync_api import Frame, Locator, Page, expect

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 375, "height": 812}
DESKTOP = {"width": 1280, "height": 860}
LOOKS = [(PHONE, "light"), (DESKTOP, "dark")]
"""Viewport and color scheme: each of both once; all four pairs found nothing more."""
START_SECONDS, STOP_SECONDS = 240.0, 60.0
FIRST_PORT = "21000"
"""The demo takes the first that is free and claims it; the system gives none of these to outgoing connections."""


@dataclass(frozen=True)
class Demo:
    """A running demo: `facts` is its demo.json."""

    facts: dict[str, Any]
    home: Path

    @property
    def store(self) -> str:
        """The storefront's address, without a slash at its end."""
        return str(self.facts["storefront_url"]).rstrip("/")

    @property
    def admin(self) -> str:
        """The admin's address."""
        return str(self.facts["admin_url"])

    def customer(self, name: str) -> int:
        """The id of a seeded customer."""
        return next(int(one["id"]) for one in self.facts["customers"] if one["name"] == name)

    def new_customer(self, first_name: str) -> int:
        """A customer of the test's own, whose balance no other test changes."""
        email = f"{first_name.lower()}-{time.time_ns()}@example.com"
        return int(self.ask("customers", first_name=first_name, last_name="Tester", email=email)["customer"]["id"])

    def settle(self) -> None:
        """Wait until the app was told of everything that happened in the store, and has worked it off."""
        deadline = time.monotonic() + START_SECONDS
        while not self._is_settled():
            assert time.monotonic() < deadline, "the app did not work off its deliveries in time"
            time.sleep(0.05)

    def _is_settled(self) -> bool:
        owed = httpx.get(f"{self.store}/devstore/deliveries", timeout=30, trust_env=False).json()["deliveries"]
        if any(one["state"] == "pending" for one in owed):
            return False
        with psycopg.connect(str(self.facts["database_url"])) as connection:
            left = connection.execute("SELECT count(*) FROM deliveries WHERE state = 'pending'").fetchone()
        return left == (0,)

    def buy(self, customer_id: int, handle: str) -> dict[str, Any]:
        """An order placed elsewhere: not in the browser that is being watched."""
        return self.ask("checkout", lines=[{"handle": handle}], customer_id=customer_id)

    def ask(self, what: str, **body: object) -> dict[str, Any]:
        """POST to one of the demo store's controls."""
        answer = httpx.post(f"{self.store}/devstore/{what}", json=body, timeout=30, trust_env=False)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found


def start_demo(home: Path) -> tuple[subprocess.Popen[bytes], Demo]:
    """Start `laurel demo` with its own home, and wait until it says that everything answers."""
    clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    process = subprocess.Popen(
        [Path(sys.executable).parent / "laurel", "demo", "--port", FIRST_PORT],
        env={**clean, "LAUREL_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + START_SECONDS
    while not (home / "demo.json").exists():
        assert process.poll() is None, f"the demo stopped; see {home}/logs"
        assert time.monotonic() < deadline, "the demo did not start in time"
        time.sleep(0.05)
    return process, Demo(json.loads((home / "demo.json").read_text()), home)


def stop_demo(process: subprocess.Popen[bytes]) -> None:
    """Stop it as Ctrl-C does."""
    process.send_signal(signal.SIGINT)
    process.wait(STOP_SECONDS)


def log_in(page: Page, demo: Demo, customer_id: int) -> None:
    """Choose a customer on the log-in page."""
    page.goto(f"{demo.store}/account/login")
    page.locator(f'button[value="{customer_id}"]').click()
    page.wait_for_url(f"{demo.store}/")


def log_in_quietly(page: Page, demo: Demo, customer_id: int) -> None:
    """Log a new customer in. From then on nothing changes for them but by what they do on this page: news of what the
    app still did for them in the background would have every part of the panel asked for and drawn once more.
    """
    log_in(page, demo, customer_id)
    expect(launcher(page)).to_contain_text("100")
    page.route("**/apps/laurel/changes*", lambda route: route.fulfill(json={"version": "1"}))


def check_out(page: Page) -> None:
    """Go from the cart to the checkout, and pay with the demo's play money."""
    page.get_by_role("link", name="Check out").click()
    page.get_by_role("button", name=re.compile("^Pay ")).click()


def launcher(page: Page) -> Locator:
    """The widget's button."""
    return page.locator("laurel-launcher button.launcher")


def open_panel(page: Page) -> Locator:
    """Press the button; returns the open panel once it has something to show."""
    launcher(page).click()
    panel = page.locator("laurel-panel dialog[open]")
    panel.locator(".ways, [role=alert]").first.wait_for()
    return panel


def whole(panel: Locator) -> Locator:
    """The panel, once nothing of it is on its way any more: what comes late moves what is below it."""
    expect(panel.locator(".bone")).to_have_count(0)
    return panel


def said(panel: Locator, words: str) -> Locator:
    """What the panel announced in exactly these words."""
    return panel.locator("p[role=status]").last.get_by_text(words, exact=True)


def axe_violations(frame: Page | Frame) -> list[str]:
    """What axe-core finds in a document and its shadow roots: "rule: element" each."""
    source = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
    frame.evaluate(source)
    violations = frame.evaluate("async () => (await axe.run(document, {iframes: false})).violations")
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in violations for node in one["nodes"]]


def assert_sound(frame: Frame, what: str) -> None:
    """With all of it open, nothing is wrong with a document, and nothing of it lies beside the screen."""
    frame.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    settle(frame.page)
    assert axe_violations(frame) == [], what
    assert_nothing_beside(frame, what)


def assert_nothing_beside(frame: Frame, what: str) -> None:
    """Nothing of a document lies beside the screen."""
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert frame.evaluate(wide) == 0, what


def settle(page: Page) -> None:
    """Let every animation end, so that colors are measured and pictures taken at rest."""
    page.evaluate(
        """async () => {
            const roots = [document, ...[...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)];
            const running = roots.flatMap((root) => root.getAnimations())
                .filter((one) => one.effect.getComputedTiming().iterations !== Infinity);
            await Promise.allSettled(running.map((one) => one.finished));
        }"""
    )
