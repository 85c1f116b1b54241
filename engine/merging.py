"""Two members become one, and perhaps two again.

Points move by transactions, lots keep their ends and awards, and what a later refund takes back is taken from the
member who has the points. Nothing of the past is rewritten: entries made before stay with whom they were made for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.enrollment import CustomerKey, enroll, find_members
from engine.events import CustomersMerged, Event
from engine.game.merging import merge_game, part_game
from engine.ledger import Holdings, Ledger, MemberKey
from engine.lots import plan_spending
from engine.money import POINTS_MAXIMUM
from engine.moving import Move, move_debt, move_pending, move_reserved, move_spendable
from engine.redactions import Subject, find_erased
from engine.standings import review_merged
from engine.taking import expire_due


class MergeRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """Members cannot be merged or parted: `code` is SAME_MEMBER, MEMBER_NOT_FOUND, MERGE_NOT_FOUND or MERGED_ON."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Merge:
    """One member's end in another."""

    program_id: int
    merge_id: int
    from_member_id: int
    into_member_id: int

    @property
    def giver(self) -> MemberKey:
        """Who went."""
        return MemberKey(self.program_id, self.from_member_id)

    @property
    def receiver(self) -> MemberKey:
        """Who stayed."""
        return MemberKey(self.program_id, self.into_member_id)


_CUSTOMERS = text("""
    SELECT shop_id, customer_id FROM customers WHERE program_id = :program_id AND member_id = :member_id
    ORDER BY shop_id, customer_id FOR UPDATE
""")
_REPOINT = text("""
    UPDATE customers c SET member_id = :member_id FROM jsonb_to_recordset(CAST(:customers AS jsonb))
        AS k(shop_id bigint, customer_id bigint)
    WHERE c.program_id = :program_id AND c.shop_id = k.shop_id AND c.customer_id = k.customer_id
""")
_POINT = text("""
    UPDATE members SET merged_into = :into, version = version + 1
    WHERE program_id = :program_id AND (member_id = :member_id OR merged_into = :member_id)
""")
_INSERT = text("""
    INSERT INTO member_merges (program_id, merge_id, from_member_id, into_member_id, customers, merged_by)
    VALUES (:program_id, :merge_id, :from_member_id, :into_member_id, CAST(:customers AS jsonb), :actor)
""")
_MERGE = text("""
    SELECT program_id, merge_id, from_member_id, into_member_id, customers::text AS customers FROM member_merges
    WHERE program_id = :program_id AND merge_id = :merge_id AND unmerged_at IS NULL FOR UPDATE
""")


async def merge_customers(connection: AsyncConnection, events: Sequence[Event]) -> int:
    """Merge the members of customers whom the shop made one of; returns how many. A repeat finds nothing to do."""
    merged = 0
    for event in events:
        if not isinstance(event.fact, CustomersMerged):
            continue
        removed = CustomerKey(event.program_id, event.shop_id, event.fact.removed_customer_id)
        kept = CustomerKey(event.program_id, event.shop_id, event.fact.kept_customer_id)
        # Facts that still name the removed customer may come later: they, too, are about the one who stayed.
        if await find_erased(connection, [Subject(*removed, None, event.fact.occurred_at)]):
            continue
        joining = {kept: min(event.fact.occurred_at, event.received_at)}
        members = await find_members(connection, [removed]) or await enroll(connection, joining)
        members |= await find_members(connection, [kept])
        for key, other in ((removed, kept), (kept, removed)):
            if key not in members:
                members[key] = members[other]
                await connection.execute(_ADOPT, {**key._asdict(), "member_id": members[other]})
        pair = {"program_id": event.program_id, "giver": members[removed], "receiver": members[kept]}
        told = (await connection.execute(_TOLD, {**pair, "at": event.fact.occurred_at})).one_or_none()
        if members[removed] != members[kept] and told is None:
            giver, receiver = (MemberKey(event.program_id, members[key]) for key in (removed, kept))
            await merge_members(connection, giver, receiver, actor="shop")
            merged += 1
    return merged


# What the staff parted after the shop told of it is not joined again by the same news.
_TOLD = text("""
    SELECT 1 FROM member_merges WHERE program_id = :program_id AND from_member_id = :giver
    AND into_member_id = :receiver AND merged_by = 'shop' AND merged_at >= :at LIMIT 1
""")
_ADOPT = text("""
    INSERT INTO customers (program_id, shop_id, customer_id, member_id)
    VALUES (:program_id, :shop_id, :customer_id, :member_id) ON CONFLICT DO NOTHING
""")


async def merge_members(connection: AsyncConnection, giver: MemberKey, receiver: MemberKey, *, actor: str) -> Merge:
    """Let everything that one member has be the other's. Raises MergeRefused."""
    ledger = await Ledger.open(connection, [giver, receiver])
    try:
        giver, receiver = ledger.root(giver), ledger.root(receiver)
    except KeyError:
        raise MergeRefused("MEMBER_NOT_FOUND") from None
    if giver == receiver:
        raise MergeRefused("SAME_MEMBER")
    await ledger.load_lots([giver, receiver])
    await expire_due(ledger, [giver, receiver])
    await ledger.draw_ids(1)
    merge = Merge(giver.program_id, ledger.new_id(), giver.member_id, receiver.member_id)
    move = Move(giver, receiver, "merge", actor, {"merge": str(merge.merge_id)})
    await _move_all(ledger, move, ledger.holdings[giver], ledger.holdings[receiver])
    await ledger.write()
    rows = await connection.execute(_CUSTOMERS, giver._asdict())
    customers = orjson.dumps([{"shop_id": row.shop_id, "customer_id": row.customer_id} for row in rows]).decode()
    await connection.execute(_REPOINT, {**receiver._asdict(), "customers": customers})
    await connection.execute(_POINT, {**giver._asdict(), "into": receiver.member_id})
    await connection.execute(
        _INSERT,
        {
            "program_id": merge.program_id, "merge_id": merge.merge_id, "from_member_id": merge.from_member_id,
            "into_member_id": merge.into_member_id, "customers": customers, "actor": actor,
        },
    )  # fmt: skip
    await review_merged(connection, giver, receiver)
    await merge_game(connection, giver, receiver)
    return merge


async def _move_all(ledger: Ledger, move: Move, giver: Holdings, receiver: Holdings) -> None:
    lots = plan_spending(giver.lots or [], giver.available)
    await move_spendable(ledger, move, lots, keep_awards=True)
    await move_pending(ledger, move, giver.pending)
    await move_reserved(ledger, move, giver.reserved)
    last_first = [taking.lot for taking in reversed(plan_spending(receiver.lots or [], receiver.available))]
    await move_debt(ledger, move, giver.debt, last_first)
    receiver.lifetime += giver.lifetime
    giver.lifetime = 0
    giver.changed = receiver.changed = True


async def unmerge_members(connection: AsyncConnection, program_id: int, merge_id: int, *, actor: str) -> Merge:
    """Let the member who went be a member again, with what is left of their own awards' points.

    What was spent of them stays spent, and what both owe stays with the one who stayed. Raises MergeRefused.
    """
    key = {"program_id": program_id, "merge_id": merge_id}
    row = (await connection.execute(_FIND, key)).one_or_none()
    if row is None:
        raise MergeRefused("MERGE_NOT_FOUND")
    merge = Merge(program_id, merge_id, row.from_member_id, row.into_member_id)
    ledger = await _open_parted(connection, merge)
    locked = (await connection.execute(_MERGE, key)).one_or_none()
    if locked is None:
        raise MergeRefused("MERGE_NOT_FOUND")
    await _part(ledger, merge, actor)
    await ledger.write()
    await connection.execute(_REPOINT, {**merge.giver._asdict(), "customers": locked.customers})
    await connection.execute(_UNMERGE, {**key, "actor": actor})
    await review_merged(connection, merge.giver, merge.receiver)
    await part_game(connection, merge.giver, merge.receiver)
    return merge


_FIND = text("SELECT from_member_id, into_member_id FROM member_merges WHERE program_id = :program_id "
             "AND merge_id = :merge_id AND unmerged_at IS NULL")  # fmt: skip
_UNMERGE = text("""
    UPDATE member_merges SET unmerged_at = now(), unmerged_by = :actor
    WHERE program_id = :program_id AND merge_id = :merge_id
""")
_FREE = text("""
    UPDATE members SET merged_into = NULL, version = version + 1
    WHERE program_id = :program_id AND member_id = :member_id AND merged_into = :into
""")
_TREE = text("""
    WITH RECURSIVE tree AS (
        SELECT CAST(:member_id AS bigint) AS member_id
        UNION SELECT g.from_member_id FROM member_merges g JOIN tree t ON g.into_member_id = t.member_id
        WHERE g.program_id = :program_id AND g.unmerged_at IS NULL
    ) SELECT member_id FROM tree
""")
_FOLLOW = text("""
    UPDATE members SET merged_into = :into, version = version + 1
    WHERE program_id = :program_id AND member_id = ANY(:members) AND member_id <> :into
""")
# Every award has an entry of its member or of whom they were merged into: those are found by an index.
_AWARDS = text("""
    SELECT DISTINCT a.award_id, a.posted, a.held FROM transactions t
    JOIN awards a ON a.program_id = t.program_id AND a.award_id = t.award_id
    WHERE t.program_id = :program_id AND (t.member_id = ANY(:members) OR t.member_id = :root)
    AND a.member_id = ANY(:members)
""")
_RESERVED = text("""
    SELECT COALESCE(sum(points), 0) FROM reservations
    WHERE program_id = :program_id AND member_id = ANY(:members) AND state = 'held'
""")


async def _open_parted(connection: AsyncConnection, merge: Merge) -> Ledger:
    """Lock both members, the one who went in their own right."""
    both = sorted([merge.from_member_id, merge.into_member_id])
    await connection.execute(_LOCK, {"program_id": merge.program_id, "members": both})
    freed = await connection.execute(_FREE, {**merge.giver._asdict(), "into": merge.into_member_id})
    if not freed.rowcount:
        raise MergeRefused("MERGED_ON")  # whom they were merged into was merged, too: that is to be undone first
    return await Ledger.open(connection, [merge.giver, merge.receiver])


_LOCK = text("""
    SELECT member_id FROM members WHERE program_id = :program_id AND member_id = ANY(:members)
    ORDER BY member_id FOR UPDATE
""")


async def _part(ledger: Ledger, merge: Merge, actor: str) -> None:
    connection, giver, receiver = ledger.connection, merge.receiver, merge.giver
    await ledger.load_lots([giver, receiver])
    await expire_due(ledger, [giver, receiver])
    tree = [row.member_id for row in await connection.execute(_TREE, receiver._asdict())]
    given: dict[str, Any] = {"program_id": merge.program_id, "members": tree}
    await connection.execute(_FOLLOW, {**given, "into": receiver.member_id})
    awards = (await connection.execute(_AWARDS, {**given, "root": giver.member_id})).fetchall()
    own = {award.award_id for award in awards}
    lifetime, held = sum(award.posted for award in awards), sum(award.held for award in awards)
    move = Move(giver, receiver, "unmerge", actor, {"merge": str(merge.merge_id)})
    takings = plan_spending((lot for lot in ledger.lots_of(giver) if lot.award_id in own), POINTS_MAXIMUM)
    await move_spendable(ledger, move, takings, keep_awards=True)
    await move_pending(ledger, move, held)
    reserved = int((await connection.execute(_RESERVED, given)).scalar_one())
    await move_reserved(ledger, move, reserved)
    for key, points in ((giver, -lifetime), (receiver, lifetime)):
        ledger.holdings[key].lifetime += points
        ledger.holdings[key].changed = True
