"""`ruleCreate`: the draft gets one more rule."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from engine.rules.definitions import Definition
from laurel_graphql.context import MerchantInfo
from laurel_graphql.drafting import DraftRefused, change_draft, changed, checked_rule, refused
from laurel_graphql.inputs.rules import RuleInput
from laurel_graphql.types.publications import ProgramDraft, draft_of
from laurel_graphql.types.rules import Rule, rule_of


@strawberry.enum(description="Why no rule was added.")
class RuleCreateErrorCode(Enum):
    DRAFT_CHANGED = strawberry.enum_value(
        "DRAFT_CHANGED", description="Returned when the draft's revision is no longer the expected one."
    )
    HANDLE_TAKEN = strawberry.enum_value("HANDLE_TAKEN", description="Returned when another rule has the handle.")
    INVALID = strawberry.enum_value("INVALID", description="Returned when the rule, or the program with it, is wrong.")


@strawberry.type(description="One reason why no rule was added. Nothing changed.")
class RuleCreateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: RuleCreateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The rule to add.")
class RuleCreateInput:
    expected_revision: int = strawberry.field(description="The draft's revision that was read.")
    rule: RuleInput = strawberry.field(description="The rule.")


@strawberry.type(description="What came of adding a rule.")
class RuleCreatePayload:
    rule: Rule | None = strawberry.field(description="The rule, null when refused.")
    program_draft: ProgramDraft | None = strawberry.field(description="The draft with it, null when refused.")
    user_errors: list[RuleCreateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def rule_create(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        RuleCreateInput, strawberry.argument(description="The rule to add.")
    ],
) -> RuleCreatePayload:
    """Add a rule to the draft. It decides nothing before the draft is published."""
    try:
        rule = checked_rule(input.rule)

        def add(definition: Definition) -> Definition:
            if definition.rule(rule.handle) is not None:
                raise refused("HANDLE_TAKEN", "rule", "Another rule has this handle.")
            return changed(definition, {"rules": (*definition.rules, rule)}, "rule")

        saved = await change_draft(info.context, input.expected_revision, add)
    except DraftRefused as refusal:
        errors = [
            RuleCreateUserError(field=fault.field, message=fault.message, code=RuleCreateErrorCode[refusal.code])
            for fault in refusal.faults
        ]
        return RuleCreatePayload(rule=None, program_draft=None, user_errors=errors)
    return RuleCreatePayload(rule=rule_of(rule), program_draft=draft_of(saved), user_errors=[])
