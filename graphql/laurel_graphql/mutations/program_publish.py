"""`programPublish`: the draft becomes the next version."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from engine.database import Connection, transaction_time
from engine.game.defaults import seed_first_game
from engine.idempotency import (
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    InputValue,
    KeyedRequest,
    begin,
    keyed_request,
    remember,
)
from engine.publishing import DraftChanged, draft, publish, save_draft, versions
from engine.rewards.defaults import seed_first_rewards
from engine.tiers.defaults import seed_first_tiers
from laurel_graphql.context import MerchantContext, MerchantInfo
from laurel_graphql.texts import TEXTS, language_of
from laurel_graphql.types.publications import PublishedVersion, version_of

_OBJECT = "program-version"


@strawberry.enum(description="Why a publication was refused.")
class ProgramPublishErrorCode(Enum):
    DRAFT_CHANGED = strawberry.enum_value(
        "DRAFT_CHANGED", description="Returned when the draft's revision is no longer the expected one."
    )
    EFFECTIVE_FROM_PAST = strawberry.enum_value(
        "EFFECTIVE_FROM_PAST", description="Returned when `effectiveFrom` lies before now."
    )
    INVALID_IDEMPOTENCY_KEY = strawberry.enum_value(
        "INVALID_IDEMPOTENCY_KEY", description="Returned unless the key is 1 to 100 visible ASCII characters."
    )
    IDEMPOTENCY_KEY_REUSED = strawberry.enum_value(
        "IDEMPOTENCY_KEY_REUSED", description="Returned when the key stands for a publication with other input."
    )


@strawberry.type(description="One reason why a publication was refused. Nothing changed.")
class ProgramPublishUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: ProgramPublishErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="What to publish and from when.")
class ProgramPublishInput:
    effective_from: datetime | None = strawberry.field(
        default=None,
        description="The first moment that the version decides, by the time at which orders were paid. Not before now; "
        "null means now.",
    )
    expected_revision: int | None = strawberry.field(
        default=None,
        description="The draft's revision that was read. When the draft has changed since, nothing is published; null "
        "publishes it as it stands.",
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Made by the client. Sending it again with the same input publishes nothing more and returns the "
        "same version; null: every request publishes.",
    )


@strawberry.type(description="What came of a publication.")
class ProgramPublishPayload:
    program_version: PublishedVersion | None = strawberry.field(description="The new version, null when refused.")
    user_errors: list[ProgramPublishUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def program_publish(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        ProgramPublishInput, strawberry.argument(description="What to publish and from when.")
    ],
) -> ProgramPublishPayload:
    """Publish the draft. Two at once become two versions, one after the other."""
    return await _publish(info.context, input)


async def _publish(context: MerchantContext, asked: ProgramPublishInput) -> ProgramPublishPayload:
    texts = TEXTS[language_of(context.locale)]
    try:
        return await _publish_once(context, asked, _keyed(context, asked))
    except DraftChanged:
        return _refused(
            "expectedRevision", "The draft has changed since it was read.", ProgramPublishErrorCode.DRAFT_CHANGED
        )
    except IdempotencyKeyInvalid:
        message = texts["refused.invalid_idempotency_key"]
        return _refused("idempotencyKey", message, ProgramPublishErrorCode.INVALID_IDEMPOTENCY_KEY)
    except IdempotencyKeyReused:
        message = texts["refused.idempotency_key_reused"]
        return _refused("idempotencyKey", message, ProgramPublishErrorCode.IDEMPOTENCY_KEY_REUSED)


async def _publish_once(
    context: MerchantContext, asked: ProgramPublishInput, request: KeyedRequest | None
) -> ProgramPublishPayload:
    async with context.writing() as connection:
        known = None if request is None else await begin(connection, request, _OBJECT)
        if known is not None:
            return await _published(connection, context.program_id, known)
        if asked.effective_from is not None and asked.effective_from < await transaction_time(connection):
            return _refused(
                "effectiveFrom", "A version cannot begin in the past.", ProgramPublishErrorCode.EFFECTIVE_FROM_PAST
            )
        found = await draft(connection, context.program_id)
        if asked.expected_revision not in (None, found.revision):
            raise DraftChanged(found.revision)
        # Saving it as it is holds it: nobody's change gets between what was read and what is published.
        held = await save_draft(
            connection, context.program_id, found.definition, expected_revision=found.revision, actor=context.actor
        )
        version = await publish(
            connection, context.program_id, held.definition, effective_from=asked.effective_from, actor=context.actor
        )
        if version.version == 1:
            await seed_first_rewards(connection, context.program_id, actor=context.actor)
            await seed_first_tiers(connection, context.program_id, actor=context.actor)
            await seed_first_game(connection, context.program_id, actor=context.actor)
        if request is not None:
            await remember(connection, request, _OBJECT, version.version)
    return ProgramPublishPayload(program_version=version_of(version), user_errors=[])


def _keyed(context: MerchantContext, asked: ProgramPublishInput) -> KeyedRequest | None:
    if asked.idempotency_key is None:
        return None
    effective_from = None if asked.effective_from is None else asked.effective_from.isoformat()
    given: dict[str, InputValue] = {"effective_from": effective_from, "expected_revision": asked.expected_revision}
    return keyed_request(context.program_id, f"publish/{context.actor}", asked.idempotency_key, given)


async def _published(connection: Connection, program_id: int, number: int) -> ProgramPublishPayload:
    version = next(one for one in await versions(connection, program_id) if one.version == number)
    return ProgramPublishPayload(program_version=version_of(version), user_errors=[])


def _refused(name: str, message: str, code: ProgramPublishErrorCode) -> ProgramPublishPayload:
    error = ProgramPublishUserError(field=["input", name], message=message, code=code)
    return ProgramPublishPayload(program_version=None, user_errors=[error])
