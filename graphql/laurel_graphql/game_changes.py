"""Games made, changed and archived by the staff: the same three mutations for each kind of game."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import strawberry

from engine.game.facts import Game, GameKind
from laurel_graphql.changes import Change, given_of, input_of, mutation
from laurel_graphql.context import MerchantContext
from laurel_graphql.gaming import game_archived, game_created, game_updated
from laurel_graphql.inputs.badges import BadgeInput
from laurel_graphql.inputs.challenges import ChallengeInput
from laurel_graphql.inputs.leaderboards import LeaderboardInput, LeagueInput
from laurel_graphql.inputs.streaks import LevelsInput, StreakInput
from laurel_graphql.types.badge_records import BadgeDefinition, badge_definition_of
from laurel_graphql.types.challenge_records import ChallengeDefinition, challenge_definition_of
from laurel_graphql.types.game_records import StaffDesk, staff_desk
from laurel_graphql.types.leaderboard_records import (
    LeaderboardDefinition,
    LeagueDefinition,
    leaderboard_definition_of,
    league_definition_of,
)
from laurel_graphql.types.level_records import LevelsDefinition, levels_definition_of
from laurel_graphql.types.streak_records import StreakDefinition, streak_definition_of

_HANDLE = "Its handle: a–z, 0–9 and `-`, at most 64, unique among its kind."
_NOT_FOUND = {
    "NOT_FOUND": "Returned when the program has no such one.",
    "ARCHIVED": "Returned when it is archived.",
    "VERSION_CONFLICT": "Returned when somebody else made another version since it was read.",
}
_CREATING = {
    "HANDLE_TAKEN": "Returned when another one has the handle, or had it.",
    "HANDLE_INVALID": "Returned unless the handle is a–z, 0–9 and `-`, at most 64 characters.",
    "TOO_MANY": "Returned when the program has as many as it may at a time.",
    "INVALID": "Returned when it is wrong.",
}
_UPDATING = _NOT_FOUND | {
    "TOO_MANY": "Returned when it was changed as often as it may be.",
    "INVALID": "Returned when it is wrong.",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of game: what is written of it and what is shown. There is one set of levels, and it has no place."""

    name: GameKind
    written: type
    shown: type
    shows: Callable[[Game[Any], StaffDesk], Any]

    @property
    def is_set(self) -> bool:
        """Whether the program has one of it, spoken of as several."""
        return self.name == "levels"

    @property
    def whole(self) -> tuple[type, str]:
        """The field of an input that says all of it."""
        return self.written, f"The {self.name} as a whole; what is left out gets its default."

    @property
    def read(self) -> dict[str, tuple[type, str]]:
        """The fields of an input that say which one, as it was read."""
        told = "Their global id." if self.is_set else "Its global id."
        return {
            f"{self.name}_id": (strawberry.ID, told), "expected_version": (int, "The version that was read."),
        }  # fmt: skip

    @property
    def given(self) -> type:
        """What the payloads give."""
        stands = "they stand" if self.is_set else "it stands"
        return given_of(self.name, self.shown, f"The {self.name} as {stands} now, null when refused.")

    def refused(self, what: str) -> str:
        """What did not happen to it."""
        return f"the {self.name} were not {what}" if self.is_set else f"a {self.name} was not {what}"

    async def answer(self, context: MerchantContext, made: Game[Any]) -> Mapping[str, Any]:
        """The fields of a payload."""
        return {self.name: self.shows(made, await staff_desk(context, [made]))}


BADGE = Kind("badge", BadgeInput, BadgeDefinition, badge_definition_of)
CHALLENGE = Kind("challenge", ChallengeInput, ChallengeDefinition, challenge_definition_of)
STREAK = Kind("streak", StreakInput, StreakDefinition, streak_definition_of)
LEVELS = Kind("levels", LevelsInput, LevelsDefinition, levels_definition_of)
LEADERBOARD = Kind("leaderboard", LeaderboardInput, LeaderboardDefinition, leaderboard_definition_of)
LEAGUE = Kind("league", LeagueInput, LeagueDefinition, league_definition_of)


def created(kind: Kind, description: str) -> Any:
    """The mutation that makes one."""
    name, fields = f"{kind.name.title()}CreateInput", {"handle": (str, _HANDLE), kind.name: kind.whole}
    if kind.is_set:
        fields["handle"] = (str, "Their handle: a–z, 0–9 and `-`, at most 64 characters.")
        takes = input_of(name, f"The {kind.name} to make.", fields, handle=kind.name)
    else:
        place = {"position": (int | None, "Its place in the list, from 0 on; null: the last.")}
        takes = input_of(name, f"The {kind.name} to make.", fields | place, position=None)

    async def does(context: MerchantContext, given: Any) -> Mapping[str, Any]:
        place = getattr(given, "position", None)
        made = await game_created(context, kind.name, given.handle, getattr(given, kind.name), place)
        return await kind.answer(context, made)

    refused = f"no {kind.name} {'were' if kind.is_set else 'was'} made"
    return mutation(Change(f"{kind.name}_create", description, refused, takes, kind.given, _CREATING, does))


def updated(kind: Kind, description: str) -> Any:
    """The mutation that makes the next version of one."""
    fields: dict[str, Any] = {**kind.read, kind.name: kind.whole}
    name, told = f"{kind.name.title()}UpdateInput", f"The {kind.name} as a whole."
    if kind.is_set:
        takes = input_of(name, told, fields)
    else:
        place = {"position": (int | None, "Its place in the list; null: as it is.")}
        takes = input_of(name, told, fields | place, position=None)

    async def does(context: MerchantContext, given: Any) -> Mapping[str, Any]:
        made = await game_updated(
            context, kind.name, getattr(given, f"{kind.name}_id"), given.expected_version, getattr(given, kind.name),
            getattr(given, "position", None),
        )  # fmt: skip
        return await kind.answer(context, made)

    refused = kind.refused("changed")
    return mutation(Change(f"{kind.name}_update", description, refused, takes, kind.given, _UPDATING, does))


def archived(kind: Kind, description: str) -> Any:
    """The mutation that ends one."""
    takes = input_of(f"{kind.name.title()}ArchiveInput", f"Which {kind.name}.", kind.read)

    async def does(context: MerchantContext, given: Any) -> Mapping[str, Any]:
        number = getattr(given, f"{kind.name}_id")
        return await kind.answer(context, await game_archived(context, kind.name, number, given.expected_version))

    refused = kind.refused("archived")
    return mutation(Change(f"{kind.name}_archive", description, refused, takes, kind.given, _NOT_FOUND, does))
