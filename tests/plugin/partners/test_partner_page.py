"""The partner's page: whoever logs in with a key sees that partner's books, and no form of another page counts."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest
from sqlalchemy import text

from engine.conversions.deciding import decline
from engine.database import tenant_transaction
from engine.partners.catalog import archive_partner
from engine.partners.facts import Partner
from engine.partners.key_store import revoke_key
from engine.settlement.closing import issue_statement
from plugin.partners.page.sessions import COOKIE
from plugin.partners.page.texts import MODULES, TEXTS, text_of
from plugin.web.app import LaurelApp
from tests.support.partner_calls import PartnerCalls, key_for
from tests.support.partner_pages import log_in
from tests.support.trading import TEN_A_DOLLAR, Trading, purchase

CUSTOMER = 7_700_123_456_789


def test_every_text_is_there_in_both_languages_with_the_same_places() -> None:
    places = {
        locale: {key: set(re.findall(r"\{(\w+)\}", said)) for key, said in texts.items()}
        for locale, texts in TEXTS.items()
    }
    assert places["en"] == places["zh-CN"]
    assert sum(len(module.ENGLISH) for module in MODULES) == len(TEXTS["en"])
    assert text_of("zh-CN", "statement.number", number=3) == "结算单 3"


async def test_nobody_sees_anything_before_logging_in(client: httpx.AsyncClient, calls: PartnerCalls) -> None:
    for path in ("/", "/purchases", "/offers/x", "/statements", "/statements/1", "/statements/1.csv", "/keys.json"):
        page = await client.get(f"/partner{path}")
        assert (page.status_code, "Partner login" in page.text) == (200 if path == "/" else 401, True)
        assert page.headers["x-robots-tag"] == "noindex, nofollow"
        assert page.headers["cache-control"] == "private, no-store"
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    other = "1" if calls.key.text.endswith("0") else "0"
    for key, said in (("lpk_x", "A key reads lpk_"), (calls.key.text[:-1] + other, "not known here")):
        answer = await client.post("/partner/login", data={"key": key})
        assert answer.status_code == 401
        assert said in answer.text
        assert "set-cookie" not in answer.headers
    for origin in ("https://evil.test", "http://[", "null", "//"):
        foreign = await client.post("/partner/login", data={"key": calls.key.text}, headers={"Origin": origin})
        assert foreign.status_code == 403


async def test_a_session_is_no_scripts_no_other_sites_and_ends_with_its_key(
    client: httpx.AsyncClient, trading: Trading, calls: PartnerCalls
) -> None:
    answer = await client.post("/partner/login", data={"key": calls.key.text})
    [cookie] = answer.headers.get_list("set-cookie")
    assert {part.strip().lower() for part in cookie.split(";")[1:]} == {
        "httponly", "secure", "samesite=strict", "path=/partner", "max-age=43200",
    }  # fmt: skip
    assert calls.key.secret not in cookie
    sealed = client.cookies[COOKIE]
    for altered in (sealed[:-8] + "AAAAAAA=", sealed[:40], "x"):
        client.cookies.clear()
        page = await client.get("/partner/", headers={"Cookie": f"{COOKIE}={altered}"})
        assert "Partner login" in page.text
    client.cookies.set(COOKIE, sealed)
    assert "Overview" in (await client.get("/partner/")).text
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        await revoke_key(connection, trading.program_id, calls.key.key_id)
    assert "Partner login" in (await client.get("/partner/")).text


async def test_the_pages_of_a_partner_that_was_ended_are_closed(
    client: httpx.AsyncClient, trading: Trading, coffee: Partner, calls: PartnerCalls
) -> None:
    await log_in(client, calls)
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        await archive_partner(connection, trading.program_id, coffee.partner_id, expected_version=coffee.version)
    assert "This partnership has ended" in (await client.get("/partner/statements")).text
    client.cookies.clear()
    answer = await client.post("/partner/login", data={"key": calls.key.text})
    assert (answer.status_code, "This partnership has ended" in answer.text) == (401, True)
    assert "set-cookie" not in answer.headers


async def test_whoever_tries_many_keys_is_slowed_down(client: httpx.AsyncClient) -> None:
    headers = {"X-Forwarded-For": "203.0.113.77"}
    tries = (client.post("/partner/login", data={"key": "lpk_x"}, headers=headers) for _ in range(40))
    answers = await asyncio.gather(*tries)
    assert {answer.status_code for answer in answers} == {401, 429}
    assert all("Too many tries" in answer.text for answer in answers if answer.status_code == 429)


async def test_the_pages_show_the_partners_own_and_no_shopper(
    app: LaurelApp, client: httpx.AsyncClient, trading: Trading, coffee: Partner, calls: PartnerCalls,
    bakery_calls: PartnerCalls,
) -> None:  # fmt: skip
    claim = await trading.claim(await trading.offer(coffee, TEN_A_DOLLAR), CUSTOMER)
    await calls.report(purchase(1, await trading.now(), member=claim.code))
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        sign = await app.services.desk.signer(connection, trading.program_id)
        await issue_statement(connection, trading.program_id, coffee.partner_id, sign=sign, actor="tests")
    await log_in(client, calls)
    paths = ("/partner/", "/partner/purchases", "/partner/statements", "/partner/statements/1")
    pages = [(await client.get(path)).text for path in paths]
    assert "$2.00" in pages[2]
    assert "#1" in pages[1]
    for page in pages:
        assert str(CUSTOMER) not in page
        assert claim.code is not None
        assert claim.code not in page
    for path in ("/partner/statements/1.csv", "/partner/statements/1.jsonl", "/partner/keys.json"):
        assert (await client.get(path)).status_code == 200
    chinese = await client.get("/partner/?locale=zh-CN")
    assert "概览" in chinese.text
    assert 'href="/partner/statements?locale=zh-CN"' in chinese.text
    client.cookies.clear()
    await log_in(client, bakery_calls)
    assert (await client.get("/partner/statements/1")).status_code == 404
    assert "No statement was issued yet" in (await client.get("/partner/statements")).text
    assert (await client.get("/partner/purchases?before=x")).status_code == 400


async def test_an_appeal_counts_only_from_the_partners_own_page(
    app: LaurelApp, client: httpx.AsyncClient, trading: Trading, bakery_calls: PartnerCalls
) -> None:
    partner = await trading.partner("cinema", hold_days=5)
    claim = await trading.claim(await trading.offer(partner, TEN_A_DOLLAR), CUSTOMER)
    await trading.report(partner, **purchase(1, await trading.now(), member=claim.code))
    conversion = await trading.conversion(partner, "#1")
    assert conversion is not None
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        await decline(connection, trading.program_id, conversion.conversion_id, reason="Not seen", actor="staff:1")
    own = PartnerCalls(client, await key_for(trading.engine, app.services.desk, trading.program_id, partner))
    address = f"/partner/purchases/{conversion.conversion_id}/appeal"
    token = await log_in(client, own)
    said = {"said": "It was in the hall.", "token": token}

    assert (await client.post(address, data={**said, "token": "x"})).status_code == 403
    assert (await client.post(address, data={"said": "x"})).status_code == 403
    assert (await client.post(address, data=said, headers={"Sec-Fetch-Site": "cross-site"})).status_code == 403
    assert (await client.post(address, data=said, headers={"Origin": "https://evil.test"})).status_code == 403
    assert (await client.post(address, data=said)).status_code == 303
    assert "Appealed on" in (await client.get("/partner/purchases")).text
    assert (await client.post(address, data=said)).status_code == 409
    client.cookies.clear()
    other = await log_in(client, bakery_calls)
    assert (await client.post(address, data={**said, "token": other})).status_code == 404
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        rows = await connection.execute(text("SELECT said, appealed_by FROM conversion_appeals"))
        assert [tuple(row) for row in rows] == [
            ("It was in the hall.", f"partner:{partner.partner_id}:{own.key.key_id}")
        ]  # fmt: skip


@pytest.mark.parametrize("fields", [{"key": "x" * 20_000}, {"other": "x"}, {}])
async def test_a_form_that_cannot_be_read_logs_nobody_in(client: httpx.AsyncClient, fields: dict[str, str]) -> None:
    answer = await client.post("/partner/login", data=fields)
    assert answer.status_code == 401
    assert (await client.post("/partner/login", files={"key": b"x"})).status_code == 401
