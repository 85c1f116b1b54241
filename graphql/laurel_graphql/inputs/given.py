"""From typed inputs to plain data and, where the engine finds a fault, back from its path to the caller's field."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pydantic import ValidationError

from laurel_graphql.inputs.texts import readable

FAULTS_MAXIMUM = 10
"""No more faults than these are told at once."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that the engine does not take: where in the input, and what is wrong with it."""

    field: list[str]
    message: str


class OneOfError(ValueError):
    """An input of which exactly one field must be given has none or several."""


def one_of(given: object, what: str) -> tuple[str, Any]:
    """The name and value of the one field that is given. Raises OneOfError for none and for several."""
    found = [(name, value) for name, value in _fields(given) if value is not None]
    if len(found) != 1:
        raise OneOfError(f"Give exactly one field of {what}.")
    return found[0]


def plain(given: Any) -> Any:
    """The plain data of an input: what is left out or null is left out, so that the engine's own default counts.

    Raises RequestError for a text that cannot be kept, and OneOfError.
    """
    if hasattr(given, "to_engine"):
        return given.to_engine()
    if isinstance(given, Enum):
        return given.name.lower()
    if isinstance(given, str):
        return readable(given)
    if isinstance(given, list):
        return [plain(one) for one in given]
    if dataclasses.is_dataclass(given):
        return {name: plain(value) for name, value in _fields(given) if value is not None}
    return given


def _fields(given: object) -> Iterator[tuple[str, Any]]:
    for field in dataclasses.fields(given):  # type: ignore[arg-type]  # callers hand in inputs only
        yield field.name, getattr(given, field.name)


def faults_of(error: ValidationError, root: Sequence[str]) -> list[Fault]:
    """What is wrong with an input, by the paths of pydantic's errors, bounded; what was sent is never repeated."""
    return [
        Fault([*root, *_path(one["loc"])], one["msg"].removeprefix("Value error, ")[:200])
        for one in error.errors(include_url=False, include_context=False, include_input=False)[:FAULTS_MAXIMUM]
    ]


def _path(location: tuple[int | str, ...]) -> Iterator[str]:
    for part in location[:12]:
        words = str(part)[:64].split("_")
        yield words[0] + "".join(word.title() for word in words[1:])
