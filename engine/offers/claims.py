"""Claims as they are read: what a member was given by an offer, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.offers.definitions import OfferDefinition, OfferKind, read_definition

ClaimState = Literal["ready", "used", "void", "expired"]
ClaimStatus = Literal["READY", "USED", "VOID", "EXPIRED"]
_STATUS: dict[ClaimState, ClaimStatus] = {"ready": "READY", "used": "USED", "void": "VOID", "expired": "EXPIRED"}


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim as it stands; `definition` is of the version that it was made by.

    `code` is the code, the member's number at the partner (accrual) or the token of a link. `points` were spent for
    it, `gives` are the partner's points of an exchange, `budget` is what it took of the offer's budget. `over` says
    that time ended it, or that its offer is archived, whatever `state` still says.
    """

    program_id: int
    claim_id: int
    offer_id: int
    offer_version: int
    partner_id: int
    agreement_version: int
    member_id: int
    shop_id: int
    customer_id: int | None
    kind: OfferKind
    state: ClaimState
    made_code: str | None
    points: int
    reservation_id: int | None
    gives: int | None
    account: str | None
    budget: int
    created_at: datetime
    expires_at: datetime | None
    settled_at: datetime | None
    note: str | None
    offer_handle: str
    partner_handle: str
    partner_name: str
    definition: OfferDefinition
    over: bool

    @property
    def status(self) -> ClaimStatus:
        """What members and merchants are told."""
        return "EXPIRED" if self.state == "ready" and self.over else _STATUS[self.state]

    @property
    def code(self) -> str | None:
        """What the member shows or follows, only while it is good or after it was used."""
        return self.made_code if self.status in ("READY", "USED") else None


_SELECT = """SELECT c.program_id, c.claim_id, c.offer_id, c.offer_version, c.partner_id, c.agreement_version,
        c.member_id, c.shop_id, c.customer_id, c.kind, c.state, c.code AS made_code, c.points, c.reservation_id,
        c.gives, c.account, c.budget, c.created_at, c.expires_at, c.settled_at, c.note, o.handle AS offer_handle,
        p.handle AS partner_handle, p.name AS partner_name, v.definition::text AS definition,
        (c.expires_at IS NOT NULL AND c.expires_at <= now())
            OR (c.kind IN ('link', 'accrual') AND o.archived_at IS NOT NULL) AS over
    FROM offer_claims c
    JOIN offers o ON o.program_id = c.program_id AND o.offer_id = c.offer_id
    JOIN partners p ON p.program_id = c.program_id AND p.partner_id = c.partner_id
    JOIN offer_versions v ON v.program_id = c.program_id AND v.offer_id = c.offer_id AND v.version = c.offer_version
    WHERE c.program_id = :program_id"""
_PAGE = """AND c.claim_id < CASE WHEN CAST(:before AS bigint) IS NULL THEN 9223372036854775807
        ELSE CAST(:before AS bigint) END ORDER BY c.claim_id DESC LIMIT :first"""
_ONE = text(f"{_SELECT} AND c.claim_id = :claim_id")
_LOCK = text(f"{_SELECT} AND c.claim_id = :claim_id FOR UPDATE OF c")
_OF_MEMBER = text(f"""{_SELECT} AND c.member_id = ANY (ARRAY(
        SELECT member_id FROM members WHERE program_id = :program_id
        AND (member_id = :member_id OR merged_into = :member_id))) {_PAGE}""")
_OF_OFFER = text(f"{_SELECT} AND c.offer_id = :offer_id {_PAGE}")
_NAMED = text(f"{_SELECT} AND c.claim_id = ANY(:claims)")
# In the words of the index, which has no void ones: every code of the partner's own that it reports is looked up here.
_BY_CODE = text(f"""{_SELECT} AND c.partner_id = :partner_id AND c.code = :code AND c.code IS NOT NULL
    AND c.state <> 'void' AND c.kind IN ('code', 'redemption')""")


async def claim_of(connection: AsyncConnection, program_id: int, claim_id: int) -> Claim | None:
    """One claim; None when the program has no such one."""
    row = (await connection.execute(_ONE, {"program_id": program_id, "claim_id": claim_id})).one_or_none()
    return _claim(row) if row else None


async def lock_claim(connection: AsyncConnection, program_id: int, claim_id: int) -> Claim | None:
    """One claim as it stands, locked; its member is locked already. `over` is as it was before the lock."""
    row = (await connection.execute(_LOCK, {"program_id": program_id, "claim_id": claim_id})).one_or_none()
    return _claim(row) if row else None


async def claims_of_member(
    connection: AsyncConnection, program_id: int, member_id: int, first: int, before: int | None = None
) -> list[Claim]:
    """A member's claims with those of who was merged into them, newest first, from the one after `before` on."""
    given = {"program_id": program_id, "member_id": member_id, "first": first, "before": before}
    return [_claim(row) for row in await connection.execute(_OF_MEMBER, given)]


async def claims_of_offer(
    connection: AsyncConnection, program_id: int, offer_id: int, first: int, before: int | None = None
) -> list[Claim]:
    """The claims of an offer, newest first, from the one after `before` on."""
    given = {"program_id": program_id, "offer_id": offer_id, "first": first, "before": before}
    return [_claim(row) for row in await connection.execute(_OF_OFFER, given)]


async def claims_named(connection: AsyncConnection, program_id: int, claims: Sequence[int]) -> list[Claim]:
    """Claims by their ids, in no order; those that the program does not have are left out."""
    if not claims:
        return []
    given = {"program_id": program_id, "claims": list(claims)}
    return [_claim(row) for row in await connection.execute(_NAMED, given)]


async def claim_by_code(connection: AsyncConnection, program_id: int, partner_id: int, code: str) -> Claim | None:
    """Whose code of a partner it is, used and expired ones included; None for a void one."""
    given = {"program_id": program_id, "partner_id": partner_id, "code": code}
    row = (await connection.execute(_BY_CODE, given)).one_or_none()
    return _claim(row) if row else None


def _claim(row: Any) -> Claim:
    values = dict(row._mapping)
    values["definition"] = read_definition(values["definition"])
    return Claim(**values)
