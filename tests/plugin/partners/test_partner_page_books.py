"""The partner's page shows the books in both directions, and takes an answer to a statement row by row."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from engine.database import tenant_transaction
from engine.partners.adjusting import adjust
from engine.partners.facts import Partner
from engine.settlement.closing import issue_statement
from engine.settlement.statements import Statement
from plugin.partners.page.answers import numbers
from plugin.partners.page.visits import NO_ZONE
from plugin.partners.page.words import PageWords
from plugin.web.app import LaurelApp
from tests.support.partner_calls import PartnerCalls
from tests.support.partner_pages import log_in
from tests.support.trading import TEN_A_DOLLAR, Trading, purchase

CUSTOMER = 7_700_123_456_789


class Books:
    """A partner's statements, and the page that shows them."""

    def __init__(self, app: LaurelApp, trading: Trading, partner: Partner, client: httpx.AsyncClient) -> None:
        self.app, self.trading, self.partner, self.client = app, trading, partner, client

    async def issue(self) -> Statement:
        """A statement of all that is open."""
        async with tenant_transaction(self.trading.engine, self.trading.program_id) as connection:
            sign = await self.app.services.desk.signer(connection, self.trading.program_id)
            return await issue_statement(
                connection, self.trading.program_id, self.partner.partner_id, sign=sign, actor="tests"
            )

    async def give_back(self, minor: int) -> None:
        """The program owes the partner something more."""
        async with tenant_transaction(self.trading.engine, self.trading.program_id) as connection:
            await adjust(
                connection, self.trading.program_id, self.partner.partner_id, amount_minor=-minor,
                reason="Counted twice", actor="tests", idempotency_key="once",
            )  # fmt: skip

    async def answer(self, number: int, token: str, **fields: str) -> httpx.Response:
        """Send the form of the answer."""
        return await self.client.post(f"/partner/statements/{number}/answer", data={"token": token, **fields})

    async def answers(self) -> list[tuple[bool, list[Any]]]:
        """What the program knows of the answers, oldest first."""
        async with tenant_transaction(self.trading.engine, self.trading.program_id) as connection:
            rows = await connection.execute(
                text("SELECT agreed, differences FROM statement_answers ORDER BY answer_id")
            )
            return [(row.agreed, [(one["problem"], one["event"]) for one in row.differences]) for row in rows]


@pytest.fixture
def books(app: LaurelApp, trading: Trading, coffee: Partner, client: httpx.AsyncClient) -> Books:
    """The books of the coffee shop."""
    return Books(app, trading, coffee, client)


async def test_a_statement_reads_in_both_directions_and_marks_what_came_late(
    client: httpx.AsyncClient, trading: Trading, coffee: Partner, calls: PartnerCalls, books: Books
) -> None:
    claim = await trading.claim(await trading.offer(coffee, TEN_A_DOLLAR), CUSTOMER)
    await calls.report(purchase(1, await trading.now(), "20.50", member=claim.code))
    await books.give_back(55)
    await books.issue()
    early = (await trading.now()) - timedelta(days=200)
    assert (await calls.report(purchase(2, early, member=claim.code)))[0]["code"] == "TOO_OLD"
    early = (await trading.now()) - timedelta(days=2)
    await calls.report(purchase(3, early, member=claim.code))
    token = await log_in(client, calls)
    running = (await client.get("/partner/")).text
    await books.issue()
    first, second = [(await client.get(f"/partner/statements/{number}")).text for number in (1, 2)]

    assert "after their own cycle was closed: 1." in running
    assert _cells(first, "issued") == ["Points to a member", "205", "$2.05", ""]
    assert _cells(first, "adjusted") == ["Put right by hand", "", "", "$0.55"]
    assert "You owe $1.50" in first
    assert "Late: its own cycle was closed" not in first
    assert "Late: its own cycle was closed" in second
    assert "Counted twice" in first
    for page in (first, second):
        assert str(CUSTOMER) not in page
        assert str(claim.code) not in page
    assert (await books.answer(1, token, agreed="yes", root="ab" * 32)).status_code == 409


async def test_an_answer_names_rows_that_wait_until_they_are_settled(
    client: httpx.AsyncClient, trading: Trading, coffee: Partner, calls: PartnerCalls, bakery_calls: PartnerCalls,
    books: Books,
) -> None:  # fmt: skip
    claim = await trading.claim(await trading.offer(coffee, TEN_A_DOLLAR), CUSTOMER)
    now = await trading.now()
    await calls.report(*(purchase(number, now, member=claim.code) for number in (1, 2, 3)))
    statement = await books.issue()
    token = await log_in(client, calls)
    root = statement.root.hex()
    page = (await client.get("/partner/statements/1")).text
    events = re.findall(r'data-event="(\d+)"', page)
    refused = {
        "no rows": {"altered": "x"},
        "not on it": {"altered": "4"},
        "in two fields": {"altered": "1", "missing_here": "1-2"},
        "no event": {"missing_there": "12a"},
        "not as ids are written": {"missing_there": "007"},
        "on it": {"missing_there": events[0]},
    }
    for what, fields in refused.items():
        answered = await books.answer(1, token, agreed="no", root=root, **fields)
        assert (answered.status_code, 'role="alert"' in answered.text) == (409, True), what
    assert 'value="1-2"' in (await books.answer(1, token, agreed="no", root=root, missing_here="1-2", altered="1")).text
    assert (await books.answer(1, "x", agreed="yes", root=root)).status_code == 403
    assert await books.answers() == []

    gone = await books.answer(1, token, agreed="no", root=root, altered="2", missing_here="1，3")
    assert (gone.status_code, gone.headers["location"]) == (303, "/partner/statements/1#answer")
    disputed = [("altered", events[1]), ("missing_here", events[0]), ("missing_here", events[2])]
    assert await books.answers() == [(False, disputed)]
    listed = (await client.get("/partner/statements")).text
    assert listed.count("The two say something else") == 1
    assert listed.count("You do not have it") == 2

    assert (await books.answer(1, token, agreed="yes", root=root)).status_code == 303
    assert "You agreed on" in (await client.get("/partner/statements/1?locale=en")).text
    assert "You do not have it" not in (await client.get("/partner/statements")).text
    client.cookies.clear()
    other = await log_in(client, bakery_calls)
    assert (await books.answer(1, other, agreed="yes", root=root)).status_code == 404
    assert "statements/1" not in (await client.get("/partner/statements")).text
    assert len(await books.answers()) == 2


async def test_an_offer_is_shown_with_its_days_to_its_partner_alone(
    client: httpx.AsyncClient, trading: Trading, coffee: Partner, calls: PartnerCalls, bakery_calls: PartnerCalls
) -> None:
    offer = await trading.offer(coffee, TEN_A_DOLLAR, terms="One number each.")
    claim = await trading.claim(offer, CUSTOMER)
    now = await trading.now()
    await calls.report(purchase(1, now, member=claim.code), purchase(2, now, "5.00", member=claim.code))
    await log_in(client, calls)

    page = (await client.get(f"/partner/offers/{offer.handle}")).text
    assert "2 purchases in 30 days; the most on one day: 2." in page
    assert "10 points for each USD paid" in page
    assert "One number each." in page
    assert re.search(r'data-label="Money"><span>\$2\.50<small>you owe', page.replace("\n", ""))
    listed = (await client.get(f"/partner/purchases?state=approved&offer={offer.handle}")).text
    assert listed.count('id="purchase-') == 2
    assert "There are none of these." in (await client.get("/partner/purchases?state=declined")).text
    home = (await client.get("/partner/?locale=zh-CN")).text
    assert "每向会员发放一个积分，您支付 US$0.01。" in home
    assert (await client.get("/partner/offers/nothing")).status_code == 404
    client.cookies.clear()
    await log_in(client, bakery_calls)
    assert (await client.get(f"/partner/offers/{offer.handle}")).status_code == 404


@pytest.mark.parametrize(
    ("given", "rows"),
    [
        ("", set()), ("3, 7-9", {3, 7, 8, 9}), ("1；2、2", {1, 2}), ("10", {10}), ("0", None), ("11", None),
        ("9-7", None), ("1-", None), ("-1", None), ("٣", None), ("1 - 2", None),
    ],
)  # fmt: skip
def test_rows_are_named_by_numbers_and_ranges(given: str, rows: set[int] | None) -> None:
    assert numbers(given, 10) == rows


def test_an_answer_names_no_more_rows_than_it_may() -> None:
    assert numbers("1-100", 10_000) == set(range(1, 101))
    assert numbers("1-101", 10_000) is None
    assert numbers("1-60, 101-160", 10_000) is None


def test_money_is_written_with_every_decimal_that_counts_and_evidence_in_words() -> None:
    words = PageWords("en", NO_ZONE)
    assert words.exact(1, "USD") == "$0.00000001"
    assert words.exact(150_000_000, "USD") == "$1.50"
    assert words.exact(1_500_000, "JPY") == "¥1.5"
    assert words.owed(-55, "USD") == "The shop owes you $0.55"
    assert words.evidence({"points": "1", "micros": "1000000", "currency": "USD"}) == "1 point · $0.01"
    assert words.evidence({"minor": "2916", "currency": "USD", "dates": []}) == "$29.16"
    assert words.evidence({"points": "12"}) == "12 points"
    assert words.evidence({}) == "–"


def _cells(page: str, kind: str) -> list[str]:
    """The row of a kind: what it is, points, what the partner owes, what the shop owes."""
    [row] = re.findall(rf'<tr id="row-\d+"[^>]*data-kind="{kind}".*?</tr>', page, re.DOTALL)
    [what] = re.findall(r'<th scope="row" class="wide">([^<]*)', row)
    numbers = re.findall(r'<td class="number[^>]*>([^<]*)</td>', row)
    return [what.strip(), *numbers[1:]]
