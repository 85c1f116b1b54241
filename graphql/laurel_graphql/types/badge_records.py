"""Badges as the staff see them, and the pictures that they can have."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from engine.badges.definitions import LEVELS_MAXIMUM
from engine.badges.definitions import BadgeDefinition as BadgeFacts
from engine.badges.holders import badge_holders
from engine.game.facts import Game
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.game_sentences import counted_text, how_text
from laurel_graphql.inputs.badges import BadgeRecurrence
from laurel_graphql.pages import After, First, number_after
from laurel_graphql.scalars import Points
from laurel_graphql.texts import TEXTS
from laurel_graphql.types.badge_holders import BadgeHolderConnection
from laurel_graphql.types.badge_holders import connection_of as holders_page
from laurel_graphql.types.game_desk import GameDesk
from laurel_graphql.types.game_records import EarnedRecord, StaffDesk, record_fields
from laurel_graphql.types.game_values import GameCounter, GameWindow, counter_of, window_of


@strawberry.type(description="A picture that badges, challenges and streaks can have.")
class Artwork:
    id: str = strawberry.field(description="What an input names it by: `builtin:star`, `artwork:17`.")
    name: str = strawberry.field(description="Its name.")
    url: str = strawberry.field(description="Where it is found, an SVG.")
    builtin: bool = strawberry.field(description="Whether it came with Laurel.")


@strawberry.type(description="One level of a badge.")
class BadgeDefinitionLevel:
    badge_number: strawberry.Private[int]
    staff: strawberry.Private[StaffDesk]
    number: int = strawberry.field(description="Its number, from 1 on.")
    name: str = strawberry.field(description="Its name; empty for none.")
    target: Decimal = strawberry.field(description="How much it takes.")
    points: Points = strawberry.field(description="Points that it gives.")
    points_days: int | None = strawberry.field(description="For how many days they can be spent, null for good.")
    experience: Points = strawberry.field(description="Experience that it gives.")
    score: Points = strawberry.field(description="What it counts on boards of challenge scores.")
    artwork_url: str = strawberry.field(description="Its picture.")
    text: str = strawberry.field(
        description="What it takes, in the caller's language; empty where it is given by hand."
    )

    @computed("How many members have it now, once each; those with a higher level, too.")
    async def members(self, info: MerchantInfo) -> int:
        """Counted for all badges of a list at once."""
        holders = await self.staff.counts.of(info.context, self.badge_number)
        return holders.levels.get(self.number, 0)


@strawberry.type(description="A badge with everything that its newest version says.")
class BadgeDefinition(EarnedRecord):
    title: str = strawberry.field(description="Its title.")
    description: str = strawberry.field(description="What it is; empty for nothing.")
    hidden: bool = strawberry.field(description="Whether it is shown only once it is earned.")
    artwork: Artwork = strawberry.field(description="Its picture.")
    counter: GameCounter | None = strawberry.field(description="What is counted, null where it is given by hand.")
    window: GameWindow = strawberry.field(description="In which time.")
    recurrence: BadgeRecurrence = strawberry.field(description="How often it can be earned.")
    levels: list[BadgeDefinitionLevel] = strawberry.field(description="Its levels, lowest first.")
    after: list[str] = strawberry.field(description="Handles of badges that must be held as well.")
    retroactive: bool = strawberry.field(description="Whether it decides as if it had always been in force.")
    rollback: bool = strawberry.field(description="Whether a refund takes it back.")
    given_by_hand: bool = strawberry.field(description="Whether only the staff give it.")

    @computed("Who has it now, those first who have it since last.")
    async def holders(
        self,
        info: MerchantInfo,
        level: Annotated[
            int | None,
            strawberry.argument(description="Only who has this level, or a higher one too; null: any level."),
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> BadgeHolderConnection:
        """One page of them, each once; nobody has a level that the badge never had."""
        context, before = info.context, number_after(after, "Achievement")
        if level is not None and not 1 <= level <= LEVELS_MAXIMUM:
            return holders_page([], first, after)
        async with context.reading() as connection:
            found = await badge_holders(
                connection, context.program_id, context.shop_id, self.number, first + 1, level=level, before=before
            )
        return holders_page(found, first, after)


def badge_definition_of(game: Game[Any], staff: StaffDesk) -> BadgeDefinition:
    """The badge of an engine's record."""
    definition: BadgeFacts = game.newest.definition
    return BadgeDefinition(
        **record_fields(game, staff, _summary(definition, staff.desk)),
        title=definition.title,
        description=definition.description,
        hidden=definition.hidden,
        artwork=artwork_of(definition.artwork, staff.desk),
        counter=None if definition.counter is None else counter_of(definition.counter, staff.language),
        window=window_of(definition.window, staff.desk.words),
        recurrence=BadgeRecurrence[definition.recurrence.upper()],
        levels=list(_levels(game.definition_id, definition, staff)),
        after=list(definition.after),
        retroactive=definition.retroactive,
        rollback=definition.rollback,
        given_by_hand=definition.given_by_hand,
    )


def artwork_of(reference: str, desk: GameDesk, name: str | None = None) -> Artwork:
    """The picture of a reference; the merchant's own have a name of their own."""
    kind, _, rest = reference.partition(":")
    return Artwork(id=reference, name=name or rest, url=desk.artwork_url(reference), builtin=kind == "builtin")


def _levels(number: int, definition: BadgeFacts, staff: StaffDesk) -> Iterator[BadgeDefinitionLevel]:
    counter = definition.counter
    for place, level in enumerate(definition.levels, 1):
        yield BadgeDefinitionLevel(
            badge_number=number,
            staff=staff,
            number=place,
            name=level.name,
            target=level.target,
            points=Points(level.points),
            points_days=level.points_days,
            experience=Points(level.experience),
            score=Points(level.score),
            artwork_url=staff.desk.artwork_url(definition.artwork, place, len(definition.levels)),
            text="" if counter is None else counted_text(counter, level.target, staff.language),
        )


def _summary(definition: BadgeFacts, desk: GameDesk) -> Iterator[str]:
    texts = TEXTS[desk.language]
    if definition.counter is None:
        yield texts["badge.by_hand"]
    else:
        for level in definition.levels:
            how = how_text(definition.counter, level.target, definition.window, desk.words)
            yield f"{level.name}: {how}" if level.name else how
        yield texts[f"badge.recurrence.{definition.recurrence}"]
        yield texts["badge.retroactive" if definition.retroactive else "badge.not_retroactive"]
    if definition.after:
        yield texts["badge.after"].format(badges=", ".join(definition.after))
    yield texts["badge.rollback" if definition.rollback else "badge.no_rollback"]
    if definition.hidden:
        yield texts["badge.hidden"]
