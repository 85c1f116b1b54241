"""The words of the members."""

from __future__ import annotations

ENGLISH: dict[str, str] = {}

CHINESE: dict[str, str] = {}
