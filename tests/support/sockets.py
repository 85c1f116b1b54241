"""Sockets for tests that need a port to be taken."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def listening(port: int = 0) -> Iterator[int]:
    """A loopback port that somebody listens on within the block: this one, or any."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
        server.bind(("127.0.0.1", port))
        server.listen()
        yield int(server.getsockname()[1])
