"""Everything that a demo runs: which processes, with which environment, in which order they start and stop."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from plugin.demo.home import DemoHome, DemoSecrets
from plugin.demo.progress import Progress
from plugin.demo.supervision import Supervisor
from plugin.devstore.application import app_from_environment
from plugin.embedded.launch import Launch
from plugin.embedded.ports import LOOPBACK, next_free_port
from plugin.embedded.postgres import EmbeddedPostgres
from plugin.embedded.processes import ProcessBook
from plugin.embedded.valkey import EmbeddedValkey

_ANSWER_LIMIT_SECONDS = 180.0


class DemoFailedError(Exception):
    """The demo could not start; the text says which part, and where its log is."""


@dataclass(frozen=True)
class Addresses:
    """Where the parts of a running demo answer. `database_url` logs in as the owner of the schema."""

    app_url: str
    storefront_url: str
    admin_url: str
    database_url: str
    application_database_url: str
    redis_url: str


class DemoServices:
    """The processes of one demo. Start the data services, migrate, start the programs; stop all of it in reverse."""

    def __init__(self, home: DemoHome, *, port: int, progress: Progress) -> None:
        self._home = home
        self._progress = progress
        self._supervisor = Supervisor(
            ProcessBook(home.path / "processes.json"), lambda line: progress.say(f"[yellow]![/] {line}")
        )
        self.secrets: DemoSecrets = home.secrets()
        database_url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
        self._postgres = None if database_url else EmbeddedPostgres(home.path / "postgres", home=home.path)
        self._valkey = None if redis_url else EmbeddedValkey(home.path / "valkey", home=home.path)
        app_port = next_free_port(port)
        store_port = next_free_port(port + 1, taken=(app_port,))
        self.addresses = Addresses(
            app_url=f"http://{LOOPBACK}:{app_port}",
            storefront_url=f"http://{LOOPBACK}:{store_port}/",
            admin_url=f"http://{LOOPBACK}:{store_port}/admin",
            database_url=self._postgres.owner_url if self._postgres else str(database_url),
            application_database_url=self._postgres.application_url if self._postgres else str(database_url),
            redis_url=self._valkey.url if self._valkey else str(redis_url),
        )
        self._environment = self._settings(app_port, store_port)
        self.app = app_from_environment(self._environment)

    def start(self, migrate: Callable[[str], None]) -> None:
        """Bring everything up and wait until all of it answers. Raises DemoFailedError when a part does not."""
        self._start_data()
        # The store needs no database: it gets ready while the schema is made.
        self._supervisor.start(self._program("devstore", sys.executable, "-m", "plugin.devstore"))
        with self._progress.step("Bringing the database up to date"):
            migrate(self.addresses.database_url)
        laurel = str(Path(sys.executable).parent / "laurel")
        self._supervisor.start(self._program("app", laurel, "serve"))
        self._supervisor.start(self._program("worker", laurel, "worker"))
        with self._progress.step("Starting the store"):
            self._wait_for("devstore", self.addresses.storefront_url)
        with self._progress.step("Starting the app and the worker"):
            self._wait_for("app", f"{self.addresses.app_url}/readyz")

    def stop(self) -> None:
        """Stop everything: the programs together, then what they used."""
        self._supervisor.stop_together(["app", "worker", "devstore"], grace_seconds=4.0)
        self._supervisor.stop("valkey", grace_seconds=2.0)
        # To PostgreSQL an interrupt is the fast shutdown: it does not wait for its clients.
        self._supervisor.stop("postgresql", ask=signal.SIGINT, grace_seconds=6.0)
        if self._postgres is not None:
            self._postgres.stop()

    def _start_data(self) -> None:
        try:
            if self._valkey is not None:
                self._supervisor.start(self._valkey.launch())
            if self._postgres is not None:
                with self._progress.step("Starting PostgreSQL"):
                    self._postgres.prepare()
                    self._supervisor.start(self._postgres.launch())
                    self._postgres.wait_until_ready()
            if self._valkey is not None:
                with self._progress.step("Starting Valkey"):
                    self._valkey.wait_until_ready()
        except (TimeoutError, RuntimeError) as error:
            raise DemoFailedError(str(error)) from error

    def _program(self, name: str, *command: str) -> Launch:
        return Launch(
            name=name,
            command=command,
            home=self._home.path,
            log=self._home.path / "logs" / f"{name}.log",
            environment=self._environment,
        )

    def _settings(self, app_port: int, store_port: int) -> dict[str, str]:
        return {
            "SHOPIFY_API_KEY": self.secrets.api_key,
            "SHOPIFY_API_SECRET": self.secrets.api_secret,
            "SHOPIFY_API_SECRET_OLD": "",
            "SHOPIFY_APP_URL": self.addresses.app_url,
            "DATABASE_URL": self.addresses.application_database_url,
            "REDIS_URL": self.addresses.redis_url,
            "LAUREL_ENCRYPTION_KEY": self.secrets.encryption_key,
            "LAUREL_HOME": str(self._home.path),
            "LAUREL_SHOPIFY_ORIGIN": self.addresses.storefront_url.rstrip("/"),
            "LAUREL_HOST": LOOPBACK,
            "LAUREL_PORT": str(app_port),
            "LAUREL_DEVSTORE_PORT": str(store_port),
        }

    def _wait_for(self, name: str, url: str) -> None:
        deadline = time.monotonic() + _ANSWER_LIMIT_SECONDS
        with httpx.Client(timeout=5, trust_env=False) as client:
            while True:
                try:
                    answer = client.get(url)
                    if answer.is_success:
                        return
                    problem = f"answers {answer.status_code}"
                except httpx.TransportError as error:
                    problem = f"does not answer ({type(error).__name__})"
                if time.monotonic() > deadline:
                    log = self._home.path / "logs" / f"{name}.log"
                    raise DemoFailedError(f"{name} {problem} at {url}; its log is {log}")
                time.sleep(0.1)
