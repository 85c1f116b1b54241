"""Waiting that a request to stop cuts short."""

from __future__ import annotations

import asyncio


async def pause(delay_seconds: float, stop: asyncio.Event) -> None:
    """Wait, at most until told to stop."""
    try:
        async with asyncio.timeout(delay_seconds):
            await stop.wait()
    except TimeoutError:
        return
