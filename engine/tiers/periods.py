"""Which days count for a tier, and how long a tier lasts once it is reached: the choices, as immutable data."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from engine.rules.bounds import Days, Frozen

Unit = Literal["month", "quarter", "year"]
UNIT_MONTHS: dict[Unit, int] = {"month": 1, "quarter": 3, "year": 12}
Months = Annotated[int, Field(ge=1, le=1_200)]
StartMonth = Annotated[int, Field(ge=1, le=12)]
ExtraPeriods = Annotated[int, Field(ge=0, le=100)]


class _DaysOrMonths(Frozen):
    days: Days | None = None
    months: Months | None = None

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.days is None) == (self.months is None):
            raise ValueError("a length is a number of days or of months, and not of both")
        return self


class Lifetime(Frozen):
    """All that the member ever did counts."""

    kind: Literal["lifetime"] = "lifetime"


class Rolling(_DaysOrMonths):
    """The last so many days or months count, today among them."""

    kind: Literal["rolling"] = "rolling"


class Calendar(Frozen):
    """The running month, quarter or year counts; years and quarters are counted from `start_month` on."""

    kind: Literal["calendar"] = "calendar"
    unit: Unit = "year"
    start_month: StartMonth = 1


class Anniversary(Frozen):
    """The running period of so many months since the member joined counts."""

    kind: Literal["anniversary"] = "anniversary"
    months: Months = 12


Window = Annotated[Lifetime | Rolling | Calendar | Anniversary, Field(discriminator="kind")]


class NeverEnds(Frozen):
    """A tier that is reached stays."""

    kind: Literal["never"] = "never"


class Lasts(_DaysOrMonths):
    """A tier lasts so many days or months from when it was reached, to the same time of day."""

    kind: Literal["lasts"] = "lasts"


class UntilCalendar(Frozen):
    """A tier lasts for the rest of the running month, quarter or year and `extra_periods` whole ones after it."""

    kind: Literal["calendar"] = "calendar"
    unit: Unit = "year"
    start_month: StartMonth = 1
    extra_periods: ExtraPeriods = 0


class UntilAnniversary(Frozen):
    """A tier lasts for the rest of the running period since the member joined and `extra_periods` after it."""

    kind: Literal["anniversary"] = "anniversary"
    months: Months = 12
    extra_periods: ExtraPeriods = 0


Term = Annotated[NeverEnds | Lasts | UntilCalendar | UntilAnniversary, Field(discriminator="kind")]
