"""The small types that every part of a definition is made of, each with its bounds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from engine.money import POINTS_MAXIMUM, exponent


def _known(currency: str) -> str:
    exponent(currency)
    return currency


def _plausible(moment: datetime) -> datetime:
    if not 1970 <= moment.year <= 9000:  # every zone's calendar has a day for it, and for what is counted from it
        raise ValueError("lies outside of the years 1970 to 9000")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]
"""An instant that a merchant names, by any zone's clock."""

Currency = Annotated[str, AfterValidator(_known)]
Rate = Annotated[Decimal, Field(ge=0, le=100_000, decimal_places=6)]
"""Points for one whole unit of a currency."""

Factor = Annotated[Decimal, Field(ge=0, le=1_000, decimal_places=4)]
Handle = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Days = Annotated[int, Field(ge=1, le=36_500)]
Points = Annotated[int, Field(ge=1, le=POINTS_MAXIMUM)]
Title = Annotated[str, Field(min_length=1, max_length=80)]


def _printable(text: str) -> str:
    if any(ord(character) < 32 or "\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("holds a control character")
    return text


Word = Annotated[str, AfterValidator(_printable), Field(min_length=1, max_length=255)]
"""A tag, an id or another short text of the shop."""

Words = Annotated[tuple[Word, ...], Field(max_length=250)]
Identifier = Annotated[int, Field(ge=1, le=2**63 - 1)]
Identifiers = Annotated[tuple[Identifier, ...], Field(max_length=250)]


class Frozen(BaseModel):
    """A part of a definition: it never changes, and a field that nobody knows is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A changed copy, checked like any other; nothing that was worked out from the old values comes along."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate({**values, **(update or {})})
