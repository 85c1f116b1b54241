"""A Valkey cluster of three nodes on this machine: processes that forget everything when they end."""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import redis

from plugin.embedded.ports import LOOPBACK, next_free_port
from plugin.embedded.valkey import EmbeddedValkey

NODES = 3
SLOTS = 16_384
READY_SECONDS = 30.0
FIRST_PORT = 17_400


class ValkeyCluster:
    """Three primaries that share the slots evenly; none of them has a replica."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="laurel-cluster-")
        self._processes: list[subprocess.Popen[bytes]] = []
        self.ports: list[int] = []

    @property
    def url(self) -> str:
        """Where clients find the first node, which names the others."""
        return f"redis+cluster://{LOOPBACK}:{self.ports[0]}"

    def __enter__(self) -> Self:
        # Of the nodes and of what they tell each other; below those that the system gives to outgoing connections.
        free = [next_free_port(FIRST_PORT) for _ in range(2 * NODES)]
        for port, bus in zip(free[:NODES], free[NODES:], strict=True):
            self._start(port, bus)
        self._join(list(zip(free[:NODES], free[NODES:], strict=True)))
        return self

    def _start(self, port: int, bus: int) -> None:
        folder = Path(self._folder.name) / str(port)
        launch = EmbeddedValkey(folder, home=folder, port=port).launch()
        options = ("--appendonly", "no", "--cluster-enabled", "yes", "--cluster-port", str(bus))
        with (folder / "log").open("wb") as log:
            self._processes.append(subprocess.Popen([*launch.command, *options], stdout=log, stderr=log))
        self.ports.append(port)

    def _join(self, nodes: list[tuple[int, int]]) -> None:
        first = nodes[0]
        for number, (port, _bus) in enumerate(nodes):
            _until(lambda port=port: _ask(port, "PING"))
            share = SLOTS * number // NODES, SLOTS * (number + 1) // NODES - 1
            _ask(port, "CLUSTER", "ADDSLOTSRANGE", *share)
            _ask(port, "CLUSTER", "MEET", LOOPBACK, *first)
        for port, _ in nodes:
            _until(lambda port=port: b"cluster_state:ok" in _ask(port, "CLUSTER", "INFO")
                   and _ask(port, "CLUSTER", "NODES").count(b"connected") == NODES)  # fmt: skip

    def stop_node(self, port: int) -> None:
        """Let one node end, and what it holds with it."""
        self._processes[self.ports.index(port)].kill()

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
        self._folder.cleanup()


def _ask(port: int, *command: Any) -> Any:
    with redis.Redis(port=port, socket_timeout=2) as client:
        client.set_response_callback(command[0], lambda answer, **_: answer)
        return client.execute_command(*command)


def _until(holds: Any) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            if holds():
                return
        except redis.RedisError:
            pass
        if time.monotonic() > deadline:
            raise TimeoutError("the cluster did not come up")
        time.sleep(0.02)
