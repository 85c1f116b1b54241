"""Changes of the draft: each names the revision that it was made from, so that of two at once the second is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from pydantic import ValidationError

from engine.publishing import Draft, DraftChanged, draft, save_draft
from engine.rules.definitions import Definition
from engine.rules.rule import Rule
from laurel_graphql.context import MerchantContext
from laurel_graphql.inputs.given import Fault, OneOfError, faults_of, plain
from laurel_graphql.inputs.rules import RuleInput

DraftCode = Literal["DRAFT_CHANGED", "HANDLE_TAKEN", "RULE_NOT_FOUND", "INVALID"]


class DraftRefused(Exception):  # noqa: N818  # a refusal, told to the staff
    """A change that the draft does not take; nothing was changed. `faults` say where and what."""

    def __init__(self, code: DraftCode, faults: list[Fault]) -> None:
        super().__init__(code)
        self.code = code
        self.faults = faults


def refused(code: DraftCode, field: str, message: str) -> DraftRefused:
    """A refusal about one field of the input."""
    return DraftRefused(code, [Fault(["input", field], message)])


def checked_rule(given: RuleInput) -> Rule:
    """The rule of an input. Raises DraftRefused with every fault of it."""
    try:
        return Rule.model_validate(plain(given))
    except OneOfError as error:
        raise DraftRefused("INVALID", [Fault(["input", "rule"], str(error))]) from None
    except ValidationError as error:
        raise DraftRefused("INVALID", faults_of(error, ["input", "rule"])) from None


def changed(definition: Definition, changes: Mapping[str, Any], field: str) -> Definition:
    """The definition with some of its parts replaced. Raises DraftRefused where they do not go together."""
    given = {name: getattr(definition, name) for name in Definition.model_fields} | dict(changes)
    try:
        return Definition.model_validate(given)
    except ValidationError as error:
        raise DraftRefused("INVALID", faults_of(error, ["input"] if field == "" else ["input", field])) from None


async def change_draft(
    context: MerchantContext, expected_revision: int, change: Callable[[Definition], Definition]
) -> Draft:
    """Replace the draft by what `change` makes of it. Raises DraftRefused, also when it has changed since."""
    async with context.writing() as connection:
        found = await draft(connection, context.program_id)
        if found.revision != expected_revision:
            raise _changed_since()
        definition = change(found.definition)
        try:
            return await save_draft(
                connection, context.program_id, definition, expected_revision=expected_revision, actor=context.actor
            )
        except DraftChanged:
            raise _changed_since() from None


def _changed_since() -> DraftRefused:
    return refused("DRAFT_CHANGED", "expectedRevision", "The draft has changed since it was read.")
