"""A wish of a member or of staff: under the lock of its member, told once under its key, kept as a fact."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adjustments import ACTOR_MAXIMUM, REASON_MAXIMUM, checked_text
from engine.billing import requests as billing
from engine.idempotency import (
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    InputValue,
    KeyedRequest,
    begin,
    keyed_request,
    remember,
)
from engine.ledger import Ledger, MemberKey
from engine.memberships.facts import MEMBER_SCOPE, FactKind, MembershipFact, record_facts
from engine.memberships.folding import MembershipStanding
from engine.memberships.refusals import MembershipRefused
from engine.memberships.store import Membership, memberships_of
from engine.standings import review_members

ContractRequest = Callable[..., Awaitable[object]]
_OBJECT = "membership"
_SOURCE = "request"
_MEMBER = text("SELECT closed_at IS NOT NULL FROM members WHERE program_id = :program_id AND member_id = :member_id")


@dataclass(frozen=True, slots=True)
class Wish:
    """Who asks for what, and why. `staff` may end what a member may not; they have to say why."""

    program_id: int
    member_id: int
    plan_id: int
    actor: str
    idempotency_key: str
    reason: str = ""
    staff: bool = False

    @property
    def key(self) -> MemberKey:
        """Whose membership it is about."""
        return MemberKey(self.program_id, self.member_id)


@dataclass(slots=True)
class Asked:
    """A wish under the lock of its member; `done` when the same was asked before."""

    connection: AsyncConnection
    wish: Wish
    request: KeyedRequest
    root: MemberKey
    now: datetime
    done: bool

    async def membership(self) -> Membership:
        """The membership as it stands. Raises MembershipRefused: NOT_A_MEMBER."""
        for one in await memberships_of(self.connection, *self.root):
            if one.standing.plan_id == self.wish.plan_id:
                return one
        raise MembershipRefused("NOT_A_MEMBER", "planId", "This member has no such membership.")

    async def running(self) -> Membership:
        """The membership, which has not ended. Raises MembershipRefused: NOT_A_MEMBER."""
        known = await self.membership()
        if known.standing.state == "ended":
            raise MembershipRefused("NOT_A_MEMBER", "planId", "This membership has ended.")
        return known

    async def of_contract(self, standing: MembershipStanding, ask: ContractRequest, *more: Any) -> None:
        """Ask the same of the contract, where one goes on. Raises MembershipRefused: NO_CONTRACT."""
        if not standing.billed:
            return
        try:
            await ask(self.connection, self.wish.program_id, standing.shop_id, standing.contract_id, *more)
        except billing.ContractRefused:
            raise MembershipRefused("NO_CONTRACT", "planId", "The shop has ended this contract.") from None

    async def tell(
        self, known: Membership | None, kind: FactKind, detail: dict[str, Any], version: int | None = None
    ) -> Membership:
        """Keep the wish as a fact, and say where the membership stands with it."""
        if known is not None:
            version = known.standing.plan_version
            if known.standing.billed:
                detail = {**detail, "contract_id": known.standing.contract_id}
        wish = self.wish
        if wish.reason:
            detail = {**detail, "reason": wish.reason}
        assert version is not None, "a fact names a version of its plan"
        fact = MembershipFact(
            self.root, wish.plan_id, version, kind, MEMBER_SCOPE, _SOURCE, f"{wish.actor}:{wish.idempotency_key}",
            self.now, wish.actor, detail,
        )  # fmt: skip
        await record_facts(self.connection, [fact])
        await self.settle()
        return await self.membership()

    async def settle(self) -> None:
        """Remember that the wish was heard, and work the member out anew."""
        await remember(self.connection, self.request, _OBJECT, self.wish.plan_id)
        await review_members(self.connection, [self.root])


async def begin_wish(connection: AsyncConnection, wish: Wish, given: dict[str, InputValue]) -> Asked:
    """Lock the member. Raises MembershipRefused: ACTOR_INVALID, REASON_INVALID, MEMBER_NOT_FOUND, MEMBER_CLOSED,
    IDEMPOTENCY_KEY_INVALID, IDEMPOTENCY_KEY_REUSED."""
    if checked_text(wish.actor, ACTOR_MAXIMUM) != wish.actor:
        raise MembershipRefused("ACTOR_INVALID", "actor", "It must be known who asks for it.")
    if (wish.reason or wish.staff) and checked_text(wish.reason, REASON_MAXIMUM) is None:
        raise MembershipRefused("REASON_INVALID", "reason", f"Say why, in 1 to {REASON_MAXIMUM} characters.")
    closed = (await connection.execute(_MEMBER, wish.key._asdict())).scalar_one_or_none()
    if closed is None:
        raise MembershipRefused("MEMBER_NOT_FOUND", "memberId", "There is no such member.")
    if closed:
        raise MembershipRefused("MEMBER_CLOSED", "memberId", "This member left.")
    inputs = {**given, "member": wish.member_id, "plan": wish.plan_id, "reason": wish.reason}
    try:
        request = keyed_request(wish.program_id, f"membership/{wish.actor}", wish.idempotency_key, inputs)
        made = await begin(connection, request, _OBJECT)
    except IdempotencyKeyInvalid as error:
        raise MembershipRefused("IDEMPOTENCY_KEY_INVALID", "idempotencyKey", f"{error}.") from error
    except IdempotencyKeyReused:
        message = "This key was used for another request."
        raise MembershipRefused("IDEMPOTENCY_KEY_REUSED", "idempotencyKey", message) from None
    ledger = await Ledger.open(connection, [wish.key])
    return Asked(connection, wish, request, ledger.root(wish.key), ledger.now, made is not None)
