"""What tests of the panel's rewards share: a shopper with points, steps through the panel, answers that are altered."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, Route, expect

from tests.support.browser import Demo, launcher, log_in, open_panel

OPERATIONS = Path(__file__).resolve().parents[2] / "graphql" / "operations"
CODE = re.compile(r"^LRL-[A-Z2-7]{16,}$")
FIVE_OFF = re.compile(r"^Redeem: .*5.* off")
Answer = dict[str, Any]
Alter = Callable[[Answer], None]


def shopper(demo: Demo, name: str, throws: int = 4) -> int:
    """A customer with 100 points for joining and 129 for each throw that they bought."""
    customer = demo.new_customer(name)
    demo.ask("checkout", lines=[{"handle": "wool-throw", "quantity": throws}], customer_id=customer)
    return customer


def at_the_panel(page: Page, demo: Demo, customer: int, points: int, path: str = "/") -> Locator:
    """Log in, wait for the points and open the panel with its rewards."""
    log_in(page, demo, customer)
    page.goto(demo.store + path)
    expect(launcher(page)).to_contain_text(f"{points:,}")
    panel = open_panel(page)
    expect(panel.locator(".cards .card").first).to_be_visible()
    return panel


def choose(panel: Locator, name: str | re.Pattern[str] = FIVE_OFF) -> None:
    """Open the page of a reward."""
    panel.get_by_role("button", name=name).click()
    expect(panel.locator(".ticket")).to_be_visible()


def redeem(panel: Locator, name: str | re.Pattern[str] = FIVE_OFF, points: int = 500) -> str:
    """Give points for a reward; returns its code once it is there."""
    choose(panel, name)
    panel.get_by_role("button", name=f"Redeem for {points} points").click()
    code = panel.locator(".big-code code")
    expect(code).to_have_text(CODE)
    return code.inner_text()


def document_id(name: str) -> str:
    """What the widgets send for an operation file."""
    return f"sha256:{sha256((OPERATIONS / f'{name}.graphql').read_bytes()).hexdigest()}"


def on_operation(page: Page, name: str, handle: Callable[[Route], None]) -> None:
    """Handle the page's requests for one stored operation; all others go their way."""
    wanted = document_id(name)

    def choose_route(route: Route) -> None:
        asked = route.request.post_data_json or {}
        if asked.get("documentId") == wanted:
            handle(route)
        else:
            route.fallback()

    page.route("**/apps/laurel/graphql*", choose_route)


def altered(page: Page, name: str, alter: Alter) -> None:
    """Let the app answer an operation, and change its data on the way."""

    def handle(route: Route) -> None:
        response = route.fetch()
        answer = response.json()
        alter(answer["data"])
        route.fulfill(response=response, json=answer)

    on_operation(page, name, handle)


def ask_merchant(demo: Demo, document: str, **variables: object) -> Answer:
    """What the merchant's GraphQL answers to the demo's merchant."""
    token = httpx.get(f"{demo.store}/devstore/id-token", trust_env=False).json()["id_token"]
    answer = httpx.post(
        f"{str(demo.facts['app_url']).rstrip('/')}/admin/graphql",
        json={"query": document, "variables": variables},
        headers={"authorization": f"Bearer {token}"},
        timeout=30,
        trust_env=False,
    )
    found: Answer = answer.json()
    assert "errors" not in found, found
    return dict(found["data"])


@contextmanager
def offered(demo: Demo, handle: str, reward: Answer) -> Iterator[None]:
    """The merchant offers one more reward, for as long as a test lasts."""
    create = (
        "mutation ($input: RewardCreateInput!) { rewardCreate(input: $input) { reward { id } userErrors { message } } }"
    )
    done = ask_merchant(demo, create, input={"handle": f"{handle}-{time.time_ns()}", "reward": reward})["rewardCreate"]
    assert done["userErrors"] == []
    try:
        yield
    finally:
        archive = "mutation ($input: RewardArchiveInput!) { rewardArchive(input: $input) { userErrors { message } } }"
        gone = ask_merchant(demo, archive, input={"rewardId": done["reward"]["id"], "expectedVersion": 1})
        assert gone["rewardArchive"]["userErrors"] == []
