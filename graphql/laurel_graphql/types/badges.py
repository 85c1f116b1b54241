"""Badges as members see them: what they earned, and how far the next ones are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import strawberry

from engine.badges.definitions import BadgeDefinition as BadgeFacts
from engine.badges.progress import BadgeProgress as ProgressFacts
from engine.game.facts import Game
from engine.game.standing import Earned
from laurel_graphql.game_sentences import counted_text, how_text, is_once, missing_text
from laurel_graphql.gids import gid
from laurel_graphql.scalars import Points
from laurel_graphql.texts import TEXTS
from laurel_graphql.types.game_desk import GameDesk
from laurel_graphql.types.game_reader import GameRead
from laurel_graphql.types.game_values import GameProgress, progress_of


@strawberry.type(description="One level of a badge.")
class BadgeLevel:
    number: int = strawberry.field(description="Its number, from 1 on.")
    name: str = strawberry.field(description="Its name; empty for none.")
    target: Decimal = strawberry.field(description="How much it takes.")
    points: Points = strawberry.field(description="Points that it gives.")
    experience: Points = strawberry.field(description="Experience that it gives.")
    artwork_url: str = strawberry.field(description="Its picture, an SVG.")
    text: str = strawberry.field(description="What it takes, such as `3 orders`; empty where it is given by hand.")


@strawberry.type(description="A badge, as anybody may know it.")
class Badge:
    id: strawberry.ID = strawberry.field(description="The badge's global id.")
    handle: str = strawberry.field(description="Its handle.")
    title: str = strawberry.field(description="Its title, as the merchant wrote it.")
    description: str = strawberry.field(description="What it is, as the merchant wrote it; empty for nothing.")
    artwork_url: str = strawberry.field(description="Its picture, an SVG.")
    how_text: str = strawberry.field(description="How it is earned, as a sentence.")
    levels: list[BadgeLevel] = strawberry.field(description="Its levels, lowest first.")


@strawberry.type(description="An earned badge as an Open Badges 3.0 credential: addresses that can be shared.")
class BadgeCredential:
    url: str = strawberry.field(description="A page that people read.")
    json_url: str = strawberry.field(description="The credential as JSON.")
    jwt_url: str = strawberry.field(description="The credential as it is signed.")
    svg_url: str = strawberry.field(description="The picture with the credential baked in.")


@strawberry.type(description="How far a badge, or the next level of one, is.")
class BadgeProgress:
    badge: Badge = strawberry.field(description="The badge.")
    level: BadgeLevel = strawberry.field(description="The level that is next.")
    progress: GameProgress = strawberry.field(description="How far it is.")
    window_ends_at: datetime | None = strawberry.field(description="When counting begins anew, null for never.")
    locked_by: list[Badge] = strawberry.field(description="Badges that have to be earned as well.")
    message: str = strawberry.field(description="What is left to do, as a sentence.")


@strawberry.type(description="A badge that the member has.")
class MemberBadge:
    badge: Badge = strawberry.field(description="The badge, as it was when it was earned.")
    level: BadgeLevel = strawberry.field(description="The highest level that they have.")
    earned_at: datetime = strawberry.field(description="When they earned that level.")
    times: int = strawberry.field(description="How often they earned it, where it can be earned again.")
    credential: BadgeCredential | None = strawberry.field(
        description="The badge as a credential; null for the moment until it is written down."
    )
    next: BadgeProgress | None = strawberry.field(description="How far the next level is, null where there is none.")


def badge_of(game: Game[BadgeFacts], definition: BadgeFacts, desk: GameDesk) -> Badge:
    """A badge as one of its versions says."""
    counter, top = definition.counter, len(definition.levels)
    return Badge(
        id=strawberry.ID(gid("Badge", game.definition_id)),
        handle=game.handle,
        title=definition.title,
        description=definition.description,
        artwork_url=desk.artwork_url(definition.artwork, top, top),
        how_text=TEXTS[desk.language]["badge.by_hand"]
        if counter is None
        else how_text(counter, definition.levels[0].target, definition.window, desk.words),
        levels=[_level(definition, number, desk) for number in range(1, top + 1)],
    )


def earned_badges(read: GameRead) -> list[MemberBadge]:
    """What the member has, newest first: each badge once, with its highest level."""
    held: dict[int, list[Earned]] = {}
    for one in read.game.standing.earned:
        if one.kind == "badge" and one.revoked_at is None:
            held.setdefault(one.definition_id, []).append(one)
    following = {one.badge.id: one for one in badge_progress(read)}
    found = [_member_badge(read, every, following) for every in held.values()]
    return sorted(found, key=lambda one: one.earned_at, reverse=True)


def badge_progress(read: GameRead) -> list[BadgeProgress]:
    """What can still be earned, in the merchant's order; hidden badges only once a level of them is held."""
    return [
        _progress(read, one)
        for one in read.game.standing.badges
        if one.next_level is not None and (one.level > 0 or not one.hidden)
    ]


def _member_badge(
    read: GameRead, held: Sequence[Earned], following: Mapping[strawberry.ID, BadgeProgress]
) -> MemberBadge:
    best = max(held, key=lambda one: (one.level, one.earned_at))
    definition: BadgeFacts = read.definition(best.definition_id, best.version)
    badge = badge_of(read.games[best.definition_id], definition, read.desk)
    return MemberBadge(
        badge=badge,
        level=badge.levels[min(best.level, len(badge.levels)) - 1],
        earned_at=best.earned_at,
        times=len({one.occasion for one in held}),
        credential=_credential(read, best),
        next=following.get(badge.id),
    )


def _credential(read: GameRead, one: Earned) -> BadgeCredential | None:
    row = read.game.achievements.get(one.key)
    if row is None or row.revoked_at is not None:
        return None
    page, json, jwt, svg = (read.desk.credential_url(row.credential_id, form) for form in ("", "json", "jwt", "svg"))
    return BadgeCredential(url=page, json_url=json, jwt_url=jwt, svg_url=svg)


def _progress(read: GameRead, one: ProgressFacts) -> BadgeProgress:
    definition: BadgeFacts = read.definition(one.definition_id, one.version)
    counter = definition.counter
    assert counter is not None, "a badge that is given by hand has no progress"
    badge = badge_of(read.games[one.definition_id], definition, read.desk)
    level = badge.levels[(one.next_level or 1) - 1]
    locked = _locked(read, one.locked_by)
    texts = TEXTS[read.desk.language]
    if one.missing <= 0 and locked:
        message = texts["badge.next.locked"].format(badges=", ".join(each.title for each in locked))
    else:
        missing = missing_text(counter, one.target, one.missing, read.desk.language)
        key = "badge.next.once" if is_once(counter, one.target) else "badge.next"
        message = texts[key].format(missing=missing, title=level.name or badge.title)
    return BadgeProgress(
        badge=badge,
        level=level,
        progress=progress_of(counter, one.value, one.target, one.missing, read.desk.language),
        window_ends_at=one.window_ends_at,
        locked_by=locked,
        message=message,
    )


def _locked(read: GameRead, handles: Sequence[str]) -> list[Badge]:
    """The badges of these handles, those left out that members do not know about."""
    games = {game.handle: game for game in read.games.values() if game.kind == "badge"}
    known = [games[handle] for handle in handles if handle in games]
    return [badge_of(game, game.newest.definition, read.desk) for game in known if not game.newest.definition.hidden]


def _level(definition: BadgeFacts, number: int, desk: GameDesk) -> BadgeLevel:
    level, counter = definition.levels[number - 1], definition.counter
    return BadgeLevel(
        number=number,
        name=level.name,
        target=level.target,
        points=Points(level.points),
        experience=Points(level.experience),
        artwork_url=desk.artwork_url(definition.artwork, number, len(definition.levels)),
        text="" if counter is None else counted_text(counter, level.target, desk.language),
    )
