"""A small load generator: requests that were written beforehand, over kept-alive connections, from one process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """What came of a load: requests a second, each one's seconds, and how many had each status."""

    per_second: float
    seconds: list[float]
    statuses: dict[int, int]


async def send(port: int, requests: Sequence[bytes], connections: int) -> Load:
    """Send every request once, over `connections` connections at a time."""
    queue = iter(requests)
    seconds: list[float] = []
    statuses: dict[int, int] = {}
    began = time.perf_counter()
    await asyncio.gather(*(_client(port, queue, seconds, statuses) for _ in range(connections)))
    return Load(len(seconds) / (time.perf_counter() - began), seconds, statuses)


async def _client(port: int, queue: Iterator[bytes], seconds: list[float], statuses: dict[int, int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in queue:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        at = lower.index(b"content-length:") + 15
        await reader.readexactly(int(lower[at : lower.index(b"\r\n", at)]))
        seconds.append(time.perf_counter() - began)
        status = int(head[9:12])
        statuses[status] = statuses.get(status, 0) + 1
    writer.close()
    await writer.wait_closed()


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """The bytes of a POST request."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
