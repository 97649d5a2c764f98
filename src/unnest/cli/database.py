"""Which database a command works on.

In: what --db says. Out: the URL of a running server, the embedded one where nothing was said; and URLs fit to be shown.
"""

import re

import psycopg
from psycopg.conninfo import conninfo_to_dict

from unnest import embedded
from unnest.errors import Refused, UsageError

_HIDDEN = "***"
_IN_URL = re.compile(r"(?<=://)([^:/@\s]*):([^@\s]*)@")
_IN_WORDS = re.compile(r"(password\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&]+)", re.IGNORECASE)


def find_url(db: str | None) -> str:
    """Return the URL to connect to; without one the embedded PostgreSQL is started.

    Raises:
        UsageError: It is no connection string.
    """
    if not db:
        return embedded.start().url
    url = db.replace("postgresql+psycopg://", "postgresql://", 1)
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # What the parser complains about may be a part of the password, so its words are not passed on.
        raise UsageError(
            "the database (--db or UNNEST_DB) is no connection string; write it as postgresql://user@host:port/name "
            "or as host=... dbname=..., with special characters percent-encoded in the first form"
        ) from None
    return url


def connect_once(url: str) -> None:
    """Connect and leave again, so that a database that can't be reached is told from one that is lost later.

    Raises:
        Refused: It can't be reached; the message says which and why.
    """
    try:
        psycopg.connect(url, application_name="unnest").close()
    except psycopg.OperationalError as error:
        said = str(error).strip().splitlines()[0].strip()
        raise Refused(
            f"no connection to {shown(url)}: {without_password(said, url)}; "
            "see that the server runs and that --db (or UNNEST_DB) is right"
        ) from None


def shown(url: str) -> str:
    """Return a database as people name it, without user and password."""
    parts = conninfo_to_dict(url)
    place = f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}"
    return f'database "{parts.get("dbname", "")}" at {place}'


def without_password(text: str, url: str | None) -> str:
    """Return a text in which no password is left."""
    text = _IN_WORDS.sub(rf"\1{_HIDDEN}", _IN_URL.sub(rf"\1:{_HIDDEN}@", text))
    password = _password(url)
    return text.replace(password, _HIDDEN) if password else text


def _password(url: str | None) -> str:
    try:
        return str(conninfo_to_dict(url).get("password") or "") if url else ""
    except psycopg.ProgrammingError:
        return ""
