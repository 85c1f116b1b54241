"""The scripts that run inside Redis: each is one round trip, and all of it happens or nothing.

They are plain EVAL scripts, which every Redis and Valkey, single or cluster, runs. A server that does not know one,
since it was started or took over, is told it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha1
from importlib.resources import files
from typing import Any

from redis.exceptions import NoScriptError

from engine.leaderboards.keys import BoardRedis


class Script:
    """A script by the name of its file."""

    def __init__(self, name: str) -> None:
        folder = files("engine.leaderboards") / "lua"
        self._body = "\n".join((folder / f"{part}.lua").read_text() for part in ("marker", name))
        self._digest = sha1(self._body.encode(), usedforsecurity=False).hexdigest()

    async def run(self, redis: BoardRedis, keys: Sequence[str], *arguments: str | int) -> Any:
        """What the script answers; all keys lie in one slot. Raises redis.RedisError."""
        try:
            return await redis.execute_command("EVALSHA", self._digest, len(keys), *keys, *arguments)
        except NoScriptError:
            return await redis.execute_command("EVAL", self._body, len(keys), *keys, *arguments)
