"""Prizes for places in seasons of boards and in weeks of leagues: points, given once, as awards like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.award_posting import Source, Work, post
from engine.awards import MEMBER_SCOPE, AwardKey, read_awards, write_awards
from engine.crash import crash_point
from engine.leaderboards.definitions import Prize
from engine.ledger import Ledger, MemberKey
from engine.program import ProgramVersion, version_at
from engine.publishing import versions_of
from engine.rules.assessments import Assessment
from engine.rules.expiries import ExpiresAfter, Expiry, NeverExpires
from engine.rules.outcomes import RuleOutcome
from engine.rules.rule import Fixed, Rule

SOURCE = "season"
RULE = "prize"
Told = Callable[[MemberKey, Exception], None]
"""Hears of a member who could not be given a prize, and why."""


def nobody(_key: MemberKey, error: Exception) -> None:
    """Tells nobody: what cannot be given is an error."""
    raise error


@dataclass(frozen=True, slots=True)
class PrizeDue:
    """Points for a place. `source_id` names the place within the program; there is never a second prize for it."""

    source_id: str
    member: MemberKey
    prize: Prize
    at: datetime
    title: str
    detail: Mapping[str, str]


async def give(connection: AsyncConnection, prizes: Sequence[PrizeDue], told: Told = nobody) -> set[str]:
    """Give these prizes, those that were not given before; returns by which `source_id` all of them are there.

    One that cannot be given, such as for a balance that can become no larger, holds up no other: `told` hears of it.
    """
    if not prizes:
        return set()
    try:
        async with connection.begin_nested():
            await _give(connection, prizes)
            return {one.source_id for one in prizes}
    except OperationalError:  # the database's own trouble is nobody's fault
        raise
    except Exception as error:
        if len(prizes) == 1:
            told(prizes[0].member, error)
            return set()
        middle = len(prizes) // 2
        given = await give(connection, prizes[:middle], told)
        return given | await give(connection, prizes[middle:], told)


def prize_for(prizes: Iterable[Prize], place: int) -> Prize | None:
    """The prize of a place."""
    return next((prize for prize in prizes if prize.first <= place <= prize.last), None)


async def _give(connection: AsyncConnection, prizes: Sequence[PrizeDue]) -> None:
    ledger = await Ledger.open(connection, {one.member for one in prizes})
    known = await read_awards(connection, {_key(one) for one in prizes})
    versions = await versions_of(connection, sorted({one.member.program_id for one in prizes}))
    works = [_work(ledger, one, versions[one.member.program_id]) for one in prizes if _key(one) not in known]
    awards = await post(ledger, works)
    await ledger.write()
    crash_point("prizes-after-ledger")
    await write_awards(connection, awards)


def _key(one: PrizeDue) -> AwardKey:
    return AwardKey(one.member.program_id, MEMBER_SCOPE, SOURCE, one.source_id, RULE)


def _work(ledger: Ledger, one: PrizeDue, versions: Sequence[ProgramVersion]) -> Work:
    live = version_at(versions, one.at) or version_at(versions, ledger.now) or versions[0]
    days = one.prize.points_days
    expiry: Expiry = NeverExpires() if days is None else ExpiresAfter(days=days)
    # No rule of any version: the prize itself, in the shape that posts awards.
    rule = Rule(
        handle=RULE, title=one.title[:80], trigger="manual", formula=Fixed(points=one.prize.points), expiry=expiry
    )
    assessment = Assessment(rule, one.at, matched=True, exact=Fraction(one.prize.points))
    outcome = RuleOutcome(rule, "earned", assessment, desired=one.prize.points)
    source = Source(one.member.program_id, MEMBER_SCOPE, SOURCE, one.source_id)
    return Work(source, one.member, live, (outcome,), ledger.now, ledger.now, "bonus", dict(one.detail))
