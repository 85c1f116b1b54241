"""A partner's trade played step by step, beside the same on paper, and the two compared."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.conversions.appeals import AppealRefused, appeal, decide
from engine.conversions.deciding import DecisionRefused, approve, decline, reverse
from engine.conversions.store import Conversion
from engine.database import tenant_transaction
from engine.ledger import MemberKey
from engine.merging import merge_members
from engine.offers.catalog import Offer
from engine.offers.claims import Claim
from engine.offers.editing import archive_offer
from engine.partners.catalog import archive_partner
from engine.partners.facts import Partner
from tests.support.clock import DatabaseClock
from tests.support.conversion_model import Paper, PaperOffer, PaperOrder
from tests.support.trading import Trading, purchase, refund

ACCRUAL = PaperOffer(10, 0, 2_000, "points")
LINK = PaperOffer(3, 7, 900, "money")
FIRST, SECOND = 1, 2
GIVES_POINTS = {"kind": "accrual", "points": {"kind": "per_unit", "rates": {"USD": "10"}}}
GIVES_BOTH = {
    "kind": "link", "url": "https://harbor.example/{click}", "points": {"kind": "per_unit", "rates": {"USD": "3"}},
    "payment": {"payer": "shop", "percent": "7"},
}  # fmt: skip


@dataclass
class Play:
    """One example: a partner, its two offers, two members, and the same on paper."""

    trading: Trading
    clock: DatabaseClock
    number: int
    paper: Paper
    partner: Partner = field(init=False)
    offers: dict[int, Offer] = field(default_factory=dict)
    claims: dict[int, Claim] = field(default_factory=dict)
    clicks: dict[int, str] = field(default_factory=dict)

    def customer(self, order: int) -> int:
        """The two customers of the example take turns."""
        return self.number * 10 + (FIRST if order % 2 else SECOND)

    async def begin(self, hold_days: int) -> None:
        """Everything that the orders need: claims, and clicks a minute before each."""
        self.partner = await self.trading.partner(f"partner-{self.number}", hold_days=hold_days, report_days=200)
        self.offers[id(ACCRUAL)] = await self.trading.offer(
            self.partner, GIVES_POINTS, budget={"unit": "points", "amount": ACCRUAL.budget}
        )
        self.offers[id(LINK)] = await self.trading.offer(
            self.partner, GIVES_BOTH, currency="USD", budget={"unit": "money", "amount": LINK.budget}, member_limit=None
        )
        for index, order in enumerate(self.paper.orders):
            known = next((one for one in self.claims if (one - index) % 2 == 0
                          and self.paper.orders[one].offer is order.offer), None)  # fmt: skip
            offer = self.offers[id(order.offer)]
            self.claims[index] = (
                self.claims[known] if known is not None else await self.trading.claim(offer, self.customer(index))
            )
            if order.offer is LINK:
                at, name = order.bought_at - timedelta(minutes=1), f"c{self.number}x{index}"
                self.clicks[index] = await self.trading.click(self.claims[index], at, name)

    async def tell(self, index: int, which: int) -> None:
        """Report a purchase or one of its refunds."""
        order = self.paper.orders[index]
        if which > len(order.refunds):
            which = 0
        if which == 0:
            who = {"click": self.clicks[index]} if order.offer is LINK else {"member": self.claims[index].made_code}
            said = purchase(index, order.bought_at, f"{order.cents // 100}.{order.cents % 100:02}", **who)
        else:
            at, cents = order.refunds[which - 1]
            said = refund(index, at, None if cents is None else f"{cents // 100}.{cents % 100:02}", f"r{index}-{which}")
        answer = await self.trading.report(self.partner, **said)
        repeated = which in order.told
        self.paper.tell(order, which, self.clock.now)
        assert answer.repeated == repeated, answer
        assert answer.state == ("applied" if 0 in order.told else "waiting"), answer

    async def decide(self, index: int, step: str) -> None:
        """The staff decide about an order, if it is there to be decided."""
        order = self.paper.orders[index]
        one = await self.trading.conversion(self.partner, f"#{index}")
        if one is None:
            return
        if step == "appeal":
            if order.state == "declined":
                await self._appeal(one, order)
            return
        before, after, call = _DECISIONS[step]
        allowed = self.paper.decide(order, before, after) or order.state == after
        assert await self._goes_through(lambda connection: call(connection, one)) == allowed

    async def _appeal(self, one: Conversion, order: PaperOrder) -> None:
        key = (one.program_id, one.conversion_id)
        with suppress(AppealRefused):  # one that the budget did not cover still waits
            await self._do(lambda connection: appeal(connection, *key, said="Please", actor="partner:1"))
        covered = self.paper.appeal(order)
        assert covered == await self._goes_through(
            lambda connection: decide(connection, *key, decision="approved", note="", actor="staff:1")
        )

    async def _goes_through(self, step: Callable[[AsyncConnection], Any]) -> bool:
        try:
            await self._do(step)
        except (DecisionRefused, AppealRefused) as refused:
            return refused.code not in ("NOT_PENDING", "NOT_APPROVED", "BUDGET_USED_UP")
        return True

    async def end(self) -> None:
        """Nothing more is traded with the partner."""
        for offer in self.offers.values():
            one, version = offer.offer_id, (await self.trading.stands(offer)).version
            await self._do(lambda c, one=one, version=version: archive_offer(  # type: ignore[misc]
                c, self.trading.program_id, one, expected_version=version, actor="tests"))  # fmt: skip
        number, now = self.partner.partner_id, self.partner.version
        await self._do(lambda c: archive_partner(c, self.trading.program_id, number, expected_version=now))

    async def merge(self) -> None:
        """The two members turn out to be one."""
        ids = [(await self.trading.member(self.number * 10 + one)).member_id for one in (SECOND, FIRST)]
        if ids[0] != ids[1]:
            keys = [MemberKey(self.trading.program_id, one) for one in ids]
            await self._do(lambda connection: merge_members(connection, *keys, actor="tests"))

    async def _do(self, step: Callable[[AsyncConnection], Any]) -> Any:
        async with tenant_transaction(self.trading.engine, self.trading.program_id) as connection:
            return await step(connection)

    async def compare(self) -> None:
        """Everything that can be seen is as on paper."""
        for index, order in enumerate(self.paper.orders):
            one = await self.trading.conversion(self.partner, f"#{index}")
            assert (one and one.state) == order.state, index
            if one is not None:
                assert (one.refunded_minor, one.due_points, one.budget) == (
                    order.refunded(),
                    order.due[0],
                    order.due[2],
                )
                points, micros, first_at = await self._booked(one)
                due = order.due if order.state == "approved" else (0, 0, 0)
                assert (points, micros) == (due[0], -due[1])
                # With nobody's hand in it, the books tell of the purchase at the end of its hold, whenever it came.
                assert first_at in (None, order.approves_at) or order.decided
        for paper in (ACCRUAL, LINK):
            budget = (await self.trading.stands(self.offers[id(paper)])).budget
            assert budget is not None
            assert (budget.free, budget.held) == (self.paper.free(paper), 0)
        held = sum(order.due[0] for order in self.paper.orders if order.state == "pending")
        had = sum(order.due[0] for order in self.paper.orders if order.state == "approved")
        members = {m.member_id: m for m in [await self.trading.member(self.number * 10 + one) for one in (1, 2)]}
        assert sum(m.pending for m in members.values()) == held
        assert sum(m.available - m.debt for m in members.values()) == had

    async def _booked(self, one: Conversion) -> tuple[int, int, datetime | None]:
        statement = text(
            "SELECT COALESCE(sum(CASE kind WHEN 'issued' THEN points WHEN 'clawed_back' THEN -points ELSE 0 END), 0), "
            "COALESCE(sum(micros) FILTER (WHERE kind LIKE 'payment%'), 0), min(occurred_at) FROM partner_events "
            "WHERE program_id = :program_id AND conversion_id = :conversion_id"
        )
        given = {"program_id": one.program_id, "conversion_id": one.conversion_id}
        row = (await self._do(lambda connection: connection.execute(statement, given))).one()
        return int(row[0]), int(row[1]), row[2]


_DECISIONS: dict[str, tuple[str, str, Callable[[AsyncConnection, Conversion], Any]]] = {
    "approve": ("pending", "approved", lambda c, one: approve(c, one.program_id, one.conversion_id, actor="staff:1")),
    "decline": (
        "pending", "declined",
        lambda c, one: decline(c, one.program_id, one.conversion_id, reason="No", actor="staff:1"),
    ),
    "reverse": (
        "approved", "reversed",
        lambda c, one: reverse(c, one.program_id, one.conversion_id, reason="No", actor="staff:1"),
    ),
}  # fmt: skip
