"""How long points wait before they are the member's to spend."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from engine.rules.bounds import Frozen
from engine.rules.days import days_later

HeldUntil = Literal["fulfilled", "delivered", "return_window"]


class NoHold(Frozen):
    """Points can be spent at once."""

    kind: Literal["none"] = "none"


class DaysHold(Frozen):
    """Points can be spent some days after what they were given for."""

    kind: Literal["days"] = "days"
    days: Annotated[int, Field(ge=1, le=365)]


class UntilHold(Frozen):
    """Points wait for something to happen to the order, but never longer than `at_most_days`.

    `return_window` is `days` after delivery, or after sending where nothing is known of a delivery.
    """

    kind: Literal["until"] = "until"
    event: HeldUntil
    days: Annotated[int, Field(ge=0, le=365)] = 0
    at_most_days: Annotated[int, Field(ge=1, le=730)] = 60

    @model_validator(mode="after")
    def _window_has_days(self) -> UntilHold:
        if (self.event == "return_window") != (self.days > 0):
            raise ValueError("days are the length of a return window, and only of that")
        return self


Hold = Annotated[NoHold | DaysHold | UntilHold, Field(discriminator="kind")]


def release_moment(
    hold: Hold, starts_at: datetime, fulfilled_at: datetime | None, delivered_at: datetime | None, zone: ZoneInfo
) -> datetime | None:
    """When the points of a hold become available as far as is known, or None where nothing holds them.

    An `until` hold whose event is still to come answers with its deadline, so that every held point has a way out.
    """
    if isinstance(hold, NoHold):
        return None
    if isinstance(hold, DaysHold):
        return days_later(starts_at, hold.days, zone)
    deadline = days_later(starts_at, hold.at_most_days, zone)
    happened = fulfilled_at if hold.event == "fulfilled" else delivered_at
    if hold.event == "return_window":
        happened = delivered_at or fulfilled_at
        happened = days_later(happened, hold.days, zone) if happened else None
    return deadline if happened is None else min(deadline, max(happened, starts_at))


def held_until(hold: Hold) -> HeldUntil | None:
    """What a hold waits for besides time, or None."""
    return hold.event if isinstance(hold, UntilHold) else None
