"""The claims, clicks and numbers that a report names, looked up among those of its partner and nobody else's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.conversions.attribution import CLOCKS_DIFFER, Touch, attribute
from engine.conversions.reports import Purchase
from engine.offers.claims import Claim, claim_by_code, claim_of
from engine.partners.definitions import Attribution
from engine.partners.numbers import member_of_number

# Of the clicks within the window only the first and the last one before the purchase can count.
_CLICKS = text("""
    WITH named AS MATERIALIZED (
        SELECT CASE WHEN m.merged_into IS NULL THEN m.member_id ELSE m.merged_into END AS root
        FROM offer_clicks k JOIN members m ON m.program_id = k.program_id AND m.member_id = k.member_id
        WHERE k.program_id = :program_id AND k.click_id = :click_id AND k.partner_id = :partner_id
    ), person AS MATERIALIZED (
        SELECT root AS member_id FROM named
        UNION SELECT m.member_id FROM named n JOIN members m ON m.program_id = :program_id AND m.merged_into = n.root
    ), inside AS MATERIALIZED (
        SELECT k.claim_id, k.clicked_at, k.click_id FROM person p
        JOIN offer_clicks k ON k.program_id = :program_id AND k.partner_id = :partner_id AND k.member_id = p.member_id
            AND k.clicked_at BETWEEN :since AND :until
        JOIN offer_claims c ON c.program_id = k.program_id AND c.claim_id = k.claim_id AND c.state <> 'void'
    )
    (SELECT * FROM inside ORDER BY clicked_at, click_id LIMIT 1)
    UNION ALL (SELECT * FROM inside WHERE clicked_at <= :occurred_at ORDER BY clicked_at DESC, click_id DESC LIMIT 1)
""")
# What the member's number earns: claims of offers that were open at the time of the purchase.
_NUMBERS = text("""
    SELECT c.claim_id, c.created_at FROM offer_claims c
    JOIN offers o ON o.program_id = c.program_id AND o.offer_id = c.offer_id
    JOIN offer_versions v ON v.program_id = o.program_id AND v.offer_id = o.offer_id AND v.version = o.version
    WHERE c.program_id = :program_id AND c.partner_id = :partner_id AND c.kind = 'accrual' AND c.state <> 'void'
    AND c.member_id = ANY (ARRAY(SELECT member_id FROM members
        WHERE program_id = :program_id AND (member_id = :member_id OR merged_into = :member_id)))
    AND CASE WHEN o.state IN ('closed', 'draft') THEN o.closed_at > :occurred_at ELSE true END
    AND CASE WHEN o.archived_at IS NULL THEN true ELSE o.archived_at > :occurred_at END
    AND CASE WHEN v.definition ->> 'starts_at' IS NULL THEN true
        ELSE CAST(v.definition ->> 'starts_at' AS timestamptz) <= :occurred_at END
    AND CASE WHEN v.definition ->> 'ends_at' IS NULL THEN true
        ELSE CAST(v.definition ->> 'ends_at' AS timestamptz) > :occurred_at END
    ORDER BY c.claim_id LIMIT 100
""")


class NotAttributed(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A purchase that is credited to no claim. `code`: MEMBER_UNKNOWN, CODE_USED or NOT_ATTRIBUTED."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Found:
    claim: Claim | None
    code: Touch | None
    member_known: bool
    numbers: tuple[Touch, ...]


async def find_claim(
    connection: AsyncConnection, program_id: int, partner_id: int, purchase: Purchase, rule: Attribution
) -> tuple[Touch, Claim]:
    """The claim that a purchase is credited to, by what its report names, without a lock. Raises NotAttributed.

    What is not known of this partner is passed over, so that a shop's own code beside our number does no harm.
    """
    clicks: list[Touch] = []
    if purchase.click is not None:
        clicks = await _clicks(connection, program_id, partner_id, purchase.click, purchase.occurred_at, rule)
    found = await _named(connection, program_id, partner_id, purchase)
    touch = attribute(rule, purchase.occurred_at, code=found.code, clicks=clicks, numbers=found.numbers)
    if touch is not None:
        claim = found.claim
        if claim is None or claim.claim_id != touch.claim_id:
            claim = await claim_of(connection, program_id, touch.claim_id)
        assert claim is not None, "a claim that was just found is there for good"
        return touch, claim
    if found.claim is not None and found.claim.state == "used":
        raise NotAttributed("CODE_USED")
    only_number = purchase.code is None and purchase.click is None
    raise NotAttributed("MEMBER_UNKNOWN" if only_number and not found.member_known else "NOT_ATTRIBUTED")


async def _named(connection: AsyncConnection, program_id: int, partner_id: int, purchase: Purchase) -> _Found:
    claim = member_id = None
    if purchase.code is not None:
        claim = await _by_code(connection, program_id, partner_id, purchase.code)
    if purchase.member is not None:
        member_id = await member_of_number(connection, program_id, partner_id, purchase.member)
    numbers: tuple[Touch, ...] = ()
    if member_id is not None:
        given = {
            "program_id": program_id, "partner_id": partner_id, "member_id": member_id,
            "occurred_at": purchase.occurred_at,
        }  # fmt: skip
        rows = await connection.execute(_NUMBERS, given)
        numbers = tuple(Touch("number", row.claim_id, row.created_at) for row in rows)
    usable = claim is not None and is_usable(claim, purchase.occurred_at)
    code = Touch("code", claim.claim_id, claim.created_at) if claim is not None and usable else None
    return _Found(claim, code, member_id is not None, numbers)


async def _by_code(connection: AsyncConnection, program_id: int, partner_id: int, code: str) -> Claim | None:
    """Whose code it is as it is written, or else in capitals: those that we make are, and tills write them small."""
    claim = await claim_by_code(connection, program_id, partner_id, code)
    if claim is None and code != code.upper():
        claim = await claim_by_code(connection, program_id, partner_id, code.upper())
    return claim


def is_usable(claim: Claim, occurred_at: datetime) -> bool:
    """Whether a purchase at that moment could be made with a claim's code; a late report of it is no less good."""
    if claim.kind not in ("code", "redemption") or claim.state in ("used", "void"):
        return False
    if claim.created_at > occurred_at + CLOCKS_DIFFER:  # it was somebody else's code then, or nobody's
        return False
    if claim.expires_at is not None and claim.expires_at <= occurred_at:
        return False
    return claim.state == "ready" or claim.settled_at is None or claim.settled_at > occurred_at


async def _clicks(
    connection: AsyncConnection, program_id: int, partner_id: int, click_id: str, occurred_at: datetime,
    rule: Attribution,
) -> list[Touch]:  # fmt: skip
    given = {
        "program_id": program_id, "partner_id": partner_id, "click_id": click_id,
        "since": occurred_at - timedelta(days=rule.window_days), "until": occurred_at + CLOCKS_DIFFER,
        "occurred_at": occurred_at,
    }  # fmt: skip
    rows = await connection.execute(_CLICKS, given)
    return [Touch("click", row.claim_id, row.clicked_at, row.click_id) for row in rows]
