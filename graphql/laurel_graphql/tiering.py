"""Tiers that the staff write: checked by the engine's own definition, refused with the field and the reason."""

from __future__ import annotations

from pydantic import ValidationError

from engine.tiers.definitions import TierProgram
from laurel_graphql.inputs.given import Fault, OneOfError, faults_of, plain
from laurel_graphql.inputs.tiers import TierDefinitionInput
from laurel_graphql.texts import TEXTS, language_of


class TiersInvalid(Exception):  # noqa: N818  # a refusal, told to the staff
    """Tiers with faults, each with its place in the input."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("INVALID")
        self.faults = faults


def checked_tiers(given: TierDefinitionInput) -> TierProgram:
    """The definition of an input. Raises TiersInvalid with every fault of it, RequestError for ids that are none."""
    try:
        return TierProgram.model_validate(plain(given))
    except OneOfError as error:
        raise TiersInvalid([Fault(["input", "definition"], str(error))]) from None
    except ValidationError as error:
        raise TiersInvalid(faults_of(error, ["input", "definition"])) from None


def tier_text(code: str, locale: str) -> str:
    """The sentence for a code, in the caller's language."""
    return TEXTS[language_of(locale)][f"tier.refused.{code.lower()}"]
