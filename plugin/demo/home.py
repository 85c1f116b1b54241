"""The demo's home folder: its lock, the secrets made once, and `demo.json`, which tells others where everything is."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from plugin.embedded.processes import ProcessRecord, is_running, record_of

_GUARD_LIMIT_SECONDS = 20.0


class HomeInUseError(Exception):
    """Another demo works in this home folder."""


@dataclass(frozen=True)
class DemoSecrets:
    """What a merchant would copy from the Partner dashboard, and the key that encrypts tokens."""

    api_key: str
    api_secret: str
    encryption_key: str


class DemoHome:
    """The folder that LAUREL_HOME names, made on first use; private to the account that runs the demo."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.path.mkdir(parents=True, exist_ok=True)
        # Others may pass through (PostgreSQL's account, when root runs the demo) but see nothing.
        self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
        (self.path / "logs").mkdir(mode=0o700, exist_ok=True)

    def lock(self) -> int:
        """Take the folder for this process; returns the descriptor that holds it, also for the guard to share.

        Waits for the guard of a demo that was killed. Raises HomeInUseError while another demo runs.
        """
        path = self.path / "lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + _GUARD_LIMIT_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                holder = _read_holder(path)
                if (holder is not None and is_running(holder)) or time.monotonic() > deadline:
                    os.close(descriptor)
                    who = f"process {holder.pid}" if holder is not None else "another process"
                    raise HomeInUseError(f"{self.path} is in use by {who}; stop it, or set LAUREL_HOME") from None
                time.sleep(0.1)
        os.ftruncate(descriptor, 0)
        own = record_of("demo", os.getpid())
        os.pwrite(descriptor, json.dumps(asdict(own) if own else {}).encode(), 0)
        return descriptor

    def secrets(self) -> DemoSecrets:
        """The demo's own secrets: made on the first call, the same ever after."""
        path = self.path / "secrets.json"
        if not path.exists():
            made = DemoSecrets(
                api_key=secrets.token_hex(16),
                api_secret=f"shpss_{secrets.token_hex(16)}",
                encryption_key=base64.b64encode(secrets.token_bytes(32)).decode(),
            )
            _write_private(path, json.dumps(asdict(made), indent=2))
        return DemoSecrets(**json.loads(path.read_text()))

    def partner_keys(self) -> dict[str, str]:
        """The keys that the demo's two shops have of each other, by name; none before the first start."""
        try:
            kept = json.loads((self.path / "partner-keys.json").read_text())
        except (OSError, ValueError):
            return {}
        return {name: key for name, key in kept.items() if isinstance(key, str)} if isinstance(kept, dict) else {}

    def keep_partner_keys(self, keys: dict[str, str]) -> None:
        """Keep them for the next start: nobody else is shown a key twice."""
        _write_private(self.path / "partner-keys.json", json.dumps(keys, indent=2) + "\n")

    def announce(self, facts: dict[str, Any]) -> None:
        """Write `demo.json` in one step: who finds it finds everything running."""
        _write_private(self.path / "demo.json", json.dumps(facts, indent=2) + "\n")

    def withdraw(self) -> None:
        """Remove `demo.json`: nothing answers there any more, or not yet."""
        (self.path / "demo.json").unlink(missing_ok=True)


def _write_private(path: Path, text: str) -> None:
    replacement = path.with_suffix(".new")
    replacement.unlink(missing_ok=True)
    descriptor = os.open(replacement, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    replacement.replace(path)


def _read_holder(path: Path) -> ProcessRecord | None:
    try:
        return ProcessRecord(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None
