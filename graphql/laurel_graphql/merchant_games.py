"""What the staff can change about what there is to play for."""

from __future__ import annotations

import strawberry

from laurel_graphql.game_changes import (
    BADGE,
    CHALLENGE,
    LEADERBOARD,
    LEAGUE,
    LEVELS,
    STREAK,
    archived,
    created,
    updated,
)
from laurel_graphql.mutations.artwork_create import ArtworkCreatePayload, artwork_create
from laurel_graphql.mutations.badge_give import BadgeGivePayload, badge_give
from laurel_graphql.mutations.badge_preview import BadgePreviewPayload, badge_preview
from laurel_graphql.mutations.badge_take import BadgeTakePayload, badge_take
from laurel_graphql.mutations.quarantine_decide import QuarantineDecidePayload, quarantine_decide


@strawberry.type
class GameMutations:
    """Mutations of games, for the merchant schema."""

    badge_create = created(BADGE, "Let members earn one more badge.")
    badge_update = updated(BADGE, "Make the next version of a badge.")
    badge_archive = archived(BADGE, "Let nobody earn a badge any more.")
    challenge_create = created(CHALLENGE, "Give members one more challenge.")
    challenge_update = updated(CHALLENGE, "Make the next version of a challenge.")
    challenge_archive = archived(CHALLENGE, "Let nobody finish a challenge any more.")
    streak_create = created(STREAK, "Let members keep one more streak.")
    streak_update = updated(STREAK, "Make the next version of a streak.")
    streak_archive = archived(STREAK, "End a streak for everybody.")
    levels_create = created(LEVELS, "Let members rise through levels.")
    levels_update = updated(LEVELS, "Make the next version of the levels.")
    levels_archive = archived(LEVELS, "Let nobody reach a level any more.")
    leaderboard_create = created(LEADERBOARD, "Rank members on one more board.")
    leaderboard_update = updated(LEADERBOARD, "Make the next version of a leaderboard.")
    leaderboard_archive = archived(LEADERBOARD, "Show a leaderboard no more.")
    league_create = created(LEAGUE, "Let members play one more league.")
    league_update = updated(LEAGUE, "Make the next version of a league.")
    league_archive = archived(LEAGUE, "Play a league no more.")
    artwork_create: ArtworkCreatePayload = strawberry.field(
        resolver=artwork_create, description="Bring a picture for badges, challenges and streaks."
    )
    badge_preview: BadgePreviewPayload = strawberry.field(
        resolver=badge_preview, description="Count who would have a badge at once. Changes nothing."
    )
    badge_give: BadgeGivePayload = strawberry.field(resolver=badge_give, description="Give a member a badge by hand.")
    badge_take: BadgeTakePayload = strawberry.field(resolver=badge_take, description="Take a badge from a member.")
    quarantine_decide: QuarantineDecidePayload = strawberry.field(
        resolver=quarantine_decide, description="Decide about an entry that looks like cheating."
    )
