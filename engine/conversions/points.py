"""The points of a purchase at a partner: held while it is pending, released when it is approved, taken back otherwise.

Each conversion has one award; every change of it is a posting with a number of its own, so that none happens twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.award_posting import taking_policy
from engine.awards import MEMBER_SCOPE, Award, AwardKey, points_start, read_awards, write_awards
from engine.conversions.limits import ProgramSilent, TooManyPoints
from engine.conversions.store import Conversion
from engine.gifts import GiftTerms, ProgramNotPublished, gift_terms, room_for
from engine.giving import earn, earn_held, release
from engine.ledger import EffectKey, Ledger, PlannedTransaction
from engine.publishing import live_version
from engine.rules.expiries import idle_days
from engine.taking import TakingPolicy, expire_due, take_back

SOURCE, RULE = "conversion", "partner"
WAITS_FOR = "conversion"
"""What the held points of a pending purchase wait for, as an award says it."""
_IDS = 5
"""At most an award, a transaction with its lot, and a release with its lot."""


def award_key(one: Conversion) -> AwardKey:
    """The key of a conversion's award."""
    return AwardKey(one.program_id, MEMBER_SCOPE, SOURCE, str(one.conversion_id), RULE)


async def post_points(connection: AsyncConnection, one: Conversion, detail: Mapping[str, str]) -> int | None:
    """Bring a conversion's points to what is due now; returns its award's id, None where it never gave any.

    The member is locked already, and locked here again at no cost. Raises TooManyPoints or ProgramSilent; then nothing
    was changed.
    """
    key = award_key(one)
    award = None if one.award_id is None else (await read_awards(connection, [key])).get(key)
    due, held = one.due_points, one.state == "pending"
    if (award is None and due == 0) or (award is not None and award.posted == due and (held or not award.held)):
        return None if award is None else award.award_id
    ledger = await Ledger.open(connection, [one.member])
    terms = await _terms(connection, one, ledger)
    await ledger.draw_ids(_IDS)
    award = award or _new_award(ledger, one, terms, key)
    await _bring(ledger, one, award, terms, detail)
    await ledger.write()
    await write_awards(connection, [award])
    return award.award_id


async def _terms(connection: AsyncConnection, one: Conversion, ledger: Ledger) -> GiftTerms:
    try:
        return await gift_terms(connection, one.program_id, ledger.now)
    except ProgramNotPublished:
        raise ProgramSilent from None


async def _bring(
    ledger: Ledger, one: Conversion, award: Award, terms: GiftTerms, detail: Mapping[str, str]
) -> None:  # fmt: skip
    difference, held = one.due_points - award.posted, one.state == "pending"
    if difference > room_for(ledger, one.member):
        raise TooManyPoints
    if difference:
        planned = _planned(ledger, one, award, terms, difference, detail)
        award.posted += difference
        award.revision += 1
        if difference < 0:
            await ledger.load_lots([one.member], {award.award_id: one.member})
            await expire_due(ledger, [ledger.root(one.member)])
            take_back(ledger, award, -difference, planned, await _policy(ledger, one))
        elif held:
            earn_held(ledger, award, difference, planned)
        else:
            starts_at = points_start(one.occurred_at, ledger.now)
            earn(ledger, award, difference, planned, starts_at, terms.end(starts_at, None))
    if award.held and not held:
        _release(ledger, one, award, terms)
    award.held_until = WAITS_FOR if award.held else None


def _release(ledger: Ledger, one: Conversion, award: Award, terms: GiftTerms) -> None:
    """Let the member spend what was held; it lives from now on."""
    planned = PlannedTransaction(
        ledger.root(one.member), ledger.new_id(), "mature", 0, one.approved_at or ledger.now, "program",
        program_version=award.program_version, detail={"released": str(award.held), "rule": RULE},
    )  # fmt: skip
    release(ledger, award, planned, terms.end(ledger.now, None))


def _new_award(ledger: Ledger, one: Conversion, terms: GiftTerms, key: AwardKey) -> Award:
    idle = idle_days(terms.expiry)
    return Award(
        key, ledger.new_id(), terms.program_version, ledger.root(one.member).member_id, one.occurred_at,
        terms.end(points_start(one.occurred_at, ledger.now), None), detail={"idle_days": str(idle)} if idle else {},
        new=True,
    )  # fmt: skip


def _planned(
    ledger: Ledger, one: Conversion, award: Award, terms: GiftTerms, difference: int, detail: Mapping[str, str]
) -> PlannedTransaction:  # fmt: skip
    return PlannedTransaction(
        ledger.root(one.member),
        ledger.new_id(),
        "bonus" if difference > 0 else "clawback",
        difference,
        one.occurred_at if award.revision == 0 else ledger.now,
        "program",
        award_id=award.award_id,
        program_version=terms.program_version,
        detail={
            **detail, "event": RULE, "rule": RULE, "conversion": str(one.conversion_id), "points": str(one.points),
            "taken_back": str(one.points - one.due_points),
        },
        effect=EffectKey(*award.key[1:], award.revision),
    )  # fmt: skip


async def _policy(ledger: Ledger, one: Conversion) -> TakingPolicy:
    live = await live_version(ledger.connection, one.program_id, ledger.now)
    return taking_policy(live.definition) if live is not None else TakingPolicy()
