"""The token endpoint: who gets a token, how refresh tokens rotate, and what a refusal looks like."""

from __future__ import annotations

from typing import Any

import httpx
import jwt
import pytest

from plugin.devstore.application import App
from plugin.devstore.id_tokens import issue_id_token, read_id_token
from plugin.devstore.store import Store
from tests.support.devstore import SCOPES, SECRET, Clock

ShopClient = tuple[httpx.AsyncClient, Store]
EXCHANGE = {
    "client_id": "key-of-the-demo-app",
    "client_secret": SECRET,
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
    "requested_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
}


async def _ask(client: httpx.AsyncClient, **parameters: Any) -> tuple[int, dict[str, Any]]:
    answer = await client.post("/admin/oauth/access_token", json=parameters)
    return answer.status_code, answer.json()


async def _refresh(client: httpx.AsyncClient, refresh_token: str) -> tuple[int, dict[str, Any]]:
    known = {name: EXCHANGE[name] for name in ("client_id", "client_secret")}
    return await _ask(client, **known, grant_type="refresh_token", refresh_token=refresh_token)


async def _reads(client: httpx.AsyncClient, token: str) -> bool:
    answer = await client.post(
        "/admin/api/2026-10/graphql.json", json={"query": "{ shop { id } }"}, headers={"X-Shopify-Access-Token": token}
    )
    return answer.status_code == 200


def test_an_id_token_has_the_claims_that_shopify_puts_in_it(registered_app: App, clock: Clock) -> None:
    token = issue_id_token(registered_app, now=clock())

    claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_signature": False})
    assert claims["iss"] == "https://laurel-demo.myshopify.com/admin"
    assert claims["dest"] == "https://laurel-demo.myshopify.com"
    assert claims["aud"] == registered_app.api_key
    assert claims["exp"] - claims["iat"] == 60
    assert set(claims) == {"iss", "dest", "aud", "sub", "exp", "nbf", "iat", "jti", "sid"}
    assert read_id_token(registered_app, token, now=clock()) == claims
    clock.advance(60)
    assert read_id_token(registered_app, token, now=clock()) is None


async def test_an_id_token_is_exchanged_for_an_expiring_pair(shop_client: ShopClient) -> None:
    client, store = shop_client

    status, body = await _ask(client, **EXCHANGE, subject_token=store.id_token(), expiring=1)

    assert status == 200
    assert body["scope"] == ",".join(SCOPES)
    assert (body["expires_in"], body["refresh_token_expires_in"]) == (3600, 7_776_000)
    assert await _reads(client, body["access_token"])


@pytest.mark.parametrize("expiring", [None, 0, "0"])
async def test_without_expiring_the_token_has_no_end(shop_client: ShopClient, expiring: object) -> None:
    client, store = shop_client

    _, body = await _ask(client, **EXCHANGE, subject_token=store.id_token(), expiring=expiring)

    assert set(body) == {"access_token", "scope"}


async def test_a_form_and_a_text_for_expiring_are_understood_too(shop_client: ShopClient) -> None:
    client, store = shop_client
    form = EXCHANGE | {"subject_token": store.id_token(), "expiring": "1"}

    answer = await client.post("/admin/oauth/access_token", data=form)

    assert "refresh_token" in answer.json()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": None}, "invalid_client"),
        ({"subject_token": "x.y.z"}, "invalid_subject_token"),
        ({"subject_token": ""}, "invalid_subject_token"),
        ({"subject_token_type": "x"}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
async def test_refusals_have_shopifys_shape_and_leave_the_token_alone(
    shop_client: ShopClient, change: dict[str, Any], error: str
) -> None:
    client, store = shop_client
    before = store.installation.read().tokens

    asked = EXCHANGE | {"subject_token": store.id_token(), "expiring": 1} | change
    assert await _ask(client, **asked) == (400, {"error": error})

    assert store.installation.read().tokens == before


async def test_a_stale_id_token_is_refused(shop_client: ShopClient, clock: Clock) -> None:
    client, store = shop_client
    token = store.id_token()
    clock.advance(61)

    assert await _ask(client, **EXCHANGE, subject_token=token) == (400, {"error": "invalid_subject_token"})


async def test_an_uninstalled_app_gets_no_token_until_it_is_granted_again(shop_client: ShopClient) -> None:
    client, store = shop_client
    store.uninstall_app()
    assert await _ask(client, **EXCHANGE, subject_token=store.id_token()) == (400, {"error": "invalid_client"})

    store.reinstall_app()

    assert (await _ask(client, **EXCHANGE, subject_token=store.id_token()))[0] == 200
    assert store.installation.read().generation == 2


async def test_a_refresh_token_can_be_retried_until_its_replacement_is_used(shop_client: ShopClient) -> None:
    client, store = shop_client
    first = store.installation.issue(expiring=True)
    assert first.refresh is not None

    _, lost = await _refresh(client, first.refresh)
    _, second = await _refresh(client, first.refresh)

    assert not await _reads(client, lost["access_token"])
    assert not await _reads(client, first.access)
    assert await _refresh(client, lost["refresh_token"]) == (400, {"error": "invalid_grant"})
    assert await _reads(client, second["access_token"])
    assert await _refresh(client, first.refresh) == (400, {"error": "invalid_grant"})
    assert (await _refresh(client, second["refresh_token"]))[0] == 200


async def test_tokens_end_when_they_say(shop_client: ShopClient, clock: Clock) -> None:
    client, store = shop_client
    tokens = store.installation.issue(expiring=True)
    assert tokens.refresh is not None

    clock.advance(3600)
    assert not await _reads(client, tokens.access)
    clock.advance(90 * 86_400)
    assert await _refresh(client, tokens.refresh) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize("body", [b"", b"[1]", b"\xff", b"{"])
async def test_a_body_that_is_no_request_is_refused(shop_client: ShopClient, body: bytes) -> None:
    client, _ = shop_client

    answer = await client.post("/admin/oauth/access_token", content=body)

    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
