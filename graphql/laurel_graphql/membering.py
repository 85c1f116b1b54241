"""Plans that the staff write, and what is refused about plans and memberships: a code, the field, a sentence."""

from __future__ import annotations

from pydantic import ValidationError

from engine.memberships.definitions import PlanDefinition
from engine.memberships.refusals import MembershipRefused
from laurel_graphql.inputs.given import Fault, OneOfError, faults_of, plain
from laurel_graphql.inputs.plans import PlanInput
from laurel_graphql.texts import TEXTS, language_of

_OF_THE_PLAN = frozenset({"productIds", "sellingPlanId", "prices", "variantIds"})
_OF_THE_ID = frozenset({"PLAN_NOT_FOUND", "ARCHIVED"})
_CODES = {"IDEMPOTENCY_KEY_INVALID": "INVALID_IDEMPOTENCY_KEY"}
"""Codes that other mutations have had under another name for longer."""


class PlanInvalid(Exception):  # noqa: N818  # a refusal, told to the staff
    """A plan with faults, each with its place in the input."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("INVALID")
        self.faults = faults


def checked_plan(given: PlanInput) -> PlanDefinition:
    """The definition of an input. Raises PlanInvalid with every fault of it, RequestError for ids that are none."""
    try:
        return PlanDefinition.model_validate(plain(given))
    except OneOfError as error:
        raise PlanInvalid([Fault(["input", "plan"], str(error))]) from None
    except ValidationError as error:
        raise PlanInvalid(faults_of(error, ["input", "plan"])) from None


def refused_membership(refusal: MembershipRefused | PlanInvalid, locale: str) -> list[tuple[str, Fault]]:
    """What is wrong, as the API's code with its place in the input and a sentence of the caller's language."""
    if isinstance(refusal, PlanInvalid):
        return [("INVALID", fault) for fault in refusal.faults]
    field = refusal.field or ("planId" if refusal.code in _OF_THE_ID else None)
    path = ["input"] if field is None else ["input", "plan", field] if field in _OF_THE_PLAN else ["input", field]
    return [(_CODES.get(refusal.code, refusal.code), Fault(path, membership_text(refusal.code, locale)))]


def membership_text(code: str, locale: str) -> str:
    """The sentence for a code, in the caller's language."""
    return TEXTS[language_of(locale)][f"membership.refused.{code.lower()}"]
