"""Points that a person gives: by hand, by a file, or as the opening balance of a member who had points elsewhere.

Each gift is an award of its own under a key of its own, so it is given once however often it is asked for. It ends as
the program lets such points end, unless whoever gives it names a last day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.awards import Award, AwardKey
from engine.giving import earn
from engine.ledger import EffectKey, Ledger, MemberKey, PlannedTransaction
from engine.money import POINTS_MAXIMUM
from engine.program import Definition, version_at
from engine.publishing import versions
from engine.rules.days import local_day, start_of_day
from engine.rules.expiries import ExpiresAfter, Expiry, end_of, idle_days

IDS_PER_GIFT = 3
LAST_DAY = date(9000, 1, 1)
_NOTHING_SAID = ExpiresAfter(days=365)


class ProgramNotPublished(Exception):  # noqa: N818  # named for the rule, as the field names it
    """No version of the program was published yet, so nothing says how long points live."""


@dataclass(frozen=True, slots=True)
class GiftTerms:
    """How gifts are given now: by which version, and when they end where nobody names a day."""

    program_version: int
    expiry: Expiry
    zone: ZoneInfo

    def end(self, starts_at: datetime, last_day: date | None) -> datetime | None:
        """The first instant at which points given now are gone: after `last_day`, or as the program says."""
        if last_day is not None:
            return start_of_day(last_day + timedelta(days=1), self.zone)
        return end_of(self.expiry, starts_at, self.zone)

    def today(self, now: datetime) -> date:
        """The day in the program's zone."""
        return local_day(now, self.zone)

    def is_over(self, last_day: date, now: datetime) -> bool:
        """Whether a day is past already in the program's zone."""
        return last_day < self.today(now)


async def gift_terms(connection: AsyncConnection, program_id: int, now: datetime) -> GiftTerms:
    """The terms of the version that is live, or of the first one that will be. Raises ProgramNotPublished."""
    published = await versions(connection, program_id)
    live = version_at(published, now) or min(published, key=lambda one: one.effective_from, default=None)
    if live is None:
        raise ProgramNotPublished
    return GiftTerms(live.version, gift_expiry(live.definition), live.definition.zone)


def gift_expiry(definition: Definition) -> Expiry:
    """When points end that no rule gave: as a rule for gifts by hand says, else as the first one for orders does."""
    by_hand = definition.event_rules("manual")
    return next((rule.expiry for rule in (*by_hand, *definition.order_rules)), _NOTHING_SAID)


@dataclass(frozen=True, slots=True)
class Gift:
    """Points for a member; `detail` goes with the transaction. Without a `last_day` they end as the terms say."""

    key: AwardKey
    points: int
    kind: str
    actor: str
    last_day: date | None = None
    lasts: bool = False
    """Whether the points never end, whatever the terms say."""
    detail: dict[str, str] = field(default_factory=dict)


def room_for(ledger: Ledger, member: MemberKey) -> int:
    """How many points a member can get before a balance is larger than can be held exactly."""
    holdings = ledger.holdings[ledger.root(member)]
    return POINTS_MAXIMUM - max(holdings.lifetime, holdings.available + holdings.pending + holdings.reserved)


def give(ledger: Ledger, terms: GiftTerms, member: MemberKey, gift: Gift) -> tuple[Award, PlannedTransaction]:
    """Plan a gift; the caller drew IDS_PER_GIFT ids for it, writes the ledger, and then the award."""
    owner = ledger.root(member)
    holdings = ledger.holdings[owner]
    ends_at = None if gift.lasts else terms.end(ledger.now, gift.last_day)
    idle = idle_days(terms.expiry) if gift.last_day is None and not gift.lasts else None
    award = Award(
        gift.key, ledger.new_id(), terms.program_version, owner.member_id, ledger.now, ends_at, gift.points, 1,
        detail={"idle_days": str(idle)} if idle else {}, new=True,
    )  # fmt: skip
    before = {"available_before": holdings.available, "debt_before": holdings.debt}
    planned = PlannedTransaction(
        owner, ledger.new_id(), gift.kind, gift.points, ledger.now, gift.actor, award_id=award.award_id,
        program_version=terms.program_version, effect=EffectKey(*gift.key[1:], 0),
    )  # fmt: skip
    earn(ledger, award, gift.points, planned, ledger.now, award.expires_at)
    after = {"available_after": holdings.available, "debt_after": holdings.debt}
    planned.detail.update(gift.detail | {name: str(value) for name, value in (before | after).items()})
    return award, planned
