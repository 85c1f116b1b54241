"""Export and erasure. The ledger keeps its pseudonymous member and every amount.

Who it was goes.
"""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.game.privacy import GAME_EXPORT, erase_game, erase_games_of_nobody
from engine.hosts.privacy import HOSTS_EXPORT, forget_reported
from engine.offers.privacy import OFFERS_EXPORT, erase_offers, erase_offers_of_nobody
from engine.redactions import exclude_others, remember_erased

Json = dict[str, object]


# A person is their member and every member that was merged into it.
_PERSON = """(SELECT f.member_id FROM members f WHERE f.program_id = :program_id
    AND (f.member_id = :member_id OR f.merged_into = :member_id))"""
_EXPORT = {
    "customer": "SELECT customer_id, member_id, email_key IS NOT NULL AS has_proven_address, tags, subscribed, "
    "deleted_at "
    "FROM customers c WHERE c.program_id = :program_id AND c.shop_id = :shop_id AND c.customer_id = :customer_id",
    "member": "SELECT m.joined_at, m.available, m.pending, m.reserved, m.debt, m.lifetime, m.birthday_month, "
    "m.birthday_day FROM members m WHERE m.program_id = :program_id AND m.member_id = :member_id",
    "transactions": "SELECT transaction_id, kind, points, occurred_at, recorded_at, detail FROM transactions "
    f"WHERE program_id = :program_id AND member_id IN {_PERSON} ORDER BY transaction_id",
    "lots": "SELECT quantity, remaining, available_at, expires_at FROM lots "
    f"WHERE program_id = :program_id AND member_id IN {_PERSON} ORDER BY lot_id",
    "orders": "SELECT order_id, name, occurred_at, updated_at, paid, snapshot FROM orders "
    "WHERE program_id = :program_id AND shop_id = :shop_id "
    f"AND (customer_id = :customer_id OR member_id IN {_PERSON}) ORDER BY order_id",
    "redemptions": "SELECT redemption_id, points, state, code, value, created_at, settled_at, note FROM redemptions "
    f"WHERE program_id = :program_id AND member_id IN {_PERSON} ORDER BY redemption_id",
    "perks": "SELECT grantor, perk, kind, occasion, state, value, code, created_at, used_at, used_order_id "
    f"FROM perk_deliveries WHERE program_id = :program_id AND member_id IN {_PERSON} ORDER BY delivery_id",
    "tiers": "SELECT tier, since, valid_until, spend_minor, points, orders, reviews, referrals, membership_months "
    f"FROM member_tiers WHERE program_id = :program_id AND member_id IN {_PERSON}",
    "tiers_by_hand": "SELECT tier, starts_at, ends_at, reason, withdrawn_at FROM tier_overrides "
    f"WHERE program_id = :program_id AND member_id IN {_PERSON} ORDER BY override_id",
    "memberships": "SELECT kind, source, source_id, occurred_at, detail FROM membership_facts "
    f"WHERE program_id = :program_id AND member_id IN {_PERSON} ORDER BY fact_id",
    "benefits": "SELECT grantor, perk, occurred_at, value_minor, currency, points FROM benefit_entries "
    f"WHERE program_id = :program_id AND member_id IN {_PERSON} ORDER BY entry_id",
    "contracts": "SELECT contract_id, status, price_minor, currency, interval_unit, interval_count, next_billing_at "
    "FROM contracts WHERE program_id = :program_id AND shop_id = :shop_id AND customer_id = :customer_id",
    "events": "SELECT source, source_id, occurred_at, fields FROM member_events "
    f"WHERE program_id = :program_id AND member_id IN {_PERSON} ORDER BY occurred_at",
    **GAME_EXPORT,
    **OFFERS_EXPORT,
    **HOSTS_EXPORT,
}


async def export_customer(connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int) -> Json:
    """All that is held about a customer of a shop, as JSON values; empty when nothing is."""
    key: dict[str, object] = {"program_id": program_id, "shop_id": shop_id, "customer_id": customer_id}
    found = (await connection.execute(text(_EXPORT["customer"]), key)).mappings().one_or_none()
    if found is None:
        return {}
    key["member_id"] = found["member_id"]
    export: Json = {"customer": dict(found)}
    for part in [part for part in _EXPORT if part != "customer"]:
        export[part] = [dict(row) for row in (await connection.execute(text(_EXPORT[part]), key)).mappings()]
    return dict(json.loads(json.dumps(export, default=str)))


_MEMBER_OF = """
    SELECT member_id FROM customers WHERE program_id = :program_id AND shop_id = :shop_id AND customer_id = :customer_id
"""
# Also orders that the customer placed as a guest and claimed later: those have a member and no customer.
_LOCK_ORDERS = """
    SELECT order_id FROM orders WHERE program_id = :program_id AND shop_id = :shop_id AND (
        customer_id = :customer_id OR order_id = ANY(:order_ids) OR (customer_id IS NULL AND member_id = ANY(
            SELECT f.member_id FROM members f WHERE f.program_id = :program_id
            AND (f.member_id = :member_id OR f.merged_into = :member_id)))
    ) ORDER BY order_id FOR UPDATE
"""
# One that a worker holds just now waits for this transaction, and is forgotten when it is settled.
_FORGET_BODIES = """
    UPDATE deliveries SET body = NULL, customer_id = NULL, settled_at = COALESCE(settled_at, now()),
        reason = CASE WHEN state IN ('pending', 'parked') THEN 'erased' ELSE reason END,
        state = CASE WHEN state IN ('pending', 'parked') THEN 'ignored' ELSE state END
    WHERE (program_id, received_on, shop_id, webhook_id) IN (
        SELECT program_id, received_on, shop_id, webhook_id FROM deliveries
        WHERE program_id = :program_id AND shop_id = :shop_id
            AND (customer_id = :customer_id OR order_id = ANY(:order_ids))
        FOR UPDATE SKIP LOCKED
    )
"""
_FORGET_PERKS = """
    UPDATE perk_deliveries SET customer_id = NULL,
        failure = CASE WHEN state = 'waiting' THEN 'the customer was erased' ELSE failure END,
        state = CASE WHEN state = 'waiting' THEN 'failed'
            WHEN state = 'revoking' AND kind = 'customer_tag' THEN 'revoked' ELSE state END
    WHERE program_id = :program_id AND shop_id = :shop_id"""
_ERASE_CUSTOMER = {
    "deliveries": _FORGET_BODIES,
    "orders": "UPDATE orders SET customer_id = NULL, guest_email_key = NULL "
    "WHERE program_id = :program_id AND shop_id = :shop_id AND order_id = ANY(:order_ids)",
    "customers": "DELETE FROM customers "
    "WHERE program_id = :program_id AND shop_id = :shop_id AND customer_id = :customer_id",
    "redemptions": "UPDATE redemptions SET customer_id = NULL, note = NULL "
    "WHERE program_id = :program_id AND shop_id = :shop_id AND customer_id = :customer_id",
    "marks": "DELETE FROM customer_marks "
    "WHERE program_id = :program_id AND shop_id = :shop_id AND customer_id = :customer_id",
    # A code is still known when an order uses it; what was not done yet is done for nobody.
    "perks": f"{_FORGET_PERKS} AND customer_id = :customer_id",
    # What an event told may name anybody; that it happened, and what it was worth, stays.
    "events": "UPDATE member_events SET fields = '{}', decided_from = NULL "
    f"WHERE program_id = :program_id AND shop_id = :shop_id AND member_id IN {_PERSON}",
    # What the staff wrote down about somebody; that they did something, and when, stays.
    "tiers_by_hand": f"UPDATE tier_overrides SET reason = '' WHERE program_id = :program_id AND member_id IN {_PERSON}",
    "memberships": "UPDATE membership_facts SET detail = detail - 'reason' "
    f"WHERE program_id = :program_id AND member_id IN {_PERSON} AND detail ? 'reason'",
    # Where a shopper confirms a payment: an address of theirs alone.
    "payments": "UPDATE billing_attempts a SET next_action_url = NULL FROM contracts c "
    "WHERE c.program_id = :program_id AND c.shop_id = :shop_id AND c.customer_id = :customer_id "
    "AND a.program_id = c.program_id AND a.shop_id = c.shop_id AND a.contract_id = c.contract_id",
    "contracts": "UPDATE contracts SET customer_id = NULL "
    "WHERE program_id = :program_id AND shop_id = :shop_id AND customer_id = :customer_id",
    # The others of a merge stay in it, so that they can be parted again.
    "merges": "UPDATE member_merges SET customers = COALESCE((SELECT jsonb_agg(c) "
    "FROM jsonb_array_elements(customers) c WHERE NOT c @> jsonb_build_object('shop_id', CAST(:shop_id AS bigint), "
    "'customer_id', CAST(:customer_id AS bigint))), '[]') WHERE program_id = :program_id AND customers @> "
    "jsonb_build_array(jsonb_build_object('shop_id', CAST(:shop_id AS bigint), "
    "'customer_id', CAST(:customer_id AS bigint)))",
    # The queue of somebody's store credit is named after them; one that is still open keeps its turn.
    "calls": "UPDATE outside_calls SET queue = 'erased' WHERE program_id = :program_id AND shop_id = :shop_id "
    "AND state IN ('done', 'failed') AND queue = 'store-credit:' || :shop_id || ':' || :customer_id",
    # The member of another of the person's customers goes on.
    "members": "UPDATE members m SET closed_at = COALESCE(closed_at, :at), birthday_month = NULL, birthday_day = NULL, "
    "birthday_set_on = NULL, version = version + 1 "
    f"WHERE program_id = :program_id AND member_id IN {_PERSON} AND NOT EXISTS (SELECT FROM customers c "
    "WHERE c.program_id = m.program_id AND c.member_id = :member_id)",
}


async def redact_customer(
    connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int, order_ids: list[int], at: datetime
) -> dict[str, int]:
    """Erase who a customer is: the link to their member, the address key, their name on orders, bodies of deliveries.

    Doing it again, or for an unknown customer, changes nothing. Returns how many rows of each kind went. Locks are
    taken as where facts are applied: orders, customers, members.
    """
    await exclude_others(connection, program_id)
    key = {"program_id": program_id, "shop_id": shop_id, "customer_id": customer_id, "at": at}
    member = (await connection.execute(text(_MEMBER_OF), key)).scalar_one_or_none()
    locked = await connection.execute(text(_LOCK_ORDERS), {**key, "order_ids": order_ids, "member_id": member})
    every_order = sorted({*order_ids, *(order_id for (order_id,) in locked)})
    member = (await connection.execute(text(f"{_MEMBER_OF} FOR UPDATE"), key)).scalar_one_or_none()
    values = {**key, "order_ids": every_order, "member_id": member}
    counts = {part: (await connection.execute(text(sql), values)).rowcount for part, sql in _ERASE_CUSTOMER.items()}
    counts |= await forget_reported(connection, program_id, shop_id, every_order)
    if member is not None:
        counts |= await erase_game(connection, program_id, member)
        counts |= await erase_offers(connection, program_id, member)
    if customer_id > 0:
        await remember_erased(connection, program_id, shop_id, "customer", [customer_id], at)
        await forget_request_keys(connection, program_id, shop_id, customer_id)
    await remember_erased(connection, program_id, shop_id, "order", every_order, at)
    return counts


async def redact_shop(connection: AsyncConnection, program_id: int, shop_id: int) -> dict[str, int]:
    """Erase a shop that left: tokens, customers, addresses, bodies, its own names. Amounts stay, as nobody's.

    What arrives for it afterwards is not kept, until it installs again.
    """
    await exclude_others(connection, program_id)
    key = {"program_id": program_id, "shop_id": shop_id}
    of_shop = "WHERE program_id = :program_id AND shop_id = :shop_id"
    statements = {
        "credentials": f"DELETE FROM shop_credentials {of_shop}",
        "deliveries": "UPDATE deliveries SET body = NULL, customer_id = NULL, "
        f"state = CASE state WHEN 'parked' THEN 'ignored' ELSE state END {of_shop} AND state <> 'pending'",
        "orders": f"UPDATE orders SET customer_id = NULL, guest_email_key = NULL {of_shop}",
        "customers": f"DELETE FROM customers {of_shop}",
        "redemptions": f"UPDATE redemptions SET customer_id = NULL, note = NULL {of_shop}",
        "marks": f"DELETE FROM customer_marks {of_shop}",
        "perks": _FORGET_PERKS,
        "events": f"UPDATE member_events SET fields = '{{}}', decided_from = NULL {of_shop}",
        "calls": f"UPDATE outside_calls SET queue = 'erased' {of_shop} AND state IN ('done', 'failed')",
        "merges": "UPDATE member_merges SET customers = COALESCE((SELECT jsonb_agg(c) "
        "FROM jsonb_array_elements(customers) c WHERE NOT c @> jsonb_build_object('shop_id', "
        "CAST(:shop_id AS bigint))), '[]') WHERE program_id = :program_id",
        "birthdays": "UPDATE members m SET birthday_month = NULL, birthday_day = NULL, birthday_set_on = NULL "
        "WHERE program_id = :program_id AND birthday_day IS NOT NULL AND NOT EXISTS (SELECT FROM customers c "
        "WHERE c.program_id = m.program_id AND c.member_id = m.member_id)",
        "products": f"DELETE FROM products {of_shop}",
        "exports": f"UPDATE privacy_requests SET result = NULL {of_shop}",
        "shops": f"UPDATE shops SET name = '', external_id = NULL, redacted_at = now() {of_shop}",
    }
    counts = {part: (await connection.execute(text(sql), key)).rowcount for part, sql in statements.items()}
    counts |= await erase_games_of_nobody(connection, program_id)
    counts |= await erase_offers_of_nobody(connection, program_id)
    counts |= await forget_reported(connection, program_id, shop_id, None)
    await forget_request_keys(connection, program_id, shop_id, None)
    return counts


_FORGET_REQUEST_KEYS = text("""
    UPDATE privacy_requests q SET
        request_key = n.request || '/' ||
            encode(subject_hash(p.redaction_key, 'customer', q.shop_id, n.customer_id), 'hex'),
        completed_at = COALESCE(q.completed_at, now()), result = COALESCE(q.result, '{"erased": true}')
    FROM programs p, (
        SELECT request_id, split_part(request_key, '/', 1) AS request,
            split_part(request_key, '/', 2)::bigint AS customer_id
        FROM privacy_requests WHERE program_id = :program_id AND shop_id = :shop_id AND kind = 'export'
            AND request_key ~ '^[0-9]+/[0-9]{1,19}$'
    ) n
    WHERE q.program_id = :program_id AND p.program_id = q.program_id AND q.request_id = n.request_id
        AND n.customer_id = COALESCE(CAST(:customer_id AS bigint), n.customer_id)
""")


async def forget_request_keys(
    connection: AsyncConnection, program_id: int, shop_id: int, customer_id: int | None
) -> None:
    """Requests for an export name their customer (None: any); the hash of an erased one is enough to count them."""
    await connection.execute(
        _FORGET_REQUEST_KEYS, {"program_id": program_id, "shop_id": shop_id, "customer_id": customer_id}
    )


_BY_ADDRESS = text("""
    SELECT customer_id FROM customers
    WHERE program_id = :program_id AND shop_id = :shop_id AND email_key = :email_key ORDER BY customer_id
""")
_GUEST_ORDERS = text("""
    SELECT order_id FROM orders
    WHERE program_id = :program_id AND shop_id = :shop_id AND guest_email_key = :email_key ORDER BY order_id
""")


async def customers_of_address(
    connection: AsyncConnection, program_id: int, shop_id: int, email_key: bytes
) -> list[int]:
    """The customers of a shop who proved to own an address."""
    values = {"program_id": program_id, "shop_id": shop_id, "email_key": email_key}
    return [customer_id for (customer_id,) in await connection.execute(_BY_ADDRESS, values)]


async def guest_orders_of_address(
    connection: AsyncConnection, program_id: int, shop_id: int, email_key: bytes
) -> list[int]:
    """The orders that guests placed in a shop with an address, as far as nobody claimed them."""
    values = {"program_id": program_id, "shop_id": shop_id, "email_key": email_key}
    return [order_id for (order_id,) in await connection.execute(_GUEST_ORDERS, values)]
