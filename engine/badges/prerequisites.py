"""Badges that must be held before others: in which order they are worked out, and that no circle comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def in_order(after: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Handles such that each comes after those that it names; who is in a circle, or names one, is left out.

    Handles that are named and not among the keys do not hold anybody up here.
    """
    done: dict[str, None] = {}
    waiting = dict(after)
    while waiting:
        ready = [
            handle for handle, names in waiting.items() if all(name in done or name not in after for name in names)
        ]
        if not ready:
            break
        for handle in ready:
            done[handle] = None
            del waiting[handle]
    return tuple(done)


def problem_of(known: Mapping[str, Sequence[str]], handle: str, after: Sequence[str]) -> str | None:
    """Why a badge of this handle cannot come after these ones, beside the badges that are known; None where it can."""
    missing = [name for name in after if name not in known and name != handle]
    if missing:
        return f"There is no badge {missing[0]}."
    planned = {**known, handle: after}
    if len(in_order(planned)) < len(planned):
        return "A badge cannot come after itself, or after one that comes after it."
    return None
