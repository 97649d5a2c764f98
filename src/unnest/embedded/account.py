"""The system user that a server runs as, and what that user may enter.

In: the home of a server and who asks. Out: an ``Account``, programs run as it, and directories and files of its own.
"""

import contextlib
import os
import pwd
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from unnest.errors import UsageError

# The users a server runs as when root starts it (PostgreSQL refuses to run as root); none is created on the machine.
SERVER_USERS = ("postgres", "pgserver", "nobody")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The system user the server runs as; name is None where that is the user who asks."""

    uid: int
    gid: int
    name: str | None


def choose_account(home: Path) -> Account:
    """Choose the server's user: who asks, or for root the owner of the cluster or else an unprivileged user."""
    if os.geteuid() != 0:
        return Account(uid=os.geteuid(), gid=os.getegid(), name=None)
    data = home / "data"
    if data.exists():
        found = data.stat()
        return Account(uid=found.st_uid, gid=found.st_gid, name=user_name(found.st_uid))
    for name in SERVER_USERS:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(uid=entry.pw_uid, gid=entry.pw_gid, name=entry.pw_name)
    raise UsageError(
        "PostgreSQL does not run as root, and none of the users "
        + ", ".join(f'"{name}"' for name in SERVER_USERS)
        + " exists; run: useradd --system pgserver"
    )


def user_name(uid: int) -> str:
    """Return the name of a user, or the number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def run_as(command: Sequence[str], home: Path, account: Account) -> subprocess.CompletedProcess[str]:
    """Run one of the server's programs as its user, in its home: relative names need no quoting in their own shells."""
    changes = account.name is not None
    return subprocess.run(
        command,
        cwd=home,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},  # PGPORT and its like stay out
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        umask=0o077,
        check=False,
        user=account.uid if changes else None,
        group=account.gid if changes else None,
        extra_groups=[] if changes else None,
    )


def let_pass(path: Path, account: Account) -> None:
    """Let the server's user walk through to a directory: where it may not, others get x there, and neither r nor w."""
    if account.name is None:
        return
    for folder in (path, *path.parents):
        found = folder.stat()
        may = stat.S_IXUSR if found.st_uid == account.uid else stat.S_IXOTH
        if not found.st_mode & may:
            folder.chmod(stat.S_IMODE(found.st_mode) | may)


def private_directory(path: Path, account: Account) -> None:
    """Make a directory that only the server's user enters."""
    path.mkdir(mode=0o700, exist_ok=True)
    if account.name is not None:
        os.chown(path, account.uid, account.gid)


def private_file(path: Path, account: Account) -> Path:
    """Make a file, if it is not there, that only the server's user reads."""
    path.touch(mode=0o600)
    if account.name is not None:
        os.chown(path, account.uid, account.gid)
    return path
