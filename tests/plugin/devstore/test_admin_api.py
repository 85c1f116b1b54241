"""The Admin API over HTTP: tokens, costs, throttling, scopes, and how it fails when it is told to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from plugin.devstore.admin_api import AdminApi
from plugin.devstore.admin_cost import Bucket
from plugin.devstore.admin_schema import AdminSchema, SchemaUnavailableError
from plugin.devstore.application import App
from plugin.devstore.misbehavior import MisbehaviorChange
from plugin.devstore.seed import CUSTOMERS
from plugin.devstore.store import Store
from tests.support.devstore import Clock

SHOP = "{ shop { id name } }"
TAG = """mutation ($id: ID!) { tagsAdd(id: $id, tags: ["gold"]) { node { id } userErrors { message } } }"""
CUSTOMER = f"gid://shopify/Customer/{CUSTOMERS[0].id}"


class Admin:
    """A client of one store's Admin API, with a bucket of 2,000 points whose clock stands still."""

    def __init__(self, store: Store, schema: AdminSchema) -> None:
        self.store = store
        self.bucket = Bucket(seconds=lambda: 0.0)
        api = AdminApi(store, bucket=self.bucket, load=lambda: schema)
        transport = httpx.ASGITransport(Starlette(routes=api.routes()))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://store.test")

    async def post(self, query: object, variables: object = None, *, token: str | None = None) -> httpx.Response:
        """One request, with the store's own token unless told otherwise."""
        known = self.store.installation.read().tokens
        return await self.client.post(
            "/admin/api/2026-10/graphql.json",
            json={"query": query, "variables": variables},
            headers={"X-Shopify-Access-Token": token if token is not None else known.access if known else ""},
        )

    async def run(self, query: str, **variables: Any) -> dict[str, Any]:
        """The body of an answer."""
        answer = await self.post(query, variables)
        assert answer.status_code == 200
        body: dict[str, Any] = answer.json()
        return body


@pytest.fixture
async def admin(store: Store, published_schema: AdminSchema) -> AsyncIterator[Admin]:
    admin = Admin(store, published_schema)
    yield admin
    await admin.client.aclose()


async def test_an_answer_tells_its_cost(admin: Admin) -> None:
    answer = await admin.post(SHOP)

    assert answer.json() == {
        "data": {"shop": {"id": "gid://shopify/Shop/68817092673", "name": "Harbor & Pine"}},
        "extensions": {
            "cost": {
                "requestedQueryCost": 1,
                "actualQueryCost": 1,
                "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 1999, "restoreRate": 100.0},
            }
        },
    }
    assert answer.headers["X-Shopify-API-Version"] == "2026-10"
    assert answer.headers["X-Request-Id"]


@pytest.mark.parametrize("token", ["", "shpat_wrong", "é"])
async def test_a_wrong_token_is_401(admin: Admin, token: str) -> None:
    answer = await admin.client.post(
        "/admin/api/2026-10/graphql.json", json={"query": SHOP}, headers=[(b"X-Shopify-Access-Token", token.encode())]
    )

    assert answer.status_code == 401
    assert answer.json() == {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}


@pytest.mark.parametrize("query", [None, 5, ["{ shop { id } }"]])
async def test_a_request_without_a_query_is_400(admin: Admin, query: object) -> None:
    assert (await admin.post(query)).status_code == 400


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ shop { xyzzy } }", "Cannot query field 'xyzzy' on type 'Shop'."),
        ("{ shop {", "Syntax Error: Expected Name, found <EOF>."),
        ("query A { shop { id } } query B { shop { id } }", "An operation name is required"),
    ],
)
async def test_a_document_that_is_not_valid_costs_nothing(admin: Admin, query: str, message: str) -> None:
    body = await admin.run(query)

    assert [error["message"] for error in body["errors"]] == [message]
    assert "data" not in body
    assert admin.bucket.available() == 2000


async def test_a_query_for_more_than_a_thousand_points_is_refused(admin: Admin) -> None:
    body = await admin.run("{ orders(first: 250) { nodes { id lineItems(first: 2) { nodes { id } } } } }")

    (error,) = body["errors"]
    assert (error["extensions"]["code"], error["extensions"]["cost"]) == ("MAX_COST_EXCEEDED", 2 + 250 * 5)
    assert admin.bucket.available() == 2000


async def test_an_empty_bucket_throttles_inside_a_200_and_says_how_long_to_wait(admin: Admin) -> None:
    admin.bucket.spend(1500)
    body = await admin.run("{ orders(first: 250) { nodes { id customer { id } } } }")

    assert body["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert body["extensions"]["cost"]["requestedQueryCost"] == 502
    assert body["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] == 500
    assert "data" not in body


async def test_points_that_were_not_used_are_given_back(admin: Admin) -> None:
    body = await admin.run("{ orders(first: 250) { nodes { id } } }")

    cost = body["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (252, 2)
    assert admin.bucket.available() == 1998


async def test_a_field_beyond_the_granted_scopes_is_denied_and_the_rest_answered(admin: Admin) -> None:
    admin.store.change_scopes(["read_orders"])
    body = await admin.run("query ($id: ID!) { shop { id } customer(id: $id) { id } }", id=CUSTOMER)

    assert body["data"]["shop"]["id"]
    assert body["data"]["customer"] is None
    assert [(error["path"], error["extensions"]["code"]) for error in body["errors"]] == [
        (["customer"], "ACCESS_DENIED")
    ]


async def test_writing_needs_its_own_scope(admin: Admin) -> None:
    admin.store.change_scopes(["read_customers"])
    body = await admin.run(TAG, id=CUSTOMER)

    assert body["data"] == {"tagsAdd": None}
    assert admin.store.people.tags(CUSTOMERS[0].id) == []


class TestMisbehavior:
    async def test_the_next_requests_are_throttled_although_there_are_points(self, admin: Admin) -> None:
        admin.store.misbehavior.change(MisbehaviorChange(throttle_next=1))

        assert (await admin.run(SHOP))["errors"][0]["extensions"]["code"] == "THROTTLED"
        assert "errors" not in await admin.run(SHOP)

    async def test_a_request_can_fail_after_it_succeeded(self, admin: Admin) -> None:
        admin.store.misbehavior.change(MisbehaviorChange(fail_after_success_next=1))

        assert (await admin.post(TAG, {"id": CUSTOMER})).status_code == 500
        assert admin.store.people.tags(CUSTOMERS[0].id) == ["gold"]

    async def test_an_answer_can_come_too_late(self, admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
        waited: list[float] = []

        async def at_once(seconds: float) -> None:
            waited.append(seconds)

        await admin.run(SHOP)
        admin.store.misbehavior.change(MisbehaviorChange(hang_after_success_next=1))

        monkeypatch.setattr("plugin.devstore.admin_api.asyncio.sleep", at_once)

        await admin.run(TAG, id=CUSTOMER)

        assert waited == [30.0]
        assert admin.store.people.tags(CUSTOMERS[0].id) == ["gold"]

    async def test_protected_customer_data_can_be_withheld(self, admin: Admin) -> None:
        admin.store.misbehavior.change(MisbehaviorChange(partial_data_next=1))
        query = "query ($id: ID!) { customer(id: $id) { id firstName } }"

        body = await admin.run(query, id=CUSTOMER)

        assert body["data"] == {"customer": {"id": CUSTOMER, "firstName": None}}
        assert body["errors"][0]["path"] == ["customer", "firstName"]
        assert (await admin.run(query, id=CUSTOMER))["data"]["customer"]["firstName"] == "Ada"

    async def test_a_token_can_die(self, admin: Admin) -> None:
        admin.store.misbehavior.change(MisbehaviorChange(unauthorized_next=1))

        assert (await admin.post(SHOP)).status_code == 401
        assert (await admin.post(SHOP)).status_code == 200


async def test_without_the_schema_the_answers_are_the_same_and_it_is_said(
    tmp_path: Path, registered_app: App, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def unavailable() -> AdminSchema:
        raise SchemaUnavailableError("npm is not installed")

    store = Store(tmp_path, registered_app, clock=clock)
    token = store.installation.issue(expiring=True).access
    transport = httpx.ASGITransport(Starlette(routes=AdminApi(store, load=unavailable).routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://store.test") as client:
        answer = await client.post(
            "/admin/api/2026-10/graphql.json", json={"query": SHOP}, headers={"X-Shopify-Access-Token": token}
        )
    store.close()

    assert answer.json()["data"] == {"shop": {"id": "gid://shopify/Shop/68817092673", "name": "Harbor & Pine"}}
    assert "npm is not installed. Schema validation is off." in caplog.text
