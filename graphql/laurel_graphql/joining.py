"""What a shopper asks of the game: under their own name, in a transaction of its own, refused with a code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from engine.database import Connection
from engine.game.catalog import game_by_handle
from engine.game.facts import GameKind
from engine.members import member_of_customer
from laurel_graphql.context import StorefrontContext
from laurel_graphql.inputs.texts import readable
from laurel_graphql.texts import TEXTS, language_of

Result = TypeVar("Result")
Act = Callable[[Connection, int], Awaitable[Result]]
"""What is done with a connection for a member."""


class GameActRefused(Exception):  # noqa: N818  # a refusal, told to the shopper
    """Nothing was changed. `code` is the API's, `field` the path of the input that is to blame."""

    def __init__(self, code: str, field: list[str], message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message


def refused(code: str, words: str, locale: str, field: str | None = None) -> GameActRefused:
    """A refusal in the caller's language; `words` is where its sentences are."""
    message = TEXTS[language_of(locale)][f"{words}.refused.{code.lower()}"]
    return GameActRefused(code, ["input"] if field is None else ["input", field], message)


async def acted(context: StorefrontContext, words: str, act: Act[Result]) -> Result:
    """Do it in a transaction of its own. Raises GameActRefused for who is not logged in, and what `act` raises."""
    if context.customer_id is None:
        raise refused("SIGNED_OUT", words, context.locale)
    async with context.writing() as connection:
        member = await member_of_customer(connection, context.program_id, context.shop_id, context.customer_id)
        return await act(connection, member.member_id)


async def live_game(
    connection: Connection, context: StorefrontContext, kind: GameKind, handle: str, *, code: str, words: str
) -> int:
    """The id of a live game of a handle. Raises GameActRefused with `code` for an unknown or archived one."""
    found = await game_by_handle(connection, context.program_id, kind, readable(handle))
    if found is None or found.archived_at is not None:
        raise refused(code, words, context.locale, "handle")
    return found.definition_id
