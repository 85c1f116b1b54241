"""How long calls for perks wait: nobody stands beside them, so they wait longer each time, and never give up."""

from __future__ import annotations

from datetime import timedelta

from engine.outside_calls import OutsideCall
from plugin.background.outcomes import Later

_FIRST = timedelta(seconds=1)
_LAST = timedelta(minutes=30)

NOT_INSTALLED = Later(error="the app is not installed", delay=timedelta(hours=12))
"""A shop that comes back wakes its calls."""


def later(call: OutsideCall, error: str, *, unknown: bool) -> Later:
    """Try again: after a second, then after twice as long each time, up to half an hour."""
    return Later(error=error, unknown=unknown, delay=min(_FIRST * 2 ** min(call.attempts - 1, 20), _LAST))
