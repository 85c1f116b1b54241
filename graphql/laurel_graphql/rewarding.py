"""Rewards that the staff write: checked by the engine's own definition, refused with the field and the reason."""

from __future__ import annotations

import re

from pydantic import ValidationError

from engine.rewards.catalog import RewardRefused
from engine.rewards.definitions import RewardDefinition
from laurel_graphql.inputs.given import Fault, OneOfError, faults_of, plain
from laurel_graphql.inputs.rewards import RewardInput

_HANDLE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)


class RewardInvalid(RewardRefused):
    """A reward with faults, each with its place in the input."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("INVALID", "reward", "the reward is wrong")
        self.faults = faults


def checked_handle(handle: str) -> str:
    """The handle itself. Raises RewardRefused for what is none."""
    if not _HANDLE.fullmatch(handle):
        raise RewardRefused("HANDLE_INVALID", "handle", "a handle is a–z, 0–9 and -, at most 64 characters")
    return handle


def checked_reward(given: RewardInput) -> RewardDefinition:
    """The definition of an input. Raises RewardInvalid with every fault of it."""
    try:
        return RewardDefinition.model_validate(plain(given))
    except OneOfError as error:
        raise RewardInvalid([Fault(["input", "reward"], str(error))]) from None
    except ValidationError as error:
        raise RewardInvalid(faults_of(error, ["input", "reward"])) from None


def refused_reward(refusal: RewardRefused) -> list[Fault]:
    """Where in the input, and what is wrong."""
    if isinstance(refusal, RewardInvalid):
        return refusal.faults
    field = {"stock": ["reward", "stock"], None: None}.get(refusal.field, [str(refusal.field)])
    message = refusal.message[:1].upper() + refusal.message[1:] + "."
    return [Fault(["input", *(field or ["rewardId" if refusal.code != "TOO_MANY" else "reward"])], message)]
