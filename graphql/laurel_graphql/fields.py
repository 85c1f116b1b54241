"""Fields that are worked out when they are asked for, declared in a way that type checkers see through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry

Resolver = TypeVar("Resolver", bound=Callable[..., Any])


def computed(description: str) -> Callable[[Resolver], Resolver]:
    """`strawberry.field` over a method. Strawberry's own signature says Any, which would hide the method's types."""
    return cast(Callable[[Resolver], Resolver], strawberry.field(description=description))
