"""`ruleUpdate`: a rule of the draft is replaced by another wording of it."""

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


@strawberry.enum(description="Why a rule was not changed.")
class RuleUpdateErrorCode(Enum):
    DRAFT_CHANGED = strawberry.enum_value(
        "DRAFT_CHANGED", description="Returned when the draft's revision is no longer the expected one."
    )
    RULE_NOT_FOUND = strawberry.enum_value("RULE_NOT_FOUND", description="Returned when the draft has no such rule.")
    INVALID = strawberry.enum_value("INVALID", description="Returned when the rule, or the program with it, is wrong.")


@strawberry.type(description="One reason why a rule was not changed. Nothing changed.")
class RuleUpdateUserError:
    field: list[str] | None = strawberry.field(description="The path of the input that it is about.")
    message: str = strawberry.field(description="What is wrong, for people to read.")
    code: RuleUpdateErrorCode = strawberry.field(description="What is wrong, for programs.")


@strawberry.input(description="The rule as a whole; the one with its handle is replaced.")
class RuleUpdateInput:
    expected_revision: int = strawberry.field(description="The draft's revision that was read.")
    rule: RuleInput = strawberry.field(description="The rule; what is left out gets its default.")


@strawberry.type(description="What came of changing a rule.")
class RuleUpdatePayload:
    rule: Rule | None = strawberry.field(description="The rule, null when refused.")
    program_draft: ProgramDraft | None = strawberry.field(description="The draft with it, null when refused.")
    user_errors: list[RuleUpdateUserError] = strawberry.field(description="Why it was refused, empty otherwise.")


async def rule_update(
    info: MerchantInfo,
    input: Annotated[  # noqa: A002  # the one argument of every mutation is named so
        RuleUpdateInput, strawberry.argument(description="The rule as a whole.")
    ],
) -> RuleUpdatePayload:
    """Replace a rule of the draft. What was earned by earlier versions keeps its own."""
    try:
        rule = checked_rule(input.rule)

        def replace(definition: Definition) -> Definition:
            if definition.rule(rule.handle) is None:
                raise refused("RULE_NOT_FOUND", "rule", "The draft has no rule of this handle.")
            rules = tuple(rule if one.handle == rule.handle else one for one in definition.rules)
            return changed(definition, {"rules": rules}, "rule")

        saved = await change_draft(info.context, input.expected_revision, replace)
    except DraftRefused as refusal:
        errors = [
            RuleUpdateUserError(field=fault.field, message=fault.message, code=RuleUpdateErrorCode[refusal.code])
            for fault in refusal.faults
        ]
        return RuleUpdatePayload(rule=None, program_draft=None, user_errors=errors)
    return RuleUpdatePayload(rule=rule_of(rule), program_draft=draft_of(saved), user_errors=[])
