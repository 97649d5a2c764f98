"""Where a server's socket lies.

In: the home of a server. Out: a directory for the socket whose name is short and needs no quoting.
"""

import contextlib
import hashlib
import os
import re
import stat
import tempfile
from pathlib import Path

from unnest.embedded.account import Account, let_pass, private_directory
from unnest.embedded.errors import EmbeddedServerError

SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 100  # bytes; the kernels' limits are 108 (Linux) and 104 (macOS), with the closing zero
PLAIN_PATH = re.compile(r"[\w./-]+", re.ASCII)  # needs no quoting in a URL, a shell or a settings file


def socket_name(home: Path) -> str:
    """Name a directory for the socket of a home elsewhere."""
    return f"unnest-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"


def socket_directory(home: Path, account: Account) -> Path:
    """Find a place whose name is short enough for a socket and needs no quoting anywhere; only its owner gets in."""
    short = socket_name(home)
    for place in (home / "run", Path(tempfile.gettempdir()) / short, Path("/tmp") / short):
        name = str(place / SOCKET_NAME)
        if len(name) > SOCKET_PATH_LIMIT or not PLAIN_PATH.fullmatch(name):
            continue
        with contextlib.suppress(FileExistsError):
            place.mkdir(mode=0o700)
        found = place.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (account.uid, os.geteuid()):
            raise EmbeddedServerError(f'"{place}" should be a directory of our own and is not; remove it')
        place.chmod(0o700)
        private_directory(place, account)
        let_pass(place, account)
        return place
    raise EmbeddedServerError(f'no place for the socket of "{home}": set TMPDIR to a short path')
