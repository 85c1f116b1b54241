"""Awards: what was decided once about a fact, for whom and by which version of the program.

Points follow in transactions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement, insert_rows

BACKFILL_WINDOW = timedelta(days=90)
"""A fact older than this when it reaches us is a back-fill: its points live from when they are given, not from then."""

MEMBER_SCOPE = 0
"""`shop_id` of what a member gets once, whatever shop of the program it came through."""


class AwardKey(NamedTuple):
    """The fact and the rule that an award is for; there is never a second award with the same key."""

    program_id: int
    shop_id: int
    source: str
    source_id: str
    rule: str


@dataclass(slots=True)
class Award:
    """An award and what was posted for it so far; `revision` counts the transactions."""

    key: AwardKey
    award_id: int
    program_version: int
    member_id: int
    occurred_at: datetime
    expires_at: datetime | None
    posted: int = 0
    revision: int = 0
    held: int = 0
    """Of `posted`, what the member cannot spend yet."""
    held_until: str | None = None
    """What the held points wait for: a time, or something to happen to the order."""
    release_at: datetime | None = None
    granted: int | None = None
    """What caps left of what the rule wanted; None where no cap applied."""
    detail: dict[str, str] = field(default_factory=dict)
    """What was fixed with the award and is needed to follow it, such as the days of silence its points survive."""
    new: bool = False

    @property
    def starts_at(self) -> datetime:
        """From when its points live, fixed with it: holds count from here, whenever more is heard of the fact."""
        given = self.detail.get("starts_at")
        return self.occurred_at if given is None else datetime.fromisoformat(given)

    @property
    def idle_days(self) -> int | None:
        """How many days of silence the points survive, where their end moves with every purchase."""
        days = self.detail.get("idle_days")
        return None if days is None else int(days)


_KEY = {"program_id": "bigint", "shop_id": "bigint", "source": "text", "source_id": "text", "rule": "text"}
_READ = BulkStatement(
    _KEY,
    """SELECT a.program_id, a.shop_id, a.source, a.source_id, a.rule, a.award_id, a.program_version, a.member_id,
        a.occurred_at, a.expires_at, a.posted, a.revision, a.held, a.held_until, a.release_at, a.granted, a.detail
    FROM given JOIN awards a USING (program_id, shop_id, source, source_id, rule)""",
)
_INSERT = insert_rows(
    "awards",
    {
        **_KEY, "award_id": "bigint", "program_version": "integer", "member_id": "bigint",
        "occurred_at": "timestamptz", "expires_at": "timestamptz", "posted": "bigint", "revision": "integer",
        "held": "bigint", "held_until": "text", "release_at": "timestamptz", "granted": "bigint", "detail": "jsonb",
    },
)  # fmt: skip
_UPDATE = BulkStatement(
    {
        "program_id": "bigint", "award_id": "bigint", "posted": "bigint", "revision": "integer", "held": "bigint",
        "held_until": "text", "release_at": "timestamptz", "granted": "bigint",
    },
    """UPDATE awards a SET posted = g.posted, revision = g.revision, held = g.held, held_until = g.held_until,
        release_at = g.release_at, granted = g.granted FROM given g
    WHERE a.program_id = g.program_id AND a.award_id = g.award_id""",
)  # fmt: skip


async def read_awards(connection: AsyncConnection, keys: Iterable[AwardKey]) -> dict[AwardKey, Award]:
    """The awards that exist among these keys."""
    rows = await _READ.run(connection, sorted(set(keys)))
    return {AwardKey(*row[:5]): Award(AwardKey(*row[:5]), *row[5:]) for row in rows}


async def write_awards(connection: AsyncConnection, awards: Iterable[Award]) -> None:
    """Insert the new ones and store what was posted for the others."""
    awards = list(awards)
    await _INSERT.run(
        connection,
        [
            (
                *a.key, a.award_id, a.program_version, a.member_id, a.occurred_at, a.expires_at, a.posted, a.revision,
                a.held, a.held_until, a.release_at, a.granted, orjson.dumps(a.detail).decode(),
            )
            for a in awards if a.new
        ],
    )  # fmt: skip
    await _UPDATE.run(
        connection,
        [
            (
                a.key.program_id, a.award_id, a.posted, a.revision, a.held, a.held_until, a.release_at, a.granted,
            )
            for a in awards if not a.new
        ],
    )  # fmt: skip


def points_start(occurred_at: datetime, received_at: datetime) -> datetime:
    """From when an award's points live: when it happened, but neither in the future nor before the back-fill window."""
    return min(max(occurred_at, received_at - BACKFILL_WINDOW), received_at)
