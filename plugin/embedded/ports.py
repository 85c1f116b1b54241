"""Free ports on the loopback interface, each claimed for one process: two that start at once never share one."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from collections.abc import Collection
from pathlib import Path

LOOPBACK = "127.0.0.1"
_TRIED_AT_MOST = 500
_claims: list[int] = []
"""Open lock files; the system gives them up when this process ends, however it ends."""


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose last connections are only fading out is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def next_free_port(wanted: int, *, taken: Collection[int] = ()) -> int:
    """The first free port from `wanted` upwards that is not in `taken`, claimed until this process ends.

    Between looking and listening another start could take the port; the claim keeps others of ours away from it.
    Raises OSError when none of 500 is free.
    """
    for port in range(wanted, min(wanted + _TRIED_AT_MOST, 65_536)):
        if port not in taken and is_free(port) and _claim(port):
            return port
    raise OSError(f"no free port between {wanted} and {wanted + _TRIED_AT_MOST - 1}")


def _claim(port: int) -> bool:
    lock = Path(tempfile.gettempdir()) / f"laurel-port-{port}.lock"
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except PermissionError:
        return True  # another user's file: no claim to be had, the port itself was free
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return False
    _claims.append(descriptor)
    return True
