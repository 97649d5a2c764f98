"""Two private PostgreSQL servers flow in; every test gets fresh, empty databases of them.

"embedded" is the server users get from ``unnest.embedded``; "debian" runs the programs of the operating system. They
differ in version, in extensions, and on purpose in collation: the second one orders text as people do (ICU), so that
code which leans on the order of bytes is caught. Both start when the first test asks and stop with the session.
"""

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from unnest import embedded

SERVERS = ("embedded", "debian")
HOME_PREFIX = "unnest-tests-"

# Tests kill clients, never servers, so nothing has to survive a power failure.
TEST_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "deadlock_timeout": "200ms",
}


@dataclass(slots=True, kw_only=True)
class Server:
    """A running test server; ``create_database`` gives the URL of a fresh database, ``drop_database`` ends it."""

    name: str
    url: str
    version: int
    admin: psycopg.Connection[tuple[object, ...]]
    template: str
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def create_database(self) -> str:
        """Create an empty database in about 20 ms."""
        name = f"test_{next(self.numbers)}"
        # Copying through the WAL needs no checkpoint, whatever other tests have written.
        self.admin.execute(f"CREATE DATABASE {name} TEMPLATE {self.template} STRATEGY wal_log")
        return self.url.replace("/postgres?", f"/{name}?")

    def drop_database(self, url: str) -> None:
        """Drop a database under the feet of whoever is still connected."""
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        self.admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def find_system_programs() -> Path | None:
    """Find the server programs of the operating system: UNNEST_TEST_PG_BIN, Debian's place, then PATH.

    Of several versions the oldest from 14 on is taken: the embedded server is the newest one already.
    """
    if chosen := os.environ.get("UNNEST_TEST_PG_BIN"):
        return Path(chosen) if (Path(chosen) / "initdb").exists() else None
    places = [file.parent for file in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    supported = sorted((int(place.parent.name), place) for place in places if int(place.parent.name) >= 14)
    if supported:
        return supported[0][1]
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def pytest_collection_finish(session: pytest.Session) -> None:
    """End the session before its first test if one of the two servers can't be had."""
    names = {item.callspec.params.get("server") for item in session.items if hasattr(item, "callspec")}
    if "debian" in names and find_system_programs() is None:
        raise pytest.UsageError(
            "the tests also run on the operating system's PostgreSQL (14 or later), and its initdb was found neither "
            "in UNNEST_TEST_PG_BIN nor in /usr/lib/postgresql/*/bin nor in PATH; install it with: make postgres"
        )


def _remove_leftovers() -> None:
    """Stop servers of sessions that were killed before they could do it themselves."""
    for home in Path(tempfile.gettempdir()).glob(f"{HOME_PREFIX}*"):
        if (home / "users.lock").exists() and embedded.stop_when_unused(home):
            shutil.rmtree(home, ignore_errors=True)


def _start(name: str, home: Path) -> Server:
    programs = find_system_programs() if name == "debian" else None
    running = embedded.start(home, settings=TEST_SETTINGS, programs=programs)
    admin = psycopg.connect(running.url, autocommit=True)
    template = "template0"
    if name == "debian" and _has_icu(admin):
        template = "people_template"
        locale = "LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
        admin.execute(f"CREATE DATABASE {template} TEMPLATE template0 {locale} IS_TEMPLATE true")
    return Server(name=name, url=running.url, version=running.version, admin=admin, template=template)


def _has_icu(admin: psycopg.Connection[tuple[object, ...]]) -> bool:
    found = admin.execute("SELECT 1 FROM pg_collation WHERE collprovider = 'i' LIMIT 1").fetchone()
    return found is not None and admin.info.server_version >= 150000


@pytest.fixture(scope="session")
def servers() -> Iterator[Callable[[str], Server]]:
    """Give each server by name, started once; a parametrized fixture would start it anew at each change."""
    _remove_leftovers()
    started: dict[str, Server] = {}
    homes: list[Path] = []

    def give(name: str) -> Server:
        if name not in started:
            homes.append(Path(tempfile.mkdtemp(prefix=HOME_PREFIX)))
            started[name] = _start(name, homes[-1])
        return started[name]

    yield give
    for server in started.values():
        server.admin.close()
    for home in homes:
        embedded.stop(home)
        shutil.rmtree(home)


@pytest.fixture(scope="session", params=SERVERS)
def server(request: pytest.FixtureRequest, servers: Callable[[str], Server]) -> Server:
    """Give the server this test runs on; every test that needs one runs on each."""
    return servers(request.param)


@pytest.fixture
def make_database(server: Server) -> Iterator[Callable[[], str]]:
    """Give a function that makes one more empty database and returns its URL."""
    made: list[str] = []

    def make() -> str:
        made.append(server.create_database())
        return made[-1]

    yield make
    for url in made:
        server.drop_database(url)


@pytest.fixture
def database(make_database: Callable[[], str]) -> str:
    """Give the URL of an empty database, for psycopg and psql; SQLAlchemy wants "+psycopg" after "postgresql"."""
    return make_database()


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Give an autocommit connection to the database of this test."""
    with psycopg.connect(database, autocommit=True) as opened:
        yield opened
