"""Points that tiers and plans give on a member's birthday: once a year, on the day in the program's zone.

They are a gift of their own beside what the rules give for birthdays, and nothing ever takes them back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.awards import MEMBER_SCOPE, Award, AwardKey, write_awards
from engine.birthdays import celebrated_on, zone_of_program
from engine.bulk import BulkStatement
from engine.database import transaction_time
from engine.gifts import IDS_PER_GIFT, Gift, GiftTerms, ProgramNotPublished, gift_terms, give, room_for
from engine.ledger import Ledger, MemberKey
from engine.memberships.benefits import Benefit, record_benefits
from engine.memberships.catalog import plan_versions_of
from engine.perks.definitions import BirthdayPoints, Perk
from engine.perks.reading import read_entitlements
from engine.rules.days import local_day, start_of_day
from engine.tiers.store import due_among
from engine.tiers.versions import live_tiers

SOURCE = "birthday-perk"
_KIND = "birthday_points"
_A_YEAR = timedelta(days=300)
"""Shorter than a year by as much as a birthday that was told anew, or a leap day, may move."""

_BORN = """
    SELECT DISTINCT ON (m.member_id) m.member_id, c.shop_id, c.customer_id, s.currency
    FROM members m JOIN customers c ON c.program_id = m.program_id AND c.member_id = m.member_id
    JOIN shops s ON s.program_id = c.program_id AND s.shop_id = c.shop_id
    WHERE m.program_id = :program_id AND m.merged_into IS NULL AND m.closed_at IS NULL AND c.deleted_at IS NULL
    AND c.customer_id > 0 AND m.birthday_month = :month AND m.birthday_day = ANY(:days) AND m.birthday_set_on < :day
    AND (
        EXISTS (SELECT FROM member_tiers t WHERE t.program_id = m.program_id AND t.member_id = m.member_id
            AND t.tier = ANY(:tiers))
        OR EXISTS (SELECT FROM memberships p JOIN unnest(CAST(:plans AS bigint[]), CAST(:versions AS integer[]))
            AS giving(plan_id, version) ON giving.plan_id = p.plan_id AND giving.version = p.plan_version
            WHERE p.program_id = m.program_id AND p.member_id = m.member_id AND p.entitled_until > now())
    )
    AND NOT EXISTS (
        SELECT FROM members f JOIN perk_deliveries d ON d.program_id = f.program_id AND d.member_id = f.member_id
        WHERE f.program_id = m.program_id AND (f.member_id = m.member_id OR f.merged_into = m.member_id)
        AND d.kind = 'birthday_points' AND d.created_at >= :since)
"""
_DUE = text(f"{_BORN} ORDER BY m.member_id, c.shop_id, c.customer_id LIMIT :most")
_STILL_DUE = text(f"{_BORN} AND m.member_id = ANY(:members) ORDER BY m.member_id, c.shop_id, c.customer_id")
_INSERT = BulkStatement(
    {
        "program_id": "bigint", "member_id": "bigint", "shop_id": "bigint", "customer_id": "bigint", "grantor": "text",
        "perk": "text", "occasion": "text", "state": "text", "value": "jsonb", "failure": "text",
    },
    f"""INSERT INTO perk_deliveries (program_id, delivery_id, member_id, shop_id, customer_id, grantor, perk, kind,
        occasion, state, value, failure, delivered_at)
    SELECT program_id, nextval('ledger_ids'), member_id, shop_id, customer_id, grantor, perk, '{_KIND}', occasion,
        state, value, failure, CASE WHEN state = 'delivered' THEN now() END
    FROM given""",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Birthday:
    """Whose birthday it is, and the customer whom it is noted for."""

    member: MemberKey
    shop_id: int
    customer_id: int
    currency: str


@dataclass(frozen=True, slots=True)
class _Present:
    """What one perk gives for a birthday, unless no balance can be so large."""

    birthday: _Birthday
    grantor: str
    perk: BirthdayPoints
    given: bool


async def give_birthday_points(connection: AsyncConnection, program_id: int, most: int = 200) -> int:
    """Give members whose birthday it is today what their tiers and plans give for it; returns how many members."""
    tiers, plans = await _givers(connection, program_id)
    if not tiers and not plans:
        return 0
    now, zone = await transaction_time(connection), await zone_of_program(connection, program_id)
    day = local_day(now, zone)
    asked = {
        "program_id": program_id, "month": day.month, "days": _days(day), "day": day,
        "since": start_of_day(day.replace(day=1) - _A_YEAR, zone), "tiers": tiers, "plans": [plan for plan, _ in plans],
        "versions": [version for _, version in plans],
    }  # fmt: skip
    due = (await connection.execute(_DUE, {**asked, "most": most})).fetchall()
    if not due:
        return 0
    try:
        terms = await gift_terms(connection, program_id, now)
    except ProgramNotPublished:
        return 0
    ledger = await Ledger.open(connection, [MemberKey(program_id, row.member_id) for row in due])
    # Another worker may have given them while this one waited for the lock.
    again = await connection.execute(_STILL_DUE, {**asked, "members": [row.member_id for row in due]})
    born = [_Birthday(MemberKey(program_id, row.member_id), *row[1:]) for row in again]
    # Whose tier may be over is reviewed first: this is never taken back.
    due_first = await due_among(connection, [one.member for one in born])
    born = [one for one in born if one.member not in due_first]
    return await _celebrate(ledger, terms, born, day)


async def _givers(connection: AsyncConnection, program_id: int) -> tuple[list[str], list[tuple[int, int]]]:
    """The tiers and the versions of plans that give points for birthdays."""
    live = await live_tiers(connection, program_id)
    tiers = [tier.handle for tier in live.definition.tiers if _gives(tier.perks)] if live is not None else []
    sold = await plan_versions_of(connection, [program_id])
    return tiers, [(one.plan_id, one.version) for one in sold if _gives(one.definition.benefits)]


def _gives(perks: Iterable[Perk]) -> bool:
    return any(isinstance(perk, BirthdayPoints) for perk in perks)


def _days(day: date) -> list[int]:
    """The days of birth that are celebrated on a day."""
    leap = day.month == 2 and day == celebrated_on(2, 29, day.year)
    return sorted({day.day, 29}) if leap else [day.day]


async def _celebrate(ledger: Ledger, terms: GiftTerms, born: list[_Birthday], day: date) -> int:
    held = await read_entitlements(ledger.connection, [one.member for one in born], ledger.now)
    due = [
        (one, grantor, perk)
        for one in born
        for grantor, perk in held[one.member].at(ledger.now)
        if isinstance(perk, BirthdayPoints)
    ]
    await ledger.draw_ids(IDS_PER_GIFT * len(due))
    presents, awards = [], []
    for birthday, grantor, perk in due:
        fits = perk.points <= room_for(ledger, birthday.member)
        presents.append(_Present(birthday, grantor, perk, fits))
        if fits:
            awards.append(_give(ledger, terms, presents[-1], day))
    await ledger.write()
    await write_awards(ledger.connection, awards)
    await _INSERT.run(ledger.connection, [_row(present, day) for present in presents])
    await record_benefits(ledger.connection, [_benefit(ledger, one, day) for one in presents if one.given])
    return len({present.birthday.member for present in presents})


def _give(ledger: Ledger, terms: GiftTerms, present: _Present, day: date) -> Award:
    member, perk = present.birthday.member, present.perk
    rule = f"{present.grantor}/{perk.handle}"
    key = AwardKey(member.program_id, MEMBER_SCOPE, SOURCE, f"{member.member_id}-{day.year}", rule)
    detail = {"event": "birthday", "grantor": present.grantor, "perk": perk.handle}
    award, _ = give(ledger, terms, member, Gift(key, perk.points, "bonus", "program", detail=detail))
    return award


def _row(present: _Present, day: date) -> tuple[object, ...]:
    birthday, perk = present.birthday, present.perk
    state, failure = ("delivered", None) if present.given else ("failed", "no balance can be so large")
    return (
        *birthday.member, birthday.shop_id, birthday.customer_id, present.grantor, perk.handle, str(day.year), state,
        orjson.dumps({"points": perk.points}).decode(), failure,
    )  # fmt: skip


def _benefit(ledger: Ledger, present: _Present, day: date) -> Benefit:
    birthday = present.birthday
    return Benefit(
        *birthday.member, present.grantor, present.perk.handle, birthday.shop_id, SOURCE,
        f"{birthday.member.member_id}-{day.year}", ledger.now, 0, birthday.currency, present.perk.points,
    )  # fmt: skip
