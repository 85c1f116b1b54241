"""Badges outside: openbadgeslib, which is not ours, checks them with the network off; nothing personal is in them."""

from __future__ import annotations

import hashlib
import json
import re
from urllib.parse import urlsplit

import httpx
import jwt
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.badges.credential_store import reissue_credentials
from engine.database import tenant_transaction
from engine.shops import ShopReference
from tests.support.credentials import EARNED_AT, Given, Offline, give_badge


@pytest.fixture
async def given(engine: AsyncEngine, shop: ShopReference) -> Given:
    return await give_badge(engine, shop)


def addresses_of(given: Given) -> tuple[str, str]:
    """Where the issuer's keys and its first list of revocations are."""
    root = f"https://laurel.test{given.addresses.root}"
    return f"{root}/did.json", f"{root}/status/0"


async def picture_of(client: httpx.AsyncClient, given: Given) -> bytes:
    answered = await client.get(given.path("svg"))
    assert answered.status_code == 200
    return answered.content


async def test_another_verifier_accepts_a_badge_with_the_network_off(client: httpx.AsyncClient, given: Given) -> None:
    # given
    picture = await picture_of(client, given)
    offline = Offline()
    await offline.keep(client, *addresses_of(given))
    # when
    result = offline.verify(picture)
    # then
    assert (result.valid, result.trusted, result.reason) == (True, True, None)
    assert result.issuer_did == f"did:web:laurel.test:badges:{given.addresses.issuer}"
    credential = result.credential
    assert credential is not None
    assert (credential.name, credential.achievement.name) == ("Regular · Bronze", "Regular · Bronze")
    assert credential.achievement.criteria_narrative == "Place 3 orders."
    assert credential.issuer.name == "Laurel Demo"
    assert credential.issuance_date == EARNED_AT.replace(microsecond=0)


async def test_a_revoked_badge_fails_by_a_kept_list_and_says_so_itself(client: httpx.AsyncClient, given: Given) -> None:
    # given
    picture = await picture_of(client, given)
    await given.change("revoked_at = :at", at=EARNED_AT)
    offline = Offline()
    await offline.keep(client, *addresses_of(given))
    # when
    result = offline.verify(picture)
    page = await client.get(given.path(), headers={"Accept": "text/html"})
    file = await client.get(given.path("jwt"))
    # then
    assert not result.valid
    assert "Credential status 'revocation' is set at index 0" in str(result.reason)
    assert (page.status_code, file.status_code) == (410, 410)
    assert "This badge is no longer valid" in page.text
    assert "March 14, 2026" in page.text
    assert file.json() == {"status": "revoked", "revokedAt": "2026-03-14T15:09:26.535897+00:00"}


async def test_a_changed_badge_is_not_accepted(client: httpx.AsyncClient, given: Given) -> None:
    # given
    token = (await client.get(given.path("jwt"))).text
    head, body, signature = token.split(".")
    forged = json.loads(jwt.utils.base64url_decode(body))
    forged["name"] = "King"
    body = jwt.utils.base64url_encode(json.dumps(forged).encode()).decode()
    picture = (await picture_of(client, given)).replace(token.encode(), f"{head}.{body}.{signature}".encode())
    offline = Offline()
    await offline.keep(client, *addresses_of(given))
    # when
    result = offline.verify(picture)
    # then
    assert (result.valid, result.reason) == (False, "OB3 verification failed: Invalid signature")


async def test_what_is_earned_again_is_another_credential_and_the_old_one_stays_revoked(
    client: httpx.AsyncClient, given: Given
) -> None:
    # given
    old = await picture_of(client, given)
    await given.change("revoked_at = :at", at=EARNED_AT)
    program_id = given.addresses.program_id
    # when
    async with tenant_transaction(given.engine, program_id) as connection:
        await reissue_credentials(connection, program_id, [given.achievement_id])
    await given.change("revoked_at = NULL")
    async with tenant_transaction(given.engine, program_id) as connection:
        credential_id = (await connection.execute(text("SELECT credential_id::text FROM achievements"))).scalar_one()
    # then
    new = await client.get(given.addresses.credential(credential_id, "svg"))
    offline = Offline()
    await offline.keep(client, *addresses_of(given))
    assert credential_id != given.credential_id
    assert (await client.get(given.path("svg"))).status_code == 410
    assert (offline.verify(old).valid, offline.verify(new.content).valid) == (False, True)


async def test_the_same_badge_is_the_same_bytes_and_names_its_holder_by_a_salted_hash(
    client: httpx.AsyncClient, given: Given
) -> None:
    # when
    first, second = await picture_of(client, given), await picture_of(client, given)
    offline = Offline()
    await offline.keep(client, *addresses_of(given))
    document = offline.document(first)
    # then
    assert first == second
    identity = document["credentialSubject"]["identifier"][0]
    named = given.addresses.identity(given.member_id) + identity["salt"]
    assert identity["identityHash"] == f"sha256${hashlib.sha256(named.encode()).hexdigest()}"
    assert set(document["credentialSubject"]) == {"id", "type", "identifier", "achievement"}
    assert given.addresses.identity(given.member_id) not in json.dumps(document)


async def test_the_address_gives_what_is_asked_for(client: httpx.AsyncClient, given: Given) -> None:
    # when
    page = await client.get(given.path(), headers={"Accept": "text/html,*/*;q=0.8", "Accept-Language": "zh-CN"})
    document = await client.get(given.path(), headers={"Accept": "application/ld+json"})
    token = await client.get(given.path(), headers={"Accept": "*/*"})
    picture = await client.get(given.path("svg"))
    again = await client.get(given.path("svg"), headers={"If-None-Match": picture.headers["etag"]})
    # then
    assert '<html lang="zh-CN">' in page.text
    assert "下 3 笔订单。" in page.text
    icon = re.search('rel="icon" href="([^"]+)"', page.text)  # without one, browsers ask for one that is not there
    assert icon is not None
    assert (await client.get(icon[1])).headers["content-type"].startswith("image/svg+xml")
    assert document.json()["credentialStatus"]["statusListIndex"] == "0"
    assert token.text == (await client.get(given.path("jwt"))).text
    assert token.headers["content-type"] == "text/plain; charset=utf-8"
    assert picture.headers["content-disposition"] == 'attachment; filename="regular-1.svg"'
    assert picture.headers["content-security-policy"].endswith("sandbox")
    assert picture.headers["cache-control"] == "public, max-age=300"
    assert again.status_code == 304
    achievement = urlsplit(document.json()["credentialSubject"]["achievement"]["id"]).path
    said = await client.get(achievement, headers={"Accept": "application/json"})
    assert said.json() == document.json()["credentialSubject"]["achievement"]


async def test_nothing_is_found_by_guessing(client: httpx.AsyncClient, given: Given) -> None:
    # given
    addresses = given.addresses
    achievement = addresses.achievement(given.definition_id, 1, 1)
    paths = (
        addresses.credential("00000000-0000-4000-8000-000000000000", "json"),
        given.path("json").replace(addresses.issuer, f"{addresses.program_id}-aaaaaaaaaaaaaaaa"),
        given.path("json").replace(addresses.issuer, "9223372036854775808-aaaaaaaaaaaaaaaa"),
        given.path("png"),
        achievement.replace(f"{given.definition_id}-1-1", f"{given.definition_id}-1-2"),
        addresses.achievement(given.definition_id, 1, 3),
        addresses.achievement(given.definition_id, 2, 1),
        addresses.artwork("artwork:1"),
        addresses.status_list(1),
        "/badges/artwork/bag-wood.svg",
        "/badges/artwork/..%2f..%2fkeys-gold.svg",
    )
    # when
    statuses = [(await client.get(path)).status_code for path in paths]
    # then
    assert statuses == [404] * len(paths)


async def test_who_was_erased_has_no_badges_any_more(client: httpx.AsyncClient, given: Given) -> None:
    # given
    picture = await picture_of(client, given)
    async with tenant_transaction(given.engine, given.addresses.program_id) as connection:
        await connection.execute(text("UPDATE members SET closed_at = now()"))
    offline = Offline()
    await offline.keep(client, *addresses_of(given))
    # then
    assert (await client.get(given.path("json"))).status_code == 410
    assert not offline.verify(picture).valid
