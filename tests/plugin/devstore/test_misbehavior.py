"""The Admin API's accidents on demand: before and after, in an answer or without one, and at random by a seed."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from plugin.devstore.application import App
from plugin.devstore.misbehavior import Chaos, Misbehavior, MisbehaviorChange
from plugin.devstore.seed import CUSTOMERS
from plugin.devstore.server import create_server
from plugin.devstore.store import Store
from tests.support.devstore import Clock

ADA = CUSTOMERS[0].id
TAG = f"""mutation {{ tagsAdd(id: "gid://shopify/Customer/{ADA}", tags: ["gold"]) {{ userErrors {{ message }} }} }}"""
CREATE = """mutation ($discount: DiscountCodeBasicInput!) { discountCodeBasicCreate(basicCodeDiscount: $discount) {
    codeDiscountNode { id } userErrors { code field message } } }"""
DISCOUNT = {
    "title": "Five off", "code": "LRL-1", "startsAt": "2026-11-22T00:00:00Z", "context": {"all": "ALL"},
    "customerGets": {"items": {"all": True}, "value": {"discountAmount": {"amount": "5.00"}}},
}  # fmt: skip


class Running:
    """A store served over real connections, and a client of it."""

    def __init__(self, store: Store, client: httpx.AsyncClient, token: str) -> None:
        self.store, self._client, self._token = store, client, token

    async def run(self, query: str, **variables: Any) -> httpx.Response:
        """One request of the Admin API."""
        return await self._client.post(
            "/admin/api/2026-10/graphql.json",
            json={"query": query, "variables": variables},
            headers={"X-Shopify-Access-Token": self._token},
        )

    async def misbehave(self, **change: Any) -> None:
        """Switch something on by its route."""
        answer = await self._client.post("/devstore/misbehave", json=change)
        assert answer.status_code == 200

    async def state(self) -> dict[str, Any]:
        """What the store says of itself."""
        found: dict[str, Any] = (await self._client.get("/devstore/state")).json()
        return found


@asynccontextmanager
async def _served(tmp_path: Path, app: App, clock: Clock) -> AsyncIterator[Running]:
    server = create_server(tmp_path, app, clock=clock)
    store: Store = server.state.store
    token = store.installation.issue(expiring=True).access
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        web = uvicorn.Server(uvicorn.Config(server, log_level="critical"))
        serving = asyncio.create_task(web.serve(sockets=[listener]))
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=origin, trust_env=False) as client:
            yield Running(store, client, token)
        web.should_exit = True
        await serving


@pytest.fixture
async def running(tmp_path: Path, registered_app: App, clock: Clock) -> AsyncIterator[Running]:
    async with _served(tmp_path, registered_app, clock) as running:
        yield running


@pytest.mark.parametrize(
    ("name", "done"), [("drop_connection_before_next", False), ("drop_connection_after_next", True)]
)
async def test_given_a_dropped_connection_when_asked_then_no_answer_comes_whether_or_not_it_was_done(
    running: Running, name: str, done: bool
) -> None:
    await running.misbehave(**{name: 1})

    with pytest.raises(httpx.RemoteProtocolError):
        await running.run(TAG)

    assert running.store.people.tags(ADA) == (["gold"] if done else [])
    assert (await running.run(TAG)).status_code == 200
    assert (await running.state())["spoiled"] == {name.removesuffix("_next"): 1}


async def test_given_a_failure_before_when_asked_then_nothing_was_done(running: Running) -> None:
    await running.misbehave(fail_before_next=1)

    assert (await running.run(TAG)).status_code == 500
    assert running.store.people.tags(ADA) == []


async def test_given_a_refusal_when_a_mutation_comes_then_it_says_so_and_nothing_was_done(running: Running) -> None:
    await running.misbehave(user_error_next=1, user_error_code="EXCEEDED_MAX")

    assert (await running.run("{ shop { name } }")).json()["data"] == {"shop": {"name": "Harbor & Pine"}}
    refused = (await running.run(CREATE, discount=DISCOUNT)).json()["data"]["discountCodeBasicCreate"]

    error = {"code": "EXCEEDED_MAX", "field": None, "message": "Something went wrong."}
    assert refused == {"codeDiscountNode": None, "userErrors": [error]}
    assert running.store.discounts.by_code("LRL-1") is None


async def test_given_slow_answers_when_asked_then_they_come_late_and_are_counted(running: Running) -> None:
    await running.run(TAG)
    await running.misbehave(slow_ms=60)

    asked = asyncio.get_running_loop().time()
    await running.run(TAG)

    assert asyncio.get_running_loop().time() - asked >= 0.06
    state = await running.state()
    assert (state["spoiled"], state["admin_requests"], state["misbehavior"]["slow_ms"]) == ({"slow": 1}, 2, 60)


async def test_given_chaos_when_a_code_is_made_again_and_again_then_there_is_one_of_each(running: Running) -> None:
    await running.misbehave(chaos={"ratio": 0.6, "seed": 1}, hang_ms=0, slow_ms=1)

    for number in range(20):
        for _ in range(30):
            try:
                answer = await running.run(CREATE, discount=DISCOUNT | {"code": f"LRL-{number}"})
            except httpx.RemoteProtocolError:
                continue
            if answer.status_code == 200 and "data" in answer.json():
                break

    codes = [one.code for one in running.store.discounts.all() if one.code.startswith("LRL-")]
    assert sorted(codes) == sorted(f"LRL-{number}" for number in range(20))
    spoiled = (await running.state())["spoiled"]
    assert {"throttle", "fail_before", "fail_after_success", "drop_connection_after"} <= set(spoiled)


def test_given_one_seed_when_chaos_is_drawn_twice_then_it_is_the_same() -> None:
    def drawn(seed: int) -> list[str | None]:
        misbehavior = Misbehavior()
        misbehavior.change(MisbehaviorChange(chaos=Chaos(ratio=0.5, seed=seed)))
        return [misbehavior.request().drawn for _ in range(200)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert 70 < sum(one is not None for one in drawn(1)) < 130


def test_given_a_ratio_of_throttling_when_requests_come_then_about_so_many_are_throttled() -> None:
    misbehavior = Misbehavior()
    misbehavior.change(MisbehaviorChange(throttle_ratio=0.25))

    throttled = sum(misbehavior.request().happens("throttle") for _ in range(400))

    assert 70 < throttled < 130
    assert misbehavior.spoiled == {"throttle": throttled}
    assert misbehavior.requests == 400


def test_given_chaos_when_it_is_switched_off_or_reset_then_requests_are_left_alone() -> None:
    misbehavior = Misbehavior()
    misbehavior.change(MisbehaviorChange(chaos=Chaos(ratio=1)))
    misbehavior.change(MisbehaviorChange(chaos=None))
    assert misbehavior.request().drawn is None

    misbehavior.change(MisbehaviorChange(chaos=Chaos(ratio=1), fail_before_next=3))
    misbehavior.request().happens("fail_before")
    misbehavior.change(MisbehaviorChange(reset=True))

    assert misbehavior == Misbehavior(chance=misbehavior.chance)
