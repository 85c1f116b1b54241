"""GraphQL answers as the tests read them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from laurel_graphql.request import Answer


@dataclass(frozen=True)
class Reply:
    """An answer, read."""

    status: int
    body: dict[str, Any]

    @property
    def data(self) -> Any:
        """The data of an answer that has no errors."""
        assert "errors" not in self.body, self.body
        return self.body["data"]

    @property
    def codes(self) -> list[str]:
        """The code of each error."""
        return [error["extensions"]["code"] for error in self.body["errors"]]


def reply_of(answered: Answer) -> Reply:
    """Read an answer."""
    return Reply(answered.status, json.loads(answered.payload))


Ask = Callable[..., Awaitable[Reply]]
