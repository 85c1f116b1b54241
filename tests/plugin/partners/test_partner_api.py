"""The partner API against whoever calls it: its own partner, another one, nobody, and somebody with a stale key."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from engine.conversions.receiving import ReportAnswer, receive_report
from engine.database import tenant_transaction
from engine.partners.facts import Partner
from engine.partners.key_store import revoke_key
from engine.partners.payloads import leaf_hash
from engine.settlement.closing import issue_statement
from engine.settlement.merkle import root_of
from plugin.partners.api import reports
from plugin.partners.keys import new_partner_key
from plugin.partners.signatures import HEADER, sign
from plugin.partners.tokens import read_keys, verified_payload
from plugin.web.app import LaurelApp
from tests.support.partner_calls import API, PartnerCalls, code_of
from tests.support.trading import TEN_A_DOLLAR, Trading, purchase, refund

CUSTOMER = 7_700_123_456_789


async def _number(trading: Trading, partner: Partner, customer: int = CUSTOMER) -> str:
    """The number by which a customer is known at a partner."""
    claim = await trading.claim(await trading.offer(partner, TEN_A_DOLLAR), customer)
    assert claim.code is not None
    return claim.code


async def _all(calls: PartnerCalls) -> str:
    """Everything that a partner can read."""
    paths = ["/me", "/keys", "/offers", "/events", "/conversions", "/statements"]
    answers = [await calls.read(path) for path in paths]
    numbers = [one["number"] for one in answers[-1].json()["statements"]]
    answers += [await calls.read(f"/statements/{number}{end}") for number in numbers for end in ("", ".csv", ".jsonl")]
    assert {answer.status_code for answer in answers} == {200}
    tokens = [one["token"] for one in answers[3].json()["events"]]
    keys = read_keys(answers[1].json())
    return "\n".join([*(one.text for one in answers), *(verified_payload(token, keys).decode() for token in tokens)])


async def test_whoever_has_no_good_key_is_told_why_and_nothing_else(
    client: httpx.AsyncClient, trading: Trading, calls: PartnerCalls
) -> None:
    other = new_partner_key()
    wrong = f"lpk_{calls.key.key_id}_{other.secret}"
    for headers, code in (
        ({}, "KEY_MISSING"),
        ({"Authorization": "Basic abc"}, "KEY_MALFORMED"),
        ({"Authorization": f"Bearer {calls.key.text}x"}, "KEY_MALFORMED"),
        ({"Authorization": f"Bearer {other.text}"}, "KEY_UNKNOWN"),
        ({"Authorization": f"Bearer {wrong}"}, "KEY_UNKNOWN"),
    ):
        assert code_of(await client.get(f"{API}/me", headers=headers)) == (401, code)
        assert code_of(await client.post(f"{API}/reports", headers=headers, content=b"{}")) == (401, code)
    twice = [("Authorization", f"Bearer {calls.key.text}")] * 2
    assert code_of(await client.get(f"{API}/me", headers=twice)) == (401, "KEY_MALFORMED")
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        await revoke_key(connection, trading.program_id, calls.key.key_id)
    assert code_of(await calls.read("/me")) == (401, "KEY_REVOKED")
    assert code_of(await client.get(f"{API}/me", headers={"Authorization": f"Bearer {wrong}"})) == (401, "KEY_UNKNOWN")


async def test_a_report_without_a_fresh_signature_of_its_very_body_has_no_effect(
    client: httpx.AsyncClient, trading: Trading, coffee: Partner, calls: PartnerCalls, bakery_calls: PartnerCalls
) -> None:
    said = purchase(1, await trading.now(), member=await _number(trading, coffee))
    body = json.dumps({"reports": [said]}).encode()
    now = int(time.time())
    for signature, code in (
        (None, "SIGNATURE_MISSING"),
        ("v1=abc", "SIGNATURE_MALFORMED"),
        (sign(calls.key.secret, now - 301, body), "SIGNATURE_EXPIRED"),
        (sign(bakery_calls.key.secret, now, body), "SIGNATURE_WRONG"),
        (sign(calls.key.secret, now, body.replace(b"20.00", b"90.00")), "SIGNATURE_WRONG"),
        (sign(calls.key.secret, now - 301, body).replace(str(now - 301), str(now)), "SIGNATURE_WRONG"),
    ):
        headers = {**calls.authorized(), **({HEADER: signature} if signature else {})}
        assert code_of(await client.post(f"{API}/reports", content=body, headers=headers)) == (401, code)
    assert await trading.books(coffee) == []


async def test_one_purchase_has_one_effect_however_it_is_told(
    trading: Trading, coffee: Partner, calls: PartnerCalls, bakery_calls: PartnerCalls
) -> None:
    number, now = await _number(trading, coffee), await trading.now()
    bought, returned = purchase(1, now, member=number), refund(1, now, "5.00")
    [early] = await calls.report(returned)
    assert (early["state"], early["code"]) == ("waiting", None)
    first, again = await calls.report(bought, bought)
    assert (first["state"], first["repeated"]) == ("applied", False)
    assert (again["state"], again["repeated"], again["conversion"]) == ("applied", True, first["conversion"])
    changed, renamed, repeated = await calls.report(
        {**bought, "amount": "99.00"}, {**bought, "report_id": "other"}, returned
    )
    assert (changed["state"], changed["code"]) == ("refused", "REPORT_CHANGED")
    assert (renamed["state"], renamed["code"]) == ("refused", "ORDER_ALREADY_REPORTED")
    assert (repeated["state"], repeated["repeated"]) == ("applied", True)
    [foreign] = await bakery_calls.report(bought)
    assert (foreign["state"], foreign["code"]) == ("refused", "MEMBER_UNKNOWN")
    books = [(kind, points) for kind, points, *_ in await trading.books(coffee)]
    assert sum(points if kind == "issued" else -points for kind, points in books) == 150
    assert await trading.breaches() == {}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "MALFORMED_REQUEST"),
        (b"[]", 400, "MALFORMED_REQUEST"),
        (b'{"reports": {}}', 400, "MALFORMED_REQUEST"),
        (b'{"reports": [], "more": 1}', 400, "MALFORMED_REQUEST"),
        (b'{"reports": []}', 400, "TOO_MANY_REPORTS"),
        (b'{"reports": [' + b"1," * 500 + b"1]}", 400, "TOO_MANY_REPORTS"),
        (b'{"reports": ["' + b"x" * 1024 * 1024 + b'"]}', 413, "BODY_TOO_LARGE"),
        (b'{"reports": ' + b"[" * 5_000, 400, "MALFORMED_REQUEST"),
    ],
)
async def test_a_body_that_is_no_list_of_reports_is_refused_whole(
    calls: PartnerCalls, body: bytes, status: int, code: str
) -> None:
    assert code_of(await calls.send("/reports", body)) == (status, code)


async def test_a_report_that_is_none_is_refused_by_itself(
    trading: Trading, coffee: Partner, calls: PartnerCalls
) -> None:
    good = purchase(1, await trading.now(), member=await _number(trading, coffee))
    answers = await calls.report(
        7, {**good, "report_id": "a b"}, {**good, "report_id": "late", "amount": 20.5},
        {**good, "report_id": "\u0000"}, good,
    )  # fmt: skip
    assert [one["code"] for one in answers] == ["REPORT_INVALID"] * 4 + [None]
    assert [one["report_id"] for one in answers] == [None, "a b", "late", None, "p-1"]


async def test_one_partner_leaves_others_room_to_report(
    trading: Trading, coffee: Partner, calls: PartnerCalls, bakery_calls: PartnerCalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, go_on = asyncio.Semaphore(0), asyncio.Event()

    async def slow(connection: Any, program_id: int, partner_id: int, *rest: Any, **more: Any) -> ReportAnswer:
        if partner_id == coffee.partner_id:
            held.release()
            await go_on.wait()
        return await receive_report(connection, program_id, partner_id, *rest, **more)

    monkeypatch.setattr(reports, "receive_report", slow)
    now, unknown = await trading.now(), "CKXV-XC55-AQTY-6G9C"
    sending = [asyncio.create_task(calls.report(purchase(number, now, member=unknown))) for number in (1, 2)]
    for _ in sending:
        await asyncio.wait_for(held.acquire(), 60)
    assert code_of(await calls.send("/reports", {"reports": [purchase(3, now, member=unknown)]})) == (
        429,
        "RATE_LIMITED",
    )
    assert [one["report_id"] for one in await bakery_calls.report(purchase(4, now, member=unknown))] == ["p-4"]
    go_on.set()
    assert [len(answers) for answers in await asyncio.gather(*sending)] == [1, 1]
    assert [one["report_id"] for one in await calls.report(purchase(3, now, member=unknown))] == ["p-3"]


async def test_a_partner_reads_its_own_books_alone_and_nobodys_name(
    app: LaurelApp, trading: Trading, coffee: Partner, calls: PartnerCalls, bakery_calls: PartnerCalls
) -> None:
    number = await _number(trading, coffee)
    [answer] = await calls.report(purchase(1, await trading.now(), member=number))
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        sign_with = await app.services.desk.signer(connection, trading.program_id)
        await issue_statement(connection, trading.program_id, coffee.partner_id, sign=sign_with, actor="tests")
    member = await trading.member(CUSTOMER)

    own, others = await _all(calls), await _all(bakery_calls)

    conversion = answer["conversion"]
    assert '"points":200' in own
    for secret in (str(CUSTOMER), number, number.replace("-", ""), "member_id", "customer", "@"):
        assert secret not in own, secret
    assert f'"{member.member_id}"' not in own
    assert json.loads((await bakery_calls.read("/conversions")).text) == {"conversions": [], "next": None}
    assert "harbor-coffee" not in others
    for path in (f"/conversions/{conversion}", "/statements/1", "/statements/1.jsonl", "/nothing", "/conversions/0"):
        assert code_of(await bakery_calls.read(path)) == (404, "NOT_FOUND")
    appealed = await bakery_calls.send(f"/conversions/{conversion}/appeal", {"said": "mine"})
    answered = await bakery_calls.send("/statements/1/answer", {"agreed": True, "root": "0" * 64})
    assert code_of(appealed) == code_of(answered) == (404, "NOT_FOUND")
    assert code_of(await calls.send(f"/conversions/{conversion}/appeal", {"said": "Why?"})) == (409, "NOT_DECLINED")


async def test_a_partner_can_work_its_statement_out_again_and_answer_it(
    app: LaurelApp, trading: Trading, coffee: Partner, calls: PartnerCalls
) -> None:
    number, now = await _number(trading, coffee), await trading.now()
    await calls.report(purchase(1, now, member=number), purchase(2, now, member=number), refund(2, now, "5.00"))
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        sign_with = await app.services.desk.signer(connection, trading.program_id)
        await issue_statement(connection, trading.program_id, coffee.partner_id, sign=sign_with, actor="tests")

    keys = read_keys((await calls.read("/keys")).json())
    lines = [json.loads(line) for line in (await calls.read("/statements/1.jsonl")).text.splitlines()]
    statement = json.loads(verified_payload(lines[0]["statement"], keys))
    payloads = [verified_payload(line["event"], keys) for line in lines[1:]]
    root = root_of(leaf_hash(payload.decode()) for payload in payloads)

    assert statement["root"] == root.hex()
    assert statement["lines"] == len(payloads) == 3
    assert hashlib.sha256(b"\x00" + payloads[0]).digest() == leaf_hash(payloads[0].decode())
    micros = sum(int(json.loads(payload)["micros"]) for payload in payloads)
    assert (micros, statement["due"][0]["due_minor"]) == (350_000_000, "350")
    listed = (await calls.read("/events", first=2)).json()
    rest = (await calls.read("/events", after=listed["next"])).json()
    tokens = [one["token"] for one in [*listed["events"], *rest["events"]]]
    assert tokens == [line["event"] for line in lines[1:]]
    for strange in ({"problem": "missing_here", "reason": "unknown_order"}, {"problem": "altered", "reason": ["x"]}):
        answer = {"agreed": False, "root": "0" * 64, "differences": [{"event": "1", **strange}]}
        assert code_of(await calls.send("/statements/1/answer", answer)) == (400, "ANSWER_INVALID")
    other = {"agreed": False, "root": "0" * 64, "differences": [{"problem": "altered", "event": "1"}]}
    assert code_of(await calls.send("/statements/1/answer", other)) == (409, "EVENT_UNKNOWN")
    assert (await calls.send("/statements/1/answer", {"agreed": True, "root": root.hex()})).status_code == 200
    assert [one["agreed"] for one in (await calls.read("/statements/1")).json()["answers"]] == [True]
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        actor = (await connection.execute(text("SELECT actor FROM statement_answers"))).scalar_one()
    assert actor == f"partner:{coffee.partner_id}:{calls.key.key_id}"
