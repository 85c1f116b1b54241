"""`/graphql` for shoppers with a token and `/admin/graphql` for staff: who may ask, and across which borders."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

from engine.shops import ShopReference
from laurel_graphql.persisted import document_id
from tests.support.signing import OTHER_SECRET, id_token, proxy_query, shopper_token

PANEL = {"documentId": document_id("storefront", "panel")}
HOME = {"documentId": document_id("merchant", "home")}


async def ask(client: httpx.AsyncClient, path: str, body: object, token: str) -> httpx.Response:
    """One request with a Bearer token."""
    return await client.post(path, json=body, headers={"Authorization": f"Bearer {token}"})


async def test_a_shoppers_token_and_the_proxy_show_the_same_member(
    client: httpx.AsyncClient, shop: ShopReference
) -> None:
    by_token = await ask(client, "/graphql", PANEL, shopper_token(7001))
    by_proxy = await client.post(f"/proxy/graphql?{proxy_query(7001)}", json=PANEL)

    assert by_token.status_code == 200
    assert by_token.json() == by_proxy.json()
    assert by_token.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in by_token.headers


async def test_a_shopper_who_is_not_logged_in_sees_no_member(client: httpx.AsyncClient, shop: ShopReference) -> None:
    answer = await ask(client, "/graphql", PANEL, shopper_token(None))

    assert answer.json()["data"]["me"] is None


async def test_the_browsers_question_before_is_answered(client: httpx.AsyncClient) -> None:
    answer = await client.options("/graphql", headers={"Origin": "null"})

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-headers"] == "Authorization, Content-Type"
    assert answer.headers["access-control-max-age"] == "7200"


@pytest.mark.parametrize(
    ("path", "made"),
    [
        pytest.param("/graphql", lambda: id_token(), id="staff at the storefront's"),
        pytest.param("/graphql", lambda: shopper_token(secret=OTHER_SECRET), id="another app's shopper"),
        pytest.param("/admin/graphql", lambda: shopper_token(), id="a shopper at the admin's"),
        pytest.param("/admin/graphql", lambda: id_token(OTHER_SECRET), id="another app's staff"),
        pytest.param("/admin/graphql", lambda: "", id="an empty token"),
    ],
)
async def test_the_wrong_token_gets_401(
    client: httpx.AsyncClient, shop: ShopReference, path: str, made: Callable[[], str]
) -> None:
    answer = await ask(client, path, PANEL, made())

    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/graphql", "/admin/graphql"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic x"}, {"Authorization": "bearer x"}])
async def test_no_bearer_token_gets_401(
    client: httpx.AsyncClient, shop: ShopReference, path: str, headers: dict[str, str]
) -> None:
    assert (await client.post(path, json=PANEL, headers=headers)).status_code == 401


async def test_a_token_in_the_address_is_not_read(client: httpx.AsyncClient, shop: ShopReference) -> None:
    answer = await client.post(f"/admin/graphql?id_token={id_token()}", json=HOME)

    assert answer.status_code == 401


@pytest.mark.parametrize(("path", "token"), [("/graphql", shopper_token), ("/admin/graphql", id_token)])
async def test_a_shop_that_never_installed_gets_403(
    client: httpx.AsyncClient, shop: ShopReference, path: str, token: Callable[..., str]
) -> None:
    stranger = "https://stranger.myshopify.com"
    made = token(dest=stranger, **({"iss": f"{stranger}/admin"} if path.startswith("/admin") else {}))

    assert (await ask(client, path, PANEL, made)).status_code == 403


async def test_staff_read_and_publish(client: httpx.AsyncClient, shop: ShopReference) -> None:
    home = await ask(client, "/admin/graphql", HOME, id_token())
    assert home.json()["data"]["program"]["liveVersion"]["version"] == 1
    publish = {"documentId": document_id("merchant", "program_publish"), "variables": {"input": {}}}

    published = await ask(client, "/admin/graphql", publish, id_token())

    assert published.json()["data"]["programPublish"] == {"programVersion": {"version": 2}, "userErrors": []}
    again = await ask(client, "/admin/graphql", HOME, id_token())
    assert again.json()["data"]["program"]["liveVersion"]["version"] == 2


async def test_a_body_over_32_kb_gets_413(client: httpx.AsyncClient, shop: ShopReference) -> None:
    content = json.dumps({"query": "#" + "x" * 33_000})
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {id_token()}"}

    answer = await client.post("/admin/graphql", content=content, headers=headers)

    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"]["code"] == "BODY_TOO_LARGE"
