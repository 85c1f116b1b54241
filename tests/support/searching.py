"""How many examples a long random search looks at: a part of them in every run, all of them in `make prove`."""

from __future__ import annotations

from hypothesis import settings

PART = 4


def examples(in_full: int) -> int:
    """A quarter in the profile that repeats its examples; in any other, which draws new ones, so many."""
    return in_full // PART if settings.get_current_profile_name() == "repeatable" else in_full
