"""The system account that the embedded PostgreSQL runs as: one's own, or an unprivileged one when started by root.

PostgreSQL refuses to run as root. Root therefore lends its data folder to an account that exists anyway; nothing is
added to the system.
"""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path

from plugin.embedded.launch import Account

_CANDIDATES = ("postgres", "_postgres", "nobody")


def account_for(directory: Path) -> Account | None:
    """None for an ordinary user. For root: the owner that the data already has, else an unprivileged account."""
    if os.geteuid() != 0:
        return None
    if directory.exists() and directory.stat().st_uid != 0:
        owner = directory.stat()
        return Account(user_id=owner.st_uid, group_id=owner.st_gid)
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(user_id=entry.pw_uid, group_id=entry.pw_gid)
    raise RuntimeError(f"PostgreSQL does not run as root and none of these accounts exists: {', '.join(_CANDIDATES)}")


def own(directory: Path, account: Account | None) -> None:
    """Make a private folder for the account, reachable for it. Raises RuntimeError when it is another account's."""
    directory.mkdir(parents=True, exist_ok=True)
    if account is not None:
        os.chown(directory, account.user_id, account.group_id)
        let_pass(directory.parent)
    try:
        directory.chmod(0o700)
    except PermissionError:
        raise RuntimeError(f"{directory} belongs to another account; run as that one, or set LAUREL_HOME") from None


def let_pass(folder: Path) -> None:
    """Let other accounts pass through a folder and those above it, without letting them list what is in there."""
    for each in (folder, *folder.parents):
        mode = each.stat().st_mode
        if not mode & stat.S_IXOTH:
            each.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def let_run(installation: Path) -> None:
    """Let other accounts run the programs below a folder, where a strict umask installed them for root alone."""
    let_pass(installation)
    if (installation / "bin" / "postgres").stat().st_mode & stat.S_IROTH:
        return
    for path in (installation, *installation.rglob("*")):
        if not path.is_symlink():
            owner_may_run = path.stat().st_mode & stat.S_IXUSR
            path.chmod(path.stat().st_mode | stat.S_IROTH | (stat.S_IXOTH if owner_may_run else 0))
