"""Entries in quarantine, as their owners see them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

from engine.game.facts import Game
from engine.leaderboards.appeals import Quarantine as QuarantineFacts
from laurel_graphql.gids import gid
from laurel_graphql.texts import TEXTS


@strawberry.enum(description="What a person decided about an entry in quarantine.")
class QuarantineDecision(Enum):
    UPHELD = strawberry.enum_value("UPHELD", description="It stays out of sight.")
    CLEARED = strawberry.enum_value("CLEARED", description="There is nothing wrong with it.")


@strawberry.type(description="An entry of a board or league that only its owner sees, or did.")
class Quarantine:
    id: strawberry.ID = strawberry.field(description="Its global id.")
    handle: str = strawberry.field(description="The handle of the board or league.")
    title: str = strawberry.field(description="Its title, as the merchant wrote it.")
    reason: str = strawberry.field(description="Why, for programs, such as `MANY_ORDERS`.")
    reason_text: str = strawberry.field(description="The same in the caller's language.")
    since: datetime = strawberry.field(description="Since when it looks so.")
    open: bool = strawberry.field(description="Whether others do not see the entry because of it now.")
    appeal: str | None = strawberry.field(description="What its owner said about it, null for nothing.")
    appealed_at: datetime | None = strawberry.field(description="When.")
    decision: QuarantineDecision | None = strawberry.field(description="What a person decided, null before that.")
    decided_at: datetime | None = strawberry.field(description="When.")
    can_appeal: bool = strawberry.field(description="Whether its owner can say something about it now.")


def quarantine_of(one: QuarantineFacts, games: Mapping[int, Game[Any]], language: str) -> Quarantine:
    """One entry. Who decided and by which evidence is for the staff."""
    game = games[one.definition_id]
    return Quarantine(
        id=strawberry.ID(gid("Quarantine", one.quarantine_id)),
        handle=game.handle,
        title=game.newest.definition.title,
        reason=one.reason,
        reason_text=TEXTS[language][f"quarantine.reason.{one.reason.lower()}"],
        since=one.since,
        open=one.open,
        appeal=one.appeal,
        appealed_at=one.appealed_at,
        decision=None if one.decision is None else QuarantineDecision[one.decision.upper()],
        decided_at=one.decided_at,
        can_appeal=one.can_appeal,
    )
