"""The same key with the same input is the same object, as it stands now; with other input it is refused.

A key belongs to a scope: who asks for what. Two requests with one key wait for each other, so that only one makes
the object.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

KEY_MAXIMUM = 100
_VISIBLE = re.compile(r"[\x21-\x7e]+", re.ASCII)

InputValue = str | int | bool | None


class IdempotencyKeyInvalid(ValueError):  # noqa: N818  # named for the rule, as the field names it
    """A key is 1 to 100 visible ASCII characters."""


class IdempotencyKeyReused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """The key stands for an object that was asked for with other input. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request as its key knows it."""

    program_id: int
    scope: str
    key: str
    input_hash: bytes


def keyed_request(program_id: int, scope: str, key: str, given: Mapping[str, InputValue]) -> KeyedRequest:
    """A request with the hash of its input. Raises IdempotencyKeyInvalid."""
    if len(key) > KEY_MAXIMUM or not _VISIBLE.fullmatch(key):
        raise IdempotencyKeyInvalid(f"an idempotency key is 1 to {KEY_MAXIMUM} visible ASCII characters")
    return KeyedRequest(
        program_id, scope, key, hashlib.sha256(orjson.dumps(given, option=orjson.OPT_SORT_KEYS)).digest()
    )


_WAIT = text("SELECT pg_advisory_xact_lock(hashtextextended(:scope || ' ' || :key, :program_id))")
_FIND = text("""
    SELECT input_hash, object_kind, object_id FROM idempotency_keys
    WHERE program_id = :program_id AND scope = :scope AND idempotency_key = :key
""")
REMEMBER_SQL = """
    INSERT INTO idempotency_keys (program_id, scope, idempotency_key, input_hash, object_kind, object_id)
    SELECT :program_id, :scope, :key, :input_hash, :object_kind, :object_id
"""
"""For whoever writes the object in the same statement, with the values of `to_remember`; a FROM may follow."""
_REMEMBER = text(REMEMBER_SQL)


async def begin(connection: AsyncConnection, request: KeyedRequest, object_kind: str) -> int | None:
    """The id of the object that the key stands for, or None when the caller is to make it and `remember` it.

    Others with the same key wait until this transaction ends. Raises IdempotencyKeyReused.
    """
    key = {"program_id": request.program_id, "scope": request.scope, "key": request.key}
    # By itself and first: a statement sees what was there when it began, not what it waited for.
    await connection.execute(_WAIT, key)
    row = (await connection.execute(_FIND, key)).one_or_none()
    return None if row is None else known_object(request, object_kind, row)


def known_object(request: KeyedRequest, object_kind: str, row: Any) -> int:
    """The id of the object that a row of a key stands for. Raises IdempotencyKeyReused where it is for other input."""
    if bytes(row.input_hash) != request.input_hash or row.object_kind != object_kind:
        raise IdempotencyKeyReused(request.key)
    object_id: int = row.object_id
    return object_id


async def remember(connection: AsyncConnection, request: KeyedRequest, object_kind: str, object_id: int) -> None:
    """Let the key stand for an object, for good."""
    await connection.execute(_REMEMBER, to_remember(request, object_kind, object_id))


def to_remember(request: KeyedRequest, object_kind: str, object_id: int) -> dict[str, object]:
    """What a key stands for, as it is kept."""
    return {
        "program_id": request.program_id, "scope": request.scope, "key": request.key,
        "input_hash": request.input_hash, "object_kind": object_kind, "object_id": object_id,
    }  # fmt: skip
