"""Calls that have to be made to the outside, kept in PostgreSQL: put in by the transaction that wants them.

A worker leases a call, makes it, and settles it with the token of its lease; whoever lost the lease can no longer
settle anything. A lease that ran out means that nobody knows what became of the call. Calls of one queue are made
strictly one after another, in the order in which they were asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement

ERROR_MAXIMUM = 200


@dataclass(frozen=True, slots=True)
class OutsideCall:
    """A leased call. `attempts` counts this one.

    `unknown_since` is when the last attempt ended of which nobody knows whether it had an effect; None: there was none.
    """

    program_id: int
    call_id: int
    shop_id: int
    kind: str
    object_id: int
    attempts: int
    unknown_since: datetime | None
    created_at: datetime
    lease_token: int


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call that is not settled, as a merchant sees it."""

    call_id: int
    shop_id: int
    kind: str
    object_id: int
    attempts: int
    created_at: datetime
    unknown_since: datetime | None
    next_attempt_at: datetime
    last_error: str | None


class Wanted(NamedTuple):
    """A call that is to be made."""

    program_id: int
    shop_id: int
    kind: str
    object_id: int
    queue: str


_ASK = text("""
    INSERT INTO outside_calls (program_id, call_id, shop_id, kind, object_id, queue, next_attempt_at, unknown_since)
    VALUES (:program_id, nextval('ledger_ids'), :shop_id, :kind, :object_id, :queue, now() + :delay, NULL)
    ON CONFLICT (program_id, kind, object_id) WHERE state IN ('waiting', 'running') DO NOTHING
""")
_ASK_ALL = BulkStatement(
    {"program_id": "bigint", "shop_id": "bigint", "kind": "text", "object_id": "bigint", "queue": "text"},
    """INSERT INTO outside_calls (program_id, call_id, shop_id, kind, object_id, queue, next_attempt_at)
    SELECT program_id, nextval('ledger_ids'), shop_id, kind, object_id, queue, now() FROM given
    ON CONFLICT (program_id, kind, object_id) WHERE state IN ('waiting', 'running') DO NOTHING""",
)
_CLAIM = text("""
    WITH due AS (
        SELECT c.program_id, c.call_id FROM outside_calls c
        WHERE c.state IN ('waiting', 'running') AND c.next_attempt_at <= now()
        AND (c.state = 'waiting' OR c.lease_until <= now())
        AND NOT EXISTS (
            SELECT FROM outside_calls e WHERE e.program_id = c.program_id AND e.queue = c.queue
            AND e.call_id < c.call_id AND e.state IN ('waiting', 'running'))
        ORDER BY c.next_attempt_at LIMIT :most FOR UPDATE OF c SKIP LOCKED
    )
    UPDATE outside_calls c SET state = 'running', attempts = c.attempts + 1, lease_until = now() + :lease,
        lease_token = nextval('ledger_ids'),
        unknown_since = CASE WHEN c.state = 'running' THEN now() ELSE c.unknown_since END
    FROM due WHERE c.program_id = due.program_id AND c.call_id = due.call_id
    RETURNING c.program_id, c.call_id, c.shop_id, c.kind, c.object_id, c.attempts, c.unknown_since, c.created_at,
        c.lease_token
""")
_MINE = """WHERE program_id = :program_id AND call_id = :call_id AND state = 'running' AND lease_token = :lease_token
    RETURNING call_id"""
_EXTEND = text(f"UPDATE outside_calls SET lease_until = now() + :lease {_MINE}")
_SETTLE = text(f"""
    UPDATE outside_calls SET state = :state, settled_at = now(), lease_until = NULL, last_error = :error {_MINE}
""")
_POSTPONE = text(f"""
    UPDATE outside_calls SET state = 'waiting', next_attempt_at = now() + :delay, lease_until = NULL,
        last_error = :error,
        unknown_since = CASE WHEN :unknown THEN now() ELSE unknown_since END
    {_MINE}
""")
_WAKE = text("""
    UPDATE outside_calls SET next_attempt_at = now()
    WHERE program_id = :program_id AND shop_id = :shop_id AND state = 'waiting' AND next_attempt_at > now()
    AND kind = ANY(:kinds)
""")
_OPEN = text("""
    SELECT call_id, shop_id, kind, object_id, attempts, created_at, unknown_since, next_attempt_at, last_error
    FROM outside_calls WHERE program_id = :program_id AND state IN ('waiting', 'running')
    AND (NOT :only_unknown OR unknown_since IS NOT NULL) ORDER BY call_id LIMIT :first
""")
_UNKNOWN = text(
    "SELECT count(*) FROM outside_calls WHERE state IN ('waiting', 'running') AND unknown_since IS NOT NULL"
)
_FORGET = text("""
    DELETE FROM outside_calls WHERE (program_id, call_id) IN (
        SELECT program_id, call_id FROM outside_calls WHERE state IN ('done', 'failed')
        AND settled_at < now() - :older_than LIMIT :most)
""")


async def ask(
    connection: AsyncConnection, program_id: int, shop_id: int, kind: str, object_id: int, *, queue: str,
    delay: timedelta = timedelta(0),
) -> None:  # fmt: skip
    """Want a call made, once this transaction commits. While one of its kind for the object is open, this adds none."""
    given = {
        "program_id": program_id, "shop_id": shop_id, "kind": kind, "object_id": object_id, "queue": queue,
        "delay": delay,
    }  # fmt: skip
    await connection.execute(_ASK, given)


async def ask_all(connection: AsyncConnection, wanted: Iterable[Wanted]) -> None:
    """Want any number of calls made, in one statement; see `ask`."""
    await _ASK_ALL.run(connection, sorted(set(wanted)))


async def claim(connection: AsyncConnection, *, most: int, lease: timedelta) -> list[OutsideCall]:
    """Lease calls of the named tenants that are due, the longest due first; commit before making them."""
    rows = await connection.execute(_CLAIM, {"most": most, "lease": lease})
    return [OutsideCall(*row) for row in rows]


async def extend(connection: AsyncConnection, call: OutsideCall, lease: timedelta) -> bool:
    """Keep the lease for longer; False when it was lost."""
    return await _own(connection, _EXTEND, call, lease=lease)


async def settle(connection: AsyncConnection, call: OutsideCall, *, done: bool, error: str | None = None) -> bool:
    """End a call; False when the lease was lost: then roll back whatever else this transaction did."""
    state = "done" if done else "failed"
    return await _own(connection, _SETTLE, call, state=state, error=(error or "")[:ERROR_MAXIMUM] or None)


async def postpone(
    connection: AsyncConnection, call: OutsideCall, *, delay: timedelta, error: str, unknown: bool
) -> bool:
    """Try again later; `unknown`: an attempt may have had an effect, which stays so until it is settled.

    False when the lease was lost.
    """
    return await _own(connection, _POSTPONE, call, delay=delay, error=error[:ERROR_MAXIMUM], unknown=unknown)


async def wake_calls(connection: AsyncConnection, program_id: int, shop_id: int, kinds: Iterable[str]) -> int:
    """Let a shop's calls of these kinds be tried at once that wait for a later time, such as its return: how many."""
    given = {"program_id": program_id, "shop_id": shop_id, "kinds": list(kinds)}
    return (await connection.execute(_WAKE, given)).rowcount


async def open_calls(
    connection: AsyncConnection, program_id: int, *, first: int = 100, only_unknown: bool = False
) -> list[OpenCall]:
    """Calls that are not settled, the oldest first."""
    given = {"program_id": program_id, "first": first, "only_unknown": only_unknown}
    return [OpenCall(*row) for row in await connection.execute(_OPEN, given)]


async def unknown_outcomes(connection: AsyncConnection) -> int:
    """How many calls of the named tenants may have had an effect that nobody has confirmed."""
    count: int = (await connection.execute(_UNKNOWN)).scalar_one()
    return count


async def forget_settled(connection: AsyncConnection, *, older_than: timedelta, most: int = 1_000) -> int:
    """Delete what was settled long ago; returns how many."""
    return (await connection.execute(_FORGET, {"older_than": older_than, "most": most})).rowcount


async def _own(connection: AsyncConnection, statement: object, call: OutsideCall, **given: object) -> bool:
    key = {"program_id": call.program_id, "call_id": call.call_id, "lease_token": call.lease_token}
    result = await connection.execute(statement, {**key, **given})  # type: ignore[call-overload]
    return result.one_or_none() is not None
