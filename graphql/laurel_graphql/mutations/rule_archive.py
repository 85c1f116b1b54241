"""`ruleArchive`: a rule leaves the draft. Versions that have it, and awards that name it, keep it."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.rules.definitions import Definition
from laurel_graphql.context import MerchantInfo
from laurel_graphql.drafting import DraftRefused, change_draft, changed, refused
from laurel_graphql.types.publications import ProgramDraft, draft_of


@strawberry.enum(description="Why a rule was not archived.")
class RuleArchiveErrorCode(Enum):
    DRAFT_CHANGED = strawberry.enum_value(
        "DRAFT_CHANGED", description="Returned when the draft's revision is no longer the expected one."
    )
    RULE_NOT_FOUND = strawberry.enum_value("RULE_NOT_FOUND", description="Returned when the draft has no such rule.")
    INVALID = strawberry.enum_value("INVALID", description="Returned when the program would be wrong without it.")


@strawberry.type(description="One reason why a rule was not archived. Nothing changed.")
class RuleArchiveUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: RuleArchiveErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The rule to archive.")
class RuleArchiveInput:
    expected_revision: int = strawberry.field(description="The draft's revision that was read.")
    handle: str = strawberry.field(description="The rule's handle.")


@strawberry.type(description="What came of archiving a rule.")
class RuleArchivePayload:
    program_draft: ProgramDraft | None = strawberry.field(description="The draft without it, null when refused.")
    user_errors: list[RuleArchiveUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def rule_archive(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        RuleArchiveInput, strawberry.argument(description="The rule to archive.")
    ],
) -> RuleArchivePayload:
    """Take a rule out of the draft. It earns on until the draft is published."""

    def remove(definition: Definition) -> Definition:
        if definition.rule(input.handle) is None:
            raise refused("RULE_NOT_FOUND", "handle", "The draft has no rule of this handle.")
        rules = tuple(one for one in definition.rules if one.handle != input.handle)
        return changed(definition, {"rules": rules}, "handle")

    try:
        saved = await change_draft(info.context, input.expected_revision, remove)
    except DraftRefused as refusal:
        errors = [
            RuleArchiveUserError(field=fault.field, message=fault.message, code=RuleArchiveErrorCode[refusal.code])
            for fault in refusal.faults
        ]
        return RuleArchivePayload(program_draft=None, user_errors=errors)
    return RuleArchivePayload(program_draft=draft_of(saved), user_errors=[])
