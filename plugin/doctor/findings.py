"""What an examination finds: one line for each thing looked at, with the way to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How something is: as it must be, worth knowing, or in the way of starting."""

    GOOD = "ok"
    NOTICE = "note"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `remedy` says what to do about it and is empty where nothing is to be done."""

    state: State
    subject: str
    what: str
    remedy: str = ""


def good(subject: str, what: str) -> Finding:
    """All is well with it."""
    return Finding(State.GOOD, subject, what)


def notice(subject: str, what: str, remedy: str = "") -> Finding:
    """It works, and this is worth knowing."""
    return Finding(State.NOTICE, subject, what, remedy)


def bad(subject: str, what: str, remedy: str) -> Finding:
    """It must be mended."""
    return Finding(State.BAD, subject, what, remedy)
