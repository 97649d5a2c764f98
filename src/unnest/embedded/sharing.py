"""Who uses a server, kept in locks that the kernel frees however a process ends.

In: the home of a server. Out: ``control.lock``, held while somebody starts or stops the server, and ``users.lock``,
held shared by every process that uses it: whoever can have it alone is the last one.
"""

import atexit
import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from unnest.embedded.account import user_name
from unnest.errors import UsageError

_claims: dict[Path, IO[bytes]] = {}  # the shared locks of this process; held until it ends


@contextlib.contextmanager
def control(home: Path) -> Iterator[None]:
    """Hold the lock under which a server is started and stopped."""
    try:
        file = (home / "control.lock").open("ab")
    except PermissionError as error:
        owner = user_name(home.stat().st_uid)
        raise UsageError(f'"{home}" belongs to user "{owner}"; choose another directory, or be that user') from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def claim(home: Path, at_exit: Callable[[Path], object]) -> None:
    """Count this process among the users of the server until it ends; then ``at_exit`` is called with the home."""
    if home in _claims:
        return
    file = (home / "users.lock").open("ab")
    fcntl.flock(file, fcntl.LOCK_SH)
    _claims[home] = file
    atexit.register(_leave, home, os.getpid(), at_exit)


def _leave(home: Path, pid: int, at_exit: Callable[[Path], object]) -> None:
    if os.getpid() != pid:  # a forked child shares the lock but is not the one that made it
        return
    _claims.pop(home).close()
    at_exit(home)


def is_unused(home: Path) -> bool:
    """Tell whether no process, this one included, uses the server."""
    with (home / "users.lock").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
