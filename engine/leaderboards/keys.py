"""How boards are named and written in Redis.

Every key carries the hash tag of its program, so all of a program's boards lie in one slot of a cluster. The entries of
a sorted set are ordered by score, and those of one score by their text: who was first, then whose id is lower, is the
greater text and comes first when the set is read from its high end.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote, unquote

from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster

BoardRedis = Redis | RedisCluster
"""The Redis that boards live in, one server or a cluster, for rooms that only pass it through."""

_LATEST_MILLISECONDS = 2**48 - 1
_LAST_ID = 2**63 - 1
_REACHED_DIGITS = 12
_ID_DIGITS = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BoardKey(NamedTuple):
    """One period of one board; its segments lie in sorted sets of their own."""

    program_id: int
    definition_id: int
    period: str

    @property
    def name(self) -> str:
        """How it is named among the periods of its program."""
        return f"{self.definition_id}:{quote(self.period, safe='')}"

    @property
    def _stem(self) -> str:
        return f"lb:{{{self.program_id}}}:{self.name}"

    @property
    def marker(self) -> str:
        """The hash that says by which definition the period was worked out, and whether it is complete."""
        return f"{self._stem}:marker"

    @property
    def members(self) -> str:
        """The hash from member ids to what was written of them last, who are on it and who no longer are."""
        return f"{self._stem}:members"

    def ranks(self, segment: str) -> str:
        """The sorted set of a segment's entries."""
        return f"{self._stem}:ranks:{quote(segment, safe='')}"

    def scores(self, segment: str) -> str:
        """The sorted set of the different scores of a segment, which dense ranks are counted in."""
        return f"{self._stem}:scores:{quote(segment, safe='')}"

    def holders(self, segment: str) -> str:
        """The hash that says how many entries of a segment have each score."""
        return f"{self._stem}:holders:{quote(segment, safe='')}"

    def keys(self, shape: Shape) -> list[str]:
        """Every key of the period but its marker, in the order in which scripts take them."""
        found = [self.members]
        for segment in shape.segments:
            found.append(self.ranks(segment))
            if shape.dense:
                found += [self.scores(segment), self.holders(segment)]
        return found


class Shape(NamedTuple):
    """Which keys a period has: its segments, everybody first, and whether different scores are counted."""

    segments: tuple[str, ...]
    dense: bool

    def to_text(self) -> str:
        """How a marker keeps it."""
        return " ".join(["dense" if self.dense else "plain", *(quote(segment, safe="") for segment in self.segments)])

    @classmethod
    def of_text(cls, kept: str) -> Shape:
        """What a marker kept; nothing at all where there was none."""
        kind, *segments = kept.split(" ")
        return cls(tuple(unquote(segment) for segment in segments), kind == "dense")


def index_key(program_id: int) -> str:
    """The set of the names of all periods of a program."""
    return f"lb:{{{program_id}}}:periods"


def key_of_name(program_id: int, name: str) -> BoardKey:
    """The period of a name in the index."""
    definition_id, _, period = name.partition(":")
    return BoardKey(program_id, int(definition_id), unquote(period))


def watch_key(program_id: int, member_id: int) -> str:
    """Where a member's ranks, as they were last seen, are kept."""
    return f"lb:{{{program_id}}}:watch:{member_id}"


def reached_text(reached_at: datetime) -> str:
    """The first half of an entry: the earlier, the greater the text. Moments before 1970 count as its first."""
    since_epoch = max(0, (reached_at - _EPOCH) // timedelta(milliseconds=1))
    return f"{_LATEST_MILLISECONDS - min(since_epoch, _LATEST_MILLISECONDS):0{_REACHED_DIGITS}x}"


def id_text(member_id: int) -> str:
    """The second half of an entry, and the member's field in the hash: the lower the id, the greater the text."""
    return f"{_LAST_ID - member_id:0{_ID_DIGITS}x}"


def member_of(entry: str | bytes) -> int:
    """Whose entry it is."""
    return _LAST_ID - int(entry[_REACHED_DIGITS:], 16)


def member_of_id(text: str) -> int:
    """The member whose `id_text` it is."""
    return _LAST_ID - int(text, 16)
