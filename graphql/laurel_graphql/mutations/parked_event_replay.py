"""`parkedEventReplay`: a delivery that could not be applied is tried again from the start."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.inbox import replay_delivery
from laurel_graphql.context import MerchantInfo
from laurel_graphql.gids import gid, number_of


@strawberry.enum(description="Why a replay was refused.")
class ParkedEventReplayErrorCode(Enum):
    NOT_PARKED = strawberry.enum_value(
        "NOT_PARKED", description="Returned when there is no parked delivery of that id (any more)."
    )


@strawberry.type(description="One reason why a replay was refused. Nothing changed.")
class ParkedEventReplayUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: ParkedEventReplayErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="Which delivery to try again.")
class ParkedEventReplayInput:
    id: strawberry.ID = strawberry.field(description="The parked delivery's global id.")


@strawberry.type(description="What came of a replay.")
class ParkedEventReplayPayload:
    replayed_id: strawberry.ID | None = strawberry.field(
        description="The delivery that is tried again now, null when refused. If it fails again, it is parked again."
    )
    user_errors: list[ParkedEventReplayUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def parked_event_replay(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        ParkedEventReplayInput, strawberry.argument(description="Which delivery to try again.")
    ],
) -> ParkedEventReplayPayload:
    """Hand the delivery back to the worker. Twice is once: the second finds nothing parked."""
    number = number_of(input.id, "ParkedEvent")
    async with info.context.writing() as connection:
        replayed = await replay_delivery(connection, info.context.program_id, number)
    if replayed:
        return ParkedEventReplayPayload(replayed_id=strawberry.ID(gid("ParkedEvent", number)), user_errors=[])
    error = ParkedEventReplayUserError(
        field=["input", "id"],
        message="There is no parked event of that id.",
        code=ParkedEventReplayErrorCode.NOT_PARKED,
    )
    return ParkedEventReplayPayload(replayed_id=None, user_errors=[error])
