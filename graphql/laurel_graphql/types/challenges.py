"""Challenges as members see them: what they are, how far one is, what is left to do."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import Enum

import strawberry

from engine.challenges.definitions import ChallengeDefinition as ChallengeFacts
from engine.challenges.progress import ChallengeProgress as ProgressFacts
from engine.challenges.progress import StepProgress
from laurel_graphql.game_sentences import counted_text, missing_text
from laurel_graphql.gids import gid
from laurel_graphql.scalars import Points
from laurel_graphql.texts import TEXTS, day_text
from laurel_graphql.types.challenge_values import ChallengeScope
from laurel_graphql.types.game_desk import GameDesk
from laurel_graphql.types.game_reader import GameRead
from laurel_graphql.types.game_values import GameProgress, progress_of


@strawberry.enum(description="How a member stands to a challenge.")
class ChallengeState(Enum):
    UPCOMING = strawberry.enum_value("UPCOMING", description="It has not begun.")
    OPEN = strawberry.enum_value("OPEN", description="It runs; everybody takes part, or it can be joined.")
    JOINED = strawberry.enum_value("JOINED", description="They joined it.")
    COMPLETED = strawberry.enum_value("COMPLETED", description="They finished it, in the period that runs.")
    MISSED = strawberry.enum_value("MISSED", description="It ended before they finished it.")


@strawberry.type(description="A challenge, as anybody may know it.")
class Challenge:
    id: strawberry.ID = strawberry.field(description="The challenge's global id.")
    handle: str = strawberry.field(description="Its handle.")
    title: str = strawberry.field(description="Its title, as the merchant wrote it.")
    description: str = strawberry.field(description="What it is, as the merchant wrote it; empty for nothing.")
    artwork_url: str = strawberry.field(description="Its picture, an SVG.")
    scope: ChallengeScope = strawberry.field(description="For whom it is.")
    joinable: bool = strawberry.field(description="Whether it counts only after joining; else everybody takes part.")
    in_sequence: bool = strawberry.field(description="Whether its steps are done one after the other.")
    points: Points = strawberry.field(description="Points for finishing it.")
    experience: Points = strawberry.field(description="Experience for finishing it.")


@strawberry.type(description="One step of a challenge, and how far the member is with it.")
class ChallengeStepProgress:
    handle: str = strawberry.field(description="Its handle.")
    title: str = strawberry.field(description="Its title, as the merchant wrote it.")
    progress: GameProgress = strawberry.field(description="How far it is.")
    done_at: datetime | None = strawberry.field(description="When it was finished, null while it is not.")
    locked: bool = strawberry.field(description="Whether the step before it has to be finished first.")


@strawberry.type(description="How far all members together are.")
class CommunityProgress:
    progress: GameProgress = strawberry.field(description="All of them.")
    mine: Decimal = strawberry.field(description="What this member gave.")
    mine_text: str = strawberry.field(description="The same in the caller's language, such as `3 orders`.")
    minimum: Decimal = strawberry.field(description="What a member must have given to have finished it, too.")
    minimum_text: str = strawberry.field(description="The same in the caller's language.")


@strawberry.type(description="A challenge in the period that runs, and how far the member is.")
class MemberChallenge:
    challenge: Challenge = strawberry.field(description="The challenge.")
    state: ChallengeState = strawberry.field(description="How the member stands to it.")
    steps: list[ChallengeStepProgress] = strawberry.field(description="Its steps.")
    steps_done: int = strawberry.field(description="How many of them are finished.")
    starts_at: datetime = strawberry.field(description="When the period began or begins.")
    ends_at: datetime | None = strawberry.field(description="The first moment after it, null for no end.")
    joined_at: datetime | None = strawberry.field(description="When they joined it, null where they did not.")
    completed_at: datetime | None = strawberry.field(description="When they finished it, null while they have not.")
    can_join: bool = strawberry.field(description="Whether they can join it now.")
    can_leave: bool = strawberry.field(description="Whether they can leave it now.")
    community: CommunityProgress | None = strawberry.field(description="All together, null where each is on their own.")
    message: str = strawberry.field(description="What is left to do, as a sentence.")


_ORDER = {"joined": 0, "open": 1, "upcoming": 2, "completed": 3, "missed": 4}


def member_challenges(read: GameRead) -> list[MemberChallenge]:
    """What the member can play, those that run first; hidden ones only once they are finished."""
    shown = [one for one in read.game.standing.challenges if not one.hidden]
    return [member_challenge(read, one) for one in sorted(shown, key=lambda one: _ORDER[one.state])]


def member_challenge(read: GameRead, one: ProgressFacts) -> MemberChallenge:
    """One challenge."""
    definition, community = one.definition, _community(read, one)
    return MemberChallenge(
        challenge=challenge_of(one.definition_id, one.handle, definition, read.desk),
        state=ChallengeState[one.state.upper()],
        steps=[_step(step, read.desk.language) for step in one.steps],
        steps_done=sum(step.done_at is not None for step in one.steps),
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        joined_at=one.joined_at,
        completed_at=one.completed_at,
        can_join=definition.join == "joined" and one.state == "open",
        can_leave=one.state == "joined",
        community=community,
        message=_message(one, community, read.desk),
    )


def challenge_of(definition_id: int, handle: str, definition: ChallengeFacts, desk: GameDesk) -> Challenge:
    """A challenge as one of its versions says."""
    return Challenge(
        id=strawberry.ID(gid("Challenge", definition_id)),
        handle=handle,
        title=definition.title,
        description=definition.description,
        artwork_url=desk.artwork_url(definition.artwork),
        scope=ChallengeScope[definition.scope.upper()],
        joinable=definition.join == "joined",
        in_sequence=definition.order == "sequence",
        points=Points(definition.points),
        experience=Points(definition.experience),
    )


def _step(step: StepProgress, language: str) -> ChallengeStepProgress:
    """A step as its member did it; what was done beyond its target is no part of it: never "6 of 1 order"."""
    return ChallengeStepProgress(
        handle=step.handle,
        title=step.title,
        progress=progress_of(step.counter, min(step.value, step.target), step.target, step.missing, language),
        done_at=step.done_at,
        locked=step.locked,
    )


def _community(read: GameRead, one: ProgressFacts) -> CommunityProgress | None:
    if one.contribution is None:
        return None
    step = one.definition.steps[0]
    given = read.totals.get((one.definition_id, one.period), 0)
    value, missing = step.counter.amount(given), step.counter.amount(max(0, step.units - given))
    return CommunityProgress(
        progress=progress_of(step.counter, value, step.target, missing, read.desk.language),
        mine=one.contribution,
        mine_text=counted_text(step.counter, one.contribution, read.desk.language),
        minimum=one.definition.minimum_contribution,
        minimum_text=counted_text(step.counter, one.definition.minimum_contribution, read.desk.language),
    )


def _message(one: ProgressFacts, community: CommunityProgress | None, desk: GameDesk) -> str:
    texts, language = TEXTS[desk.language], desk.language
    if one.state in ("completed", "missed"):
        return texts[f"challenge.message.{one.state}"]
    if one.state == "upcoming":
        day = one.starts_at.astimezone(desk.words.zone).date()
        return texts["challenge.message.upcoming"].format(day=day_text(day, language))
    if one.state == "open" and one.definition.join == "joined":
        return texts["challenge.message.join"]
    if community is not None:
        missing = community.progress.missing_text
        return (
            texts["challenge.message.step"].format(missing=missing) if missing else texts["challenge.message.reached"]
        )
    left = [step for step in one.steps if step.missing > 0]
    if not left:
        return ""
    missing = missing_text(left[0].counter, left[0].target, left[0].missing, language)
    if len(one.steps) == 1:
        return texts["challenge.message.step"].format(missing=missing)
    done = len(one.steps) - len(left)
    return texts["challenge.message.steps"].format(done=done, count=len(one.steps), missing=missing)
