"""`programUpdate`: what the draft says besides its rules."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.rules.definitions import Definition
from laurel_graphql.context import MerchantInfo
from laurel_graphql.drafting import DraftRefused, change_draft, changed
from laurel_graphql.inputs.given import plain
from laurel_graphql.inputs.programs import ProgramInput
from laurel_graphql.types.publications import ProgramDraft, draft_of


@strawberry.enum(description="Why the draft was not changed.")
class ProgramUpdateErrorCode(Enum):
    DRAFT_CHANGED = strawberry.enum_value(
        "DRAFT_CHANGED", description="Returned when the draft's revision is no longer the expected one."
    )
    INVALID = strawberry.enum_value("INVALID", description="Returned when the program would be wrong.")


@strawberry.type(description="One reason why the draft was not changed.")
class ProgramUpdateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: ProgramUpdateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="What to change of the draft.")
class ProgramUpdateInput:
    expected_revision: int = strawberry.field(description="The draft's revision that was read.")
    program: ProgramInput = strawberry.field(description="What to change.")


@strawberry.type(description="What came of changing the draft.")
class ProgramUpdatePayload:
    program_draft: ProgramDraft | None = strawberry.field(description="The draft, null when refused.")
    user_errors: list[ProgramUpdateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def program_update(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        ProgramUpdateInput, strawberry.argument(description="What to change of the draft.")
    ],
) -> ProgramUpdatePayload:
    """Change the draft. It decides nothing before it is published."""
    changes = plain(input.program)
    if changes.pop("remove_multiplier_ceiling"):
        changes["multiplier_ceiling"] = None

    def change(definition: Definition) -> Definition:
        return changed(definition, changes, "program")

    try:
        saved = await change_draft(info.context, input.expected_revision, change)
    except DraftRefused as refusal:
        errors = [
            ProgramUpdateUserError(field=fault.field, message=fault.message, code=ProgramUpdateErrorCode[refusal.code])
            for fault in refusal.faults
        ]
        return ProgramUpdatePayload(program_draft=None, user_errors=errors)
    return ProgramUpdatePayload(program_draft=draft_of(saved), user_errors=[])
