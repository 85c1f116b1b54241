"""How a process of its own is started: detached from the terminal, marked with its home folder, output in a file."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from plugin.embedded.processes import HOME_MARK

_LARGEST_LOG_BYTES = 10_000_000


@dataclass(frozen=True)
class Account:
    """A system account that a process runs as. Only root can choose one."""

    user_id: int
    group_id: int


@dataclass(frozen=True)
class Launch:
    """All that is needed to start a process, and to start it again when it dies.

    `command` begins with an absolute path, so that the process is recognized in a list of processes. `environment` adds
    to that of the starter.
    """

    name: str
    command: tuple[str, ...]
    home: Path
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None


def start(launch: Launch) -> subprocess.Popen[bytes]:
    """Start it in a session of its own: a Ctrl-C in the terminal reaches the demo alone, which stops the rest in order.

    Raises OSError when the program cannot be started.
    """
    launch.log.parent.mkdir(parents=True, exist_ok=True)
    if launch.log.exists() and launch.log.stat().st_size > _LARGEST_LOG_BYTES:
        launch.log.replace(launch.log.with_suffix(".old.log"))
    with launch.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603  # the command is made here, not from input
            launch.command,
            env={**os.environ, **launch.environment, HOME_MARK: str(launch.home)},
            cwd=launch.home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=launch.account.user_id if launch.account else None,
            group=launch.account.group_id if launch.account else None,
            extra_groups=[] if launch.account else None,
        )
