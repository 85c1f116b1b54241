"""What the worker does over and over beside the inbox: seal, expire, void what was held too long, keep partitions.

Each round is safe to run anywhere at any time: it takes its own locks and finds nothing when another process was first.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.audit import audit_due
from engine.billing.due import bill_due
from engine.billing.rounds import follow_up
from engine.celebrations import celebrate
from engine.challenges.community import SETTLED_AT_ONCE, settle_communities
from engine.conversions.report_files import forget_report_files
from engine.counting_past import PAGE_ORDERS, count_past
from engine.database import tenant_transaction
from engine.expiry import expire_due
from engine.game.following import FOLLOWED_AT_ONCE, follow_marked
from engine.game.previewing import count_previews
from engine.game.sweeping import SWEPT_AT_ONCE, sweep
from engine.leaderboards.draining import DRAINED_AT_ONCE, drain_boards
from engine.leaderboards.keeping import keep_boards
from engine.leaderboards.keys import BoardRedis
from engine.leaderboards.season_rounds import SeasonKeeper
from engine.ledger import MemberKey
from engine.offers.exchanging import forget_quotes
from engine.offers.expiring import expire_due_claims
from engine.outside_calls import forget_settled
from engine.perks.birthdays import give_birthday_points
from engine.perks.rounds import DueCodes, ask_perks_again
from engine.releases import release_due
from engine.reservations import void_due
from engine.rewards.ending import ask_again, expire_codes
from engine.sealing import programs_to_seal, seal_program
from engine.standings import REVIEWED_AT_ONCE, review_due
from engine.tiers.planning import count_plans
from plugin.background.files import carry_out_files, forget_files
from plugin.background.partner_rounds import APPROVED_AT_ONCE, PartnerRounds
from plugin.background.pools import look_after_pools
from plugin.background.tenants import Tenants

CALLS_KEPT = timedelta(days=30)
"""How long a settled call to the outside can be looked at."""

log = structlog.get_logger("laurel.rounds")


@dataclass(frozen=True, slots=True)
class Round:
    """A piece of work and how long to wait after it; `run` returns how much it found to do."""

    name: str
    every_seconds: float
    run: Callable[[], Awaitable[int]]
    full: int | None = None
    """What a step finds at most: after such a one the next follows at once, because there may be more."""


Step = Callable[[AsyncConnection], Awaitable[int]]


def rounds(engine: AsyncEngine, tenants: Tenants, boards: BoardRedis) -> list[Round]:
    """The rounds of one worker."""
    work = _Work(engine, tenants, boards)
    return [
        Round("seal", 2.0, work.seal),
        Round("expire", 5.0, work.for_all(expire_due), full=500),
        Round("release", 5.0, work.for_all(release_due), full=500),
        Round("standings", 2.0, work.for_all(partial(review_due, told=_not_reviewed)), full=REVIEWED_AT_ONCE),
        Round("game", 0.3, work.for_all(partial(follow_marked, told=_not_followed)), full=FOLLOWED_AT_ONCE),
        Round("game-sweep", 1.0, work.for_all(partial(sweep, told=_not_followed)), full=SWEPT_AT_ONCE),
        Round("game-previews", 1.0, work.for_all(count_previews), full=1),
        Round("communities", 30.0, work.for_all(settle_communities), full=SETTLED_AT_ONCE),
        Round("boards", 0.3, work.for_all(partial(drain_boards, redis=boards)), full=DRAINED_AT_ONCE),
        Round("keep-boards", 1.0, work.keep_boards),
        Round("seasons", 2.0, work.seasons(SeasonKeeper(engine, _no_prize, _seasons_held_up)), full=1),
        Round("past-orders", 5.0, work.for_all(count_past), full=PAGE_ORDERS),
        Round("tier-plans", 1.0, work.for_all(count_plans), full=1),
        Round("bill", 5.0, work.for_all(bill_due), full=50),
        Round("billing-follow-up", 20.0, work.for_all(follow_up)),
        Round("perks", 5.0, work.for_all(DueCodes().deliver)),
        Round("perks-again", 60.0, work.for_all(ask_perks_again)),
        Round("birthdays", 60.0, work.birthdays),
        Round("void-held", 5.0, work.for_all(void_due)),
        Round("expire-codes", 5.0, work.for_all(expire_codes)),
        Round("pools", 5.0, work.for_all(look_after_pools), full=1),
        Round("expire-claims", 5.0, work.for_all(expire_due_claims), full=100),
        Round("forget-quotes", 60.0, work.for_all(forget_quotes), full=1_000),
        Round("approve-conversions", 2.0, PartnerRounds(engine, tenants).approve, full=APPROVED_AT_ONCE),
        Round("report-files", 1.0, PartnerRounds(engine, tenants).report_files, full=1),
        Round("old-report-files", 3600.0, work.for_all(forget_report_files)),
        Round("ask-again", 5.0, work.for_all(ask_again)),
        Round("forget-calls", 600.0, work.for_all(partial(forget_settled, older_than=CALLS_KEPT))),
        Round("files", 1.0, work.files),
        Round("old-files", 3600.0, work.old_files),
        Round("audit", 600.0, work.audit),
        Round("delivery-partitions", 3600.0, work.partitions),
    ]


def _not_followed(key: MemberKey, error: Exception) -> None:
    log.error("game of a member not worked out", program=key.program_id, member=key.member_id, exc_info=error)


def _no_prize(key: MemberKey, error: Exception) -> None:
    log.error("prize not given", program=key.program_id, member=key.member_id, exc_info=error)


def _seasons_held_up(program_id: int, error: Exception) -> None:
    log.error("seasons of a program held up", program=program_id, exc_info=error)


def _not_reviewed(key: MemberKey, error: Exception) -> None:
    log.error("member not reviewed", program=key.program_id, member=key.member_id, exc_info=error)


@dataclass(frozen=True, slots=True)
class _Work:
    """What the rounds do, over one process's engine."""

    engine: AsyncEngine
    tenants: Tenants
    boards: BoardRedis

    def for_all(self, step: Step) -> Callable[[], Awaitable[int]]:
        """A step that serves every tenant in one transaction."""

        async def run() -> int:
            async with tenant_transaction(self.engine, *await self.tenants.read()) as connection:
                return await step(connection)

        return run

    async def seal(self) -> int:
        async with tenant_transaction(self.engine, *await self.tenants.read()) as connection:
            programs = await programs_to_seal(connection)
        sealed = 0
        for program_id in programs:
            async with tenant_transaction(self.engine, program_id) as connection:
                sealed += await seal_program(connection, program_id)
        return sealed

    async def keep_boards(self) -> int:
        return await keep_boards(self.engine, self.boards, await self.tenants.read())

    def seasons(self, keeper: SeasonKeeper) -> Callable[[], Awaitable[int]]:
        """The round of one keeper, who remembers when what is due."""

        async def run() -> int:
            return await keeper.keep(await self.tenants.read())

        return run

    async def birthdays(self) -> int:
        celebrated = 0
        for program_id in await self.tenants.read():
            try:
                async with tenant_transaction(self.engine, program_id) as connection:
                    celebrated += await celebrate(connection, program_id)
                    celebrated += await give_birthday_points(connection, program_id)
            except DBAPIError as error:  # one program's trouble is no other's
                log.warning("birthdays held up", program=program_id, error=type(error).__name__)
        return celebrated

    async def audit(self) -> int:
        breaches = await audit_due(self.engine, await self.tenants.read(), self.boards)
        if breaches:
            log.error("the audit found breaches; run: laurel audit", breaches=breaches)
        return breaches

    async def files(self) -> int:
        return await carry_out_files(self.engine, await self.tenants.read())

    async def old_files(self) -> int:
        return await forget_files(self.engine, await self.tenants.read())

    async def partitions(self) -> int:
        async with self.engine.begin() as connection:
            await connection.execute(text("SELECT maintain_delivery_partitions()"))
        return 0
