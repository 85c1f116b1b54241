"""Lets perks follow what members are entitled to: marks, codes and tags that are due are asked for, lost ones revoked.

Any number of members in a handful of statements. It is called whenever a standing may have changed; where nothing did,
nothing is written. The calls to the shops follow from what is written here and are made by the worker.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.ledger import MemberKey
from engine.outside_calls import Wanted, ask_all
from engine.perks.calls import ISSUE, MARK_CALL, WITHDRAW, mark_queue, perk_queue
from engine.perks.codes import perk_code
from engine.perks.definitions import FreeShippingCode, PercentCode
from engine.perks.entitlements import Entitlements
from engine.perks.marks import is_nothing, wanted_of
from engine.perks.planning import CODE_KINDS, TAG_KIND, Due, Given, Place, plan, value_of
from engine.program import version_at
from engine.publishing import versions_of

_MEMBER = {"program_id": "bigint", "member_id": "bigint"}
_PLACES = BulkStatement(
    _MEMBER,
    """SELECT g.program_id, g.member_id, c.shop_id, c.customer_id, s.currency
    FROM given g JOIN customers c ON c.program_id = g.program_id AND c.member_id = g.member_id
    JOIN shops s ON s.program_id = c.program_id AND s.shop_id = c.shop_id
    WHERE c.deleted_at IS NULL AND c.customer_id > 0 AND s.redacted_at IS NULL""",
)
_GIVEN = BulkStatement(
    _MEMBER,
    """, person AS MATERIALIZED (
        SELECT program_id, member_id AS root, member_id FROM given
        UNION ALL SELECT g.program_id, g.member_id, m.member_id
        FROM given g JOIN members m ON m.program_id = g.program_id AND m.merged_into = g.member_id
    )
    SELECT p.program_id, p.root, d.delivery_id, d.shop_id, d.customer_id, d.grantor, d.perk, d.kind, d.occasion,
        d.state, d.created_at, d.ends_at, d.used_at IS NOT NULL AS used, d.value ->> 'tag' AS tag
    FROM person p JOIN perk_deliveries d ON d.program_id = p.program_id AND d.member_id = p.member_id
    WHERE d.kind <> 'birthday_points'""",
)
_KEYS = BulkStatement(
    {"program_id": "bigint", "needed": "integer"},
    """SELECT p.program_id, p.code_key, ARRAY(SELECT nextval('ledger_ids') FROM generate_series(1, g.needed)) AS ids
    FROM given g JOIN programs p ON p.program_id = g.program_id""",
)
_INSERT = BulkStatement(
    {
        "program_id": "bigint", "delivery_id": "bigint", "member_id": "bigint", "shop_id": "bigint",
        "customer_id": "bigint", "grantor": "text", "perk": "text", "kind": "text", "occasion": "text",
        "state": "text", "value": "jsonb", "code": "text", "failure": "text",
        "created_at": "timestamptz", "ends_at": "timestamptz",
    },
    """INSERT INTO perk_deliveries (program_id, delivery_id, member_id, shop_id, customer_id, grantor, perk, kind,
        occasion, state, value, code, failure, created_at, ends_at)
    SELECT * FROM given ORDER BY program_id, delivery_id ON CONFLICT DO NOTHING
    RETURNING program_id, shop_id, delivery_id, kind, state""",
)  # fmt: skip
_REVOKE = BulkStatement(
    {"program_id": "bigint", "delivery_id": "bigint"},
    """, mine AS MATERIALIZED (
        SELECT d.program_id, d.delivery_id, d.state, d.used_at FROM given g
        JOIN perk_deliveries d ON d.program_id = g.program_id AND d.delivery_id = g.delivery_id
        ORDER BY d.program_id, d.delivery_id FOR UPDATE OF d
    )
    UPDATE perk_deliveries d SET state = 'revoking' FROM mine m
    WHERE d.program_id = m.program_id AND d.delivery_id = m.delivery_id
    AND m.state IN ('waiting', 'delivered', 'failed') AND m.used_at IS NULL
    RETURNING d.program_id, d.shop_id, d.delivery_id, d.kind""",
)
_MARK = BulkStatement(
    {
        "program_id": "bigint", "shop_id": "bigint", "customer_id": "bigint", "wanted": "jsonb", "nothing": "boolean",
        "anyway": "boolean",
    },
    """, known AS MATERIALIZED (
        SELECT g.*, m.mark_id, m.wanted AS before FROM given g LEFT JOIN customer_marks m
        ON m.program_id = g.program_id AND m.shop_id = g.shop_id AND m.customer_id = g.customer_id
    ), written AS (
        INSERT INTO customer_marks AS m (program_id, shop_id, customer_id, wanted)
        SELECT program_id, shop_id, customer_id, wanted FROM known
        WHERE (mark_id IS NOT NULL AND before IS DISTINCT FROM wanted) OR (mark_id IS NULL AND NOT nothing)
        ORDER BY program_id, shop_id, customer_id
        ON CONFLICT (program_id, shop_id, customer_id) DO UPDATE SET wanted = EXCLUDED.wanted,
            wanted_at = clock_timestamp(), failure = NULL
        RETURNING m.program_id, m.shop_id, m.mark_id
    )
    SELECT program_id, shop_id, mark_id FROM written
    UNION SELECT program_id, shop_id, mark_id FROM known WHERE anyway AND mark_id IS NOT NULL""",
)  # fmt: skip


@dataclass(slots=True)
class _Found:
    """What is known of one member."""

    places: list[Place] = field(default_factory=list)
    given: list[Given] = field(default_factory=list)


async def follow(connection: AsyncConnection, changes: Mapping[MemberKey, Entitlements], now: datetime) -> None:
    """Bring perks to what these members, each the root of their merges and locked, are entitled to now."""
    if not changes:
        return
    found = await _find(connection, changes)
    zones = await _zones(connection, changes, now)
    due: list[tuple[MemberKey, Due]] = []
    revoke: list[tuple[int, int]] = []
    anyway: set[tuple[int, int, int | None]] = set()
    for key in sorted(changes):
        planned = plan(changes[key], found[key].places, found[key].given, now, zones[key.program_id])
        due += [(key, one) for one in planned.give]
        revoke += [(key.program_id, delivery_id) for delivery_id in planned.revoke]
        anyway |= _customers_of_tags(key, planned.give, planned.revoke, found[key].given)
    # Marks before deliveries, as where a call is settled.
    calls = await _mark(connection, changes, found, anyway, now)
    calls += await _give(connection, due, now) + await _take_back(connection, revoke)
    await ask_all(connection, calls)


async def _find(connection: AsyncConnection, members: Iterable[MemberKey]) -> dict[MemberKey, _Found]:
    asked = sorted(set(members))
    found: dict[MemberKey, _Found] = defaultdict(_Found)
    for program_id, member_id, *place in await _PLACES.run(connection, asked):
        found[MemberKey(program_id, member_id)].places.append(Place(*place))
    for program_id, root, *given in await _GIVEN.run(connection, asked):
        found[MemberKey(program_id, root)].given.append(Given(*given))
    return found


async def _zones(
    connection: AsyncConnection, changes: Mapping[MemberKey, Entitlements], now: datetime
) -> dict[int, ZoneInfo]:
    """The zone of each program's months; UTC where nothing was published, or nobody has codes to count by months."""
    zones = {key.program_id: ZoneInfo("UTC") for key in changes}
    asked = {key.program_id for key, one in changes.items() if any(perk.kind in CODE_KINDS for _, perk in one.perks)}
    if asked:
        for program_id, published in (await versions_of(connection, sorted(asked))).items():
            zones[program_id] = (version_at(published, now) or published[0]).definition.zone
    return zones


def _customers_of_tags(
    key: MemberKey, give: Iterable[Due], revoke: Iterable[int], given: Iterable[Given]
) -> set[tuple[int, int, int | None]]:
    """Whose tags are given or taken back: their marks are looked at also where what is wanted stays the same."""
    gone = set(revoke)
    new = {(key.program_id, one.place.shop_id, one.place.customer_id) for one in give if one.perk.kind == TAG_KIND}
    return new | {
        (key.program_id, one.shop_id, one.customer_id)
        for one in given
        if one.delivery_id in gone and one.kind == TAG_KIND
    }


async def _give(connection: AsyncConnection, due: list[tuple[MemberKey, Due]], now: datetime) -> list[Wanted]:
    needed: dict[int, int] = defaultdict(int)
    for key, _ in due:
        needed[key.program_id] += 1
    drawn = {row.program_id: row for row in await _KEYS.run(connection, sorted(needed.items()))}
    ids = {program_id: list(row.ids) for program_id, row in drawn.items()}
    rows = []
    for key, one in due:
        delivery_id = ids[key.program_id].pop(0)
        is_code = one.perk.kind in CODE_KINDS
        code = perk_code(bytes(drawn[key.program_id].code_key), delivery_id) if is_code else None
        rows.append(
            (
                key.program_id, delivery_id, key.member_id, one.place.shop_id, one.place.customer_id, one.grantor,
                one.perk.handle, one.perk.kind, one.occasion, "failed" if one.failure else "waiting",
                orjson.dumps(value_of(one)).decode(), code, one.failure, now, _end(one, now),
            )
        )  # fmt: skip
    made = await _INSERT.run(connection, rows)
    return [
        Wanted(row.program_id, row.shop_id, ISSUE, row.delivery_id, perk_queue(row.delivery_id))
        for row in made
        if row.kind in CODE_KINDS and row.state == "waiting"
    ]


def _end(due: Due, now: datetime) -> datetime | None:
    """The first moment at which a code is no longer good, in whole seconds as the shop keeps it."""
    if not isinstance(due.perk, PercentCode | FreeShippingCode):
        return None
    return now.replace(microsecond=0) + timedelta(days=due.perk.code_days)


async def _take_back(connection: AsyncConnection, revoke: list[tuple[int, int]]) -> list[Wanted]:
    return [
        Wanted(row.program_id, row.shop_id, WITHDRAW, row.delivery_id, perk_queue(row.delivery_id))
        for row in await _REVOKE.run(connection, sorted(revoke))
        if row.kind in CODE_KINDS
    ]


async def _mark(
    connection: AsyncConnection, changes: Mapping[MemberKey, Entitlements], found: Mapping[MemberKey, _Found],
    anyway: set[tuple[int, int, int | None]], now: datetime,
) -> list[Wanted]:  # fmt: skip
    rows = []
    for key, entitlements in changes.items():
        wanted = wanted_of(entitlements, now)
        told = orjson.dumps(wanted).decode()
        for place in found[key].places:
            customer = (key.program_id, place.shop_id, place.customer_id)
            rows.append((*customer, told, is_nothing(wanted), customer in anyway))
    changed = await _MARK.run(connection, sorted(rows))
    return [Wanted(row.program_id, row.shop_id, MARK_CALL, row.mark_id, mark_queue(row.mark_id)) for row in changed]
