"""A cluster made, started and stopped.

In: a home, programs and settings. Out: a server that runs in it. The home holds the cluster (``data``), its socket
(``run``, or a short path under the temporary directory), ``settings.conf`` and ``server.log``.
"""

import contextlib
import os
import shutil
import signal
import socket
import time
from collections.abc import Mapping
from pathlib import Path

from unnest.embedded.account import (
    Account,
    choose_account,
    let_pass,
    private_directory,
    private_file,
    run_as,
    user_name,
)
from unnest.embedded.errors import EmbeddedServerError
from unnest.embedded.programs import major_version
from unnest.embedded.socket_place import SOCKET_NAME, socket_directory
from unnest.errors import UsageError

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

SMALL_SHARED_MEMORY_BYTES = 512 * 1024 * 1024  # containers often have 64 MiB, too little for a parallel index build
START_LIMIT_S = 300  # crash recovery may take a while
STOP_LIMIT_S = 300  # the last checkpoint writes everything
ORPHANS_LIMIT_S = 30  # processes of a killed server end when they next look at their client


def _postmaster_lines(home: Path) -> list[str]:
    """Read the server's own record: pid, data, start time, port, socket directory, address, memory key, state."""
    try:
        return (home / "data" / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []
    except PermissionError as error:
        owner = user_name((home / "data").stat().st_uid)
        raise UsageError(f'the server in "{home}" belongs to user "{owner}"; choose another directory') from error


def answers(home: Path) -> bool:
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


def url_of(home: Path) -> str:
    """Return the URL of a running server; nothing in it needs quoting."""
    return f"postgresql://postgres@/postgres?host={_postmaster_lines(home)[4]}&port=5432"


def launch(home: Path, programs: Path, settings: Mapping[str, str]) -> None:
    """Start a server whose control lock is held, in a new cluster if there is none."""
    account = choose_account(home)
    let_pass(programs, account)
    let_pass(home, account)
    if not (home / "data").exists():
        _initialize(home, programs, account)
    (home / "keep_running").unlink(missing_ok=True)  # it was about the server before this one
    runtime = socket_directory(home, account)
    lines = {**settings, "unix_socket_directories": str(runtime)}
    # Both are read by the server's user only; the log is opened by pg_ctl, which appends.
    private_file(home / "settings.conf", account).write_text("".join(map(_setting, lines.items())))
    log = private_file(home / "server.log", account)
    _forget_dead_server(home, runtime)
    command = [str(programs / "pg_ctl"), "start", "-w", "-t", str(START_LIMIT_S), "-D", "data", "-l", "server.log"]
    deadline = time.monotonic() + ORPHANS_LIMIT_S
    while True:
        seen_bytes = log.stat().st_size
        done = run_as(command, home, account)
        said = log.read_bytes()[seen_bytes:].decode(errors="replace")
        if done.returncode == 0:
            return
        if "pre-existing shared memory block" not in said or time.monotonic() > deadline:
            raise EmbeddedServerError(f'the server in "{home}" did not start; "{log}" says:\n{said or done.stdout}')
        time.sleep(0.2)


def _initialize(home: Path, programs: Path, account: Account) -> None:
    """Make an empty cluster beside its final place and move it there, so that half a cluster is never taken for one."""
    fresh = home / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    private_directory(fresh, account)
    command = [str(programs / "initdb"), "-D", "data.new", "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
    # One collation on every machine. Version 17 brought the built-in one that knows Unicode's upper and lower case.
    builtin = major_version(programs) >= 17
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if builtin else []
    done = run_as([*command, "--locale=C"], home, account)
    if done.returncode:
        raise EmbeddedServerError(f'no cluster could be made in "{home}"; initdb says:\n{done.stdout}')
    with (fresh / "postgresql.conf").open("a") as file:
        file.write("include_if_exists = '../settings.conf'\n")
    fresh.rename(home / "data")


def halt(home: Path) -> bool:
    """Ask for a fast shutdown, which needs no program of the version at hand, and wait until the record is gone."""
    if not answers(home):
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


def _setting(item: tuple[str, str]) -> str:
    name, value = item
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"{name} = '{escaped}'\n"


def memory_settings() -> dict[str, str]:
    """Return what a machine with little shared memory needs."""
    shared = Path("/dev/shm")
    if shared.exists() and shutil.disk_usage(shared).total < SMALL_SHARED_MEMORY_BYTES:
        return {"dynamic_shared_memory_type": "mmap"}
    return {}
