"""Entries in quarantine as the staff see them: whose, by which evidence, what was said and decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import strawberry
from babel.dates import format_datetime

from engine.game.facts import Game
from engine.leaderboards.appeals import Quarantine as QuarantineFacts
from laurel_graphql.fields import computed
from laurel_graphql.gaming import GID_KINDS
from laurel_graphql.gids import gid
from laurel_graphql.pages import PageInfo, cursor_of, cut
from laurel_graphql.refusals import Words
from laurel_graphql.texts import BABEL_LOCALES, TEXTS
from laurel_graphql.types.quarantines import QuarantineDecision


@strawberry.type(description="An entry of a board or league that looks like cheating, or did.")
class QuarantineRecord:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="Its global id.")
    leaderboard: str = strawberry.field(description="The handle of the board or league.")
    leaderboard_id: strawberry.ID = strawberry.field(description="The global id of the board or league.")
    title: str = strawberry.field(description="Its title.")
    member_id: strawberry.ID = strawberry.field(description="The member's global id.")
    display_name: str | None = strawberry.field(description="The name that they chose, null where they left.")
    reason: str = strawberry.field(description="Why, for programs, such as `MANY_ORDERS`.")
    reason_text: str = strawberry.field(description="The same in the caller's language.")
    evidence: list[str] = strawberry.field(description="The numbers and moments that it was found by.")
    since: datetime = strawberry.field(description="Since when it looks so.")
    open: bool = strawberry.field(description="Whether others do not see the entry because of it now.")
    appeal: str | None = strawberry.field(description="What its owner said about it, null for nothing.")
    appealed_at: datetime | None = strawberry.field(description="When.")
    decision: QuarantineDecision | None = strawberry.field(description="What a person decided, null before that.")
    decided_by: str | None = strawberry.field(description="Who.")
    decided_at: datetime | None = strawberry.field(description="When.")
    lifted_at: datetime | None = strawberry.field(description="When the evidence was no longer there.")


@strawberry.type(description="An entry on a page.")
class QuarantineRecordEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: QuarantineRecord = strawberry.field(description="The entry.")


@strawberry.type(description="A page of entries in quarantine.")
class QuarantineRecordConnection:
    nodes: list[QuarantineRecord] = strawberry.field(description="The entries, newest first.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The entries, each with its cursor.")
    def edges(self) -> list[QuarantineRecordEdge]:
        """Made only where they are asked for."""
        return [QuarantineRecordEdge(cursor=cursor_of("Quarantine", node.number), node=node) for node in self.nodes]


def record_of(one: QuarantineFacts, games: Mapping[int, Game[Any]], words: Words) -> QuarantineRecord:
    """The entry of an engine's record."""
    game = games[one.definition_id]
    return QuarantineRecord(
        number=one.quarantine_id,
        id=strawberry.ID(gid("Quarantine", one.quarantine_id)),
        leaderboard=game.handle,
        leaderboard_id=strawberry.ID(gid(GID_KINDS[game.kind], game.definition_id)),
        title=game.newest.definition.title,
        member_id=strawberry.ID(gid("Member", one.member_id)),
        display_name=one.display_name,
        reason=one.reason,
        reason_text=TEXTS[words.language][f"quarantine.reason.{one.reason.lower()}"],
        evidence=_evidence(one, words),
        since=one.since,
        open=one.open,
        appeal=one.appeal,
        appealed_at=one.appealed_at,
        decision=None if one.decision is None else QuarantineDecision[one.decision.upper()],
        decided_by=one.decided_by,
        decided_at=one.decided_at,
        lifted_at=one.lifted_at,
    )


def connection_of(
    found: Sequence[QuarantineFacts], games: Mapping[int, Game[Any]], words: Words, first: int, after: str | None
) -> QuarantineRecordConnection:
    """A page of `first`, when `first + 1` entries were asked for and these were found."""
    nodes = [record_of(one, games, words) for one in found]
    return QuarantineRecordConnection(nodes=nodes[:first], page_info=cut(nodes, "Quarantine", first, after))


def _evidence(one: QuarantineFacts, words: Words) -> list[str]:
    """The evidence as sentences: which numbers were too many, and when."""
    told = {name: _told(value, words) for name, value in one.evidence.items()}
    sentence = TEXTS[words.language][f"quarantine.evidence.{one.reason.lower()}"]
    return [sentence.format_map({"count": "", "limit": "", "from": "", "to": "", "orders": "", "percent": ""} | told)]


def _told(value: int | str, words: Words) -> str:
    if isinstance(value, int):
        return str(value)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return format_datetime(moment.astimezone(words.zone), "medium", locale=BABEL_LOCALES[words.language])
